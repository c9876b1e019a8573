package checker

import (
	"fmt"
	"slices"
	"testing"

	"turnstile/checker/history"
)

// asked is a record of two workers that were both asked to stop at 900.
func asked() *story {
	s := takeTurns()
	for _, w := range []string{"w1", "w2"} {
		s.worker(w, history.Event{Kind: history.KindWorkerStop, T: 905}).dies(w, 900, 910, "0")
	}
	return s
}

func TestWhatOneObserverKnowsOfAnothersRecordIsHeldAgainstIt(t *testing.T) {
	dropOne := func(k history.Kind, attempt string) func(*story) {
		return func(s *story) {
			s.without(func(e history.Event) bool { return e.Kind == k && e.Attempt == attempt })
		}
	}
	aimed := func(attempt, worker string, at int64) func(*story) {
		return func(s *story) {
			e := history.Event{Kind: history.KindFaultBegin, T: at, Fault: "f", Worker: worker, User: "u1", Event: "e1", Attempt: attempt}
			s.harness(e).harness(history.Event{Kind: history.KindFaultEnd, T: at + 1, Fault: "f", Outcome: history.OutcomeHealed})
		}
	}
	ends := func(worker, user string) func(*story) {
		return func(s *story) {
			s.harness(history.Event{Kind: history.KindFaultBegin, T: 150, Fault: "f", Worker: "w1", User: "u1"})
			s.harness(history.Event{Kind: history.KindFaultEnd, T: 151, Fault: "f", Worker: worker, User: user, Outcome: history.OutcomeHealed})
		}
	}
	quiet := func(outcome string, detail map[string]string) func(*story) {
		return func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Kind == history.KindQuiet {
					e.Outcome, e.Detail = outcome, detail
				}
			}
		}
	}
	// unquiet has the harness stop waiting that much later, with something left; the
	// first attempt's acknowledgement ended so.
	unquiet := func(later int64, acked string) func(*story) {
		return func(s *story) {
			s.restamp = func(e *history.Event) {
				switch {
				case e.Kind == history.KindQuiet:
					e.Outcome = history.OutcomeFailed
					e.T += later
				case e.Src == history.SrcStore, e.Kind == history.KindObserverStop, e.Kind == history.KindWorkerStop, e.Kind == history.KindWorkerDead:
					e.T += later
					if e.From > 0 {
						e.From += later
					}
				case e.Kind == history.KindAck && e.Attempt == "w1-1":
					e.Outcome = acked
				}
			}
		}
	}
	ofGateway := func(outcome string) func(*story) {
		return func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcGateway && e.Attempt == "w1-1" {
					e.Outcome = outcome
				}
			}
		}
	}
	keyed := func(second, third string) func(*story) { // what became of three texts under one key
		return func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcGateway && e.Kind == history.KindSendCall {
					e.Detail = map[string]string{"idempotency_key": "k"}
					e.Outcome = map[string]string{"w2-1": second, "w1-2": third}[e.Attempt]
				}
			}
		}
	}
	deathOf := func(w string, change func(*history.Event)) func(*story) {
		return func(s *story) {
			for i := range s.events {
				if e := &s.events[i]; e.Kind == history.KindWorkerDead && e.Worker == w {
					change(e)
				}
			}
		}
	}
	from := func(from int64, code string) func(*story) {
		return deathOf("w1", func(e *history.Event) {
			e.From, e.Detail = from, map[string]string{history.DetailExitCode: code}
		})
	}
	readAt := func(at int64) func(*story) { // recorded after a call that is stamped 101
		return func(s *story) {
			s.reads("w1", "w1-1", 0, 150).restamp = func(e *history.Event) {
				if e.Kind == history.KindStateRead {
					e.T = at
				}
			}
		}
	}
	writing := func(reading ...string) func(*story) { // attempts that record what they read
		return func(s *story) {
			for i, id := range []string{"w1-1", "w2-1", "w1-2"} {
				n, event := int64(i), fmt.Sprint("e", i+1)
				if slices.Contains(reading, id) {
					s.reads(id[:2], id, n, 200*n+140)
				}
				s.answered(id[:2], id, event, "receipt", 200*n+145, history.OutcomeOK).writes(id[:2], id, event, "u1", 200*n+150, n+1)
			}
		}
	}
	back := func(s *story) { // the first event was handed back once before
		s.given("w1", "p", "e1", "u1", 90).worker("w1", history.Event{Kind: history.KindNack, T: 91, Event: "e1", User: "u1", Attempt: "p"})
	}
	further := func(s *story) { s.section("w1", "y", "e1", "u1", 650, 660) }
	late := func(s *story) {
		s.restamp = func(e *history.Event) {
			if e.Kind == history.KindWorkerStart {
				e.T = 50
			}
		}
	}
	for _, c := range []struct {
		name string
		edit []func(*story)
		want []string // findings
	}{
		{"all is told", nil, nil},

		{"an attempt whose worker was not given its event", []func(*story){dropOne(history.KindDeliver, "w1-1")}, []string{"delivery-missing"}},
		{"attempts of workers that record no deliveries", []func(*story){func(s *story) { s.without(kind(history.KindDeliver)) }}, nil},
		{"an event that another worker was given", []func(*story){dropOne(history.KindDeliver, "w1-1"), func(s *story) { s.given("w2", "x", "e1", "u1", 98) }}, []string{"delivery-missing"}},
		{"an event that its worker was given later", []func(*story){dropOne(history.KindDeliver, "w1-1"), func(s *story) { s.given("w1", "x", "e1", "u1", 300) }}, []string{"delivery-missing"}},
		{"a second try of what its worker was given", []func(*story){dropOne(history.KindDeliver, "w1-1"), func(s *story) { s.given("w1", "x", "e1", "u1", 98) }}, nil},
		{"a second try of what its worker had handed back", []func(*story){dropOne(history.KindDeliver, "w1-1"), func(s *story) {
			s.given("w1", "x", "e1", "u1", 97)
			s.worker("w1", history.Event{Kind: history.KindNack, T: 98, Event: "e1", User: "u1", Attempt: "x"})
		}}, []string{"delivery-missing"}},
		{"a second try of what its worker had handed back and was given twice", []func(*story){dropOne(history.KindDeliver, "w1-1"), func(s *story) {
			s.given("w1", "x", "e1", "u1", 96).given("w1", "y", "e1", "u1", 97)
			s.worker("w1", history.Event{Kind: history.KindNack, T: 98, Event: "e1", User: "u1", Attempt: "x"})
		}}, nil},
		{"an event that its worker handed back more often than it was given it", []func(*story){dropOne(history.KindDeliver, "w1-1"), dropOne(history.KindAck, "w1-1"), func(s *story) {
			s.given("w1", "x", "e1", "u1", 97)
			for i, a := range []string{"w1-1", "x"} {
				s.worker("w1", history.Event{Kind: history.KindNack, T: int64(300 + i), Event: "e1", User: "u1", Attempt: a})
			}
		}}, []string{"delivery-missing"}},
		{"the same of one attempt that says so twice", []func(*story){func(s *story) {
			for i := range 2 {
				s.worker("w1", history.Event{Kind: history.KindNack, T: int64(300 + i), Event: "e1", User: "u1", Attempt: "w1-1"})
			}
		}}, nil},
		{"a second try of what its worker hands back later", []func(*story){dropOne(history.KindDeliver, "w1-1"), dropOne(history.KindAck, "w1-1"), func(s *story) {
			s.given("w1", "x", "e1", "u1", 97)
			s.worker("w1", history.Event{Kind: history.KindNack, T: 300, Event: "e1", User: "u1", Attempt: "x"})
		}}, nil},
		{"a further try of what its worker had handed back, been given again and finished", []func(*story){back, further}, []string{"delivery-missing"}},
		{"a lock that was taken for it", []func(*story){back, func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindLockAcquired, T: 650, Event: "e1", User: "u1", Attempt: "y", Outcome: history.OutcomeOK})
		}}, []string{"delivery-missing"}},
		{"a further try of what its worker had finished, and nobody handed back", []func(*story){further, func(s *story) { // as was another event
			s.given("w2", "p", "e3", "u1", 90).worker("w2", history.Event{Kind: history.KindNack, T: 91, Event: "e3", User: "u1", Attempt: "p"})
		}}, nil},
		{"a further try of what it had acknowledged before it began", []func(*story){back, further, func(s *story) {
			s.given("w1", "q", "e1", "u1", 92).acked("w1", "q", "e1", "u1", 93)
		}}, nil},
		{"a further try of what it had acknowledged though it failed", []func(*story){back, further, func(s *story) {
			s.given("w1", "q", "e1", "u1", 620).enter("w1", "q", "e1", "u1", 630).acked("w1", "q", "e1", "u1", 640)
			s.worker("w1", history.Event{Kind: history.KindExit, T: 635, Event: "e1", User: "u1", Attempt: "q", Outcome: history.OutcomeFailed})
		}}, nil},
		{"a try that begins after it was handed back", []func(*story){back, func(s *story) { s.section("w1", "p", "e1", "u1", 92, 94) }}, nil},
		{"an ack of what its worker was not given", []func(*story){func(s *story) { s.acked("w1", "x", "e2", "u1", 700) }}, []string{"delivery-missing"}},
		{"a lock that was taken for what its worker was not given", []func(*story){func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindLockContended, T: 700, Event: "e2", User: "u1", Attempt: "x"})
		}}, []string{"delivery-missing"}},

		{"an event that its worker finished and had not done with when it stopped", []func(*story){dropOne(history.KindAck, "w1-1")}, []string{"ack-missing"}},
		{"the same by the ack of another attempt", []func(*story){dropOne(history.KindAck, "w1-1"), func(s *story) { s.acked("w1", "x", "e1", "u1", 210) }}, nil},
		{"the same by the ack of another worker", []func(*story){dropOne(history.KindAck, "w1-1"), func(s *story) { s.given("w2", "x", "e1", "u1", 205).acked("w2", "x", "e1", "u1", 210) }}, []string{"ack-missing"}},
		{"the same where the broker had something left", []func(*story){dropOne(history.KindAck, "w1-1"), quiet(history.OutcomeFailed, nil)}, nil},
		{"the same of workers that record no acks", []func(*story){func(s *story) { s.without(kind(history.KindAck)) }}, nil},
		{"the same of an attempt that failed", []func(*story){func(s *story) {
			s.given("w2", "x", "e3", "u1", 650).enter("w2", "x", "e3", "u1", 660)
			s.worker("w2", history.Event{Kind: history.KindExit, T: 670, Event: "e3", User: "u1", Attempt: "x", Outcome: history.OutcomeFailed})
		}}, nil},
		{"the same of a worker that was killed", []func(*story){dropOne(history.KindAck, "w1-1"), from(900, history.ExitCodeOfKill), func(s *story) {
			s.without(func(e history.Event) bool {
				return e.Kind == history.KindWorkerStop && e.Src == history.WorkerSrc("w1")
			})
		}}, nil},

		{"writes on what was read", []func(*story){writing("w1-1", "w2-1", "w1-2")}, nil},
		{"a write on what nobody recorded as read", []func(*story){writing("w1-1", "w1-2")}, []string{"read-missing"}},
		{"writes of workers that record no reads", []func(*story){writing()}, nil},

		{"a fault aimed into an attempt", []func(*story){aimed("w1-1", "w1", 150)}, nil},
		{"a fault as its attempt entered", []func(*story){aimed("w1-1", "w1", 100)}, nil},
		{"a fault before its attempt entered", []func(*story){aimed("w1-1", "w1", 99)}, []string{"fault-elsewhere"}},
		{"a fault as its attempt left", []func(*story){aimed("w1-1", "w1", 200)}, nil},
		{"a fault after its attempt had left", []func(*story){aimed("w1-1", "w1", 201)}, []string{"fault-elsewhere"}},
		{"a fault aimed into an attempt of another worker", []func(*story){aimed("w1-1", "w2", 150)}, []string{"fault-elsewhere"}},
		{"a fault aimed into an attempt that nobody entered", []func(*story){aimed("x", "w1", 150)}, []string{"fault-elsewhere"}},

		{"a fault of a worker that began only later", []func(*story){late, aimed("", "w1", 49)}, []string{"fault-elsewhere"}},
		{"a fault of a worker as it began", []func(*story){late, aimed("", "w1", 50)}, nil},
		{"a fault that ends at another worker", []func(*story){ends("w2", "u1")}, []string{"fault-elsewhere"}},
		{"a fault that ends at another user", []func(*story){ends("w1", "u2")}, []string{"fault-elsewhere"}},
		{"a fault that ends where it began", []func(*story){ends("w1", "u1")}, nil},
		{"a fault of a worker of whom nothing is on record", []func(*story){aimed("", "w9", 150)}, []string{"fault-elsewhere"}},
		{"a fault of no worker", []func(*story){aimed("", "", 150)}, nil},

		{"a quiet with nothing left", []func(*story){quiet(history.OutcomeOK, map[string]string{"looked": "twice"})}, nil},
		{"a quiet with a backlog", []func(*story){quiet(history.OutcomeOK, map[string]string{history.DetailBacklog: "1"})}, []string{"quiet-disputed"}},
		{"a quiet with what nobody reads", []func(*story){quiet(history.OutcomeOK, map[string]string{history.DetailStalledPartitions: "0"})}, []string{"quiet-disputed"}},
		{"a quiet of a broker that could not be asked", []func(*story){quiet(history.OutcomeOK, map[string]string{history.DetailError: "no answer"})}, []string{"quiet-disputed"}},
		{"tries to publish an event that begin at one moment", []func(*story){func(s *story) {
			for i, outcome := range []string{history.OutcomeUnclear, history.OutcomeOK} {
				s.harness(history.Event{Kind: history.KindPublish, From: 60, T: int64(61 + i), Event: "again", User: "u2", Ordinal: 1, Outcome: outcome})
			}
		}}, nil},
		{"a backlog of what nobody published", []func(*story){unquiet(patience, history.OutcomeOK)}, []string{"backlog-unexplained"}},
		{"a backlog soon after the last acknowledgement", []func(*story){unquiet(100, history.OutcomeOK)}, nil},
		{"a backlog of what was perhaps published", []func(*story){unquiet(patience, history.OutcomeOK), func(s *story) { s.publish("perhaps", "u1", 4, 60, history.OutcomeUnclear) }}, nil},
		{"a backlog of what was surely not published", []func(*story){unquiet(patience, history.OutcomeOK), func(s *story) { s.publish("not", "u1", 4, 60, history.OutcomeFailed) }}, []string{"backlog-unexplained"}},
		{"a backlog of what nobody acknowledged", []func(*story){unquiet(patience, history.OutcomeOK), func(s *story) {
			s.publish("left", "u1", 4, 60, history.OutcomeOK).given("w1", "w1-9", "left", "u1", 210)
		}}, nil},
		{"a backlog of what its worker only began", []func(*story){unquiet(patience, history.OutcomeOK), func(s *story) {
			s.publish("left", "u1", 4, 60, history.OutcomeOK).given("w1", "w1-9", "left", "u1", 210)
			s.worker("w1", history.Event{Kind: history.KindLockAcquired, T: 211, Event: "left", User: "u1", Attempt: "w1-9", Outcome: history.OutcomeOK})
		}}, nil},
		{"a backlog of what the broker may not have been told of", []func(*story){unquiet(patience, history.OutcomeUnclear)}, nil},

		{"a text whose outcome is a word", []func(*story){ofGateway(history.OutcomeUnclear)}, nil},
		{"a text that went out by its word", []func(*story){ofGateway(history.OutcomeOK)}, nil},
		{"a text whose outcome is no word", []func(*story){ofGateway("ueduplicated")}, []string{"outcome-unknown"}},

		{"texts under one key where the gateway recognizes none", []func(*story){keyed("", "")}, nil},
		{"texts that were recognized", []func(*story){keyed(history.OutcomeDeduplicated, history.OutcomeDeduplicated)}, nil},
		{"a text under a key of before where another was recognized", []func(*story){keyed("", history.OutcomeDeduplicated)}, []string{"accepted-again"}},
		{"perhaps a text under a key of before where another was recognized", []func(*story){keyed(history.OutcomeUnclear, history.OutcomeDeduplicated)}, nil},

		{"a scenario under another kind", []func(*story){func(s *story) {
			s.unwritten().restamp = func(e *history.Event) {
				if e.Kind == history.KindScenario {
					e.Kind = history.KindBroker
				}
			}
		}}, []string{"kind-misplaced"}},

		{"a stop that it was asked for at that instant", []func(*story){from(905, "0")}, nil},
		{"a stop before it was asked for", []func(*story){from(906, "0")}, []string{"worker-unasked"}},
		{"a stop that nobody asked for", []func(*story){from(0, "0")}, []string{"worker-unasked"}},
		{"a stop whose end is not on record, where another's is", []func(*story){func(s *story) {
			s.without(func(e history.Event) bool { return e.Kind == history.KindWorkerDead && e.Worker == "w1" })
		}}, []string{"worker-unasked"}},
		{"stops whose ends are not on record", []func(*story){func(s *story) { s.without(kind(history.KindWorkerDead)) }}, nil},

		{"a step of the same time as the one before", []func(*story){readAt(101)}, nil},
		{"a step before the one before", []func(*story){readAt(100)}, []string{"stamps-go-backwards"}},

		{"a line on another clock", []func(*story){func(s *story) {
			s.offset("d", "far", 0, 0).restamp = func(e *history.Event) {
				if e.Attempt == "w1-1" && e.Kind == history.KindAck {
					e.Domain = "far"
				}
			}
		}}, []string{"clock-changed", "stamps-go-backwards"}},
		{"a process on another clock than the one before it", []func(*story){func(s *story) {
			s.offset("d", "far", 0, 0).kill("w3", 30, 40).back("w3", 800, 905).dies("w3", 900, 910, "0").given("w3", "x", "e1", "u1", 20)
			s.restamp = func(e *history.Event) {
				if e.Src == history.WorkerSrc("w3") && e.T >= 800 {
					e.Domain = "far"
				}
			}
		}}, nil},
		{"a measurement from another clock", []func(*story){func(s *story) { s.offset("far", "d", 0, 0) }}, nil},

		{"a signal as the process began", []func(*story){late, from(50, "0")}, nil},
		{"a signal before the process began", []func(*story){late, from(49, "0")}, []string{"signal-astray"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := asked()
			for _, edit := range c.edit {
				edit(s)
			}
			r := Check(s.tell(t))
			var got []string
			for _, f := range r.Findings {
				got = append(got, f.Name)
				for _, p := range f.Properties {
					if v := r.Of(p).Verdict; v == Holds || v == Vacuous {
						t.Errorf("%s, and %s is %s", f.Name, p, v)
					}
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("found %v, want %v: %+v", got, c.want, r.Findings)
			}
		})
	}
}

