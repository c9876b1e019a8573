package report

import (
	"testing"

	"turnstile/checker"
)

func TestCountsTellInHowManyRunsAPropertyDidNotHold(t *testing.T) {
	run := func(name string, of map[checker.Property]checker.Verdict) Outcome {
		verdicts := map[checker.Property]Property{}
		for _, p := range checker.Properties() {
			verdicts[p] = Property{Verdict: checker.Holds}
		}
		for p, v := range of {
			verdicts[p] = Property{Verdict: v}
		}
		return scenario("keyshared", "freeze", name, verdicts)
	}
	failed := run("one", nil)
	failed.Error = "no broker"
	never := run("three", nil)
	never.Error = "no broker"
	s := &Summary{Scenarios: []Outcome{
		run("one", map[checker.Property]checker.Verdict{checker.Exclusivity: checker.Refuted}), failed,
		run("one", map[checker.Property]checker.Verdict{checker.Exclusivity: checker.Refuted, checker.Order: checker.Unknown}),
		run("two", nil), run("one", map[checker.Property]checker.Verdict{checker.Order: checker.Refuted}), never,
	}}
	mustHave(t, tableNamed(t, "counts").Write(s),
		"| mode | fault | scenario | runs | exclusivity | effects | order | delivery | duplicates | progress | rules |",
		"| keyshared | freeze | one | 3 | ✕ 2 of 3 | ✓ | ✕ 1 of 3, ? 1 of 3 | ✓ | ✓ | ✓ | ✓ |",
		"| keyshared | freeze | two | 1 | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |",
		"Not in it, because they failed as runs: keyshared / one (1 run); keyshared / three (1 run).",
	)
}
