package attack

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"turnstile/checker/history"
)

// fence is the highest epoch that a sink has seen of a user, and whose it is.
type fence struct {
	epoch int64
	of    *attempt
}

func (f *fence) raise(a *attempt) (ok bool) {
	if a.epoch < f.epoch || a.epoch == f.epoch && f.of != a {
		return false
	}
	f.epoch, f.of = a.epoch, a
	return true
}

// store keeps the users' states and its own log.
type store struct {
	w       *world
	states  map[string]*state
	fences  map[string]fence
	epochs  map[string]int64
	intents map[string]*intent
}

func (s *store) of(user string) *state {
	if s.states[user] == nil {
		s.states[user] = &state{}
	}
	return s.states[user]
}

func (s *store) admits(a *attempt) bool {
	if !s.w.fenced {
		return true
	}
	f := s.fences[a.p.user]
	ok := f.raise(a)
	s.fences[a.p.user] = f
	return ok
}

// write is made by an attempt, for itself or for another.
func (s *store) write(by, a *attempt, read, made *state, text string) (ok bool) {
	if s.w.logRead != 0 || !s.admits(by) {
		return false // what comes after the log was read is never told of, nor is there anybody
	}
	c := &commit{t: s.w.now, a: a, by: by, read: read, made: made, text: text}
	delete(s.intents, a.p.user)
	fresh := *made
	fresh.by = c
	c.made = &fresh
	s.states[a.p.user] = c.made
	s.w.commits = append(s.w.commits, c)
	a.commits = append(a.commits, c)
	return true
}

// gateway is the downstream, and an observer.
type gateway struct {
	w      *world
	keys   map[[2]string]bool // of users
	fences map[string]fence
	poison map[string]int // refusals of an event that are still to come
	holds  []*hold
	ended  bool // it takes no more calls
	owed   int  // answers
}

// hold is an answer that is to be withheld.
type hold struct {
	id, user, point string
	caught          *attempt
	free            func() // answers
	over            bool   // released
	from, to        int64  // while it withholds
	onCatch         func(*attempt)
}

func (g *gateway) catch(a *attempt, point string) *hold {
	for _, h := range g.holds {
		if h.caught == nil && !h.over && h.user == a.p.user && h.point == point {
			return h
		}
	}
	return nil
}

func about(kind history.Kind, a *attempt) history.Event {
	return history.Event{Kind: kind, User: a.p.user, Event: a.p.id, Attempt: a.id, Worker: a.by.name}
}

func (g *gateway) note(a *attempt, kind history.Kind, text, outcome string, detail map[string]string) {
	e := about(kind, a)
	e.Text, e.Outcome, e.Detail = text, outcome, detail
	g.w.gatewayLog.note(g.w.now, 0, e)
}

// receive is a send's arrival.
func (g *gateway) receive(a *attempt, text string, gone func() bool, reply func(outcome string)) {
	if g.ended {
		return
	}
	w := g.w
	key := g.key(a, text)
	ofUser := [2]string{a.p.user, key}
	var detail map[string]string
	if w.keyed {
		detail = map[string]string{"idempotency_key": key}
	}
	if w.fenced {
		detail["epoch"] = strconv.FormatInt(a.epoch, 10)
	}
	what := ""
	switch {
	case g.poison[a.p.id] > 0:
		g.poison[a.p.id]--
		what = history.OutcomeFailed
	case w.fenced && !g.admits(a):
		what = history.OutcomeFailed
	case w.keyed && g.keys[ofUser]:
		what = history.OutcomeDeduplicated
	default:
		g.keys[ofUser] = w.keyed
	}
	s := &send{t: w.now, a: a, text: text, what: what}
	w.sends, a.sends = append(w.sends, s), append(a.sends, s)
	g.note(a, history.KindSendCall, text, what, detail)
	outcome := history.OutcomeOK
	if what == history.OutcomeFailed {
		outcome = what
	}
	g.owed++
	answer := func() {
		g.owed--
		told := outcome
		if gone() && outcome == history.OutcomeOK {
			told = history.OutcomeGone
		}
		e := about(history.KindSendReturn, a)
		e.Text, e.Outcome, e.Detail = text, told, detail
		g.w.gatewayLog.note(g.w.now, g.w.now, e)
		if told != history.OutcomeGone {
			reply(outcome)
		}
	}
	if h := g.catch(a, ""); h != nil && what == "" {
		g.withhold(h, a, text, answer)
		return
	}
	w.after(w.between(0, 5*milli), answer)
}

