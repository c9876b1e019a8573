package report

import (
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/harness/decide"
)

// unaimedRun is a run that measured two freezes and nothing else.
func unaimedRun(arm string) Outcome {
	return Outcome{Mode: "keyshared", Guard: "none", Odds: &decide.OddsOf{
		Arm: arm, Lanes: 32, Calm: decide.Calm{UserS: 10, InsideS: 2, Sections: 50, Harms: decide.Harms{checker.LostUpdate: 1}},
		Struck: []decide.Struck{{Fault: "freeze", Own: 3, All: 8, Harms: decide.Harms{checker.DoubleText: 3}}, {Fault: "freeze", Own: 1, All: 8}},
	}}
}

func TestOddsAreAddedUpOfRunsThatMeasuredThem(t *testing.T) {
	failed := unaimedRun("keyshared")
	failed.Error = "the engine is gone"
	checking := unaimedRun("keyshared")
	checking.Foretold = map[checker.HarmKind]float64{}
	if odds := OddsOf(&Summary{Scenarios: []Outcome{checking}}); len(odds.Arms) > 0 {
		t.Errorf("runs that only check are odds by themselves: %+v", odds)
	}
	other := checking
	other.Odds = &decide.OddsOf{Arm: "lock", Lanes: 8, Struck: checking.Odds.Struck}
	checking.Odds.Lanes = 8
	s := &Summary{Scenarios: []Outcome{unaimedRun("keyshared"), failed, {Mode: "lock", Fault: "kill"}, unaimedRun("keyshared"), checking, other}}
	odds := OddsOf(s)
	for i, struck := range odds.Arms[0].Struck {
		if crowded := i >= 4; crowded != (struck.Lanes == 8) {
			t.Errorf("the fault %d was among %d lanes", i, struck.Lanes)
		}
	}
	if odds.Command != "make odds, make decide-check" {
		t.Errorf("the command is %q", odds.Command)
	}
	var b strings.Builder
	WriteOdds(&b, odds)
	want := `| mode and remedy | fault | faults | sections at stake | overlapping sections | double texts | STOPs not kept | lost updates |
| --- | --- | ---: | ---: | --- | --- | --- | --- |
| keyshared | none | | | 0 in 100 sections | 0 in 100 sections | 0 in 100 sections | 2 in 100 sections |
| keyshared | freeze | 4 | 8.0 | 0: 0.00 (0.00 to 0.55) | 2: 0.75 (0.27 to 0.96) | 0: 0.00 (0.00 to 0.55) | 0: 0.00 (0.00 to 0.55) |
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	if !s.IsMeasurement() || (&Summary{Scenarios: []Outcome{{Mode: "lock"}}}).IsMeasurement() {
		t.Error("what is a measurement is not told from what is none")
	}
}

func TestWhatWasForetoldIsSetBesideWhatCame(t *testing.T) {
	run := func(foretold float64) Outcome {
		o := unaimedRun("keyshared")
		o.Foretold = map[checker.HarmKind]float64{checker.DoubleText: foretold, checker.LostUpdate: 30}
		return o
	}
	s := &Summary{Scenarios: []Outcome{run(2), run(3), unaimedRun("lock")}}
	var b strings.Builder
	WriteChecks(&b, ChecksOf(s))
	for _, line := range []string{
		"| keyshared | double texts | 2 | 5.0 | 6 | too few to say |", "| keyshared | lost updates | 2 | 60.0 | 2 | **no** |", "| all together | lost updates | 2 | 60.0 | 2 | **no** |",
	} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
}

func TestPricesForPredictionsAreMedians(t *testing.T) {
	price := func(rate float64) Price {
		return Price{Arm: "lock", Saturated: rate, Raw: 1, Latencies: []Latency{{Share: 0.6, P50MS: rate}}, PerEvent: PerEvent{ProcessorUS: map[string]float64{PricedWorkers: rate}, RedisTrips: 4}}
	}
	p := PricesOf(&Summary{Arms: []string{"lock"}, Prices: []Price{price(100), price(300), price(200)}})
	if len(p.Arms) != 1 || p.Arms[0].Saturated != 200 || p.Arms[0].Repetitions != 3 || p.Arms[0].ProcessorUS[PricedWorkers] != 200 || p.Arms[0].Latencies[0].P50 != 200 || p.Arms[0].RedisTrips != 4 {
		t.Errorf("got %+v", p)
	}
}
