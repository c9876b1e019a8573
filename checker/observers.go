package checker

import (
	"fmt"
	"strconv"
	"strings"

	"turnstile/checker/history"
)

// Which facts are held against each other.
//
// Several observers know the same fact, or one knows of it twice. Where they
// tell it in two ways, at least one record is not what it seems, and what rests
// on it is unknown: see [findingKinds]. The facts, and who knows them:
//
//	fact                                    known to
//	-------------------------------------   ------------------------------------------------------
//	which lines there are                   each observer's own count
//	in which order, and when                gateway, store, harness, workers: stamped and written under one lock
//	user, event and worker of an attempt    worker (enter, and every record of it), gateway, store
//	user of an event                        harness (publish), worker, gateway, store
//	type of an event, and its own time      harness (publish), worker (deliver)
//	that an event was published             harness, whoever names the event, the user's ordinals
//	order of a user's publishes             ordinals, times at which the calls began
//	that a text was sent                    worker (call), gateway (call)
//	what came of it, and under which key    gateway (call, return), worker (answer)
//	that it had gone out before             gateway (this call, an earlier one)
//	when                                    worker's call ≤ gateway's call ≤ worker's answer; enter ≤ gateway's call;
//	                                        the end of a hold ≤ the answer that was withheld;
//	                                        exit, or the last effect ≤ a point behind that; exit ≤ the begin of its ack
//	that a write happened, and how often    worker (outcome), store
//	which steps an attempt made             worker (each, what its exit says, that its process stopped), store, gateway
//	which version was read                  worker, store (read_version), store (who wrote it, and not later)
//	which version was written               worker, store
//	that a write was made for another       worker (state_complete), store (by)
//	order of the log                        positions, the store's own ids, the order of its lines
//	that a message reached a worker         worker (deliver), its link where that is an observer, and that first
//	from when to when a process lived       worker (start, stop, every record), harness (signal, death, and of what)
//	that an event reached its worker        after its publish began; worker (deliver before all else, ack before it stopped)
//	that the end is the end                 harness (quiet, and what was left) after its last publish, store (log) after the quiet
//	into what a fault was aimed             harness (fault), worker (enter, exit)
//	what became of an event                 worker (dead letter, ack), store (commit)
//
// observers does this in one pass over the history.
type observers struct {
	r         *record
	ledgers   *ledgers
	states    map[string]*versions // by user
	whole     bool                 // the store's log has no gap
	unchanged map[string]int64     // by user of whom the log has no write: the version that was read
	foreign   map[string]bool      // events that were told to be left over or another user's
	unlogged  map[string]bool      // events whose writes were told to lack in the store's log
	last      map[string]*lastLine // by source
	announces bool                 // workers record that they are about to send
	reads     bool                 // workers record what they read
	hears     bool                 // workers record the answers that they get
	writes    bool                 // workers record their writes
	begun     bool                 // the gateway recorded something
	over      bool                 // and then that it ended
	answered  bool                 // the gateway records its answers
	accepted  map[string]bool      // what the gateway accepted so far, or may have: see acceptedUnder
	holds     map[string]bool      // that caught somebody
	texts     bool                 // the store's log names texts
	again     []string             // texts that the gateway accepted under a key under which it, perhaps, had accepted one
	// recognizes: the gateway recognized some text by its key.
	recognizes bool
	ended      map[[2]string]bool // events that workers had done with, by worker: nil until it is asked for
	scenarios  int
	links      *links
}

// lastLine is what is kept of an observer's lines so far.
type lastLine struct {
	seq    uint64
	latest int64 // stamp
	domain string
	missed bool
}

