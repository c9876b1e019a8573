package checker

import (
	"slices"
	"testing"
	"time"

	"turnstile/checker/history"
)

func TestAFaultThatBeganAfterAViolationIsNamed(t *testing.T) {
	// Of u1, two attempts at 100 to 300 and 200 to 400, which send and write both.
	overlapping := func() *story {
		s := newStory()
		s.publish("e1", "u1", 1, 10, history.OutcomeOK).publish("e2", "u1", 2, 20, history.OutcomeOK)
		s.handle("w1", "a1", "e2", "u1", 100, 300)
		s.handle("w2", "a2", "e1", "u1", 200, 400)
		s.gateway(history.Event{Kind: history.KindSendCall, T: 250, Event: "e2", User: "u1", Attempt: "a1", Worker: "w1", Text: "receipt"})
		return s
	}
	for _, c := range []struct {
		name   string
		story  *story
		p      Property
		before []string
		holds  bool
	}{
		{"an overlap begins when the second is inside", overlapping().fault("early-1", "w1", "", 150, 160).fault("late-2", "w1", "", 220, 230), Exclusivity, []string{"late-2"}, false},
		{"a duplicate is there with its second send", overlapping().fault("early-1", "w1", "", 240, 245).fault("late-2", "w1", "", 260, 270), Duplicates, []string{"late-2"}, false},
		{"an inversion is there when the section is over in which it was written", overlapping().fault("early-1", "w1", "", 350, 360).fault("late-2", "w1", "", 410, 420), Order, []string{"late-2"}, false},
		{"a lost update is there when both sections are over", tangled().fault("early-1", "w1", "", 1, 2).fault("late-2", "w1", "", 900, 901), Effects, []string{"late-2"}, false},
		{"what holds was not violated before anything", takeTurns().fault("late-1", "w1", "", 5_000, 5_001), Exclusivity, nil, true},
		{"a killed worker may have been inside for as long as it lived", func() *story {
			s := newStory()
			s.publish("e1", "u1", 1, 10, history.OutcomeOK).publish("e2", "u1", 2, 20, history.OutcomeOK)
			s.handle("w1", "a1", "e2", "u1", 100, 150)
			s.enter("w2", "a2", "e1", "u1", 160).kill("w2", 300, 400).commit("e1", "u1", "a2")
			return s.fault("early-1", "w1", "", 350, 360).fault("late-2", "w1", "", 410, 420)
		}(), Order, []string{"late-2"}, false},
		{"a lost update by an attempt on a clock that nobody compared is before nothing", func() *story {
			s := tangled()
			s.restamp = func(e *history.Event) {
				if e.Src == history.WorkerSrc("w2") {
					e.Domain = "far"
				}
			}
			return s.fault("late-1", "w1", "", 900, 901)
		}(), Effects, nil, false},
		{"on clocks that nobody compared nothing is before anything", func() *story {
			s := overlapping()
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcHarness {
					e.Domain = "h"
				}
			}
			return s.fault("late-1", "w1", "", 10_000, 10_001)
		}(), Exclusivity, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Check(c.story.tell(t)).Of(c.p)
			if (v.Verdict == Refuted) == c.holds || !slices.Equal(v.Before, c.before) {
				t.Errorf("%s is %s, violated before %v, want %v: %s", c.p, v.Verdict, v.Before, c.before, v.Reason)
			}
		})
	}
}

func TestAnAttemptThatNobodyRecordedIsOverAtNoKnownTime(t *testing.T) {
	s := tangled().without(func(e history.Event) bool { return e.Attempt == "h" && e.FromWorker() }).fault("late-1", "w1", "", 900, 901)
	j := judge(newRecord(s.tell(t)), Effects, config{timeout: time.Minute, explain: explain, reach: usualReach})
	if j.verdict != Refuted || slices.Contains(j.violatedBefore, true) {
		t.Errorf("%s, before the faults: %v", j.verdict, j.violatedBefore)
	}
	unentered := 0
	for _, a := range j.witness.Attempts {
		if a.EndedBy == "no worker recorded its enter" {
			unentered++
		}
	}
	if unentered != 1 || len(j.witness.Attempts) != 2 {
		t.Errorf("the witness has the attempts %+v, want one of them without an enter", j.witness.Attempts)
	}
}
