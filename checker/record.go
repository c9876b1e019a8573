package checker

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"turnstile/checker/history"
)

// record is a history with what the properties look up in it. Each kind of
// event is believed only from the observer that the format gives it to.
type record struct {
	h        *history.History
	scenario *history.Scenario
	clocks   *clocks
	findings

	workers map[string]*worker
	entered
	byUser map[string][]*section // in the history's order

	publishes   map[string]*publish // by event
	inTurn      []*publish          // the same, in the history's order
	publishRoom slab[publish]
	// speaksOfStop: some event is of the type of a STOP.
	speaksOfStop bool
	published    map[string][]*publish // by user, in the history's order
	commits      []*history.Event      // the store's log, by position
	committed    []*publish            // of each of commits; nil where the event was not published in this run
	effects      []*publish            // published events that took effect, by position of their first commit
	sends        []*history.Event      // at the gateway, refused ones too, in its order
	// gatewayEnded: the last that the gateway recorded is its graceful end.
	gatewayEnded bool
	delivered    map[string][]*history.Event // by event, by workers
	parked       map[string][]*history.Event // dead letters, by event
	quiet        *history.Event              // the last one
	faults       []FaultEvidence

	byClockOnce sync.Once
	byClock     []string // see domains
}

// publish is what is known of one event's publication.
type publish struct {
	event, user string
	typ         string // of the user event
	at, zone    int64  // its own time, Unix milliseconds (0: not known), and the user's offset in minutes
	ordinal     int64
	outcome     string // ok if any try was, else failed if all were, else unclear
	domain      string
	began       int64          // its first try, whatever came of it
	from, t     int64          // of the earliest try that may have happened
	delay       int64          // the publisher asked the broker to hold it back that long
	commit      *history.Event // its first in the store's log, or nil
	retried     bool           // and there by a try after one that was not a clear success: its place among others is not that of its ordinal
	nth         int            // among its user's in [record.published]
	turn        int            // among [record.inTurn]
}

