package report

import (
	"fmt"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fault"
)

// short answers, before any detail, what somebody wants to know who was sent
// the page: who, when, under which fault, what came of it, how to see it again.
func (m *markdown) short(s Outcome, r *checker.Result, refuted []checker.PropertyVerdict) {
	i := slices.IndexFunc(refuted, func(v checker.PropertyVerdict) bool { return v.Witness != nil })
	if i < 0 {
		return
	}
	w := refuted[i].Witness
	sc := newScene(w, r.Faults)
	m.line("- **Who.** %s", who(w))
	if when := sc.when(w); when != "" {
		m.line("- **When.** %s", when)
	}
	m.line("- **Under which fault.** %s", sc.under(s, w))
	m.line("- **What came of it.** %s", inert(strings.Join(consequences(sc, w, refuted), " ")))
	if s.Command != "" {
		m.line("- **To see it again.** %s", code(s.Command))
	}
	m.line("")
}

func who(w *checker.Witness) string {
	names := make([]string, 0, len(w.Attempts))
	for _, a := range w.Attempts {
		names = append(names, fmt.Sprintf("%s (attempt %s on event %s)", code(a.Worker), code(a.Attempt), code(a.Event)))
	}
	switch {
	case w.Property == checker.Exclusivity:
		return fmt.Sprintf("%s were inside the critical section of user %s at once.", strings.Join(names, " and "), code(w.User))
	case len(names) == 0:
		return fmt.Sprintf("Nobody: no attempt on what is missing of user %s is on record.", code(w.User))
	}
	return fmt.Sprintf("User %s was handled by %s.", code(w.User), strings.Join(names, ", "))
}

// when says at what time the witness was, on the clock of its scene.
func (sc *scene) when(w *checker.Witness) string {
	var bars []bar
	for _, b := range sc.bars {
		if b.involved {
			bars = append(bars, b)
		}
	}
	switch {
	case sc.overlap != nil:
		return fmt.Sprintf("For %s, from %s ms after the first of the two had entered.", millis(w.OverlapNS), since(sc.overlap.from))
	case len(bars) < 2:
		return ""
	}
	last := bars[len(bars)-1]
	if until := bars[0].to; until > last.from {
		return fmt.Sprintf("The last of them entered %s ms after the first, which was inside until %s ms.", since(last.from), since(until))
	}
	first := "had left at"
	if !bars[0].exited {
		first = "is last known to be inside at"
	}
	return fmt.Sprintf("The last of them entered %s ms after the first, which %s %s ms.", since(last.from), first, since(bars[0].to))
}

// under names the fault that was going on, else the ones before.
func (sc *scene) under(s Outcome, w *checker.Witness) string {
	var during, before []string
	for _, f := range w.Faults {
		what := code(f.Fault) + explained(fault.Meaning(fault.KindOf(f.Fault)))
		if f.Relation == "during" {
			during = append(during, "During "+what+".")
		} else {
			before = append(before, "After "+what+".")
		}
	}
	switch {
	case len(during) > 0:
		return strings.Join(during, " ")
	case len(before) > 0:
		return before[len(before)-1]
	case hasFault(s):
		return "Before the fault " + code(s.Fault) + " began, if it did."
	}
	return "None: nothing disturbed the run."
}

// consequences are what the user suffered by the witness, and by what else was
// refuted of the same user.
func consequences(sc *scene, w *checker.Witness, refuted []checker.PropertyVerdict) []string {
	var out []string
	if w.Property == checker.Exclusivity {
		out = sc.harm()
	}
	for _, v := range refuted {
		if o := v.Witness; o != nil && v.Property != checker.Exclusivity && o.User == w.User {
			out = append(out, title(string(v.Property))+": "+o.Summary+".")
		}
	}
	if len(out) == 0 {
		out = append(out, "No text that went out twice and no lost write is among these records. That is luck: nothing kept the attempts apart.")
	}
	return out
}

// minimal says which of a witness's attempts the refutation needs.
func (m *markdown) minimal(w *checker.Witness) {
	var beside []string
	for _, a := range w.Attempts {
		if a.Beside {
			beside = append(beside, code(a.Attempt))
		}
	}
	switch {
	case len(beside) > 0 && w.Minimal:
		m.para("The refutation rests on the others alone; %s is told since it belongs to the story.", strings.Join(beside, ", "))
	case w.Minimal && len(w.Attempts) > 1:
		m.para("None of these attempts can be left out: without any one of them, nothing is refuted by the rest.")
	}
}
