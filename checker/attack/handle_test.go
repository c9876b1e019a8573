package attack

import (
	"slices"
	"time"

	"turnstile/checker/history"
)

const maxTries = 5

// handle sees a delivery through.
func (l *life) handle(d *delivery) {
	w := l.w
	p := d.m.p
	a := &attempt{id: d.id, p: p, by: l, try: 1, end: forever}
	switch {
	case w.bugs.sticks && w.rare(3):
		return
	case w.bugs.loses && w.rare(3):
		l.ack(a, d, func() { l.finished(d) })
	case w.bugs.acksFirst && w.rare(1):
		l.ack(a, d, func() { l.try(a, d, 0, func(*attempt) { l.finished(d) }) })
	default:
		l.point(a, "delivered", func() {
			l.try(a, d, 0, func(last *attempt) {
				l.point(last, "ack", func() { l.ack(last, d, func() { l.finished(d) }) })
			})
		})
	}
}

// try makes attempts until one succeeds (which acknowledges by way of good), or
// the delivery is given up or handed back.
func (l *life) try(a *attempt, d *delivery, failures int, good func(last *attempt)) {
	w := l.w
	w.attempts = append(w.attempts, a)
	after := func(outcome string, overtaken bool) {
		if outcome == history.OutcomeSent || outcome == history.OutcomeSkipped {
			good(a)
			return
		}
		if !overtaken {
			failures++
		}
		if failures >= maxTries {
			l.park(a, d)
			return
		}
		l.do(w.between(milli, 100*milli), func() {
			if l.stopping {
				l.finished(d)
				return
			}
			l.try(&attempt{id: w.attemptID(l.name), p: d.m.p, by: l, try: a.try + 1, end: forever}, d, failures, good)
		})
	}
	if w.mode != "lock" {
		l.section(a, after)
		return
	}
	from := w.now
	l.call(int64(time.Second), func(reply func(any)) { reply(w.acquire(a)) }, func(outcome string, answer any) {
		if outcome != history.OutcomeOK || answer != true {
			if outcome == history.OutcomeOK {
				l.note(w.now, 0, about(history.KindLockContended, a))
			}
			if w.bugs.lockIgnored && w.rare(1) {
				l.section(a, after)
				return
			}
			e := about(history.KindNack, a)
			e.Detail = map[string]string{"reason": "lock_contended"}
			l.note(w.now, 0, e)
			w.after(w.between(0, milli), func() {
				l.linkNote(history.KindWireRedeliveryAsked, d.m, nil)
				if d.m.to == l && !d.m.acked {
					w.broker.back(d.m, w.between(10*milli, 200*milli))
				}
			})
			l.finished(d)
			return
		}
		l.note(w.now, from, about(history.KindLockAcquired, a))
		l.point(a, "locked", func() {
			l.section(a, func(outcome string, overtaken bool) {
				from := w.now
				l.call(int64(time.Second), func(reply func(any)) { reply(w.release(a)) }, func(out string, owner any) {
					e := about(history.KindLockReleased, a)
					e.Outcome = out
					if out == history.OutcomeOK && owner != true {
						e.Kind, e.Outcome = history.KindLockLost, ""
					}
					if out == history.OutcomeFailed {
						e.Outcome = history.OutcomeUnclear
					}
					l.note(w.now, from, e)
					after(outcome, overtaken)
				})
			})
		})
	})
}

// section is the critical section: it begins now, and ends with its last effect.
func (l *life) section(a *attempt, then func(outcome string, overtaken bool)) {
	w := l.w
	a.begin = w.now
	l.open[a] = true
	leave := func(outcome string, at int64, overtaken bool) {
		a.end = at
		l.do(w.between(0, milli), func() {
			a.exitT = at
			e := about(history.KindExit, a)
			e.Outcome = outcome
			l.note(at, 0, e)
			delete(l.open, a)
			then(outcome, overtaken)
		})
	}
	l.do(w.between(0, milli), func() {
		a.entered, a.enterT = true, w.now
		e := about(history.KindEnter, a)
		e.Redelivery = 0
		l.note(w.now, 0, e)
		l.guard(a, leave, func() { l.read(a, leave) })
	})
}

type leaver func(outcome string, at int64, overtaken bool)

// guard takes a higher epoch and announces it to the gateway.
func (l *life) guard(a *attempt, leave leaver, then func()) {
	w := l.w
	if !w.fenced {
		then()
		return
	}
	next := func(reply func(any)) {
		w.store.epochs[a.p.user]++
		reply(w.store.epochs[a.p.user])
	}
	l.call(int64(time.Second), next, func(outcome string, epoch any) {
		if outcome != history.OutcomeOK {
			leave(history.OutcomeFailed, w.now, false)
			return
		}
		a.epoch = epoch.(int64)
		announce := func(reply func(any)) {
			if w.gateway.ended {
				return
			}
			ok := w.gateway.admits(a)
			w.gateway.note(a, history.KindNote, "", map[bool]string{true: history.OutcomeOK, false: history.OutcomeFailed}[ok], map[string]string{"note": "the attempt announced its epoch"})
			reply(ok)
		}
		l.call(int64(time.Second), announce, func(outcome string, ok any) {
			if outcome != history.OutcomeOK || ok != true {
				leave(history.OutcomeFailed, w.now, outcome == history.OutcomeOK)
				return
			}
			then()
		})
	})
}

