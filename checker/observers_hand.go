package checker

import (
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// This file holds what workers had in hand against what they did with it.

// given looks for the delivery that a worker's step is of: it records that it was
// given an event before anything else of it. A history whose workers record no
// deliveries lacks none.
func (o *observers) given(e *history.Event) {
	if len(o.r.delivered) == 0 {
		return
	}
	for _, d := range slices.Backward(o.r.delivered[e.Event]) {
		if d.Src == e.Src && d.Seq < e.Seq {
			return
		}
	}
	o.r.found("delivery-missing", fmt.Sprintf("%s recorded the %s of attempt %s, and not that it was given event %s", e.Src, e.Kind, e.Attempt, e.Event))
}

// hand is what a worker was given of one event, and what of that it had done with.
type hand struct {
	given map[string]bool // by the attempt that the delivery begins
	left  map[string]bool // attempts that ended with all done
	ended map[string]bool // by the attempt that was done with it
}

// inHand holds workers to what they have in hand, where an event was handed back:
//
//  1. A worker has done with a delivery when an attempt hands it back, or when one
//     that ended with all done acknowledges it. (One that acknowledges before it
//     begins has not, and may try again.)
//  2. An attempt that no delivery names is a further try of one that the worker was
//     given and had not done with.
//  3. No more attempts have done with an event than deliveries of it.
//
// Where that is not so, a delivery is missing.
func (o *observers) inHand() {
	back := map[string]bool{}
	for i := range o.r.h.Events {
		if e := &o.r.h.Events[i]; e.Kind == history.KindNack && e.FromWorker() {
			back[e.Event] = true
		}
	}
	if len(back) == 0 {
		return
	}
	hands := map[[2]string]*hand{}
	for i := range o.r.h.Events {
		e := &o.r.h.Events[i]
		if !e.FromWorker() || !back[e.Event] {
			continue
		}
		h := hands[[2]string{e.Src, e.Event}]
		if h == nil {
			h = &hand{map[string]bool{}, map[string]bool{}, map[string]bool{}}
			hands[[2]string{e.Src, e.Event}] = h
		}
		switch {
		case e.Kind == history.KindDeliver:
			h.given[e.Attempt] = true
		case len(h.given) == 0: // it is told elsewhere
		case e.Kind == history.KindExit:
			h.left[e.Attempt] = e.Outcome == history.OutcomeSent || e.Outcome == history.OutcomeSkipped
		case e.Kind == history.KindNack || e.Kind == history.KindAck && h.left[e.Attempt]:
			h.ended[e.Attempt] = true
			if len(h.ended) > len(h.given) {
				o.once(e, h)
			}
		case (e.Kind == history.KindEnter || e.Kind == history.KindLockAcquired) && !h.given[e.Attempt] && len(h.ended) >= len(h.given):
			o.once(e, h)
		}
	}
}

// once tells what an attempt lacks, and takes it as given from there on.
func (o *observers) once(e *history.Event, h *hand) {
	o.r.found("delivery-missing", fmt.Sprintf("%s recorded the %s of attempt %s after it had done with event %s as often as it was given it", e.Src, e.Kind, e.Attempt, e.Event))
	h.given[e.Attempt] = true
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
