package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
)

// SystemBug is a bug that a foreign system has when it is told to, or the same
// system without it, and what each level of sight said of what it is to break.
type SystemBug struct {
	System  string            `json:"system"`
	Name    string            `json:"name"`
	Does    string            `json:"does"`
	Without bool              `json:"without,omitempty"`
	Refutes checker.Property  `json:"refutes"`
	Level   int               `json:"level"` // the least that is said to see it
	At      []checker.Verdict `json:"at,omitempty"`
}

// SystemBugRow adds up the runs of one bug.
type SystemBugRow struct {
	SystemBug
	Mode, Fault string
	Runs        int
	Refuted     []int // by level: in how many runs it, with what is below it, refuted
	Apart       int   // runs without the bug
	ApartBroken int   // of those, refuted all the same
}

// SystemBugRows counts what a session tried of bugs in foreign systems. Runs without
// a bug stand for all bugs that break the same in the same mode, under the same
// fault.
func SystemBugRows(s *Summary) []SystemBugRow {
	var rows []SystemBugRow
	for _, sc := range s.Scenarios {
		bug := sc.SystemBug
		if bug == nil || bug.Without || !sc.tried() {
			continue
		}
		k := slices.IndexFunc(rows, func(r SystemBugRow) bool { return r.System == bug.System && r.Name == bug.Name })
		if k < 0 {
			k = len(rows)
			rows = append(rows, SystemBugRow{SystemBug: *bug, Mode: sc.Mode, Fault: sc.Fault})
		}
		rows[k].add(bug)
	}
	for _, sc := range s.Scenarios {
		for i := range rows {
			r := &rows[i]
			if b := sc.SystemBug; b == nil || !b.Without || !sc.tried() || b.System != r.System || b.Refutes != r.Refutes || sc.Mode != r.Mode || sc.Fault != r.Fault {
				continue
			}
			r.Apart++
			if sc.Properties[r.Refutes].Verdict == checker.Refuted {
				r.ApartBroken++
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b SystemBugRow) int { return strings.Compare(a.System, b.System) })
	return rows
}

func (r *SystemBugRow) add(b *SystemBug) {
	r.Runs++
	for l, v := range b.At {
		for len(r.Refuted) <= l {
			r.Refuted = append(r.Refuted, 0)
		}
		if v == checker.Refuted {
			r.Refuted[l]++
		}
	}
}

// WriteSystemBugs writes the table in Markdown: which level sees which bug.
func WriteSystemBugs(w io.Writer, rows []SystemBugRow) {
	fmt.Fprintln(w, "| system | bug | what it does | mode | fault | refutes | level 0 | level 1 | level 2 | level 3 | without it |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, r := range rows {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |", r.System, r.Name, r.Does, r.Mode, r.Fault, r.Refutes)
		for l := range 4 {
			switch {
			case l >= len(r.Refuted):
				fmt.Fprint(w, " no marks |")
			case l < r.Level && r.Refuted[l] == 0:
				fmt.Fprint(w, "  |")
			default:
				fmt.Fprintf(w, " %d of %d |", r.Refuted[l], r.Runs)
			}
		}
		fmt.Fprintf(w, " %d of %d |\n", r.ApartBroken, r.Apart)
	}
}
