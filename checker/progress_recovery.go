package checker

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// recovery measures how long a fault was felt, and holds it against the
// scenario's limit.
func (c *progressCheck) recovery(i int) *Recovery {
	f := &c.r.faults[i]
	if !f.Ended {
		return nil // the self-check's business
	}
	begin, end := c.at(f.Fault, f.Domain, f.Begin).lo, c.at(f.Fault, f.Domain, f.End)
	out := &Recovery{FullRateNS: c.fullRate(begin, end.lo)}
	limit := int64(0)
	if c.r.scenario != nil {
		limit = c.r.scenario.RecoverWithinNS
	}
	next, last := int64(unbounded), int64(math.MinInt64)
	for _, e := range c.effects {
		if e.lo >= end.lo {
			next = min(next, e.hi)
		}
	}
	if next == unbounded {
		c.nothing = append(c.nothing, "nothing took effect after the end of the fault "+f.Fault)
	} else {
		out.FirstEffectNS = c.count("first_effect_ns", next-end.lo)
	}
	quiet := c.at("quiet", c.r.quiet.Domain, c.r.quiet.T)
	var late []waiting
	maybe := 0
	for _, w := range c.waits {
		if w.acked.hi > end.hi {
			break
		}
		known := w
		if known.lo == unbounded { // not by the end, as far as it was watched
			if c.drained() {
				continue // lost: delivery's business
			}
			known.lo, known.hi = quiet.lo, quiet.hi
		}
		last = max(last, known.hi)
		switch {
		case limit > 0 && c.counted(i, end.hi, known.lo, strike.perhaps, c.idle.perhaps) > limit:
			late = append(late, known)
		case limit > 0 && c.counted(i, end.lo, known.hi, strike.surely, c.idle.surely) > limit:
			maybe++
		}
	}
	if last > math.MinInt64 {
		out.WaitedNS = c.count("recovery_ns", max(0, last-end.lo))
		c.count("recovery_from_begin_ns", max(0, last-begin))
	}
	switch {
	case len(late) > 0:
		worst := slices.MaxFunc(late, func(a, b waiting) int { return cmp.Compare(a.lo, b.lo) })
		c.violations = append(c.violations, stop{
			user: worst.user, events: []string{worst.event}, length: worst.lo - end.hi,
			summary: fmt.Sprintf("%s acknowledged before the fault %s ended had not taken effect %s later, as the scenario demands: event %s of user %s took %s",
				many(len(late), "event"), f.Fault, inWords(limit), worst.event, worst.user, inWords(worst.lo-end.hi)),
		})
	case maybe > 0:
		c.open = append(c.open, fmt.Sprintf("whether %s took effect within %s of the end of %s is not exactly known", many(maybe, "event"), inWords(limit), f.Fault))
	}
	return out
}

// counted is the time between two instants in which no strike but the i-th fault
// lasts and somebody can serve.
func (c *progressCheck) counted(i int, from, to int64, lasts func(strike) instant, idle stretches) int64 {
	if to <= from {
		return 0
	}
	not := slices.Clone(idle)
	for k, s := range c.strikes {
		if k != i {
			not = append(not, lasts(s))
		}
	}
	out := int64(0)
	for _, free := range joined(not).gaps() {
		out += max(0, min(free.hi, to)-max(free.lo, from))
	}
	return out
}
