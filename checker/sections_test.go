package checker

import (
	"slices"
	"testing"

	"turnstile/checker/history"
)

// What is read of a section from the records of its own worker and of the gateway.

func TestTheExtentOfASection(t *testing.T) {
	step := func(s *story, k history.Kind, at int64) *story {
		return s.worker("w1", history.Event{Kind: k, T: at, Event: "e1", User: "u1", Attempt: "a", Outcome: history.OutcomeOK})
	}
	entered := func() *story { return newStory().enter("w1", "a", "e1", "u1", 100) }
	for _, c := range []struct {
		name                               string
		tell                               *story
		before, enter, end, possible, over int64
	}{
		{"from its enter to its exit", entered().exit("w1", "a", "e1", "u1", 200), 100, 100, 200, 200, 200},
		{"perhaps from when it had its lock", step(entered(), history.KindLockAcquired, 50).exit("w1", "a", "e1", "u1", 200), 50, 100, 200, 200, 200},
		{"no other record of before its enter counts", step(entered(), history.KindDeliver, 50).exit("w1", "a", "e1", "u1", 200), 100, 100, 200, 200, 200},
		{"perhaps until the first record behind its exit", step(step(entered().exit("w1", "a", "e1", "u1", 200), history.KindAck, 210), history.KindLockReleased, 220), 100, 100, 200, 200, 210},
		{"the same if it recorded steps inside", step(step(entered(), history.KindSendReturn, 150).exit("w1", "a", "e1", "u1", 200), history.KindAck, 210), 100, 100, 200, 200, 210},
		{"of one that was killed, to its last step for certain", step(entered(), history.KindSendReturn, 150).kill("w1", 300, 320), 100, 100, 150, 300, 320},
		{"of one that was withheld an answer from its last step on, to the kill", step(entered(), history.KindSendReturn, 150).hold("a", 150).kill("w1", 300, 320), 100, 100, 300, 300, 320},
		{"not of one that took a step later", step(entered(), history.KindSendReturn, 151).hold("a", 150).kill("w1", 300, 320), 100, 100, 151, 300, 320},
		{"of one that came to a point behind its last effect, to there at most", entered().waitsAt("a", "ack", 180).kill("w1", 300, 320), 100, 100, 100, 180, 180},
		{"of one that came to two of them, to the first", entered().waitsAt("a", "written", 170).goesOn("a", 172, history.OutcomeReleased).waitsAt("a", "ack", 180).kill("w1", 300, 320), 100, 100, 100, 170, 170},
		{"a point that lies within says nothing of that, the next does", entered().waitsAt("a", "read", 150).goesOn("a", 160, history.OutcomeReleased).waitsAt("a", "ack", 180).kill("w1", 300, 320), 100, 100, 100, 180, 180},
		{"nor does a point on a clock that nobody compared", func() *story {
			s := entered().kill("w1", 300, 320)
			s.domains[history.SrcGateway] = "far"
			return s.waitsAt("a", "ack", 180)
		}(), 100, 100, 100, 300, 320},
		{"what keeps its lock is no step that it took", step(entered().hold("a", 150), history.KindLockLost, 200).kill("w1", 300, 320), 100, 100, 300, 300, 320},
		{"of one whose call was given up, to its last step", entered().hold("a", 150).release("a", 310, history.OutcomeUnclear).kill("w1", 300, 320), 100, 100, 100, 300, 320},
		{"of one that was let go on from a point, to there", entered().reads("w1", "a", 0, 110).waitsAt("a", "read", 150).goesOn("a", 160, history.OutcomeReleased).kill("w1", 300, 320), 100, 100, 160, 300, 320},
		{"a kill of before its last step shortens nothing", step(entered(), history.KindSendReturn, 310).hold("a", 311).kill("w1", 300, 320), 100, 100, 310, 310, 320},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newRecord(c.tell.history()).byAttempt["a"]
			got := [5]int64{s.before, s.enter, s.end, s.possible, s.over}
			if want := [5]int64{c.before, c.enter, c.end, c.possible, c.over}; got != want {
				t.Errorf("before, enter, end, possible and over are %v, want %v", got, want)
			}
		})
	}
}

func TestTheVersionThatASectionReadLast(t *testing.T) {
	s := newStory().enter("w1", "a", "e1", "u1", 100).reads("w1", "a", 7, 110).writes("w1", "a", "e1", "u1", 120, 8)
	s.worker("w1", history.Event{Kind: history.KindStateRead, T: 130, Attempt: "a", Version: 9, Outcome: history.OutcomeFailed})
	if got := newRecord(s.history()).byAttempt["a"]; !got.hasRead || got.read != 7 {
		t.Errorf("it read %d (known: %t), want 7", got.read, got.hasRead)
	}
	s.worker("w1", history.Event{Kind: history.KindStateRead, T: 140, Attempt: "a", Version: 10})
	if got := newRecord(s.history()).byAttempt["a"].read; got != 10 {
		t.Errorf("it read %d, want 10", got)
	}
}

