package levels

import (
	"fmt"

	"turnstile/checker/history"
)

// DetailNobody is, on a note of the downstream, a word on a call of which it could
// not tell whose it was. Nothing holds beside such a call.
const DetailNobody = "nobody"

// call is a send that came to the downstream.
type call struct {
	e, ret                    *history.Event // ret nil: no answer is on record
	user, event, worker, text string
	// Its caller surely waited from start until end, which may be the same instant;
	// placed is false where not even that is sure.
	start, end int64
	placed     bool
}

// accepted reports whether the text went out by this call, or perhaps did.
func (c *call) accepted() bool {
	return c.e.Outcome != history.OutcomeFailed && c.e.Outcome != history.OutcomeDeduplicated
}

// callKey is what a call and its answer have in common.
type callKey struct{ attempt, event, text string }

func (s *seen) seeDownstream() {
	open := map[callKey][]*call{}
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
			_, c.start, c.placed = s.at(e, e.T)
			c.end = c.start
			s.calls = append(s.calls, c)
			open[k] = append(open[k], c)
		case history.KindHoldEnd:
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
		s.outlived(c)
	}
}

// impatient ends calls for one event that are out at once where the first of them
// is answered: a section that sends again before it has an answer goes on with the
// first that comes.
func (s *seen) impatient() {
	of := map[string][]*call{}
	for _, c := range s.calls {
		of[c.event] = append(of[c.event], c)
	}
	for _, all := range of {
		for i, a := range all {
			for _, b := range all[:i] {
				if a.placed && b.placed && a.end > b.start && b.end > a.start && (a.worker == b.worker || a.worker == "" || b.worker == "") {
					first := min(a.end, b.end)
					a.end, b.end = max(a.start, first), max(b.start, first)
				}
			}
		}
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
	switch {
	case c.ret.Outcome == history.OutcomeGone: // it hung up, nobody saw when
		return
	case c.ret.From != 0: // when it began to answer
		s.waited(c, c.ret, c.ret.From)
	case c.e.Outcome == "" && s.m.AnswersAfter > 0 && c.ret.Outcome == history.OutcomeOK:
		s.waited(c, c.e, min(c.e.T+int64(s.m.AnswersAfter), c.ret.T))
	}
}

// outlived ends a call where its caller's process was signalled. Of a call that
// does not say whose it is, any may be.
func (s *seen) outlived(c *call) {
	for worker, all := range s.deaths {
		if c.worker != "" && c.worker != worker {
			continue
		}
		for _, d := range all {
			switch {
			case !d.signalled:
			case d.from <= c.start && c.start <= d.t:
				c.placed = false
			case c.start < d.from && d.from < c.end:
				c.end = d.from
			}
		}
	}
}
