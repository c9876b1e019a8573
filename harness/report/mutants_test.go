package report

import (
	"bytes"
	"strings"
	"testing"

	"turnstile/checker"
)

func TestTheTableOfPlantedBugs(t *testing.T) {
	run := func(mutant string, expected, verdict checker.Verdict, after float64) Outcome {
		p := Property{Expected: expected, Verdict: verdict}
		return Outcome{
			Name: "n", Mode: "lock", Fault: noFault, Mutant: mutant, Twin: "locks are met", Passed: p.Met(), Events: 1, RefutedAfterS: after, WallS: 8,
			Properties: map[checker.Property]Property{checker.Exclusivity: p, checker.Order: {Expected: Any, Verdict: checker.Unknown}},
		}
	}
	calledOff := run("lock-ignored", checker.Refuted, checker.Unknown, 0)
	calledOff.Events = 0
	s := &Summary{Scenarios: []Outcome{
		run("lock-ignored", checker.Refuted, checker.Refuted, 1),
		run("lock-ignored", checker.Refuted, checker.Refuted, 3),
		run("lock-shy", checker.Refuted, checker.Holds, 0),
		calledOff,
		run("", checker.Holds, checker.Holds, 0),
		run("", checker.Holds, checker.Vacuous, 0),
	}}
	s.Mutants = MutantRows(s)
	if !s.OnlyPlanted() || len(groups(s)) != 0 {
		t.Error("planted bugs are in the matrix")
	}
	var b bytes.Buffer
	WriteMutants(&b, s)
	for _, want := range []string{
		"| `lock-ignored` | lock | – | exclusivity | 2 of 2 | 1 of 2 | 2.0 s | 8.0 s |",
		"| `lock-shy` | lock | – | exclusivity | 0 of 1 | 1 of 2 | – | 8.0 s |",
		"2 bugs planted, 1 caught in every run",
		"exclusivity is holds ≠ refuted expected",
		"exclusivity is vacuous ≠ holds expected",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "order is") {
		t.Errorf("a property of which nothing is claimed is told as a difference:\n%s", b.String())
	}
}
