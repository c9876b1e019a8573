package checker

import (
	"fmt"
	"maps"
	"slices"

	"turnstile/checker/history"
)

// selfCheck looks for signs that the run was not what the verdicts take it for:
// observers missing or incomplete, something left over from another run, clocks
// that disagree, faults that were not healed. What concerns a single section is
// found while the sections are built.
func selfCheck(r *record) {
	checkWorkers(r)
	checkPublishes(r)
	holdAgainstEachOther(r)
	checkDomains(r)
	checkDeadLetters(r)
	checkFaults(r)
	checkEnd(r)
}

// checkEnd looks for the harness's last finding, which it makes in every run
// after its last publish: without it, publishes may be missing at the end, of
// which one that was lost on its way leaves no other trace.
func checkEnd(r *record) {
	if q := r.quiet; q != nil && q.Outcome == history.OutcomeOK {
		for _, what := range []string{history.DetailBacklog, history.DetailStalledPartitions, history.DetailError} {
			if q.Detail[what] != "" {
				r.found("quiet-disputed", fmt.Sprintf("the harness says that the broker had nothing left, and of what it had: %s %s", what, q.Detail[what]))
			}
		}
	}
	if q := r.quiet; q != nil && q.Outcome == history.OutcomeFailed && r.allAcknowledged(q) {
		r.found("backlog-unexplained", fmt.Sprintf("the harness says that the broker had something left, and each event that was published was acknowledged more than %s before", inWords(patience)))
	}
	if r.quiet == nil {
		r.found("harness-unfinished", "the harness recorded no "+string(history.KindQuiet)+", so publishes may be missing at the end of its record")
	}
}

// allAcknowledged reports whether workers had surely done with every event that may
// have been published, by what they recorded, [patience] before the harness stopped
// waiting: what it saw last was not of before.
func (r *record) allAcknowledged(q *history.Event) bool {
	done := map[string]bool{}
	for i := range r.h.Events {
		e := &r.h.Events[i]
		if e.Kind == history.KindPublish && e.Outcome == history.OutcomeUnclear {
			return false // there may be two messages of the event, of which one is done with
		}
		if _, own := workerOf(e); own && (e.Kind == history.KindAck || e.Kind == history.KindDeadLetter) && e.Outcome == history.OutcomeOK &&
			r.clocks.surelyBefore(e.Domain, e.T+patience, q.Domain, q.T) {
			done[e.Event] = true
		}
	}
	for _, p := range r.inTurn {
		if p.outcome == history.OutcomeOK && !done[p.event] {
			return false
		}
	}
	return len(r.inTurn) > 0
}

func checkWorkers(r *record) {
	started := 0
	for _, name := range slices.Sorted(maps.Keys(r.workers)) {
		w := r.workers[name]
		if len(w.lives) == 0 {
			r.found("worker-record-missing", fmt.Sprintf("worker %s died and nothing that it recorded is here", name))
			continue
		}
		if slices.ContainsFunc(w.lives, func(l *life) bool { return l.start != nil }) {
			started++
		}
		checkLives(r, w)
	}
	if r.scenario != nil && started < r.scenario.Workers {
		r.found("workers-missing", fmt.Sprintf("%d of the scenario's %d workers have a %s on record: sections of the others were not observed",
			started, r.scenario.Workers, history.KindWorkerStart))
	}
}

// checkPublishes compares each user's publish ordinals, which count up from 1,
// with each other and with the times of the calls: whoever publishes numbers an
// event just before its first call begins.
func checkPublishes(r *record) {
	for _, user := range slices.Sorted(maps.Keys(r.published)) {
		all := r.byOrdinal(user)
		last := int64(0)
		for i, p := range all {
			switch {
			case p.ordinal < 1:
				r.found("publish-ambiguous", fmt.Sprintf("event %s has no publish ordinal", p.event))
			case i > 0 && p.ordinal == last:
				r.found("ordinals-collide", fmt.Sprintf("events %s and %s of user %s share the publish ordinal %d", all[i-1].event, p.event, user, p.ordinal))
			case p.ordinal != last+1:
				r.found("publish-missing", fmt.Sprintf("user %s's publish number %d is followed by number %d", user, last, p.ordinal))
			}
			last = p.ordinal
		}
		var after, over *publish // of those with a higher ordinal, the one whose first call began first, and the one whose call was over first
		for _, p := range slices.Backward(all) {
			if after != nil && r.clocks.surelyBefore(after.domain, after.began, p.domain, p.began) {
				r.found("ordinals-disagree", fmt.Sprintf("event %s is number %d of user %s, and its call began after that of event %s, number %d",
					p.event, p.ordinal, user, after.event, after.ordinal))
			}
			if over != nil && r.clocks.surelyBefore(over.domain, over.t, p.domain, p.from) && p.retried {
				r.found("ordinals-disagree", fmt.Sprintf("event %s is number %d of user %s, and was published again after the call of event %s, number %d, was over",
					p.event, p.ordinal, user, over.event, over.ordinal))
			}
			if after == nil || p.began < after.began {
				after = p
			}
			if p.outcome != history.OutcomeFailed && (over == nil || p.t < over.t) {
				over = p
			}
		}
	}
}

// observed reports whether an observer recorded anything at all.
func observed(h *history.History, src string) bool {
	for i := range h.Events {
		if h.Events[i].Src == src {
			return true
		}
	}
	return false
}

// checkDomains finds workers' clocks that cannot be compared.
func checkDomains(r *record) {
	domains := r.byClock
	for i := 1; i < len(domains); i++ {
		if !r.clocks.comparable(domains[0], domains[i]) {
			r.found("clocks-incomparable", fmt.Sprintf("workers stamp on two clocks, %s and %s, and no measured offset bounds their difference", domains[0], domains[i]))
		}
	}
}

// checkDeadLetters tells of events that are among the dead letters more than
// once, or took effect all the same.
func checkDeadLetters(r *record) {
	for _, event := range slices.Sorted(maps.Keys(r.parked)) {
		if n := len(r.parked[event]); n > 1 {
			r.found("parked-twice", fmt.Sprintf("event %s was put among the dead letters %d times", event, n))
		}
		if p := r.publishes[event]; p != nil && p.commit != nil {
			r.found("parked-and-handled", fmt.Sprintf("event %s was put among the dead letters, and took effect by attempt %s", event, p.commit.Attempt))
		}
	}
}

func checkFaults(r *record) {
	for _, f := range r.faults {
		switch {
		case !f.Ended:
			r.found("fault-not-ended", fmt.Sprintf("the fault %s began and its end is not on record", f.Fault))
		case f.Outcome != history.OutcomeHealed:
			r.found("fault-not-healed", fmt.Sprintf("the fault %s was not healed (outcome %q), so what came after the heal cannot be judged", f.Fault, f.Outcome))
		}
	}
}
