package history_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"turnstile/checker/history"
)

// ofThree is a history of the users u1, u2 and u3 with one attempt each. The commits of u1 and u2 name no user, and
// the fault is aimed at u3.
func ofThree() *history.History {
	h := &history.History{}
	seqs := map[string]uint64{}
	add := func(src string, e history.Event) {
		seqs[src]++
		e.Src, e.Seq, e.Domain, e.T = src, seqs[src], "d", int64(len(h.Events)+1)
		h.Events = append(h.Events, e)
	}
	add(history.SrcHarness, history.Event{Kind: history.KindScenario, Scenario: &history.Setup{
		Name: "three", Require: history.Require{Attempts: 3, Contended: 2, Handovers: 1, Redeliveries: 0}, Settings: map[string]string{"users": "3"}}})
	for i := 1; i <= 3; i++ {
		user, event, attempt := fmt.Sprintf("u%d", i), fmt.Sprintf("e%d", i), fmt.Sprintf("a%d", i)
		add(history.SrcHarness, history.Event{Kind: history.KindPublish, User: user, Event: event})
		add("worker/w1", history.Event{Kind: history.KindEnter, User: user, Event: event, Attempt: attempt})
		add("worker/w1", history.Event{Kind: history.KindExit, User: user, Event: event, Attempt: attempt})
		add(history.SrcStore, history.Event{Kind: history.KindStateCommit, Event: event, Attempt: attempt, Ordinal: int64(i)})
	}
	add(history.SrcHarness, history.Event{Kind: history.KindFaultBegin, User: "u3", Fault: "f"})
	add(history.SrcHarness, history.Event{Kind: history.KindFaultBegin, Fault: "of nobody"})
	add("worker/w1", history.Event{Kind: history.KindWorkerStop})
	return h
}

// told writes events as kind, whose, and number.
func told(events []history.Event) string {
	var out []string
	for _, e := range events {
		s := fmt.Sprintf("%s %s%s %d", e.Kind, e.Event, e.Fault, e.Seq)
		if e.Kind == history.KindStateCommit {
			s += fmt.Sprintf(" at %d", e.Ordinal)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestATrimmedHistoryIsOfItsUsersAndOfNobody(t *testing.T) {
	h, before := ofThree(), ofThree()
	trimmed, kept := history.Trim(h, []string{"u2"})
	if !slices.Equal(kept, []string{"u2", "u3"}) {
		t.Errorf("kept are %v, want the named one and the one whom the fault was aimed at", kept)
	}
	want := "scenario  1; publish e2 2; enter e2 1; exit e2 2; state_commit e2 1 at 1; publish e3 3; enter e3 3; exit e3 4; state_commit e3 2 at 2; " +
		"fault_begin f 4; fault_begin of nobody 5; worker_stop  5"
	if got := told(trimmed.Events); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s := trimmed.Events[0].Scenario
	if s.Require != (history.Require{Attempts: 2, Contended: 1, Handovers: 1, Redeliveries: 0}) {
		t.Errorf("two of three attempts are left, and it requires %+v", s.Require)
	}
	if !reflect.DeepEqual(s.Settings, map[string]string{"users": "3", "trimmed to": "u2 u3"}) {
		t.Errorf("settings %v", s.Settings)
	}
	if !reflect.DeepEqual(h, before) {
		t.Errorf("the history that was trimmed became %+v", h)
	}
}

func TestATrimmedHistoryKeepsItsScenarioWhole(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(h *history.History)
		users   []string
		require history.Require
	}{
		{"all attempts left leave what is required", func(*history.History) {}, []string{"u1", "u2"}, history.Require{Attempts: 3, Contended: 2, Handovers: 1}},
		{"no attempt at all leaves what is required", func(h *history.History) {
			h.Events = slices.DeleteFunc(h.Events, func(e history.Event) bool { return e.Kind == history.KindEnter })
		}, nil, history.Require{Attempts: 3, Contended: 2, Handovers: 1}},
		{"no attempt left leaves the least that can be required", func(h *history.History) {
			h.Events = slices.DeleteFunc(h.Events, func(e history.Event) bool { return e.Fault == "f" })
		}, nil, history.Require{Attempts: 1, Contended: 1, Handovers: 1}},
		{"a scenario without settings gets some", func(h *history.History) { h.Events[0].Scenario.Settings = nil }, []string{"u1", "u2"},
			history.Require{Attempts: 3, Contended: 2, Handovers: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := ofThree()
			c.change(h)
			trimmed, kept := history.Trim(h, c.users)
			s := trimmed.Events[0].Scenario
			if s.Require != c.require || s.Settings["trimmed to"] != strings.Join(kept, " ") {
				t.Errorf("it requires %+v, want %+v; settings %v", s.Require, c.require, s.Settings)
			}
		})
	}
}

func TestPositionsOfALogThatIsNotInOrderStayAsTheyAre(t *testing.T) {
	for _, c := range []struct {
		name      string
		positions [3]int64
		want      string
	}{
		{"whole and in order", [3]int64{1, 2, 3}, "[1 2]"},
		{"with one missing", [3]int64{1, 3, 4}, "[3 4]"},
		{"with one twice", [3]int64{1, 1, 2}, "[1 2]"},
		{"not from the first", [3]int64{2, 3, 4}, "[3 4]"},
		{"with the last wrong", [3]int64{1, 2, 9}, "[2 9]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := ofThree()
			n := 0
			for i := range h.Events {
				if e := &h.Events[i]; e.Kind == history.KindStateCommit {
					e.Ordinal = c.positions[n]
					n++
				}
			}
			trimmed, _ := history.Trim(h, []string{"u2"})
			var got []int64
			for _, e := range trimmed.Events {
				if e.Kind == history.KindStateCommit {
					got = append(got, e.Ordinal)
				}
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("positions %v, want %s", got, c.want)
			}
		})
	}
}
