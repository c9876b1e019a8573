package checker

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"turnstile/checker/history"
)

// during decides whether the users that a fault does not touch stood still
// while it lasted.
func (c *progressCheck) during(f *FaultEvidence) {
	if !f.Ended || f.Halts {
		return
	}
	begin, end := c.at(f.Fault, f.Domain, f.Begin).lo, c.at(f.Fault, f.Domain, f.End).hi
	if end-begin < standstillLimit {
		return
	}
	users, hands, ok := c.untouched(begin, end)
	switch {
	case !ok:
		c.kept = append(c.kept, f.Fault)
		return
	case !c.r.observed(history.SrcGateway):
		c.open = append(c.open, "nothing of the gateway is on record, so who was kept waiting by it is not known")
		return
	}
	pieces := c.unhalted(users, begin, end)
	if len(pieces) != 1 || pieces[0] != (instant{begin, end}) {
		c.halted = append(c.halted, f.Fault)
	}
	judged, offered := false, false
	for _, p := range pieces {
		if p.hi-p.lo >= standstillLimit {
			judged = true
			offered = c.stoodStill(f, users, hands, p) || offered
		}
	}
	if judged && !offered {
		c.nothing = append(c.nothing, fmt.Sprintf("no event of a user that the fault %s did not touch was waiting while it lasted", f.Fault))
	}
}

// unhalted is what is left of a window without the time in which some fault
// stopped everybody, and without that until the first effect for one of the
// users after it: how long it takes to go on is recovery, which has no limit of
// its own.
func (c *progressCheck) unhalted(users map[string]bool, begin, end int64) (pieces []instant) {
	var halts []instant
	for i := range c.r.faults {
		f := &c.r.faults[i]
		if !f.Halts {
			continue
		}
		h := instant{c.at(f.Fault, f.Domain, f.Begin).lo, unbounded}
		if f.Ended {
			h.hi = c.at(f.Fault, f.Domain, f.End).hi
		}
		if h.hi >= begin && h.lo <= end {
			halts = append(halts, h)
		}
	}
	slices.SortFunc(halts, func(a, b instant) int { return cmp.Compare(a.lo, b.lo) })
	from := begin
	for _, h := range halts {
		if h.lo > from {
			pieces = append(pieces, instant{from, h.lo})
		}
		again := int64(unbounded)
		for _, e := range c.effects {
			if e.lo >= h.hi && users[e.user] {
				again = min(again, e.hi)
			}
		}
		from = max(from, again)
	}
	if from < end {
		pieces = append(pieces, instant{from, end})
	}
	return pieces
}

// stoodStill decides whether the users stood still in a window, and reports
// whether any of them was waiting.
func (c *progressCheck) stoodStill(f *FaultEvidence, users, hands map[string]bool, in instant) (offered bool) {
	s := newStandstill(c.waitsApartFrom(hands), c.effects, in.lo, in.hi, func(u string) bool { return users[u] })
	if s.offered == 0 {
		return false
	}
	surely, from, perhaps := s.surely(), s.from, s.perhaps()
	c.count("standstill_ns", perhaps)
	switch {
	case surely >= standstillLimit:
		w := s.waitedAt(from)
		c.violations = append(c.violations, stop{
			user: w.user, events: []string{w.event}, fault: f.Fault, length: surely,
			summary: fmt.Sprintf("user %s: event %s waited, and for %s none of the %s that the fault %s does not touch was served, from %s after its begin on",
				w.user, w.event, inWords(surely), many(len(users), "user"), f.Fault, inWords(from-c.at(f.Fault, f.Domain, f.Begin).lo)),
		})
	case perhaps >= standstillLimit:
		c.open = append(c.open, fmt.Sprintf("whether anything took effect during %s of the fault %s is not exactly known", inWords(perhaps), f.Fault))
	}
	return true
}

// withheld gathers when the gateway made whom wait: with the answer to a send, or
// at another point of the handling.
func (c *progressCheck) withheld() {
	open := map[string]int{} // place in c.holds
	for i := range c.r.h.Events {
		e := &c.r.h.Events[i]
		if e.Src != history.SrcGateway {
			continue
		}
		of := e.Attempt + "\x00" + e.Worker + "\x00" + e.User + "\x00" + e.Detail["hold"]
		switch e.Kind {
		case history.KindHoldBegin, history.KindPointBegin:
			open[of] = len(c.holds)
			c.holds = append(c.holds, withheld{e.User, e.Worker, instant{c.at(of, e.Domain, e.T).lo, unbounded}})
		case history.KindHoldEnd, history.KindPointEnd:
			if k, ok := open[of]; ok {
				c.holds[k].hi = c.at(of, e.Domain, e.T).hi
			}
			delete(open, of)
		}
	}
}

