package checker

import "turnstile/checker/history"

// What a completed write is.
//
// An attempt may leave word of a write that it is about to make (of what it read,
// of the text that it sends before), and another attempt may make that write for it.
// The store's log then names both: the attempt whose write it is, with the version
// that this one decided on, and in By the one that made it. The latter records a
// state_complete, with the former as its Peer.
//
//  1. The write is the effect of the attempt whose it is: event, text and decision
//     are that one's. It is no effect of the one that made it, which goes on from
//     there: it decides on the version that it wrote.
//  2. It took effect between the enter of the attempt whose it is and the instant at
//     which the one that made it knew it written; if it did not learn of it, at any
//     later time.
//  3. Its text went out before: its own, or that of an attempt of the event that wrote,
//     by whose key it was known. One that was accepted surely later was not known to be
//     out when the write told of it.

// completions are what workers recorded of writes that they made for others, by
// who made them and whose they are.
type completions struct {
	completed map[completion][]*history.Event
}

type completion struct{ by, of string }

func (c *completions) addCompletion(e *history.Event) {
	if e.Kind != history.KindStateComplete {
		return
	}
	if c.completed == nil {
		c.completed = map[completion][]*history.Event{}
	}
	k := completion{e.Attempt, e.Peer}
	c.completed[k] = append(c.completed[k], e)
}

// knownMade is the record by which a commit's maker knew it written, or nil: the
// commit is the attempt's own, or its maker did not learn of it.
func (c *completions) knownMade(commit *history.Event) *history.Event {
	if commit.By == "" {
		return nil
	}
	for _, e := range c.completed[completion{commit.By, commit.Attempt}] {
		if e.Outcome == history.OutcomeOK && e.Version == commit.Version {
			return e
		}
	}
	return nil
}

// readsState reports whether a worker's record tells of a version that its attempt
// has from then on: it read it, or wrote it for another.
func readsState(e *history.Event) bool {
	switch e.Kind {
	case history.KindStateRead:
		return e.Outcome == "" || e.Outcome == history.OutcomeOK
	case history.KindStateComplete:
		return e.Outcome == history.OutcomeOK
	}
	return false
}

// madeFor bounds the end of an operation whose write another attempt made: by then
// that one knew it written.
func (b *effectBuilder) madeFor(e *effect, c *history.Event) {
	if known := b.r.knownMade(c); known != nil {
		if at, ok := b.r.clocks.on(b.ref, known.Domain, known.T); ok {
			e.end = max(e.start, at.hi)
		}
	}
}

// outOfAnother reports whether the text of a write that was made for an attempt had been
// accepted from another attempt of the event, which wrote it itself: who made the write
// was told that the text was out, as who sends it again is.
func (b *effectBuilder) outOfAnother(e *effect, text string) bool {
	first, ok := b.out[claim{event: e.event, text: text}]
	if !ok || first.e.Attempt == e.attempt || !b.wrote(first.e.Attempt) {
		return false
	}
	at, ok := b.r.clocks.on(b.ref, first.e.Domain, first.e.T)
	return !ok || at.lo <= e.end
}

// sentInTime looks whether a text was accepted only when its write had been made by
// another.
func (b *effectBuilder) sentInTime(e *effect, by string) {
	for _, call := range e.wentOut {
		if at, ok := b.r.clocks.on(b.ref, call.Domain, call.T); ok && e.end != unbounded && at.lo > e.end && e.wrong == nil {
			e.wrong = &wrong{kind: misplaced, text: call.Text, says: "had it accepted only when attempt " + by + " had made its write"}
		}
	}
}
