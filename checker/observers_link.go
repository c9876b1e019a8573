package checker

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"turnstile/checker/history"
)

// links is what workers' links saw pass, where they are observers. No property
// rests on it: it is held against the workers' own records, so that whoever reads
// the one can rely on the other.
type links struct {
	asked bool // the scenario says that they are observers
	of    map[string]*linkLog
}

// linkLog is what is kept of a worker's link.
type linkLog struct {
	starts, stops int
	ended         bool // its last line is a stop
	undecoded     *history.Event
	passed        map[string]int            // how often each event was passed on to the worker
	first         map[string]*history.Event // when it first was
	received      map[string]int            // how often the worker says that it was delivered
	firstReceived map[string]*history.Event
	entries       map[string]bool // of the log, of which something was passed on
	unasked       *history.Event  // an acknowledgement of what it was never given
}

func newLinks(r *record) *links {
	asked := r.scenario != nil && r.scenario.Settings[history.SettingLinks] == history.LinksRecorded
	return &links{asked: asked, of: map[string]*linkLog{}}
}

func (l *links) log(worker string) *linkLog {
	log := l.of[worker]
	if log == nil {
		log = &linkLog{passed: map[string]int{}, first: map[string]*history.Event{}, received: map[string]int{}, firstReceived: map[string]*history.Event{}, entries: map[string]bool{}}
		l.of[worker] = log
	}
	return log
}

// link takes in what a worker's link recorded, and reports whether it is of a kind
// that links record.
func (l *links) link(worker string, e *history.Event) (own bool) {
	log := l.log(worker)
	log.ended = e.Kind == history.KindLinkStop
	switch e.Kind {
	case history.KindLinkStart:
		log.starts++
	case history.KindLinkStop:
		log.stops++
	case history.KindWireUndecoded:
		if log.undecoded == nil {
			log.undecoded = e
		}
	case history.KindWireDelivered:
		if e.Outcome == history.OutcomeLost || e.Outcome == history.OutcomeHeld {
			break
		}
		log.entries[entryOf(e)] = true
		if log.passed[e.Event]++; log.first[e.Event] == nil {
			log.first[e.Event] = e
		}
	case history.KindWireAcknowledged:
		if !log.entries[entryOf(e)] && log.unasked == nil && e.Detail["cumulative"] == "" {
			log.unasked = e
		}
	case history.KindWireConnect, history.KindWireHello, history.KindWireDisconnect, history.KindWireLookup, history.KindWireSubscribe,
		history.KindWireUnsubscribe, history.KindWireSeek, history.KindWireClose, history.KindWireMigrated, history.KindWireRedeliveryAsked,
		history.KindWirePermits, history.KindWireActive, history.KindWireAnswer, history.KindWireCommand, history.KindWireReply, history.KindWirePush:
	default:
		return false
	}
	return true
}

// entryOf is the part of a message's id that a batch has as a whole:
// ledger:entry of ledger:entry:partition:index.
func entryOf(e *history.Event) string {
	ledger, rest, _ := strings.Cut(e.Detail["message"], ":")
	entry, _, _ := strings.Cut(rest, ":")
	return ledger + ":" + entry
}

// delivered takes in that a worker received a message.
func (l *links) delivered(worker string, e *history.Event) {
	if !l.asked && len(l.of) == 0 {
		return
	}
	log := l.log(worker)
	if log.received[e.Event]++; log.firstReceived[e.Event] == nil {
		log.firstReceived[e.Event] = e
	}
}

// check holds the links against the workers.
func (l *links) check(r *record) {
	if !l.asked && len(l.of) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(r.workers)) {
		if len(r.workers[name].lives) > 0 && (l.of[name] == nil || l.of[name].starts == 0) {
			r.found("link-missing", fmt.Sprintf("worker %s has no link on record, and this run's links are observers", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.of)) {
		if log := l.of[name]; log.starts > 0 {
			log.check(r, name)
		}
	}
}

func (log *linkLog) check(r *record, name string) {
	if log.starts != log.stops || !log.ended {
		r.found("link-unfinished", fmt.Sprintf("of worker %s's links %d began and %d ended: what passed after the last record would not be on it", name, log.starts, log.stops))
	}
	if e := log.undecoded; e != nil {
		r.found("link-undecoded", fmt.Sprintf("worker %s's link passed on what it could not read: %s (line %d)", name, e.Detail["opaque"], e.Seq))
		return // what it did not read it cannot tell
	}
	if e := log.unasked; e != nil {
		r.found("link-disagrees", fmt.Sprintf("worker %s acknowledged the message %s over its link, which never gave it that", name, e.Detail["message"]))
	}
	for _, event := range slices.Sorted(maps.Keys(log.received)) {
		got, first := log.firstReceived[event], log.first[event]
		switch n := log.received[event]; {
		case n > log.passed[event]:
			r.found("link-disagrees", fmt.Sprintf("event %s was delivered to worker %s %d times by its own record, and passed its link %d times", event, name, n, log.passed[event]))
		case r.clocks.surelyBefore(got.Domain, got.T, first.Domain, first.T):
			r.found("clocks-disagree", fmt.Sprintf("event %s was delivered to worker %s before it passed its link", event, name))
		}
	}
}
