package levels

import (
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

func TestAWitnessSaysUnderWhichFaultsItWas(t *testing.T) {
	const ok = history.OutcomeOK
	overlap := func() *story { return had(twoEvents()).call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok) }
	atOnce := func() *story { return twoEvents().call("w1", "e1", 100, 100, ok).call("w2", "e1", 100, 100, ok) }
	inverted := func() *story { return twoEvents().writes("w2", "e2", 100).writes("w1", "e1", 300) }
	for _, c := range []struct {
		property checker.Property
		name     string
		level    Level
		story    *story
		relation string // of each that is listed
	}{
		{checker.Exclusivity, "it was over before", Broker, overlap().strikes("freeze-1", "w1", 50, true), "before"},
		{checker.Exclusivity, "it was over as the first of the two is seen to be inside", Broker, overlap().strikes("freeze-1", "w1", 95, true), "during"},
		{checker.Exclusivity, "it was going on", Broker, overlap().strikes("freeze-1", "w1", 120, true), "during"},
		{checker.Exclusivity, "it began when the last was seen to be inside", Broker, overlap().strikes("freeze-1", "w1", 250, true), "during"},
		{checker.Exclusivity, "it began afterwards", Broker, overlap().strikes("freeze-1", "w1", 251, true), ""},
		{checker.Exclusivity, "it has no end", Broker, overlap().add(history.SrcHarness, 50, history.Event{Kind: history.KindFaultBegin, Fault: "f"}), "during"},
		{checker.Exclusivity, "one began afterwards, and the next is of a clock that nobody knows", Broker, overlap().strikes("freeze-1", "w1", 300, true).strikes("freeze-2", "w1", 400, true).onAnotherClock(2), "during"},
		{checker.Exclusivity, "of a clock that nobody knows, it seems to be over before", Broker, overlap().strikes("freeze-1", "w1", 50, true).onAnotherClock(2), "during"},
		{checker.Duplicates, "it was over before the instant at which both were sent", Downstream, atOnce().strikes("freeze-1", "w1", 50, true), "before"},
		{checker.Duplicates, "it began after the instant at which both were sent", Downstream, atOnce().strikes("freeze-1", "w1", 300, true), ""},
		{checker.Order, "it was over before the first of the two writes", Store, inverted().strikes("freeze-1", "w1", 50, true), "before"},
		{checker.Order, "it began after the second of the two writes", Store, inverted().strikes("freeze-1", "w1", 400, true), ""},
		{checker.Delivery, "what never happened was under all that there were", Store, twoEvents().handled("w1", "e1", 100).strikes("freeze-1", "w1", 50, true).strikes("freeze-2", "w1", 400, true), "during during"},
	} {
		w := says(t, c.story, storyMapping, c.level, c.property).Witness
		if w == nil {
			t.Fatalf("%s: %s: no witness", c.property, c.name)
		}
		var got []string
		for _, f := range w.Faults {
			got = append(got, f.Relation)
		}
		if got := strings.Join(got, " "); got != c.relation {
			t.Errorf("%s: %s: the faults are %q, want %q", c.property, c.name, got, c.relation)
		}
	}
}

// onAnotherClock has the last records of the story be stamped by a clock that nothing
// bounds.
func (s *story) onAnotherClock(n int) *story {
	last := s.events[len(s.events)-n:]
	for i := range last {
		last[i].Domain = "other"
	}
	return s
}

func (s *story) sawTheBroker(t int64) *story {
	return s.add(history.SrcHarness, t, history.Event{Kind: history.KindBroker, Detail: map[string]string{"saw": "a consumer"}})
}

// brokerIn is when the broker was seen, by a witness's timeline.
func brokerIn(w *checker.Witness) (at []int64) {
	for _, e := range w.Timeline {
		if e.Kind == history.KindBroker {
			at = append(at, e.T)
		}
	}
	return at
}

func TestAWitnessHasWhatWasSeenOfTheBrokerMeanwhile(t *testing.T) {
	const ok = history.OutcomeOK
	overlap := func() *story { return twoEvents().call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok) }
	for _, c := range []struct {
		name  string
		story *story
		want  bool
	}{
		{"before both", overlap().sawTheBroker(99), false},
		{"when the first is seen to be inside", overlap().sawTheBroker(100), true},
		{"when both are", overlap().sawTheBroker(180), true},
		{"when the last was seen to be inside", overlap().sawTheBroker(250), true},
		{"afterwards", overlap().sawTheBroker(251), false},
		{"by a clock that nobody knows", overlap().sawTheBroker(180).onAnotherClock(1), false},
	} {
		w := says(t, c.story, storyMapping, Downstream, checker.Exclusivity).Witness
		if got := brokerIn(w); (len(got) == 1) != c.want {
			t.Errorf("%s: it was seen at %v", c.name, got)
		}
	}
	often := overlap()
	for i := range int64(maxWitnessBroker + 5) {
		often.sawTheBroker(160 + i)
	}
	if got := brokerIn(says(t, often, storyMapping, Downstream, checker.Exclusivity).Witness); len(got) != maxWitnessBroker || got[0] != 160 || got[len(got)-1] != 160+maxWitnessBroker-1 {
		t.Errorf("of many times the first %d are to be told: %v", maxWitnessBroker, got)
	}
}

func TestAWitnessHasTheStoryOfItsEventsAsFarAsItIsSeen(t *testing.T) {
	s := had(twoEvents()).call("w1", "e1", 100, 200, history.OutcomeOK).call("w2", "e2", 150, 250, history.OutcomeOK).publishes(2, 3, "e3").delivered("w1", "e3", 400).acked("w1", "e3", 410)
	h := s.history()
	for l, want := range map[Level]map[history.Kind]int{
		Downstream: {history.KindPublish: 2, history.KindSendCall: 2, history.KindWireDelivered: 0, history.KindWireAcknowledged: 0},
		Broker:     {history.KindPublish: 2, history.KindSendCall: 2, history.KindWireDelivered: 2, history.KindWireAcknowledged: 2},
	} {
		got := map[history.Kind]int{}
		for _, e := range Check(h, storyMapping, l).Of(checker.Exclusivity).Witness.Timeline {
			got[e.Kind]++
		}
		for k, n := range want {
			if got[k] != n {
				t.Errorf("%s: %d of %s, want %d", l, got[k], k, n)
			}
		}
	}
}

func TestOfATextThatWentOutTwiceItIsSaidWhen(t *testing.T) {
	s := twoApart().delivered("w2", "e1", 500).reads("w2", 510).call("w2", "e1", 520, 530, history.OutcomeOK).acked("w2", "e1", 550)
	for i, want := range []checker.WitnessAttempt{{Enter: 120, End: 140}, {Enter: 520, End: 530}} {
		if a := says(t, s, storyMapping, Downstream, checker.Duplicates).Witness.Attempts[i]; a.Enter != want.Enter || a.End != want.End || a.Domain == "" {
			t.Errorf("attempt %d is %+v, want %d to %d", i, a, want.Enter, want.End)
		}
	}
}

func TestOfACallThatWasAnsweredAtOnceItIsKnownThatItCame(t *testing.T) {
	s := twoEvents().call("w1", "e1", 100, 100, history.OutcomeOK).call("w2", "e1", 120, 121, history.OutcomeOK)
	for i, want := range []string{"when its call had come", "when its answer was still out"} {
		if a := says(t, s, storyMapping, Downstream, checker.Duplicates).Witness.Attempts[i]; a.EndedBy != want {
			t.Errorf("attempt %d was inside until %q, want %q", i, a.EndedBy, want)
		}
	}
}
