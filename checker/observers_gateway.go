package checker

import (
	"fmt"

	"turnstile/checker/history"
)

// gateway takes in what the gateway recorded, and reports whether it is of a
// kind that it records.
func (o *observers) gateway(e *history.Event) (own bool) {
	first := !o.begun
	o.begun = true
	o.knows(e)
	if o.over {
		o.r.found("gateway-restarted", "the gateway recorded something after its end")
	}
	switch e.Kind {
	case history.KindObserverStart:
		if !first {
			o.r.found("gateway-restarted", "the gateway began more than once, or recorded something before")
		}
	case history.KindSendCall:
		l := o.ledgers.of(e.Attempt)
		o.names(e, l, o.r.publishes[e.Event])
		o.call(e, l)
	case history.KindSendReturn:
		l := o.ledgers.of(e.Attempt)
		o.owned(e, l.s)
		x := l.of(e)
		o.answered = true
		if x.returns++; x.returns > x.calls {
			o.r.found("answer-without-call", fmt.Sprintf("the gateway answered for text %q of event %s by attempt %s and recorded no call for it", e.Text, e.Event, e.Attempt))
			if l.s == nil {
				o.unobserved(e)
			}
		}
		if key := e.Detail["idempotency_key"]; key != "" && x.arrived != nil && x.arrived.Detail["idempotency_key"] != key {
			o.r.found("answer-without-call", fmt.Sprintf("the gateway answered for text %q of event %s by attempt %s under the key %q and recorded no call under it", e.Text, e.Event, e.Attempt, key))
		}
		switch e.Outcome {
		case history.OutcomeOK:
			x.ok++
		case history.OutcomeGone:
			x.gone++
		case history.OutcomeFailed:
			x.returnedRefused++
		}
	case history.KindHoldBegin, history.KindPointBegin:
		l := o.ledgers.of(e.Attempt)
		o.owned(e, l.s)
		if s := l.s; s != nil && stageOf(e) == behind && o.r.clocks.surelyBefore(e.Domain, e.T, s.domain, s.lastEffect()) {
			o.disagree("attempt %s came by the point %q, which lies behind its last effect, before an effect that its worker recorded", s.attempt, e.Detail["point"])
		}
		l.held++
		l.past = l.past || stageOf(e) == behind
		if id := e.Detail["hold"]; id != "" && o.holds[id] {
			o.r.found("hold-unpaired", fmt.Sprintf("the gateway made attempt %s wait by the hold %s, by which it had made somebody wait before: one hold catches once", e.Attempt, id))
		} else {
			o.holds[id] = true
		}
	case history.KindHoldEnd, history.KindPointEnd:
		l := o.ledgers.of(e.Attempt)
		o.owned(e, l.s)
		if l.held--; l.held < 0 {
			l.held = 0
			o.r.found("hold-unpaired", fmt.Sprintf("the gateway let attempt %s go on and had not recorded that it made it wait", e.Attempt))
		}
		if e.Kind == history.KindHoldEnd && e.Outcome == history.OutcomeReleased {
			l.released = e
		}
	case history.KindObserverStop:
		o.over = true
	default:
		return false
	}
	return true
}

// knows looks whether the worker that the gateway tells of has a record. What it sent
// is told where it was sent.
func (o *observers) knows(e *history.Event) {
	if e.Worker == "" || e.Attempt == "" || e.Kind == history.KindSendCall || e.Kind == history.KindSendReturn {
		return
	}
	if w := o.r.workers[e.Worker]; w == nil || len(w.lives) == 0 {
		o.r.found("worker-record-missing", fmt.Sprintf("the gateway recorded a %s of attempt %s of worker %s, and nothing that this one recorded is here", e.Kind, e.Attempt, e.Worker))
	}
}

