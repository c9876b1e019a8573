package levels

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
)

// mark is a section by the word of whoever is inside.
type mark struct {
	enter, exit                  *history.Event // exit nil: none is on record
	attempt, user, event, worker string
	start, end                   int64 // surely inside
	from, until                  int64 // inside at no other time
	// backed: its worker's link shows that it had the event all the while.
	backed bool
}

// seeMarks reads marks: an enter and an exit of an observer "worker/<name>" each.
func (s *seen) seeMarks() {
	open := map[string]*mark{}
	for i := range s.h.Events {
		e := &s.h.Events[i]
		worker, ok := strings.CutPrefix(e.Src, history.SrcWorkerPrefix)
		if !ok || e.Kind != history.KindEnter && e.Kind != history.KindExit {
			continue
		}
		lo, hi, ok := s.at(e, e.T)
		if !ok {
			continue
		}
		m := open[e.Attempt]
		switch {
		case e.Kind == history.KindEnter && m == nil:
			s.whose(e, e.User, e.Event)
			m = &mark{enter: e, attempt: e.Attempt, user: e.User, event: e.Event, worker: worker, start: hi, end: lo, from: lo, until: unbounded}
			open[e.Attempt] = m
			s.marks = append(s.marks, m)
		case e.Kind == history.KindExit && m != nil && m.exit == nil && m.worker == worker && m.user == e.User:
			m.exit, m.end, m.until = e, max(m.end, lo), hi
		default:
			s.found("marks-disagree", Marks, fmt.Sprintf("attempt %s of worker %s has a %s that does not fit what it marked before", e.Attempt, worker, e.Kind))
		}
	}
	type at struct{ worker, user, event string }
	had := map[at][]*given{}
	for _, g := range s.given {
		k := at{g.worker, g.user, g.event}
		had[k] = append(had[k], g)
	}
	for _, m := range s.marks {
		if m.exit == nil {
			m.until = s.deathAfter(m.worker, m.start)
		} else if dead := s.deathAfter(m.worker, m.start); dead < m.end {
			// Who came back under the name did not end what the dead one had begun.
			s.found("marks-disagree", Marks, fmt.Sprintf("attempt %s is marked as ended, and its worker %s had died in it", m.attempt, m.worker))
			m.end = m.start
		}
		m.backed = slices.ContainsFunc(had[at{m.worker, m.user, m.event}], func(g *given) bool {
			return g.start <= m.start && m.end <= g.end
		})
	}
}

// complete looks for what of the system nobody saw.
func (s *seen) complete() {
	workers := slices.Sorted(maps.Keys(s.named))
	least := 0
	if s.scenario != nil {
		least = s.scenario.Workers
	}
	linked := 0
	for _, w := range workers {
		l := s.links[w]
		switch {
		case l == nil:
			s.found("worker-unseen", Store, fmt.Sprintf("worker %s has no link on record", w))
		case !l.of[toRedis] && len(s.m.State) > 0:
			s.found("worker-unseen", Store, fmt.Sprintf("worker %s has no link to Redis on record, where states are", w))
		case !l.of[toPulsar]:
			s.found("worker-unseen", Broker, fmt.Sprintf("worker %s has no link to Pulsar on record", w))
		}
		if l != nil {
			linked++
		}
		if !s.marked[w] {
			s.found("marks-missing", Marks, fmt.Sprintf("worker %s marked nothing", w))
		}
	}
	if linked < least || linked == 0 {
		s.found("worker-unseen", Store, fmt.Sprintf("%d of at least %d workers have a link on record", linked, max(least, 1)))
	}
	if len(s.marked) < least || len(s.marked) == 0 {
		s.found("marks-missing", Marks, fmt.Sprintf("%d of at least %d workers marked their sections", len(s.marked), max(least, 1)))
	}
	passed := map[string]bool{}
	for _, g := range s.given {
		passed[g.event] = true
	}
	var unseen []string
	for _, p := range s.publishes {
		if p.ok && !passed[p.event] {
			unseen = append(unseen, p.event)
		}
	}
	if slices.Sort(unseen); len(unseen) > 0 {
		s.found("delivery-unseen", Broker, fmt.Sprintf("%s passed no link to a worker: %s", many(len(unseen), "acknowledged event"), some(unseen)))
	}
}

// seeFaults looks for faults that have no end. Whether one that names a worker and a
// user struck inside a section is told by what is surely inside at some level, see
// [seen.evidence].
func (s *seen) seeFaults() {
	s.faults, _ = checker.FaultsOf(s.h, func(string, string) {})
	for _, f := range s.faults {
		switch {
		case !f.Ended:
			s.found("fault-not-ended", Downstream, fmt.Sprintf("the fault %s began and its end is not on record", f.Fault))
		case !f.Healed:
			s.found("fault-not-healed", Downstream, fmt.Sprintf("the fault %s was not healed", f.Fault))
		}
	}
}
