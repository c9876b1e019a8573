package checker

import (
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// attach gives an attempt that wrote its sends, and compares them with the text
// that its write tells of (empty: none, if the store's log names texts at all).
func (b *effectBuilder) attach(u *userEffects, w *effect, d *deeds, c *history.Event) {
	tells := c.Text
	var known, unsure []string
	for _, s := range d.sends {
		switch s.e.Outcome {
		case history.OutcomeFailed:
		case history.OutcomeUnclear:
			unsure = append(unsure, s.e.Text)
		case history.OutcomeDeduplicated:
			known = append(known, s.e.Text)
			b.confirm(u, w, s)
		default:
			known = append(known, s.e.Text)
			switch {
			case slices.Contains(w.out, s.e.Text):
				w.wrong = &wrong{kind: sentTwice, text: s.e.Text, says: "sent it more than once by itself"}
			case b.tells && s.e.Text != tells:
				w.wrong = &wrong{kind: tornEffect, text: s.e.Text, says: "sent it and wrote a state that tells of " + orNone(tells)}
			}
			w.out = append(w.out, s.e.Text)
			w.add(s)
		}
	}
	switch {
	case tells == "" || slices.Contains(known, tells) || c.By != "" && b.outOfAnother(w, tells):
	case slices.Contains(unsure, tells):
		u.open = append(u.open, fmt.Sprintf("whether the gateway accepted text %q of attempt %s", tells, w.attempt))
	case slices.Contains(d.answered, tells) || !b.r.gatewayEnded:
		u.open = append(u.open, fmt.Sprintf("whether text %q of attempt %s was sent, which its write tells of and the gateway's record lacks", tells, w.attempt))
	default:
		w.wrong = &wrong{kind: unsentText, text: tells, says: "wrote a state that tells of it, and it never reached the gateway"}
	}
}

// confirm gives an attempt that wrote the text that it was told had been
// accepted before, unless that is part of another attempt that wrote.
func (b *effectBuilder) confirm(u *userEffects, w *effect, s sent) {
	first, ok := b.accepted[claimOf(s.e)]
	switch {
	case !ok || first.place > s.place:
		u.open = append(u.open, fmt.Sprintf("attempt %s was told that text %q of event %s had been accepted before, and that is not on record", w.attempt, s.e.Text, s.e.Event))
	case !b.wrote(first.e.Attempt):
		w.add(s)
		w.wentOut = append(w.wentOut, first.e)
	}
}

// wrote reports whether the store's log has a write of the attempt.
func (b *effectBuilder) wrote(attempt string) bool {
	d := b.deeds[attempt]
	return d != nil && d.commits > 0
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return fmt.Sprintf("%q", text)
}

func (e *effect) add(s sent) {
	if !slices.Contains(e.texts, s.e.Text) {
		e.texts = append(e.texts, s.e.Text)
	}
	if e.firstSend == 0 {
		e.firstSend = s.place
	}
	e.lastSend = s.place
	if fresh(s.e) {
		e.wentOut = append(e.wentOut, s.e)
	}
}

// addUnwritten adds an attempt whose write is not in the log: torn if it sent,
// a reader if it decided that there is nothing to do, else nothing.
func (b *effectBuilder) addUnwritten(attempt string) {
	d := b.deeds[attempt]
	var torn, unsure *sent
	for i := range d.sends {
		switch s := &d.sends[i]; {
		case s.e.Outcome == history.OutcomeUnclear:
			unsure = s
		case fresh(s.e) && !b.completed(*s):
			torn = s
		}
	}
	switch {
	case torn != nil && attempt == "":
		u := b.of(userOf(torn.e, b.r.publishes[torn.e.Event]))
		u.open = append(u.open, fmt.Sprintf("which attempt sent text %q of event %s: the gateway's record does not say", torn.e.Text, torn.e.Event))
	case torn != nil:
		b.addTorn(attempt, d, *torn)
	case unsure != nil:
		u := b.of(userOf(unsure.e, b.r.publishes[unsure.e.Event]))
		u.open = append(u.open, fmt.Sprintf("whether the gateway accepted text %q of attempt %s, which wrote nothing", unsure.e.Text, attempt))
	case d.skipped && d.hasRead && len(d.sends) == 0:
		if s := d.s; s != nil {
			e := b.effect(attempt, s.event, s.user, s.worker, b.r.publishes[s.event], s)
			e.read, e.readKnown = d.read, true
			b.over(e)
			u := b.of(s.user)
			u.others = append(u.others, e)
		}
	}
}

// completed reports whether a later attempt, which wrote, was told that this
// send had been accepted.
func (b *effectBuilder) completed(s sent) bool {
	k := claimOf(s.e)
	return b.accepted[k].place == s.place && b.confirmed[k] > s.place
}

// addTorn adds an attempt that sent and whose write is not in the log. While it
// may still have been at work when the log was read, that is no answer.
func (b *effectBuilder) addTorn(attempt string, d *deeds, s sent) {
	p := b.r.publishes[s.e.Event]
	user := userOf(s.e, p)
	u := b.of(user)
	e := b.effect(attempt, s.e.Event, user, s.e.Worker, p, d.s)
	e.read, e.readKnown = d.read, d.hasRead
	b.over(e)
	e.out = []string{s.e.Text}
	e.add(s)
	if why := b.atWork(e); why != "" {
		u.open = append(u.open, fmt.Sprintf("whether attempt %s, which sent text %q of event %s, wrote the state after the store's log was read: %s", attempt, s.e.Text, s.e.Event, why))
		return
	}
	e.wrong = &wrong{kind: tornEffect, text: s.e.Text, says: "sent it and wrote no state"}
	u.others = append(u.others, e)
}

// atWork says why an attempt may have been at work when the store's log was
// read; empty if it was surely over.
func (b *effectBuilder) atWork(e *effect) string {
	s := e.s
	if s == nil {
		return "no worker recorded it"
	}
	last := s.over
	if s.exited {
		last = s.end
	}
	log := b.r.commits[0]
	switch {
	case last == unbounded:
		return s.openWhy
	case !b.r.clocks.surelyBefore(s.domain, last, log.Domain, log.T):
		return "it was not surely over by then"
	}
	return ""
}
