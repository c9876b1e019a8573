package checker

import (
	"cmp"
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// publications are what the harness recorded of each event's publication.
type publications struct {
	publishes map[string]*publish   // by event
	inTurn    []*publish            // the same, in the history's order
	published map[string][]*publish // by user, in the history's order
	room      slab[publish]
	// speaksOfStop: some event is of the type of a STOP.
	speaksOfStop bool
}

// newPublications has room for n.
func newPublications(n int) publications {
	return publications{
		publishes: make(map[string]*publish, n), inTurn: make([]*publish, 0, n),
		published: map[string][]*publish{}, room: newSlab[publish](n),
	}
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
	again       int64          // when its latest try began
	from, t     int64          // of the earliest try that may have happened
	delay       int64          // the publisher asked the broker to hold it back that long
	commit      *history.Event // its first in the store's log, or nil
	retried     bool           // and there by a try after one that was not a clear success: its place among others is not that of its ordinal
	nth         int            // among its user's in [publications.published]
	turn        int            // among [publications.inTurn]
}

// addPublish joins the tries to publish one event: the first one that was not
// a clear failure says since when it may have been there.
func (in *publications) addPublish(e *history.Event, amiss *findings) {
	in.speaksOfStop = in.speaksOfStop || e.Type == effectRules.stop
	p := in.publishes[e.Event]
	if p == nil {
		others := in.published[e.User]
		p = in.room.take()
		*p = publish{
			event: e.Event, user: e.User, typ: e.Type, at: e.At, zone: e.ZoneMinutes, ordinal: e.Ordinal, outcome: outcomeOf(e),
			domain: e.Domain, began: e.From, again: e.From, from: e.From, t: e.T, delay: max(0, e.DelayNS), nth: len(others), turn: len(in.inTurn),
		}
		in.publishes[e.Event], in.published[e.User] = p, append(others, p)
		in.inTurn = append(in.inTurn, p)
		return
	}
	if e.From < p.again { // each is recorded when it is over, and none begins before that
		amiss.found("publish-ambiguous", "a try to publish event "+e.Event+" is recorded after one that began later")
	}
	p.again = max(p.again, e.From)
	if p.ordinal != e.Ordinal {
		amiss.found("publish-ambiguous", "event "+e.Event+" was published under two ordinals")
	}
	if p.user != e.User {
		amiss.found("user-mismatch", "event "+e.Event+" was published for user "+p.user+" and for "+e.User)
	}
	if p.typ != e.Type {
		amiss.found("type-mismatch", "event "+e.Event+" was published as a "+p.typ+" and as a "+e.Type)
	}
	if p.at != e.At || p.zone != e.ZoneMinutes {
		amiss.found("time-mismatch", "event "+e.Event+" was published as of "+ownTime(p.at, p.zone)+" and as of "+ownTime(e.At, e.ZoneMinutes))
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

// byOrdinal lists a user's publishes by their ordinals.
func (in *publications) byOrdinal(user string) []*publish {
	order := func(a, b *publish) int {
		return cmp.Or(cmp.Compare(a.ordinal, b.ordinal), cmp.Compare(a.event, b.event))
	}
	all := in.published[user]
	if !slices.IsSortedFunc(all, order) { // they mostly are
		all = slices.SortedFunc(slices.Values(all), order)
	}
	return all
}

// mayRestart reports whether an event is a START, or of a type that is not
// known and so may have been one.
func (in *publications) mayRestart(typ string) bool {
	return typ == effectRules.start || in.speaksOfStop && !ruled(typ)
}
