package checker

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"turnstile/checker/history"
)

func TestEachPropertyIsDescribed(t *testing.T) {
	for _, d := range DescribeProperties() {
		if got := d.Property.Describe(); got.Property != d.Property || got.Property == "" {
			t.Errorf("%s is described as %q", d.Property, got.Property)
		}
	}
	if got := Property("another").Describe(); got.Property != "" {
		t.Errorf("what is no property is described as %q", got.Property)
	}
}

func TestASoundRunHolds(t *testing.T) {
	r := Check(takeTurns().require(history.Require{Attempts: 3, Contended: 1, Handovers: 2}).tell(t))
	for _, p := range butRules() {
		mustBe(t, r, p, Holds)
	}
	if len(r.Findings) > 0 {
		t.Errorf("findings: %+v", r.Findings)
	}
	early := takeTurns() // a message may well arrive before its publisher has the answer
	early.harness(history.Event{Kind: history.KindPublish, T: 800, From: 650, Event: "e4", User: "u1", Ordinal: 4, Outcome: history.OutcomeOK})
	if r := Check(early.handle("w2", "w2-9", "e4", "u1", 700, 710).tell(t)); len(r.Findings) > 0 {
		t.Errorf("findings: %+v", r.Findings)
	}
	want := Opportunity{Attempts: 3, Users: 1, Workers: 2, Contended: 2, Handovers: 2, Sends: 3}
	if r.Opportunity != want {
		t.Errorf("opportunity %+v, want %+v", r.Opportunity, want)
	}
}

func TestAFrozenWorkerRefutes(t *testing.T) {
	r := Check(frozen().require(history.Require{FaultBites: true}).tell(t))
	v := mustBe(t, r, Exclusivity, Refuted)
	mustBe(t, r, Delivery, Holds)
	w := v.Witness
	if w.OverlapNS != 100 || w.Total != 1 || w.Users != 1 || w.User != "u1" {
		t.Errorf("witness %+v", w)
	}
	if len(w.Attempts) != 2 || w.Attempts[0].Attempt != "w1-1" || w.Attempts[1].Attempt != "w2-1" || w.Attempts[0].EndedBy != "its recorded exit" {
		t.Errorf("attempts %+v", w.Attempts)
	}
	if len(w.Faults) != 1 || w.Faults[0].Relation != "during" || !w.Faults[0].Bitten {
		t.Errorf("faults %+v", w.Faults)
	}
	if !slices.ContainsFunc(w.Timeline, func(e history.Event) bool { return e.Kind == history.KindFaultBegin }) ||
		slices.ContainsFunc(w.Timeline, func(e history.Event) bool { return e.Attempt == "w2-2" && e.Kind == history.KindEnter }) {
		t.Errorf("timeline %+v", w.Timeline)
	}
	if !r.FaultsBitten() || !r.FaultBitten("freeze-1") || r.FaultBitten("freeze-2") || r.Opportunity.FaultsAimed != 1 || r.Opportunity.FaultsHealed != 1 {
		t.Errorf("faults %+v, opportunity %+v", r.Faults, r.Opportunity)
	}
}

func TestTheTimelineShowsTheBrokerDuringTheWitness(t *testing.T) {
	s := frozen()
	for _, at := range []int64{50, 310, 350, 2000} {
		s.harness(history.Event{Kind: history.KindBroker, T: at, Detail: map[string]string{"saw": fmt.Sprint(at)}})
	}
	w := mustBe(t, Check(s.tell(t)), Exclusivity, Refuted).Witness
	var saw []string
	for _, e := range w.Timeline {
		if e.Kind == history.KindBroker {
			saw = append(saw, e.Detail["saw"])
		}
	}
	if !slices.Equal(saw, []string{"310", "350"}) {
		t.Errorf("the timeline shows the broker at %v", saw)
	}
	s.kill("w1", 2100, 2200)
	w = mustBe(t, Check(s.tell(t)), Exclusivity, Refuted).Witness
	for _, k := range []history.Kind{history.KindPublish, history.KindDeliver, history.KindWorkerDead, history.KindFaultEnd, history.KindSendCall, history.KindStateCommit} {
		if !slices.ContainsFunc(w.Timeline, func(e history.Event) bool { return e.Kind == k }) {
			t.Errorf("the timeline lacks a %s", k)
		}
	}
	s.scenario.Require.Attempts = 99
	mustBe(t, Check(s.tell(t)), Exclusivity, Refuted) // opportunity is no matter where there is a witness
}

