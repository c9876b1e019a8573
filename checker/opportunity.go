package checker

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"turnstile/checker/history"
)

// leastRequired is asked of a history that does not say what its scenario
// requires: enough that two sections of one user at two workers could have met.
// If it has faults, they must have bitten, too.
var leastRequired = history.Require{Attempts: 2, Contended: 1, Handovers: 1}

// countOpportunity counts what gave a violation its chance.
func countOpportunity(r *record) Opportunity {
	o := Opportunity{Attempts: len(r.sections), Users: len(r.byUser), FaultsBegun: len(r.faults)}
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
	for _, f := range r.faults {
		if f.Aimed {
			o.FaultsAimed++
		}
		if f.Bitten {
			o.FaultsBitten++
		}
		if f.Healed {
			o.FaultsHealed++
		}
	}
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

// faultEvidence pairs each fault's begin and end and says whether it bit.
func faultEvidence(r *record) []FaultEvidence {
	out := []FaultEvidence{}
	open := map[string]int{} // fault id -> index in out, while not ended
	for i := range r.h.Events {
		e := &r.h.Events[i]
		if e.Src != history.SrcHarness {
			continue
		}
		switch e.Kind {
		case history.KindFaultBegin:
			if _, twice := open[e.Fault]; twice {
				r.found("fault-ambiguous", fmt.Sprintf("the fault %s began again before it ended", e.Fault))
			}
			open[e.Fault] = len(out)
			f := FaultEvidence{Fault: e.Fault, Worker: e.Worker, User: e.User, Domain: e.Domain, Begin: e.T, Halts: e.Detail[history.DetailHalts] != ""}
			if s := struckInside(r, e); s != nil {
				f.Attempt, f.Aimed = s.attempt, true
			}
			out = append(out, f)
		case history.KindFaultEnd:
			k, ok := open[e.Fault]
			if !ok {
				r.found("fault-ambiguous", fmt.Sprintf("the fault %s ended without having begun", e.Fault))
				continue
			}
			delete(open, e.Fault)
			if f := out[k]; e.Worker != "" && e.Worker != f.Worker || e.User != "" && e.User != f.User {
				r.found("fault-elsewhere", fmt.Sprintf("the fault %s began at %q and %q, and ended at %q and %q", e.Fault, f.Worker, f.User, e.Worker, e.User))
			}
			out[k].Ended, out[k].End, out[k].Evidence, out[k].Outcome = true, e.T, e.Evidence, e.Outcome
			out[k].Healed = e.Outcome == history.OutcomeHealed
			out[k].Users = strings.Fields(e.Detail[history.DetailUsers])
		}
	}
	for i := range out {
		f := &out[i]
		if !f.Ended {
			f.Missing = append(f.Missing, "it never ended")
		} else if len(f.Evidence) == 0 {
			f.Missing = append(f.Missing, "no evidence was recorded")
		}
		for _, ev := range f.Evidence {
			if !ev.Seen {
				f.Missing = append(f.Missing, ev.Name+": not seen")
			}
		}
		if f.Worker != "" && f.User != "" && !f.Aimed {
			f.Missing = append(f.Missing, fmt.Sprintf("%s was not provably inside a section of %s when it began", f.Worker, f.User))
		}
		f.Bitten = len(f.Missing) == 0
	}
	return out
}

// struckInside finds the section of the fault's user (and attempt, if it names one)
// that its worker was provably inside when the fault began, whatever the true clock offset is.
func struckInside(r *record, begin *history.Event) *section {
	if begin.Worker == "" {
		return nil
	}
	for _, s := range r.byUser[begin.User] {
		if s.worker != begin.Worker || (begin.Attempt != "" && s.attempt != begin.Attempt) {
			continue
		}
		if at, ok := r.clocks.on(s.domain, begin.Domain, begin.T); ok && s.enter <= at.lo && at.hi <= s.end {
			return s
		}
	}
	return nil
}

// shortfall lists, in words, what the history lacks of the opportunity that the
// scenario requires.
func shortfall(r *record, res *Result) []string {
	var out []string
	need := leastRequired
	if r.scenario != nil {
		need = r.scenario.Require
		need.Attempts = max(need.Attempts, 1)
	} else {
		need.FaultBites = len(r.faults) > 0
	}
	o := res.Opportunity
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
	if !need.FaultBites || res.FaultsBitten() {
		return out
	}
	if len(res.Faults) == 0 {
		return append(out, "no fault was begun and one was required")
	}
	for _, f := range res.Faults {
		if !f.Bitten {
			out = append(out, fmt.Sprintf("the fault %s did not bite: %s", f.Fault, some(f.Missing)))
		}
	}
	return out
}
