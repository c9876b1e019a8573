package fault

import (
	"context"
	"time"
)

// The evidence of faults: what must be seen, and by whom. Each observer has its
// file (evidence_broker.go and so on), each piece of evidence one name there.

// look looks for a piece of evidence once, and says what it saw.
type look func(ctx context.Context, i *injection) (what string, seen bool, err error)

// await is a step that waits until a piece of evidence is seen or the limit is
// over.
func await(name, observer string, limit time.Duration, l look) step {
	return do(func(ctx context.Context, i *injection) error {
		i.await(ctx, name, observer, limit, l)
		return nil
	})
}

// comparing is a step whose evidence is a difference: first notes how things were
// before the strike.
func comparing(first act, s step) step { return step{before: first, do: s.do} }

// ofAimed is a step that makes sense of a worker that was aimed at alone: of one
// that was drawn, there is no user or lock to look for. The detail says so.
func ofAimed(detail string, s step) step {
	return step{
		before: func(ctx context.Context, i *injection) error {
			if s.before == nil || !i.first().aimed() {
				return nil
			}
			return s.before(ctx, i)
		},
		do: func(ctx context.Context, i *injection) error {
			if !i.first().aimed() {
				if detail != "" {
					i.note(detail, "not looked for: nobody was aimed at")
				}
				return nil
			}
			return s.do(ctx, i)
		},
	}
}

// ofUnaimed is a step of a worker that was drawn, and not aimed at.
func ofUnaimed(s step) step {
	return step{before: s.before, do: func(ctx context.Context, i *injection) error {
		if i.first().aimed() {
			return nil
		}
		return s.do(ctx, i)
	}}
}

// briefly limits one look, so that an observer that does not answer is asked again.
func briefly(l look) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, lookLimit)
		defer cancel()
		return l(ctx, i)
	}
}

// unanswered looks for a question that is not answered within a second. That the
// looking is over says nothing of who was asked.
func unanswered(question func(context.Context, *injection) error) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := question(short, i); err != nil {
			return err.Error(), ctx.Err() == nil, nil
		}
		return "it answers", false, nil
	}
}
