package levels

import (
	"fmt"
	"slices"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// story is a history in the making, of two workers and their links, one user and
// no worker's own record. Times are given; all observers share a clock.
type story struct {
	events  []history.Event
	workers []string
	drop    string // an observer that there is none of
	unquiet bool   // the broker was not found quiet
}

func newStory(workers ...string) *story {
	s := &story{workers: workers}
	s.add(history.SrcHarness, 0, history.Event{Kind: history.KindScenario, Scenario: &history.Setup{
		Name: "a story", Mode: "keyshared", Guard: "none", Fault: "none", Workers: len(workers), Users: 1, Require: history.Require{Attempts: 1},
	}})
	return s
}

func (s *story) add(src string, t int64, e history.Event) *story {
	e.Src, e.T, e.Domain = src, t, "d"
	s.events = append(s.events, e)
	return s
}

func (s *story) publishes(t int64, ordinal int64, event string) *story {
	return s.add(history.SrcHarness, t, history.Event{Kind: history.KindPublish, User: "u1", Event: event, From: t, Ordinal: ordinal, Outcome: history.OutcomeOK, Type: "purchased"})
}

// call is a send of a worker ("": of one that does not say) from t, answered from u on.
func (s *story) call(worker, event string, t, u int64, outcome string) *story {
	e := history.Event{Kind: history.KindSendCall, User: "u1", Event: event, Attempt: fmt.Sprintf("call-%d", t), Worker: worker, Text: "receipt"}
	s.add(history.SrcGateway, t, e)
	e.Kind, e.Outcome, e.From = history.KindSendReturn, outcome, u
	return s.add(history.SrcGateway, u+1, e)
}

func (s *story) link(worker string, t int64, e history.Event) *story {
	e.Worker = worker
	return s.add(history.LinkSrc(worker), t, e)
}

func (s *story) delivered(worker, event string, t int64) *story {
	return s.link(worker, t, history.Event{Kind: history.KindWireDelivered, User: "u1", Event: event, Detail: map[string]string{"conn": "1", "link": "broker", "message": "4:" + event[1:] + ":-1:-1"}})
}

func (s *story) acked(worker, event string, t int64) *story {
	return s.link(worker, t, history.Event{Kind: history.KindWireAcknowledged, User: "u1", Detail: map[string]string{"conn": "1", "link": "broker", "message": "4:" + event[1:] + ":-1:-1"}})
}

// redis is a command to a key, answered 2 ns later.
func (s *story) redis(worker, words, key, access string, t int64) *story {
	n := fmt.Sprint(len(s.events))
	d := map[string]string{"conn": "1", "link": "state", "request": n, "name": access, "words": words, "access": access}
	if key != "" {
		d["keys"] = key
	}
	s.link(worker, t, history.Event{Kind: history.KindWireCommand, Detail: d})
	return s.link(worker, t+2, history.Event{Kind: history.KindWireReply, Detail: map[string]string{"conn": "1", "link": "state", "request": n, "name": access, "reply": "+", "text": "OK"}})
}

func (s *story) reads(worker string, t int64) *story {
	return s.redis(worker, "get state:u1", "state:u1", "read", t)
}

func (s *story) writes(worker, event string, t int64) *story {
	return s.redis(worker, "set state:u1 "+event, "state:u1", "write", t)
}

// marks is a section by its worker's word.
func (s *story) marks(worker, event string, t, u int64) *story {
	s.begins(worker, event, t)
	return s.add(history.WorkerSrc(worker), u, history.Event{Kind: history.KindExit, User: "u1", Event: event, Attempt: fmt.Sprintf("%s-%d", worker, t), Worker: worker, Outcome: history.OutcomeSent})
}

// begins is a mark without an end.
func (s *story) begins(worker, event string, t int64) *story {
	return s.add(history.WorkerSrc(worker), t, history.Event{Kind: history.KindEnter, User: "u1", Event: event, Attempt: fmt.Sprintf("%s-%d", worker, t), Worker: worker})
}

// handled is all that a worker does with an event, from t to t+100.
func (s *story) handled(worker, event string, t int64) *story {
	return s.delivered(worker, event, t).reads(worker, t+10).call(worker, event, t+20, t+40, history.OutcomeOK).writes(worker, event, t+60).acked(worker, event, t+100)
}

func (s *story) without(src string) *story {
	s.drop = src
	return s
}

const storyEnd = int64(1e6)

// history is the story with the begins and ends of its observers, merged.
func (s *story) history() *history.History {
	s.add(history.SrcGateway, -1000, history.Event{Kind: history.KindObserverStart}).add(history.SrcGateway, storyEnd, history.Event{Kind: history.KindObserverStop})
	if !s.unquiet {
		s.add(history.SrcHarness, storyEnd, history.Event{Kind: history.KindQuiet, Outcome: history.OutcomeOK})
	} else {
		s.add(history.SrcHarness, storyEnd, history.Event{Kind: history.KindQuiet, Outcome: history.OutcomeUnclear})
	}
	for _, w := range s.workers {
		for _, to := range []string{"pulsar", "redis"} {
			s.link(w, -1000, history.Event{Kind: history.KindLinkStart, Peer: to, Detail: map[string]string{"type": to}})
			s.link(w, storyEnd, history.Event{Kind: history.KindLinkStop, Peer: to})
		}
		s.redis(w, "ping", "", "none", storyEnd-10) // so that what was answered before was heard
	}
	all := slices.DeleteFunc(slices.Clone(s.events), func(e history.Event) bool { return e.Src == s.drop })
	slices.SortStableFunc(all, func(a, b history.Event) int { return int(a.T - b.T) })
	seq := map[string]uint64{}
	for i := range all {
		seq[all[i].Src]++
		all[i].Seq = seq[all[i].Src]
	}
	return &history.History{Events: all}
}

var storyMapping = Mapping{State: []string{"state:{user}"}, Others: []string{"lock:{user}"}, ReadsFirst: true, NamesEvent: true}

// says is a level's verdict for a property, and why.
func says(t *testing.T, s *story, m Mapping, l Level, p checker.Property) Verdict {
	t.Helper()
	return Check(s.history(), m, l).Levels[l].Of(p)
}

// byLevels is what each level says of a story.
type byLevels struct {
	name  string
	story *story
	want  [4]checker.Verdict
}

// exclusivityIs holds what levels say of exclusivity against what they should.
func exclusivityIs(t *testing.T, cases []byLevels) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := Check(c.story.history(), storyMapping, Marks)
			for l, want := range c.want {
				if got := r.Levels[l].Of(checker.Exclusivity); got.Verdict != want {
					t.Errorf("%s: %s (%s), want %s", Level(l), got.Verdict, got.Reason, want)
				}
			}
			v := r.Of(checker.Exclusivity)
			if want := c.want[Marks]; v.Verdict != want {
				t.Errorf("in all: %s (%s), want %s", v.Verdict, v.Reason, want)
			}
			if w := v.Witness; (v.Verdict == checker.Refuted) != (w != nil && len(w.Attempts) == 2 && len(w.Timeline) > 1) {
				t.Errorf("%s with the witness %+v", v.Verdict, w)
			}
		})
	}
}
