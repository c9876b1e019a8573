package levels

import (
	"fmt"
	"maps"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
)

// DetailNobody is, on a note of the downstream, a word on a call of which it could
// not tell whose it was. Nothing holds beside such a call.
const DetailNobody = "nobody"

// call is a send that came to the downstream.
type call struct {
	e, ret                    *history.Event // ret nil: no answer is on record
	user, event, worker, text string
	// Its caller surely waited from start until end, which may be the same instant, or
	// before start where the clocks leave nothing sure; placed is false where nothing is.
	start, end int64
	placed     bool
	answered   bool // somebody was there for the answer
}

// accepted reports whether the text went out by this call, or perhaps did.
func (c *call) accepted() bool {
	return c.e.Outcome != history.OutcomeFailed && c.e.Outcome != history.OutcomeDeduplicated
}

// witness is the attempt that made a call, as long as it surely waited for the answer.
func (s *seen) witness(c *call) checker.WitnessAttempt {
	a := checker.WitnessAttempt{Attempt: c.e.Attempt, Event: c.event, Worker: c.worker}
	if _, _, ok := s.clocks.On(s.frame, c.e.Domain, c.e.T); !ok {
		return a
	}
	a.Domain, a.Enter, a.End, a.EndedBy = s.frame, c.start, c.start, "when its call had come"
	if c.placed && c.end > c.start {
		a.End, a.EndedBy = c.end, "when its answer was still out"
	}
	return a
}

// hold is a call whose answer the downstream kept back, and whose caller was found
// gone in the end.
type hold struct {
	worker, user string
	start, end   int64 // surely kept back, and the caller not found gone
}

// callKey is what a call and its answer have in common.
type callKey struct{ attempt, event, text string }

func (s *seen) seeDownstream() {
	open, held := map[callKey][]*call{}, map[string]hold{}
	var first, last *history.Event
	for i := range s.h.Events {
		e := &s.h.Events[i]
		if e.Src != history.SrcGateway {
			continue
		}
		if first == nil {
			first = e
		}
		last = e
		k := callKey{e.Attempt, e.Event, e.Text}
		switch e.Kind {
		case history.KindSendCall:
			c := &call{e: e, user: e.User, event: e.Event, worker: e.Worker, text: e.Text}
			s.whose(e, e.User, e.Event)
			c.end, c.start, c.placed = s.at(e, e.T)
			s.calls = append(s.calls, c)
			open[k] = append(open[k], c)
		case history.KindHoldBegin:
			if _, hi, ok := s.at(e, e.T); ok {
				held[e.Attempt] = hold{worker: e.Worker, user: e.User, start: hi}
			}
		case history.KindHoldEnd:
			if h, ok := held[e.Attempt]; ok && e.Outcome == history.OutcomeGone {
				h.end, _, _ = s.at(e, e.T)
				s.holds = append(s.holds, h)
			}
			// A hold's end is recorded before the answer goes out. Of several calls
			// under one name it is of one of them, nobody knows which.
			if of := open[k]; e.Outcome == history.OutcomeReleased && len(of) == 1 {
				s.waited(of[0], e, e.T)
			}
		case history.KindSendReturn:
			// Of several calls under one name this may be the answer to any: all were out
			// until it at least.
			for _, c := range open[k] {
				if c.ret == nil {
					c.ret = e
					s.answered(c)
				}
			}
			if of := open[k]; len(of) > 0 {
				open[k] = of[1:]
			}
		case history.KindNote:
			if e.Detail[DetailNobody] != "" {
				s.found("traffic-of-nobody", Downstream, fmt.Sprintf("the downstream was called and cannot tell for whom: %s (line %d)", e.Detail[DetailNobody], e.Seq))
			}
		}
	}
	switch {
	case first == nil:
		s.found("gateway-missing", Downstream, "nothing of the downstream is on record")
	case first.Kind != history.KindObserverStart || last.Kind != history.KindObserverStop:
		s.found("gateway-unfinished", Downstream, "the downstream's record has no begin or no end, so that calls before or after would not be on it")
	}
	s.impatient()
	for _, c := range s.calls {
		c.placed = c.placed && c.answered
		s.outlived(c)
	}
}

// impatient looks for calls that one worker made more than once for one text, as one
// does that sends again before it has an answer. It goes on with the first answer
// that comes, and then another call may still be out or on its way: so of those that
// are out at once all end with the first, and what came later shows nothing.
func (s *seen) impatient() {
	of := map[string][]*call{}
	for _, c := range s.calls {
		for _, a := range of[c.event] {
			if a.worker != c.worker && a.worker != "" && c.worker != "" {
				continue
			}
			if a.end > c.start && c.end > a.start {
				first := min(a.end, c.end)
				a.end, c.end = first, first
			}
			if a.text == c.text {
				c.placed = false
			}
		}
		of[c.event] = append(of[c.event], c)
	}
}

// waited: the caller of c was still waiting at t.
func (s *seen) waited(c *call, e *history.Event, t int64) {
	if lo, _, ok := s.at(e, t); ok {
		c.end = max(c.end, lo)
	}
}

// answered says how long the caller of c surely waited, by its answer.
func (s *seen) answered(c *call) {
	// Whoever had gone may have hung up before its call was read; and of a call that
	// it refused the downstream does not see whether anybody was there to hear it.
	c.answered = c.ret.Outcome == history.OutcomeOK
	switch {
	case !c.answered:
	case c.ret.From != 0: // when it began to answer
		s.waited(c, c.ret, c.ret.From)
	case c.e.Outcome == "":
		s.waited(c, c.e, min(c.e.T+int64(s.m.AnswersAfter), c.ret.T))
	}
}

// outlived ends a call where its caller's process was signalled. Of a call that
// does not say whose it is, any may be.
func (s *seen) outlived(c *call) {
	of := s.deaths[c.worker]
	if c.worker == "" {
		of = slices.Concat(slices.Collect(maps.Values(s.deaths))...)
	}
	for _, d := range of {
		switch {
		case !d.signalled:
		case c.start < d.from:
			c.end = min(c.end, d.from)
		case c.start <= d.t:
			c.placed = false
		}
	}
}
