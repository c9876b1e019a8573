package checker

import (
	"slices"
	"testing"

	"turnstile/checker/history"
)

// wholeAttempt is one that recorded each of its steps, after another one that
// recorded each kind of step, too.
func wholeAttempt() *story {
	s := newStory()
	for i, id := range []string{"a", "b"} {
		event, t := []string{"e1", "e2"}[i], int64(100*(i+1))
		s.publish(event, "u1", int64(i+1), int64(i+1), history.OutcomeOK).handle("w1", id, event, "u1", t, t+50)
		s.worker("w1", history.Event{Kind: history.KindSendReturn, T: t + 2, Event: event, User: "u1", Attempt: id, Text: "receipt", Outcome: history.OutcomeOK})
		s.writes("w1", id, event, "u1", t+10, int64(i+1))
	}
	return s
}

func TestTheStepsOfAnAttemptAreHeldAgainstItsEndAndTheLog(t *testing.T) {
	ofB := func(src string, kinds ...history.Kind) func(s *story) {
		return func(s *story) {
			s.without(func(e history.Event) bool { return e.Attempt == "b" && e.Src == src && slices.Contains(kinds, e.Kind) })
		}
	}
	worker := history.WorkerSrc("w1")
	ofAll := func(kinds ...history.Kind) func(s *story) {
		return func(s *story) {
			s.without(func(e history.Event) bool { return e.Src == worker && slices.Contains(kinds, e.Kind) })
		}
	}
	textInTheLog := func(s *story) {
		s.restamp = func(e *history.Event) {
			if e.Kind == history.KindStateCommit {
				e.Text = "receipt"
			}
		}
	}
	writeFirst := func(s *story) {
		for i := range s.events {
			if e := &s.events[i]; e.Attempt == "b" && e.Kind == history.KindStateWrite {
				e.T, e.From = 200, 200
			}
		}
	}
	notLogged := func(s *story) {
		s.without(func(e history.Event) bool { return e.Attempt == "b" && e.Src == history.SrcStore })
	}
	left := func(outcome string) func(s *story) {
		return func(s *story) {
			for i := range s.events {
				if e := &s.events[i]; e.Attempt == "b" && e.Kind == history.KindExit {
					e.Outcome = outcome
				}
			}
		}
	}
	killed := func(s *story) { s.kill("w1", 900, 910) }
	unclear := func(s *story) {
		for i := range s.events {
			if e := &s.events[i]; e.Attempt == "b" && e.Kind == history.KindStateWrite {
				e.Outcome = history.OutcomeUnclear
			}
		}
	}
	waits := func(s *story) { s.waitsAt("b", "written", 260).goesOn("b", 270, history.OutcomeGone) }
	again := func(s *story) { s.commitOn("e2", "u1", "b", 1, "") }
	for _, c := range []struct {
		name string
		edit []func(s *story)
		want string // the finding; empty: none of these
	}{
		{"all are there", nil, ""},
		{"a send that its worker did not record, as the gateway did not", []func(s *story){ofB(worker, history.KindSendCall, history.KindSendReturn), ofB(history.SrcGateway, history.KindSendCall)}, "steps-missing"},
		{"no answer", []func(s *story){ofB(worker, history.KindSendReturn)}, "steps-missing"},
		{"no answer, by an attempt that failed and went on", []func(s *story){left(history.OutcomeUnclear), ofB(worker, history.KindSendReturn, history.KindStateWrite), notLogged}, "steps-missing"},
		{"no write", []func(s *story){ofB(worker, history.KindStateWrite)}, "steps-missing"},
		{"no write, by an attempt that was cut off", []func(s *story){killed, ofB(worker, history.KindStateWrite, history.KindExit, history.KindAck)}, ""},
		{"no exit, of a worker that was killed", []func(s *story){killed, ofB(worker, history.KindExit, history.KindAck)}, ""},
		{"no exit, of a worker that stopped", []func(s *story){ofB(worker, history.KindExit, history.KindAck)}, "steps-missing"},
		{"no exit, of a worker that stopped and records none at all", []func(s *story){ofAll(history.KindExit)}, "steps-missing"},
		{"no answer, by an attempt that was cut off after its write", []func(s *story){killed, ofB(worker, history.KindSendReturn, history.KindStateWrite, history.KindExit, history.KindAck)}, "steps-missing"},
		{"the same where no worker records answers", []func(s *story){killed, ofAll(history.KindSendReturn), ofB(worker, history.KindStateWrite, history.KindExit, history.KindAck)}, ""},
		{"the same where no worker records writes", []func(s *story){killed, ofAll(history.KindStateWrite), ofB(worker, history.KindSendReturn, history.KindExit, history.KindAck)}, "steps-missing"},
		{"no enter, by an attempt that was cut off", []func(s *story){killed, ofB(worker, history.KindEnter, history.KindExit, history.KindAck), ofB(history.SrcGateway, history.KindSendCall), notLogged}, "steps-missing"},
		{"no answer to a text that was sent before the write, by an attempt that was cut off", []func(s *story){killed, ofB(worker, history.KindSendReturn, history.KindExit, history.KindAck)}, "steps-missing"},
		{"the same of a write that the log lacks", []func(s *story){killed, notLogged, ofB(worker, history.KindSendReturn, history.KindExit, history.KindAck)}, "steps-missing"},
		{"no answer to a text that was sent after the write", []func(s *story){killed, ofB(worker, history.KindSendReturn, history.KindExit, history.KindAck), writeFirst}, ""},
		{"no send, by an attempt that failed", []func(s *story){textInTheLog, ofB(worker, history.KindSendCall, history.KindSendReturn), ofB(history.SrcGateway, history.KindSendCall), left(history.OutcomeUnclear)}, "steps-missing"},
		{"no send, by an attempt that says that it sent none", []func(s *story){textInTheLog, ofB(worker, history.KindSendCall, history.KindSendReturn), ofB(history.SrcGateway, history.KindSendCall), left(history.OutcomeSkipped)}, ""},
		{"no send, by an attempt that was cut off and recorded its write", []func(s *story){killed, textInTheLog, ofB(worker, history.KindSendCall, history.KindSendReturn, history.KindExit, history.KindAck)}, "steps-missing"},
		{"no send, by an attempt that was cut off after its write", []func(s *story){killed, textInTheLog, ofB(worker, history.KindSendCall, history.KindSendReturn, history.KindStateWrite, history.KindExit, history.KindAck)}, "steps-missing"},
		{"the same of a write without a text", []func(s *story){killed, ofB(worker, history.KindSendCall, history.KindSendReturn, history.KindStateWrite, history.KindExit, history.KindAck)}, ""},
		{"no write, of a worker that never records writes", []func(s *story){ofAll(history.KindStateWrite)}, ""},
		{"no answer, of a worker that never records answers", []func(s *story){ofAll(history.KindSendReturn)}, ""},
		{"no sends, of a worker that never records them", []func(s *story){ofAll(history.KindSendCall, history.KindSendReturn)}, ""},
		{"two writes in the log and one at the worker", []func(s *story){again}, "write-logged-twice"},
		{"the same of an attempt that was cut off after its write", []func(s *story){again, ofB(worker, history.KindExit, history.KindAck)}, "write-logged-twice"},
		{"two writes in the log and none at a worker that was cut off", []func(s *story){again, ofB(worker, history.KindStateWrite, history.KindExit, history.KindAck)}, "write-logged-twice"},
		{"two writes in the log, of an attempt that was cut off and does not know whether its own succeeded", []func(s *story){killed, again, unclear, ofB(worker, history.KindExit, history.KindAck)}, ""},
		{"the same of one that had come to the point behind it", []func(s *story){killed, again, unclear, waits, ofB(worker, history.KindExit, history.KindAck)}, "write-logged-twice"},
		{"two writes in the log and at the worker", []func(s *story){again, func(s *story) { s.writes("w1", "b", "e2", "u1", 220, 2) }}, ""},
		{"two writes in the log, of a worker that never records writes", []func(s *story){again, ofAll(history.KindStateWrite)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := wholeAttempt()
			for _, edit := range c.edit {
				edit(s)
			}
			got := ""
			for _, f := range Check(s.tell(t)).Findings {
				if f.Name == "steps-missing" || f.Name == "write-logged-twice" {
					got = f.Name
				}
			}
			if got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// What is found of an edit of wholeAttempt, and that nothing else is.
func TestWhatIsAmissIsFoundAndNothingElse(t *testing.T) {
	of := func(attempt string, kind history.Kind, edit func(e *history.Event)) func(e *history.Event) {
		return func(e *history.Event) {
			if e.Attempt == attempt && e.Kind == kind {
				edit(e)
			}
		}
	}
	outcome := func(kind history.Kind, outcome string) func(e *history.Event) {
		return of("b", kind, func(e *history.Event) { e.Outcome = outcome })
	}
	texts := func(ofB string) func(e *history.Event) { // that the log tells
		return func(e *history.Event) {
			if e.Kind == history.KindStateCommit {
				e.Text = map[string]string{"a": "receipt", "b": ofB}[e.Attempt]
			}
		}
	}
	drops := func(src string, kinds ...history.Kind) func(s *story) {
		return func(s *story) {
			s.without(func(e history.Event) bool { return e.Attempt == "b" && e.Src == src && slices.Contains(kinds, e.Kind) })
		}
	}
	again := func(s *story) { s.commitOn("e2", "u1", "b", 1, "") }
	killed := func(s *story) { s.kill("w1", 900, 910) }
	worker := history.WorkerSrc("w1")
	silent := func(s *story) {
		s.without(func(e history.Event) bool {
			return e.Src == worker && (e.Kind == history.KindSendCall || e.Kind == history.KindSendReturn)
		})
	}
	for _, c := range []struct {
		name    string
		edit    []func(s *story)
		restamp func(e *history.Event)
		want    []string
	}{
		{"nothing", nil, nil, nil},
		{"an event published twice, as one type", []func(s *story){func(s *story) { s.publish("e1", "u1", 1, 3, history.OutcomeOK) }}, nil, nil},
		{"an event published twice, as two types", []func(s *story){func(s *story) { s.publish("e1", "u1", 1, 3, history.OutcomeOK) }},
			func(e *history.Event) {
				if e.Kind == history.KindPublish && e.T == 3 {
					e.Type = typePurchased
				}
			}, []string{"type-mismatch"}},
		{"an event among the dead letters once", []func(s *story){func(s *story) {
			s.publish("e3", "u1", 3, 3, history.OutcomeOK).given("w1", "p700", "e3", "u1", 690).parks("e3", 700)
		}}, nil, nil},
		{"a worker without a record before one without an end", []func(s *story){func(s *story) {
			s.kill("w0", 10, 20).without(func(e history.Event) bool { return e.Kind == history.KindWorkerStop })
		}}, nil, []string{"worker-record-missing", "worker-end-unknown"}},
		{"a send of a worker that left nothing but its death", []func(s *story){func(s *story) {
			s.kill("w9", 500, 510).gateway(history.Event{Kind: history.KindSendCall, T: 490, Event: "e2", User: "u1", Attempt: "ghost", Worker: "w9", Text: "receipt"})
		}}, nil, []string{"worker-record-missing", "unobserved-section"}},
		{"texts in the log that were announced", nil, texts("receipt"), nil},
		{"a text in the log that its worker did not announce", nil, texts("welcome"), []string{"texts-disagree"}},
		{"the same of one that announced none", []func(s *story){drops(worker, history.KindSendCall, history.KindSendReturn), drops(history.SrcGateway, history.KindSendCall)}, texts("welcome"),
			[]string{"steps-missing", "texts-disagree", "gateway-incomplete"}},
		{"the log's text at the gateway, of workers that announce none", []func(s *story){silent}, texts("receipt"), nil},
		{"another", []func(s *story){silent}, texts("welcome"), []string{"texts-disagree"}},
		{"another text that the gateway alone tells of", []func(s *story){func(s *story) {
			s.gateway(history.Event{Kind: history.KindSendCall, T: 230, Event: "e2", User: "u1", Attempt: "b", Worker: "w1", Text: "other"})
		}}, texts("receipt"), []string{"send-unannounced"}},
		{"a call that its worker did not record", []func(s *story){drops(worker, history.KindSendCall)}, nil, []string{"steps-missing", "send-unannounced", "answer-without-call"}},
		{"a failed write in the log", nil, outcome(history.KindStateWrite, history.OutcomeFailed), []string{"steps-missing", "failed-write-logged"}},
		{"two writes in the log, and one that is not known to have succeeded", []func(s *story){again}, outcome(history.KindStateWrite, history.OutcomeUnclear), []string{"steps-missing", "write-logged-twice"}},
		{"the same of one that was cut off: the second may have been under way", []func(s *story){killed, again, drops(worker, history.KindExit, history.KindAck)}, outcome(history.KindStateWrite, history.OutcomeUnclear), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := wholeAttempt()
			for _, edit := range c.edit {
				edit(s)
			}
			s.restamp = c.restamp
			var got []string
			for _, f := range Check(s.history()).Findings {
				got = append(got, f.Name)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("found %v, want %v", got, c.want)
			}
		})
	}
	r := Check(wholeAttempt().without(kind(history.KindStateCommit)).history())
	if i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Name == "store-incomplete" }); i < 0 ||
		r.Findings[i].Detail != "the store's log lacks event e1, whose write worker/w1 saw succeed, the store's log lacks event e2, whose write worker/w1 saw succeed" {
		t.Errorf("without a log each event is told once: %+v", r.Findings)
	}
}

func TestOrdinalsAreHeldAgainstTheBeginsOfTheCalls(t *testing.T) {
	try := func(event string, ordinal, from, to int64, outcome string) history.Event {
		return history.Event{Kind: history.KindPublish, From: from, T: to, Event: event, User: "u1", Ordinal: ordinal, Outcome: outcome}
	}
	const ok, failed = history.OutcomeOK, history.OutcomeFailed
	for _, c := range []struct {
		name  string
		tries []history.Event
		want  bool
	}{
		{"calls that began in their order", []history.Event{try("e1", 1, 10, 20, ok), try("e2", 2, 11, 15, ok)}, false},
		{"calls that began at once", []history.Event{try("e1", 1, 10, 20, ok), try("e2", 2, 10, 15, ok)}, false},
		{"calls that overlap and began the other way round", []history.Event{try("e1", 1, 11, 20, ok), try("e2", 2, 10, 15, ok)}, true},
		{"a later one that failed began before", []history.Event{try("e1", 1, 11, 20, ok), try("e2", 2, 10, 15, failed)}, true},
		{"the first that failed, again while the other was open", []history.Event{try("e1", 1, 10, 11, failed), try("e2", 2, 12, 30, ok), try("e1", 1, 20, 25, ok)}, false},
		{"three calls, of which the second began before the first", []history.Event{try("e1", 1, 15, 20, ok), try("e2", 2, 10, 16, ok), try("e3", 3, 20, 30, failed)}, true},
		{"the first that failed, again after another that failed was over", []history.Event{try("e1", 1, 10, 11, failed), try("e2", 2, 12, 15, failed), try("e1", 1, 20, 25, ok)}, false},
		{"the same after one of two others was over", []history.Event{try("e1", 1, 10, 11, failed), try("e2", 2, 12, 15, ok), try("e3", 3, 13, 30, ok), try("e1", 1, 20, 25, ok)}, true},
		{"the first that failed, again after the other was over", []history.Event{try("e1", 1, 10, 11, failed), try("e2", 2, 12, 15, ok), try("e1", 1, 20, 25, ok)}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().section("w1", "a", "e1", "u1", 100, 110).section("w1", "b", "e2", "u1", 120, 130).commit("e1", "u1", "a").commit("e2", "u1", "b")
			for _, e := range c.tries {
				s.harness(e)
			}
			got := slices.ContainsFunc(Check(s.tell(t)).Findings, func(f Finding) bool { return f.Name == "ordinals-disagree" })
			if got != c.want {
				t.Errorf("told: %t", got)
			}
		})
	}
}

