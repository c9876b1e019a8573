package levels

import (
	"cmp"
	"slices"

	"turnstile/checker/history"
)

// bound is an interval of the frame, in nanoseconds: of an inner one, in which
// some section of the user surely lasted; of an outer one, in which whatever was
// done with a delivery was done.
type bound struct {
	user, event, worker, attempt string // empty: not known
	start, end                   int64
	what                         string           // it is, in words
	by                           string           // what bounds its end, in words
	lines                        []*history.Event // that show it
}

// distinct reports whether two inner bounds are surely of two sections: of two
// attempts that marked themselves, of two workers or of two events. Two calls with
// one text are not: an impatient section may send it again before it is answered.
func distinct(a, b *bound) bool {
	if a.attempt != "" && b.attempt != "" {
		return a.attempt != b.attempt
	}
	return a.worker != "" && b.worker != "" && a.worker != b.worker || a.event != "" && b.event != "" && a.event != b.event
}

// pair is two bounds that overlap; a began first.
type pair struct{ a, b *bound }

func (p pair) length() int64 { return min(p.a.end, p.b.end) - max(p.a.start, p.b.start) }

// pairs finds those among one user's bounds that have more than an endpoint in
// common and for which of says that they count.
func pairs(all []*bound, of func(a, b *bound) bool) (found []pair) {
	slices.SortStableFunc(all, func(a, b *bound) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	var inside []*bound
	for _, b := range all {
		inside = slices.DeleteFunc(inside, func(a *bound) bool { return a.end <= b.start })
		for _, a := range inside {
			if of(a, b) {
				found = append(found, pair{a, b})
			}
		}
		inside = append(inside, b)
	}
	return found
}

// inner are the bounds that a level sees within sections, by user.
func (s *seen) inner(l Level) map[string][]*bound {
	out := map[string][]*bound{}
	add := func(b *bound) {
		if b.start <= b.end { // else what the clocks leave open is wider than it
			out[b.user] = append(out[b.user], b)
		}
	}
	for _, c := range s.calls {
		if c.placed {
			add(s.ofCall(c, l))
		}
	}
	if l >= Store {
		for _, c := range s.commands {
			if c.bounded {
				add(&bound{user: c.user, event: c.event, worker: c.worker, start: c.start, end: c.end,
					what: "a command to the user's state", by: "the answer to the command", lines: []*history.Event{c.e, c.shown}})
			}
		}
		for _, b := range s.spans() {
			add(b)
		}
	}
	if l >= Marks {
		for _, m := range s.marks {
			if m.backed {
				add(m.inner())
			}
		}
	}
	return out
}

// ofCall is a call as a bound. From the level on that sees deliveries, one that
// does not name its worker is of the only one that had its event by then.
func (s *seen) ofCall(c *call, l Level) *bound {
	b := &bound{user: c.user, event: c.event, worker: c.worker, start: c.start, end: c.end,
		what: "a send of " + c.text, by: "when its answer was still out", lines: []*history.Event{c.e}}
	if c.ret != nil {
		b.lines = append(b.lines, c.ret)
	}
	if b.worker == "" && l >= Broker {
		had := map[string]bool{}
		for _, g := range s.given {
			if g.event == c.event && g.start <= c.start {
				had[g.worker] = true
			}
		}
		if len(had) == 1 && len(s.touching(Broker, "")) == 0 {
			for w := range had {
				b.worker = w
			}
		}
	}
	return b
}

// spans are, of each write of a state, from the worker's last read of it before,
// where sections read before they write and the links show that they do.
//
// The section that wrote had read before, so it had begun by the last read that
// there was, whoever's that is.
func (s *seen) spans() (out []*bound) {
	if !s.m.ReadsFirst || s.copies || s.partly() {
		return nil
	}
	for _, w := range writes(s.commands) { // each has its read: nobody kept a copy
		if c := w.write; c.bounded {
			out = append(out, &bound{user: c.user, event: c.event, worker: c.worker, start: w.read.start, end: c.end,
				what: "from a read of the user's state to the write of it", by: "the answer to the write", lines: []*history.Event{w.read.e, c.e, c.shown}})
		}
	}
	return out
}

// partly reports whether some worker's commands are not all on record: a write that
// no read came before might then be among them.
func (s *seen) partly() bool {
	return slices.ContainsFunc(s.findings, func(f *finding) bool {
		return f.name == "worker-unseen" || f.name == "link-undecoded" || f.name == "link-unfinished"
	})
}

func (m *mark) inner() *bound {
	b := &bound{user: m.user, event: m.event, worker: m.worker, attempt: m.attempt, start: m.start, end: m.end,
		what: "a marked section", by: "its mark", lines: []*history.Event{m.enter}}
	if m.exit != nil {
		b.lines = append(b.lines, m.exit)
	}
	return b
}

// outer are the bounds that a level sees around sections, by user.
func (s *seen) outer(l Level) map[string][]*bound {
	out := map[string][]*bound{}
	if l >= Marks {
		for _, m := range s.marks {
			b := m.inner()
			b.start, b.end = m.from, m.until
			out[b.user] = append(out[b.user], b)
		}
		return out
	}
	for _, g := range s.given {
		b := &bound{user: g.user, event: g.event, worker: g.worker, start: g.start, end: g.end}
		out[b.user] = append(out[b.user], b)
	}
	return out
}
