package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"turnstile/checker"
)

// row is one scenario in the matrix: all the runs of it.
type row struct {
	Label string // the fault, or the scenario's name where that would say too little
	Runs  []Outcome
}

// group is the rows of one mode.
type group struct {
	Mode string
	Rows []row
}

// groups puts the runs in the order of the matrix: by mode, then fault, then
// name; runs of one scenario share a row.
func groups(s *Summary) []group {
	sorted := slices.DeleteFunc(slices.Clone(s.Scenarios), Outcome.planted) // they have a table of their own
	slices.SortStableFunc(sorted, func(a, b Outcome) int {
		return cmp.Or(compareModes(a.Mode, b.Mode), compareFaults(a.Fault, b.Fault), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Guard, b.Guard))
	})
	var out []group
	for _, sc := range sorted {
		if len(out) == 0 || out[len(out)-1].Mode != sc.Mode {
			out = append(out, group{Mode: sc.Mode})
		}
		g := &out[len(out)-1]
		if n := len(g.Rows); n > 0 && sameScenario(g.Rows[n-1].Runs[0], sc) {
			g.Rows[n-1].Runs = append(g.Rows[n-1].Runs, sc)
			continue
		}
		g.Rows = append(g.Rows, row{Runs: []Outcome{sc}})
	}
	for _, g := range out {
		faults := map[string]int{}
		for _, r := range g.Rows {
			faults[r.Runs[0].Fault]++
		}
		for i := range g.Rows {
			g.Rows[i].Label = label(g.Rows[i].Runs[0], faults[g.Rows[i].Runs[0].Fault] > 1)
		}
	}
	return out
}

// label names a scenario within its mode.
func label(s Outcome, shared bool) string {
	if shared || s.Fault == "" {
		return s.Name
	}
	what := s.Fault
	if what == noFault {
		what = "no fault"
	}
	if s.Guard != "" && s.Guard != noGuard {
		what += ", " + s.Guard
	}
	return what
}

// noFault is the kind of fault of a scenario that has none.
const noFault = "none"

func compareFaults(a, b string) int {
	if (a == noFault) != (b == noFault) { // undisturbed first
		if a == noFault {
			return -1
		}
		return 1
	}
	return cmp.Compare(a, b)
}

func sameScenario(a, b Outcome) bool {
	return a.Mode == b.Mode && a.Fault == b.Fault && a.Name == b.Name && a.Guard == b.Guard
}

func (r row) passed() int {
	n := 0
	for _, s := range r.Runs {
		if s.Passed {
			n++
		}
	}
	return n
}

// verdictCount is how many of a row's runs gave one verdict on one property.
type verdictCount struct {
	Verdict  checker.Verdict
	Expected checker.Verdict
	Level    string // that it rests on, or that would decide; see [Property.level]
	Runs     int
}

func unexpected(expected, verdict checker.Verdict) bool {
	return !Property{Expected: expected, Verdict: verdict}.Met()
}

func (v verdictCount) unexpected() bool { return unexpected(v.Expected, v.Verdict) }

// verdicts counts the answers of a row's runs on a property, in the order in
// which they first came. A run that has none counts as unknown.
func (r row) verdicts(p checker.Property) []verdictCount {
	var out []verdictCount
	for _, s := range r.Runs {
		v := verdictOf(s, p)
		one := verdictCount{Verdict: v.Verdict, Expected: v.Expected, Level: v.level()}
		i := slices.IndexFunc(out, func(c verdictCount) bool {
			one.Runs = c.Runs
			return c == one
		})
		if i < 0 {
			one.Runs = 0
			i, out = len(out), append(out, one)
		}
		out[i].Runs++
	}
	return out
}

// verdictOf is a run's answer on a property: unknown if it has none.
func verdictOf(s Outcome, p checker.Property) Property {
	v := s.Properties[p]
	if v.Verdict == "" {
		v.Verdict = checker.Unknown
		v.Reason = cmp.Or(v.Reason, "the run gave no verdict")
	}
	return v
}

