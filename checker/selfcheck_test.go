package checker

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

func TestABrokenRecordDoesNotRefute(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(s *story)
		says string
	}{
		{"an attempt id that two workers used", func(s *story) { s.enter("w2", "w1-1", "e1", "u1", 960) }, "left over"},
		{"an attempt that entered twice", func(s *story) { s.enter("w1", "w1-1", "e1", "u1", 960) }, "enters twice"},
		{"an attempt that left twice", func(s *story) { s.exit("w1", "w1-1", "e1", "u1", 960) }, "exits twice"},
		{"a worker that recorded something before it started", func(s *story) {
			s.without(func(e history.Event) bool {
				return e.Kind == history.KindWorkerStart && e.Src == history.WorkerSrc("w2") && e.T == 0
			})
			s.worker("w2", history.Event{Kind: history.KindWorkerStart, T: 350})
		}, "left over"},
		{"a worker that recorded something after its death", func(s *story) { s.kill("w1", 200, 250) }, "after its confirmed death"},
		{"an event delivered before it was published", func(s *story) {
			s.worker("w2", history.Event{Kind: history.KindDeliver, T: 15, Event: "e3", User: "u1", Attempt: "x"})
		}, "before its publish began"},
		{"a send received before its attempt entered", func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendCall, T: 299, Event: "e2", User: "u1", Attempt: "w2-1", Text: "other"})
		}, "before w2 entered it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := frozen()
			c.edit(s)
			v := mustBe(t, Check(s.tell(t)), Exclusivity, Unknown)
			if !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
		})
	}
}

