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
		{"out of time without a violation is unknown", takeTurns(), porcupine.Unknown, Unknown, "^porcupine found no order in time for user u1 (the pass finds one)$"},
		{"a violation that the pass does not see is a loud unknown", takeTurns(), porcupine.Illegal, Unknown, "CONTRADICTS ITSELF"},
		{"a violation that porcupine does not see is a loud unknown", broken(), porcupine.Ok, Unknown, "CONTRADICTS ITSELF"},
		{"out of time with a violation is refuted by its witness", broken(), porcupine.Unknown, Refuted, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := mustBe(t, Check(c.story.tell(t), always(c.answer)), Effects, c.want)
			if !strings.Contains("^"+v.Reason+"$", c.says) {
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

func TestOnlyWhatAWorkerSawOfItsOwnAttemptIsHeldAgainstTheLog(t *testing.T) {
	const ok, failed = history.OutcomeOK, history.OutcomeFailed
	a := try{"w1", "a", "e2", 10, 50, 0, "receipt"}
	b := try{"w2", "b", "e8", 60, 70, 1, ""}
	read := func(outcome string, version int64) history.Event {
		return history.Event{Kind: history.KindStateRead, Version: version, Outcome: outcome}
	}
	for _, c := range []struct {
		name string
		tell func(s *story)
		want []string // findings about versions and writes
	}{
		{"the version that the log tells", func(s *story) { s.step(b, 61, read(ok, 1)) }, nil},
		{"that version after another one", func(s *story) { s.step(b, 61, read(ok, 0)).step(b, 62, read(ok, 1)) }, nil},
		{"that version before another one", func(s *story) { s.step(b, 61, read(ok, 1)).step(b, 62, read(ok, 0)) }, nil},
		{"another version", func(s *story) { s.step(b, 61, read(ok, 0)) }, []string{"versions-disagree"}},
		{"another version, with no outcome on record", func(s *story) { s.step(b, 61, read("", 0)) }, []string{"versions-disagree"}},
		{"a read that failed", func(s *story) { s.step(b, 61, read(failed, 0)) }, nil},
		{"a read that failed, and the version after it", func(s *story) { s.step(b, 61, read(failed, 0)).step(b, 62, read(ok, 1)) }, nil},
		{"another version, by an observer that is no worker", func(s *story) {
			e := read(ok, 0)
			e.T, e.Attempt, e.Event, e.User = 61, "b", "e8", "u1"
			s.gateway(e)
		}, nil},
		{"a version of no attempt", func(s *story) {
			s.step(try{w: "w2", event: "e8"}, 61, read(ok, 0))
			s.commitOn("e5", "u1", "", 2, "")
		}, nil},
		{"a write of an attempt that the log does not have", func(s *story) {
			s.step(try{w: "w2", id: "c", event: "e8"}, 61, history.Event{Kind: history.KindStateWrite, Outcome: ok})
		}, []string{"store-incomplete"}},
		{"a write that failed of an attempt that the log does not have", func(s *story) {
			s.step(try{w: "w2", id: "c", event: "e8"}, 61, history.Event{Kind: history.KindStateWrite, Outcome: failed})
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := journeys().does(a).step(b, 60, history.Event{Kind: history.KindEnter}).commitOn("e8", "u1", "b", 1, "").ends(b, ok)
			c.tell(s)
			var got []string
			for _, f := range Check(s.history()).Findings {
				if f.Name == "versions-disagree" || f.Name == "store-incomplete" {
					got = append(got, f.Name)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("findings %v, want %v", got, c.want)
			}
		})
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

func TestViolationsOfEffectsAreCountedOverUsers(t *testing.T) {
	s := newStory()
	for k, user := range []string{"u1", "u2", "u3"} {
		for i, e := range []string{"a", "b"} {
			event, at := e+user, int64(1000*k+100*i)
			s.publish(event, user, int64(i+1), at+10, history.OutcomeOK).handle("w1", "try "+event, event, user, at+20, at+50)
		}
	}
	lost := func(e *history.Event) { // of u1 and u3: both wrote the first version
		if e.Kind == history.KindStateCommit && (e.Event == "bu1" || e.Event == "bu3") {
			e.Version, e.Detail["read_version"] = 1, "0"
		}
	}
	s.restamp = lost
	v := mustBe(t, Check(s.history()), Effects, Refuted)
	total := int64(0)
	for _, k := range violationKinds {
		if n := v.Counts[string(k)]; n < 0 {
			t.Errorf("%s is %d", k, n)
		} else if k != lostUpdate {
			total += n
		}
	}
	if v.Witness.Users != 2 || v.Counts[string(lostUpdate)] != 2 || total != 0 {
		t.Errorf("counts %v for %d users, want 2 lost updates of 2", v.Counts, v.Witness.Users)
	}
}

func TestEachKindOfViolationIsCounted(t *testing.T) {
	s := journeys().does(try{"w1", "c", "e1", 100, 200, 0, "welcome"}).does(try{"w2", "d", "e7", 250, 310, 1, "welcome"})
	v := mustBe(t, Check(s.tell(t)), Effects, Refuted)
	for _, k := range violationKinds {
		want := int64(0)
		if k == welcomeTwice {
			want = 1
		}
		if v.Counts[string(k)] != want {
			t.Errorf("%s is %d, want %d", k, v.Counts[string(k)], want)
		}
	}
}
