package checker

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"turnstile/checker/history"
)

// effect is an attempt as one operation on its user's state.
type effect struct {
	attempt, event, typ, user, worker string
	s                                 *section // nil: nobody recorded its enter

	place       int   // of its write in the user's part of the store's log, from 1; 0: it wrote nothing
	read, wrote int64 // versions
	readKnown   bool
	start, end  int64 // it took effect in between, on the reference clock

	out                 []string         // texts that went out in its name
	texts               []string         // those, and the ones of an attempt without a write that it confirmed
	firstSend, lastSend int              // their places in the gateway's record, from 1
	wentOut             []*history.Event // the calls by which its texts went out: those that it confirmed, too, which another attempt made
	earlier             *effect          // the write of the same event before it
	wrong               *wrong           // why no order has a place for it
	late                *wrong           // the same, by a STOP among the operations

	restarts bool // it is a START, or may be one for all that is known

	left   int  // in a part of a history: writes right before it that are left out
	resets bool // and one of those restarts
}

// bad is why no order has a place for the effect; nil if only others leave it
// none.
func (e *effect) bad() *wrong {
	if e.late != nil {
		return e.late
	}
	return e.wrong
}

// wrong says what makes an effect torn by itself.
type wrong struct {
	kind violationKind
	text string
	says string  // after "attempt a3 (w1)"
	stop *effect // after which the text went out, if that is what is wrong
}

// userEffects is what was observed of one user.
type userEffects struct {
	user   string
	writes []*effect          // in the log's order
	others []*effect          // that only read, and those that sent without writing
	latest map[string]*effect // write of each event
	starts []*effect          // all writes that restart, also where a part of a history lacks them
	left   int                // in a part of a history: writes behind its last that are left out
	b      *effectBuilder
	open   []string // what cannot be told of the rest, in words
	vague  bool     // a write lacks the versions that a proof needs
}

// deeds is what is on record of one attempt.
type deeds struct {
	s        *section // nil: nobody recorded its enter
	read     int64
	hasRead  bool
	written  string // outcome of its write, as its worker saw it; empty: none on record
	skipped  bool   // it left saying that there was nothing to do
	answered []string
	sends    []sent
	commits  int
	attached bool // its sends belong to a write
}

// sent is a send_call at the gateway with its place in the gateway's record.
type sent struct {
	e     *history.Event
	place int
}

// claim names a text as the gateway's idempotency does.
type claim struct{ event, text, key string }

func claimOf(e *history.Event) claim {
	return claim{e.Event, e.Text, e.Detail["idempotency_key"]}
}

// effectBuilder turns the record into operations.
type effectBuilder struct {
	r         *record
	ref       string
	deeds     map[string]*deeds
	users     map[string]*userEffects
	accepted  map[claim]sent // the first that was accepted
	out       map[claim]sent // the same, under whatever key
	confirmed map[claim]int  // the last place at which an attempt that wrote was told so again
	tells     bool           // the store's log names the texts
}

// effectsByUser builds every user's operations, by user.
func effectsByUser(r *record) []*userEffects {
	b := &effectBuilder{r: r, ref: r.reference(), deeds: deedsByAttempt(r), users: make(map[string]*userEffects, len(r.published)), accepted: make(map[claim]sent, len(r.sends)), out: map[claim]sent{}, confirmed: map[claim]int{}}
	by := make([]*deeds, len(r.commits)) // of each commit
	for i, c := range r.commits {
		b.tells = b.tells || c.Text != ""
		if d := b.deeds[c.Attempt]; d != nil && c.Attempt != "" {
			by[i] = d
			d.commits++
		}
	}
	for i, e := range r.sends {
		switch k := claimOf(e); {
		case fresh(e) && b.accepted[k].e == nil:
			b.accepted[k] = sent{e, i + 1}
		case e.Outcome == history.OutcomeDeduplicated && b.wrote(e.Attempt):
			b.confirmed[k] = i + 1
		}
	}
	for k, s := range b.accepted {
		k.key = ""
		if o := b.out[k]; o.e == nil || s.place < o.place {
			b.out[k] = s
		}
	}
	for i, c := range r.commits {
		b.addWrite(c, r.committed[i], by[i])
	}
	var unwritten []string
	for attempt, d := range b.deeds {
		if d.commits == 0 {
			unwritten = append(unwritten, attempt)
		}
	}
	slices.Sort(unwritten)
	for _, attempt := range unwritten {
		b.addUnwritten(attempt)
	}
	var out []*userEffects
	for _, user := range slices.Sorted(maps.Keys(b.users)) {
		b.markLate(b.users[user])
		out = append(out, b.users[user])
	}
	return out
}