func TestSignsOfAnUntrueRecord(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(s *story)
		want string // name of the finding
	}{
		{"an effect after the exit", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindStateWrite, T: 250, Event: "e1", User: "u1", Attempt: "w1-1", Outcome: history.OutcomeFailed})
		}, "effect-outside-section"},
		{"an effect before the enter", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindStateRead, T: 99, Event: "e1", User: "u1", Attempt: "w1-1"})
		}, "effect-outside-section"},
		{"an enter without an attempt", func(s *story) { s.unwritten().enter("w1", "", "e1", "u1", 700) }, "section-unnamed"},
		{"an enter without a user", func(s *story) { s.unwritten().section("w1", "x", "e1", "", 700, 710) }, "section-unnamed"},
		{"an exit stamped before its enter", func(s *story) {
			s.section("w1", "x", "e1", "u1", 700, 710).restamp = func(e *history.Event) {
				if e.Kind == history.KindExit && e.Attempt == "x" {
					e.T = 690
				}
			}
		}, "stamps-go-backwards"},
		{"an exit stamped before an effect that came earlier", func(s *story) {
			s.section("w1", "x", "e1", "u1", 700, 720).restamp = func(e *history.Event) {
				if e.Kind == history.KindStateRead {
					e.T = 730
				}
			}
			s.worker("w1", history.Event{Kind: history.KindStateRead, T: 710, Event: "e1", User: "u1", Attempt: "x"})
		}, "stamps-go-backwards"},
		{"an ack that began before the exit", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindAck, T: 250, From: 199, Event: "e1", User: "u1", Attempt: "w1-1", Outcome: history.OutcomeOK})
		}, "stamps-go-backwards"},
		{"a store's log that begins late", func(s *story) {
			s.without(func(e history.Event) bool { return e.Kind == history.KindStateCommit && e.Ordinal < 3 })
		}, "store-incomplete"},
		{"an exit without an enter", func(s *story) { s.exit("w1", "x", "e1", "u1", 700) }, "exit-without-enter"},
		{"a send by an attempt that nobody entered", func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendCall, T: 700, Event: "e1", User: "u1", Attempt: "ghost", Text: "other"})
		}, "unobserved-section"},
		{"a send by an attempt of a worker that recorded others", func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendCall, T: 700, Event: "e1", User: "u1", Attempt: "ghost", Worker: "w1", Text: "other"})
		}, "steps-missing"},
		{"a write that succeeded and is not in the store's log", func(s *story) {
			s.publish("e9", "u1", 9, 90, history.OutcomeUnclear)
			s.worker("w1", history.Event{Kind: history.KindStateWrite, T: 700, Event: "e9", User: "u1", Attempt: "x", Outcome: history.OutcomeOK})
		}, "store-incomplete"},
		{"a send that succeeded and is not in the gateway's record", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindSendReturn, T: 110, Event: "e1", User: "u1", Attempt: "w1-1", Text: "other", Outcome: history.OutcomeOK})
		}, "gateway-incomplete"},
		{"an event recorded for another user", func(s *story) { s.section("w1", "x", "e1", "u2", 700, 710) }, "user-mismatch"},
		{"two events under one ordinal", func(s *story) { s.publish("e9", "u1", 3, 40, history.OutcomeUnclear) }, "ordinals-collide"},
		{"one event under two ordinals", func(s *story) { s.publish("e3", "u1", 4, 40, history.OutcomeUnclear) }, "publish-ambiguous"},
		{"tries to publish an event out of turn", func(s *story) {
			s.publish("e9", "u2", 1, 90, history.OutcomeUnclear)
			s.harness(history.Event{Kind: history.KindPublish, T: 91, From: 80, Event: "e9", User: "u2", Ordinal: 1, Outcome: history.OutcomeOK})
		}, "publish-ambiguous"},
		{"an event without an ordinal", func(s *story) { s.publish("e9", "u1", 0, 40, history.OutcomeUnclear) }, "publish-ambiguous"},
		{"a dead worker without a record", func(s *story) { s.kill("w9", 10, 20) }, "worker-record-missing"},
		{"a worker that started twice in one file", func(s *story) { s.worker("w1", history.Event{Kind: history.KindWorkerStart, T: 700}) }, "worker-restarted"},
		{"two scenarios", func(s *story) {
			s.harness(history.Event{Kind: history.KindScenario, T: 5, Scenario: &history.Setup{}})
		}, "scenario-ambiguous"},
		{"an offset that is none", func(s *story) { s.offset("d", "far", 5, 4) }, "clock-offset-invalid"},
		{"an observer's line that is missing", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcGateway && e.Seq > 2 {
					e.Seq++
				}
			}
		}, "lines-missing"},
		{"a gateway's stamp before an earlier line's", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcGateway && e.Attempt == "w2-1" {
					e.T -= 210
				}
			}
		}, "stamps-run-back"},
		{"a publish that ended before it began", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Event == "e2" && e.Kind == history.KindPublish {
					e.From = e.T + 1
				}
			}
		}, "span-reversed"},
		{"an attempt of two events", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindNack, T: 150, Event: "e2", User: "u1", Attempt: "w1-1"})
		}, "attempt-inconsistent"},
		{"an attempt of two workers, by the gateway", func(s *story) {
			s.gateway(history.Event{Kind: history.KindHoldBegin, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w2"})
		}, "attempt-inconsistent"},
		{"a user's publishes with one left out", func(s *story) { s.publish("e9", "u1", 5, 40, history.OutcomeUnclear) }, "publish-missing"},
		{"an ordinal above that of a publish that was over before", func(s *story) {
			s.publish("e9", "u1", 4, 5, history.OutcomeOK).commit("e9", "u1", "w1-2")
		}, "ordinals-disagree"},
		{"a publish after the quiet", func(s *story) {
			s.harness(history.Event{Kind: history.KindQuiet, T: 700, Outcome: history.OutcomeOK}).publish("e4", "u1", 4, 800, history.OutcomeOK)
			s.without(func(e history.Event) bool { return e.Kind == history.KindQuiet && e.T != 700 })
		}, "publish-after-quiet"},
		{"a publish behind the quiet, of the same instant", func(s *story) {
			s.harness(history.Event{Kind: history.KindQuiet, T: 700, Outcome: history.OutcomeOK}).publish("e4", "u1", 4, 700, history.OutcomeOK)
			s.without(func(e history.Event) bool { return e.Kind == history.KindQuiet && e.T != 700 })
		}, "publish-after-quiet"},
		{"a log that was read before the quiet", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcStore {
					e.T = 700
				}
			}
		}, "store-early"},
		{"a log whose lines are in another order than its positions", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcStore {
					e.Ordinal = 4 - e.Ordinal
				}
			}
		}, "store-disordered"},
		{"a log whose ids run back", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcStore {
					e.Detail["id"] = fmt.Sprintf("%d-0", 9-e.Ordinal)
				}
			}
		}, "store-disordered"},
		{"an event of two types", func(s *story) {
			s.publish("e4", "u1", 4, 40, history.OutcomeUnclear).restamp = func(e *history.Event) {
				if e.Event == "e1" && e.Kind == history.KindPublish {
					e.Type = "purchased"
				}
				if e.Event == "e1" && e.Kind == history.KindDeliver {
					e.Type = "replied_stop"
				}
			}
		}, "type-mismatch"},
		{"a failed write in the log", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindStateWrite, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Version: 1, Outcome: history.OutcomeFailed})
		}, "failed-write-logged"},
		{"a write of another version than the log's", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindStateWrite, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Version: 7, Outcome: history.OutcomeOK})
		}, "versions-disagree"},
		{"a read of another version than the log's", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindStateRead, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Version: 1})
		}, "versions-disagree"},
		{"a read of what nobody wrote", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindStateRead, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Version: 9})
		}, "read-unwritten"},
		{"a read of what was written later", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindStateRead, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Version: 3})
		}, "clocks-disagree"},
		{"a commit by an attempt that began after the log was read", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcStore {
					e.T = 250
				}
			}
		}, "clocks-disagree"},
		{"a gateway that began twice", func(s *story) { s.gateway(history.Event{Kind: history.KindObserverStart, T: 150}) }, "gateway-restarted"},
		{"a gateway that went on after its end", func(s *story) {
			s.gateway(history.Event{Kind: history.KindObserverStop, T: 150})
			s.gateway(history.Event{Kind: history.KindObserverStop, T: 151})
		}, "gateway-restarted"},
		{"a send that its worker did not announce", func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendCall, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Text: "other"})
		}, "send-unannounced"},
		{"an answer of the gateway's without its call", func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendReturn, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Text: "other"})
		}, "answer-without-call"},
		{"an answer to a worker without its call", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindSendReturn, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Text: "other"})
		}, "answer-without-call"},
		{"a worker that was told ok of what the gateway refused", func(s *story) {
			s.sends("w1", "w1-1", "e1", "u1", "other", 150).answered("w1", "w1-1", "e1", "other", 160, history.OutcomeOK).restamp = func(e *history.Event) {
				if e.Text == "other" && e.Src == history.SrcGateway {
					e.Outcome = history.OutcomeFailed
				}
			}
		}, "outcomes-disagree"},
		{"a worker that knows that what the gateway accepted was not sent", func(s *story) {
			s.answered("w1", "w1-1", "e1", "receipt", 160, history.OutcomeFailed)
		}, "outcomes-disagree"},
		{"a gateway that refused, and answered ok", func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendReturn, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Text: "receipt", Outcome: history.OutcomeOK}).
				restamp = func(e *history.Event) {
				if e.Attempt == "w1-1" && e.Src == history.SrcGateway && e.Kind == history.KindSendCall {
					e.Outcome = history.OutcomeFailed
				}
			}
		}, "outcomes-disagree"},
		{"a gateway that accepted, and answered that it refused", func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendReturn, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Text: "receipt", Outcome: history.OutcomeFailed})
		}, "outcomes-disagree"},
		{"a gateway that refused, and found the caller gone", func(s *story) {
			send := history.Event{Kind: history.KindSendCall, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Text: "other", Outcome: history.OutcomeFailed}
			s.gateway(send)
			send.Kind, send.T, send.Outcome = history.KindSendReturn, 151, history.OutcomeGone
			s.gateway(send)
		}, "outcomes-disagree"},
		{"a worker that was told ok by a gateway that could not answer", func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendReturn, T: 150, Event: "e1", User: "u1", Attempt: "w1-1", Worker: "w1", Text: "receipt", Outcome: history.OutcomeGone})
			s.answered("w1", "w1-1", "e1", "receipt", 160, history.OutcomeOK)
		}, "outcomes-disagree"},
		{"an answer that was seen before the gateway had the call", func(s *story) {
			s.answered("w1", "w1-1", "e1", "receipt", 160, history.OutcomeOK).restamp = func(e *history.Event) {
				if e.Attempt == "w1-1" && e.Src == history.SrcGateway {
					e.T += 70
				}
			}
		}, "clocks-disagree"},
		{"a call that the gateway had before it was made", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Attempt == "w1-1" && e.FromWorker() && e.Kind == history.KindSendCall {
					e.T += 50
				}
			}
		}, "clocks-disagree"},
		{"an answer that was seen while it was withheld", func(s *story) {
			s.answered("w1", "w1-1", "e1", "receipt", 160, history.OutcomeOK)
			for t, e := range map[int64]history.Event{110: {Kind: history.KindHoldBegin}, 170: {Kind: history.KindHoldEnd, Outcome: history.OutcomeReleased}} {
				e.T, e.Event, e.User, e.Attempt, e.Text = t, "e1", "u1", "w1-1", "receipt"
				s.gateway(e)
			}
		}, "clocks-disagree"},
		{"a hold that ended only", func(s *story) { s.release("w1-1", 150, history.OutcomeReleased) }, "hold-unpaired"},
		{"an event among the dead letters twice", func(s *story) { s.parks("e4", 700).parks("e4", 710) }, "parked-twice"},
		{"an event among the dead letters that was handled", func(s *story) { s.parks("e3", 700) }, "parked-and-handled"},
		{"a fault that began twice", func(s *story) {
			s.harness(history.Event{Kind: history.KindFaultBegin, T: 700, Fault: "f"}).fault("f", "", "", 710, 720)
		}, "fault-ambiguous"},
		{"a fault that ended only", func(s *story) {
			s.harness(history.Event{Kind: history.KindFaultEnd, T: 700, Fault: "f", Outcome: history.OutcomeHealed})
		}, "fault-ambiguous"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns()
			c.edit(s)
			r := Check(s.history()) // some of it no reader lets pass
			i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Name == c.want })
			if i < 0 {
				t.Fatalf("no finding %s: %+v", c.want, r.Findings)
			}
			for _, p := range r.Findings[i].Properties {
				mustBe(t, r, p, Unknown)
			}
			for _, p := range r.Findings[i].Breaks {
				if !slices.Contains(r.Findings[i].Properties, p) {
					t.Errorf("%s is broken and may hold", p)
				}
			}
		})
	}
}

