package attack

import (
	"slices"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
)

// truth is what is so of a property in a world. The two are apart where records
// cannot tell: see the package's statements.
type truth struct {
	violated bool // in truth: only then may it be refuted
	shown    bool // so that whole records show it: then it must not be said to hold
}

func (w *world) truth(p checker.Property) truth {
	switch p {
	case checker.Exclusivity:
		return w.overlaps()
	case checker.Effects:
		return w.torn()
	case checker.Order:
		return w.inverted()
	case checker.Delivery:
		return w.lost()
	case checker.Duplicates:
		return w.doubled()
	case checker.Progress:
		return w.stalled()
	case "rules":
		return w.felt()
	}
	return truth{violated: true} // nothing is known of a property that is not simulated: any answer goes
}

// visibleEnd is until when records show, or must suppose, an attempt inside.
func (a *attempt) visibleEnd() int64 {
	switch {
	case a.exitT != 0:
		return a.exitT
	case a.by.code == 137 && a.by.from != 0:
		return min(a.end, a.by.from)
	}
	return a.end
}

func (w *world) overlaps() (out truth) {
	return w.overlapsOf(func(*attempt) bool { return true })
}

// overlapsOf are those of some attempts.
func (w *world) overlapsOf(is func(*attempt) bool) (out truth) {
	for i, a := range w.attempts {
		for _, b := range w.attempts[:i] {
			if !is(a) || !is(b) {
				continue
			}
			if a.p.user != b.p.user || a.begin == 0 || b.begin == 0 {
				continue
			}
			if a.end > b.begin && b.end > a.begin {
				out.violated = true
			}
			if a.entered && b.entered && a.visibleEnd() > b.enterT && b.visibleEnd() > a.enterT {
				out.shown = true
			}
		}
	}
	return out
}

func (w *world) doubled() truth {
	n := map[[2]string]int{}
	for _, s := range w.sends {
		if s.what == "" {
			n[[2]string{s.a.p.id, s.text}]++
		}
	}
	for _, k := range n {
		if k > 1 {
			return truth{true, true}
		}
	}
	return truth{}
}

func (w *world) first(p *publish) (t int64, ok bool) {
	for i, c := range w.commits {
		if c.a.p == p {
			return int64(i), true
		}
	}
	return 0, false
}

func (w *world) inverted() (out truth) {
	for _, a := range w.publishes {
		for _, b := range w.publishes {
			ta, okA := w.first(a)
			tb, okB := w.first(b)
			if a.user != b.user || a.ordinal >= b.ordinal || !okA || !okB || tb > ta {
				continue
			}
			out.violated = out.violated || a.arrivals[0] <= b.arrivals[0]
			out.shown = out.shown || a.clear() && b.clear()
		}
	}
	return out
}

func (w *world) lost() (out truth) {
	for _, p := range w.publishes {
		if _, ok := w.first(p); ok || !p.acknowledged() {
			continue
		}
		out.shown = true
		// What had not come to the broker when the harness looked for the last time is
		// not known to have been drained.
		if w.quietOK && len(p.arrivals) > 0 && p.arrivals[0] <= w.quietAt {
			out.violated = true
		}
	}
	return out
}

func (w *world) torn() (out truth) {
	shown := func() { out = truth{true, true} }
	last := map[string]*commit{} // by user
	welcomes := map[string]int{}
	events := map[*publish]int{}
	stopped := map[string]bool{}
	for _, c := range w.commits {
		u := c.a.p.user
		if before := last[u]; c.read.by != before {
			shown() // it was decided on another state than it replaced
		}
		last[u] = c
		sent, known := 0, false
		for _, s := range c.a.sends {
			known = known || s.text == c.text && s.what != history.OutcomeFailed
			if s.what == "" {
				sent++
				if s.text != c.text {
					shown()
				}
			}
		}
		if c.by != c.a { // who made it was told that the text was out, by its key
			known = known || slices.ContainsFunc(w.sends, func(s *send) bool {
				return s.what == "" && s.t <= c.t && s.a.p == c.a.p && s.text == c.text && len(s.a.commits) > 0
			})
		}
		if w.bugs.keyOfText && c.text != "" && sent == 0 {
			out.violated = true // what it was told had gone out may be another event's
		}
		if sent > 1 || c.text != "" && !known {
			shown()
		}
		if stopped[u] && c.text != "" {
			shown()
		}
		switch c.a.p.typ {
		case "replied_stop":
			stopped[u] = true
		case "replied_start":
			stopped[u] = false
		}
		if c.text == "welcome" {
			if welcomes[u]++; welcomes[u] > 1 {
				shown()
			}
		}
		if events[c.a.p]++; events[c.a.p] > 1 {
			shown()
		}
	}
	for i, s := range w.sends {
		if s.what != "" {
			continue
		}
		if len(s.a.commits) == 0 && !w.completed(i) {
			shown()
		}
		v := w.afterStop(s, w.commits)
		out.violated, out.shown = out.violated || v.violated, out.shown || v.shown
	}
	return out
}

// firsts are the commits by which events took effect.
func (w *world) firsts() (of []*commit) {
	seen := map[*publish]bool{}
	for _, c := range w.commits {
		if !seen[c.a.p] {
			of = append(of, c)
		}
		seen[c.a.p] = true
	}
	return of
}

