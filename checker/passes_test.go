package checker

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

func TestOrder(t *testing.T) {
	ok, unclear, failed := history.OutcomeOK, history.OutcomeUnclear, history.OutcomeFailed
	for _, c := range []struct {
		name    string
		outcome [3]string // of publishes e1, e2, e3
		log     string    // the events' first commits and later ones
		want    Verdict
		says    string
	}{
		{"publish order holds", [3]string{ok, ok, ok}, "e1 e2 e3", Holds, "3 events of 1 user "},
		{"a commit again does not matter", [3]string{ok, ok, ok}, "e1 e2 e1 e3 e2", Holds, ""},
		{"two neighbours swapped are refuted", [3]string{ok, ok, ok}, "e1 e3 e2", Refuted, "event e3 (published as number 3) took effect at position 2 of the store's log, before event e2 (number 2)"},
		{"the first one last is refuted", [3]string{ok, ok, ok}, "e2 e3 e1", Refuted, "1 inversion for 1 user"},
		{"an event that is missing does not matter", [3]string{ok, ok, ok}, "e1 e3", Holds, ""},
		{"an unclear publish that came too early is refuted", [3]string{ok, ok, unclear}, "e1 e3 e2", Refuted, ""},
		{"an unclear publish that came too late proves nothing", [3]string{ok, unclear, ok}, "e1 e3 e2", Unknown, "unclear"},
		{"an unclear publish in its place holds", [3]string{ok, unclear, ok}, "e1 e2 e3", Holds, ""},
		{"a failed publish that took effect late proves nothing", [3]string{ok, failed, ok}, "e1 e3 e2", Unknown, ""},
		{"a single event cannot be out of order", [3]string{ok, ok, ok}, "e1", Vacuous, "no user had two events"},
		{"no log is unknown", [3]string{ok, ok, ok}, "", Unknown, "log is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().sections(1, 2, 3)
			for i, o := range c.outcome {
				s.publish(fmt.Sprintf("e%d", i+1), "u1", int64(i+1), int64(i+1), o)
			}
			for _, e := range strings.Fields(c.log) {
				s.commit(e, "u1", "a"+e)
			}
			if v := mustBe(t, Check(s.tell(t)), Order, c.want); !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
		})
	}
}

// sections are attempts ae1, ae2… at events e1, e2…
func (s *story) sections(n ...int64) *story {
	for _, i := range n {
		s.section("w1", fmt.Sprintf("ae%d", i), fmt.Sprintf("e%d", i), "u1", 100*i, 100*i+10)
	}
	return s
}

func TestAPublishThatWasRetriedHasNoPlaceAmongOthers(t *testing.T) {
	for _, c := range []struct {
		name  string
		first string // what came of the first try
		log   string
		want  Verdict
	}{
		{"after a failure, and came late", history.OutcomeFailed, "e2 e1", Unknown},
		{"after an unclear answer, and came late", history.OutcomeUnclear, "e2 e1", Unknown},
		{"after a failure, and came in the place of its ordinal", history.OutcomeFailed, "e1 e2", Unknown},
		{"though there was nothing to retry, and came late", history.OutcomeOK, "e2 e1", Refuted},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().sections(1, 2)
			s.publish("e1", "u1", 1, 1, c.first).publish("e2", "u1", 2, 2, history.OutcomeOK).publish("e1", "u1", 1, 3, history.OutcomeOK)
			for _, e := range strings.Fields(c.log) {
				s.commit(e, "u1", "a"+e)
			}
			mustBe(t, Check(s.tell(t)), Order, c.want)
		})
	}
}

