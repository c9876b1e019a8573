package checker

import (
	"cmp"
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// Bounds on what a witness carries, so that it stays something to read.
const (
	maxWitnessEvents = 20 // message ids
	maxWitnessBroker = 40 // broker events in its timeline
	maxWitnessFaults = 8
)

// overlapWitness tells the clearest of the overlapping pairs.
func overlapWitness(r *record, candidates []pair, pairs, users int) *Witness {
	best, rank := candidates[0], r.rank(candidates[0])
	for _, p := range candidates[1:] {
		// The longest overlap is the hardest to explain away; among equals, the
		// first to happen.
		if q := r.rank(p); cmp.Or(cmp.Compare(q, rank), cmp.Compare(length(p.a, p.b), length(best.a, best.b)), cmp.Compare(best.b.start, p.b.start)) > 0 {
			best, rank = p, q
		}
	}
	a, b := best.a.s, best.b.s
	w := newWitness(r, Exclusivity, a.user, []*section{a, b}, []string{a.event, b.event})
	w.Minimal = true // one section alone overlaps nothing
	w.OverlapNS = length(best.a, best.b)
	w.Total, w.Users = pairs, users
	same := fmt.Sprintf("%s and %s were", a.worker, b.worker)
	if a.worker == b.worker {
		same = fmt.Sprintf("%s was twice", a.worker)
	}
	w.Summary = fmt.Sprintf("user %s: %s inside at once for %s: attempt %s (event %s) and attempt %s (event %s); %s for %s in all",
		a.user, same, inWords(w.OverlapNS), a.attempt, a.event, b.attempt, b.event, many(pairs, "overlapping pair"), many(users, "user"))
	return w
}

// rank says how clearly a bitten fault led to an overlap: 3 if the fault was
// aimed into one of the two sections, 2 if the overlap began during a fault, 1
// if after one, else 0.
func (l *faultLog) rank(p pair) int {
	rank := 0
	for i := range l.faults {
		f := &l.faults[i]
		if !f.Bitten {
			continue
		}
		switch {
		case f.Attempt != "" && (f.Attempt == p.a.s.attempt || f.Attempt == p.b.s.attempt):
			return 3
		case l.on.surelyBefore(f.Domain, f.Begin, p.b.s.domain, p.b.s.enter):
			if l.on.surelyBefore(p.b.s.domain, p.b.s.enter, f.Domain, f.End) {
				rank = 2
			}
			rank = max(rank, 1)
		}
	}
	return rank
}

// nearFault reports whether a bitten fault was going on or past when the
// attempt's section ended.
func (r *record) nearFault(attempt string) bool {
	s := r.byAttempt[attempt]
	return s != nil && slices.ContainsFunc(r.faults, func(f FaultEvidence) bool {
		return f.Bitten && (f.Attempt == attempt || r.clocks.surelyBefore(f.Domain, f.Begin, s.domain, s.end))
	})
}

// effectWitness tells a violation that shows in records of effects, by the
// attempts that made them.
func effectWitness(r *record, p Property, user string, effects []*history.Event, events []string) *Witness {
	var sections []*section
	for _, e := range effects {
		if s := r.byAttempt[e.Attempt]; s != nil && !slices.Contains(sections, s) {
			sections = append(sections, s)
		}
	}
	return newWitness(r, p, user, sections, events)
}

// missingWitness tells of events that never took effect, the given-up ones
// first.
func missingWitness(r *record, missing, parked []string) *Witness {
	events := slices.Clone(parked)
	for _, e := range missing {
		if r.parked[e] == nil {
			events = append(events, e)
		}
	}
	events = events[:min(len(events), maxWitnessEvents)]
	var sections []*section
	for _, s := range r.sections {
		if slices.Contains(events, s.event) && len(sections) < maxWitnessEvents {
			sections = append(sections, s)
		}
	}
	return newWitness(r, Delivery, r.publishes[events[0]].user, sections, events)
}

func newWitness(r *record, p Property, user string, sections []*section, events []string, unentered ...WitnessAttempt) *Witness {
	w := &Witness{Property: p, User: user, Events: slices.Compact(events)}
	for _, s := range sections {
		w.Attempts = append(w.Attempts, s.witness())
	}
	w.Attempts = append(w.Attempts, unentered...)
	w.Faults = r.witnessFaults(sections)
	w.Timeline = timeline(r, w)
	return w
}

// witnessFaults lists the faults that had begun by the end of the sections, the
// last ones if there are many. Without sections, it lists all.
func (l *faultLog) witnessFaults(sections []*section) []WitnessFault {
	var out []WitnessFault
	for _, f := range l.faults {
		begun, during := len(sections) == 0, false
		for _, s := range sections {
			if l.on.surelyBefore(s.domain, s.end, f.Domain, f.Begin) {
				continue
			}
			begun = true
			during = during || !f.Ended || !l.on.surelyBefore(f.Domain, f.End, s.domain, s.enter)
		}
		if !begun {
			continue
		}
		wf := WitnessFault{Fault: f.Fault, Worker: f.Worker, User: f.User, Domain: f.Domain, Begin: f.Begin, End: f.End, Relation: "before", Bitten: f.Bitten}
		if during || len(sections) == 0 {
			wf.Relation = "during"
		}
		out = append(out, wf)
	}
	return out[max(0, len(out)-maxWitnessFaults):]
}

// timeline picks the records that tell a witness: all of its attempts, the
// publishes and deliveries of its events, its faults, the deaths of its
// workers, and what was seen of the broker from its first enter to its last
// end.
func timeline(r *record, w *Witness) []history.Event {
	attempts, workers, events, faults := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, a := range w.Attempts {
		attempts[a.Attempt], workers[a.Worker] = true, true
	}
	for _, e := range w.Events {
		events[e] = true
	}
	for _, f := range w.Faults {
		faults[f.Fault] = true
	}
	out := []history.Event{}
	broker := 0
	for i := range r.h.Events {
		e := &r.h.Events[i]
		keep := false
		switch e.Kind {
		case history.KindPublish, history.KindDeliver, history.KindDeadLetter, history.KindNack, history.KindStateCommit:
			keep = events[e.Event]
		case history.KindQuiet:
			keep = w.Property == Progress
		case history.KindFaultBegin, history.KindFaultEnd:
			keep = faults[e.Fault]
		case history.KindWorkerDead:
			keep = workers[e.Worker]
		case history.KindBroker:
			if keep = broker < maxWitnessBroker && r.clocks.within(e, w.Attempts); keep {
				broker++
			}
		}
		if keep || (e.Attempt != "" && attempts[e.Attempt]) {
			out = append(out, *e)
		}
	}
	return out
}

// within reports whether e may lie between the attempts' first enter and last
// end.
func (c *clocks) within(e *history.Event, attempts []WitnessAttempt) bool {
	var entered, open bool
	for _, a := range attempts {
		if a.Domain == "" { // its section is not on record
			continue
		}
		if !c.comparable(a.Domain, e.Domain) {
			return false
		}
		entered = entered || !c.surelyBefore(e.Domain, e.T, a.Domain, a.Enter)
		open = open || !c.surelyBefore(a.Domain, a.End, e.Domain, e.T)
	}
	return entered && open
}

// many writes a count with its noun.
func many(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case noun[len(noun)-1] == 'h' || noun[len(noun)-1] == 's':
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// inWords writes nanoseconds for people.
func inWords(ns int64) string {
	switch {
	case ns >= 1e9:
		return fmt.Sprintf("%.3f s", float64(ns)/1e9)
	case ns >= 1e6:
		return fmt.Sprintf("%.3f ms", float64(ns)/1e6)
	default:
		return fmt.Sprintf("%d ns", ns)
	}
}