func holdAgainstEachOther(r *record) {
	o := &observers{
		r: r, ledgers: newLedgers(r), states: make(map[string]*versions, len(r.published)),
		unchanged: map[string]int64{}, foreign: map[string]bool{}, unlogged: map[string]bool{}, last: map[string]*lastLine{},
		accepted: map[string]bool{}, holds: map[string]bool{}, links: newLinks(r),
	}
	o.log()
	for i := range r.h.Events {
		e := &r.h.Events[i]
		o.line(e)
		own := true
		switch e.Src {
		case history.SrcGateway:
			own = o.gateway(e)
		case history.SrcHarness:
			own = o.harness(e)
		case history.SrcStore:
			own = e.Kind == history.KindStateCommit
		default:
			if e.FromWorker() {
				own = o.worker(e)
			} else if worker, ok := strings.CutPrefix(e.Src, history.SrcLinkPrefix); ok {
				own = o.links.link(worker, e)
			}
		}
		if !own && e.Kind != history.KindNote {
			r.found("kind-misplaced", fmt.Sprintf("line %d of %s is a %s, which is not its to record", e.Seq, e.Src, e.Kind))
		}
		if e.Scenario != nil && e.Kind != history.KindScenario {
			r.found("kind-misplaced", fmt.Sprintf("line %d of %s is a %s, and says what was to be run", e.Seq, e.Src, e.Kind))
		}
	}
	if o.recognizes {
		for _, detail := range o.again {
			r.found("accepted-again", detail)
		}
	}
	o.ledgers.each(o.attempt)
	o.inHand()
	o.madeForOthers()
	o.links.check(r)
	if o.scenarios > 1 {
		r.found("scenario-ambiguous", fmt.Sprintf("%d scenarios are on record: more than one run is in this history", o.scenarios))
	}
	if o.last[history.SrcGateway] == nil {
		r.found("gateway-missing", "nothing of the gateway is on record")
	} else if !r.gatewayEnded {
		r.found("gateway-unfinished", "the gateway's record has no end, so that sends after its last event would not be on it")
	}
}

// stampedWhenWritten reports whether an event's stamp is taken under the lock
// under which it is written, so that it cannot be before an earlier line's.
// Other stamps are those at which an operation returned.
func stampedWhenWritten(e *history.Event) bool {
	switch e.Kind {
	case history.KindWorkerDead:
		return false
	case history.KindDeliver, history.KindEnter, history.KindSendCall, history.KindNack, history.KindWorkerStart, history.KindWorkerStop:
		return true
	}
	return e.Src == history.SrcGateway || e.Src == history.SrcHarness || e.Src == history.SrcStore || strings.HasPrefix(e.Src, history.SrcLinkPrefix)
}

// line compares an event with what its observer recorded before.
func (o *observers) line(e *history.Event) {
	l := o.last[e.Src]
	if l == nil {
		l = &lastLine{latest: e.T}
		o.last[e.Src] = l
	}
	if e.Seq != l.seq+1 && e.Seq != 0 && !l.missed {
		l.missed = true // tell it once
		o.r.found("lines-missing", fmt.Sprintf("line %d of %s is followed by line %d", l.seq, e.Src, e.Seq))
	}
	switch {
	case e.Kind == history.KindClockOffset: // it says between which two
	case l.domain == "", e.Kind == history.KindWorkerStart:
		l.domain = e.Domain
	case e.Domain != l.domain:
		o.r.found("clock-changed", fmt.Sprintf("line %d of %s (%s) is stamped on the clock %s, and what it recorded before on %s", e.Seq, e.Src, e.Kind, e.Domain, l.domain))
	}
	l.seq = e.Seq
	if e.T < l.latest && stampedWhenWritten(e) {
		o.r.found("stamps-run-back", fmt.Sprintf("line %d of %s (%s) is stamped %s before what it recorded earlier", e.Seq, e.Src, e.Kind, inWords(l.latest-e.T)))
	}
	l.latest = max(l.latest, e.T)
	switch {
	case e.Kind == history.KindScenario:
		o.scenarios++
	case e.Kind == history.KindClockOffset && (e.Lo > e.Hi || e.Peer == "" || e.Src != history.SrcHarness):
		o.r.found("clock-offset-invalid", fmt.Sprintf("the clock offset from %s to %q in [%d, %d], by %s, is not a measurement", e.Domain, e.Peer, e.Lo, e.Hi, e.Src))
	}
	if e.From > e.T {
		o.r.found("span-reversed", fmt.Sprintf("line %d of %s (%s) ended before it began", e.Seq, e.Src, e.Kind))
	}
}

