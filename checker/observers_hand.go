package checker

import (
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// This file holds what workers had in hand against what they did with it.

// given looks for the delivery that a worker's step is of: it records that it was
// given an event before anything else of it. A try of which no delivery names the
// attempt is of one that an earlier attempt was given, and that the worker has
// still in hand: it did not hand back as many as it was given. A history whose
// workers record no deliveries lacks none.
func (o *observers) given(e *history.Event) {
	if len(o.r.delivered) == 0 {
		return
	}
	times := 0
	for _, d := range slices.Backward(o.r.delivered[e.Event]) {
		if d.Src == e.Src && d.Seq < e.Seq {
			if d.Attempt == e.Attempt {
				return
			}
			times++
		}
	}
	if times > o.returned(e) {
		return
	}
	what := "that it was given event"
	if times > 0 {
		what = "that it was given, since it handed it back, event"
	}
	o.r.found("delivery-missing", fmt.Sprintf("%s recorded the %s of attempt %s, and not %s %s", e.Src, e.Kind, e.Attempt, what, e.Event))
}

// returned counts how often a worker handed an event back before a step of its.
func (o *observers) returned(e *history.Event) (times int) {
	if o.nacks == nil {
		o.nacks = map[string][]*history.Event{}
		for i := range o.r.h.Events {
			if n := &o.r.h.Events[i]; n.Kind == history.KindNack {
				o.nacks[n.Event] = append(o.nacks[n.Event], n)
			}
		}
	}
	for _, n := range o.nacks[e.Event] {
		if n.Src == e.Src && n.Seq < e.Seq {
			times++
		}
	}
	return times
}

// handedBack looks for what became of a delivery that an attempt finished: a
// worker that stops, with nothing under way, has acknowledged it, or handed it
// back. Where the broker was left with something, that may be what it never did.
func (o *observers) handedBack(l *ledger) {
	s, q := l.s, o.r.quiet
	if l.ended || s.life.stop == nil || l.exit == nil || l.exit.Outcome != history.OutcomeSent && l.exit.Outcome != history.OutcomeSkipped ||
		q == nil || q.Outcome != history.OutcomeOK {
		return
	}
	if o.ended == nil {
		o.ended = endedByWorkers(o.r.h)
	}
	if len(o.ended) > 0 && !o.ended[[2]string{s.worker, s.event}] {
		o.r.found("ack-missing", fmt.Sprintf("attempt %s ended with all done, and %s did not record that it acknowledged event %s before it stopped", s.attempt, s.worker, s.event))
	}
}

// ends reports whether a record of a worker's tells that it had done with a
// message.
func ends(k history.Kind) bool {
	return k == history.KindAck || k == history.KindNack || k == history.KindDeadLetter
}

// endedByWorkers are the events that workers told they had done with, by worker.
func endedByWorkers(h *history.History) map[[2]string]bool {
	out := map[[2]string]bool{}
	for i := range h.Events {
		if e := &h.Events[i]; ends(e.Kind) {
			if name, own := workerOf(e); own {
				out[[2]string{name, e.Event}] = true
			}
		}
	}
	return out
}

// decided looks for what an attempt decided on before it wrote. A history whose
// workers record no reads lacks none.
func (o *observers) decided(l *ledger) {
	if o.reads && l.wrote != nil && !l.s.hasRead {
		o.r.found("read-missing", fmt.Sprintf("attempt %s recorded that it wrote, and %s did not record what it had read", l.s.attempt, l.s.worker))
	}
}