// What is amiss with one attempt, and that the next is read all the same.
func TestWhatIsAmissWithAnAttemptIsFoundAndTheNextIsRead(t *testing.T) {
	rec := func(w string, k history.Kind, at int64, event, user string) history.Event {
		return history.Event{Src: history.WorkerSrc(w), Domain: "d", Kind: k, T: at, Event: event, User: user, Attempt: "a", Outcome: history.OutcomeOK}
	}
	named := func(e history.Event, worker string) history.Event { e.Worker = worker; return e }
	far := func(e history.Event) history.Event { e.Domain = "far"; return e }
	began := func(e history.Event, from int64) history.Event { e.From = from; return e }
	enter, exit := rec("w1", history.KindEnter, 100, "e1", "u1"), rec("w1", history.KindExit, 200, "e1", "u1")
	for _, c := range []struct {
		name   string
		events []history.Event
		want   []string
	}{
		{"nothing", []history.Event{rec("w1", history.KindDeliver, 90, "e1", "u1"), enter, exit, rec("w1", history.KindAck, 200, "e1", "u1")}, nil},
		{"it is recorded by two workers", []history.Event{enter, rec("w2", history.KindSendCall, 120, "e1", "u1"), exit}, []string{"attempt-reused"}},
		{"its enter names another user than its delivery", []history.Event{rec("w1", history.KindDeliver, 90, "e1", "u2"), enter, exit}, []string{"attempt-inconsistent"}},
		{"its enter names another event than its delivery", []history.Event{rec("w1", history.KindDeliver, 90, "e2", "u1"), enter, exit}, []string{"attempt-inconsistent"}},
		{"its delivery names another worker", []history.Event{named(rec("w1", history.KindDeliver, 90, "e1", "u1"), "w2"), enter, exit}, []string{"attempt-inconsistent"}},
		{"its delivery names its worker", []history.Event{named(rec("w1", history.KindDeliver, 90, "e1", "u1"), "w1"), enter, exit}, nil},
		{"it is delivered twice", []history.Event{rec("w1", history.KindDeliver, 90, "e1", "u1"), rec("w1", history.KindDeliver, 91, "e1", "u1"), enter, exit}, []string{"delivered-twice"}},
		{"it is delivered after its enter", []history.Event{enter, rec("w1", history.KindDeliver, 110, "e1", "u1"), exit}, []string{"delivered-twice"}},
		{"its enter is nobody's", []history.Event{rec("w1", history.KindEnter, 100, "e1", "")}, []string{"section-unnamed"}},
		{"a step of it is on another clock", []history.Event{enter, far(rec("w1", history.KindSendCall, 120, "e1", "u1")), exit}, []string{"stamps-go-backwards"}},
		{"a step of it is of before its enter", []history.Event{enter, rec("w1", history.KindSendCall, 99, "e1", "u1"), exit}, []string{"stamps-go-backwards"}},
		{"its ack began before its exit", []history.Event{enter, exit, began(rec("w1", history.KindAck, 210, "e1", "u1"), 199)}, []string{"stamps-go-backwards"}},
		{"its ack began as it left", []history.Event{enter, exit, began(rec("w1", history.KindAck, 210, "e1", "u1"), 200)}, nil},
		{"what keeps its lock began before its exit", []history.Event{enter, exit, began(rec("w1", history.KindLockReleased, 210, "e1", "u1"), 199)}, nil},
		{"it is handed back by a record of before a step of it", []history.Event{enter, rec("w1", history.KindSendCall, 120, "e1", "u1"), rec("w1", history.KindNack, 110, "e1", "u1")}, nil},
		{"its ack is of before its exit", []history.Event{enter, exit, rec("w1", history.KindAck, 199, "e1", "u1")}, []string{"stamps-go-backwards"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			next := rec("w1", history.KindEnter, 900, "e9", "u1")
			next.Attempt = "next"
			h := &history.History{Events: append(slices.Clone(c.events), next)}
			for i := range h.Events {
				h.Events[i].Seq = uint64(i + 1)
			}
			read := readSections(h, 2)
			var got []string
			for _, g := range read.amiss {
				got = append(got, g.kind.name)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("amiss is %v, want %v", got, c.want)
			}
			if read.byAttempt["next"] == nil {
				t.Error("the next attempt was not read")
			}
		})
	}
}
