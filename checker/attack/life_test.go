package attack

import (
	"fmt"
	"time"

	"turnstile/checker/history"
)

// life is one process of a worker, from its start to its death. A name may have
// several, one after the other; they write to one record.
type life struct {
	w       *world
	name    string
	log     *observer
	permits int
	lanes   int

	born, died int64 // died 0: it lives
	frozen     bool
	stopping   bool
	missed     []func() // steps that came due while it was frozen
	waiting    []*delivery
	all        []*delivery
	running    map[string]int // by user
	open       map[*attempt]bool
	mourners   []func()
	froze      [][2]int64 // when it was frozen, or held by the gateway

	idle []*connection // to the store, where links are observers

	from int64 // stamp before the signal; 0: nobody signalled it
	code int
}

// delivery is a message in a worker's hands.
type delivery struct {
	m     *message
	again int64
	id    string // of its first attempt
	at    int64
	done  int64
}

func (w *world) start(name string) *life {
	log := w.workerLogs[name]
	if log == nil {
		log = &observer{src: history.WorkerSrc(name), domain: "d"}
		if w.farOffset != 0 && w.rare(1) {
			log.domain, log.off = "far", w.farOffset
		}
		w.workerLogs[name] = log
	}
	l := &life{w: w, name: name, log: log, permits: 1 + w.upTo(7), lanes: 1 + w.upTo(3), born: w.now,
		running: map[string]int{}, open: map[*attempt]bool{}}
	w.lives = append(w.lives, l)
	log.note(w.now, 0, history.Event{Kind: history.KindWorkerStart, Worker: name})
	l.linked()
	w.broker.join(l)
	return l
}

func (l *life) dead() bool            { return l.died != 0 }
func (l *life) onDeath(do func())     { l.mourners = append(l.mourners, do) }
func (l *life) do(d int64, do func()) { l.w.after(d, func() { l.step(do) }) }

// step is something that the process does, if it can.
func (l *life) step(do func()) {
	switch {
	case l.dead():
	case l.frozen:
		l.missed = append(l.missed, do)
	default:
		do()
	}
}

func (l *life) note(t, from int64, e history.Event) { l.log.note(t, from, e) }

func (l *life) thaw() {
	l.frozen = false
	if l.dead() {
		return
	}
	missed := l.missed
	l.missed = nil
	for i, do := range missed {
		if l.frozen || l.dead() {
			l.missed = append(l.missed, missed[i:]...)
			return
		}
		do()
	}
}

// die ends the process at this instant. The harness sees it later.
func (l *life) die(code int) {
	if l.dead() {
		return
	}
	l.died, l.code = l.w.now, code
	for a := range l.open {
		a.end = min(a.end, l.w.now)
	}
	for _, do := range l.mourners {
		do()
	}
	l.w.after(l.w.between(0, 300*milli), func() { l.w.broker.leave(l) })
}

// buried records the death, confirmed at this instant.
func (l *life) buried() {
	l.w.harness.note(l.w.now, l.from, history.Event{
		Kind: history.KindWorkerDead, Worker: l.name, Detail: map[string]string{history.DetailExitCode: fmt.Sprint(l.code)},
	})
}

// kill sends SIGKILL and has the death confirmed; then goes on.
func (l *life) kill(then func()) {
	if l.dead() {
		return
	}
	l.from = l.w.now
	l.w.after(l.w.between(0, 20*milli), func() {
		l.die(137)
		l.w.after(l.w.between(0, 200*milli), func() {
			l.buried()
			then()
		})
	})
}

// crash is a death of its own doing, of which the harness hears later.
func (l *life) crash() {
	if l.dead() || l.from != 0 {
		return
	}
	l.die(2)
	l.w.after(l.w.between(0, 2*time.Second), l.buried)
}

