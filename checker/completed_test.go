package checker

import (
	"fmt"
	"slices"
	"testing"

	"turnstile/checker/history"
)

// madeFor is a run in which attempt a sent its text and was killed, and attempt b,
// of another event, made a's write before it did its own work.
func madeFor() *story {
	s := newStory()
	s.publish("e1", "u1", 1, 10, history.OutcomeOK).publish("e2", "u1", 2, 20, history.OutcomeOK)
	s.given("w1", "a", "e1", "u1", 99).enter("w1", "a", "e1", "u1", 100).reads("w1", "a", 0, 110).sends("w1", "a", "e1", "u1", "campaign", 120)
	s.kill("w1", 130, 140)
	s.given("w2", "b", "e2", "u1", 199).enter("w2", "b", "e2", "u1", 200).reads("w2", "b", 0, 210)
	s.worker("w2", history.Event{Kind: history.KindStateComplete, T: 220, From: 215, Event: "e2", User: "u1", Attempt: "b", Peer: "a", Version: 1, Outcome: history.OutcomeOK})
	s.sends("w2", "b", "e2", "u1", "receipt", 230)
	s.worker("w2", history.Event{Kind: history.KindSendReturn, T: 235, Attempt: "b", Text: "receipt", Outcome: history.OutcomeOK})
	s.writes("w2", "b", "e2", "u1", 240, 2).exit("w2", "b", "e2", "u1", 250).acked("w2", "b", "e2", "u1", 260)
	s.commitOn("e1", "u1", "a", 0, "campaign").commitOn("e2", "u1", "b", 1, "receipt")
	s.of("a", history.KindStateCommit, func(e *history.Event) { e.By = "b" })
	return s
}

// What the killed attempt never wrote waited until another attempt wrote it.
func TestAWriteThatAnotherMadeTookEffectWhenItDid(t *testing.T) {
	s := madeFor().fault("kill-1", "w1", "", 125, 190)
	s.of("", history.KindPublish, func(e *history.Event) {
		if e.Event == "e2" {
			e.T, e.From = 195, 195
		}
	})
	f := Check(s.history()).Faults[0].Recovery
	if f == nil || f.FirstEffectNS == nil || *f.FirstEffectNS != 30 || f.WaitedNS == nil || *f.WaitedNS != 30 {
		t.Errorf("of a write that was made 30 ns after the fault: %+v", f)
	}
}

// of changes what an attempt's events of a kind say.
func (s *story) of(attempt string, kind history.Kind, edit func(e *history.Event)) *story {
	for i := range s.events {
		if e := &s.events[i]; e.Attempt == attempt && e.Kind == kind {
			edit(e)
		}
	}
	return s
}

