package fault

import (
	"context"
	"fmt"
	"time"

	"turnstile/checker/history"
)

// await polls for one piece of evidence until it is seen or the limit is over.
func (i *injection) await(ctx context.Context, name, observer string, limit time.Duration, l look) {
	i.evidence = append(i.evidence, i.watch(ctx, name, observer, limit, l))
}

// watch is await, and leaves it to the caller what becomes of the evidence.
func (i *injection) watch(ctx context.Context, name, observer string, limit time.Duration, l look) history.Evidence {
	limit += i.scene.Patience
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ev := history.Evidence{Name: name, Observer: observer}
	for {
		detail, seen, err := l(ctx, i)
		if err != nil {
			detail = err.Error()
		}
		if detail != "" && (seen || ctx.Err() == nil) {
			ev.Detail = detail
		}
		if seen && err == nil {
			ev.Seen, ev.T = true, history.Now()
			break
		}
		if !sleep(ctx, pollEvery) {
			ev.T = history.Now()
			ev.Detail = fmt.Sprintf("not within %s; last: %s", limit, ev.Detail)
			break
		}
	}
	return ev
}

// ask puts a question to the broker before a strike, until it has answered or the
// limit is over: another fault may have it in its hands.
func ask[T any](ctx context.Context, question func(context.Context) (T, error)) (answer T, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	for {
		last := err
		if answer, err = question(ctx); err == nil {
			return answer, nil
		}
		if ctx.Err() != nil && last != nil {
			return answer, fmt.Errorf("for %s: %w", answerLimit, last) // not of the context, which ends whatever is asked
		}
		if !sleep(ctx, pollEvery) {
			return answer, fmt.Errorf("for %s: %w", answerLimit, err)
		}
	}
}
