package checker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"turnstile/checker/history"
)

func TestTheWitnessOfEffectsIsTheGravestNearTheFault(t *testing.T) {
	s := journeys()
	s.does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e8", 30, 60, 0, ""}) // harmless
	s.does(try{"w1", "c", "e1", 100, 200, 1, "welcome"}).does(try{"w2", "d", "e7", 150, 210, 1, "welcome"})
	w := mustBe(t, Check(s.tell(t)), Effects, Refuted).Witness
	if w.Text != "welcome" || w.Total != 2 || w.Users != 1 || len(w.Attempts) != 2 || w.Attempts[0].Attempt != "c" || !slices.Equal(w.Events, []string{"e1", "e7"}) {
		t.Errorf("witness %+v", w)
	}
	for _, k := range []history.Kind{history.KindPublish, history.KindEnter, history.KindStateRead, history.KindSendCall, history.KindStateWrite, history.KindStateCommit, history.KindExit} {
		if !slices.ContainsFunc(w.Timeline, func(e history.Event) bool { return e.Kind == k }) {
			t.Errorf("the timeline lacks a %s", k)
		}
	}
	s.hold("a", 15).release("a", 45, history.OutcomeReleased)
	s.fault("f", "w1", "u1", 20, 40, history.Evidence{Name: "paused", Observer: "engine", Seen: true})
	if w := mustBe(t, Check(s.tell(t)), Effects, Refuted).Witness; w.Attempts[0].Attempt != "a" {
		t.Errorf("with a fault aimed at a, the witness is %+v", w)
	}
}

func TestPassAndPorcupineMustAgreeOnEffects(t *testing.T) {
	always := func(answer porcupine.CheckResult) Option {
		return func(c *config) {
			c.explain = func(userState, []porcupine.Operation, time.Duration) porcupine.CheckResult { return answer }
		}
	}
	broken := func() *story {
		return journeys().does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e8", 30, 60, 0, ""})
	}
	for _, c := range []struct {
		name   string
		story  *story
		answer porcupine.CheckResult
		want   Verdict
		says   string
	}{
		{"out of time without a violation is unknown", takeTurns(), porcupine.Unknown, Unknown, "in time"},
		{"a violation that the pass does not see is a loud unknown", takeTurns(), porcupine.Illegal, Unknown, "CONTRADICTS ITSELF"},
		{"a violation that porcupine does not see is a loud unknown", broken(), porcupine.Ok, Unknown, "CONTRADICTS ITSELF"},
		{"out of time with a violation is refuted by its witness", broken(), porcupine.Unknown, Refuted, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := mustBe(t, Check(c.story.tell(t), always(c.answer)), Effects, c.want)
			if !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
		})
	}
	mustBe(t, Check(takeTurns().tell(t), WithTimeout(0)), Effects, Unknown)
}

func TestTheLogAndTheWorkersMustAgreeOnVersions(t *testing.T) {
	s := journeys().does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e8", 60, 70, 1, ""})
	for i := range s.events {
		if e := &s.events[i]; e.Kind == history.KindStateRead && e.Attempt == "b" {
			e.Version = 0
		}
	}
	v := mustBe(t, Check(s.tell(t)), Effects, Unknown)
	if !strings.Contains(v.Reason, "read version 1, and its worker recorded another one") {
		t.Error(v.Reason)
	}
	s = journeys().does(try{"w1", "a", "e2", 10, 50, 0, "receipt"})
	s.step(try{w: "w1", id: "b", event: "e2"}, 60, history.Event{Kind: history.KindStateWrite, Outcome: history.OutcomeOK})
	v = mustBe(t, Check(s.tell(t)), Effects, Unknown)
	if !strings.Contains(v.Reason, "lacks the write of attempt b") {
		t.Error(v.Reason)
	}
}

func TestAnEventOfUnknownTypeSuspendsTheRules(t *testing.T) {
	stopped := func() *story {
		return journeys().does(try{"w1", "a", "e3", 10, 20, 0, "stop_confirmation"})
	}
	late := try{"w2", "c", "e2", 50, 60, 2, "receipt"}
	known := stopped().does(try{"w1", "b", "e6", 30, 40, 1, ""}).does(late)
	mustBe(t, Check(known.tell(t)), Effects, Refuted)
	unknown := stopped().does(try{"w1", "b", "e8", 30, 40, 1, ""}).does(late)
	if v := mustBe(t, Check(unknown.tell(t)), Effects, Unknown); !strings.Contains(v.Reason, "opened_app") {
		t.Errorf("the reason %q does not name the type", v.Reason)
	}
	again := stopped().does(try{"w1", "b", "e8", 30, 40, 1, ""}).does(try{"w2", "c", "e3", 50, 60, 2, ""}).does(try{"w2", "d", "e2", 70, 80, 3, "receipt"})
	if v := Check(again.tell(t)).Of(Effects); v.Verdict != Refuted || !strings.Contains(v.Reason, "after STOP") {
		t.Errorf("after another STOP, effects is %s: %s", v.Verdict, v.Reason)
	}
}
