package report

import (
	"strings"
	"testing"

	"turnstile/checker"
)

func TestAViolationBeginsWithWhatEverybodyAsks(t *testing.T) {
	s, r := frozen()
	out := violationOf(t, s, r)
	top, _, _ := strings.Cut(out, "| Mode |")
	mustHave(t, top,
		"- **Who.** `r3-w2` (attempt `r3-w2/118` on event `u1-31`) and `r3-w4` (attempt `r3-w4/97` on event `u1-31`) were inside the critical section of user `u1` at once.",
		"- **When.** For 28.4 ms, from +1931.5 ms after the first of the two had entered.",
		"- **Under which fault.** During `freeze-1`: every instruction of the worker is stopped",
		"- **What came of it.** The text “receipt” of event u1-31 went out 2 times",
		"- **To see it again.** `"+s.Command+"`")
}

func TestAViolationSaysWhichAttemptsItNeeds(t *testing.T) {
	s, r := frozen()
	w := r.Of(checker.Exclusivity).Witness
	w.Minimal = true
	mustHave(t, violationOf(t, s, r), "None of these attempts can be left out")
	w.Attempts[1].Beside = true
	mustHave(t, violationOf(t, s, r), "`r3-w4/97` is told since it belongs to the story")
	w.Minimal = false
	if out := violationOf(t, s, r); strings.Contains(out, "can be left out") || strings.Contains(out, "belongs to the story") {
		t.Error("what is not proven minimal is told as if it were")
	}
}
