package report

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker"
)

func struckAt(mode, kind, point string, verdict checker.Verdict, before ...string) Outcome {
	o := Outcome{Mode: mode, Guard: "none", Fault: kind, Danger: &Danger{Point: point, StepMS: 2}, Properties: map[checker.Property]Property{}}
	for _, p := range checker.Properties() {
		o.Properties[p] = Property{Verdict: checker.Holds}
	}
	o.Properties[checker.Exclusivity] = Property{Verdict: verdict, Before: before}
	o.Evidence.Opportunity.FaultsBegun, o.Evidence.Opportunity.FaultsBitten = 1, 1
	o.Evidence.Faults = []checker.FaultEvidence{{Fault: kind, Bitten: true}}
	return o
}

func TestDangerIsCountedOfWhatTheFaultItselfBroke(t *testing.T) {
	missed := struckAt("keyshared", "freeze", "send", checker.Refuted)
	missed.Evidence.Opportunity.FaultsBitten = 0
	failed := struckAt("keyshared", "freeze", "send", checker.Refuted)
	failed.Error = "the engine is gone"
	s := &Summary{Scenarios: []Outcome{
		struckAt("keyshared", "freeze", "send", checker.Refuted),
		struckAt("keyshared", "freeze", "send", checker.Holds),
		struckAt("keyshared", "freeze", "send", checker.Refuted, "freeze"), // it was violated before
		missed, failed,
		struckAt("keyshared", "freeze", "read", checker.Refuted),
		struckAt("shared", "kill", "send", checker.Refuted), // as without any fault
		{Mode: "shared", Fault: "kill"},                     // measures nothing
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

func TestAnIntervalHasItsShareInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.IntRange(1, 10_000).Draw(t, "runs")
		of := rapid.IntRange(0, runs).Draw(t, "of")
		lo, hi := Interval(of, runs)
		share := float64(of) / float64(runs)
		if lo < 0 || hi > 1 || lo > share+1e-12 || hi < share-1e-12 {
			t.Fatalf("%d of %d: %v to %v", of, runs, lo, hi)
		}
		if more, most := Interval(4*of, 4*runs); most-more >= hi-lo {
			t.Fatalf("four times as many runs say no more: %v to %v, and %v to %v", lo, hi, more, most)
		}
		if l, h := Interval(runs-of, runs); math.Abs(l-(1-hi)) > 1e-9 || math.Abs(h-(1-lo)) > 1e-9 {
			t.Fatalf("the interval of the others is no mirror: %v to %v", l, h)
		}
	})
}
