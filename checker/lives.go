package checker

import (
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// worker is one name under which workers recorded. It has one life for each
// process that bore it: a worker that died may come back under its name, as a
// StatefulSet's do. Its lives have one source and count its records on.
type worker struct {
	name   string
	lives  []*life          // in the order of its records; none if only its death is on record
	deaths []*history.Event // in the harness's order
	beyond []*history.Event // of those, the ones that belong to no life on record
}

// life is what is on record of one process of a worker.
type life struct {
	worker string
	domain string
	first  uint64         // sequence number of its first record
	start  *history.Event // its worker_start; nil if it has none
	stop   *history.Event // its worker_stop
	dead   *history.Event // its worker_dead, by the harness
	early  *history.Event // of its records on that clock, notes aside, the one with the earliest stamp; nil: none
	last   *history.Event // and of all, the one with the latest: lanes may write in another order than they stamp in

	beforeStart bool // it has records before its worker_start
	afterStop   bool // it has records after its worker_stop
}

// current is the last life on record, of which the run's end may have come
// before its own; nil if the worker recorded nothing.
func (w *worker) current() *life {
	if len(w.lives) == 0 {
		return nil
	}
	return w.lives[len(w.lives)-1]
}

// at is the life that the worker's record of that sequence number belongs to.
func (w *worker) at(seq uint64) *life {
	for _, l := range slices.Backward(w.lives) {
		if l.first <= seq {
			return l
		}
	}
	return w.lives[0]
}

// after reports whether the worker surely began only after an event.
func (w *worker) after(e *history.Event, by *clocks) bool {
	if len(w.lives) == 0 || w.lives[0].start == nil {
		return false
	}
	start := w.lives[0].start
	return by.surelyBefore(e.Domain, e.T, start.Domain, start.T)
}

// add takes in the worker's next record, which is the first of another life if
// it is a start and there was one before.
func (w *worker) add(e *history.Event) {
	l := w.current()
	if l == nil || l.start != nil && e.Kind == history.KindWorkerStart {
		l = &life{worker: w.name, domain: e.Domain, first: e.Seq}
		w.lives = append(w.lives, l)
	}
	if e.Kind != history.KindNote && e.Domain == l.domain && (l.early == nil || e.T < l.early.T) {
		l.early = e
	}
	if l.last == nil || e.Domain == l.domain && e.T >= l.last.T {
		l.last = e
	}
	switch {
	case e.Kind == history.KindNote:
	case e.Kind == history.KindWorkerStart:
		l.start = e
	case l.stop != nil:
		l.afterStop = true
	case e.Kind == history.KindWorkerStop:
		l.stop = e
	}
	l.beforeStart = l.beforeStart || l.start == nil && e.Kind != history.KindNote
}

// crew is what the workers recorded of themselves, and the harness of their deaths.
type crew struct {
	workers   map[string]*worker
	delivered map[string][]*history.Event // by event
	parked    map[string][]*history.Event // dead letters, by event
}

func newCrew() crew {
	return crew{map[string]*worker{}, map[string][]*history.Event{}, map[string][]*history.Event{}}
}

func (c *crew) addWorker(name string, e *history.Event) {
	c.worker(name).add(e)
	switch e.Kind {
	case history.KindDeliver:
		c.delivered[e.Event] = append(c.delivered[e.Event], e)
	case history.KindDeadLetter:
		c.parked[e.Event] = append(c.parked[e.Event], e)
	}
}

func (c *crew) worker(name string) *worker {
	w := c.workers[name]
	if w == nil {
		w = &worker{name: name}
		c.workers[name] = w
	}
	return w
}

// settleDeaths gives each death to the life that it ended. Lives of one name do
// not overlap: a death that came surely after the start of a later life is that
// one's, and one that came surely before a life began is not that life's.
func (c *crew) settleDeaths(by *clocks) {
	for _, w := range c.workers {
		next := 0
		for _, d := range w.deaths {
			for next+1 < len(w.lives) && by.surelyBefore(w.lives[next+1].start.Domain, w.lives[next+1].start.T, d.Domain, d.T) {
				next++
			}
			if next >= len(w.lives) || next > 0 && by.surelyBefore(d.Domain, d.T, w.lives[next].start.Domain, w.lives[next].start.T) {
				w.beyond = append(w.beyond, d)
				continue
			}
			w.lives[next].dead = d
			next++
		}
	}
}

// checkLives compares what a worker that recorded something did with what the
// harness saw of its ends.
func checkLives(r *record, w *worker) {
	for i, l := range w.lives {
		name := w.name
		if len(w.lives) > 1 {
			name = fmt.Sprintf("%s (life %d of %d)", w.name, i+1, len(w.lives))
		}
		switch {
		case l.start == nil:
			r.found("worker-not-started", fmt.Sprintf("worker %s has no %s", name, history.KindWorkerStart))
		case l.beforeStart, l.early != nil && l.early.Domain == l.start.Domain && l.early.T < l.start.T:
			r.found("worker-before-start", fmt.Sprintf("worker %s recorded something before its %s: its file was left over from another run", name, history.KindWorkerStart))
		}
		if i+1 < len(w.lives) && l.dead == nil {
			r.found("worker-restarted", fmt.Sprintf("worker %s started again, and that it had died before is not on record", name))
		}
		if l.afterStop || l.stop != nil && l.last.Domain == l.stop.Domain && l.last.T > l.stop.T {
			r.found("worker-restarted", fmt.Sprintf("worker %s recorded something after its %s", name, history.KindWorkerStop))
		}
		// One that ended of its own will, with nothing amiss, says that it stops.
		switch {
		case l.stop == nil && l.dead != nil && l.dead.Detail[history.DetailExitCode] == "0" && r.saysStops():
			r.found("steps-missing", fmt.Sprintf("worker %s ended of its own will, with nothing amiss, and did not record that it stopped", name))
		case l.stop == nil && (l.dead == nil || l.dead.Detail[history.DetailExitCode] == "0"):
			r.found("worker-end-unknown", fmt.Sprintf("worker %s neither said that it stopped nor was seen to be killed, so its record may be cut short", name))
		}
		if d := l.dead; d != nil && d.From != 0 && l.start != nil && r.clocks.surelyBefore(d.Domain, d.From, l.start.Domain, l.start.T) {
			r.found("signal-astray", fmt.Sprintf("worker %s was signalled before it began", name))
		}
		switch {
		case l.stop == nil:
		case l.dead != nil && l.dead.From == 0:
			r.found("worker-unasked", fmt.Sprintf("worker %s stopped, and that somebody asked it to is not on record", name))
		case l.dead != nil && r.clocks.surelyBefore(l.stop.Domain, l.stop.T, l.dead.Domain, l.dead.From):
			r.found("worker-unasked", fmt.Sprintf("worker %s recorded that it stopped before it was asked to", name))
		case l.dead == nil && r.seesStops():
			r.found("worker-unasked", fmt.Sprintf("worker %s stopped, and its end, which the harness sees of others that stop, is not on record", name))
		}
		if l.dead != nil && r.clocks.surelyBefore(l.dead.Domain, l.dead.T, l.last.Domain, l.last.T) {
			r.found("worker-after-death", fmt.Sprintf("worker %s recorded a %s after its confirmed death", name, l.last.Kind))
		}
	}
	for range w.beyond {
		r.found("worker-died-again", fmt.Sprintf("worker %s died more often than it lived", w.name))
	}
}

// seesStops reports whether the end of some worker that stopped is on record.
func (c *crew) seesStops() bool {
	for _, w := range c.workers {
		if slices.ContainsFunc(w.lives, func(l *life) bool { return l.stop != nil && l.dead != nil }) {
			return true
		}
	}
	return false
}

// saysStops reports whether some worker recorded that it stopped.
func (c *crew) saysStops() bool {
	for _, w := range c.workers {
		for _, l := range w.lives {
			if l.stop != nil {
				return true
			}
		}
	}
	return false
}

// checkSpans finds attempts with records in two lives of a worker: ids are
// never given twice, and what a process was at ends with it.
func checkSpans(r *record, s *section) {
	w := r.workers[s.worker]
	if s.life = w.at(s.seqs.enter); len(w.lives) > 1 && (w.at(s.seqs.first) != s.life || w.at(s.seqs.last) != s.life) {
		r.found("attempt-reused", fmt.Sprintf("attempt %s is recorded by two lives of %s", s.attempt, s.worker))
	}
}
