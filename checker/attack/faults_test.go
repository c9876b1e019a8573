package attack

import (
	"fmt"
	"slices"
	"time"

	"turnstile/checker/history"
)

// fault is one that the harness makes, as it truly was.
type fault struct {
	id, kind   string
	lives      []*life // that it strikes
	user       string
	halts      bool
	begin, end int64 // stamps
}

func (w *world) beginFault(kind string, a *attempt, l *life, users string, halts string) *fault {
	f := &fault{id: fmt.Sprintf("%s-%d", kind, len(w.faults)+1), kind: kind, begin: w.now, halts: halts != ""}
	e := history.Event{Kind: history.KindFaultBegin, Fault: f.id}
	if l != nil {
		f.lives = append(f.lives, l)
		e.Worker = l.name
	}
	if a != nil {
		f.user = a.p.user
		e.User, e.Event, e.Attempt = a.p.user, a.p.id, a.id
	}
	if users != "" {
		f.user, e.User = users, users
	}
	if halts != "" {
		e.Detail = map[string]string{history.DetailHalts: halts}
	}
	w.faults = append(w.faults, f)
	w.harness.note(w.now, 0, e)
	return f
}

func (w *world) endFault(f *fault) {
	f.end = w.now
	w.harness.note(w.now, 0, history.Event{Kind: history.KindFaultEnd, Fault: f.id, Outcome: history.OutcomeHealed,
		Evidence: []history.Evidence{{Name: "it is done", Observer: "engine", T: w.now, Seen: !w.rare(3)}}})
	w.pending--
}

// lasting is how long a fault stays: mostly short, sometimes long enough for
// progress to be judged.
func (w *world) lasting() int64 {
	if w.rare(2) {
		return w.spread(5*time.Second, 40*time.Second)
	}
	return w.spread(0, 4*time.Second)
}

func (w *world) alive() (out []*life) {
	for _, l := range w.lives {
		if !l.dead() && l.from == 0 {
			out = append(out, l)
		}
	}
	return out
}

// drawFault puts one fault on the agenda.
func (w *world) drawFault() {
	w.pending++
	at := w.between(0, 300*milli)
	if w.rare(2) {
		at = w.spread(0, 5*time.Second)
	}
	switch w.index(8) {
	case 0, 1:
		w.after(at, w.aim)
	case 2:
		w.after(at, func() { w.unaimed("kill", w.killed) })
	case 3:
		w.after(at, func() { w.unaimed("freeze", w.freeze) })
	case 4:
		w.after(at, func() { w.unaimed("leave", w.left) })
	case 5:
		w.after(at, w.everybody)
	case 6:
		w.after(at, w.halt)
	case 7:
		w.after(at, w.poison)
	}
}

// aim arms a hold and strikes the worker that is caught in it. That it is inside is
// said of a point in the section alone.
func (w *world) aim() {
	h := &hold{id: fmt.Sprintf("h%d", len(w.gateway.holds)+1), user: pick(w.dice, w.users...), point: pick(w.dice, "", "read", "written", "ack", "locked", "delivered")}
	w.gateway.holds = append(w.gateway.holds, h)
	inject := pick(w.dice, w.killed, w.freeze, w.left)
	h.onCatch = func(a *attempt) {
		l := a.by
		began := w.now
		over := func() {
			if h.free != nil {
				h.free()
			}
			l.froze = append(l.froze, [2]int64{began, w.now})
		}
		w.after(w.between(0, 20*milli), func() {
			if l.dead() || l.from != 0 {
				w.pending--
				over()
				return
			}
			in := a
			if h.point != "" && h.point != "read" {
				in = nil
			}
			f := w.beginFault("aimed", in, l, "", "")
			w.after(w.between(0, 5*milli), func() { inject(f, l, over) })
		})
	}
	// One that catches nothing is called off.
	w.after(int64(10*time.Second), func() {
		if h.caught == nil {
			h.over = true
			w.pending--
		}
	})
}

func (w *world) unaimed(kind string, inject func(*fault, *life, func())) {
	all := w.alive()
	if len(all) == 0 {
		w.pending--
		return
	}
	l := pick(w.dice, all...)
	f := w.beginFault(kind, nil, l, "", "")
	w.after(w.between(0, 5*milli), func() { inject(f, l, func() {}) })
}

// again starts a worker in place of a dead one, under its name or another.
func (w *world) again(old *life) {
	name := old.name
	if w.rare(1) {
		name = w.name()
	}
	for _, l := range w.lives {
		if l.name == name && !l.dead() {
			return
		}
	}
	w.start(name)
}

func (w *world) killed(f *fault, l *life, over func()) {
	if l.dead() || l.from != 0 {
		over()
		w.endFault(f)
		return
	}
	l.kill(func() {
		if w.rare(1) {
			over()
		}
		w.after(w.lasting(), func() {
			over()
			if !w.rare(2) || len(w.alive()) == 0 {
				w.again(l)
			}
			w.after(w.between(0, 10*milli), func() { w.endFault(f) })
		})
	})
}

func (w *world) left(f *fault, l *life, over func()) {
	if l.dead() || l.from != 0 {
		over()
		w.endFault(f)
		return
	}
	done := func() {
		w.after(w.lasting(), func() {
			over()
			if !w.rare(2) || len(w.alive()) == 0 {
				w.again(l)
			}
			w.after(w.between(0, 10*milli), func() { w.endFault(f) })
		})
	}
	l.leave(done)
	w.after(w.between(0, 3*time.Second), over)
}

func (w *world) freeze(f *fault, l *life, over func()) {
	if l.dead() || l.from != 0 || l.frozen {
		over()
		w.endFault(f)
		return
	}
	l.frozen = true
	began := w.now
	w.after(w.spread(500*milli, 2*time.Second), func() {
		if l.frozen && !l.dead() {
			w.broker.leave(l)
		}
	})
	first := w.rare(1)
	w.after(w.lasting(), func() {
		if first {
			over()
		}
		l.froze = append(l.froze, [2]int64{began, w.now})
		l.thaw()
		w.endFault(f)
		if !first {
			w.after(w.between(0, 5*milli), over)
		}
		w.after(w.between(0, 200*milli), func() {
			if !l.dead() && !l.stopping && !slices.Contains(w.broker.consumers, l) {
				w.broker.join(l)
			}
		})
	})
}

// everybody dies at once, and comes back after a time.
func (w *world) everybody() {
	word := ""
	if w.rare(1) {
		word = "all workers die at once"
	}
	f := w.beginFault("everybody", nil, nil, "", word)
	all := w.alive()
	left := len(all)
	back := func() {
		w.after(w.lasting(), func() {
			for _, l := range all {
				w.again(l)
			}
			w.after(w.between(0, 10*milli), func() { w.endFault(f) })
		})
	}
	if left == 0 {
		back()
		return
	}
	for _, l := range all {
		f.lives = append(f.lives, l)
		l.kill(func() {
			if left--; left == 0 {
				back()
			}
		})
	}
}

func (w *world) halt() {
	f := w.beginFault("halt", nil, nil, "", "the broker is paused")
	w.broker.halt(true)
	w.after(w.lasting(), func() {
		w.broker.halt(false)
		w.endFault(f)
	})
}

// poison has the gateway refuse an event.
func (w *world) poison() {
	user := pick(w.dice, w.users...)
	f := w.beginFault("poison", nil, nil, user, "")
	for _, p := range w.publishes {
		if p.user == user {
			w.gateway.poison[p.id] = 1 + w.upTo(5)
			break
		}
	}
	w.after(w.lasting(), func() {
		clear(w.gateway.poison)
		w.endFault(f)
	})
}