func TestAWriteThatAnotherAttemptMade(t *testing.T) {
	drops := func(attempt string, kinds ...history.Kind) func(s *story) {
		return func(s *story) {
			s.without(func(e history.Event) bool { return e.Attempt == attempt && slices.Contains(kinds, e.Kind) })
		}
	}
	// lives has w1 live on, with an answer to its text.
	lives := func(s *story, answer string) {
		s.dead["w1"] = false
		s.without(kind(history.KindWorkerDead))
		s.worker("w1", history.Event{Kind: history.KindSendReturn, T: 300, Attempt: "a", Text: "campaign", Outcome: answer})
	}
	wrote := func(outcome string) func(s *story) {
		return func(s *story) {
			lives(s, history.OutcomeOK)
			s.worker("w1", history.Event{Kind: history.KindStateWrite, T: 310, Attempt: "a", Version: 1, Outcome: outcome})
			s.worker("w1", history.Event{Kind: history.KindExit, T: 320, Attempt: "a", Outcome: history.OutcomeFailed})
		}
	}
	again := func(s *story) {
		s.commitOn("e1", "u1", "a", 2, "campaign")
		s.of("a", history.KindStateCommit, func(e *history.Event) { e.By = "b" })
	}
	// tries has b try to make the write of another of its user, which fails.
	tries := func(enter int64) func(s *story) {
		return func(s *story) {
			s.publish("e3", "u1", 3, 30, history.OutcomeOK)
			s.given("w3", "z", "e3", "u1", 60).section("w3", "z", "e3", "u1", enter, 300).reads("w3", "z", 0, enter+1).acked("w3", "z", "e3", "u1", 310)
			s.worker("w2", history.Event{Kind: history.KindStateComplete, T: 214, From: 212, Event: "e2", User: "u1", Attempt: "b", Peer: "z", Version: 1, Outcome: history.OutcomeFailed})
		}
	}
	other := func(s *story) { // b is another user's
		s.harness(history.Event{Kind: history.KindPublish, T: 30, From: 30, Event: "e3", User: "u2", Ordinal: 1, Outcome: history.OutcomeOK})
		s.given("w3", "c", "e3", "u2", 199).section("w3", "c", "e3", "u2", 200, 250)
		s.of("a", history.KindStateCommit, func(e *history.Event) { e.By = "c" })
	}
	for _, c := range []struct {
		name    string
		edit    []func(s *story)
		want    string // finding; empty: none
		effects Verdict
	}{
		{"of one that was killed", nil, "", Holds},
		{"of one that was refused its own", []func(s *story){wrote(history.OutcomeFailed)}, "", Holds},
		{"of one that ended without an answer to its text", []func(s *story){func(s *story) {
			lives(s, history.OutcomeUnclear)
			s.worker("w1", history.Event{Kind: history.KindExit, T: 320, Attempt: "a", Outcome: history.OutcomeUnclear})
		}}, "", Holds},
		{"by one that was killed before it recorded that", []func(s *story){drops("b", history.KindStateComplete, history.KindSendCall, history.KindSendReturn, history.KindStateWrite, history.KindExit, history.KindAck), func(s *story) {
			s.without(func(e history.Event) bool { return e.Attempt == "b" && e.Kind == history.KindStateCommit })
			s.kill("w2", 900, 910)
		}}, "", Vacuous},
		{"whose text never went out", []func(s *story){func(s *story) {
			s.without(func(e history.Event) bool {
				return e.Attempt == "a" && e.Src == history.SrcGateway && e.Kind == history.KindSendCall
			})
		}}, "", Refuted},
		{"and whose text another attempt had sent, under a key of the text alone", []func(s *story){func(s *story) {
			s.without(func(e history.Event) bool { return e.Attempt == "a" && e.Kind == history.KindSendCall })
			s.publish("e0", "u1", 3, 25, history.OutcomeOK)
			s.given("w3", "z", "e0", "u1", 49).enter("w3", "z", "e0", "u1", 50).sends("w3", "z", "e0", "u1", "campaign", 60)
			s.kill("w3", 70, 80)
		}}, "", Refuted},
		{"and whose text nobody had sent", []func(s *story){drops("a", history.KindSendCall)}, "steps-missing", Unknown},
		{"whose text went out only then", []func(s *story){func(s *story) {
			s.of("a", history.KindSendCall, func(e *history.Event) {
				if e.Src == history.SrcGateway {
					e.T = 225
				}
			})
		}}, "", Refuted},
		{"whose text went out at that instant", []func(s *story){func(s *story) {
			s.of("a", history.KindSendCall, func(e *history.Event) {
				if e.Src == history.SrcGateway {
					e.T = 220
				}
			})
		}}, "", Holds},
		{"whose text went out later by a clock that nothing is known of", []func(s *story){func(s *story) {
			s.domains[history.SrcGateway] = "other"
			for i := range s.events {
				if e := &s.events[i]; e.Src == history.SrcGateway {
					e.Domain = "other"
				}
			}
			s.of("a", history.KindSendCall, func(e *history.Event) {
				if e.Src == history.SrcGateway {
					e.T = 225
				}
			})
		}}, "", Holds},
		{"on which its maker did not decide", []func(s *story){func(s *story) {
			s.of("b", history.KindStateCommit, func(e *history.Event) { e.Detail = map[string]string{"read_version": "0"} })
		}}, "", Refuted},
		{"that is told to be its own", []func(s *story){func(s *story) {
			s.of("a", history.KindStateCommit, func(e *history.Event) { e.By = "" })
		}}, "store-incomplete", Unknown},
		{"that its maker went on from and did not record", []func(s *story){drops("b", history.KindStateComplete)}, "steps-missing", Unknown},
		{"that the log lacks", []func(s *story){func(s *story) {
			s.without(func(e history.Event) bool { return e.Attempt == "a" && e.Kind == history.KindStateCommit })
		}}, "store-incomplete", Unknown},
		{"by nobody that is known", []func(s *story){func(s *story) {
			s.of("a", history.KindStateCommit, func(e *history.Event) { e.By = "z" })
		}}, "unobserved-section", Unknown},
		{"by itself", []func(s *story){func(s *story) {
			s.of("a", history.KindStateCommit, func(e *history.Event) { e.By = "a" })
		}}, "attempt-inconsistent", Unknown},
		{"by another user's attempt", []func(s *story){other}, "attempt-inconsistent", Unknown},
		{"that failed, of which the log has nothing", []func(s *story){tries(205)}, "", Holds},
		{"that failed before the other had entered", []func(s *story){tries(215), func(s *story) {
			s.of("z", history.KindStateRead, func(e *history.Event) { e.T = 216 })
		}}, "clocks-disagree", Unknown},
		{"that failed, of another user's attempt", []func(s *story){tries(205), func(s *story) {
			for i := range s.events {
				if e := &s.events[i]; e.Event == "e3" {
					e.User, e.Ordinal = "u2", min(e.Ordinal, 1)
				}
			}
		}}, "attempt-inconsistent", Unknown},
		{"that its maker left after, and did not record", []func(s *story){drops("b", history.KindStateComplete, history.KindSendCall, history.KindSendReturn, history.KindStateWrite), func(s *story) {
			s.of("b", history.KindExit, func(e *history.Event) { e.Outcome = history.OutcomeFailed })
			s.without(func(e history.Event) bool { return e.Event == "e2" && e.Kind == history.KindStateCommit })
		}}, "steps-missing", Unknown},
		{"of another version", []func(s *story){func(s *story) {
			s.of("b", history.KindStateComplete, func(e *history.Event) { e.Version = 7 })
		}}, "versions-disagree", Unknown},
		{"that its maker knows to have failed", []func(s *story){func(s *story) {
			s.of("b", history.KindStateComplete, func(e *history.Event) { e.Outcome = history.OutcomeFailed })
		}}, "failed-write-logged", Unknown},
		{"of one that saw its own succeed", []func(s *story){wrote(history.OutcomeOK)}, "store-incomplete", Unknown},
		{"that is logged twice", []func(s *story){again}, "write-logged-twice", Unknown},
		{"before the other had entered", []func(s *story){func(s *story) {
			s.of("b", history.KindEnter, func(e *history.Event) { e.T = 50 })
			s.of("b", history.KindDeliver, func(e *history.Event) { e.T = 49 })
			s.of("b", history.KindStateRead, func(e *history.Event) { e.T = 60 })
			s.of("b", history.KindStateComplete, func(e *history.Event) { e.T, e.From = 70, 65 })
		}}, "clocks-disagree", Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := madeFor()
			for _, edit := range c.edit {
				edit(s)
			}
			r := Check(s.tell(t))
			found := c.want == ""
			for _, f := range r.Findings {
				found = found || f.Name == c.want
				if c.want == "" {
					t.Errorf("found %+v", f)
				}
			}
			if !found {
				t.Errorf("found %+v, want %s", r.Findings, c.want)
			}
			if v := r.Of(Effects); v.Verdict != c.effects && (c.effects != Unknown || v.Verdict == Holds) {
				t.Errorf("effects: %s, want %s: %s", v.Verdict, c.effects, v.Reason)
			}
		})
	}
}

