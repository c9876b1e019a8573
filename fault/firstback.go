package fault

import (
	"context"
	"errors"
	"time"
)

// firstBack is the evidence that the race was decided as it was meant to be.
const firstBack = "the worker that was back first was given the user, whose section another was still inside"

// letBackFirst lets one worker come back, catches it inside the section of the
// first target's user, for so long at the most, and lets the others come back. It
// keeps both inside until the steps are over that see the others back. It returns
// what was seen last of whether that one was given the user.
func (i *injection) letBackFirst(ctx context.Context, alone string, limit time.Duration, it, others func(context.Context) error, back ...step) (what string, err error) {
	caught, err := i.catch(ctx, i.first().User, alone, PointSend)
	if err != nil {
		i.failsToHeal(errors.Join(it(ctx), others(ctx)))
		return what, err
	}
	returned := time.Now()
	i.failsToHeal(it(ctx))
	for i.moved = false; i.unhealed == nil && err == nil && !i.moved && time.Since(returned) < limit; {
		what, i.moved, err = caught.caught(ctx)
	}
	i.noteTime("alone_for", returned)
	i.failsToHeal(others(ctx))
	if err != nil || i.unhealed != nil {
		return what, err
	}
	if err := steps(back).do(ctx, i); err != nil {
		return what, err
	}
	if i.moved {
		i.note("taken_over", what)
		i.await(ctx, firstBack, "gateway", engineLimit, caught.isCaught)
	}
	return what, release(ctx, []*target{caught})
}
