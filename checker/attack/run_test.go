package attack

import (
	"fmt"
	"time"

	"turnstile/checker/history"
)

// live is the whole run: load, faults, the wait for quiet, the end.
func (w *world) live() {
	for _, u := range w.users {
		w.load(u, 1+w.upTo(5))
	}
	for range pick(w.dice, 0, 1, 1, 2) {
		if !w.crowded || w.rare(1) {
			w.drawFault()
		}
	}
	if w.rare(4) {
		w.after(w.spread(0, 2*time.Second), func() {
			if all := w.alive(); len(all) > 0 {
				l := pick(w.dice, all...)
				l.crash()
				if w.rare(1) {
					w.after(w.spread(2*time.Second, 4*time.Second), func() { w.again(l) })
				}
			}
		})
	}
	w.after(0, w.look)
	w.run(func() bool { return w.ended })
}

// look is the harness waiting for quiet.
func (w *world) look() {
	switch {
	case w.pending > 0 || w.loading > 0:
		w.patience = w.now + int64(60*time.Second)
	case w.broker.empty():
		w.quiet(history.OutcomeOK)
		return
	case w.now > w.patience:
		w.quiet(history.OutcomeFailed)
		return
	}
	w.after(int64(100*time.Millisecond), w.look)
}

func (w *world) quiet(outcome string) {
	w.quietAt, w.quietOK = w.now, outcome == history.OutcomeOK
	w.after(w.between(0, milli), func() {
		e := history.Event{Kind: history.KindQuiet, Outcome: outcome}
		if !w.quietOK {
			e.Detail = map[string]string{"backlog": "some"}
		}
		w.harness.note(w.now, 0, e)
		if w.rare(6) {
			w.load(w.users[0], 1)
			w.after(w.between(0, 2*time.Second), w.stop)
			return
		}
		w.after(w.between(0, 10*milli), w.stop)
	})
}

// stop ends all that live, and has the records collected after that: at a later
// instant, since one program does one after the other.
func (w *world) stop() {
	left := 1
	gone := func() {
		if left--; left == 0 {
			w.after(1+w.between(0, 5*time.Second), w.collect)
		}
	}
	for _, l := range w.lives {
		if !l.dead() && l.from == 0 {
			if l.frozen {
				l.thaw()
			}
			left++
			l.leave(gone)
		}
	}
	// Those that are dying otherwise are confirmed by then.
	w.after(int64(3*time.Second), gone)
}

func (w *world) collect() {
	w.gateway.ended = true
	if w.gateway.owed > 0 { // it ends when it has answered everybody
		w.after(int64(milli), w.collect)
		return
	}
	w.gatewayLog.note(w.now, 0, history.Event{Kind: history.KindObserverStop})
	w.after(1+w.between(0, 5*time.Second), func() {
		w.logRead = w.now
		w.ended = true
	})
}

// load publishes a user's events.
func (w *world) load(user string, events int) {
	w.loading++
	known := int64(0)
	for _, p := range w.publishes {
		if p.user == user {
			known = max(known, p.ordinal)
		}
	}
	var all []*publish
	cycle := w.crowded && w.rare(1)
	for i := range events {
		ordinal := known + int64(i) + 1
		p := &publish{user: user, id: fmt.Sprintf("%s-%d", user, ordinal), ordinal: ordinal,
			typ: pick(w.dice, w.types...)}
		p.at, p.zone = w.eventTime()
		if cycle {
			p.typ = []string{"purchased", "replied_stop", "replied_start"}[i%3]
		}
		w.publishes = append(w.publishes, p)
		all = append(all, p)
	}
	var next func(int)
	next = func(i int) {
		if i == len(all) {
			w.loading--
			return
		}
		w.publish(all[i], func() {
			pause := w.between(0, 10*milli)
			if !w.crowded && w.rare(3) {
				pause = w.spread(100*milli, 8*time.Second)
			}
			w.after(pause, func() { next(i + 1) })
		})
	}
	w.after(w.between(0, 5*milli), func() { next(0) })
}

// eventTime draws when an event happened: at noon or some hours of a few days
// beside it, in a time zone near or far.
func (w *world) eventTime() (at, zone int64) {
	const noon = 1_700_049_600_000
	return noon + int64(pick(w.dice, 0, w.upTo(8), w.upTo(72), w.upTo(24*9)))*3_600_000, int64(pick(w.dice, 0, 0, 0, 60*w.upTo(12), -60*w.upTo(11)))
}

// publish calls the broker once, and again where the answer was none.
func (w *world) publish(p *publish, then func()) {
	from := w.now
	outcome := history.OutcomeOK
	arrives, takes := w.between(0, 2*milli), w.between(0, 2*milli)
	if w.rare(3) {
		takes = w.spread(0, 500*milli)
	}
	if w.rare(5) {
		takes = int64(500 * milli)
		switch w.index(4) {
		case 0:
			outcome, arrives, takes = history.OutcomeFailed, -1, int64(milli)
		case 1:
			outcome, arrives = history.OutcomeUnclear, -1
		case 2:
			outcome = history.OutcomeUnclear
		case 3:
			outcome, arrives = history.OutcomeUnclear, takes+w.between(0, 2*time.Second)
		}
	}
	if arrives >= 0 {
		w.after(arrives, func() { w.broker.arrive(p) })
	}
	if outcome == history.OutcomeOK {
		takes += arrives
	}
	w.after(takes, func() {
		p.tries = append(p.tries, try{from, w.now, outcome})
		w.harness.note(w.now, from, history.Event{Kind: history.KindPublish, User: p.user, Event: p.id, Ordinal: p.ordinal, Type: p.typ, At: p.at, ZoneMinutes: p.zone, Outcome: outcome})
		if outcome != history.OutcomeOK && len(p.tries) < 3 && w.rare(1) {
			w.publish(p, then)
			return
		}
		then()
	})
}