func (o *observers) call(e *history.Event, l *ledger) {
	if e.Text == "" {
		o.r.found("send-unannounced", fmt.Sprintf("the gateway received a send of event %s by attempt %s and does not say of which text", e.Event, e.Attempt))
	}
	x := l.of(e)
	x.calls++
	if x.arrived == nil {
		x.arrived = e
	}
	switch e.Outcome {
	case "", history.OutcomeOK, history.OutcomeUnclear:
	case history.OutcomeFailed, history.OutcomeDeduplicated:
	default:
		o.r.found("outcome-unknown", fmt.Sprintf("what the gateway did with text %q of event %s by attempt %s is told as %q", e.Text, e.Event, e.Attempt, e.Outcome))
	}
	switch e.Outcome {
	case history.OutcomeFailed:
		x.refused++
	case history.OutcomeDeduplicated:
		x.accepted++
		o.recognizes = o.recognizes || e.Detail["idempotency_key"] != ""
		if !o.accepted[acceptedUnder(e)] {
			o.r.found("recognized-unaccepted", fmt.Sprintf("the gateway recognized text %q of event %s by attempt %s as accepted before, and recorded no acceptance of it", e.Text, e.Event, e.Attempt))
		}
	default:
		x.accepted++ // perhaps
		if key := e.Detail["idempotency_key"]; key != "" {
			if e.Outcome != history.OutcomeUnclear && o.accepted[acceptedFor(e)] {
				o.again = append(o.again, fmt.Sprintf("the gateway accepted text %q of event %s by attempt %s under the key %q of %s, and had accepted it before", e.Text, e.Event, e.Attempt, key, e.User))
			}
			o.accepted[acceptedFor(e)] = true
		}
		o.accepted[acceptedUnder(e)], o.accepted[acceptedAs(e)] = true, true
	}
	if s := l.s; s == nil {
		o.unobserved(e)
	} else if o.r.clocks.surelyBefore(e.Domain, e.T, s.domain, s.enter) {
		o.disagree("the gateway received a send of attempt %s before %s entered it", s.attempt, s.worker)
	}
}

// agree holds what the gateway and a worker say of one text of an attempt
// against each other.
//
// How often a text was sent is nobody's to say: an orchestrator may send it
// again within one call of its own. So counts are compared as far as any number
// of calls allows.
func (o *observers) agree(attempt string, l *ledger, x *sending) {
	what := fmt.Sprintf("text %q of event %s by attempt %s", x.of.Text, x.of.Event, attempt)
	differ := func(says string) {
		o.r.found("outcomes-disagree", fmt.Sprintf("%s: %s", what, says))
	}
	if x.calls == 0 {
		if x.answered != nil {
			o.r.found("gateway-incomplete", fmt.Sprintf("the gateway's record lacks %s, whose send %s saw succeed", what, x.answered.Src))
		}
		return
	}
	if x.announcements == 0 && o.announces && l.s != nil {
		o.r.found("send-unannounced", fmt.Sprintf("the gateway received %s, which %s never recorded that it would send", what, l.s.worker))
	}
	if x.returns < x.calls && o.answered && o.r.gatewayEnded {
		o.r.found("call-without-answer", fmt.Sprintf("the gateway ended when it had answered everybody, and recorded %d calls of %s and %d answers", x.calls, what, x.returns))
	}
	if x.ok+x.gone > x.accepted {
		differ("the gateway answered ok, or found its caller gone, more often than it accepted it")
	}
	if x.returnedRefused > x.refused {
		differ("the gateway answered that it refused more often than it refused it")
	}
	if a := x.answered; a != nil {
		switch {
		case x.accepted == 0:
			differ(fmt.Sprintf("the gateway refused it, and %s was told that all is well", a.Src))
		case x.returns == x.calls && x.ok == 0:
			differ(fmt.Sprintf("the gateway could not answer, and %s was told that all is well", a.Src))
		}
		if o.r.clocks.surelyBefore(a.Domain, a.T, x.arrived.Domain, x.arrived.T) {
			o.disagree("%s: %s saw the answer before the gateway received it", what, a.Src)
		}
		if h := l.released; h != nil && x.calls == 1 && h.Text == x.of.Text && o.r.clocks.surelyBefore(a.Domain, a.T, h.Domain, h.T) {
			o.disagree("%s: %s saw the answer while the gateway withheld it", what, a.Src)
		}
	}
	if x.refusals > 0 && x.calls == 1 && x.announcements <= 1 && x.refused == 0 {
		differ("the gateway accepted it, and its worker knows that it was not sent")
	}
	if a := x.announced; a != nil && o.r.clocks.surelyBefore(x.arrived.Domain, x.arrived.T, a.Domain, a.T) {
		o.disagree("%s: the gateway received it before %s sent it", what, a.Src)
	}
}

// acceptedUnder is what the gateway recognizes a text by: its idempotency key,
// or, where no key is on record, whose text it is.
func acceptedUnder(call *history.Event) string {
	if key := call.Detail["idempotency_key"]; key != "" {
		return "key\x00" + key
	}
	return acceptedAs(call)
}

// acceptedFor is the narrowest that a gateway may recognize a text by: it may
// keep keys for each user apart.
func acceptedFor(call *history.Event) string {
	return "user\x00" + call.User + "\x00" + call.Detail["idempotency_key"]
}

func acceptedAs(call *history.Event) string {
	return "text\x00" + call.Event + "\x00" + call.Text
}
