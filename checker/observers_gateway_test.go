package checker

import (
	"slices"
	"testing"

	"turnstile/checker/history"
)

func TestAnswersOfTheGatewayAreHeldAgainstItsCalls(t *testing.T) {
	send := func(k history.Kind, at int64, text string) history.Event {
		return history.Event{Kind: k, T: at, Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Text: text, Outcome: history.OutcomeOK}
	}
	under := func(key string, e history.Event) history.Event {
		e.Detail = map[string]string{"idempotency_key": key}
		return e
	}
	for _, c := range []struct {
		name string
		tell func(s *story)
		want bool // it answered without a call
	}{
		{"as many answers as calls", func(s *story) {
			s.gateway(send(history.KindSendCall, 110, "other")).gateway(send(history.KindSendReturn, 111, "other"))
		}, false},
		{"fewer answers than calls", func(s *story) {
			s.gateway(send(history.KindSendCall, 110, "other")).gateway(send(history.KindSendCall, 111, "other")).gateway(send(history.KindSendReturn, 112, "other"))
		}, false},
		{"more answers than calls", func(s *story) {
			s.gateway(send(history.KindSendCall, 110, "other")).gateway(send(history.KindSendReturn, 111, "other")).gateway(send(history.KindSendReturn, 112, "other"))
		}, true},
		{"an answer under the key of its call", func(s *story) {
			s.gateway(under("k", send(history.KindSendCall, 110, "other"))).gateway(under("k", send(history.KindSendReturn, 111, "other")))
		}, false},
		{"an answer that tells no key", func(s *story) {
			s.gateway(under("k", send(history.KindSendCall, 110, "other"))).gateway(send(history.KindSendReturn, 111, "other"))
		}, false},
		{"an answer under another key than its call", func(s *story) {
			s.gateway(under("k", send(history.KindSendCall, 110, "other"))).gateway(under("l", send(history.KindSendReturn, 111, "other")))
		}, true},
		{"an answer under a key, to a call that tells none", func(s *story) {
			s.gateway(send(history.KindSendCall, 110, "other")).gateway(under("k", send(history.KindSendReturn, 111, "other")))
		}, true},
		{"an answer for another text", func(s *story) {
			s.gateway(send(history.KindSendCall, 110, "other")).gateway(send(history.KindSendReturn, 111, "a third"))
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns()
			c.tell(s)
			got := slices.ContainsFunc(Check(s.history()).Findings, func(f Finding) bool { return f.Name == "answer-without-call" })
			if got != c.want {
				t.Errorf("told: %t", got)
			}
		})
	}
}

func TestAHoldCatchesOnce(t *testing.T) {
	for id, want := range map[string]bool{"h1": true, "h2": false} {
		s := takeTurns()
		for i, hold := range []string{"h1", id} {
			s.gateway(history.Event{Kind: history.KindPointBegin, T: int64(110 + i), Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Detail: map[string]string{"hold": hold}})
			s.gateway(history.Event{Kind: history.KindPointEnd, T: int64(110 + i), Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Detail: map[string]string{"hold": hold}})
		}
		if got := slices.ContainsFunc(Check(s.history()).Findings, func(f Finding) bool { return f.Name == "hold-unpaired" }); got != want {
			t.Errorf("the holds h1 and %s: told: %t", id, got)
		}
	}
}

func TestAGatewayThatEndedHadLetEverybodyGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		tell func(*story)
		want bool
	}{
		"a hold without an end":  {func(s *story) { s.hold("w1-1", 110) }, true},
		"a point without an end": {func(s *story) { s.waits("w1-1", 110) }, true},
		"a hold and its end":     {func(s *story) { s.hold("w1-1", 110).release("w1-1", 120, history.OutcomeGone) }, false},
		"a hold, of a gateway that was lost": {func(s *story) {
			s.hold("w1-1", 110).without(func(e history.Event) bool { return e.Src == history.SrcGateway && e.Kind == history.KindObserverStop })
		}, false},
	} {
		s := takeTurns()
		c.tell(s)
		if got := slices.ContainsFunc(Check(s.history()).Findings, func(f Finding) bool { return f.Name == "hold-unpaired" }); got != c.want {
			t.Errorf("%s: told: %t", name, got)
		}
	}
}