// deedsByAttempt gathers what is on record of each attempt, by attempt.
func deedsByAttempt(r *record) map[string]*deeds {
	out := make(map[string]*deeds, len(r.sections))
	of := func(attempt string) *deeds {
		d := out[attempt]
		if d == nil {
			d = &deeds{s: r.byAttempt[attempt]}
			out[attempt] = d
		}
		return d
	}
	for i := range r.h.Events {
		e := &r.h.Events[i]
		if e.Attempt == "" || !e.FromWorker() {
			continue
		}
		switch e.Kind {
		case history.KindStateRead, history.KindStateComplete:
			if readsState(e) {
				d := of(e.Attempt)
				d.read, d.hasRead = e.Version, true
			}
		case history.KindStateWrite:
			of(e.Attempt).written = outcomeOf(e)
		case history.KindSendReturn:
			if e.Outcome == history.OutcomeOK {
				d := of(e.Attempt)
				d.answered = append(d.answered, e.Text)
			}
		case history.KindExit:
			of(e.Attempt).skipped = e.Outcome == history.OutcomeSkipped
		}
	}
	for i, e := range r.sends {
		if r.publishes[e.Event] != nil { // else it is not an event of this run: the self-check's business
			d := of(e.Attempt)
			d.sends = append(d.sends, sent{e, i + 1})
		}
	}
	return out
}

// fresh reports whether a send_call at the gateway is a text that went out.
func fresh(e *history.Event) bool {
	switch e.Outcome {
	case history.OutcomeFailed, history.OutcomeUnclear, history.OutcomeDeduplicated:
		return false
	}
	return true
}

func (b *effectBuilder) of(user string) *userEffects {
	u := b.users[user]
	if u == nil {
		u = &userEffects{user: user, latest: map[string]*effect{}, b: b}
		b.users[user] = u
	}
	return u
}

// effect begins an operation of an attempt, with its extent in time. The
// event's publish and the attempt's section may be nil.
func (b *effectBuilder) effect(attempt, event, user, worker string, p *publish, s *section) *effect {
	e := &effect{attempt: attempt, event: event, user: user, worker: worker, start: math.MinInt64, end: unbounded}
	if p != nil {
		e.typ = p.typ
	}
	if s != nil && s.user == user {
		e.s, e.worker = s, s.worker
		if at, ok := b.r.clocks.on(b.ref, s.domain, s.enter); ok {
			e.start = at.lo
		}
	}
	return e
}

// over bounds the operation's end by the attempt's: by its exit, else by the
// death of its worker.
func (b *effectBuilder) over(e *effect) {
	if e.s == nil {
		return
	}
	last := e.s.over
	if e.s.exited {
		last = e.s.end
	}
	if at, ok := b.r.clocks.on(b.ref, e.s.domain, last); ok && last != unbounded {
		e.end = max(e.start, at.hi)
	}
}

// addWrite adds a commit of a publish and of an attempt's deeds, either of which
// may be nil.
func (b *effectBuilder) addWrite(c *history.Event, p *publish, d *deeds) {
	if d == nil {
		d = &deeds{s: b.r.byAttempt[c.Attempt]}
	}
	user := userOf(c, p)
	u := b.of(user)
	w := b.effect(c.Attempt, c.Event, user, c.Worker, p, d.s)
	w.place, w.wrote = len(u.writes)+1, c.Version
	w.read, w.readKnown = readVersion(c, d)
	w.earlier, u.latest[w.event] = u.latest[w.event], w
	if !w.readKnown || w.wrote <= max(w.read, 0) {
		u.vague = true
		u.open = append(u.open, fmt.Sprintf("the write of attempt %s wrote version %d on version %d, and versions that do not count up name no state", c.Attempt, w.wrote, w.read))
	}
	switch {
	case c.By != "":
		b.madeFor(w, c)
	case d.written == history.OutcomeOK:
		b.over(w)
	}
	if !d.attached { // a second write of one attempt has no sends of its own
		d.attached = true
		b.attach(u, w, d, c)
	}
	if c.By != "" {
		b.sentInTime(w, c.By)
	}
	u.writes = append(u.writes, w)
	if w.restarts = b.r.mayRestart(w.typ); w.restarts {
		u.starts = append(u.starts, w)
	}
}

// readVersion is the version that a write was decided on, by the store's log
// or else by its worker.
func readVersion(c *history.Event, d *deeds) (version int64, ok bool) {
	if v, ok := claimed(c); ok {
		return v, true
	}
	return d.read, d.hasRead
}

// userOf is whose event e tells of; p is its publish or nil.
func userOf(e *history.Event, p *publish) string {
	if p != nil {
		return cmp.Or(e.User, p.user)
	}
	return e.User
}
