package fault

import (
	"bytes"
	"context"
	"errors"
	"strings"
)

// Try runs a plan and tells whether what was seen of the first one is seen of
// it too. What says, in words, how it differs from the smallest so far.
type Try func(ctx context.Context, what string, p Plan) (seen bool, err error)

// Shrink makes a plan smaller for as long as what was seen of it is seen still,
// and returns the smallest; with an error it is the smallest so far.
//
//  1. A move takes a step or a setting away, halves a number, or sets it to its
//     least (see moves).
//  2. A plan is allowed if reading its file would not refuse it.
//  3. A round tries every move of the smallest plan whose plan is allowed, and goes
//     on from each plan of which it is seen.
//  4. Rounds follow each other until one in which it is seen of none.
//
// So what is returned without an error is minimal: no single move leads from it to
// a plan of which it is seen. Of a smaller plan that is two moves away it may be
// seen, as with every such search (Zeller and Hildebrandt, Simplifying and
// Isolating Failure-Inducing Input, 2002, definition 10, which is of removals).
func Shrink(ctx context.Context, p Plan, terms Terms, try Try) (Plan, error) {
	p = p.written()
	tried := map[string]bool{p.text(): true}
	for {
		smaller, err := round(ctx, &p, terms, tried, try)
		if err != nil || !smaller {
			return p, err
		}
	}
}

// round tries every move once, and reports whether one made the plan smaller. A
// plan that was tried is not tried again: it differs from what was seen.
func round(ctx context.Context, p *Plan, terms Terms, tried map[string]bool, try Try) (smaller bool, err error) {
	done := map[string]bool{}
	for {
		m, next, ok := nextMove(*p, terms, done, tried)
		if !ok {
			return smaller, nil
		}
		if err := ctx.Err(); err != nil {
			return smaller, err
		}
		tried[next.text()] = true
		seen, err := try(ctx, m.what, next)
		if err != nil {
			return smaller, err
		}
		if seen {
			*p, smaller = next, true
		}
	}
}

// nextMove is the first move that is not done, with the plan that it leads to.
func nextMove(p Plan, terms Terms, done, tried map[string]bool) (move, Plan, bool) {
	for _, m := range moves(p) {
		if done[m.what] {
			continue
		}
		done[m.what] = true
		next := p.written()
		m.make(&next)
		if !tried[next.text()] && next.allowed(terms) == nil {
			return m, next, true
		}
	}
	return move{}, Plan{}, false
}

func (p Plan) text() string {
	var b bytes.Buffer
	if err := WritePlan(&b, p); err != nil {
		return err.Error()
	}
	return b.String()
}

// allowed is what reading the plan's file would say of it.
func (p Plan) allowed(terms Terms) error {
	q, err := ReadPlan(strings.NewReader(p.text()), "a smaller schedule", terms)
	if err == nil && q.text() != p.text() {
		err = errors.New("it is read as another than it was written")
	}
	return err
}
