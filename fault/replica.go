package fault

import (
	"context"
	"fmt"
)

// fallBehind breaks the replica's link at a moment when the replica knows of no
// lock of one of the aimed users, and aims at that user: whatever lock it gets
// from then on is unknown to the replica. A lock that the replica does know
// would, after the failover, be held by nobody until it runs out.
func fallBehind(ctx context.Context, i *injection) error {
	ctx, cancel := context.WithTimeout(ctx, aimLimit)
	defer cancel()
	replica := i.scene.LockServer.Replica()
	for {
		if err := replica.Detach(ctx); err != nil {
			return err
		}
		for _, user := range i.scene.Users {
			lock, err := replica.Lock(ctx, user)
			if err != nil || lock.Token == "" || i.scene.Unaimed {
				i.users = []string{user}
				return err
			}
		}
		if err := replica.Attach(ctx); err != nil {
			return err
		}
		if !sleep(ctx, pollEvery) {
			return fmt.Errorf("%w: within %s there was no moment at which one of %v was without a lock", ErrMissed, aimLimit, i.scene.Users)
		}
	}
}