// log takes in the store's log.
func (o *observers) log() {
	r := o.r
	if len(r.commits) == 0 {
		r.found("store-missing", "the state store's log is not on record")
		return
	}
	o.whole = true
	if first := r.commits[0].Ordinal; first != 0 && first != 1 {
		o.whole = false
		r.found("store-incomplete", fmt.Sprintf("the store's log begins at position %d", first))
	}
	var ids streamIDs
	for i, c := range r.commits {
		if i > 0 && c.Ordinal-1 != r.commits[i-1].Ordinal {
			o.whole = false
			r.found("store-incomplete", fmt.Sprintf("position %d of the store's log is followed by %d", r.commits[i-1].Ordinal, c.Ordinal))
		}
		if i > 0 && c.Seq < r.commits[i-1].Seq {
			r.found("store-disordered", fmt.Sprintf("position %d of the store's log was recorded before position %d", c.Ordinal, r.commits[i-1].Ordinal))
		}
		if !ids.follow(c.Detail["id"]) {
			r.found("store-disordered", fmt.Sprintf("position %d of the store's log has the id %s, which is not above the one before", c.Ordinal, c.Detail["id"]))
		}
		o.texts = o.texts || c.Text != ""
		l := o.ledgers.of(c.Attempt)
		if l.commit = c; c.By == "" {
			l.commits++
		}
		l.read, l.says = claimed(c)
		p := r.committed[i]
		o.names(c, l, p)
		if p != nil && r.speaksOfStop && !ruled(p.typ) {
			r.found("type-unknown", fmt.Sprintf("event %s of user %s is of the type %q", p.event, p.user, p.typ))
		}
		if l.s == nil {
			o.unobserved(c)
		}
		u := o.states[c.User]
		if u == nil {
			u = &versions{first: l.read, known: l.says, written: make([]written, 0, len(r.published[c.User]))}
			o.states[c.User] = u
		}
		u.add(written{c.Version, l})
		if l.s != nil && r.clocks.surelyBefore(c.Domain, c.T, l.s.domain, l.s.enter) {
			o.disagree("the store's log was read before attempt %s, which wrote to it, was entered by %s", l.s.attempt, l.s.worker)
		}
	}
	if q := r.quiet; q != nil && r.clocks.surelyBefore(r.commits[0].Domain, r.commits[0].T, q.Domain, q.T) {
		r.found("store-early", "the store's log was read before the harness stopped waiting")
	}
}

// streamIDs are ids of a log that go up, such as 1764088331-0; others say
// nothing.
type streamIDs struct{ ms, n int64 }

func (s *streamIDs) follow(id string) bool {
	a, b, ok := strings.Cut(id, "-")
	if !ok {
		return true
	}
	ms, err := strconv.ParseInt(a, 10, 64)
	n, errN := strconv.ParseInt(b, 10, 64)
	if err != nil || errN != nil {
		return true
	}
	before := *s
	*s = streamIDs{ms, n}
	return before == streamIDs{} || ms > before.ms || ms == before.ms && n > before.n
}

// names compares whom and what a record names with the publish of its event
// (nil: it was not published) and the section of its attempt.
func (o *observers) names(e *history.Event, l *ledger, p *publish) {
	switch {
	case p != nil && (e.User == "" || e.User == p.user):
	case o.foreign[e.Event]:
	case p == nil:
		o.foreign[e.Event] = true // tell it once
		o.r.found("left-over", fmt.Sprintf("event %q of user %q (%s of %s) was not published in this run", e.Event, e.User, e.Kind, e.Src))
	default:
		o.foreign[e.Event] = true
		o.r.found("user-mismatch", fmt.Sprintf("event %s was published for user %s and is recorded for %s (%s of %s)", e.Event, p.user, e.User, e.Kind, e.Src))
	}
	if l != nil {
		o.owned(e, l.s)
	}
}

// owned compares whom a record of an attempt names with its section.
func (o *observers) owned(e *history.Event, s *section) {
	if s != nil && !s.owns(e) {
		o.r.found("attempt-inconsistent", s.strange(e))
	}
}

// owns reports whether a record of the section's attempt names what the section
// names.
func (s *section) owns(e *history.Event) bool {
	return (e.User == s.user || e.User == "") && (e.Event == s.event || e.Event == "") && (e.Worker == s.worker || e.Worker == "")
}

func (s *section) strange(e *history.Event) string {
	return fmt.Sprintf("attempt %s of %s is of event %s of user %s, and a %s of %s says event %q, user %q, worker %q",
		s.attempt, s.worker, s.event, s.user, e.Kind, e.Src, e.Event, e.User, e.Worker)
}

// unobserved tells of an effect by an attempt that no worker entered. A worker
// that records anything records that it enters before all effects.
func (o *observers) unobserved(e *history.Event) {
	if w := o.r.workers[e.Worker]; w != nil && len(w.lives) > 0 {
		o.r.found("steps-missing", fmt.Sprintf("%s recorded a %s by attempt %s, and worker %s, whose record is there, did not record that it entered", e.Src, e.Kind, e.Attempt, e.Worker))
		return
	}
	o.r.found("unobserved-section", fmt.Sprintf("%s recorded a %s by attempt %s, and no worker recorded its enter", e.Src, e.Kind, e.Attempt))
}

func (o *observers) disagree(format string, args ...any) {
	o.r.found("clocks-disagree", fmt.Sprintf(format, args...))
}
