package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
)

// Table is a part of a document that a command writes: from a session, or from
// the code alone.
type Table struct {
	Name, What string
	write      func(*Summary) string // "" if the session has nothing of it
	Fixed      bool                  // it is of the code, and the same whatever the session
	several    bool                  // it is of several versions of Pulsar
}

// Tables lists them.
func Tables() []Table {
	return []Table{
		{Name: "modes", What: "what each fault breaks in each mode, beyond what the mode never keeps", write: modesTable},
		{Name: "matrix", What: "every scenario: what came out of each property", write: matrixTable},
		{Name: "counts", What: "every scenario of several runs: in how many of them each property did not hold", write: countsTable},
		{Name: "faults", What: "every fault: what was seen of it, and how long it was felt", write: func(s *Summary) string { return written(FaultRows(s), WriteFaults) }},
		{Name: "recovery", What: "every fault in each mode: how long it was felt", write: func(s *Summary) string { return written(RecoveryRows(s), WriteRecovery) }},
		{Name: "mutants", What: "every planted bug: how often it was caught", write: mutantsTable},
		{Name: "aiming", What: "every scenario whose fault must break something, aimed and unaimed", write: func(s *Summary) string { return written(AimingRows(s), WriteAiming) }},
		{Name: "danger", What: "every point of a worker's handling: how often a fault that strikes there does harm", write: func(s *Summary) string { return written(DangerRows(s), WriteDanger) }},
		{Name: "odds", What: "every mode and remedy: how much harm a fault does that is aimed at nobody", write: oddsTable},
		{Name: "foretold", What: "what decide expected of runs before they began, and what came of them", write: func(s *Summary) string { return written(ChecksOf(s), WriteChecks) }},
		{Name: "systembugs", What: "every bug planted in a foreign system: in how many runs each level of sight refuted", write: func(s *Summary) string { return written(SystemBugRows(s), WriteSystemBugs) }},
		{Name: "prices", What: "every mode and remedy: how fast it is, and what an event costs", write: func(s *Summary) string { return written(PriceRows(s), WritePrices) }},
		{Name: "others", What: "every mode: what a hot user, a poison event or a slow downstream does to everyone else", write: func(s *Summary) string { return written(DisturbedRows(s), WriteDisturbed) }},
		{Name: "alerts", What: "every fault in each mode: which alerts of the workers' metrics it raised, and when", write: func(s *Summary) string { return written(AlertRows(s), WriteAlerts) }},
		{Name: "alertrules", What: "every alert: which faults raised it, and how often it fired without one", write: func(s *Summary) string { return written(AlertRuleRows(s), WriteAlertRules) }},
		{Name: "versions", What: "scenarios with several versions of Pulsar and their dispatchers: what was refuted in which", write: versionsTable, several: true},
		{Name: "decision", What: "what to take for which need, at the rates of harness/decide/examples/peak-day.yaml", write: decisionTable, Fixed: true},
		{Name: "properties", What: "every property: what it says", write: propertiesTable, Fixed: true},
		{Name: "coordination", What: "every mode: how it coordinates workers", write: coordinationTable, Fixed: true},
		{Name: "alertlist", What: "every alert: its condition, what it means, and what to do", write: alertListTable, Fixed: true},
		{Name: "guards", What: "every guard: what protects the effect", write: guardsTable, Fixed: true},
	}
}

// Write returns the table as Markdown, with a line on the session that it is
// from; "" if the session has nothing of it. Without a session only those that
// are fixed can be written.
func (t Table) Write(s *Summary) string {
	if t.Fixed {
		return t.write(nil)
	}
	if s == nil {
		return ""
	}
	on := "Pulsar " + pulsarVersion(s.Versions) + "; "
	if t.several {
		on = ""
	} else {
		s = ofOneVersion(s)
	}
	body := t.write(s)
	if body == "" {
		return ""
	}
	return fmt.Sprintf("%s\n\n(%s; %s%s)\n", strings.TrimRight(body, "\n"), s.Started.UTC().Format("2006-01-02"), on, runsOf(s))
}

// pulsarVersion is the version, or what the image's tag says where that is all
// there is.
func pulsarVersion(of map[string]string) string {
	image := of["pulsar_image"]
	return cmp.Or(of["pulsar"], image[strings.LastIndexByte(image, ':')+1:])
}

// runsOf says what a session took; one that measured prices has no runs. One that
// was not begun, since the session was interrupted, was none.
func runsOf(s *Summary) string {
	begun := 0
	for _, sc := range s.Scenarios {
		if sc.Events > 0 {
			begun++
		}
	}
	if begun == 0 {
		return wall(s.WallS)
	}
	return fmt.Sprintf("%s in %s", count(begun, "run", "runs"), wall(s.WallS))
}