func TestWhatIsAmissWithTheStoresLogStillShowsWhenTrimmed(t *testing.T) {
	for _, c := range []struct {
		name    string
		restamp func(int64) int64 // of the positions
		want    Verdict
	}{
		{"nothing", func(n int64) int64 { return n }, Holds},
		{"a hole", func(n int64) int64 { return n + n/3 }, Unknown},
		{"a late start", func(n int64) int64 { return n + 1 }, Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns()
			s.restamp = func(e *history.Event) {
				if e.Kind == history.KindStateCommit {
					e.Ordinal = c.restamp(e.Ordinal)
				}
			}
			h := s.tell(t)
			mustBe(t, Check(h), Order, c.want)
			trimmed, _ := history.Trim(h, []string{"u1"})
			mustBe(t, Check(trimmed), Order, c.want)
		})
	}
	swapped := takeTurns()
	swapped.restamp = func(e *history.Event) {
		if e.Kind == history.KindStateCommit && e.Ordinal > 1 {
			e.Ordinal = 5 - e.Ordinal
		}
	}
	trimmed, _ := history.Trim(swapped.tell(t), []string{"u1"})
	if v := mustBe(t, Check(trimmed), Order, Unknown); !strings.Contains(v.Reason, "recorded before position") {
		t.Errorf("the reason is %q", v.Reason)
	}
}

func TestTheStoresLogIsReadByPosition(t *testing.T) {
	swap := takeTurns()
	swap.restamp = func(e *history.Event) { // positions 1, 3, 2 in the order of the lines
		if e.Kind == history.KindStateCommit && e.Ordinal > 1 {
			e.Ordinal = 5 - e.Ordinal
		}
	}
	h := swap.tell(t)
	if j := judgeOrder(newRecord(h)); j.verdict != Refuted {
		t.Errorf("by the positions, order is %s: %s", j.verdict, j.reason)
	}
	mustBe(t, Check(h), Order, Unknown) // the lines say another order
}

