package levels

import (
	"cmp"
	"maps"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// handlings are the attempts on events that a level sees something of, by user:
// marked sections; else, for each event and worker, from the first to the last that
// is surely inside. They are no more than there were.
func (s *seen) handlings(l Level) map[string][]*bound {
	if l >= Marks && len(s.marks) > 0 {
		return s.outer(Marks)
	}
	out := map[string][]*bound{}
	had := map[[2]string]*bound{}
	for user, all := range s.inner(l) {
		for _, in := range all {
			if in.event == "" {
				continue
			}
			k := [2]string{in.event, in.worker}
			if b := had[k]; b != nil {
				b.start, b.end = min(b.start, in.start), max(b.end, in.end)
				continue
			}
			b := &bound{user: user, event: in.event, worker: in.worker, start: in.start, end: in.end}
			had[k] = b
			out[user] = append(out[user], b)
		}
	}
	return out
}

// opportunity counts what gave a violation its chance, as far as a level sees it.
func (s *seen) opportunity(l Level) checker.Opportunity {
	of := s.handlings(l)
	o := checker.Opportunity{Users: len(of)}
	workers := map[string]bool{}
	for _, user := range sortedKeys(of) {
		all := of[user]
		slices.SortStableFunc(all, func(a, b *bound) int { return cmp.Compare(a.start, b.start) })
		o.Attempts += len(all)
		o.Contended += s.contended(user, all)
		for i, b := range all {
			workers[b.worker] = true
			if i > 0 && b.worker != "" && all[i-1].worker != "" && all[i-1].worker != b.worker {
				o.Handovers++
			}
		}
	}
	delete(workers, "")
	o.Workers = len(workers)
	for _, c := range s.calls {
		if c.accepted() && c.e.Outcome != history.OutcomeUnclear {
			o.Sends++
		}
	}
	if l >= Broker {
		again, acknowledged := map[string]bool{}, 0
		for _, g := range s.given {
			if g.again {
				again[g.event] = true
			}
			if g.ack != nil {
				acknowledged++
			}
		}
		o.Redeliveries, o.Attempts = len(again), max(o.Attempts, acknowledged)
	}
	o.CountFaults(s.evidence(l))
	return o
}

// contended counts those of a user's handlings, in their order, during which a later event of the user had been
// acknowledged as published and nothing had been seen of its own handling.
func (s *seen) contended(user string, all []*bound) (n int) {
	begun := map[string]int64{}
	for _, b := range all {
		if _, earlier := begun[b.event]; !earlier {
			begun[b.event] = b.start
		}
	}
	later := s.published[user]
	for _, b := range all {
		p := s.publishes[b.event]
		if p == nil {
			continue
		}
		if slices.ContainsFunc(later, func(q *publish) bool {
			t, ok := begun[q.event]
			return q.ordinal > p.ordinal && q.ok && q.t < b.end && (!ok || t > b.start)
		}) {
			n++
		}
	}
	return n
}

// evidence is what is known of each fault: one that names a worker and a user bit
// only if that worker was surely inside when it began.
func (s *seen) evidence(l Level) []checker.FaultEvidence {
	out := make([]checker.FaultEvidence, len(s.faults))
	inner := s.inner(l)
	for i, f := range s.faults {
		lo, hi, ok := s.clocks.On(s.frame, f.Domain, f.Begin)
		ok = ok && f.Worker != "" && f.User != ""
		inside := ok && slices.ContainsFunc(inner[f.User], func(b *bound) bool {
			return b.worker == f.Worker && b.start <= lo && hi <= b.end
		}) || ok && s.diedHeld(f.Worker, f.User, lo, hi)
		f.Missing = slices.Clone(f.Missing)
		f.Struck(inside, "seen")
		out[i] = f
	}
	return out
}

// diedHeld reports whether a worker's call for a user was held from before an instant
// until the worker was signalled after it, of which it died. That call is no bound of
// a section, since nobody was there for its answer; but its caller was not found gone
// until it was struck, and that is what a fault is asked for.
func (s *seen) diedHeld(worker, user string, lo, hi int64) bool {
	return slices.ContainsFunc(s.holds, func(h hold) bool {
		return h.worker == worker && h.user == user && h.start <= lo && slices.ContainsFunc(s.deaths[worker], func(d death) bool {
			return d.signalled && hi <= d.from && d.from <= h.end && h.end <= d.t
		})
	})
}

// shortfall lists, in words, what a level does not see of the opportunity that the
// scenario requires, and what surely was not there of it: the evidence of a fault is
// the harness's, and no level sees more of it.
func (s *seen) shortfall(l Level, o checker.Opportunity) (unseen, lacking []string) {
	need := checker.Required(s.scenario, len(s.faults) > 0)
	unseen = o.Lacks(need)
	if !need.FaultBites {
		return unseen, nil
	}
	if len(s.faults) == 0 {
		return unseen, []string{checker.NoFault}
	}
	for i, f := range s.evidence(l) {
		switch {
		case f.Bitten:
		case len(s.faults[i].Missing) > 0:
			lacking = append(lacking, f.WhyNot())
		default:
			unseen = append(unseen, f.WhyNot())
		}
	}
	return unseen, lacking
}
