package attack

import (
	"strconv"
	"time"

	"turnstile/checker/history"
)

// intent is what an attempt is about to send, and the write that is to tell of it.
// It stands beside the state that it was decided on until that is written over.
type intent struct {
	of   *attempt
	read *state
	made *state
	text string
}

// seen is what a read gives: the state, and what somebody intends on it.
type seen struct {
	state  *state
	intent *intent
}

// intend leaves word of what the attempt is about to send, where the guard has it so.
func (l *life) intend(a *attempt, next *state, text string, leave leaver, then func()) {
	w := l.w
	if !w.intended {
		then()
		return
	}
	ask := func(reply func(any)) {
		ok := w.logRead == 0 && w.store.admits(a)
		if ok {
			w.store.intents[a.p.user] = &intent{a, a.read, next, text}
		}
		reply(ok)
	}
	l.call(int64(time.Second), ask, func(outcome string, ok any) {
		switch {
		case outcome != history.OutcomeOK:
			leave(outcome, w.now, false)
		case ok != true:
			leave(history.OutcomeFailed, w.now, true)
		default:
			l.point(a, "intended", then)
		}
	})
}

// settle asks what became of the text that another attempt intended, and makes that
// one's write if it is out. Then it goes on from that.
func (l *life) settle(a *attempt, i *intent, leave leaver, then func()) {
	w := l.w
	if i == nil || i.read != a.read {
		then()
		return
	}
	ask := func(reply func(any)) {
		if !w.gateway.ended {
			reply(w.gateway.asked(a, i))
		}
	}
	l.call(int64(time.Second), ask, func(outcome string, answer any) {
		told, _ := answer.(accepted)
		switch {
		case outcome != history.OutcomeOK || told.stale:
			leave(history.OutcomeFailed, w.now, told.stale)
		case !told.was:
			then()
		default:
			l.complete(a, i, leave, then)
		}
	})
}

func (l *life) complete(a *attempt, i *intent, leave leaver, then func()) {
	w := l.w
	from := w.now
	var made *state
	write := func(reply func(any)) {
		ok := w.store.write(a, i.of, i.read, i.made, i.text)
		made = w.store.of(a.p.user)
		reply(ok)
	}
	l.ask(l.redis(i.of, "set"), int64(time.Second), write, func(outcome string, answer any) {
		at := w.now
		overtaken := outcome == history.OutcomeOK && answer != true
		if overtaken {
			outcome = history.OutcomeFailed
		}
		a.seenT = at
		e := about(history.KindStateComplete, a)
		e.Version, e.Outcome, e.Peer = i.made.version, outcome, i.of.id
		l.note(at, from, e)
		if outcome != history.OutcomeOK {
			leave(outcome, at, overtaken)
			return
		}
		made.by.madeAt, a.read = at, made
		l.point(a, "completed", then)
	})
}

// accepted is the gateway's answer to who asks for a text.
type accepted struct{ was, stale bool }

// asked tells whether an intended text was accepted, and raises the fence: one that
// was not by then never is, for who intended it.
func (g *gateway) asked(a *attempt, i *intent) (out accepted) {
	out.stale = !g.admits(a)
	out.was = !out.stale && g.keys[[2]string{a.p.user, g.key(i.of, i.text)}]
	detail := map[string]string{"note": "the attempt asked whether a text was accepted", "epoch": strconv.FormatInt(a.epoch, 10)}
	outcome := history.OutcomeOK
	if out.stale {
		outcome = history.OutcomeFailed
	} else {
		detail["accepted"] = strconv.FormatBool(out.was)
	}
	g.note(a, history.KindNote, "", outcome, detail)
	return out
}
