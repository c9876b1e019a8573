package levels

import (
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// TestAWorkerThatDiesWhileItsCallIsHeldWasInside: of who is killed no answer tells
// that it waited.
func TestAWorkerThatDiesWhileItsCallIsHeldWasInside(t *testing.T) {
	const gone = history.OutcomeGone
	by := func(outcome, user string, struck, signalled, heldUntil, dead int64) *story {
		s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2")
		s.events[0].Scenario.Require = history.Require{FaultBites: true}
		s.delivered("w1", "e1", 100).reads("w1", 110).call("w1", "e1", 120, heldUntil, gone)
		of := history.Event{Kind: history.KindHoldBegin, User: user, Event: "e1", Worker: "w1", Attempt: "call-120"}
		s.add(history.SrcGateway, 121, of)
		of.Kind, of.Outcome = history.KindHoldEnd, outcome
		s.add(history.SrcGateway, heldUntil, of)
		s.add(history.SrcHarness, struck, history.Event{Kind: history.KindFaultBegin, Fault: "kill-1", Worker: "w1", User: "u1"})
		s.add(history.SrcHarness, dead, history.Event{Kind: history.KindWorkerDead, Worker: "w1", From: signalled})
		s.add(history.SrcHarness, dead+1, history.Event{Kind: history.KindFaultEnd, Fault: "kill-1", Worker: "w1", User: "u1", Outcome: history.OutcomeHealed,
			Evidence: []history.Evidence{{Name: "it is dead", Observer: "engine", Seen: true}}})
		return s.delivered("w2", "e1", 300).reads("w2", 310).writes("w2", "e1", 320).acked("w2", "e1", 330).handled("w2", "e2", 400)
	}
	killed := func(struck, signalled, heldUntil, dead int64) *story {
		return by(gone, "u1", struck, signalled, heldUntil, dead)
	}
	for _, c := range []struct {
		name  string
		story *story
		want  checker.Verdict
	}{
		{"it was struck as it was held", killed(121, 130, 135, 140), checker.Holds},
		{"it was signalled as it was struck", killed(130, 130, 135, 140), checker.Holds},
		{"it was found gone as it was signalled", killed(125, 135, 135, 140), checker.Holds},
		{"it was found gone as it was found dead", killed(125, 130, 140, 140), checker.Holds},
		{"the answer went out", by(history.OutcomeReleased, "u1", 125, 130, 135, 140), checker.Unknown},
		{"another user's call was held", by(gone, "u2", 125, 130, 135, 140), checker.Unknown},
		{"it was held until it was signalled", killed(125, 130, 135, 140), checker.Holds},
		{"it was struck before it was held", killed(120, 130, 135, 140), checker.Unknown},
		{"it had hung up before it was signalled", killed(125, 136, 135, 140), checker.Unknown},
		{"it was signalled before it was struck", killed(132, 130, 135, 140), checker.Unknown},
		{"it hung up after it was dead", killed(125, 130, 145, 140), checker.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := says(t, c.story, storyMapping, Store, checker.Delivery); v.Verdict != c.want {
				t.Errorf("%s: %s, want %s", v.Verdict, v.Reason, c.want)
			}
		})
	}
}
