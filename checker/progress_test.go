package checker

import (
	"fmt"
	"strings"
	"testing"

	"turnstile/checker/history"
)

const second = int64(1e9)

// goingOn is a run of 100 seconds in which w1 is frozen from second 10 to 20,
// inside a section of u1, while w2 serves u2 all the time.
func goingOn() *story { return goingOnBut(0, 0) }

// goingOnBut is that, with nothing published for u2 in the seconds between two.
func goingOnBut(from, to int64) *story {
	s := newStory()
	n := map[string]int64{}
	serve := func(w, user string, at, took int64) {
		n[user]++
		e := fmt.Sprintf("%s-%d", user, n[user])
		s.publish(e, user, n[user], at, history.OutcomeOK)
		s.handle(w, fmt.Sprintf("%s-of-%s", e, w), e, user, at+10, at+took)
	}
	serve("w1", "u1", 1*second, second/100)
	serve("w1", "u1", 9*second, 12*second)
	for at := int64(2); at < 30; at++ {
		if from < at && at < to {
			continue
		}
		serve("w2", "u2", at*second, second/100)
	}
	s.harness(history.Event{Kind: history.KindFaultBegin, T: 10 * second, Fault: "freeze-1", Worker: "w1", User: "u1"})
	s.harness(history.Event{Kind: history.KindFaultEnd, T: 20 * second, Fault: "freeze-1", Outcome: history.OutcomeHealed,
		Evidence: []history.Evidence{{Name: "frozen", Observer: "engine", Seen: true}}})
	s.restamp = readLate
	return s.publish("last", "u1", 99, 100*second, history.OutcomeFailed) // the run goes on until here
}

// halted adds a fault that stops everybody between two seconds.
func halted(s *story, from, to int64) *story {
	s.harness(history.Event{Kind: history.KindFaultBegin, T: from*second - 1, Fault: "lock-pause-2", Detail: map[string]string{history.DetailHalts: "nobody gets a lock"}})
	return s.harness(history.Event{Kind: history.KindFaultEnd, T: to * second, Fault: "lock-pause-2", Outcome: history.OutcomeHealed,
		Evidence: []history.Evidence{{Name: "paused", Observer: "engine", Seen: true}}})
}

// readLate has the store's log read when all is over.
func readLate(e *history.Event) {
	if e.Kind == history.KindStateCommit {
		e.T = 200 * second
	}
}

// unserved takes away what became of a user's events that were published
// between two seconds.
func unserved(s *story, user string, from, to int64) *story {
	gone := map[string]bool{}
	for _, e := range s.events {
		if e.Kind == history.KindPublish && e.User == user && e.T >= from*second && e.T <= to*second && e.Outcome == history.OutcomeOK {
			gone[e.Event] = true
		}
	}
	kept := s.events[:0]
	for _, e := range s.events {
		if !gone[e.Event] || e.Kind == history.KindPublish {
			kept = append(kept, e)
		}
	}
	s.events = kept
	return renumbered(s)
}

// later has those events handled, one after the other, from a second on.
func later(s *story, user string, from, to, at int64) *story {
	events := map[string]bool{}
	for _, e := range s.events {
		if e.Kind == history.KindPublish && e.User == user && e.T >= from*second && e.T <= to*second {
			events[e.Event] = true
		}
	}
	for i := range s.events {
		e := &s.events[i]
		if events[e.Event] && e.Kind != history.KindPublish && e.Src != history.SrcStore {
			e.T = at*second + e.T%second + (e.T/second-from)*second/20
		}
	}
	return s
}

func renumbered(s *story) *story {
	n := int64(0)
	for i := range s.events {
		if s.events[i].Kind == history.KindStateCommit {
			n++
			s.events[i].Ordinal = n
		}
	}
	return s
}

