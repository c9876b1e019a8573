package fault

import (
	"context"
	"fmt"
)

// bystander is the first target at another worker than the struck one. All other
// answers are let go: a worker whose lanes and queue are all taken up by aimed
// users has no room for the user that it is to take over.
func (i *injection) bystander(ctx context.Context) (*target, error) {
	var found *target
	for _, t := range i.targets[1:] {
		if found == nil && t.Worker != i.worker() {
			found = t
		} else if err := release(ctx, []*target{t}); err != nil {
			return nil, err
		}
	}
	if found == nil {
		return nil, fmt.Errorf("every aimed user was in the hands of %s: a bystander needs aimed users at two workers", i.worker())
	}
	return found, nil
}

// bystanderMoved: the bystander's user, too, is with another worker.
func bystanderMoved(b **target) step {
	return await("a healthy worker's user was given to another", "gateway", takeoverLimit,
		func(ctx context.Context, i *injection) (string, bool, error) { return (*b).isTakenOver(ctx, i) })
}
