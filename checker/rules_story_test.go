package checker

import (
	"fmt"
	"slices"
	"time"

	"turnstile/checker/history"
)

// noon is a time outside of quiet hours for a user at UTC, in milliseconds.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).UnixMilli()

// happening is an event of a user's life: what it is, how long after the first
// noon, and the text that it got ("": none).
type happening struct {
	typ   string
	after time.Duration
	text  string
	zone  int64 // minutes
}

const day = 24 * time.Hour

// fullLife puts each rule to the test by itself, and is as it should be.
func fullLife() []happening {
	return []happening{
		{typ: typeSubscribed, text: textWelcome},
		{typ: typeSubscribed, after: time.Minute}, // one welcome
		{typ: typeCampaign, after: 2 * time.Minute, text: textCampaign},
		{typ: typeCampaign, after: 3 * time.Minute, text: textCampaign},
		{typ: typeCart, after: 4 * time.Minute, text: textCart},
		{typ: typeCampaign, after: 5 * time.Minute},      // the cap
		{typ: typeCampaign, after: 2*day + 10*time.Hour}, // 22:00
		{typ: typePurchased, after: 3 * day, text: textReceipt},
		{typ: typeCart, after: 3*day + time.Minute}, // the pause
		{typ: typeStop, after: 4 * day, text: textStopped},
		{typ: typeCampaign, after: 5 * day}, // STOP
		{typ: typeStart, after: 5*day + time.Minute},
		{typ: typeCampaign, after: 5*day + 2*time.Minute, text: textCampaign},
	}
}

// lives has a user's events handled one after the other by w1, from a time on.
// Their ids are the user's name and a number from 1.
func (s *story) lives(user string, t int64, life ...happening) *story {
	for i, h := range life {
		s.happens(user, fmt.Sprintf("%s-%d", user, i+1), int64(i+1), t+int64(100*i), h)
	}
	return s
}

func (s *story) happens(user, event string, ordinal, t int64, h happening) *story {
	s.harness(history.Event{Kind: history.KindPublish, T: t - 10, From: t - 10, Event: event, User: user, Ordinal: ordinal, Type: h.typ,
		At: noon + h.after.Milliseconds(), ZoneMinutes: h.zone, Outcome: history.OutcomeOK})
	attempt := "a-" + event
	s.worker("w1", history.Event{Kind: history.KindDeliver, T: t - 1, Event: event, User: user, Attempt: attempt,
		Type: h.typ, At: noon + h.after.Milliseconds(), ZoneMinutes: h.zone})
	if h.text == "" {
		s.section("w1", attempt, event, user, t, t+50)
	} else {
		s.enter("w1", attempt, event, user, t).exit("w1", attempt, event, user, t+50)
		s.textArrives("w1", attempt, event, user, h.text, t+10, "")
	}
	s.writes("w1", attempt, event, user, t+40, s.versions[user]+1)
	return s.commitOn(event, user, attempt, s.versions[user], h.text)
}

// writes is a write of the state that succeeded, as its worker saw it.
func (s *story) writes(w, attempt, event, user string, t, version int64) *story {
	return s.worker(w, history.Event{Kind: history.KindStateWrite, T: t, From: t, Event: event, User: user, Attempt: attempt, Version: version, Outcome: history.OutcomeOK})
}

// textArrives is a text that reaches the gateway.
func (s *story) textArrives(w, attempt, event, user, text string, t int64, outcome string) *story {
	call := history.Event{Kind: history.KindSendCall, T: t, Event: event, User: user, Attempt: attempt, Worker: w, Text: text}
	s.worker(w, call)
	call.Outcome = outcome
	return s.gateway(call)
}

// butRules are the properties that stories are about whose events have neither
// types nor times.
func butRules() []Property {
	return slices.DeleteFunc(Properties(), func(p Property) bool { return p == Rules })
}
