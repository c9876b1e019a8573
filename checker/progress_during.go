package checker

import (
	"cmp"
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// during decides whether users that the i-th fault does not touch stood still
// beside it.
func (c *progressCheck) during(i int) {
	f, s := &c.r.faults[i], c.strikes[i]
	if !f.Ended || f.Halts || s.end.hi-s.begin.lo < standstillLimit {
		return
	}
	in, ok := c.untouched(i)
	switch {
	case !ok:
		c.kept = append(c.kept, f.Fault)
		return
	case !observed(c.r.h, history.SrcGateway):
		c.open = append(c.open, "nothing of the gateway is on record, so who was kept waiting by it is not known")
		return
	}
	least, most := c.effectsOf(in.users), c.effectsOf(in.maybe)
	// Surely: of those who surely wait, while surely somebody can serve, and with
	// all effects that may have been theirs. Perhaps: the other way round.
	idle := c.idle.perhaps
	if len(in.users) == 0 {
		idle = c.idle.halted // who could serve is all one where nobody is left to be served
	}
	pieces := served(s.surely(), idle, least, func(e taken, after int64) (int64, bool) { return e.hi, e.lo >= after })
	if !slices.Equal(pieces, joined([]instant{s.surely()})) {
		c.halted = append(c.halted, f.Fault)
	}
	waits := c.waitsBeside(in.users, in.struck, s.perhaps(), true)
	judged, offered, refuted := false, false, false
	for _, p := range pieces {
		if p.hi-p.lo < standstillLimit {
			continue
		}
		st := newStandstill(waits, most, p)
		judged, offered = true, offered || len(st.waits) > 0
		if length := st.surely(); length >= standstillLimit {
			c.stoodStill(f, st, length, len(in.users))
			refuted = true
		}
	}
	waits = c.waitsBeside(in.maybe, in.surelyStruck, s.perhaps(), false)
	longest := int64(0)
	for _, p := range served(s.perhaps(), c.idle.surely, most, func(e taken, after int64) (int64, bool) { return max(e.lo, after), e.hi >= after }) {
		if p.hi-p.lo >= standstillLimit {
			longest = max(longest, newStandstill(waits, least, p).perhaps())
		}
	}
	switch {
	case offered:
		c.count("standstill_ns", longest)
	case judged:
		c.nothing = append(c.nothing, fmt.Sprintf("no event of a user that the fault %s did not touch was waiting while it lasted", f.Fault))
	}
	if longest >= standstillLimit && !refuted {
		c.open = append(c.open, fmt.Sprintf("whether users that the fault %s does not touch stood still beside it for %s is not exactly known", f.Fault, inWords(longest)))
	}
}

// stoodStill notes a standstill that surely was.
func (c *progressCheck) stoodStill(f *FaultEvidence, s *standstill, length int64, users int) {
	w := s.waitedAt(s.from)
	c.violations = append(c.violations, stop{
		user: w.user, events: []string{w.event}, fault: f.Fault, length: length,
		summary: fmt.Sprintf("user %s: event %s waited, and for %s none of the %s that the fault %s does not touch was served, from %s after its begin on",
			w.user, w.event, inWords(length), many(users, "user"), f.Fault, inWords(s.from-c.at(f.Fault, f.Domain, f.Begin).lo)),
	})
}

// served is what is left of a window without the time in which nobody can serve,
// and without that from there until the first of some effects: how long it takes to
// go on is recovery, which has no limit of its own. Of an effect, when tells the
// instant, as late or as early as may be, and whether it was after another.
func served(in instant, idle stretches, effects []taken, when func(e taken, after int64) (int64, bool)) (pieces []instant) {
	from := in.lo
	for i, gap := range idle {
		if gap.lo >= in.hi {
			break
		}
		if gap.lo > from {
			pieces = append(pieces, instant{from, gap.lo})
		}
		if i+1 < len(idle) && idle[i+1].lo <= in.lo {
			continue // the next is before the window, too
		}
		again := int64(unbounded)
		for _, e := range effects {
			if t, ok := when(e, gap.hi); ok {
				again = min(again, t)
			}
		}
		from = max(from, again)
	}
	if from < in.hi {
		pieces = append(pieces, instant{from, in.hi})
	}
	return pieces
}

// effectsOf keeps what is of some users.
func (c *progressCheck) effectsOf(users map[string]bool) (out []taken) {
	for _, e := range c.effects {
		if users[e.user] {
			out = append(out, e)
		}
	}
	return out
}

// outage is the longest time since the first fault in which somebody waited
// and nobody was served.
func (c *progressCheck) outage() int64 {
	begin := int64(unbounded)
	for i := range c.r.faults {
		begin = min(begin, c.at(c.r.faults[i].Fault, c.r.faults[i].Domain, c.r.faults[i].Begin).lo)
	}
	if begin == unbounded {
		return 0
	}
	end := c.at("quiet", c.r.quiet.Domain, c.r.quiet.T).hi
	return newStandstill(c.waits, c.effects, instant{begin, end}).perhaps()
}

// standstill looks for the longest stretch of a window in which an event waits
// throughout and nothing takes effect. Nothing having taken effect, whatever
// waits at one of its instants still waits at its end.
type standstill struct {
	instant           // the window
	waits   []waiting // that had not taken effect for certain when the window began, by acknowledgement
	effects []instant // that may lie in the window
	from    int64     // where the stretch that surely found begins
}

func newStandstill(waits []waiting, effects []taken, in instant) *standstill {
	s := &standstill{instant: in}
	for _, w := range waits {
		if w.since < in.hi && w.hi > in.lo {
			s.waits = append(s.waits, w)
		}
	}
	for _, e := range effects {
		if e.hi >= in.lo && e.lo <= in.hi {
			s.effects = append(s.effects, e.instant)
		}
	}
	return s
}

// surely is the longest stretch that certainly was one: no effect can lie in it.
func (s *standstill) surely() int64 {
	slices.SortFunc(s.effects, func(a, b instant) int { return cmp.Compare(a.lo, b.lo) })
	since := s.earliest(func(w waiting) int64 { return w.lo })
	longest, a := int64(0), s.lo
	try := func(b int64) {
		from := max(a, since(b))
		if b > from && b-from > longest {
			longest, s.from = b-from, from
		}
	}
	for _, e := range s.effects {
		try(min(e.lo, s.hi))
		a = max(a, e.hi)
	}
	try(s.hi)
	return longest
}

// perhaps is the longest stretch that may have been one: no effect certainly
// lies in it. It ends with the window, or where by the latest an effect came or
// somebody waited no longer.
func (s *standstill) perhaps() int64 {
	ends := make([]int64, 0, len(s.effects)+len(s.waits)+1)
	for _, e := range s.effects {
		ends = append(ends, e.hi)
	}
	for _, w := range s.waits {
		ends = append(ends, w.hi)
	}
	ends = append(ends, s.hi)
	slices.Sort(ends)
	slices.SortFunc(s.effects, func(a, b instant) int { return cmp.Compare(a.hi, b.hi) })
	since := s.earliest(func(w waiting) int64 { return w.hi })
	longest, a, n := int64(0), s.lo, 0
	for _, b := range ends {
		if b > s.hi {
			break
		}
		for ; n < len(s.effects) && s.effects[n].hi < b; n++ { // over before b, so the stretch begins no earlier
			a = max(a, s.effects[n].lo)
		}
		longest = max(longest, b-max(a, since(b)))
	}
	return longest
}

// earliest tells, for an instant, since when something has been waiting that
// still is at that instant; beyond it if nothing does.
func (s *standstill) earliest(until func(waiting) int64) func(at int64) int64 {
	byEnd := slices.Clone(s.waits)
	slices.SortFunc(byEnd, func(a, b waiting) int { return cmp.Compare(until(a), until(b)) })
	least := make([]int64, len(byEnd)+1)
	least[len(byEnd)] = unbounded
	for i := len(byEnd) - 1; i >= 0; i-- {
		least[i] = min(byEnd[i].since, least[i+1])
	}
	return func(at int64) int64 {
		i, _ := slices.BinarySearchFunc(byEnd, at, func(w waiting, t int64) int { return cmp.Compare(until(w), t) })
		return least[i]
	}
}

// waitedAt is who had waited longest when a stretch began.
func (s *standstill) waitedAt(from int64) waiting {
	for _, w := range s.waits {
		if w.lo > from {
			return w
		}
	}
	return s.waits[0]
}
