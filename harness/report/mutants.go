package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
)

// MutantRow says how one planted bug fared in all runs of a session.
type MutantRow struct {
	Mutant   string           `json:"mutant"`
	Mode     string           `json:"mode"`
	Fault    string           `json:"fault"`
	Twin     string           `json:"twin"`     // the same scenario without the bug
	Property checker.Property `json:"property"` // must be refuted with the bug and hold without it
	Caught   int              `json:"caught"`
	Runs     int              `json:"runs"`
	TwinHeld int              `json:"twin_held"`
	TwinRuns int              `json:"twin_runs"`
	AfterS   float64          `json:"refuted_after_s"` // median: from the first publish to the violation that the witness shows
	WallS    float64          `json:"wall_s"`          // median of the runs
}

// planted reports whether a run is one of a planted bug or of its twin.
func (s Outcome) planted() bool { return s.Twin != "" }

// tried reports whether a run came to anything: one that was called off before
// it published says nothing about a bug. It fails all the same.
func (s Outcome) tried() bool { return s.Events > 0 }

// OnlyPlanted reports whether nothing but planted bugs and their twins was run.
func (s *Summary) OnlyPlanted() bool {
	return len(s.Mutants) > 0 && !slices.ContainsFunc(s.Scenarios, func(sc Outcome) bool { return !sc.planted() })
}

// MutantRows counts what became of each planted bug, in the order of modes and
// names.
func MutantRows(s *Summary) []MutantRow {
	byName := map[string][]Outcome{}
	var names []string
	for _, sc := range s.Scenarios {
		if sc.Mutant == "" || !sc.tried() {
			continue
		}
		if byName[sc.Mutant] == nil {
			names = append(names, sc.Mutant)
		}
		byName[sc.Mutant] = append(byName[sc.Mutant], sc)
	}
	var rows []MutantRow
	for _, name := range names {
		runs := byName[name]
		row := MutantRow{Mutant: name, Mode: runs[0].Mode, Fault: runs[0].Fault, Twin: runs[0].Twin, Property: target(runs[0]), Runs: len(runs)}
		var after, walls []float64
		for _, r := range runs {
			walls = append(walls, r.WallS)
			if r.Passed {
				row.Caught++
				after = append(after, r.RefutedAfterS)
			}
		}
		row.AfterS, row.WallS = median(after), median(walls)
		for _, sc := range s.Scenarios {
			if sc.Mutant == "" && sc.Twin == row.Twin && sc.tried() {
				row.TwinRuns++
				if sc.Passed && sc.Properties[row.Property].Verdict == checker.Holds {
					row.TwinHeld++
				}
			}
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b MutantRow) int {
		return cmp.Or(compareModes(a.Mode, b.Mode), cmp.Compare(a.Property, b.Property), cmp.Compare(a.Mutant, b.Mutant))
	})
	return rows
}

// target is the property that a mutant's scenario expects to be refuted.
func target(s Outcome) checker.Property {
	for _, p := range checker.Properties() {
		if s.Properties[p].Expected == checker.Refuted {
			return p
		}
	}
	return ""
}

func median(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	of = slices.Sorted(slices.Values(of))
	if n := len(of); n%2 == 0 {
		return (of[n/2-1] + of[n/2]) / 2
	}
	return of[len(of)/2]
}

// WriteMutants writes the table of planted bugs as Markdown, and below it the
// runs that were not as expected.
func WriteMutants(w io.Writer, s *Summary) {
	var b strings.Builder
	b.WriteString("| planted bug | mode | fault | property | caught | twin holds | violated after | run |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	caught := 0
	for _, r := range s.Mutants {
		if r.Caught == r.Runs {
			caught++
		}
		twin := "not run"
		if r.TwinRuns > 0 {
			twin = fmt.Sprintf("%d of %d", r.TwinHeld, r.TwinRuns)
		}
		after := "–"
		if r.Caught > 0 {
			after = fmt.Sprintf("%.1f s", r.AfterS)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %d of %d | %s | %s | %.1f s |\n",
			r.Mutant, r.Mode, strings.ReplaceAll(r.Fault, noFault, "–"), r.Property, r.Caught, r.Runs, twin, after, r.WallS)
	}
	fmt.Fprintf(&b, "\n%s planted, %d caught in every run\n", count(len(s.Mutants), "bug", "bugs"), caught)
	for _, sc := range s.Scenarios {
		if sc.planted() && !sc.Passed {
			b.WriteString("\n" + failure(sc, painter(false)))
		}
	}
	_, _ = io.WriteString(Shown(w), b.String())
}
