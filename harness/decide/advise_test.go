package decide

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"turnstile/checker"
)

// freezeOf is a freeze that found so many sections open, with as many texts doubled.
func freezeOf(own float64, double int) Struck {
	return Struck{Fault: "freeze", Own: own, All: 4 * own, Sections: 100, Harms: Harms{checker.DoubleText: double}}
}

// measuredHere are modes of which enough is known to choose among them.
func measuredHere() Measured {
	calm := Calm{UserS: 1000, InsideS: 100, Sections: 1_000_000}
	price := func(arm string, us float64) Price {
		return Price{Arm: arm, Saturated: 1000, ProcessorUS: map[string]float64{ofWorkers: us}, Latencies: []Latency{{Busy, 10, 20, 30}}}
	}
	return Measured{
		Odds: Odds{Source: Source{"make odds", "2026-01-02", "4.0.8"}, Arms: []OddsOf{
			{Arm: "lock", Mode: "lock", Guard: "none", Lanes: 32, Calm: calm, Struck: []Struck{freezeOf(2, 0)}},
			{Arm: "keyshared", Mode: "keyshared", Guard: "none", Lanes: 32, Calm: calm, Struck: []Struck{freezeOf(2, 2), freezeOf(2, 2)}},
			{Arm: "keyshared, fenced", Mode: "keyshared", Guard: "fenced", Lanes: 32, Calm: calm, Struck: []Struck{freezeOf(2, 0), freezeOf(2, 0)}},
			{Arm: "failover", Mode: "failover", Guard: "none", Lanes: 32, Calm: calm},
		}},
		Prices: Prices{Source: Source{"make compare", "2026-01-03", "4.0.8"}, Arms: []Price{price("lock", 100), price("keyshared", 200), price("keyshared, fenced", 300), price("failover", 100)}},
	}
}

func ratesHere() Rates {
	return Rates{
		Events: 864_000, Users: 1000, PeakFactor: 2, Workers: 2, Lanes: 4, HandlerTime: 200 * time.Millisecond, Order: true,
		Patience: Patience{time.Second, time.Second}, Faults: map[string]Happens{"worker_freezes": {3, time.Minute}}, Tolerate: map[checker.HarmKind]*float64{},
	}
}

func TestAdviceFollowsFromWhatIsAsked(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		name string
		ask  func(*Rates)
		want string
		says []string
	}{
		{"the least harm, in order", func(*Rates) {}, "keyshared, fenced", []string{
			"not lock: a user's events may take effect in another order", "not failover: less of it was measured than of others",
			"it keeps 0.003 processors busy in the mean; keyshared, the cheapest of those that are left, 0.002", "it is expected to do the least of what users feel",
		}},
		{"any order: of those with the least harm the cheapest", func(r *Rates) { r.Order = false }, "lock", []string{"of those with the least harm it takes the least processor time"}},
		{"what is borne is no reason to pay", func(r *Rates) {
			for _, h := range felt {
				r.Tolerate[h] = number(1e9)
			}
		}, "keyshared", nil},
		{"less is borne than may come", func(r *Rates) { r.Tolerate[checker.DoubleText] = number(2.9) }, "keyshared, fenced", []string{"not keyshared: it may come to more than 2.9 double texts a day"}},
		{"nothing is borne", func(r *Rates) { r.Tolerate[checker.DoubleText] = number(0) }, "", []string{"none is left: bear more"}},
		{"more workers than there are at the peak", func(r *Rates) { r.Workers, r.Lanes = 1, 2 }, "keyshared, fenced", []string{"at the peak it needs 4 workers, and there are 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ratesHere()
			c.ask(&r)
			a := Decide(measuredHere(), r).Advice
			if a.Arm != c.want {
				t.Errorf("%q, want %q: %s", a.Arm, c.want, strings.Join(a.Reasons, "\n"))
			}
			for _, says := range c.says {
				if !strings.Contains(strings.Join(a.Reasons, "\n"), says) {
					t.Errorf("no %q in\n%s", says, strings.Join(a.Reasons, "\n"))
				}
			}
		})
	}
}

func TestOfWhatTakesAsGoodAsTheSameTimeTheLeastHarmIsTaken(t *testing.T) {
	r := ratesHere()
	r.Order = false
	most := 1e9
	for _, h := range felt {
		r.Tolerate[h] = &most // all is borne: the price decides
	}
	for us, want := range map[float64]string{190: "lock", 210: "lock", 230: "keyshared"} {
		m := measuredHere() // keyshared takes 200, and lock does less harm
		m.Prices.Arms[0].ProcessorUS[ofWorkers] = us
		if a := Decide(m, r).Advice; a.Arm != want {
			t.Errorf("at %g of lock: %q, want %q: %s", us, a.Arm, want, strings.Join(a.Reasons, "\n"))
		}
	}
}