func newRecord(h *history.History) *record {
	r := &record{
		h: h, scenario: h.Scenario(), clocks: newClocks(h),
		workers: map[string]*worker{}, byUser: map[string][]*section{},
		published: map[string][]*publish{}, delivered: map[string][]*history.Event{}, parked: map[string][]*history.Event{},
	}
	var reading sync.WaitGroup
	var read entered
	publishes, sections, commits := count(h)
	reading.Go(func() { read = readSections(h, sections) })
	r.publishes = make(map[string]*publish, publishes)
	r.inTurn, r.publishRoom = make([]*publish, 0, publishes), newSlab[publish](publishes)
	r.commits = make([]*history.Event, 0, commits)
	r.effects = make([]*publish, 0, min(publishes, commits))
	for i := range h.Events {
		e := &h.Events[i]
		switch e.Src {
		case history.SrcHarness:
			r.addHarness(e)
		case history.SrcGateway:
			r.gatewayEnded = e.Kind == history.KindObserverStop
			if e.Kind == history.KindSendCall {
				r.sends = append(r.sends, e)
			}
		case history.SrcStore:
			if e.Kind == history.KindStateCommit {
				r.commits = append(r.commits, e)
			}
		default:
			if name, ok := workerOf(e); ok {
				r.addWorker(name, e)
			}
		}
	}
	slices.SortStableFunc(r.commits, func(a, b *history.Event) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	r.committed = make([]*publish, len(r.commits))
	for i, e := range r.commits {
		p := r.publishes[e.Event]
		r.committed[i] = p
		if p != nil && p.commit == nil {
			p.commit = e
			r.effects = append(r.effects, p)
		}
	}
	r.settleDeaths()
	reading.Wait()
	r.addSections(read)
	r.faults = r.faultEvidence()
	return r
}

// count counts what has an entry of its own, so that nothing need grow while a
// long history is taken in.
func count(h *history.History) (publishes, sections, commits int) {
	for i := range h.Events {
		switch h.Events[i].Kind {
		case history.KindPublish:
			publishes++
		case history.KindEnter:
			sections++
		case history.KindStateCommit:
			commits++
		}
	}
	return publishes, sections, commits
}

func (r *record) addHarness(e *history.Event) {
	switch e.Kind {
	case history.KindPublish:
		r.addPublish(e)
	case history.KindQuiet:
		r.quiet = e
	case history.KindWorkerDead:
		w := r.worker(e.Worker)
		w.deaths = append(w.deaths, e)
	}
}

func (r *record) addWorker(name string, e *history.Event) {
	r.worker(name).add(e)
	switch e.Kind {
	case history.KindDeliver:
		r.delivered[e.Event] = append(r.delivered[e.Event], e)
	case history.KindDeadLetter:
		r.parked[e.Event] = append(r.parked[e.Event], e)
	}
}

func (r *record) worker(name string) *worker {
	w := r.workers[name]
	if w == nil {
		w = &worker{name: name}
		r.workers[name] = w
	}
	return w
}

// addPublish joins the tries to publish one event: the first one that was not
// a clear failure says since when it may have been there.
func (r *record) addPublish(e *history.Event) {
	r.speaksOfStop = r.speaksOfStop || e.Type == effectRules.stop
	p := r.publishes[e.Event]
	if p == nil {
		others := r.published[e.User]
		p = r.publishRoom.take()
		*p = publish{
			event: e.Event, user: e.User, typ: e.Type, at: e.At, zone: e.ZoneMinutes, ordinal: e.Ordinal, outcome: outcomeOf(e),
			domain: e.Domain, began: e.From, from: e.From, t: e.T, delay: max(0, e.DelayNS), nth: len(others), turn: len(r.inTurn),
		}
		r.publishes[e.Event], r.published[e.User] = p, append(others, p)
		r.inTurn = append(r.inTurn, p)
		return
	}
	if p.ordinal != e.Ordinal {
		r.found("publish-ambiguous", "event "+e.Event+" was published under two ordinals")
	}
	if p.user != e.User {
		r.found("user-mismatch", "event "+e.Event+" was published for user "+p.user+" and for "+e.User)
	}
	if p.typ != e.Type {
		r.found("type-mismatch", "event "+e.Event+" was published as a "+p.typ+" and as a "+e.Type)
	}
	if p.at != e.At || p.zone != e.ZoneMinutes {
		r.found("time-mismatch", "event "+e.Event+" was published as of "+ownTime(p.at, p.zone)+" and as of "+ownTime(e.At, e.ZoneMinutes))
	}
	switch {
	case p.outcome == history.OutcomeFailed:
		p.retried, p.delay = true, max(p.delay, e.DelayNS)
		p.outcome, p.domain, p.from, p.t = outcomeOf(e), e.Domain, e.From, e.T
	case p.outcome == history.OutcomeUnclear && outcomeOf(e) == history.OutcomeOK:
		// There by the end of this try at the latest, perhaps since the unclear one.
		p.retried, p.delay = true, max(p.delay, e.DelayNS)
		p.outcome, p.domain, p.t = history.OutcomeOK, e.Domain, e.T
	}
}

// ownTime is an event's own time in words.
func ownTime(at, zone int64) string { return fmt.Sprintf("%d ms, %+d min east of UTC", at, zone) }

// due is when the broker may give the event away at the latest, by its
// publisher's wish.
func (p *publish) due() int64 { return add(p.t, p.delay) }

// outcomeOf reads anything but a clear answer as unclear.
func outcomeOf(e *history.Event) string {
	if e.Outcome == history.OutcomeOK || e.Outcome == history.OutcomeFailed {
		return e.Outcome
	}
	return history.OutcomeUnclear
}

// workerOf names the worker that recorded e, if one did.
func workerOf(e *history.Event) (name string, ok bool) {
	return strings.CutPrefix(e.Src, history.SrcWorkerPrefix)
}

// users lists the users with sections, sorted, so that verdicts do not depend
// on a map's order.
func (r *record) users() []string { return slices.Sorted(maps.Keys(r.byUser)) }

// domains lists the clock domains of the workers that entered sections, the
// one with most sections first.
func (r *record) domains() []string {
	r.byClockOnce.Do(func() {
		count := map[string]int{}
		for _, s := range r.sections {
			count[s.domain]++
		}
		r.byClock = slices.Sorted(maps.Keys(count))
		slices.SortStableFunc(r.byClock, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	})
	return r.byClock
}

// reference is the clock that times of several domains are carried to.
func (r *record) reference() string {
	if d := r.domains(); len(d) > 0 {
		return d[0]
	}
	return ""
}
