package checker

import (
	"cmp"
	"math"
	"slices"

	"turnstile/checker/history"
)

// strike is a fault, or a withholding by the gateway, with whom it is about.
type strike struct {
	worker     string // that is struck, if any
	users      []string
	begin, end span
	halts      bool
	withholds  bool
}

// surely is the time in which it surely lasted, perhaps that in which it may
// have.
func (s strike) surely() instant  { return instant{s.begin.hi, s.end.lo} }
func (s strike) perhaps() instant { return instant{s.begin.lo, s.end.hi} }

// never is the span of what did not come while it was watched.
var never = span{unbounded, unbounded}

// struck gathers who was struck when: the faults, then what the gateway withheld.
func (c *progressCheck) struck() []strike {
	var out []strike
	for i := range c.r.faults {
		f := &c.r.faults[i]
		s := strike{worker: f.Worker, users: f.Users, begin: c.at(f.Fault, f.Domain, f.Begin), end: never, halts: f.Halts}
		if f.User != "" {
			s.users = append([]string{f.User}, f.Users...)
		}
		if f.Ended {
			s.end = c.at(f.Fault, f.Domain, f.End)
		}
		out = append(out, s)
	}
	open := map[string]int{} // place in out
	for i := range c.r.h.Events {
		e := &c.r.h.Events[i]
		if e.Src != history.SrcGateway {
			continue
		}
		switch e.Kind {
		case history.KindHoldBegin, history.KindPointBegin:
			s := strike{worker: e.Worker, begin: c.at("a withholding", e.Domain, e.T), end: never, withholds: true}
			user := e.User
			if of := c.r.byAttempt[e.Attempt]; of != nil {
				s.worker, user = cmp.Or(s.worker, of.worker), cmp.Or(user, of.user)
				if of.life != nil && of.life.dead != nil { // nobody is left to be kept
					s.end = c.at("a death", of.life.dead.Domain, of.life.dead.T)
				}
			}
			if user != "" {
				s.users = []string{user}
			}
			open[withholding(e)] = len(out)
			out = append(out, s)
		case history.KindHoldEnd, history.KindPointEnd:
			if k, ok := open[withholding(e)]; ok {
				out[k].end = c.at("a withholding", e.Domain, e.T)
			}
			delete(open, withholding(e))
		}
	}
	return out
}

// withholding is what the begin and the end of one have in common.
func withholding(e *history.Event) string {
	return e.Attempt + "\x00" + e.Worker + "\x00" + e.User + "\x00" + e.Detail["hold"]
}

// lived is when a life surely lasted, or may have.
func (c *progressCheck) lived(l *life, perhaps bool) instant {
	// What cannot be put on the harness's clock was perhaps at any time.
	on := func(e *history.Event, t int64) span {
		s, ok := c.r.clocks.on(c.ref, e.Domain, t)
		if !ok {
			return span{math.MinInt64, unbounded}
		}
		return s
	}
	begin, end := span{math.MinInt64, unbounded}, span{on(l.last, l.last.T).lo, unbounded}
	if l.start != nil {
		begin = on(l.start, l.start.T)
	}
	if l.stop != nil {
		end = on(l.stop, l.stop.T)
	}
	if d := l.dead; d != nil {
		end.hi = min(end.hi, on(d, d.T).hi)
		switch signalled := on(d, d.From).lo; {
		case d.From == 0: // nobody did
		case l.stop != nil:
			end.lo = min(end.lo, signalled)
		default:
			end.lo = signalled
		}
	}
	if perhaps {
		return instant{begin.lo, end.hi}
	}
	return instant{begin.hi, end.lo}
}

// nobody is the time in which nobody can serve: surely, or perhaps.
func (c *progressCheck) nobody(perhaps bool) stretches {
	lasts := strike.surely
	if perhaps {
		lasts = strike.perhaps
	}
	struck := map[string][]instant{} // by worker
	var idle []instant
	for _, s := range c.strikes {
		if s.worker != "" {
			struck[s.worker] = append(struck[s.worker], lasts(s))
		}
		if s.halts {
			idle = append(idle, lasts(s))
		}
	}
	var able []instant
	for name, w := range c.r.workers {
		var lives []instant
		for _, l := range w.lives {
			lives = append(lives, c.lived(l, !perhaps))
		}
		if len(w.lives) == 0 && !perhaps { // only its death is on record
			lives = append(lives, instant{math.MinInt64, unbounded})
		}
		able = append(able, joined(lives).without(joined(struck[name]))...)
	}
	c.idle.halted = joined(idle)
	return joined(append(idle, joined(able).gaps()...))
}

// stretches are parts of time that neither meet nor touch, in order.
type stretches []instant

// joined makes stretches of intervals. Those without length are no time.
func joined(all []instant) stretches {
	all = slices.DeleteFunc(slices.Clone(all), func(i instant) bool { return i.lo >= i.hi })
	slices.SortFunc(all, func(a, b instant) int { return cmp.Compare(a.lo, b.lo) })
	var out stretches
	for _, i := range all {
		if n := len(out); n > 0 && i.lo <= out[n-1].hi {
			out[n-1].hi = max(out[n-1].hi, i.hi)
		} else {
			out = append(out, i)
		}
	}
	return out
}

// gaps is all other time.
func (s stretches) gaps() stretches {
	var out stretches
	from := int64(math.MinInt64)
	for _, i := range s {
		if from < i.lo {
			out = append(out, instant{from, i.lo})
		}
		from = i.hi
	}
	if from < unbounded {
		out = append(out, instant{from, unbounded})
	}
	return out
}

// without is what is in s and not in other.
func (s stretches) without(other stretches) stretches {
	return joined(slices.Concat(s.gaps(), other)).gaps()
}