// A reader that began after the write was known, and saw the state before it, has no
// place in any order.
func TestAWriteThatAnotherAttemptMadeIsOverWhenThatOneKnowsIt(t *testing.T) {
	late := func(enter int64) *story {
		s := madeFor()
		s.publish("e3", "u1", 3, 30, history.OutcomeOK)
		s.given("w3", "c", "e3", "u1", enter-1).section("w3", "c", "e3", "u1", enter, enter+100).reads("w3", "c", 0, enter+1).acked("w3", "c", "e3", "u1", enter+101)
		return s
	}
	mustBe(t, Check(late(205).tell(t)), Effects, Holds)
	mustBe(t, Check(late(221).tell(t)), Effects, Refuted)
	again := late(225)
	again.worker("w2", history.Event{Kind: history.KindStateComplete, T: 228, From: 222, Event: "e2", User: "u1", Attempt: "b", Peer: "a", Version: 1, Outcome: history.OutcomeOK})
	failed := true
	again.of("b", history.KindStateComplete, func(e *history.Event) {
		if failed {
			e.Outcome, failed = history.OutcomeFailed, false
		}
	})
	mustBe(t, Check(again.tell(t)), Effects, Holds)
}

// forgotten is a run in which an event takes effect twice, since the state had forgotten
// it in between: once by attempt own, which sends its text and, where it wrote, writes;
// once by attempt again, whose text is refused, and which leaves an intent that a later
// attempt makes true. Who asks for the text then is told that it is out.
// Attempt more sends its text under another key.
func forgotten(wrote bool, attempts ...string) *story {
	s, at, version, ordinal := newStory(), int64(10), int64(0), int64(1)
	s.domains[history.SrcGateway] = "g"
	s.publish("e1", "u1", 1, at, history.OutcomeOK)
	begin := func(w, attempt, event string) {
		at += 100
		s.given(w, attempt, event, "u1", at).enter(w, attempt, event, "u1", at+1).reads(w, attempt, version, at+2)
	}
	writes := func(w, attempt, event, text, outcome string) {
		version++
		s.writes(w, attempt, event, "u1", at+5, version).commitOn(event, "u1", attempt, version-1, text)
		s.worker(w, history.Event{Kind: history.KindExit, T: at + 6, Event: event, User: "u1", Attempt: attempt, Outcome: outcome})
		s.acked(w, attempt, event, "u1", at+7)
	}
	published := func() string {
		ordinal++
		event := fmt.Sprint("f", ordinal)
		s.publish(event, "u1", ordinal, at+50, history.OutcomeOK)
		return event
	}
	own := func(attempt string) {
		begin("w1", attempt, "e1")
		s.sends("w1", attempt, "e1", "u1", "campaign", at+3)
		s.of("more", history.KindSendCall, func(e *history.Event) { e.Detail = map[string]string{"idempotency_key": "of more"} })
		if !wrote {
			s.kill("w1", at+5, at+6)
			return
		}
		s.worker("w1", history.Event{Kind: history.KindSendReturn, T: at + 4, Attempt: attempt, Text: "campaign", Outcome: history.OutcomeOK})
		writes("w1", attempt, "e1", "campaign", history.OutcomeSent)
	}
	forget := func() {
		for range effectRules.seen {
			event := published()
			begin("w2", "of "+event, event)
			writes("w2", "of "+event, event, "", history.OutcomeSkipped)
		}
	}
	again := func() {
		begin("w3", "again", "e1")
		s.sends("w3", "again", "e1", "u1", "campaign", at+3)
		s.of("again", history.KindSendCall, func(e *history.Event) {
			if e.Src == history.SrcGateway {
				e.Outcome = history.OutcomeFailed
			}
		})
		s.kill("w3", at+5, at+6)

		event := published()
		begin("w2", "maker", event)
		version++
		s.worker("w2", history.Event{Kind: history.KindStateComplete, T: at + 4, From: at + 3, Event: event, User: "u1", Attempt: "maker", Peer: "again", Version: version, Outcome: history.OutcomeOK})
		s.commitOn("e1", "u1", "again", version-1, "campaign")
		s.of("again", history.KindStateCommit, func(e *history.Event) { e.By = "maker" })
		writes("w2", "maker", event, "", history.OutcomeSkipped)
	}
	for i, attempt := range attempts {
		if i > 0 {
			forget()
		}
		if attempt == "again" {
			again()
		} else {
			own(attempt)
		}
	}
	return s
}

