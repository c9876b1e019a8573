package checker

import (
	"fmt"
	"slices"
)

// violationKind says what of a user's effects has no order. Its value is the
// name of its count.
type violationKind string

const (
	lostUpdate   violationKind = "lost_updates"         // a write was decided on another state than it replaced
	tornEffect   violationKind = "torn_effects"         // a text went out and the state does not tell of it
	unsentText   violationKind = "texts_unsent"         // the state tells of a text that did not go out
	sentTwice    violationKind = "texts_sent_again"     // one attempt sent a text twice
	afterStop    violationKind = "texts_after_stop"     // a text went out after STOP
	welcomeTwice violationKind = "welcomes_twice"       // a second welcome
	seenEvent    violationKind = "events_twice"         // an event took effect that the state had seen
	misplaced    violationKind = "effects_out_of_place" // the order by versions contradicts time or the gateway
)

var violationKinds = []violationKind{lostUpdate, tornEffect, unsentText, sentTwice, afterStop, welcomeTwice, seenEvent, misplaced}

// violation is one operation that has no place in any order, with those that
// leave it none.
type violation struct {
	kind violationKind
	harm int       // to the user: the higher, the worse
	by   []*effect // those that tell it; the last is the one without a place
	text string    // that the user got or did not get, if it is about one
	says string    // one sentence
	u    *userEffects
}

// Harm to the user, in the order of how bad it is.
const (
	harmNone    = iota
	harmText    // a text that the state does not know of, or the reverse
	harmBlind   // a text or a loss that the other attempt should have prevented
	harmDoubled // the same text twice
	harmStop    // a text after STOP
)

// pass decides in one pass over the log, without a search, whether a user's
// operations have an order. It is exact: see effects.go for what is decided.
//
// That order is the log's for writes, and puts each reader behind the write
// that it saw. It contradicts time if and only if some operation was over
// before one began that stands earlier in it; for if there is no such pair,
// sorting by place, and among the readers of one version by beginning, is an
// order that agrees with time.
type pass struct {
	u *userEffects

	unbroken bool              // every write so far read what the one before it wrote
	stale    int               // writes that did not
	byRead   map[int64]*effect // the latest write that was decided on a version
	found    []violation
}

func newPass(u *userEffects) *pass { return &pass{u: u, unbroken: true, byRead: map[int64]*effect{}} }

func (p *pass) violations() []violation {
	p.chain()
	for _, o := range p.u.others {
		if o.bad() != nil {
			p.found = append(p.found, p.torn(o))
		}
	}
	if p.unbroken && !p.u.vague {
		p.inTime()
	}
	for i := range p.found {
		p.found[i].u = p.u
	}
	return p.found
}

// chain walks the log.
func (p *pass) chain() {
	var before, stop, welcome *effect
	lastSend, lastSender := 0, (*effect)(nil)
	for _, w := range p.u.writes {
		stale := before != nil && w.readKnown && before.wrote > 0 && !w.follows(before)
		if stale {
			p.stale++
			p.unbroken = false
		}
		if w.resets {
			stop = nil
		}
		texts := len(w.texts) > 0
		welcomes := slices.Contains(w.texts, effectRules.welcome)
		switch {
		case w.late != nil:
			p.found = append(p.found, p.torn(w))
		case p.unbroken && stop != nil && texts:
			p.found = append(p.found, p.lateText(stop, w))
		case stale:
			p.found = append(p.found, p.lost(before, w))
		case p.unbroken && w.seen():
			p.found = append(p.found, tookTwice(w.earlier, w))
		case welcomes && welcome != nil:
			p.found = append(p.found, twoWelcomes(welcome, w))
		case w.wrong != nil:
			p.found = append(p.found, p.torn(w))
		case p.unbroken && texts && w.firstSend < lastSend:
			p.found = append(p.found, outOfOrder(lastSender, w))
		}
		if welcomes && welcome == nil {
			welcome = w
		}
		if texts && w.lastSend > lastSend {
			lastSend, lastSender = w.lastSend, w
		}
		switch {
		case w.typ == effectRules.stop:
			stop = w
		case w.restarts:
			stop = nil
		}
		if w.readKnown {
			p.byRead[w.read] = w
		}
		before = w
	}
}

// did says what an operation did to the state.
func (e *effect) did() string {
	if e.place == 0 {
		return fmt.Sprintf("read version %d", e.read)
	}
	return fmt.Sprintf("read version %d and wrote version %d", e.read, e.wrote)
}

func (e *effect) who() string { return fmt.Sprintf("%s (%s)", e.attempt, e.worker) }