func TestAPointBehindTheLastEffectIsBehindWhatItsWorkerRecorded(t *testing.T) {
	for _, c := range []struct {
		name   string
		exited bool
		at     int64
		want   bool // it is told
	}{
		{"of an attempt that never left, as its last effect", false, 720, false},
		{"of an attempt that never left, before its last effect", false, 719, true},
		{"of one that left, as it did", true, 730, false},
		{"of one that left, before it did", true, 729, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns().enter("w3", "x", "e3", "u1", 710).reads("w3", "x", 3, 720).waitsAt("x", "written", c.at).kill("w3", 800, 810)
			if c.exited {
				s.worker("w3", history.Event{Kind: history.KindExit, T: 730, Attempt: "x", Outcome: history.OutcomeSkipped})
			}
			if r := Check(s.tell(t)); finds(r, "clocks-disagree") != c.want {
				t.Errorf("found %+v", r.Findings)
			}
		})
	}
}

// TestAKilledProcessLivedUntilItsLastRecord has one that was inside when its worker
// was killed, and another that entered after the signal.
func TestAKilledProcessLivedUntilItsLastRecord(t *testing.T) {
	for _, c := range []struct {
		name string
		last int64 // record of the killed process
		want Verdict
	}{
		{"which was before the other entered", 759, Holds},
		{"which was as the other entered", 760, Holds},
		{"which was after the other had entered", 761, Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns().given("w3", "x", "e3", "u1", 700).enter("w3", "x", "e3", "u1", 710).kill("w3", 750, 800)
			s.given("w3", "y", "e1", "u1", c.last)
			s.given("w2", "z", "e3", "u1", 755).section("w2", "z", "e3", "u1", 760, 770).acked("w2", "z", "e3", "u1", 780)
			mustBe(t, Check(s.tell(t)), Exclusivity, c.want)
		})
	}
}

func TestABacklogOfNothingIsNotUnexplained(t *testing.T) {
	s := newStory()
	s.restamp = func(e *history.Event) {
		if e.Kind == history.KindQuiet {
			e.Outcome = history.OutcomeFailed
		}
	}
	if r := Check(s.tell(t)); finds(r, "backlog-unexplained") {
		t.Errorf("found %+v", r.Findings)
	}
}
