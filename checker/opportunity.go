package checker

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"turnstile/checker/history"
)

// Required is the opportunity that a scenario requires. Of a history that does not
// say so it is enough that two sections of one user at two workers could have met,
// and that its faults bit, if it has some.
func Required(scenario *history.Setup, faults bool) history.Require {
	if scenario == nil {
		return history.Require{Attempts: 2, Contended: 1, Handovers: 1, FaultBites: faults}
	}
	need := scenario.Require
	need.Attempts = max(need.Attempts, 1)
	return need
}

// Lacks lists, in words, what is required and was not there. Of faults see
// [FaultEvidence.WhyNot].
func (o Opportunity) Lacks(need history.Require) (out []string) {
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"attempts", o.Attempts, need.Attempts},
		{"contended", o.Contended, need.Contended},
		{"handovers", o.Handovers, need.Handovers},
		{"redeliveries", o.Redeliveries, need.Redeliveries},
	} {
		if c.got < c.want {
			out = append(out, fmt.Sprintf("%s %d of at least %d", c.name, c.got, c.want))
		}
	}
	return out
}

// countOpportunity counts what gave a violation its chance.
func countOpportunity(r *record) Opportunity {
	o := Opportunity{Attempts: len(r.sections), Users: len(r.byUser)}
	ref := r.reference()
	workers := map[string]bool{}
	for _, user := range r.users() {
		o.Contended += contended(r, user)
		ordered := r.clocks.byEnter(r.byUser[user], ref)
		for i, s := range ordered {
			if i > 0 && ordered[i-1].worker != s.worker {
				o.Handovers++
			}
		}
	}
	for _, s := range r.sections {
		workers[s.worker] = true
	}
	o.Workers = len(workers)
	for _, ds := range r.delivered {
		if len(ds) > 1 || ds[0].Redelivery > 0 {
			o.Redeliveries++
		}
	}
	for _, e := range r.sends {
		switch e.Outcome {
		case history.OutcomeFailed, history.OutcomeUnclear, history.OutcomeDeduplicated:
		default:
			o.Sends++
		}
	}
	for i := range r.h.Events {
		if e := &r.h.Events[i]; e.Kind == history.KindLockContended && e.FromWorker() {
			o.LockContended++
		}
	}
	o.CountFaults(r.faults)
	return o
}

// contended counts the user's sections during which a later event of the user
// had been acknowledged as published and not been entered yet.
func contended(r *record, user string) int {
	type waiting struct {
		ordinal   int64
		published int64 // on the reference clock, at the latest
		entered   int64 // first enter on the reference clock, at the earliest; unbounded if never
	}
	ref := r.reference()
	sections := r.byUser[user]
	entered := make([]int64, len(r.published[user])) // by publish.nth
	for i := range entered {
		entered[i] = unbounded
	}
	of := make([]*publish, len(sections))
	for i, s := range sections {
		p := r.publishes[s.event]
		if p == nil || p.user != user { // which of the user's events are later is not known
			continue
		}
		of[i] = p
		at, ok := r.clocks.on(ref, s.domain, s.enter)
		if !ok {
			at.lo = math.MinInt64 // it may have been entered at any time: it waits for nobody
		}
		first := &entered[p.nth]
		*first = min(*first, at.lo)
	}
	queue := make([]waiting, 0, len(entered))
	for _, p := range r.byOrdinal(user) {
		at, ok := r.clocks.on(ref, p.domain, p.t)
		if ok && p.outcome == history.OutcomeOK {
			queue = append(queue, waiting{p.ordinal, at.hi, entered[p.nth]})
		}
	}
	earliest := make([]int64, len(queue)+1) // of the publishes from i on
	earliest[len(queue)] = unbounded
	for i, w := range slices.Backward(queue) {
		earliest[i] = min(w.published, earliest[i+1])
	}
	count := 0
	for i, s := range sections {
		p := of[i]
		start, ok := r.clocks.on(ref, s.domain, s.enter)
		end, _ := r.clocks.on(ref, s.domain, s.end)
		if p == nil || !ok {
			continue
		}
		i, _ := slices.BinarySearchFunc(queue, p.ordinal+1, func(w waiting, o int64) int { return cmp.Compare(w.ordinal, o) })
		for ; earliest[i] < end.lo; i++ {
			if queue[i].published < end.lo && queue[i].entered > start.hi {
				count++
				break
			}
		}
	}
	return count
}

// shortfall lists, in words, what the history lacks of the opportunity that the
// scenario requires.
func shortfall(r *record, res *Result) []string {
	need := Required(r.scenario, len(r.faults) > 0)
	out := res.Opportunity.Lacks(need)
	if !need.FaultBites || res.FaultsBitten() {
		return out
	}
	if len(res.Faults) == 0 {
		return append(out, NoFault)
	}
	for _, f := range res.Faults {
		if !f.Bitten {
			out = append(out, f.WhyNot())
		}
	}
	return out
}
