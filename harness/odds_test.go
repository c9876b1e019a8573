package harness

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/harness/decide"
)

func struckBy(sc Scenario) (kinds []string) {
	for _, st := range sc.Fault.(fault.Schedule) {
		kinds = append(kinds, st.Fault.Spec().Kind())
	}
	return kinds
}

func TestEveryKindOfFaultThatThereCanBeIsStruckInEveryArm(t *testing.T) {
	twice := map[string]int{}
	for _, kind := range decide.Faults() {
		if strikes[kind.Name] == nil {
			t.Fatalf("it is not said how %s strikes: say so in harness/odds.go", kind.Name)
		}
		twice[kind.Name] = 2
	}
	for _, a := range OddsArms() {
		for seed := range uint64(20) {
			sc, err := Odds(a, OddsLoad(), 0, twice, seed)
			if err != nil {
				t.Fatalf("%s, seed %d: %v", a.Name, seed, err)
			}
			for _, k := range decide.Kinds() {
				if got := slices.Contains(struckBy(sc), k.Fault); got != (a.Mode.Locks() || !k.OfLocks) {
					t.Errorf("%s, seed %d: that %s strikes is %t", a.Name, seed, k.Fault, got)
				}
			}
		}
	}
}

// unaimedRun has two workers with a section each from 0 to 900 ms and a fault at 1,000
// ms, on the first, and one that missed; then a text goes out twice, and w1 begins a
// section.
func unaimedRun() *history.History {
	h := &history.History{}
	seq := map[string]uint64{}
	add := func(ms int64, src string, e history.Event) {
		seq[src]++
		e.T, e.Domain, e.Src, e.Seq = ms*int64(time.Millisecond), "one", src, seq[src]
		h.Events = append(h.Events, e)
	}
	add(0, history.SrcHarness, history.Event{Kind: history.KindScenario, Scenario: &history.Setup{Mode: "lock", Guard: "none", Users: 4}})
	for i, event := range []string{"e1", "e2"} {
		add(0, history.SrcHarness, history.Event{Kind: history.KindPublish, Event: event, User: "u" + event, Ordinal: int64(i), Outcome: history.OutcomeOK})
	}
	section := func(w, event string, from, til int64) {
		add(from, history.WorkerSrc(w), history.Event{Kind: history.KindEnter, Event: event, User: "u" + event, Attempt: w + event, Worker: w})
		add(til, history.WorkerSrc(w), history.Event{Kind: history.KindExit, Event: event, User: "u" + event, Attempt: w + event, Worker: w, Outcome: history.OutcomeSent})
	}
	section("w1", "e1", 0, 900)
	section("w2", "e2", 0, 900)
	add(1000, history.SrcHarness, history.Event{Kind: history.KindFaultBegin, Fault: "freeze-1", Worker: "w1"})
	add(1100, history.SrcHarness, history.Event{Kind: history.KindFaultEnd, Fault: "freeze-1", Outcome: history.OutcomeHealed, Evidence: []history.Evidence{{Name: "frozen", Observer: "engine", Seen: true}}})
	section("w1", "e2", 1200, 1300)
	for _, ms := range []int64{800, 1250} {
		add(ms, history.SrcGateway, history.Event{Kind: history.KindSendCall, Event: "e1", User: "ue1", Text: "receipt", Worker: "w1", Attempt: "w1e1"})
	}
	add(1400, history.SrcHarness, history.Event{Kind: history.KindFaultBegin, Fault: "kill-2"})
	add(1500, history.SrcHarness, history.Event{Kind: history.KindFaultEnd, Fault: "kill-2", Evidence: []history.Evidence{{Name: fault.MissedEvidence, Observer: "gateway"}}})
	return h
}

func TestOddsAreOfWhatWasOpenShortlyBeforeAFaultAndCameUntilTheNext(t *testing.T) {
	got := oddsOf(unaimedRun(), "an arm", 8)
	want := &decide.OddsOf{
		Arm: "an arm", Mode: "lock", Guard: "none", Lanes: 8, Calm: decide.Calm{UserS: 4, InsideS: 1.8, Sections: 2, Harms: decide.Harms{}},
		Struck: []decide.Struck{{Fault: "freeze", Own: 0.9, All: 1.8, Sections: 1, Harms: decide.Harms{checker.DoubleText: 1}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestOfARunWithoutFaultsThereAreNoOdds(t *testing.T) {
	if got := oddsOf(&history.History{}, "an arm", 8); len(got.Struck) > 0 || got.Calm.Sections > 0 {
		t.Errorf("got %+v", got)
	}
}

func TestWhatIsForetoldGrowsWithWhatStrikes(t *testing.T) {
	m := decide.Measured{}
	for _, a := range OddsArms() {
		o := decide.OddsOf{Arm: a.Name, Mode: string(a.Mode), Lanes: 32, Calm: decide.Calm{UserS: 100, InsideS: 30, Sections: 200}}
		for _, f := range decide.Faults() {
			o.Struck = append(o.Struck, decide.Struck{Fault: f.Name, Own: 2, All: 8, Harms: decide.Harms{checker.DoubleText: 2}})
		}
		m.Odds.Arms = append(m.Odds.Arms, o)
	}
	for n := range 3 * len(OddsArms()) {
		sc, err := ForetoldOdds(m, n, uint64(n))
		if err != nil {
			t.Fatal(err)
		}
		if got := sc.foretold[checker.DoubleText]; got <= 0 || sc.foretold[checker.LostUpdate] != 0 {
			t.Errorf("%s: %v is foretold of %v", sc.Name, sc.foretold, struckBy(sc))
		}
	}
	if _, err := ForetoldOdds(decide.Measured{}, 0, 1); err == nil || !strings.Contains(err.Error(), "make odds") {
		t.Errorf("of nothing that was measured: %v", err)
	}
}
