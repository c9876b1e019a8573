package fault

import (
	"context"
	"time"
)

// pressureLimit is how long keys are written until the lock has gone.
const pressureLimit = 20 * time.Second

// press writes keys until the aimed user's lock is gone, or any key where
// nobody was aimed at.
func (l LockEviction) press(ctx context.Context, i *injection, before Account, lock *LockState) error {
	server := i.scene.LockServer
	if err := server.LimitMemory(ctx, l.Policy); err != nil {
		return err
	}
	for end := time.Now().Add(pressureLimit); time.Now().Before(end) && ctx.Err() == nil; {
		if err := server.Fill(ctx); err != nil {
			return err
		}
		if !i.first().aimed() {
			now, err := server.Account(ctx)
			if err != nil || now.Evicted > before.Evicted {
				return err
			}
		} else if _, gone, err := lockIsAnother(lock)(ctx, i); err != nil || gone {
			return err
		}
	}
	return nil // the evidence will say what was missing
}