func (l *life) read(a *attempt, leave leaver) {
	w := l.w
	from := w.now
	ask := func(reply func(any)) {
		if w.store.admits(a) {
			reply(seen{w.store.of(a.p.user), w.store.intents[a.p.user]})
			return
		}
		reply(nil)
	}
	l.ask(l.redis(a, "get"), int64(time.Second), ask, func(outcome string, answer any) {
		to := w.now
		got, ok := answer.(seen)
		if outcome != history.OutcomeOK || !ok {
			leave(history.OutcomeFailed, to, outcome == history.OutcomeOK)
			return
		}
		a.read, a.seenT = got.state, to
		e := about(history.KindStateRead, a)
		e.Version, e.Outcome = got.state.version, history.OutcomeOK
		l.note(to, from, e)
		l.point(a, "read", func() { l.settle(a, got.intent, leave, func() { l.decide(a, leave) }) })
	})
}

// decide goes on from the state that the attempt has.
func (l *life) decide(a *attempt, leave leaver) {
	w := l.w
	text, seen, next := w.decide(a.read, a.p)
	switch {
	case seen:
		a.skipped = true
		leave(history.OutcomeSkipped, a.seenT, false)
	case text != "":
		a.decided = text
		l.intend(a, next, text, leave, func() {
			l.send(a, text, w.bugs.sendsTwice && w.rare(1), leave, func() { l.write(a, next, text, leave) })
		})
	default:
		l.write(a, next, "", leave)
	}
}

func (l *life) send(a *attempt, text string, again bool, leave leaver, then func()) {
	w := l.w
	e := about(history.KindSendCall, a)
	e.Text = text
	a.seenT = w.now
	l.note(w.now, 0, e)
	timeout := int64(90 * time.Second)
	if w.rare(4) {
		timeout = w.spread(20*milli, 2*time.Second)
	}
	hungUp := false
	gone := func() bool { return l.dead() || hungUp }
	l.call(timeout, func(reply func(any)) { w.gateway.receive(a, text, gone, func(o string) { reply(o) }) }, func(outcome string, answer any) {
		hungUp = outcome == history.OutcomeUnclear
		if outcome == history.OutcomeOK {
			outcome = answer.(string)
		}
		at := w.now
		a.seenT = at
		e := about(history.KindSendReturn, a)
		e.Text, e.Outcome = text, outcome
		l.note(at, 0, e)
		switch {
		case outcome != history.OutcomeOK:
			leave(outcome, at, outcome == history.OutcomeFailed && w.fenced)
		case again:
			l.send(a, text, false, leave, then)
		default:
			l.do(w.between(0, 2*milli), then)
		}
	})
}

func (l *life) write(a *attempt, next *state, text string, leave leaver) {
	w := l.w
	from := w.now
	l.ask(l.redis(a, "set"), int64(time.Second), func(reply func(any)) { reply(w.store.write(a, a, a.read, next, text)) }, func(outcome string, answer any) {
		at := w.now
		overtaken := false
		if outcome == history.OutcomeOK && answer != true {
			outcome, overtaken = history.OutcomeFailed, true
		}
		a.seenT, a.end = at, at
		e := about(history.KindStateWrite, a)
		e.Version, e.Outcome = next.version, outcome
		l.note(at, from, e)
		left := outcome
		switch {
		case outcome == history.OutcomeOK && text != "":
			left = history.OutcomeSent
		case outcome == history.OutcomeOK:
			left = history.OutcomeSkipped
		case text != "" && !overtaken:
			left = history.OutcomeUnclear
		}
		l.point(a, "written", func() { leave(left, at, overtaken) })
	})
}

func (l *life) ack(a *attempt, d *delivery, then func()) {
	w := l.w
	from := w.now
	ask := func(reply func(any)) {
		ok := slices.Contains(w.broker.consumers, l) && !w.broker.halted
		if ok {
			d.m.acked, d.m.ackedAt = true, w.now
			w.broker.soon()
		}
		reply(ok)
	}
	l.ask(l.acknowledgement(d.m), int64(time.Second), ask, func(outcome string, ok any) {
		e := about(history.KindAck, a)
		e.Outcome = history.OutcomeUnclear
		if outcome == history.OutcomeOK && ok == true {
			e.Outcome = outcome
		}
		l.note(w.now, from, e)
		then()
	})
}

// park gives a delivery up: it goes to the dead-letter topic and is
// acknowledged.
func (l *life) park(a *attempt, d *delivery) {
	w := l.w
	from := w.now
	ask := func(reply func(any)) {
		w.parked = append(w.parked, d.m.p)
		reply(true)
	}
	l.call(int64(time.Second), ask, func(outcome string, _ any) {
		if outcome != history.OutcomeOK {
			l.note(w.now, 0, about(history.KindNack, a))
			if d.m.to == l && !d.m.acked {
				w.broker.back(d.m, w.between(10*milli, 200*milli))
			}
			l.finished(d)
			return
		}
		l.note(w.now, from, about(history.KindDeadLetter, a))
		l.ack(a, d, func() { l.finished(d) })
	})
}

// point is a place of the handling at which the gateway may make it wait.
func (l *life) point(a *attempt, name string, then func()) {
	h := l.w.gateway.catch(a, name)
	if h == nil || l.w.gateway.ended {
		then()
		return
	}
	l.w.gateway.withhold(h, a, "", func() { l.do(l.w.between(0, milli), then) })
}
