package report

import (
	"fmt"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/harness/system"
)

// Runs of systems that are not ours are judged by what was seen of them. Nothing is
// claimed of them, each verdict names the level that it rests on, and some properties
// no level decides.

// OnlyOutside reports whether nothing but such runs is in it.
func (s *Summary) OnlyOutside() bool {
	return len(s.Scenarios) > 0 && !slices.ContainsFunc(s.Scenarios, func(o Outcome) bool { return !o.Outside })
}

// properties are those that a session's runs can be judged by.
func (s *Summary) properties() []checker.Property {
	if s.OnlyOutside() {
		return levels.Properties()
	}
	return checker.Properties()
}

// level is in short the level that a verdict rests on, or that would decide; empty where
// that goes without saying.
func (p Property) level() string {
	short := func(s string) string { s, _, _ = strings.Cut(s, " ("); return s }
	switch {
	case p.SeenAt != "":
		return short(p.SeenAt)
	case p.Would != "":
		return short(p.Would) + " would"
	}
	return ""
}

// outsideLine is like "8 runs of java: 2 with a refutation, 1 that failed".
func outsideLine(s *Summary) (line string, bad bool) {
	var systems []string
	refuted, failed := 0, 0
	for _, o := range s.Scenarios {
		name, _, _ := strings.Cut(o.Name, " / ")
		if !slices.Contains(systems, name) {
			systems = append(systems, name)
		}
		if !o.Passed {
			failed++
		}
		if slices.ContainsFunc(levels.Properties(), func(p checker.Property) bool { return o.Properties[p].Verdict == checker.Refuted }) {
			refuted++
		}
	}
	line = fmt.Sprintf("%s of %s: %d with a refutation", count(len(s.Scenarios), "run", "runs"), strings.Join(systems, ", "), refuted)
	if failed > 0 {
		line += fmt.Sprintf(", %d that failed", failed)
	}
	return line, refuted+failed > 0
}

// wordOf says how runs of a scenario went. One of which nothing is claimed went as it
// went.
func wordOf(s Outcome, passed bool) string {
	switch {
	case s.Outside && passed:
		return "ran"
	case s.Outside:
		return "FAILED"
	case passed:
		return "pass"
	}
	return "FAIL"
}

// pictured is the witness that a run's page has a picture of: that of an overlap, and, of
// a system that is not ours, else the first that has attempts. nil: there is none.
func pictured(s Outcome, r *checker.Result) *checker.Witness {
	of := []checker.Property{checker.Exclusivity}
	if s.Outside {
		of = levels.Properties()
	}
	for _, p := range of {
		if w := r.Of(p).Witness; w != nil && verdictOf(s, p).Verdict == checker.Refuted && (p == checker.Exclusivity || len(w.Attempts) > 0) {
			return w
		}
	}
	return nil
}

// htmlEnded is a container that ended by itself.
type htmlEnded struct {
	system.Ended
	URL string // of its output
}

// The template calls these.

func (r htmlRow) Word() string { return wordOf(r.Runs[0], r.AllPassed()) }
func (r htmlRun) Word() string { return wordOf(r.Outcome, r.Passed) }
func (r htmlRow) Deserted() bool {
	return slices.ContainsFunc(r.HTMLRuns, func(run htmlRun) bool { return len(run.EndedThemselves()) > 0 })
}

// EndedThemselves are the run's containers that ended though nobody had asked them to.
func (r htmlRun) EndedThemselves() (all []htmlEnded) {
	for _, e := range r.Ended {
		if e.ByItself() {
			all = append(all, htmlEnded{e, linkTo(r.Folder, e.Log)})
		}
	}
	return all
}
