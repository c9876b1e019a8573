package harness

import (
	"fmt"
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/orchestrator/mode"
)

func TestEveryModeIsComparedWithEveryGuardAndEachArmCanBeRun(t *testing.T) {
	seen := map[string]bool{}
	pairs := map[mode.Mode]map[mode.Guard]bool{}
	for _, a := range Arms() {
		if seen[a.Name] {
			t.Errorf("two arms are called %s", a.Name)
		}
		seen[a.Name] = true
		s, err := a.scenario()
		if err != nil {
			t.Errorf("%s: %v", a.Name, err)
			continue
		}
		if s.Fault != nil || s.Load.LatencyMax != 0 {
			t.Errorf("%s has a fault, or a downstream that takes time: %+v", a.Name, s)
		}
		if pairs[a.Mode] == nil {
			pairs[a.Mode] = map[mode.Guard]bool{}
		}
		pairs[a.Mode][s.Guard] = true
	}
	for _, m := range mode.Modes() {
		for _, g := range mode.Guards() {
			if !pairs[m][g] {
				t.Errorf("%s with %s is not compared", m, g)
			}
		}
	}
}

func TestArmsThatAreChosenUnaskedHaveEachChoiceOnce(t *testing.T) {
	choices := func(a Arm) []string {
		return []string{"mode " + string(a.Mode), "guard " + string(a.Guard), "lock " + a.Settings.Lock,
			fmt.Sprint("in a loop ", a.Settings.Loop), fmt.Sprint("unrecorded ", a.Unrecorded), fmt.Sprint("disturbed ", a.Disturbed)}
	}
	chosen, all := map[string]bool{}, 0
	for _, a := range Arms() {
		for _, c := range choices(a) {
			chosen[c] = chosen[c] || a.Chosen
		}
		if a.Chosen {
			all++
		}
	}
	for c, is := range chosen {
		if !is {
			t.Errorf("%s has a price only in arms that one must ask for", c)
		}
	}
	if all == len(Arms()) {
		t.Error("all arms are chosen unasked")
	}
}

func TestARateIsOfTheSettledPartAlone(t *testing.T) {
	var at []int64
	for i := range 100 { // a slow begin, 1,000 a second, a slow end
		switch {
		case i < 30:
			at = append(at, int64(i)*int64(time.Second))
		case i <= 90:
			at = append(at, 30*int64(time.Second)+int64(i-30)*int64(time.Millisecond))
		default:
			at = append(at, int64(i)*int64(time.Hour))
		}
	}
	if got, err := rateOf(at); err != nil || got != 1000 {
		t.Errorf("the rate is %v, %v", got, err)
	}
	for name, at := range map[string][]int64{"no events": nil, "one": {7}, "all at one moment": {5, 5, 5, 5, 5, 5, 5, 5, 5, 5}} {
		if got, err := rateOf(at); err == nil {
			t.Errorf("%s have the rate %v", name, got)
		}
	}
}

func TestWhatIsSpentIsOfTheEventsInBetween(t *testing.T) {
	before := cost{processor: map[string]time.Duration{"workers": time.Second}, reads: 100}
	after := cost{processor: map[string]time.Duration{"workers": 3 * time.Second}, reads: 500}
	got := after.since(before, 200)
	if got.ProcessorUS["workers"] != 10_000 || got.RedisTrips != 2 {
		t.Errorf("spent %+v", got)
	}
}

func TestATextThatIsRecognizedIsNotTakenAgain(t *testing.T) {
	var p pricing
	p.take(gateway.Sends{Sends: []gateway.Send{{Event: "p1"}, {Event: "p1", Outcome: history.OutcomeDeduplicated}}, Last: 2})
	p.take(gateway.Sends{Sends: []gateway.Send{{Event: "p2"}}, Last: 3})
	if len(p.taken) != 2 || p.taken[0].Event != "p1" || p.taken[1].Event != "p2" || p.heard != 3 {
		t.Errorf("taken %+v, heard %d: want p1 and p2, and 3", p.taken, p.heard)
	}
}
