package levels

import (
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

func TestAWitnessSaysUnderWhichFaultItWas(t *testing.T) {
	const ok = history.OutcomeOK
	overlap := func() *story { return had(twoEvents()).call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok) }
	for _, c := range []struct {
		name     string
		story    *story
		relation string // empty: none
	}{
		{"it was over before", overlap().strikes("freeze-1", "w1", 50, true), "before"},
		{"it was going on", overlap().strikes("freeze-1", "w1", 120, true), "during"},
		{"it began afterwards", overlap().strikes("freeze-1", "w1", 300, true), ""},
	} {
		w := says(t, c.story, storyMapping, Broker, checker.Exclusivity).Witness
		if w == nil {
			t.Fatalf("%s: no witness", c.name)
		}
		got := ""
		for _, f := range w.Faults {
			got += f.Relation
		}
		if got != c.relation {
			t.Errorf("%s: the fault is %q, want %q", c.name, got, c.relation)
		}
	}
}

func TestAWitnessHasTheStoryOfItsEventsAsFarAsItIsSeen(t *testing.T) {
	s := had(twoEvents()).call("w1", "e1", 100, 200, history.OutcomeOK).call("w2", "e2", 150, 250, history.OutcomeOK).publishes(2, 3, "e3").delivered("w1", "e3", 400)
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
