package fault

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// target is a worker that waits at a point of its handling of an aimed user's
// event, and stays there until release. At the send and the other points of
// the critical section, it is inside. A target without a hold is a worker that
// was not aimed at: whatever it is doing.
type target struct {
	Send
	point Point
	hold  string
	after uint64 // sequence number of the newest send when the fault began
	scene *Scene
}

// aimed reports whether it is known what the worker is doing, and for whom.
func (t *target) aimed() bool { return t.hold != "" }

// ErrMissed is wrapped by the error of a fault that could not be aimed, and so
// did not happen at all.
var ErrMissed = errors.New("the fault missed")

// release lets the withheld answers go, all at once: that one of them cannot be
// reached must not keep the workers of the others inside.
func release(ctx context.Context, targets []*target) error {
	errs := make([]error, len(targets))
	var wg sync.WaitGroup
	for i, t := range targets {
		if !t.aimed() {
			continue
		}
		wg.Go(func() {
			if err := t.scene.Downstream.Release(ctx, t.hold); err != nil {
				errs[i] = fmt.Errorf("releasing the withheld answer to %s: %w", t.User, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// letGo is an act that releases all targets.
func letGo(ctx context.Context, i *injection) error { return release(ctx, i.targets) }

// lettingGo is a step that releases one target.
func lettingGo(t **target) step {
	return do(func(ctx context.Context, _ *injection) error { return release(ctx, []*target{*t}) })
}