func written[R any](rows []R, write func(io.Writer, []R)) string {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	write(&b, rows)
	return b.String()
}

func mutantsTable(s *Summary) string {
	if len(s.Mutants) == 0 {
		return ""
	}
	var b strings.Builder
	WriteMutants(&b, s)
	return b.String()
}

// modesTable has a line for each set of faults that break the same, so that it
// can be read at a glance.
func modesTable(s *Summary) string {
	gs := groups(s)
	if len(gs) == 0 {
		return ""
	}
	broken := map[string][]string{} // of each fault, what it breaks in each group
	var failed []string             // runs that tell nothing of their fault
	for i, g := range gs {
		for _, r := range g.Rows {
			f := kindOf(r.Runs[0])
			if broken[f] == nil {
				broken[f] = make([]string, len(gs))
			}
			for _, run := range r.Runs {
				switch {
				case run.Error != "":
					failed = append(failed, g.Mode+" / "+inert(run.Name))
				case run.Guard == "" || run.Guard == noGuard:
					broken[f][i] = worse(broken[f][i], breaks(run))
				}
			}
		}
	}
	var lines []modesLine
	for f, cells := range broken {
		at := slices.IndexFunc(lines, func(l modesLine) bool { return slices.Equal(l.cells, cells) })
		if at < 0 || f == noFault {
			lines = append(lines, modesLine{cells: cells})
			at = len(lines) - 1
		}
		lines[at].faults = append(lines[at].faults, f)
	}
	for i := range lines {
		slices.SortFunc(lines[i].faults, compareFaults)
	}
	slices.SortFunc(lines, func(a, b modesLine) int { return compareFaults(a.faults[0], b.faults[0]) })
	var m markdown
	names := []string{"fault"}
	for _, g := range gs {
		names = append(names, g.Mode)
	}
	m.head(names...)
	for _, l := range lines {
		m.row(append([]string{strings.Join(l.faults, ", ")}, l.cells...)...)
	}
	if len(failed) > 0 {
		m.line("\nNot in it, because it failed as a run: %s.", strings.Join(failed, "; "))
	}
	return m.String()
}

type modesLine struct {
	faults, cells []string
}

// nothingMore is the cell of a fault that breaks nothing in a mode.
const nothingMore = "✓"

// breaks tells what a run's fault broke; without a fault, what the mode never
// keeps.
func breaks(s Outcome) string {
	var of []string
	for _, p := range checker.Properties() {
		switch v := verdictOf(s, p); {
		case v.Verdict == checker.Refuted && (!hasFault(s) || !AnywayRefuted(s.Mode, s.Guard, p)):
			of = append(of, string(p))
		case v.Verdict != checker.Refuted && v.Verdict != checker.Holds:
			of = append(of, fmt.Sprintf("%s %s", p, v.Verdict))
		}
	}
	if len(of) == 0 {
		return nothingMore
	}
	return strings.Join(of, ", ")
}

// worse joins what two runs broke.
func worse(a, b string) string {
	if a == "" || a == nothingMore {
		return b
	}
	of := strings.Split(a, ", ")
	for _, one := range strings.Split(b, ", ") {
		if one != nothingMore && !slices.Contains(of, one) {
			of = append(of, one)
		}
	}
	slices.SortStableFunc(of, func(a, b string) int { return place(a) - place(b) })
	return strings.Join(of, ", ")
}

// place is that of a property in the order of reports.
func place(of string) int {
	name, _, _ := strings.Cut(of, " ")
	return slices.Index(checker.Properties(), checker.Property(name))
}

// matrixTable has a row for each scenario, with a symbol for each verdict.
func matrixTable(s *Summary) string {
	gs := groups(s)
	if len(gs) == 0 {
		return ""
	}
	var m markdown
	names := []string{"mode", "scenario", "fault"}
	for _, p := range checker.Properties() {
		names = append(names, string(p))
	}
	m.head(append(names, "attempts:", "handovers:", "redelivered:", "contended:", "s:")...)
	for _, g := range gs {
		for _, r := range g.Rows {
			run := r.Runs[0]
			cells := []string{g.Mode, inert(run.Name), kindOf(run)}
			for _, p := range checker.Properties() {
				var seen []string
				for _, v := range r.verdicts(p) {
					word := symbol(v.Verdict) + " " + string(v.Verdict)
					if v.unexpected() {
						word = bold(word + " ≠ " + string(v.Expected))
					}
					seen = append(seen, word)
				}
				cells = append(cells, strings.Join(seen, ", "))
			}
			o := r.least()
			for _, n := range []int{o.Attempts, o.Handovers, o.Redeliveries, o.Contended} {
				cells = append(cells, fmt.Sprint(n))
			}
			m.row(append(cells, fmt.Sprintf("%.0f", r.meanWall()))...)
		}
	}
	return m.String()
}
