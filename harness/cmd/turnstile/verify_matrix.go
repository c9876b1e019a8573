package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
	"turnstile/harness/system"
)

// writeVerdicts says what came of a run, property by property.
func writeVerdicts(w io.Writer, r *levels.Result) {
	for _, p := range levels.Properties() {
		v := r.Of(p)
		if v.Would != nil {
			v.Reason += "; " + v.Would.String() + " would decide"
		}
		fmt.Fprintf(w, "  %-12s %-8s level %d  %s\n", p, v.Verdict, int(v.Level), v.Reason)
	}
}

// systemMatrix is what came of all runs of a system.
type systemMatrix struct {
	faults []string // in the order of the first mode's
	modes  []mode.Mode
	cells  map[mode.Mode]map[string]*levels.Result
	blind  map[mode.Mode]string          // why no verdict on a mode counts
	failed int                           // runs of which there is no result
	left   map[mode.Mode]map[string]bool // faults that were left out
	ended  []endedAt
}

// endedAt is a container that ended by itself in a run.
type endedAt struct {
	system.Ended
	mode      mode.Mode
	fault, of string // of is the run's folder
}

// leaveOut notes a fault that nobody allowed.
func (m *systemMatrix) leaveOut(in mode.Mode, fault string) {
	if m.left == nil {
		m.left = map[mode.Mode]map[string]bool{}
	}
	if m.left[in] == nil {
		m.left[in] = map[string]bool{}
	}
	m.left[in][fault] = true
}

// fail notes a run of which there is no result.
func (m *systemMatrix) fail(in mode.Mode, r *harness.SystemRun) {
	m.failed++
	r.Check = nil
	m.add(in, r, "")
}

func (m *systemMatrix) add(in mode.Mode, r *harness.SystemRun, blind string) {
	if m.cells == nil {
		m.cells, m.blind = map[mode.Mode]map[string]*levels.Result{}, map[mode.Mode]string{}
	}
	if m.cells[in] == nil {
		m.cells[in] = map[string]*levels.Result{}
		m.modes = append(m.modes, in)
	}
	if !slices.Contains(m.faults, r.Fault) {
		m.faults = append(m.faults, r.Fault)
	}
	m.cells[in][r.Fault] = r.Check
	for _, e := range r.Ended {
		if e.ByItself() {
			m.ended = append(m.ended, endedAt{e, in, r.Fault, r.Dir})
		}
	}
	if blind != "" {
		m.blind[in] = blind
	}
}

// cell says in short what came of a run: what is refuted, and what nobody can say.
func cell(r *levels.Result) string {
	if r == nil {
		return "the run failed"
	}
	by := map[checker.Verdict][]string{}
	for _, p := range levels.Properties() {
		v := r.Of(p)
		word := string(p)
		if v.Verdict == checker.Refuted {
			word = fmt.Sprintf("%s (%d)", p, int(v.Level))
		}
		by[v.Verdict] = append(by[v.Verdict], word)
	}
	var words []string
	if all := by[checker.Refuted]; len(all) > 0 {
		words = append(words, "**"+strings.Join(all, ", ")+"**")
	}
	for _, open := range []checker.Verdict{checker.Unknown, checker.Vacuous} {
		if all := by[open]; len(all) > 0 {
			words = append(words, string(open)+": "+strings.Join(all, ", "))
		}
	}
	if len(words) == 0 {
		return "✓"
	}
	return strings.Join(words, "; ")
}

// rows are the faults, those that were left out at the end.
func (m *systemMatrix) rows() []string {
	all := slices.Clone(m.faults)
	var left []string
	for _, faults := range m.left {
		for f := range faults {
			if !slices.Contains(all, f) && !slices.Contains(left, f) {
				left = append(left, f)
			}
		}
	}
	slices.Sort(left)
	return append(all, left...)
}

// write writes the matrix in Markdown.
func (m *systemMatrix) write(w io.Writer) {
	fmt.Fprintln(w, "Bold: refuted, and the level that sees it. ✓: all that can be decided from outside holds.")
	fmt.Fprintln(w)
	head, rule := "| fault |", "| --- |"
	for _, in := range m.modes {
		head, rule = head+" "+string(in)+" |", rule+" --- |"
	}
	fmt.Fprintln(w, head)
	fmt.Fprintln(w, rule)
	for _, f := range m.rows() {
		fmt.Fprintf(w, "| %s |", f)
		for _, in := range m.modes {
			text := ""
			r, there := m.cells[in][f]
			if there {
				text = cell(r)
			} else if m.left[in][f] {
				text = "left out: not allowed"
			}
			if m.blind[in] != "" && there {
				text = "unknown: the observers are blind"
			}
			fmt.Fprintf(w, " %s |", text+m.whoEnded(in, f))
		}
		fmt.Fprintln(w)
	}
	if len(m.ended) == 0 {
		return
	}
	fmt.Fprintln(w, "\nContainers that ended by themselves, which are not started again:")
	fmt.Fprintln(w)
	for _, e := range m.ended {
		fmt.Fprintf(w, "- %s, %s: %s, exit code %s: %s\n", e.mode, e.fault, e.Worker, e.ExitCode, filepath.Join(e.of, e.Log))
	}
}

// whoEnded adds to a cell the containers that ended by themselves in its run.
func (m *systemMatrix) whoEnded(in mode.Mode, fault string) string {
	var who []string
	for _, e := range m.ended {
		if e.mode == in && e.fault == fault {
			who = append(who, fmt.Sprintf("%s (%s)", e.Worker, e.ExitCode))
		}
	}
	if len(who) == 0 {
		return ""
	}
	return "; ended by itself: " + strings.Join(who, ", ")
}

// exitCode is what the verdicts come to: the worst of them.
func (m *systemMatrix) exitCode() int {
	var all []checker.PropertyVerdict
	for in, cells := range m.cells {
		for _, r := range cells {
			if r == nil {
				continue
			}
			for _, p := range levels.Properties() {
				v := r.Of(p).PropertyVerdict
				if m.blind[in] != "" {
					v.Verdict = checker.Unknown
				}
				all = append(all, v)
			}
		}
	}
	return exitCode(all)
}
