package fault

import (
	"context"
	"time"
)

// act is something that a fault does.
type act func(ctx context.Context, i *injection) error

// step is an act, with what it must know of the time before the strike.
type step struct{ before, do act }

type steps []step

// do is a step that needs to know nothing of before.
func do(a act) step { return step{do: a} }

// group is several steps as one.
func group(all ...step) step {
	return step{
		before: func(ctx context.Context, i *injection) error { return steps(all).before(ctx, i) },
		do:     func(ctx context.Context, i *injection) error { return steps(all).do(ctx, i) },
	}
}

func (all steps) before(ctx context.Context, i *injection) error {
	for _, s := range all {
		if s.before == nil {
			continue
		}
		if err := s.before(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// do stops at the first step that fails, or that leaves something unhealed.
func (all steps) do(ctx context.Context, i *injection) error {
	for _, s := range all {
		if err := s.do(ctx, i); err != nil || i.unhealed != nil {
			return err
		}
	}
	return nil
}

// lasting is a step that waits until so long after the strike, and notes how long
// that was.
func lasting(d time.Duration, noted string) step {
	return do(func(ctx context.Context, i *injection) error {
		sleep(ctx, d-time.Since(i.struck))
		i.noteTime(noted, i.struck)
		return nil
	})
}

// waiting is a step that does nothing for a while.
func waiting(d time.Duration) step {
	return do(func(ctx context.Context, _ *injection) error { sleep(ctx, d); return nil })
}

// lingering is a step that keeps the sections open until another worker has one
// of the users, for so long at the most.
func lingering(d time.Duration) step {
	return do(func(ctx context.Context, i *injection) error {
		i.moved = i.moved || i.linger(ctx, i.targets, d)
		return nil
	})
}

// lingeringFor is lingering with a section that the fault caught later.
func lingeringFor(t **target, d time.Duration) step {
	return do(func(ctx context.Context, i *injection) error { i.linger(ctx, []*target{*t}, d); return nil })
}

// until is a step that waits until so long after the strike.
func until(d time.Duration) step {
	return do(func(ctx context.Context, i *injection) error {
		sleep(ctx, d-time.Since(i.struck))
		return nil
	})
}
