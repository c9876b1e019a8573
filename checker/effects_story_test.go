package checker

import (
	"slices"

	"turnstile/checker/history"
)

// try is one attempt as the effects tests tell it.
type try struct {
	w, id, event string
	enter, exit  int64
	read         int64
	text         string // that it sends, if any
}

// journeys publishes one event of each type for u1, and another sign-up.
func journeys() *story {
	s := newStory()
	for i, typ := range []string{"subscribed", "purchased", "replied_stop", "replied_start", "campaign", "cart_abandoned", "subscribed", "opened_app"} {
		s.harness(history.Event{Kind: history.KindPublish, T: int64(i), From: int64(i), Event: "e" + string(rune('1'+i)), User: "u1", Ordinal: int64(i + 1), Type: typ, Outcome: history.OutcomeOK})
	}
	return s
}

func (s *story) step(a try, t int64, e history.Event) *story {
	e.T, e.Event, e.User, e.Attempt = t, a.event, "u1", a.id
	return s.worker(a.w, e)
}

// begins is an attempt up to where it would write.
func (s *story) begins(a try) *story {
	s.step(a, a.enter, history.Event{Kind: history.KindEnter})
	s.step(a, a.enter, history.Event{Kind: history.KindStateRead, Version: a.read, Outcome: history.OutcomeOK})
	if a.text != "" {
		s.arrives(a, a.enter+1, "")
	}
	return s
}

// arrives is a send at the gateway.
func (s *story) arrives(a try, t int64, outcome string) *story {
	return s.gateway(history.Event{Kind: history.KindSendCall, T: t, Event: a.event, User: "u1", Attempt: a.id, Worker: a.w, Text: a.text, Outcome: outcome,
		Detail: map[string]string{"idempotency_key": a.event}})
}

// ends is the rest of an attempt whose write had that outcome.
func (s *story) ends(a try, write string) *story {
	s.step(a, a.exit, history.Event{Kind: history.KindStateWrite, From: a.exit, Version: a.read + 1, Outcome: write})
	return s.step(a, a.exit, history.Event{Kind: history.KindExit, Outcome: write})
}

// does is a whole attempt, written at its turn in the log.
func (s *story) does(a try) *story {
	return s.begins(a).commitOn(a.event, "u1", a.id, a.read, a.text).ends(a, history.OutcomeOK)
}

// skips is an attempt that finds nothing to do.
func (s *story) skips(a try) *story {
	a.text = ""
	return s.begins(a).step(a, a.exit, history.Event{Kind: history.KindExit, Outcome: history.OutcomeSkipped})
}

// confirms is a whole attempt that is told that its text is out already.
func (s *story) confirms(a try) *story {
	text := a.text
	a.text = ""
	s.begins(a)
	a.text = text
	return s.arrives(a, a.enter+1, history.OutcomeDeduplicated).commitOn(a.event, "u1", a.id, a.read, text).ends(a, history.OutcomeOK)
}

// tangled has an effect of every sort: written, skipped, torn, confirmed, lost.
func tangled() *story {
	s := journeys().does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).skips(try{"w2", "b", "e1", 30, 40, 1, ""})
	s.begins(try{"w4", "c", "e2", 45, 50, 1, "receipt"}).kill("w4", 51, 53).confirms(try{"w2", "d", "e2", 60, 70, 1, "receipt"})
	s.does(try{"w1", "e", "e3", 80, 90, 2, "stop_confirmation"}).does(try{"w1", "f", "e4", 100, 110, 3, ""})
	return s.does(try{"w1", "g", "e5", 120, 150, 4, "campaign"}).does(try{"w2", "h", "e6", 130, 160, 4, "cart_reminder"})
}

// delivered has workers tell of each attempt that they were given its event, and of
// which type that was.
func (s *story) delivered() *story {
	types := map[string]string{}
	for _, e := range slices.Clone(s.events) {
		switch e.Kind {
		case history.KindPublish:
			types[e.Event] = e.Type
		case history.KindEnter:
			s.add(e.Src, history.Event{Kind: history.KindDeliver, T: e.T - 1, Event: e.Event, User: e.User, Attempt: e.Attempt, Type: types[e.Event]})
		}
	}
	return s
}