func TestOnlyAnAnswerThatWasLetGoIsHeldAgainstWhatItsWorkerSaw(t *testing.T) {
	for _, c := range []struct {
		name    string
		outcome string // of the hold's end
		saw     int64  // when the worker saw the answer
		want    bool
	}{
		{"released before the worker saw the answer", history.OutcomeReleased, 160, false},
		{"released as the worker saw the answer", history.OutcomeReleased, 150, false},
		{"released after the worker saw the answer", history.OutcomeReleased, 140, true},
		{"never released, as the worker had gone", history.OutcomeGone, 140, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().publish("e1", "u1", 1, 10, history.OutcomeOK).section("w1", "a", "e1", "u1", 100, 200)
			send := history.Event{Event: "e1", User: "u1", Attempt: "a", Worker: "w1", Text: "welcome", Outcome: history.OutcomeOK}
			at := func(k history.Kind, at int64, outcome string) history.Event {
				e := send
				e.Kind, e.T, e.Outcome = k, at, outcome
				return e
			}
			s.gateway(at(history.KindSendCall, 110, "")).gateway(at(history.KindHoldBegin, 111, "")).gateway(at(history.KindHoldEnd, 150, c.outcome))
			s.worker("w1", at(history.KindSendCall, 105, "")).worker("w1", at(history.KindSendReturn, c.saw, history.OutcomeOK))
			got := slices.ContainsFunc(Check(s.history()).Findings, func(f Finding) bool { return f.Name == "clocks-disagree" })
			if got != c.want {
				t.Errorf("told: %t", got)
			}
		})
	}
}

func TestATextThatTheGatewayRecognizedHadBeenAcceptedBefore(t *testing.T) {
	key := func(k string) map[string]string { return map[string]string{"idempotency_key": k} }
	for _, c := range []struct {
		name         string
		first, again string // outcomes
		key, keyed   map[string]string
		want         bool // it is told
	}{
		{"accepted under the same key", "", history.OutcomeDeduplicated, key("k"), key("k"), false},
		{"perhaps accepted under the same key", history.OutcomeUnclear, history.OutcomeDeduplicated, key("k"), key("k"), false},
		{"accepted, and neither has a key", "", history.OutcomeDeduplicated, nil, nil, false},
		{"accepted under a key, recognized without one", "", history.OutcomeDeduplicated, key("k"), nil, false},
		{"accepted under another key", "", history.OutcomeDeduplicated, key("j"), key("k"), true},
		{"accepted without a key", "", history.OutcomeDeduplicated, nil, key("k"), true},
		{"refused under the same key", history.OutcomeFailed, history.OutcomeDeduplicated, key("k"), key("k"), true},
		{"recognized under the same key", history.OutcomeDeduplicated, history.OutcomeDeduplicated, key("k"), key("k"), true},
		{"accepted only later", history.OutcomeDeduplicated, "", key("k"), key("k"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns()
			for i, of := range []struct {
				outcome string
				key     map[string]string
			}{{c.first, c.key}, {c.again, c.keyed}} {
				s.gateway(history.Event{Kind: history.KindSendCall, T: 110 + int64(i), Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1",
					Text: "other", Outcome: of.outcome, Detail: of.key})
			}
			res := Check(s.history())
			got := slices.ContainsFunc(res.Findings, func(f Finding) bool { return f.Name == "recognized-unaccepted" })
			if got != c.want {
				t.Errorf("told: %t", got)
			}
			for _, p := range []Property{Effects, Duplicates, Rules} {
				if v := res.Of(p).Verdict; c.want && v != Unknown {
					t.Errorf("%s is %s", p, v)
				}
			}
		})
	}
}

