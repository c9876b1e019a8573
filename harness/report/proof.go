package report

import (
	"fmt"

	"turnstile/checker"
	"turnstile/fault"
)

// faults says under which faults it happened, and what proves them.
func (m *markdown) faults(s Outcome, sc *scene, w *checker.Witness, r *checker.Result) {
	m.para("### Under which fault")
	if len(w.Faults) == 0 {
		if hasFault(s) {
			m.para("None: no fault had begun by then.")
		} else {
			m.para("None: the scenario injects no fault.")
		}
		return
	}
	for _, f := range w.Faults {
		aim := ""
		if f.Worker != "" && f.User != "" {
			aim = fmt.Sprintf(", aimed while %s was inside a section of user %s", code(f.Worker), code(f.User))
		}
		when := "on another clock"
		if f.Domain == sc.domain {
			until := "never ended"
			if f.End != 0 {
				until = fmt.Sprintf("to %s ms (%s)", since(f.End-sc.origin), millis(f.End-f.Begin))
			}
			when = fmt.Sprintf("from %s ms %s", since(f.Begin-sc.origin), until)
		}
		what := fault.Meaning(fault.KindOf(f.Fault))
		if what != "" {
			what = title(what) + "."
		}
		m.line("- %s, %s %s; %s%s. %s", code(f.Fault), f.Relation, relative(f.Relation), when, aim, inert(what))
		m.proof(sc, f, r)
	}
	m.line("")
}

func relative(relation string) string {
	if relation == "before" {
		return "the witness"
	}
	return "it"
}

func (m *markdown) proof(sc *scene, f checker.WitnessFault, r *checker.Result) {
	for _, fe := range r.Faults {
		if fe.Fault != f.Fault || fe.Begin != f.Begin {
			continue
		}
		for _, ev := range fe.Evidence {
			seen, at := "seen", ""
			if !ev.Seen {
				seen = bold("NOT seen")
			}
			if ev.T != 0 && f.Domain == sc.domain {
				at = fmt.Sprintf(" at %s ms", since(ev.T-sc.origin))
			}
			m.line("  - %s%s by the observer %s: %s%s", seen, at, code(ev.Observer), inert(ev.Name), detail(ev.Detail))
		}
		for _, miss := range fe.Missing {
			m.line("  - **missing**: %s", inert(miss))
		}
	}
}

func detail(s string) string {
	if s == "" {
		return ""
	}
	return " (" + inert(s) + ")"
}