func TestDelivery(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(s *story)
		want Verdict
		says string
	}{
		{"every acknowledged publish in the log holds", func(*story) {}, Holds, "all 3"},
		{"a publish that failed need not take effect", func(s *story) { s.publish("e4", "u1", 4, 40, history.OutcomeFailed) }, Holds, ""},
		{"a publish that was unclear need not take effect", func(s *story) { s.publish("e4", "u1", 4, 40, history.OutcomeUnclear) }, Holds, ""},
		{"but where a worker's record is lost it may have been in its hands", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).kill("w9", 10, 20)
		}, Unknown, "nothing that it recorded is here"},
		{"one that was unclear and was delivered must take effect", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).worker("w1", history.Event{Kind: history.KindDeliver, T: 700, Event: "e4", User: "u1", Attempt: "x"})
		}, Unknown, "1 event came to a worker"},
		{"one that was unclear and was entered must take effect", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).section("w1", "x", "e4", "u1", 700, 710)
		}, Unknown, "1 event came to a worker"},
		{"one that was unclear and is a dead letter must take effect", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).worker("w1", history.Event{Kind: history.KindDeadLetter, T: 700, Event: "e4", User: "u1", Attempt: "x"})
		}, Unknown, "1 event came to a worker"},
		{"a publish that was unclear first and acknowledged then must take effect", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).publish("e4", "u1", 4, 41, history.OutcomeOK)
		}, Refuted, "e4"},
		{"a publish that failed first and was acknowledged then must", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeFailed).publish("e4", "u1", 4, 41, history.OutcomeOK)
		}, Refuted, "1 of 4 acknowledged publishes never took effect: e4"},
		{"a missing event is refuted", func(s *story) { s.publish("e4", "u1", 4, 40, history.OutcomeOK) }, Refuted, "e4"},
		{"a missing event before quiet is unknown", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeOK).without(kind(history.KindQuiet))
		}, Unknown, "the broker still had messages to deliver"},
		{"a run that gave up on quiet is unknown", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeOK)
			s.harness(history.Event{Kind: history.KindQuiet, T: 50_000, Outcome: history.OutcomeFailed}).without(func(e history.Event) bool {
				return e.Kind == history.KindQuiet && e.Outcome == history.OutcomeOK
			})
		}, Unknown, "did not reach quiet"},
		{"a publish that was unclear, and came to a worker, is there", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).worker("w1", history.Event{Kind: history.KindDeliver, T: 700, Event: "e4", User: "u1", Attempt: "x"})
		}, Unknown, "1 event came to a worker although no answer to the publish is on record"},
		{"so is one that was given up", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).worker("w1", history.Event{Kind: history.KindDeadLetter, T: 700, Event: "e4", User: "u1", Attempt: "x"})
		}, Unknown, "1 event came to a worker although no answer to the publish is on record"},
		{"one that took effect is not missing", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).handle("w1", "x", "e4", "u1", 700, 710)
		}, Holds, "all 3"},
		{"beside one that is there and has no effect, a missing one is refuted", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeOK).publish("e5", "u1", 5, 50, history.OutcomeUnclear)
			s.worker("w1", history.Event{Kind: history.KindDeliver, T: 700, Event: "e5", User: "u1", Attempt: "x"})
		}, Refuted, "1 of 4 acknowledged publishes never took effect: e4"},
		{"a dead letter is not delivered", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeOK)
			s.worker("w1", history.Event{Kind: history.KindDeadLetter, T: 700, Event: "e4", User: "u1", Attempt: "x"})
		}, Refuted, "dead-lettered: e4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns()
			c.edit(s)
			v := mustBe(t, Check(s.tell(t)), Delivery, c.want)
			if !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
			if c.want == Refuted && !slices.Equal(v.Witness.Events, []string{"e4"}) {
				t.Errorf("witness %+v", v.Witness)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	again := func(text, outcome string) func(s *story) {
		return func(s *story) {
			s.section("w1", "w1-3", "e1", "u1", 540, 560)
			call := history.Event{Kind: history.KindSendCall, T: 550, Event: "e1", User: "u1", Attempt: "w1-3", Text: text}
			s.worker("w1", call)
			call.Outcome = outcome
			s.gateway(call)
		}
	}
	for _, c := range []struct {
		name string
		edit func(s *story)
		want Verdict
	}{
		{"each text once holds", func(*story) {}, Holds},
		{"another text of the same event holds", again("welcome", ""), Holds},
		{"the same text again is refuted", again("receipt", ""), Refuted},
		{"the same text again, refused, holds", again("receipt", history.OutcomeFailed), Holds},
		{"the same text again, recognized, holds", again("receipt", history.OutcomeDeduplicated), Holds},
		{"the same text again, unclear, is unknown", again("receipt", history.OutcomeUnclear), Unknown},
		{"a worker's own word that it sends does not count", func(s *story) {
			s.section("w1", "w1-3", "e1", "u1", 540, 560)
			s.worker("w1", history.Event{Kind: history.KindSendCall, T: 550, Event: "e1", User: "u1", Attempt: "w1-3", Text: "receipt"})
		}, Holds},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns()
			c.edit(s)
			v := mustBe(t, Check(s.tell(t)), Duplicates, c.want)
			if c.want == Refuted && (v.Witness.Text != "receipt" || len(v.Witness.Attempts) != 2 || v.Witness.Events[0] != "e1") {
				t.Errorf("witness %+v", v.Witness)
			}
		})
	}
}

