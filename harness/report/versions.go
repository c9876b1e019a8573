package report

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"turnstile/checker"
)

// versionColumn is a version of Pulsar with one of its dispatchers.
type versionColumn struct{ version, dispatcher string }

func (c versionColumn) String() string { return c.version + ", " + c.dispatcher }

// first is the version as semver spells it; of a cluster with two, the older.
func (c versionColumn) first() string {
	version, _, _ := strings.Cut(c.version, " ")
	return "v" + version
}

// versionColumns are those of the runs, the oldest version first, and the classic
// dispatcher before the one that a version has by itself.
func versionColumns(runs []Outcome) (all []versionColumn) {
	for _, r := range runs {
		if c := (versionColumn{pulsarVersion(r.Versions), r.Dispatcher}); c.dispatcher != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b versionColumn) int {
		return cmp.Or(semver.Compare(a.first(), b.first()), strings.Compare(a.version, b.version), strings.Compare(b.dispatcher, a.dispatcher))
	})
	return all
}

// versionsTable has a row for each scenario that was run with several versions,
// and what was refuted in each. A mode that has no dispatcher of its own is told
// in all columns of its version.
func versionsTable(s *Summary) string {
	runs := slices.DeleteFunc(slices.Clone(s.Scenarios), func(o Outcome) bool { return o.Compared == "" })
	columns := versionColumns(runs)
	if len(columns) < 2 {
		return ""
	}
	type line struct{ mode, name string }
	var lines []line
	cells := map[line]map[versionColumn][]Outcome{}
	for _, r := range runs {
		l := line{r.Mode, r.Compared}
		if cells[l] == nil {
			lines, cells[l] = append(lines, l), map[versionColumn][]Outcome{}
		}
		for _, c := range columns {
			if c.version == pulsarVersion(r.Versions) && (r.Dispatcher == "" || r.Dispatcher == c.dispatcher) {
				cells[l][c] = append(cells[l][c], r)
			}
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Or(compareModes(a.mode, b.mode), cmp.Compare(a.name, b.name)) })
	var m markdown
	head := []string{"mode", "scenario"}
	for _, c := range columns {
		head = append(head, c.String())
	}
	m.head(head...)
	for _, l := range lines {
		row := []string{l.mode, inert(l.name)}
		for _, c := range columns {
			row = append(row, inVersion(cells[l][c]))
		}
		m.row(row...)
	}
	return m.String()
}

// inVersion tells what all runs of one cell broke. What a scenario does not put to
// the test is left out.
func inVersion(runs []Outcome) string {
	cell := ""
	for _, r := range runs {
		switch {
		case r.Error != "":
			return "the run failed"
		case !hasVerdicts(r):
			return "no verdict"
		}
		var of string
		for _, p := range checker.Properties() {
			got := verdictOf(r, p)
			if v := got.Verdict; v != checker.Holds && !(got.Expected == Unrefuted && got.Met()) {
				what := string(p)
				if v != checker.Refuted {
					what += " " + string(v)
				}
				if of != "" {
					of += ", "
				}
				of += what
			}
		}
		cell = worse(cell, cmp.Or(of, nothingMore))
	}
	return cell
}

func hasVerdicts(r Outcome) bool { return len(r.Properties) > 0 }

// ofOneVersion is the session without the runs that compare versions, and without those
// of systems that are not ours: the other tables are of the version in use alone, and
// of what is claimed.
func ofOneVersion(s *Summary) *Summary {
	of := *s
	of.Scenarios = slices.DeleteFunc(slices.Clone(s.Scenarios), func(o Outcome) bool { return o.Compared != "" || o.Outside })
	return &of
}