// key is a text's, by which it is recognized.
func (g *gateway) key(a *attempt, text string) string {
	if g.w.bugs.keyOfText {
		return text
	}
	return a.p.id + "/" + text
}

func (g *gateway) admits(a *attempt) bool {
	f := g.fences[a.p.user]
	ok := f.raise(a)
	g.fences[a.p.user] = f
	return ok
}

// withhold keeps an answer back until it is freed or its caller is gone.
func (g *gateway) withhold(h *hold, a *attempt, text string, answer func()) {
	w := g.w
	h.caught, h.from = a, w.now
	detail := map[string]string{"hold": h.id}
	begin, end := history.KindHoldBegin, history.KindHoldEnd
	if h.point != "" {
		begin, end = history.KindPointBegin, history.KindPointEnd
		detail["point"] = h.point
	}
	g.note(a, begin, text, "", detail)
	done := false
	finish := func(outcome string) {
		if !done {
			done = true
			h.over, h.to = true, w.now
			g.note(a, end, text, outcome, detail)
			answer()
		}
	}
	h.free = func() {
		outcome := history.OutcomeReleased
		if a.by.dead() {
			outcome = history.OutcomeGone
		}
		finish(outcome)
	}
	a.by.onDeath(func() {
		w.after(w.between(0, 50*milli), func() { finish(history.OutcomeGone) })
	})
	if h.onCatch != nil {
		h.onCatch(a)
	}
}

// lock is a user's, with the instant at which it runs out.
type lock struct {
	by    *attempt
	until int64
}

const lockTTL = int64(3 * time.Second)

func (w *world) acquire(a *attempt) (ok bool) {
	l := w.locks[a.p.user]
	if l != nil && l.by != nil && w.now < l.until {
		return false
	}
	w.locks[a.p.user] = &lock{a, w.now + lockTTL}
	return true
}

func (w *world) release(a *attempt) (owner bool) {
	l := w.locks[a.p.user]
	if l == nil || l.by != a || w.now >= l.until {
		return false
	}
	l.by = nil
	return true
}

// observer is one observer's record. A stamp is of its own clock, which is off
// the true one.
type observer struct {
	src, domain string
	off         int64
	events      []history.Event
}

func (o *observer) note(t, from int64, e history.Event) {
	e.Src, e.Domain, e.Seq = o.src, o.domain, uint64(len(o.events)+1)
	e.T = t + o.off
	if from != 0 {
		e.From = from + o.off
	}
	o.events = append(o.events, e)
}

// history is what all observers together have on record.
func (w *world) history() *history.History {
	parts := [][]history.Event{w.harness.events, w.gatewayLog.events}
	for _, name := range sorted(w.workerLogs) {
		parts = append(parts, w.workerLogs[name].events)
	}
	log := &observer{src: history.SrcStore, domain: "d"}
	for i, c := range w.commits {
		by := ""
		if c.by != c.a {
			by = c.by.id
		}
		log.note(w.logRead+int64(i), 0, history.Event{
			Kind: history.KindStateCommit, By: by, User: c.a.p.user, Event: c.a.p.id, Attempt: c.a.id, Worker: c.a.by.name, Ordinal: int64(i + 1),
			Version: c.made.version, Text: c.text, Detail: map[string]string{"read_version": strconv.FormatInt(c.read.version, 10)},
		})
	}
	return &history.History{Events: history.Merge(append(parts, log.events)...)}
}

func (w *world) String() string {
	out := fmt.Sprintf("mode %s fenced %t keyed %t intended %t bugs %+v far %d in [%d, %d]\n", w.mode, w.fenced, w.keyed, w.intended, w.bugs, w.farOffset, w.farLo, w.farHi)
	for _, p := range w.publishes {
		out += fmt.Sprintf("publish %s of %s (%s) tries %v arrivals %v\n", p.id, p.user, p.typ, p.tries, p.arrivals)
	}
	for _, a := range w.attempts {
		out += fmt.Sprintf("attempt %s of %s by %s truly in [%d, %d], enter %d, exit %d, read %v, decided %q\n", a.id, a.p.id, a.by.name, a.begin, a.end, a.enterT, a.exitT, a.read, a.decided)
	}
	for _, s := range w.sends {
		out += fmt.Sprintf("%d send %q of %s by %s: %s\n", s.t, s.text, s.a.p.id, s.a.id, cmp.Or(s.what, "went out"))
	}
	for _, c := range w.commits {
		out += fmt.Sprintf("%d commit of %s by %s, made by %s, version %d on %d, text %q\n", c.t, c.a.p.id, c.a.id, c.by.id, c.made.version, c.read.version, c.text)
	}
	return out
}