func TestNumbersAreWrittenForPeople(t *testing.T) {
	for got, want := range map[string]string{
		many(1, "user"): "1 user", many(2, "user"): "2 users", many(0, "publish"): "0 publishes",
		inWords(12): "12 ns", inWords(1_500_000): "1.500 ms", inWords(2_345_678_901): "2.346 s",
		some([]string{"a", "b", "c"}): "a, b, c", some([]string{"a", "b", "c", "d", "e"}): "a, b, c and 2 more",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTheWitnessIsTheClearestPair(t *testing.T) {
	s := newStory()
	seen := history.Evidence{Name: "paused", Observer: "engine", Seen: true}
	for i := int64(1); i <= 6; i++ {
		s.publish(fmt.Sprintf("e%d", i), "u1", i, i, history.OutcomeOK)
	}
	s.section("w1", "long-1", "e1", "u1", 100, 300).section("w2", "long-2", "e2", "u1", 110, 290)
	s.section("w1", "aimed", "e3", "u1", 400, 500).section("w2", "thief", "e4", "u1", 450, 460)
	s.section("w1", "late-1", "e5", "u1", 600, 700).section("w2", "late-2", "e6", "u1", 610, 690)
	s.fault("f", "w1", "u1", 410, 490, seen)
	w := mustBe(t, Check(s.tell(t)), Exclusivity, Refuted).Witness
	if w.Attempts[0].Attempt != "aimed" || w.Attempts[1].Attempt != "thief" || w.Total != 3 {
		t.Errorf("with a bitten fault, the witness is %+v", w)
	}
	whom := func(begin, end int64) string {
		moved := *s
		moved.events = slices.Clone(s.events)
		for i := range moved.events {
			switch e := &moved.events[i]; e.Kind {
			case history.KindFaultBegin:
				e.T, e.Worker, e.User = begin, "", "" // aimed at nobody
			case history.KindFaultEnd:
				e.T = end
			}
		}
		return mustBe(t, Check(moved.tell(t)), Exclusivity, Refuted).Witness.Attempts[0].Attempt
	}
	for _, c := range []struct {
		begin, end int64
		want, why  string
	}{
		{430, 605, "aimed", "it is the only overlap that began during the fault"},
		{510, 520, "late-1", "it is the only overlap after the fault"},
		{10, 20, "long-1", "all came after the fault and it lasted longest"},
		{900, 910, "long-1", "none came after the fault and it lasted longest"},
	} {
		if got := whom(c.begin, c.end); got != c.want {
			t.Errorf("with a fault from %d to %d the witness is %s, want %s: %s", c.begin, c.end, got, c.want, c.why)
		}
	}
	w = mustBe(t, Check(s.without(kind(history.KindFaultEnd)).tell(t)), Exclusivity, Refuted).Witness
	if w.Attempts[0].Attempt != "long-1" {
		t.Errorf("without one, the witness is %+v", w)
	}
}

func TestNothingHoldsOfNothing(t *testing.T) {
	for name, h := range map[string]*history.History{
		"nil": nil, "an empty history": {}, "a run without events": newStory().tell(t),
	} {
		t.Run(name, func(t *testing.T) {
			r := Check(h)
			for _, v := range r.Verdicts {
				if v.Verdict != Unknown && v.Verdict != Vacuous {
					t.Errorf("%s %s: %s", v.Property, v.Verdict, v.Reason)
				}
			}
		})
	}
	if v := Check(nil).Of("beauty"); v.Verdict != Unknown {
		t.Errorf("a property that nobody judges is %s", v.Verdict)
	}
}

func TestTheResultsJSONIsStable(t *testing.T) {
	b, err := json.Marshal(Check(frozen().tell(t)))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Scenario    map[string]any
		Verdicts    []map[string]any
		Opportunity map[string]any
		Faults      []map[string]any
		Findings    []any
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if got.Findings == nil || len(got.Verdicts) != len(Properties()) || len(got.Faults) != 1 {
		t.Fatalf("%s", b)
	}
	for where, want := range map[string]string{
		"verdict":     "counts property reason verdict witness",
		"opportunity": "attempts contended faults_aimed faults_begun faults_bitten faults_healed handovers lock_contended redeliveries sends users workers",
		"fault":       "aimed attempt begin bitten domain end ended evidence fault healed outcome recovery user worker",
		"witness":     "attempts events faults minimal overlap_ns property summary timeline total user users",
	} {
		m := map[string]map[string]any{
			"verdict": got.Verdicts[0], "opportunity": got.Opportunity, "fault": got.Faults[0],
			"witness": got.Verdicts[0]["witness"].(map[string]any),
		}[where]
		if names := strings.Join(slices.Sorted(maps.Keys(m)), " "); names != want {
			t.Errorf("%s has %q, want %q", where, names, want)
		}
	}
	again, _ := json.Marshal(Check(frozen().tell(t)))
	if string(again) != string(b) {
		t.Errorf("the same history gave two results:\n%s\n%s", b, again)
	}
}

func TestTheFirstOfEqualOverlapsIsTheWitness(t *testing.T) {
	s := newStory().publish("e1", "u1", 1, 1, history.OutcomeOK)
	for i, at := range []int64{500, 100, 900} {
		s.section("w1", fmt.Sprintf("a%d", i), "e1", "u1", at, at+50).section("w2", fmt.Sprintf("b%d", i), "e1", "u1", at+10, at+60)
	}
	// Another user's equal overlap, later than the first.
	s.publish("e2", "u0", 1, 1, history.OutcomeOK).section("w1", "x", "e2", "u0", 300, 350).section("w2", "y", "e2", "u0", 310, 360)
	w := mustBe(t, Check(s.tell(t)), Exclusivity, Refuted).Witness
	if w.Attempts[0].Attempt != "a1" || w.Total != 4 || w.Users != 2 {
		t.Errorf("witness %+v", w)
	}
}
