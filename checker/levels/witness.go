package levels

import (
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
)

// maxWitnessFaults and maxWitnessBroker bound what a witness carries: the last faults
// before it, and what was seen of the broker meanwhile.
const maxWitnessFaults, maxWitnessBroker = 8, 20

// tell adds to a witness what was going on: the faults that had begun by its end, and
// the records that belong to its story. What is refuted does not rest on them.
func (s *seen) tell(l Level, w *checker.Witness) {
	from, to := s.lasted(w)
	w.Faults = s.faultsBy(l, from, to)
	faults, workers := map[string]bool{}, map[string]bool{}
	for _, f := range w.Faults {
		faults[f.Fault] = true
	}
	for _, a := range w.Attempts {
		workers[a.Worker] = true
	}
	known := map[*history.Event]bool{}
	lines := map[lineKey]bool{}
	for _, e := range w.Timeline {
		lines[lineOf(&e)] = true
	}
	messages, broker := map[[2]string]bool{}, 0
	for i := range s.h.Events {
		e := &s.h.Events[i]
		k := [2]string{e.Worker, e.Detail["message"]}
		ours := slices.Contains(w.Events, e.Event)
		switch e.Kind {
		case history.KindPublish:
			known[e] = ours
		case history.KindFaultBegin, history.KindFaultEnd:
			known[e] = faults[e.Fault]
		case history.KindWorkerDead:
			known[e] = workers[e.Worker]
		case history.KindBroker:
			lo, hi, ok := s.clocks.On(s.frame, e.Domain, e.T)
			if known[e] = ok && broker < maxWitnessBroker && from <= hi && lo <= to; known[e] {
				broker++
			}
		case history.KindWireDelivered:
			known[e] = l >= Broker && ours
			messages[k] = messages[k] || known[e]
		case history.KindWireAcknowledged, history.KindWireRedeliveryAsked:
			known[e] = messages[k]
		}
	}
	w.Timeline = w.Timeline[:0:0]
	for i := range s.h.Events {
		if e := &s.h.Events[i]; known[e] || lines[lineOf(e)] {
			w.Timeline = append(w.Timeline, *e)
		}
	}
}

// lineKey is a line of a history.
type lineKey struct {
	src  string
	seq  uint64
	kind history.Kind
}

func lineOf(e *history.Event) lineKey { return lineKey{e.Src, e.Seq, e.Kind} }

// lasted is from when until when a witness was, by its attempts or, where it has none,
// its records; ns of the frame. What never happened has neither, and no time.
func (s *seen) lasted(w *checker.Witness) (from, to int64) {
	from, to = unbounded, -unbounded
	for _, a := range w.Attempts {
		if a.Domain == s.frame {
			from, to = min(from, a.Enter), max(to, a.End)
		}
	}
	if len(w.Attempts) > 0 {
		return from, to
	}
	for i := range w.Timeline {
		if lo, hi, ok := s.clocks.On(s.frame, w.Timeline[i].Domain, w.Timeline[i].T); ok {
			from, to = min(from, lo), max(to, hi)
		}
	}
	return from, to
}

// faultsBy are the faults that had begun by an instant, the last ones if there are
// many; without one all of them.
func (s *seen) faultsBy(l Level, from, to int64) (out []checker.WitnessFault) {
	for _, f := range s.evidence(l) {
		begun, _, ok := s.clocks.On(s.frame, f.Domain, f.Begin)
		_, over, _ := s.clocks.On(s.frame, f.Domain, f.End)
		if from <= to && ok && begun > to {
			continue
		}
		wf := checker.WitnessFault{Fault: f.Fault, Worker: f.Worker, User: f.User, Domain: f.Domain, Begin: f.Begin, End: f.End, Relation: "before", Bitten: f.Bitten}
		if from > to || !ok || !f.Ended || over >= from {
			wf.Relation = "during"
		}
		out = append(out, wf)
	}
	return out[max(0, len(out)-maxWitnessFaults):]
}
