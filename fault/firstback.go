package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// firstBack is the evidence that the race was decided as it was meant to be.
const firstBack = "the worker that was back first was given the user, whose section another was still inside"

// letBackFirst lets one worker come back, catches it inside the section of the
// first target's user, for so long at the most, and lets the others come back. It
// keeps both inside until the steps are over that see the others back. That the one
// was not given the user, in no round, is evidence that was not seen.
func (i *injection) letBackFirst(ctx context.Context, alone string, limit time.Duration, it, others func(context.Context) error, back ...step) error {
	caught, err := i.catch(ctx, i.first().User, alone, PointSend)
	if err != nil {
		i.failsToHeal(errors.Join(it(ctx), others(ctx)))
		return err
	}
	what, returned := "", time.Now()
	i.failsToHeal(it(ctx))
	for i.moved = false; i.unhealed == nil && err == nil && !i.moved && time.Since(returned) < limit; {
		what, i.moved, err = caught.caught(ctx)
	}
	i.noteTime("alone_for", returned)
	i.failsToHeal(others(ctx))
	if err != nil || i.unhealed != nil {
		return err
	}
	if err := steps(back).do(ctx, i); err != nil {
		return err
	}
	switch {
	case i.moved:
		i.note("taken_over", what)
		i.await(ctx, firstBack, "gateway", engineLimit, caught.isCaught)
	case i.unhealed == nil && i.round >= i.spec.times:
		i.unseen(firstBack, "gateway", fmt.Sprintf("not within %s of its return, %d times: %s", limit, i.round, what))
	}
	return release(ctx, []*target{caught})
}

// everyoneInTurn has all workers to itself from before each strike on, if somebody
// was aimed at, and knows their connections: another fault may have one for long,
// and is not to be waited for while a server stands still.
func everyoneInTurn(names *[]string, before *Connections) act {
	unclaim := func() {}
	return func(ctx context.Context, i *injection) error {
		if unclaim(); !i.first().aimed() {
			return nil
		}
		all, done, err := i.scene.claimEveryone(ctx, itself)
		if err != nil {
			unclaim = func() {}
			return err
		}
		*names, unclaim = all, done
		i.finally(func(context.Context) error { unclaim(); unclaim = func() {}; return nil })
		return connections(before)(ctx, i)
	}
}