func TestAWriteThatAnotherAttemptMadeOfAnEventThatIsForgotten(t *testing.T) {
	// behind is by how much the text of attempt own came after the write was made.
	behind := func(s *story) (ns int64) {
		for _, e := range s.events {
			switch {
			case e.Kind == history.KindStateComplete:
				ns -= e.T
			case e.Src == history.SrcGateway && e.Attempt == "own":
				ns += e.T
			}
		}
		return ns
	}
	apart := func(s *story, least int64) *story { return s.offset("g", "d", -least, 0) }
	late := forgotten(true, "again", "own")
	for _, c := range []struct {
		name    string
		tell    *story
		effects Verdict
	}{
		{"whose text is that of an attempt that wrote", apart(forgotten(true, "own", "again"), 0), Holds},
		{"whose text went out again later, under another key", apart(forgotten(true, "own", "again", "more"), 0), Holds},
		{"whose text is that of an attempt that never wrote", apart(forgotten(false, "own", "again"), 0), Refuted},
		{"whose text is that of an attempt that wrote later", apart(forgotten(true, "again", "own"), 0), Refuted},
		{"whose text went out later, or at the same instant by other clocks", apart(late, behind(late)), Holds},
		{"whose text went out later by all clocks", apart(forgotten(true, "again", "own"), behind(late)-1), Refuted},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Check(c.tell.tell(t))
			if len(r.Findings) > 0 {
				t.Errorf("found %v", r.Findings)
			}
			if got := r.Of(Effects); got.Verdict != c.effects {
				t.Errorf("effects: %s, want %s: %s", got.Verdict, c.effects, got.Reason)
			}
		})
	}
}