func TestWhatWasNotMeasuredIsUnknownAndNeverNothing(t *testing.T) {
	d := Decide(measuredHere(), ratesHere())
	failover := d.Outlooks[3].Harms[checker.DoubleText]
	if failover.Known() || failover.Unknown[0] != "worker_freezes" || !strings.HasPrefix(failover.String(), "unknown (worker_freezes; the rest 0 (0 to ") {
		t.Errorf("got %+v, %s", failover, failover)
	}
	r := ratesHere()
	r.Faults["worker_freezes"] = Happens{3, time.Millisecond} // within patience, which no freeze was
	if e := Decide(measuredHere(), r).Outlooks[1].Harms[checker.DoubleText]; e.Known() {
		t.Errorf("a freeze that nobody notices is known: %+v", e)
	}
	m := measuredHere()
	m.Odds.Arms[1].Calm = Calm{}
	if e := Decide(m, ratesHere()).Outlooks[1].Harms[checker.DoubleText]; e.Known() {
		t.Errorf("what happens without a fault is known: %+v", e)
	}
	m.Prices.Arms = nil
	var b strings.Builder
	if err := Decide(m, ratesHere()).Write(&b); err != nil || !strings.Contains(b.String(), "| keyshared | unknown | unknown | unknown | unknown | unknown |") {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestWhereOfNoneAllIsKnownTheChoiceSaysSo(t *testing.T) {
	r := ratesHere()
	r.Faults["broker_losses"] = Happens{ADay: 1}
	a := Decide(measuredHere(), r).Advice
	if a.Arm != "keyshared, fenced" || !strings.Contains(strings.Join(a.Reasons, "\n"), "of none is all known that there is in the rates: the choice says nothing of broker_losses") {
		t.Errorf("got %+v", a)
	}
}

func TestWhatSharedDoesWithoutAFaultIsUnknown(t *testing.T) {
	m := measuredHere()
	m.Odds.Arms[0].Mode = "shared"
	if e := Decide(m, ratesHere()).Outlooks[0].Harms[checker.OverlappedSection]; e.Known() || e.Unknown[0] != "without a fault" {
		t.Errorf("got %+v", e)
	}
}

func TestOfNoHarmInAFewFaultsTheUpperEndIsNotNothing(t *testing.T) {
	e := Decide(measuredHere(), ratesHere()).Outlooks[2].Harms[checker.DoubleText]
	if e.Value != 0 || e.High < 1 { // 0 of 2 trials: up to 0.66 for each of a section at stake, in 3 freezes
		t.Errorf("got %+v", e.Estimate)
	}
}

func TestAFreezeHasOneSectionAtStakeAndOfADeployAllTurnsCount(t *testing.T) {
	r := ratesHere() // 10 events a second of 200 ms: 2 sections are open, of 2 workers
	for _, c := range []struct {
		reach     Reach
		everybody bool
		want      float64
	}{{OneWorker, false, 1}, {OneWorker, true, 2}, {EachWorker, false, 2}, {EachWorker, true, 4}, {Everybody, false, 2}, {Everybody, true, 2}} {
		if got := r.atStake(c.reach, c.everybody); got != c.want {
			t.Errorf("%v: %g", c, got)
		}
	}
	e := Decide(measuredHere(), r).Outlooks[1].Harms[checker.DoubleText]
	if e.Value != 3 { // each section at stake has its text doubled, 3 times a day
		t.Errorf("got %+v", e)
	}
}

func TestADecisionIsWrittenWithWhatItRestsOn(t *testing.T) {
	d := Decide(measuredHere(), ratesHere())
	var b strings.Builder
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{
		"| keyshared | yes | 0 (0 to ", "Take: keyshared, fenced", "- worker_freezes: 3 a day of 1m0s", "- odds of harm: make odds, 2026-01-02, Pulsar 4.0.8", "- prices: make compare, 2026-01-03, Pulsar 4.0.8",
		"- double texts: without a fault 0 (0 to ", "worker_freezes 0 (0 to 2), 0 of 2",
	} {
		if !strings.Contains(b.String(), says) {
			t.Errorf("no %q in\n%s", says, b.String())
		}
	}
	var j bytes.Buffer
	if err := d.WriteJSON(&j); err != nil {
		t.Fatal(err)
	}
	var back Decision
	if err := json.Unmarshal(j.Bytes(), &back); err != nil || back.Advice.Arm != d.Advice.Arm || len(back.Outlooks) != 4 {
		t.Errorf("%v: %s", err, j.String())
	}
}

func TestWhatWasMeasuredIsReadAsItWasWritten(t *testing.T) {
	var b, again bytes.Buffer
	if err := measuredHere().Write(&b); err != nil {
		t.Fatal(err)
	}
	m, err := ReadMeasured(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Write(&again); err != nil || again.String() != b.String() {
		t.Errorf("%v: wrote %s, then %s", err, b.String(), again.String())
	}
	if _, err := ReadMeasured(strings.NewReader(`{"odd": 1}`)); err == nil || !strings.Contains(err.Error(), "write it anew with turnstile results") {
		t.Errorf("got %v", err)
	}
}

func TestACheckSaysNothingOfTooLittle(t *testing.T) {
	var all Checks
	for range 2 {
		all.Add("lock", checker.DoubleText, 11, 6)
		all.Add("keyshared", checker.DoubleText, 9, 0)
	}
	for i, want := range []struct{ judged, right bool }{{true, true}, {true, false}, {false, false}} {
		if judged, right := all[i].Judged(); judged != want.judged || right != want.right {
			t.Errorf("%+v: %t, %t", all[i], judged, right)
		}
	}
}