// TestEffectsAgainstNaiveOracles draws logs and publishes and decides order,
// delivery and duplicates as their sentences read.
func TestEffectsAgainstNaiveOracles(t *testing.T) {
	reach := []string{"order holds", "order refuted", "order unknown", "delivery holds", "delivery refuted", "duplicates holds", "duplicates refuted", "duplicates unknown"}
	property(t, 0, reach, func(t *rapid.T, n *tally) {
		s := newStory().section("w1", "a", "e1-1", "u1", 100, 110)
		type pub struct {
			user    string
			ordinal int64
			outcome string
		}
		pubs := map[string]pub{}
		for _, u := range []string{"u1", "u2"} {
			for i := range rapid.Int64Range(1, 4).Draw(t, "publishes") {
				e := fmt.Sprintf("e%s-%d", u[1:], i+1)
				p := pub{u, i + 1, rapid.SampledFrom([]string{"ok", "ok", "unclear", "failed"}).Draw(t, "outcome")}
				pubs[e] = p
				s.publish(e, u, p.ordinal, p.ordinal, p.outcome)
			}
		}
		events := slices.Sorted(maps.Keys(pubs))
		log := rapid.SliceOfN(rapid.SampledFrom(events), 1, 10).Draw(t, "log")
		for _, e := range log {
			s.commit(e, pubs[e].user, "a")
		}
		sends := rapid.SliceOfN(rapid.SampledFrom(events), 0, 6).Draw(t, "sends")
		accepted, perhaps := map[string]int{}, map[string]int{}
		for _, e := range sends {
			outcome := rapid.SampledFrom([]string{"", "", "", history.OutcomeFailed, history.OutcomeDeduplicated, history.OutcomeUnclear}).Draw(t, "sent")
			switch outcome {
			case "":
				accepted[e]++
				perhaps[e]++
			case history.OutcomeUnclear:
				perhaps[e]++
			}
			s.gateway(history.Event{Kind: history.KindSendCall, T: 105, Event: e, User: pubs[e].user, Attempt: "a", Text: "receipt", Outcome: outcome})
		}

		inverted, unsure := false, false
		for i, late := range log {
			for _, early := range log[:i] {
				if slices.Index(log, late) < slices.Index(log, early) || pubs[late].user != pubs[early].user || pubs[late].ordinal >= pubs[early].ordinal {
					continue
				}
				inverted = inverted || pubs[late].outcome == "ok"
				unsure = unsure || pubs[late].outcome != "ok"
			}
		}
		missing, twice, maybe := false, false, false
		unheard := pubs["e1-1"].outcome != "ok" && !slices.Contains(log, "e1-1") // and entered all the same
		for e, p := range pubs {
			missing = missing || p.outcome == "ok" && !slices.Contains(log, e)
		}
		for e := range perhaps {
			twice = twice || accepted[e] > 1
			maybe = maybe || perhaps[e] > 1
		}
		r := newRecord(s.history())
		for _, c := range []struct {
			name            string
			got             Verdict
			refuted, unsure bool
		}{
			{"order", judgeOrder(r).verdict, inverted, unsure},
			{"delivery", judgeDelivery(r).verdict, missing, unheard},
			{"duplicates", judgeDuplicates(r).verdict, twice, maybe},
		} {
			want := Holds
			if c.refuted {
				want = Refuted
			} else if c.unsure {
				want = Unknown
			}
			n.drew("%s %s", c.name, want)
			if c.got != want {
				t.Fatalf("%s is %s, the oracle says %s", c.name, c.got, want)
			}
		}
	})
}

// TestTheWitnessIsTheFirstNearAFault has three violations: before a bitten fault, and two after it.
func TestTheWitnessIsTheFirstNearAFault(t *testing.T) {
	seen := history.Evidence{Name: "paused", Observer: "engine", Seen: true}
	build := func(evidence ...history.Evidence) *story {
		s := newStory()
		ordinal := int64(0)
		for i, user := range []string{"u1", "u2", "u3"} {
			at := int64(1000 * i)
			for _, e := range []string{"a", "b"} {
				ordinal++
				s.publish(user+e, user, ordinal, at+1, history.OutcomeOK)
			}
			for k, e := range []string{"b", "a"} { // the other way round
				id := fmt.Sprintf("%s-%d", user, k)
				s.handle("w1", id, user+e, user, at+100+100*int64(k), at+150+100*int64(k))
				s.gateway(history.Event{Kind: history.KindSendCall, T: at + 149 + 100*int64(k), Event: user + e, User: user, Attempt: id, Worker: "w1", Text: "receipt"})
			}
		}
		return s.fault("f", "w9", "", 900, 950, evidence...)
	}
	for _, c := range []struct {
		name  string
		story *story
		want  string
	}{
		{"a fault that bit", build(seen), "u2"},
		{"a fault that did not bite", build(), "u1"},
	} {
		for _, p := range []Property{Order, Duplicates} {
			t.Run(string(p)+", "+c.name, func(t *testing.T) {
				if w := mustBe(t, Check(c.story.tell(t)), p, Refuted).Witness; w.User != c.want || w.Users != 3 {
					t.Errorf("the witness is of %s and %d users: %s", w.User, w.Users, w.Summary)
				}
			})
		}
	}
}