// unquiet has the broker keep something.
func unquiet(s *story) *story {
	s.harness(history.Event{Kind: history.KindQuiet, T: 100*second - 1, Outcome: history.OutcomeFailed, Detail: map[string]string{"w2": "unacked 3"}})
	return s.without(func(e history.Event) bool { return e.Kind == history.KindQuiet && e.Outcome == history.OutcomeOK })
}

func given(s *story, w, event, user string, at int64) *story {
	return s.worker(w, history.Event{Kind: history.KindDeliver, T: at, Event: event, User: user, Attempt: w + "/" + event})
}

func ended(s *story, kind history.Kind, w, event, outcome string, at int64) *story {
	return s.worker(w, history.Event{Kind: kind, T: at, Event: event, User: "u2", Attempt: w + "/" + event, Outcome: outcome})
}

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(s *story)
		want Verdict
		says string
	}{
		{"who the fault does not touch is served, and all is done in the end: holds", func(*story) {}, Holds, "never stood still"},

		{"untouched users who stand still during the fault refute", func(s *story) { later(s, "u2", 11, 17, 18) }, Refuted,
			"event u2-10 waited, and for 7.000 s none of the 1 user that the fault freeze-1 does not touch was served, from 1.000 s after its begin on"},
		{"of those who waited then, one that was served as it began is not told", func(s *story) {
			later(s, "u2", 11, 17, 18)
			s.publish("served", "u2", 50, 10*second+second/2, history.OutcomeOK).section("w2", "s", "served", "u2", 11*second, 11*second).commit("served", "u2", "s")
		}, Refuted, "event u2-10 waited, and for 7.000 s"},
		{"a shorter standstill does not", func(s *story) { later(s, "u2", 11, 14, 15) }, Holds, ""},
		{"a standstill of those whom the fault is aimed at does not", func(s *story) {
			s.events = append(s.events[:0:0], s.events...)
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultBegin {
					s.events[i].User = "u2"
				}
			}
			later(s, "u2", 11, 17, 18)
		}, Vacuous, ""},
		{"nor one of those that it reached by its own word", func(s *story) {
			later(s, "u2", 11, 17, 18)
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultEnd {
					s.events[i].Detail = map[string]string{history.DetailUsers: "u7 u2"}
				}
			}
		}, Vacuous, ""},
		{"nor one of those in the hands of its worker", func(s *story) {
			later(s, "u2", 11, 17, 18)
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultBegin {
					s.events[i].Worker = "w2"
				}
			}
		}, Vacuous, ""},
		{"nor one of those whose answer the gateway withholds", func(s *story) {
			later(s, "u2", 11, 17, 18)
			s.gateway(history.Event{Kind: history.KindHoldBegin, T: 11 * second, Attempt: "u2-10-of-w2", User: "u2"}).release("u2-10-of-w2", 18*second, history.OutcomeReleased)
		}, Vacuous, "no event of a user that the fault freeze-1 did not touch was waiting"},
		{"nor one of those behind them at a worker that the gateway keeps inside", func(s *story) {
			later(s, "u2", 11, 17, 18)
			s.gateway(history.Event{Kind: history.KindPointBegin, T: 9 * second, Attempt: "u3-1-of-w2", Worker: "w2", User: "u3", Detail: map[string]string{"hold": "h1"}})
			s.gateway(history.Event{Kind: history.KindPointEnd, T: 17 * second, Attempt: "u3-1-of-w2", Worker: "w2", User: "u3", Detail: map[string]string{"hold": "h1"}})
		}, Holds, "every worker was kept inside during freeze-1, so nothing is said of that time"},
		{"nor one of an event that was given to the fault's worker meanwhile, and of what came behind it", func(s *story) {
			later(s, "u2", 11, 17, 18)
			for i := range s.events {
				if e := &s.events[i]; e.Attempt == "u2-10-of-w2" {
					if e.FromWorker() {
						e.Src = history.WorkerSrc("w1")
					}
					if e.Worker != "" {
						e.Worker = "w1"
					}
				}
			}
		}, Holds, "never stood still"},
		{"but one of those at a worker that was kept inside before does", func(s *story) {
			later(s, "u2", 11, 17, 18)
			s.gateway(history.Event{Kind: history.KindHoldBegin, T: 8 * second, Attempt: "u3-1-of-w2", Worker: "w2", User: "u3"})
			s.gateway(history.Event{Kind: history.KindHoldEnd, T: 9 * second, Attempt: "u3-1-of-w2", Worker: "w2", User: "u3"})
		}, Refuted, "event u2-10 waited"},
		{"nor one during a fault that stops everybody", func(s *story) {
			later(s, "u2", 11, 17, 18)
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultBegin {
					s.events[i].Detail = map[string]string{history.DetailHalts: "the broker is gone"}
				}
			}
		}, Holds, ""},
		{"nor one while another fault stops everybody", func(s *story) {
			later(s, "u2", 11, 17, 18)
			halted(s, 10, 17)
		}, Holds, "of the time of freeze-1 in which nobody could serve (another fault stopped everybody, or no worker lived that was not struck), and until someone was served after it, nothing is said"},
		{"nor one until someone is served after that", func(s *story) {
			later(s, "u2", 11, 17, 18)
			halted(s, 10, 12)
		}, Holds, "nothing is said"},
		{"but one after that does", func(s *story) {
			later(s, "u2", 13, 19, 20)
			halted(s, 10, 11)
		}, Refuted, "event u2-12 waited"},
		{"nor is it any shorter for a halt that took no time", func(s *story) {
			later(s, "u2", 11, 17, 18)
			halted(s, 13, 13).events[len(s.events)-2].T++
		}, Refuted, "event u2-10 waited, and for 7.000 s"},
		{"and one before that does", func(s *story) {
			later(s, "u2", 11, 17, 18)
			halted(s, 19, 20)
		}, Refuted, "event u2-10 waited"},
		{"nor one while nothing waited", func(s *story) { *s = *goingOnBut(10, 19) }, Holds, "never stood still for more than 10"},
		{"nor is there one of what began to wait as the fault ended, or was served as it began", func(s *story) {
			*s = *goingOnBut(9, 20)
			for i := range s.events {
				if e := &s.events[i]; e.Attempt == "u2-8-of-w2" && e.T > 9*second+100 && e.FromWorker() {
					e.T += second - second/100
				}
			}
		}, Vacuous, "no event of a user that the fault freeze-1 did not touch was waiting"},
		{"nor of what was served when somebody could again", func(s *story) { *s = *halted(goingOnBut(12, 20), 10, 12) }, Vacuous,
			"no event of a user that the fault freeze-1 did not touch was waiting"},
		{"nor of what began to wait when nobody could any more", func(s *story) {
			*s = *halted(goingOnBut(9, 19), 17, 18).publish("x", "u2", 50, 17*second-1, history.OutcomeOK).handle("w2", "x-1", "x", "u2", 18*second+second/2, 18*second+second*3/4)
		}, Vacuous, "no event of a user that the fault freeze-1 did not touch was waiting"},
		{"of one who perhaps was served just when somebody could again it is unknown", func(s *story) {
			later(halted(s, 10, 12), "u2", 12, 17, 18)
			for i := range s.events {
				if e := &s.events[i]; e.Attempt == "u2-10-of-w2" && e.T >= 11*second+second/100 && e.FromWorker() {
					e.T += second - second/100
				}
			}
		}, Unknown, "is not exactly known"},
		{"a fault shorter than a standstill may be is not judged", func(s *story) {
			lasts(s, 5*second-1).without(func(e history.Event) bool { return e.Src == history.SrcGateway })
		}, Holds, ""},
		{"one as long as a standstill is", func(s *story) {
			lasts(s, 5*second).without(func(e history.Event) bool { return e.Src == history.SrcGateway })
		}, Unknown, "nothing of the gateway is on record, so who"},
		{"without the gateway's record, who was withheld is not known", func(s *story) {
			s.without(func(e history.Event) bool { return e.Src == history.SrcGateway })
		}, Unknown, "nothing of the gateway"},

		{"a consumer that does nothing with what it was given refutes, quiet or not", func(s *story) { given(s, "w2", "u2-3", "u2", 40*second) }, Refuted,
			"worker w2 is stalled: it was given u2-3 and never acknowledged or handed back it"},
		{"one that did something of the user's meanwhile is not stalled", func(s *story) {
			given(s, "w2", "u2-3", "u2", 40*second)
			given(s, "w2", "u2-4", "u2", 85*second)
		}, Holds, ""},
		{"one that was given it late is not", func(s *story) { given(s, "w2", "u2-3", "u2", 85*second) }, Holds, ""},
		{"one that acknowledged it is not", func(s *story) {
			ended(given(s, "w2", "u2-3", "u2", 40*second), history.KindAck, "w2", "u2-3", history.OutcomeOK, 41*second)
		}, Holds, ""},
		{"one whose ack went unanswered is not", func(s *story) {
			ended(given(s, "w2", "u2-3", "u2", 40*second), history.KindAck, "w2", "u2-3", history.OutcomeUnclear, 41*second)
		}, Holds, ""},
		{"one that handed it back is not", func(s *story) {
			ended(given(s, "w2", "u2-3", "u2", 40*second), history.KindNack, "w2", "u2-3", "", 41*second)
		}, Holds, ""},
		{"one that was done with it only when the run was over is", func(s *story) {
			ended(given(s, "w2", "u2-3", "u2", 40*second), history.KindAck, "w2", "u2-3", history.OutcomeOK, 101*second)
			s.harness(history.Event{Kind: history.KindQuiet, T: 100 * second, Outcome: history.OutcomeOK})
			s.without(func(e history.Event) bool { return e.Kind == history.KindQuiet && e.T > 100*second })
		}, Refuted, "w2 is stalled"},
		{"of two deliveries, an ack in two records ends one", func(s *story) {
			given(s, "w2", "u2-3", "u2", 40*second)
			s.worker("w2", history.Event{Kind: history.KindDeliver, T: 41 * second, Event: "u2-3", User: "u2", Attempt: "again"})
			ended(s, history.KindAck, "w2", "u2-3", history.OutcomeUnclear, 42*second)
			ended(s, history.KindAck, "w2", "u2-3", history.OutcomeOK, 43*second)
		}, Refuted, "w2 is stalled"},
		{"of two deliveries, a dead letter and its ack end one", func(s *story) {
			s.publish("given-up", "u2", 50, 39*second, history.OutcomeOK)
			given(given(s, "w2", "given-up", "u2", 40*second), "w2", "given-up", "u2", 41*second).events[len(s.events)-1].Attempt = "again"
			ended(s, history.KindDeadLetter, "w2", "given-up", "", 42*second)
			ended(s, history.KindAck, "w2", "given-up", history.OutcomeOK, 43*second)
		}, Refuted, "w2 is stalled"},
		{"a note is nothing that a worker does with it", func(s *story) {
			given(s, "w2", "u2-3", "u2", 40*second).worker("w2", history.Event{Kind: history.KindNote, T: 90 * second, User: "u2"})
		}, Refuted, "w2 is stalled"},
		{"one that finished it, where the broker had nothing left, has acknowledged it: unknown", func(s *story) {
			s.publish("done", "u2", 50, 39*second, history.OutcomeOK)
			given(s, "w2", "done", "u2", 40*second).enter("w2", "w2/done", "done", "u2", 41*second).exit("w2", "w2/done", "done", "u2", 42*second).commit("done", "u2", "w2/done")
		}, Unknown, "that worker w2 acknowledged done, which it had finished, is not on record"},
		{"so has one that skipped it", func(s *story) {
			s.publish("done", "u2", 50, 39*second, history.OutcomeOK)
			given(s, "w2", "done", "u2", 40*second).section("w2", "w2/done", "done", "u2", 41*second, 42*second).commit("done", "u2", "w2/done")
		}, Unknown, "that worker w2 acknowledged done, which it had finished, is not on record"},
		{"not so where the broker had something left", func(s *story) {
			s.publish("done", "u2", 50, 39*second, history.OutcomeOK)
			unquiet(given(s, "w2", "done", "u2", 40*second).section("w2", "w2/done", "done", "u2", 41*second, 42*second).commit("done", "u2", "w2/done"))
		}, Refuted, "w2 is stalled"},
		{"beside another who was given it, one that finished it and stopped has", func(s *story) { finishedAfterAnother(s) }, Unknown,
			"that worker w2 acknowledged done, which it had finished, is not on record"},
		{"one that did not stop has not", func(s *story) {
			quietAt(finishedAfterAnother(s).kill("w2", 101*second, 102*second), 100*second)
		}, Refuted, "w2 is stalled"},
		{"but not what came after it", func(s *story) {
			s.publish("done", "u2", 50, 39*second, history.OutcomeOK).publish("not", "u2", 51, 39*second, history.OutcomeOK)
			given(s, "w2", "done", "u2", 40*second).section("w2", "w2/done", "done", "u2", 41*second, 42*second).commit("done", "u2", "w2/done")
			given(s, "w2", "not", "u2", 43*second)
		}, Refuted, "worker w2 is stalled: it was given not and"},
		{"one that entered it and no more has not", func(s *story) {
			s.publish("begun", "u2", 50, 39*second, history.OutcomeOK)
			quietAt(given(s, "w2", "begun", "u2", 40*second).enter("w2", "w2/begun", "begun", "u2", 41*second), 100*second)
			s.kill("w2", 100*second+100, 100*second+200) // as one that would not stop is
		}, Refuted, "w2 is stalled"},
		{"of one that stopped as the run ended it is unknown", func(s *story) {
			quietAt(given(s, "w2", "u2-3", "u2", 40*second), 100*second)
			for _, w := range []string{"w1", "w2"} {
				s.dead[w] = true // it needs no other end
				s.worker(w, history.Event{Kind: history.KindWorkerStop, T: 100 * second})
			}
		}, Unknown, "whether worker w2 lived"},
		{"an answer that is withheld from the run's end on excuses it", func(s *story) {
			quietAt(given(s, "w2", "u2-3", "u2", 40*second), 100*second).hold("u1-1-of-w1", 100*second).without(kind(history.KindObserverStop))
		}, Holds, ""},
		{"one that is withheld later does not", func(s *story) {
			quietAt(given(s, "w2", "u2-3", "u2", 40*second), 100*second).hold("u1-1-of-w1", 100*second+1).without(kind(history.KindObserverStop))
		}, Refuted, "w2 is stalled"},
		{"nor does one that was withheld from a worker until it died", func(s *story) {
			given(s, "w2", "u2-3", "u2", 40*second).enter("w3", "x", "u2-4", "u2", 41*second).hold("x", 42*second).release("x", 43*second, history.OutcomeGone).kill("w3", 43*second, 44*second)
		}, Refuted, "w2 is stalled"},
		{"a consumer that died with it is not stalled", func(s *story) {
			given(s, "w3", "u2-3", "u2", 40*second).kill("w3", 50*second, 51*second)
		}, Holds, ""},

		{"a user whose events wait for good refutes", func(s *story) { unquiet(unserved(s, "u2", 25, 30)) }, Refuted, "user u2 is stuck: 5 events waited, u2-24 first"},
		{"with the broker's view", func(s *story) { unquiet(unserved(s, "u2", 25, 30)) }, Refuted, "(the broker's view: w2 unacked 3)"},
		{"events that are lost, with nothing left at the broker, are not waiting", func(s *story) { unserved(s, "u2", 25, 30) }, Holds, ""},
		{"a user who was served not long ago is not stuck, and what became of it unknown", func(s *story) {
			unquiet(s).publish("late", "u2", 50, 60*second, history.OutcomeOK).publish("served", "u2", 51, 80*second, history.OutcomeOK)
			s.handle("w2", "x", "served", "u2", 85*second, 86*second)
		}, Unknown, "work was still going on"},
		{"what may have taken effect as the run ended waited until then", func(s *story) {
			unquiet(s).publish("late", "u2", 50, 40*second, history.OutcomeOK)
			s.handle("w2", "x", "late", "u2", 100*second-1, 100*second+500)
		}, Refuted, "user u2 is stuck: 1 event waited, late first"},
		{"workers that were signalled as the run ended were not at rest for certain", func(s *story) {
			unquiet(s).kill("w1", 100*second-1, 101*second).kill("w2", 100*second-1, 101*second)
		}, Unknown, "might have come to an end"},
		{"a dead letter is not waiting", func(s *story) {
			s.publish("given-up", "u2", 50, 40*second, history.OutcomeOK)
			s.worker("w2", history.Event{Kind: history.KindDeadLetter, T: 85 * second, Event: "given-up", User: "u2", Attempt: "x"})
			unquiet(s)
		}, Unknown, ""},
		{"workers at rest, while the broker has something, refute", func(s *story) { unquiet(s) }, Refuted,
			"the broker still had messages, and none of the 2 workers that lived did anything in the last 70"},
		{"workers that are at work do not", func(s *story) {
			unquiet(s).worker("w2", history.Event{Kind: history.KindLockContended, T: 95 * second, User: "u2"})
		}, Unknown, "might have come to an end"},
		{"nothing is said of consumers when the broker itself is gone", func(s *story) {
			unquiet(given(s, "w2", "u2-3", "u2", 40*second))
			for i := range s.events {
				if s.events[i].Kind == history.KindQuiet {
					s.events[i].Detail[history.DetailError] = "connection refused"
				}
			}
		}, Unknown, "the broker itself did not answer"},
		{"a run of whose end another word is told is unknown", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Kind == history.KindQuiet {
					e.Outcome = history.OutcomeSent
				}
			}
		}, Unknown, "which is no answer"},
		{"a run that did not come to its end is unknown", func(s *story) { s.without(kind(history.KindQuiet)) }, Unknown, "did not come to its end"},

		{"what takes longer than the scenario allows refutes", func(s *story) { slow(s, second/2) }, Refuted,
			"1 event acknowledged before the fault freeze-1 ended had not taken effect 500.000 ms later, as the scenario demands: event slow of user u1 took 3.000 s"},
		{"what takes no longer does not", func(s *story) { slow(s, 5*second) }, Holds, ""},
		{"what may have taken longer is unknown", func(s *story) { slow(s, 3*second+second/2) }, Unknown, "is not exactly known"},
		{"without an effect after the fault there is nothing to recover", func(s *story) {
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultEnd {
					s.events[i].T = 90 * second
				}
			}
		}, Vacuous, "nothing took effect after the end of the fault freeze-1"},
		{"clocks without a bound are unknown", func(s *story) { s.domains[history.WorkerSrc("w2")] = "far" }, Unknown, ""},
		{"no log is unknown", func(s *story) { s.without(kind(history.KindStateCommit)) }, Unknown, "log is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := goingOn()
			c.edit(s)
			for i := range s.events { // edits may have added some
				if e := &s.events[i]; s.domains[e.Src] != "" {
					e.Domain = s.domains[e.Src]
				}
			}
			if v := mustBe(t, Check(s.tell(t)), Progress, c.want); !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
		})
	}
}
