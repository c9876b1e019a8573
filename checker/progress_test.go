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
			"event u2-10 waited, and for 7.000 s none of the 1 user that the fault freeze-1 does not touch was served"},
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
			s.gateway(history.Event{Kind: history.KindHoldBegin, T: 11 * second, Attempt: "u2-10-of-w2", User: "u2"})
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
		{"and one before that does", func(s *story) {
			later(s, "u2", 11, 17, 18)
			halted(s, 19, 20)
		}, Refuted, "event u2-10 waited"},
		{"nor one while nothing waited", func(s *story) { *s = *goingOnBut(10, 19) }, Holds, "never stood still for more than 10"},
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

// slow has an event of before the heal handled between 3 and 4 s after it.
func slow(s *story, limit int64) {
	s.scenario.RecoverWithinNS = limit
	s.publish("slow", "u1", 50, 15*second, history.OutcomeOK)
	s.handle("w1", "slow-1", "slow", "u1", 23*second, 24*second)
}

func TestFullRateIsTold(t *testing.T) {
	const tenth = second / 10
	for _, c := range []struct {
		name       string
		from, back int64 // ten events of u2 a second: from the first, none during the fault, again from the second until 30 s
		want       int64 // from the fault's end; -1: not told
	}{
		{"at once, where nothing was missed", 2 * second, 10 * second, second / 100},
		{"when as much takes effect again as before", 2 * second, 24 * second, 4*second + second/100},
		{"never, where too little does", 2 * second, 29*second + second/2, -1},
		{"never, where nothing was before", 12 * second, 12 * second, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory()
			n := int64(0)
			for at := c.from; at < 30*second; at += tenth {
				if at >= 10*second && at < c.back {
					continue
				}
				n++
				e := fmt.Sprintf("u2-%d", n)
				s.publish(e, "u2", n, at, history.OutcomeOK)
				s.handle("w2", e+"-of-w2", e, "u2", at+10, at+second/100)
			}
			s.harness(history.Event{Kind: history.KindFaultBegin, T: 10 * second, Fault: "freeze-1"})
			s.harness(history.Event{Kind: history.KindFaultEnd, T: 20 * second, Fault: "freeze-1", Outcome: history.OutcomeHealed,
				Evidence: []history.Evidence{{Name: "frozen", Observer: "engine", Seen: true}}})
			s.restamp = readLate
			s.publish("last", "u1", 99, 100*second, history.OutcomeFailed)
			got := Check(s.tell(t)).Faults[0].Recovery
			if got == nil {
				t.Fatal("no recovery is told")
			}
			switch ns := got.FullRateNS; {
			case ns == nil && c.want < 0:
			case ns == nil || *ns != c.want:
				t.Errorf("the full rate came after %v, not %d", ns, c.want)
			}
		})
	}
}

func TestTimeToRecoverIsTold(t *testing.T) {
	s := goingOnBut(15, 22) // u2 is served at 15 and at 22
	slow(s, 0)
	v := mustBe(t, Check(s.tell(t)), Progress, Holds)
	for name, want := range map[string]int64{
		"first_effect_ns":        2*second + second/100, // u2's at 22
		"recovery_ns":            4 * second,            // slow's exit, from the heal at 20
		"recovery_from_begin_ns": 14 * second,
		"standstill_ns":          second / 100,               // how long u2's events take at the most
		"outage_ns":              7*second + second/100 - 10, // slow waits while u2's of 15 takes effect, just after 15 at the earliest, until that of 22 does
		"stuck_users":            0,
		"stalled_consumers":      0,
	} {
		if got := v.Counts[name]; got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
}

func TestAStalledConsumerIsWitnessed(t *testing.T) {
	s := given(given(goingOn(), "w2", "u2-3", "u2", 40*second), "w2", "u2-4", "u2", 41*second)
	w := mustBe(t, Check(s.tell(t)), Progress, Refuted).Witness
	if w.Worker != "w2" || w.User != "u2" || w.Total != 1 || w.Users != 1 || strings.Join(w.Events, " ") != "u2-3 u2-4" || w.StandstillNS < 58*second {
		t.Errorf("witness %+v", w)
	}
	if len(w.Faults) != 1 || w.Faults[0].Relation != "before" {
		t.Errorf("faults %+v", w.Faults)
	}
	var kinds []string
	for _, e := range w.Timeline {
		if e.Event == "u2-3" && e.Src != history.SrcStore || e.Kind == history.KindQuiet {
			kinds = append(kinds, string(e.Kind))
		}
	}
	if got := strings.Join(kinds, " "); got != "publish deliver enter send_call send_call exit ack deliver quiet" {
		t.Errorf("the timeline tells %q", got)
	}
}