// afterStop reports whether a text went out after one of some STOPs and before
// any START.
func (w *world) afterStop(s *send, stops []*commit) (out truth) {
	u := s.a.p.user
	for _, stop := range stops {
		if stop.a.p.user != u || stop.a.p.typ != "replied_stop" || stop.t > s.t || stop.a.p == s.a.p {
			continue
		}
		ended, maybe := false, false
		for _, start := range w.commits {
			if start.a.p.user != u || start.a.p.typ != "replied_start" || start.t < stop.t {
				continue
			}
			ended = ended || start.t <= s.t
			maybe = maybe || start.a.begin <= s.t+w.width()
		}
		if !ended {
			out.violated = true
			// Its worker knew before the text came, and no START was under way.
			out.shown = out.shown || !maybe && stop.known(w) < s.t
		}
	}
	return out
}

// width is how well the clocks can be compared.
func (w *world) width() int64 { return w.farHi - w.farLo }

// sure reports whether the commit's worker saw it succeed.
func (c *commit) sure() bool {
	if c.by != c.a {
		return c.madeAt != 0
	}
	for _, e := range c.a.by.log.events {
		if e.Kind == history.KindStateWrite && e.Attempt == c.a.id {
			return e.Outcome == history.OutcomeOK
		}
	}
	return false
}

// completed reports whether a later attempt of the event was told that the text
// had gone out, and wrote.
func (w *world) completed(i int) bool {
	first := w.sends[i]
	for _, s := range w.sends[i+1:] {
		if s.what == history.OutcomeDeduplicated && s.a.p == first.a.p && s.text == first.text && len(s.a.commits) > 0 {
			return true
		}
	}
	return false
}

// effectAt is when an event took effect.
func (w *world) effectAt(p *publish) int64 {
	for _, c := range w.commits {
		if c.a.p == p {
			return c.t
		}
	}
	return forever
}

func (p *publish) ackedAt() int64 {
	for _, t := range p.tries {
		if t.outcome == history.OutcomeOK {
			return t.t
		}
	}
	return forever
}

const (
	still    = int64(5 * time.Second)  // nobody may stand still for longer during a fault
	patience = int64(20 * time.Second) // nothing may be left alone for longer at the end
	grain    = int64(50 * time.Millisecond)
)

// stalled is the weak form of progress: see the package's statements.
func (w *world) stalled() (out truth) {
	out.shown = !w.quietOK
	for _, m := range w.broker.messages {
		if (!m.acked || m.ackedAt > w.quietAt) && m.p.arrivals[0] <= w.quietAt-patience+grain {
			out.violated = true
		}
	}
	for _, l := range w.lives {
		for _, d := range l.all {
			if d.at <= w.quietAt-patience+grain && (d.done == 0 || d.done > w.quietAt) && (l.died == 0 || l.died > w.quietAt) {
				out.violated = true
			}
		}
	}
	for _, f := range w.faults {
		for _, p := range w.publishes {
			if w.recoverWithin > 0 && p.ackedAt() <= f.end {
				at := min(w.effectAt(p), w.quietAt)
				out.violated = out.violated || w.servable(f.end, at, false) > w.recoverWithin-2*grain
				out.shown = out.shown || at == w.effectAt(p) && !slices.Contains(w.parked, p) && w.servable(f.end, at, true) > w.recoverWithin+2*grain
			}
			if w.stoodStill(f, p) {
				out.violated = true
			}
		}
	}
	return out
}

// servable is for how long of a time somebody could have served; in an
// undisturbed one, that no fault lasted and no answer was withheld.
func (w *world) servable(from, to int64, undisturbed bool) (long int64) {
	for t := from; t < to; t += grain {
		if w.haltedAt(t) || undisturbed && w.disturbedAt(t) {
			continue
		}
		if slices.ContainsFunc(w.lives, func(l *life) bool { return l.free(w, t) }) {
			long += grain
		}
	}
	return long
}

func (w *world) disturbedAt(t int64) bool {
	return slices.ContainsFunc(w.faults, func(f *fault) bool { return f.begin <= t && t <= f.end }) ||
		slices.ContainsFunc(w.gateway.holds, func(h *hold) bool { return h.from != 0 && h.from <= t && (h.to == 0 || t <= h.to) })
}

// stoodStill reports whether somebody could have served an event that waited for
// some five seconds of a fault, and nobody did.
func (w *world) stoodStill(f *fault, p *publish) bool {
	from, to := max(f.begin, p.ackedAt()), min(f.end, w.effectAt(p))
	if to-from < still-grain {
		return false
	}
	for _, l := range w.lives {
		run := int64(0)
		for t := from; t < to; t += grain {
			if run += grain; l.free(w, t) && !w.haltedAt(t) {
				if run >= still-2*grain {
					return true
				}
				continue
			}
			run = 0
		}
	}
	return false
}

func (w *world) haltedAt(t int64) bool {
	return slices.ContainsFunc(w.faults, func(f *fault) bool { return f.halts && f.begin <= t && t <= f.end })
}

// free reports whether the process lived and nothing was done to it.
func (l *life) free(w *world, t int64) bool {
	if t < l.born || l.died != 0 && t > l.died || l.from != 0 && t > l.from {
		return false
	}
	for _, f := range l.froze {
		if f[0] <= t && t <= f[1] {
			return false
		}
	}
	return !slices.ContainsFunc(w.faults, func(f *fault) bool { return f.begin <= t && t <= f.end && slices.Contains(f.lives, l) })
}
