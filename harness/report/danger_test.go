package report

import (
	"strings"
	"testing"

	"turnstile/checker"
)

func struckAt(mode, kind, point string, refuted ...checker.Property) Outcome {
	o := Outcome{Mode: mode, Guard: "none", Fault: kind, Danger: &Danger{Point: point, StepMS: 2, Struck: true, Refuted: refuted}}
	o.Evidence.Opportunity.FaultsBegun, o.Evidence.Opportunity.FaultsBitten = 1, 1
	o.Evidence.Faults = []checker.FaultEvidence{{Fault: kind, Bitten: true}}
	return o
}

func TestDangerIsCountedOfWhatTheFaultItselfBroke(t *testing.T) {
	missed := struckAt("keyshared", "freeze", "send", checker.Exclusivity)
	missed.Evidence.Opportunity.FaultsBitten = 0
	nobody := struckAt("keyshared", "freeze", "send")
	nobody.Danger.Struck = false
	others := struckAt("keyshared", "freeze", "send") // of another user than the one it found there
	others.Properties = map[checker.Property]Property{checker.Exclusivity: {Verdict: checker.Refuted}}
	failed := struckAt("keyshared", "freeze", "send", checker.Exclusivity)
	failed.Error = "the engine is gone"
	s := &Summary{Scenarios: []Outcome{
		struckAt("keyshared", "freeze", "send", checker.Exclusivity),
		struckAt("keyshared", "freeze", "send"),
		others, missed, nobody, failed,
		struckAt("keyshared", "freeze", "read", checker.Exclusivity),
		struckAt("shared", "kill", "send", checker.Exclusivity), // as without any fault
		{Mode: "shared", Fault: "kill"},                         // measures nothing
	}}
	var b strings.Builder
	WriteDanger(&b, DangerRows(s))
	want := `| mode | fault | point | open for | runs | exclusivity refuted |
| --- | --- | --- | --- | --- | --- |
| shared | kill | send | 2.00 ms | 1 | without it too |
| keyshared | freeze | read | 2.00 ms | 1 | 1 (21 to 100 %) |
| keyshared | freeze | send | 2.00 ms | 3 | 1 (6 to 79 %) |
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	var svg strings.Builder
	if err := DrawDanger(&svg, DangerRows(s)); err != nil || strings.Count(svg.String(), "<title>") != 2 || !strings.Contains(svg.String(), "exclusivity at send: 1 (6 to 79 %)") {
		t.Errorf("%v\n%s", err, svg.String())
	}
}
