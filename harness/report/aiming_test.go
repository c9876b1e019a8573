package report

import (
	"bytes"
	"strings"
	"testing"

	"turnstile/checker"
)

func TestTheTableOfAimingAddsSessionsUp(t *testing.T) {
	run := func(name, aimedAs string, bitten int, v checker.Verdict) Outcome {
		expected := checker.Refuted
		if aimedAs != "" {
			expected = Any
		}
		return Outcome{
			Name: name, AimedAs: aimedAs, Mode: "keyshared", Fault: "freeze", Events: 1,
			Properties: map[checker.Property]Property{
				checker.Exclusivity: {Expected: expected, Verdict: v},
				checker.Order:       {Expected: Any, Verdict: checker.Refuted},
			},
			Evidence: Evidence{Opportunity: checker.Opportunity{FaultsBegun: 1, FaultsBitten: bitten}},
		}
	}
	calledOff := run("frozen", "", 0, checker.Unknown)
	calledOff.Events = 0
	rows := AimingRows(&Summary{Scenarios: []Outcome{
		run("frozen", "", 1, checker.Refuted),
		calledOff,
	}}, &Summary{Scenarios: []Outcome{
		run("frozen", "", 0, checker.Refuted),
		run("frozen, unaimed", "frozen", 1, checker.Holds),
		run("frozen, unaimed", "frozen", 1, checker.Refuted),
		run("frozen, unaimed", "frozen", 1, checker.Vacuous),
		run("alone", "", 1, checker.Refuted),
	}})
	var b bytes.Buffer
	WriteAiming(&b, rows)
	if want := "| keyshared | frozen | exclusivity | 1 of 2 | 2 of 2 | 1 of 3 |\n"; !strings.HasSuffix(b.String(), want) || len(rows) != 1 {
		t.Errorf("got\n%s\nwant the one row\n%s", b.String(), want)
	}
}

func TestARefutationBeforeTheFaultIsADifference(t *testing.T) {
	s := Outcome{
		Mode: "keyshared", Fault: "freeze",
		Properties: map[checker.Property]Property{checker.Exclusivity: {Expected: checker.Refuted, Verdict: checker.Refuted, Reason: "two inside", Before: []string{"freeze-1"}}},
		Evidence:   Evidence{Faults: []checker.FaultEvidence{{Fault: "freeze-1", Bitten: true}}},
	}
	found := differences(s)
	if len(found) != 1 || found[0].Short != "exclusivity was violated before the fault" || found[0].Why != "freeze-1 had not begun: two inside" {
		t.Errorf("got %+v", found)
	}
}
