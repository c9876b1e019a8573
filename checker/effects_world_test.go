package checker

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// done is what one drawn attempt did, as far as somebody saw it.
type done struct {
	id, event, text    string // text: what it decided to send
	enter, read, left  int64  // left: its exit, or its worker's death
	version            int64
	place              int   // of its commit, from 1
	sentAt             int64 // stamp of its send at the gateway
	call               int   // place of that in the gateway's record, from 1
	outcome            string
	exited, sure, skip bool // sure: it saw its write succeed
	hasRead            bool
}

var drawnTypes = map[string]string{"s": "replied_stop", "g": "replied_start", "w1": "subscribed", "w2": "subscribed", "p": "purchased", "c": "campaign"}

// world is a real register, log and gateway that up to five attempts work on
// in a drawn interleaving.
type world struct {
	keyed, fenced, tells bool
	now, version         int64
	commits, calls       int
	newest               int // the attempt that entered last, for the fence
	out                  map[string]bool
	all                  []*done
}

// drawWorld runs attempts step by step; any may die between two steps.
func drawWorld(t *rapid.T) *world {
	w := &world{keyed: rapid.Bool().Draw(t, "keyed"), tells: rapid.Bool().Draw(t, "tells"), now: 10, version: 3, out: map[string]bool{}}
	w.fenced = w.keyed && rapid.Bool().Draw(t, "fenced")
	n := rapid.IntRange(1, 5).Draw(t, "attempts")
	fates := make([]int, n)
	at := make([]int, n)
	for i := range n {
		event := rapid.SampledFrom(slices.Sorted(maps.Keys(drawnTypes))).Draw(t, "event")
		a := &done{id: fmt.Sprintf("a%d", i), event: event}
		if rapid.IntRange(0, 2).Draw(t, "sends") > 0 {
			a.text = map[string]string{"s": "stop_confirmation", "w1": "welcome", "w2": "welcome", "p": "receipt", "c": "campaign"}[event]
		}
		w.all = append(w.all, a)
		fates[i] = rapid.IntRange(0, 9).Draw(t, "fate")
	}
	alive := make([]int, n)
	for i := range alive {
		alive[i] = i
	}
	for len(alive) > 0 {
		k := 0 // mostly one after the other, else hardly any run would be legal
		if rapid.IntRange(0, 3).Draw(t, "switch") == 0 {
			k = rapid.IntRange(0, len(alive)-1).Draw(t, "who")
		}
		i := alive[k]
		w.now += rapid.Int64Range(0, 2).Draw(t, "time")
		dies := at[i] > 0 && fates[i] == 0 && rapid.IntRange(0, 2).Draw(t, "dies") == 0
		if dies || w.advance(i, at[i], fates[i]) {
			w.all[i].left = w.now
			alive = slices.Delete(alive, k, k+1)
		}
		at[i]++
	}
	w.tamper(t)
	return w
}

// advance makes one step of an attempt and reports whether it was the last.
func (w *world) advance(i, step, fate int) bool {
	a := w.all[i]
	refused := w.fenced && w.newest > i
	switch step {
	case 0:
		a.enter, w.newest = w.now, max(w.newest, i)
	case 1:
		a.read, a.version, a.hasRead = w.now, w.version, true
		if fate == 1 { // it finds nothing to do
			a.skip = true
			return w.leave(a)
		}
	case 2:
		switch {
		case a.text == "":
			return false
		case refused || fate == 2:
			a.outcome = history.OutcomeFailed
		case w.keyed && w.out[a.event]:
			a.outcome = history.OutcomeDeduplicated
		default:
			a.outcome = "accepted"
			w.out[a.event] = true
		}
		w.calls++
		a.call, a.sentAt = w.calls, w.now
		if a.outcome == history.OutcomeFailed {
			return w.leave(a)
		}
	case 3:
		switch {
		case refused || fate == 3: // the write fails
			return w.leave(a)
		case fate == 4: // its answer is lost
			w.commit(a)
			return w.leave(a)
		}
		w.commit(a)
	case 4:
		a.sure = true
		return w.leave(a)
	}
	return false
}