// waitsApartFrom leaves out what took effect by the hands of those workers. What
// came behind it for the same user waits from then on.
func (c *progressCheck) waitsApartFrom(hands map[string]bool) (out []waiting) {
	behind := map[string]int64{} // by user
	for _, w := range c.waits {
		if hands[c.servedBy(w)] {
			behind[w.user] = max(behind[w.user], w.hi)
			continue
		}
		if t, ok := behind[w.user]; ok {
			w.since = max(w.since, t)
		}
		out = append(out, w)
	}
	return out
}

// servedBy is the worker by whose section an event took effect, or "".
func (c *progressCheck) servedBy(w waiting) string {
	if p := c.r.publishes[w.event]; p != nil && p.commit != nil {
		if s := c.r.byAttempt[p.commit.Attempt]; s != nil {
			return s.worker
		}
	}
	return ""
}

// untouched lists the users who were in other hands than those of any fault of
// that time, which it names too. It is not ok when those faults stop everybody by
// keeping every worker inside.
func (c *progressCheck) untouched(begin, end int64) (users, hands map[string]bool, ok bool) {
	aimed, struck := map[string]bool{}, map[string]bool{}
	for i := range c.r.faults {
		f := &c.r.faults[i]
		from, to := c.at(f.Fault, f.Domain, f.Begin).lo, int64(unbounded)
		if f.Ended {
			to = c.at(f.Fault, f.Domain, f.End).hi
		}
		if to < begin || from > end {
			continue
		}
		aimed[f.User], struck[f.Worker] = true, true
		for _, u := range f.Users {
			aimed[u] = true
		}
	}
	kept := map[string]bool{} // workers whose answer was withheld
	for _, h := range c.holds {
		if h.lo <= end && h.hi >= begin {
			aimed[h.user], kept[h.worker] = true, true
		}
	}
	users = map[string]bool{}
	behind := 0
	for user, sections := range c.r.byUser {
		if aimed[user] {
			continue
		}
		at, last := int64(math.MinInt64), ""
		for _, s := range sections {
			if t := c.at(s.attempt, s.domain, s.enter).hi; t < begin && t > at {
				at, last = t, s.worker
			}
		}
		switch {
		case last == "" || struck[last]:
		case kept[last]:
			behind++
		default:
			users[user] = true
		}
	}
	// Where every worker is kept inside, by the gateway's doing and not its own,
	// the fault stops everybody.
	hands = struck
	maps.Copy(hands, kept)
	delete(hands, "") // what no section is on record of is in nobody's
	return users, hands, behind == 0 || len(users) > 0
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
	return newStandstill(c.waits, c.effects, begin, end, func(string) bool { return true }).perhaps()
}

// standstill looks for the longest stretch of a window in which an event waits
// throughout and nothing takes effect. Nothing having taken effect, whatever
// waits at one of its instants still waits at its end.
type standstill struct {
	begin, end int64
	waits      []waiting // that had not taken effect for certain when the window began, by since
	effects    []instant // that may lie in the window
	offered    int       // how many of waits waited for some of it
	from       int64     // where the stretch that surely found begins
}

func newStandstill(waits []waiting, effects []taken, begin, end int64, of func(user string) bool) *standstill {
	s := &standstill{begin: begin, end: end}
	for _, w := range waits {
		if w.since < end && w.hi > begin && of(w.user) {
			s.waits = append(s.waits, w)
			s.offered++
		}
	}
	for _, e := range effects {
		if e.hi >= begin && e.lo <= end && of(e.user) {
			s.effects = append(s.effects, e.instant)
		}
	}
	return s
}

// surely is the longest stretch that certainly was one: no effect can lie in it.
func (s *standstill) surely() int64 {
	slices.SortFunc(s.effects, func(a, b instant) int { return cmp.Compare(a.lo, b.lo) })
	since := s.earliest(func(w waiting) int64 { return w.lo })
	longest, a := int64(0), s.begin
	try := func(b int64) {
		from := max(a, since(b))
		if b > from && b-from > longest {
			longest, s.from = b-from, from
		}
	}
	for _, e := range s.effects {
		try(min(e.lo, s.end))
		a = max(a, e.hi)
	}
	try(s.end)
	return longest
}

// perhaps is the longest stretch that may have been one: no effect certainly
// lies in it.
func (s *standstill) perhaps() int64 {
	slices.SortFunc(s.effects, func(a, b instant) int { return cmp.Compare(a.lo, b.lo) })
	since := s.earliest(func(w waiting) int64 { return w.hi })
	longest, b := int64(0), s.end
	for i := len(s.effects); i >= 0; i-- { // b is the first end among the effects from i on
		a := s.begin
		if i > 0 {
			a = max(a, s.effects[i-1].lo)
		}
		longest = max(longest, b-max(a, since(b)))
		if i > 0 {
			b = min(b, s.effects[i-1].hi)
		}
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
