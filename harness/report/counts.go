package report

import (
	"fmt"
	"slices"
	"strings"

	"turnstile/checker"
)

// countsTable has a row for each scenario, and in how many of its runs a property
// did not hold. A run that failed as such tells nothing and is told.
func countsTable(s *Summary) string {
	gs := groups(s)
	if len(gs) == 0 {
		return ""
	}
	var m markdown
	names := []string{"mode", "fault", "scenario", "runs:"}
	for _, p := range checker.Properties() {
		names = append(names, string(p))
	}
	m.head(names...)
	var failed []string
	for _, g := range gs {
		for _, r := range g.Rows {
			name, all := inert(r.Runs[0].Name), len(r.Runs)
			r.Runs = slices.DeleteFunc(slices.Clone(r.Runs), func(o Outcome) bool { return o.Error != "" })
			if n := all - len(r.Runs); n > 0 {
				failed = append(failed, fmt.Sprintf("%s / %s (%s)", g.Mode, name, count(n, "run", "runs")))
			}
			if len(r.Runs) == 0 {
				continue
			}
			cells := []string{g.Mode, kindOf(r.Runs[0]), name, fmt.Sprint(len(r.Runs))}
			for _, p := range checker.Properties() {
				cells = append(cells, notHeld(r.verdicts(p), len(r.Runs)))
			}
			m.row(cells...)
		}
	}
	if len(failed) > 0 {
		m.line("\nNot in it, because they failed as runs: %s.", strings.Join(failed, "; "))
	}
	return m.String()
}

// notHeld tells of how many runs a property did not hold in.
func notHeld(verdicts []verdictCount, runs int) string {
	broken := map[checker.Verdict]int{}
	for _, v := range verdicts {
		broken[v.Verdict] += v.Runs
	}
	var cells []string
	for _, v := range []checker.Verdict{checker.Refuted, checker.Unknown, checker.Vacuous} {
		if n := broken[v]; n > 0 {
			cells = append(cells, fmt.Sprintf("%s %d of %d", symbol(v), n, runs))
		}
	}
	if len(cells) == 0 {
		return symbol(checker.Holds)
	}
	return strings.Join(cells, ", ")
}
