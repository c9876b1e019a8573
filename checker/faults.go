package checker

import (
	"fmt"
	"strings"
	"time"

	"turnstile/checker/history"
)

// FaultsOf pairs each fault's begin and end, and lists what is missing of its
// evidence. Whether it struck inside a section, [FaultEvidence.Struck] says. found is
// told what does not fit.
func FaultsOf(h *history.History, found func(name, detail string)) (faults []FaultEvidence, begins []*history.Event) {
	faults = []FaultEvidence{}
	open := map[string]int{} // fault id -> its index, while not ended
	for i := range h.Events {
		e := &h.Events[i]
		if e.Src != history.SrcHarness {
			continue
		}
		switch k, on := open[e.Fault]; {
		case e.Kind == history.KindFaultBegin:
			if on {
				found("fault-ambiguous", fmt.Sprintf("the fault %s began again before it ended", e.Fault))
			}
			open[e.Fault] = len(faults)
			faults = append(faults, FaultEvidence{Fault: e.Fault, Worker: e.Worker, User: e.User, Domain: e.Domain, Begin: e.T, Halts: e.Detail[history.DetailHalts] != ""})
			begins = append(begins, e)
		case e.Kind == history.KindFaultEnd && !on:
			found("fault-ambiguous", fmt.Sprintf("the fault %s ended without having begun", e.Fault))
		case e.Kind == history.KindFaultEnd:
			delete(open, e.Fault)
			f := &faults[k]
			if e.Worker != "" && e.Worker != f.Worker || e.User != "" && e.User != f.User {
				found("fault-elsewhere", fmt.Sprintf("the fault %s began at %q and %q, and ended at %q and %q", e.Fault, f.Worker, f.User, e.Worker, e.User))
			}
			f.Ended, f.End, f.Evidence, f.Outcome = true, e.T, e.Evidence, e.Outcome
			f.Healed = e.Outcome == history.OutcomeHealed
			f.Users = strings.Fields(e.Detail[history.DetailUsers])
			for _, ev := range e.Evidence {
				if ev.T > e.T {
					found("fault-ambiguous", fmt.Sprintf("the fault %s ended %s before its evidence was looked for: %s", e.Fault, time.Duration(ev.T-e.T), ev.Name))
				}
				if ev.T != 0 && ev.T < f.Begin {
					found("fault-ambiguous", fmt.Sprintf("the fault %s began %s after its evidence was looked for: %s", e.Fault, time.Duration(f.Begin-ev.T), ev.Name))
				}
			}
		}
	}
	for i := range faults {
		f := &faults[i]
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
	}
	return faults, begins
}

// Struck settles whether the fault bit, by whether its worker was inside a section of
// its user when it began. How that would be known is a word: "provably".
func (f *FaultEvidence) Struck(inside bool, known string) {
	f.Aimed = inside
	if f.Worker != "" && f.User != "" && !inside {
		f.Missing = append(f.Missing, fmt.Sprintf("%s was not %s inside a section of %s when it began", f.Worker, known, f.User))
	}
	f.Bitten = len(f.Missing) == 0
}

// WhyNot says, of a fault that did not bite, why.
func (f *FaultEvidence) WhyNot() string {
	return fmt.Sprintf("the fault %s did not bite: %s", f.Fault, some(f.Missing))
}

// NoFault is what a history lacks that has no fault and should.
const NoFault = "no fault was begun and one was required"

// CountFaults says what a history's faults did.
func (o *Opportunity) CountFaults(faults []FaultEvidence) {
	o.FaultsBegun = len(faults)
	for _, f := range faults {
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
}

// faultEvidence is what the record proves of each fault.
func faultEvidence(r *record) []FaultEvidence {
	faults, begins := FaultsOf(r.h, r.found)
	for i := range faults {
		s := struckInside(r, begins[i])
		if s != nil {
			faults[i].Attempt = s.attempt
		}
		faults[i].Struck(s != nil, "provably")
	}
	return faults
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