// answered is an answer of the gateway's as a worker saw it.
func (s *story) answered(w, attempt, event, text string, t int64, outcome string) *story {
	return s.worker(w, history.Event{Kind: history.KindSendReturn, T: t, Event: event, User: "u1", Attempt: attempt, Text: text, Outcome: outcome})
}

// parks puts an event among the dead letters.
func (s *story) parks(event string, t int64) *story {
	return s.worker("w1", history.Event{Kind: history.KindDeadLetter, T: t, Event: event, User: "u1", Attempt: fmt.Sprint("p", t)})
}

// TestARecordThatStopsEarlyNeverHolds cuts one observer's record short, at
// every line: what is violated must not hold for want of the rest.
func TestARecordThatStopsEarlyNeverHolds(t *testing.T) {
	whole := func() *story {
		s := newStory()
		s.scenario.Workers = 2
		for i := int64(1); i <= 4; i++ {
			s.publish(fmt.Sprintf("e%d", i), "u1", i, 10*i, history.OutcomeOK)
		}
		send := func(w, attempt, event string, t int64) {
			s.gateway(history.Event{Kind: history.KindSendCall, T: t, Event: event, User: "u1", Attempt: attempt, Worker: w, Text: "welcome"})
			s.worker(w, history.Event{Kind: history.KindSendCall, T: t, Event: event, User: "u1", Attempt: attempt, Text: "welcome"})
			s.worker(w, history.Event{Kind: history.KindSendReturn, T: t + 1, Event: event, User: "u1", Attempt: attempt, Text: "welcome", Outcome: history.OutcomeOK})
			s.worker(w, history.Event{Kind: history.KindStateWrite, T: t + 2, Event: event, User: "u1", Attempt: attempt, Outcome: history.OutcomeOK})
			s.commit(event, "u1", attempt)
		}
		s.section("w1", "a", "e1", "u1", 100, 200).section("w2", "b", "e3", "u1", 150, 250).section("w1", "c", "e2", "u1", 300, 400).section("w2", "d", "e3", "u1", 500, 600)
		send("w1", "a", "e1", 110)
		send("w2", "b", "e3", 160)
		send("w1", "c", "e2", 310) // after e3: out of order
		send("w2", "d", "e3", 510) // again: a duplicate
		// e4 was given to w1, which did nothing with it, and is lost.
		s.worker("w1", history.Event{Kind: history.KindDeliver, T: 610, Event: "e4", User: "u1", Attempt: "e"})
		return s.publish("e5", "u1", 5, 700+patience, history.OutcomeFailed)
	}
	for _, p := range Properties() {
		mustBe(t, Check(whole().tell(t)), p, Refuted)
	}
	for src, count := range map[string]uint64{history.WorkerSrc("w1"): 13, history.WorkerSrc("w2"): 12, history.SrcGateway: 5, history.SrcStore: 4} {
		for keep := range count {
			n := uint64(0)
			r := Check(whole().without(func(e history.Event) bool {
				if e.Src != src {
					return false
				}
				n++
				return n > keep
			}).tell(t))
			for _, v := range r.Verdicts {
				if v.Verdict == Holds {
					t.Errorf("%s cut after %d lines: %s holds: %s", src, keep, v.Property, v.Reason)
				}
			}
		}
	}
}