func (w *world) leave(a *done) bool {
	a.exited = true
	return true
}

func (w *world) commit(a *done) {
	w.commits++
	a.place = w.commits
	w.version = a.version + 1
}

// tamper makes some worlds impossible ones, which no register would show.
func (w *world) tamper(t *rapid.T) {
	a := rapid.SampledFrom(w.all).Draw(t, "tampered")
	switch rapid.IntRange(0, 9).Draw(t, "tamper") {
	case 0:
		a.version += rapid.SampledFrom([]int64{-1, 1}).Draw(t, "by")
	case 1:
		by := rapid.Int64Range(-8, 8).Draw(t, "by")
		a.enter, a.read, a.left = a.enter+by, a.read+by, a.left+by
	case 2:
		a.call = 0
	case 3, 4: // the send that a deduplicated one repeats is not on record
		for _, b := range w.all {
			if first := w.original(b); first != nil && b.place > 0 {
				first.call = 0
			}
		}
	}
}

// history tells the world as its observers would.
func (w *world) history() *history.History {
	h := &history.History{}
	add := func(src string, t int64, e history.Event) {
		e.Src, e.T, e.Domain = src, t, "d"
		h.Events = append(h.Events, e)
	}
	for event, typ := range drawnTypes {
		add(history.SrcHarness, 1, history.Event{Kind: history.KindPublish, Event: event, User: "u", Type: typ, Outcome: history.OutcomeOK})
	}
	for i, a := range w.all {
		src := history.WorkerSrc(fmt.Sprintf("w%d", i))
		own := func(t int64, e history.Event) {
			e.User, e.Event, e.Attempt = "u", a.event, a.id
			add(src, t, e)
		}
		own(a.enter, history.Event{Kind: history.KindEnter})
		if a.hasRead {
			own(a.read, history.Event{Kind: history.KindStateRead, Version: a.version})
		}
		switch {
		case a.sure:
			own(a.left, history.Event{Kind: history.KindStateWrite, Version: a.version + 1, Outcome: history.OutcomeOK})
		case a.place > 0 && a.exited:
			own(a.left, history.Event{Kind: history.KindStateWrite, Version: a.version + 1, Outcome: history.OutcomeUnclear})
		}
		if a.exited {
			outcome := history.OutcomeSent
			if a.skip {
				outcome = history.OutcomeSkipped
			}
			own(a.left, history.Event{Kind: history.KindExit, Outcome: outcome})
		} else {
			add(history.SrcHarness, a.left, history.Event{Kind: history.KindWorkerDead, From: a.left, Worker: fmt.Sprintf("w%d", i)})
		}
	}
	byCall := slices.Clone(w.all)
	slices.SortFunc(byCall, func(a, b *done) int { return a.call - b.call })
	for _, a := range byCall {
		if a.call == 0 {
			continue
		}
		e := history.Event{Kind: history.KindSendCall, User: "u", Event: a.event, Attempt: a.id, Text: a.text, Outcome: a.outcome}
		if a.outcome == "accepted" {
			e.Outcome = ""
		}
		if w.keyed {
			e.Detail = map[string]string{"idempotency_key": a.event}
		}
		add(history.SrcGateway, a.sentAt, e)
	}
	add(history.SrcGateway, 900, history.Event{Kind: history.KindObserverStop})
	for _, a := range w.all {
		if a.place > 0 {
			e := history.Event{Kind: history.KindStateCommit, User: "u", Event: a.event, Attempt: a.id, Ordinal: int64(a.place), Version: a.version + 1,
				Detail: map[string]string{"read_version": strconv.FormatInt(a.version, 10)}}
			if w.tells {
				e.Text = a.text
			}
			add(history.SrcStore, 1000, e)
		}
	}
	return h
}

func (w *world) String() string {
	s := fmt.Sprintf("keyed %t fenced %t tells %t\n", w.keyed, w.fenced, w.tells)
	for _, a := range w.all {
		s += fmt.Sprintf("%+v\n", *a)
	}
	return s
}
