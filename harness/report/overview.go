package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

// The overview answers, before anything else, which modes hold under which
// faults: a row for each mode and guard, a column for each fault, and in each
// cell the worst verdict of all runs of such scenarios.

// overview is that table.
type overview struct {
	Faults []string
	Groups []overviewGroup // a mode each
}

type overviewGroup struct {
	Mode, Meaning string
	Rows          []overviewRow
}

type overviewRow struct {
	Guard, Meaning string
	Cells          []overviewCell // one for each of Faults
}

// overviewCell is a mode and a guard under a fault. It is empty if no scenario
// has them.
type overviewCell struct {
	Link   string             // id of the run to show
	Worst  checker.Verdict    // over all properties
	Level  string             // of that
	Each   []overviewProperty // in the order of [checker.Properties]
	Runs   int
	Failed bool // a run is not as its scenario claims
	Missed bool // a fault did not bite
	Hint   string
	hints  []string
}

type overviewProperty struct {
	Property checker.Property
	Verdict  checker.Verdict
	Level    string // its digit, of a refutation that was seen from outside
	Link     string // id of a run that has it
}

// badness orders verdicts for a cell: what is worst for who acts on it first.
// A refutation is the worst: it is certain.
func badness(v checker.Verdict) int {
	return slices.Index([]checker.Verdict{"", checker.Holds, checker.Vacuous, checker.Unknown, checker.Refuted}, v)
}

// newOverview sums up the groups of the matrix, whose runs bear the ids by
// which the page knows them.
func newOverview(gs []htmlGroup) overview {
	var o overview
	for _, g := range gs {
		for _, r := range g.Rows {
			if f := kindOf(r.Runs[0]); !slices.Contains(o.Faults, f) {
				o.Faults = append(o.Faults, f)
			}
		}
	}
	slices.SortFunc(o.Faults, compareFaults)
	for _, g := range gs {
		og := overviewGroup{Mode: g.Mode, Meaning: g.Meaning}
		for _, r := range g.Rows {
			guard := cmp.Or(r.Runs[0].Guard, noGuard)
			i := slices.IndexFunc(og.Rows, func(row overviewRow) bool { return row.Guard == guard })
			if i < 0 {
				i = len(og.Rows)
				og.Rows = append(og.Rows, overviewRow{Guard: guard, Meaning: mode.Guard(guard).Meaning(), Cells: make([]overviewCell, len(o.Faults))})
			}
			c := &og.Rows[i].Cells[slices.Index(o.Faults, kindOf(r.Runs[0]))]
			for _, run := range r.HTMLRuns {
				c.add(run)
			}
		}
		slices.SortStableFunc(og.Rows, func(a, b overviewRow) int {
			return compareGuards(a.Guard, b.Guard)
		})
		o.Groups = append(o.Groups, og)
	}
	return o
}

// noGuard is the guard of a scenario that has none.
const noGuard = string(mode.Unguarded)

// kindOf is the kind of a scenario's fault.
func kindOf(s Outcome) string { return cmp.Or(s.Fault, noFault) }

func (c *overviewCell) add(run htmlRun) {
	if c.Runs++; c.Runs == 1 {
		for _, a := range run.Answers {
			c.Each = append(c.Each, overviewProperty{Property: a.Property})
		}
	}
	worst, level := checker.Verdict(""), ""
	for i, a := range run.Answers {
		if badness(a.Verdict) > badness(c.Each[i].Verdict) {
			c.Each[i].Verdict, c.Each[i].Level, c.Each[i].Link = a.Verdict, a.digit(), run.ID
		}
		if badness(a.Verdict) > badness(worst) {
			worst, level = a.Verdict, a.digit()
		}
	}
	if badness(worst) > badness(c.Worst) {
		c.Worst, c.Level, c.Link = worst, level, run.ID
	}
	c.Failed = c.Failed || !run.Passed
	c.Missed = c.Missed || hasFault(run.Outcome) && !faultBitten(run.Outcome)
	c.hints = append(c.hints, hint(run))
	c.Hint = strings.Join(c.hints, "\n")
}

// hint tells a run in a line: its name, and what does not hold.
func hint(run htmlRun) string {
	var not []string
	for _, a := range run.Answers {
		if a.Verdict != checker.Holds {
			not = append(not, strings.TrimSpace(fmt.Sprintf("%s %s %s", a.Property, a.Verdict, inBrackets(a.Level))))
		}
	}
	what := "all hold"
	if len(not) > 0 {
		what = strings.Join(not, ", ")
	}
	if !run.Passed {
		what += " (FAIL)"
	}
	for _, e := range run.EndedThemselves() {
		what += fmt.Sprintf("; %s ended by itself", e.Worker)
	}
	return run.Name + ": " + what
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// digit is the level that refutes, in as little room as a cell has.
func (a htmlAnswer) digit() string {
	if a.Verdict != checker.Refuted {
		return ""
	}
	return strings.TrimPrefix(a.Level, "level ")
}

// The template calls these.

// Has reports whether any scenario has the cell's mode, guard and fault.
func (c overviewCell) Has() bool { return c.Runs > 0 }
