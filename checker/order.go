package checker

import (
	"cmp"
	"fmt"

	"turnstile/checker/history"
)

// judgeOrder decides whether each user's events first took effect in the order
// in which they were published.
//
//  1. The order of effects is that of each event's first commit in the store's log;
//     the order of publishing is that of the publish ordinals. There is an inversion
//     if and only if some event is first committed after one with a higher ordinal,
//     so one pass over the log decides it.
//  2. Not judged, if it comes too late, is an event that its publisher asked the
//     broker to hold back, after one whose call did not surely begin later than it
//     was due.
//  3. Unknown, if it comes too late, is any other event that was to be held back (the
//     broker says that it holds it no shorter, and not that it holds it no longer)
//     and one with an unclear publish, which may have reached the broker at any later
//     time. Either can be the one that came too early: its call began after the
//     other had been acknowledged.
//
// Events that were not published in this run are the self-check's business.
func judgeOrder(r *record) judgement {
	j := judgement{counts: map[string]int64{}}
	if len(r.commits) == 0 {
		j.verdict, j.reason = Unknown, "no state commit is on record: the store's log is missing, so the order of effects was not observed"
		return j
	}
	type follower struct {
		ahead *publish // of the events committed so far, the one published last
		bound bool     // one of them was not held back, so that it can be too late
	}
	followed := make(map[string]*follower, len(r.published)) // by user
	touched := map[string]bool{}
	var inversions, unclear, heldBack int
	several := false
	var witness [2]*publish
	for _, p := range r.effects {
		f := followed[p.user]
		if f == nil {
			f = &follower{ahead: p}
			followed[p.user] = f
		}
		switch {
		case p.ordinal > f.ahead.ordinal:
			f.ahead, several = p, several || f.bound
		case p.ordinal == f.ahead.ordinal: // itself, or one that the self-check reports
		case p.delay > 0 && !r.clocks.surelyBefore(p.domain, p.due(), f.ahead.domain, f.ahead.from):
			heldBack++
		case p.outcome != history.OutcomeOK || p.retried || p.delay > 0:
			unclear++
		default:
			inversions++
			if s := r.byAttempt[cmp.Or(p.commit.By, p.commit.Attempt)]; s != nil {
				j.violatedBefore = r.violatedAt(j.violatedBefore, s.domain, s.over)
			}
			touched[p.user] = true
			if witness[0] == nil || r.nearFault(p.commit.Attempt) && !r.nearFault(witness[1].commit.Attempt) {
				witness = [2]*publish{f.ahead, p}
			}
		}
		f.bound = f.bound || p.delay == 0
	}
	judged := len(r.effects) - heldBack
	j.counts["events"], j.counts["users"], j.counts["inversions"] = int64(judged), int64(len(followed)), int64(inversions)
	j.counts["inversions_by_unclear_publishes"] = int64(unclear)
	if heldBack > 0 {
		j.counts["held_back"] = int64(heldBack)
	}
	switch {
	case inversions > 0:
		a, b := witness[0], witness[1]
		j.verdict = Refuted
		j.witness = effectWitness(r, Order, a.user, []*history.Event{a.commit, b.commit}, []string{a.event, b.event})
		j.witness.Minimal = true // one first effect alone inverts nothing
		j.witness.Total, j.witness.Users = inversions, len(touched)
		j.witness.Summary = fmt.Sprintf(
			"user %s: event %s (published as number %d) took effect at position %d of the store's log, before event %s (number %d) at position %d; %s for %s in all",
			a.user, a.event, a.ordinal, a.commit.Ordinal, b.event, b.ordinal, b.commit.Ordinal, many(inversions, "inversion"), many(len(touched), "user"))
		j.reason = j.witness.Summary
	case unclear > 0:
		j.verdict = Unknown
		j.reason = fmt.Sprintf("%s took effect after later ones, and when the broker could give it away is not known: its publish is unclear, or was to be held back", many(unclear, "event"))
	default:
		j.verdict = Holds
		j.reason = fmt.Sprintf("%s of %s first took effect in publish order", many(judged, "event"), many(len(followed), "user"))
		if !several {
			j.nothing = "no user had two events that took effect"
		}
	}
	return j
}