func TestAKeyMayBeEachUsersOwn(t *testing.T) {
	for _, c := range []struct {
		name string
		of   string // whose the third text is; the first two are u1's, and the second is recognized
		want bool   // it is told
	}{
		{"accepted again for the same user", "u1", true},
		{"accepted for another user", "u2", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns().publish("f", c.of, map[string]int64{"u1": 4, "u2": 1}[c.of], 40, history.OutcomeOK).handle("w1", "w1-3", "f", c.of, 700, 800)
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcGateway && e.Kind == history.KindSendCall {
					e.Detail = map[string]string{"idempotency_key": "welcome"}
					e.Outcome = map[string]string{"w2-1": history.OutcomeDeduplicated, "w1-2": history.OutcomeDeduplicated}[e.Attempt]
				}
			}
			if got := findsOnly(t, Check(s.history()), "accepted-again"); got != c.want {
				t.Errorf("told: %t", got)
			}
		})
	}
}

// findsOnly reports whether a finding was made, and fails where another was.
func findsOnly(t *testing.T, r *Result, name string) (found bool) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Name != name {
			t.Errorf("%s: %s", f.Name, f.Detail)
		}
		found = true
	}
	return found
}

func TestAPointBehindTheLastEffectIsNotBeforeIt(t *testing.T) {
	for _, c := range []struct {
		name, point string
		at          int64 // the attempt's last effect was at 200
		want        bool
	}{
		{"behind, and later", "written", 201, false},
		{"behind, at once", "ack", 200, false},
		{"behind, and before", "written", 199, true},
		{"inside, and before", "read", 199, false},
		{"ahead, and before", "locked", 199, false},
		{"a point of which nothing is known", "elsewhere", 199, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().publish("e1", "u1", 1, 10, history.OutcomeOK).section("w1", "a", "e1", "u1", 100, 200).waitsAt("a", c.point, c.at)
			got := slices.ContainsFunc(Check(s.tell(t)).Findings, func(f Finding) bool { return f.Name == "clocks-disagree" })
			if got != c.want {
				t.Errorf("told: %t", got)
			}
		})
	}
}

func TestWhatTheGatewayTellsOfAnAttemptThatNobodyEntered(t *testing.T) {
	for _, c := range []struct {
		name string
		kind history.Kind
		text string
		want string
	}{
		{"a call", history.KindSendCall, "other", "unobserved-section"},
		{"an answer without its call", history.KindSendReturn, "other", "unobserved-section"},
		{"a call that does not say of which text", history.KindSendCall, "", "send-unannounced"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns().gateway(history.Event{Kind: c.kind, T: 700, Event: "e1", User: "u1", Attempt: "ghost", Text: c.text})
			if !finds(Check(s.history()), c.want) {
				t.Errorf("nothing says %s", c.want)
			}
		})
	}
}

func TestAWorkerOfWhomOnlyTheGatewayTellsHasNoRecord(t *testing.T) {
	of := func(worker string, k history.Kind) history.Event {
		return history.Event{Kind: k, T: 10, Event: "e1", User: "u1", Attempt: worker + "-1", Worker: worker}
	}
	for _, c := range []struct {
		name string
		tell history.Event
		want bool
	}{
		{"it came to a point", of("w9", history.KindPointBegin), true},
		{"it told its epoch", of("w9", history.KindNote), true},
		{"its answer was held", of("w9", history.KindHoldBegin), true},
		{"it has one, and came to a point before it entered", of("w1", history.KindPointBegin), false},
		{"nobody says whose point it was", of("", history.KindPointBegin), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Check(takeTurns().gateway(c.tell).history())
			if got := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Name == "worker-record-missing" }); got != c.want {
				t.Errorf("told: %t", got)
			}
		})
	}
}