// TestCheckAnswersWhateverItReads mangles histories: lines lost, fields
// exchanged and blown up.
func TestCheckAnswersWhateverItReads(t *testing.T) {
	tb := t
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]func() *story{takeTurns, frozen, tangled}).Draw(t, "story")()
		s.enter("w3", "x", "e1", "u1", 310).hold("x", 320).kill("w3", 330, 340)
		h := s.tell(tb)
		big := rapid.SampledFrom([]int64{0, 1, 250, 1 << 62, -1 << 63})
		for range rapid.IntRange(1, 8).Draw(t, "times") {
			i := rapid.IntRange(0, len(h.Events)-1).Draw(t, "at")
			j := rapid.IntRange(0, len(h.Events)-1).Draw(t, "with")
			a, b := &h.Events[i], &h.Events[j]
			switch rapid.IntRange(0, 10).Draw(t, "how") {
			case 0:
				h.Events = slices.Delete(h.Events, i, i+1)
				if len(h.Events) == 0 {
					return
				}
			case 1:
				a.Kind, b.Kind = b.Kind, a.Kind
			case 2:
				a.T, b.T = b.T, a.T
			case 3:
				a.Attempt = b.Attempt
			case 4:
				a.Worker, a.User = b.Worker, b.User
			case 5:
				a.Src = b.Src
			case 6:
				a.Domain = "far"
			case 7:
				a.Event = b.Event
			case 10:
				a.Version, a.Detail, a.Outcome, a.Text, a.Type = b.Version, b.Detail, b.Outcome, b.Text, b.Type
			case 8:
				a.T, a.From, a.Lo, a.Hi, a.Ordinal = big.Draw(t, "t"), big.Draw(t, "from"), big.Draw(t, "lo"), big.Draw(t, "hi"), big.Draw(t, "ordinal")
			case 9:
				a.Kind, a.Src, a.Peer, a.Lo, a.Hi = history.KindClockOffset, history.SrcHarness, "far", big.Draw(t, "lo"), big.Draw(t, "hi")
			}
		}
		answersWell(t, h)
	})
}