// least is the weakest opportunity among a row's runs: what the row says rests
// on no more than that.
func (r row) least() checker.Opportunity {
	o := r.Runs[0].Evidence.Opportunity
	for _, s := range r.Runs[1:] {
		e := s.Evidence.Opportunity
		o.Attempts = min(o.Attempts, e.Attempts)
		o.Handovers = min(o.Handovers, e.Handovers)
		o.Redeliveries = min(o.Redeliveries, e.Redeliveries)
		o.Contended = min(o.Contended, e.Contended)
	}
	return o
}

func (r row) meanWall() float64 {
	sum := 0.0
	for _, s := range r.Runs {
		sum += s.WallS
	}
	return sum / float64(len(r.Runs))
}

// missed counts the runs whose fault did not bite.
func (r row) missed() int {
	n := 0
	for _, s := range r.Runs {
		if hasFault(s) && !faultBitten(s) {
			n++
		}
	}
	return n
}

func hasFault(s Outcome) bool {
	return s.Fault != "" && s.Fault != noFault || len(s.Evidence.Faults) > 0
}

func faultBitten(s Outcome) bool {
	return len(s.Evidence.Faults) > 0 &&
		!slices.ContainsFunc(s.Evidence.Faults, func(f checker.FaultEvidence) bool { return !f.Bitten })
}

// difference is one way in which a run was not what its scenario claims.
type difference struct {
	Short string // a few words
	Why   string // the reason given for it
}

// differences lists all of them. It is empty for a run that passed.
func differences(s Outcome) []difference {
	if s.Passed {
		return nil
	}
	var out []difference
	if s.Error != "" {
		out = append(out, difference{"the run failed", s.Error})
	}
	for _, p := range checker.Properties() {
		if v := verdictOf(s, p); v.Expected != "" && unexpected(v.Expected, v.Verdict) {
			out = append(out, difference{fmt.Sprintf("%s is %s ≠ %s expected", p, v.Verdict, v.Expected), v.Reason})
		}
		if s.ViolatedBeforeFault(p) {
			v := s.Properties[p]
			out = append(out, difference{fmt.Sprintf("%s was violated before the fault", p), strings.Join(v.Before, ", ") + " had not begun: " + v.Reason})
		}
	}
	switch {
	case !hasFault(s) || faultBitten(s):
	case len(s.Evidence.Faults) == 0:
		out = append(out, difference{"the fault MISSED", "it was never begun"})
	default:
		for _, f := range s.Evidence.Faults {
			if !f.Bitten {
				out = append(out, difference{"the fault MISSED", f.Fault + ": " + strings.Join(f.Missing, "; ")})
			}
		}
	}
	if len(out) == 0 {
		out = append(out, difference{"it is marked as failed", "no reason is on record"})
	}
	return out
}

// totals counts scenarios and runs.
type totals struct{ Scenarios, Runs, Failed, FailedRuns int }

func total(gs []group) totals {
	var t totals
	for _, g := range gs {
		for _, r := range g.Rows {
			t.Scenarios++
			t.Runs += len(r.Runs)
			failed := len(r.Runs) - r.passed()
			t.FailedRuns += failed
			if failed > 0 {
				t.Failed++
			}
		}
	}
	return t
}

// String is like "17 scenarios: 16 as expected, 1 NOT as expected".
func (t totals) String() string {
	if t.Scenarios == 0 {
		return "no scenario was run"
	}
	runs := ""
	if t.Runs > t.Scenarios {
		runs = fmt.Sprintf(" in %d runs", t.Runs)
	}
	out := fmt.Sprintf("%s%s: %d as expected", count(t.Scenarios, "scenario", "scenarios"), runs, t.Scenarios-t.Failed)
	if t.Failed > 0 {
		out += fmt.Sprintf(", %d NOT as expected", t.Failed)
		if t.Runs > t.Scenarios {
			out += fmt.Sprintf(" (%s)", count(t.FailedRuns, "run", "runs"))
		}
	}
	return out
}

func failures(gs []group) []Outcome {
	var out []Outcome
	for _, g := range gs {
		for _, r := range g.Rows {
			for _, s := range r.Runs {
				if !s.Passed {
					out = append(out, s)
				}
			}
		}
	}
	return out
}