func TestVersionsThatWereReadAreHeldAgainstTheLog(t *testing.T) {
	read := func(attempt string, at, version int64) func(s *story) {
		return func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindStateRead, T: at, Event: "e9", User: "u9", Attempt: attempt, Version: version, Outcome: history.OutcomeOK})
		}
	}
	for _, c := range []struct {
		name string
		edit []func(s *story)
		want bool // told that somebody read what nobody wrote
	}{
		{"one after the other", nil, false},
		{"the log begins with a write on a version of before", []func(s *story){func(s *story) { s.versions["u8"] = 7; s.commit("e8", "u8", "x") }}, false},
		{"a write on one that is not in the log", []func(s *story){func(s *story) { s.commit("e1", "u1", "a").commitOn("e2", "u1", "b", 7, "") }}, true},
		{"a write on a user's first", []func(s *story){func(s *story) { s.commitOn("e2", "u1", "b", 0, "") }}, false},
		{"a write that does not say on which", []func(s *story){func(s *story) {
			s.commitOn("e2", "u1", "b", 7, "").restamp = func(e *history.Event) {
				if e.Kind == history.KindStateCommit && e.Version == 8 {
					e.Detail = nil
				}
			}
		}}, false},
		{"a user without writes is read twice alike", []func(s *story){read("p", 500, 3), read("q", 510, 3)}, false},
		{"a user without writes is read in two versions", []func(s *story){read("p", 500, 3), read("q", 510, 4)}, true},
		{"the same without a log", []func(s *story){read("p", 500, 3), read("q", 510, 4), func(s *story) { s.without(kind(history.KindStateCommit)) }}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := wholeAttempt()
			for _, edit := range c.edit {
				edit(s)
			}
			if told := finds(Check(s.history()), "read-unwritten"); told != c.want {
				t.Errorf("told: %t", told)
			}
		})
	}
}