// leave asks it to stop, and kills it when it does not.
func (l *life) leave(then func()) {
	if l.dead() {
		then()
		return
	}
	from := l.w.now
	l.from = from
	left := false
	gone := func(code int) {
		if left || l.dead() {
			return
		}
		left = true
		if code == 0 {
			l.note(l.w.now, 0, history.Event{Kind: history.KindWorkerStop, Worker: l.name})
		}
		l.die(code)
		l.w.after(l.w.between(0, 50*milli), func() {
			l.buried()
			then()
		})
	}
	var look func()
	look = func() {
		if !left && !l.dead() {
			if len(l.running) == 0 {
				gone(0)
				return
			}
			l.do(int64(10*milli), look)
		}
	}
	l.do(l.w.between(0, milli), func() {
		l.stopping = true
		l.waiting = nil
		if l.w.rare(6) { // it panics while it closes
			l.do(l.w.between(0, 20*milli), func() { gone(2) })
		}
		look()
	})
	l.w.after(int64(15*time.Second), func() {
		if !left && !l.dead() {
			l.from = l.w.now
			l.w.after(l.w.between(0, milli), func() { gone(137) })
		}
	})
}

// receive takes a message from the broker.
func (l *life) receive(m *message, again int64) {
	l.step(func() {
		if l.stopping {
			return
		}
		d := &delivery{m: m, again: again, id: l.w.attemptID(l.name), at: l.w.now}
		l.note(l.w.now, 0, history.Event{Kind: history.KindDeliver, User: m.p.user, Event: m.p.id, Attempt: d.id, Worker: l.name, Type: m.p.typ, At: m.p.at, ZoneMinutes: m.p.zone, Redelivery: again})
		l.waiting, l.all = append(l.waiting, d), append(l.all, d)
		l.next()
	})
}

func (w *world) attemptID(name string) string {
	w.ids++
	return fmt.Sprintf("%s-%d", name, w.ids)
}

// next begins what waits and may run.
func (l *life) next() {
	for i := 0; i < len(l.waiting) && len(l.running) < l.lanes && !l.stopping; i++ {
		d := l.waiting[i]
		user := d.m.p.user
		if l.running[user] > 0 && !l.w.bugs.lanesMixed {
			continue
		}
		l.waiting = append(l.waiting[:i:i], l.waiting[i+1:]...)
		i--
		l.running[user]++
		l.handle(d)
	}
}

func (l *life) finished(d *delivery) {
	d.done = l.w.now
	user := d.m.p.user
	if l.running[user]--; l.running[user] == 0 {
		delete(l.running, user)
	}
	l.next()
}

// call is a request to somebody else. What becomes of it is drawn: it may be
// refused, or it, or its answer, may be lost, or it may come late, also after
// its sender's death.
func (l *life) call(timeout int64, serve func(reply func(any)), done func(outcome string, answer any)) {
	l.ask(silent, timeout, serve, done)
}

// ask is a call that passes a link.
func (l *life) ask(p *passage, timeout int64, serve func(reply func(any)), done func(outcome string, answer any)) {
	w := l.w
	settled := false
	settle := func(outcome string, answer any) {
		l.step(func() {
			if !settled {
				settled = true
				p.over(outcome == history.OutcomeOK)
				done(outcome, answer)
			}
		})
	}
	arrives, answers := w.between(0, 3*milli), true
	if w.crowded && w.rare(2) {
		arrives = w.spread(0, 40*milli)
	}
	if w.rare(w.calm) {
		switch w.index(4) {
		case 0:
			l.do(arrives, func() { settle(history.OutcomeFailed, nil) })
			return
		case 1:
			arrives = -1
		case 2:
			answers = false
		case 3:
			arrives = timeout + w.between(0, 3*time.Second)
		}
	}
	p.asks(arrives)
	if arrives >= 0 {
		w.after(arrives, func() {
			serve(func(answer any) {
				takes := int64(-1)
				if answers {
					takes = w.between(0, 2*milli)
					w.after(takes, func() { settle(history.OutcomeOK, answer) })
				}
				p.answers(takes, answer)
			})
		})
	}
	w.after(timeout, func() { settle(history.OutcomeUnclear, nil) })
}
