package checker

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"turnstile/checker/history"
)

// madeForOthers holds what the store's log says of writes that attempts made for
// others against what the workers recorded of them: see [completions].
func (o *observers) madeForOthers() {
	logged := map[completion]bool{}
	for _, c := range o.r.commits {
		if c.By == "" {
			continue
		}
		k := completion{c.By, c.Attempt}
		if logged[k] {
			o.r.found("write-logged-twice", fmt.Sprintf("the store's log has more than one write that attempt %s made for attempt %s", c.By, c.Attempt))
		}
		logged[k] = true
		o.made(c, k)
	}
	for _, k := range slices.SortedFunc(maps.Keys(o.r.completed), func(a, b completion) int {
		return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.of, b.of))
	}) {
		for _, e := range o.r.completed[k] {
			o.sawMade(e, k, logged[k])
		}
	}
}

// made holds such a commit against its maker's record. An attempt that goes on from
// what it wrote for another has recorded that it did.
func (o *observers) made(c *history.Event, k completion) {
	what := fmt.Sprintf("the store's log says that attempt %s made the write of attempt %s", k.by, k.of)
	s := o.r.byAttempt[k.by]
	switch {
	case k.by == k.of:
		o.r.found("attempt-inconsistent", what+", and that is the same one")
		return
	case s == nil:
		o.r.found("unobserved-section", what+", and no worker recorded the enter of the former")
		return
	case s.user != c.User:
		o.r.found("attempt-inconsistent", fmt.Sprintf("%s of user %s, and the former is of user %s", what, c.User, s.user))
	}
	failed := false
	for _, e := range o.r.completed[k] {
		switch {
		case e.Outcome == history.OutcomeFailed:
			failed = true
		case e.Version != c.Version:
			o.r.found("versions-disagree", fmt.Sprintf("%s as version %d, and its worker that it was version %d", what, c.Version, e.Version))
			return
		default:
			return
		}
	}
	switch l := o.ledgers.of(k.by); {
	case failed:
		o.r.found("failed-write-logged", what+", of which its worker knows that it failed")
	case l.exit != nil || l.wrote != nil || len(l.sends) > 0:
		o.r.found("steps-missing", what+", and that one went on and did not record that it had")
	}
}

// sawMade holds a worker's record that its attempt made another's write against the
// store's log and that other attempt.
func (o *observers) sawMade(e *history.Event, k completion, logged bool) {
	what := fmt.Sprintf("attempt %s recorded that it made the write of attempt %s", k.by, k.of)
	s := o.r.byAttempt[k.of]
	switch {
	case k.by == k.of:
		o.r.found("attempt-inconsistent", what+", which is itself")
	case s != nil && e.User != s.user:
		o.r.found("attempt-inconsistent", fmt.Sprintf("%s, for user %s, and that one is of user %s", what, e.User, s.user))
	case s != nil && o.r.clocks.surelyBefore(e.Domain, e.T, s.domain, s.enter):
		o.disagree("%s, before that one had entered", what)
	}
	if e.Outcome == history.OutcomeOK && !logged {
		o.r.found("store-incomplete", "the store's log lacks it: "+what)
	}
}

// sentByAnother reports whether a write was made for an attempt, and its text was sent
// to the user by another: whoever makes such a write asks the gateway for the text's key
// alone, and that may be of the event, or of the text.
func (o *observers) sentByAnother(c *history.Event) (sent bool) {
	if c.By == "" {
		return false
	}
	o.ledgers.each(func(attempt string, l *ledger) {
		sent = sent || attempt != c.Attempt && slices.ContainsFunc(l.sends, func(x sending) bool {
			return x.of.User == c.User && x.of.Text == c.Text
		})
	})
	return sent
}
