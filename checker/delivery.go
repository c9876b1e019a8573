package checker

import (
	"fmt"
	"slices"
	"sync"

	"turnstile/checker/history"
)

// judgeDelivery decides whether every acknowledged publish took effect: has a
// commit in the store's log.
//
//  1. Refuted: one has none, and the run reached quiet. Before that the broker may
//     not have been done, so it is unknown. Dead-lettered events are named, and so
//     are those that a worker acknowledged without an effect.
//  2. Of a publish that was not acknowledged nothing is asked. But one that came to a
//     worker was published all the same, and without an effect nothing holds.
func judgeDelivery(r *record) judgement {
	foreign := map[string]bool{} // committed, and not published in this run
	for i, e := range r.commits {
		if r.committed[i] == nil {
			foreign[e.Event] = true
		}
	}
	handed := acknowledgedByWorkers(r.h)
	var missing, parked, swept []string // swept: a worker acknowledged it all the same
	users := map[string]bool{}
	var unheard []string                               // that came to a worker, though that they were published is not known, and without effect
	entered := sync.OnceValue(func() map[string]bool { // events; mostly nobody asks
		of := map[string]bool{}
		for _, s := range r.sections {
			of[s.event] = true
		}
		return of
	})
	acknowledged := 0
	for _, p := range r.publishes {
		if p.outcome != history.OutcomeOK {
			if p.commit == nil && (len(r.delivered[p.event]) > 0 || r.parked[p.event] != nil || entered()[p.event]) {
				unheard = append(unheard, p.event)
			}
			continue
		}
		acknowledged++
		if p.commit != nil {
			continue
		}
		missing = append(missing, p.event)
		users[p.user] = true
		if r.parked[p.event] != nil {
			parked = append(parked, p.event)
		} else if handed[p.event] {
			swept = append(swept, p.event)
		}
	}
	slices.Sort(missing)
	slices.Sort(parked)
	slices.Sort(swept)
	acked := ""
	if len(swept) > 0 {
		acked = fmt.Sprintf("; a worker acknowledged %s and nobody handled %s: %s", many(len(swept), "event"), pronoun(len(swept)), some(swept))
	}
	slices.Sort(unheard)
	j := judgement{counts: map[string]int64{
		"acknowledged": int64(acknowledged), "committed": int64(len(r.effects) + len(foreign)),
		"missing": int64(len(missing)), "dead_lettered": int64(len(parked)),
	}}
	quiet := r.quiet != nil && r.quiet.Outcome == history.OutcomeOK
	switch {
	case len(r.commits) == 0:
		j.verdict, j.reason = Unknown, "no state commit is on record: the store's log is missing, so effects were not observed"
	case len(missing) == 0 && len(unheard) > 0:
		j.verdict = Unknown
		j.reason = fmt.Sprintf("%s came to a worker although no answer to the publish is on record, and never took effect: %s", many(len(unheard), "event"), some(unheard))
	case len(missing) == 0:
		j.verdict = Holds
		j.reason = fmt.Sprintf("all %d acknowledged publishes took effect", acknowledged)
		if acknowledged == 0 {
			j.nothing = "no publish was acknowledged"
		}
	case !quiet:
		j.verdict = Unknown
		j.reason = fmt.Sprintf("%d of %d acknowledged publishes have no effect yet (%s), and the broker still had messages to deliver: the run did not reach quiet%s",
			len(missing), acknowledged, some(missing), acked)
	default:
		j.verdict = Refuted
		j.witness = missingWitness(r, missing, parked)
		j.witness.Total, j.witness.Users = len(missing), len(users)
		j.witness.Summary = fmt.Sprintf("%d of %d acknowledged publishes never took effect: %s", len(missing), acknowledged, some(missing))
		if len(parked) > 0 {
			j.witness.Summary += fmt.Sprintf(" (dead-lettered: %s)", some(parked))
		}
		j.witness.Summary += acked
		j.reason = j.witness.Summary
	}
	return j
}

// acknowledgedByWorkers are the events of which a worker has the broker's answer
// that it takes them for handled.
func acknowledgedByWorkers(h *history.History) map[string]bool {
	out := map[string]bool{}
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == history.KindAck && e.Outcome == history.OutcomeOK && e.FromWorker() {
			out[e.Event] = true
		}
	}
	return out
}
