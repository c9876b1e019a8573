package interleave

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator"
)

// longest is how many steps a merge may have. One that has more is not executed.
const longest = 400

// moves are what may go next, in an order that is always the same. None: nobody
// has anything to do. tail reports that what is left goes alone: there is nothing
// to choose.
func (m *merge) moves(b Bounds) (all []move, tail bool, err error) {
	locks, err := m.locked()
	if err != nil {
		return nil, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var beyond []move
	for _, w := range m.workers {
		for _, c := range w.waiting {
			goes := move{Choice{w.name, Goes, c.op.Name}, c.op}
			switch {
			case w.dead:
			case w.keptOut(c, locks):
			case c.op.Enters && w.entered >= b.Tries:
				beyond = append(beyond, goes)
			default:
				all = append(all, goes)
				all = append(all, m.faultsAt(b, w, c)...)
			}
		}
	}
	if m.onItsWay != nil {
		all = append(all, move{Choice{late, Goes, m.onItsWay.op.Name}, m.onItsWay.op})
	}
	if len(all) == 0 && len(beyond) > 0 {
		return beyond[:1], true, nil
	}
	return append(all, m.lockMoves(b, locks, len(all) == 0)...), false, nil
}

// keptOut reports whether the worker's step is to ask for a lock again that it was
// refused, and that is still the same one's. It would be refused again, and
// nothing else would come of it: such a step is no choice.
func (w *worker) keptOut(c *call, locks []held) bool {
	return c.op.Name == w.asking && slices.Contains(locks, w.lacks)
}

// waitsFor reports whether the worker was refused the lock and waits to ask again.
// Of its own lock that says that it knows nothing of it any more.
func (w *worker) waitsFor(l held) bool { return w.lacks == l && !w.dead && len(w.waiting) > 0 }

// faultsAt are the faults that may strike a worker at its step.
func (m *merge) faultsAt(b Bounds, w *worker, c *call) (all []move) {
	if m.faults >= b.Faults {
		return nil
	}
	kinds := []What{DiesBefore, DiesAfter}
	if c.op.Via != "" {
		kinds = append(kinds, TimesOutLost, TimesOutDone)
		if c.carry.late != nil {
			kinds = append(kinds, TimesOutLate)
		}
	}
	for _, k := range kinds {
		if b.allow(k) {
			all = append(all, move{Choice{w.name, k, c.op.Name}, c.op})
		}
	}
	return all
}

// lockMoves are what the locks' server may do by itself: a lifetime runs out; all
// is forgotten. A lock that nobody gives back any more runs out in any case when
// nobody else can go on.
func (m *merge) lockMoves(b Bounds, locks []held, stuck bool) (all []move) {
	over := Op{Name: "the lock's lifetime is over", Writes: []string{"lock"}}
	forgot := Op{Name: "the locks' server forgets", Writes: []string{"lock", "epoch"}}
	for _, l := range locks {
		owner := m.worker(m.owners[l.value])
		waited := slices.ContainsFunc(m.workers, func(w *worker) bool { return w.waitsFor(l) })
		switch {
		case owner == nil || owner.dead || owner.busy == 0 || owner.waitsFor(l):
			if stuck && waited {
				return []move{{Choice{lock, leftRunsOut, over.Name}, over}}
			}
		case m.faults < b.Faults && len(all) == 0:
			for _, v := range []move{{Choice{lock, LockRunsOut, over.Name}, over}, {Choice{lock, LocksAreForgot, forgot.Name}, forgot}} {
				if b.allow(v.What) {
					all = append(all, v)
				}
			}
		}
	}
	return all
}

// take lets a move go and waits until everybody waits again.
func (m *merge) take(v move) error {
	m.made++
	if v.What.fault() {
		m.faults++
	}
	switch v.Who {
	case lock:
		if err := m.forget(v.What); err != nil {
			return err
		}
	case late:
		m.onItsWay.carry.late()
		m.onItsWay = nil
	default:
		m.let(m.worker(v.Who), v)
	}
	return m.settled()
}

// let gives a worker's step its turn.
func (m *merge) let(w *worker, v move) {
	if v.What == DiesBefore || v.What == DiesAfter {
		m.kill(w)
	}
	m.change(func() {
		i := slices.IndexFunc(w.waiting, func(c *call) bool { return c.op.Name == v.Step })
		c := w.waiting[i]
		w.waiting = slices.Delete(w.waiting, i, i+1)
		if v.What == TimesOutLate {
			m.onItsWay = c
		}
		w.carrying++
		w.last = v.Step
		c.goes <- v.What
	})
}

// kill ends what a worker records: the harness tells of its death.
func (m *merge) kill(w *worker) {
	from := history.Now()
	m.change(func() {
		w.dead = true
		if w.busy > 0 && !m.acked[w.has] {
			m.lost = append(m.lost, w.has)
		}
	})
	m.tell(history.Event{Kind: history.KindWorkerDead, Worker: w.name, From: from, Detail: map[string]string{history.DetailExitCode: history.ExitCodeOfKill}})
}

// forget takes locks from the server, as statement 7 has it: a lifetime that is
// over is a key that is gone.
func (m *merge) forget(what What) error {
	keys := slices.Collect(maps.Keys(m.locks))
	if what == LocksAreForgot {
		keys = append(keys, m.prefix+"epoch:"+m.user)
	}
	return m.x.client.Del(context.Background(), keys...).Err()
}

// redeliver gives what a killed worker had to one that lives, when everything
// else is over. It reports whether there was any.
func (m *merge) redeliver() (bool, error) {
	var d *orchestrator.Delivery
	m.change(func() {
		if len(m.lost) > 0 {
			d, m.lost = m.lost[0], m.lost[1:]
		}
	})
	if d == nil {
		return false, nil
	}
	i := slices.IndexFunc(m.workers, func(w *worker) bool { return !w.dead })
	if i < 0 {
		w, err := m.start(workerName(len(m.workers)))
		if err != nil {
			return false, err
		}
		m.change(func() { m.workers = append(m.workers, w) })
		i = len(m.workers) - 1
	}
	w := m.workers[i]
	m.change(func() { w.entered = 0 })
	m.deliver(w, d.Event, d.Redelivery+1)
	return true, m.settled()
}

// end stops everybody.
func (m *merge) end() error {
	select {
	case <-m.over:
		return nil
	default:
	}
	m.change(func() { close(m.over) })
	for _, w := range m.workers {
		w.stop()
	}
	var first error
	for _, w := range m.workers {
		if err := <-w.ended; err != nil && first == nil && !w.dead {
			first = fmt.Errorf("stopping %s: %w", w.name, err)
		}
	}
	return first
}
