package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What the lock server, and its replica, say of the users' locks and of
// themselves.

const lockGone = "the holder's lock is gone while it is inside"

// lockLost: the aimed user's lock is not what it was before the strike, and
// another worker has the user. What the lock was, and is, is noted.
func lockLost(before *LockState) step {
	return group(
		ofAimed("", step{before: noteLock(before), do: func(ctx context.Context, i *injection) error {
			i.await(ctx, lockGone, "locks", takeoverLimit, lockIsAnother(before))
			if now, err := i.scene.LockServer.Lock(ctx, i.first().User); err == nil {
				i.note("lock_after", now)
			}
			return nil
		}}),
		takenOver,
	)
}

// lockLostOrKept is lockLost, or, where kept is not 0: the first server has lost
// the aimed user's lock, and the holder stays inside for so long.
func lockLostOrKept(kept time.Duration) step {
	var before LockState
	if kept == 0 {
		return lockLost(&before)
	}
	return group(ofAimed("", step{before: noteLock(&before), do: func(ctx context.Context, i *injection) error {
		i.await(ctx, "one server has lost the holder's lock while it is inside", "locks", takeoverLimit, lockIsAnother(&before))
		return nil
	}}), waiting(kept))
}

// keptOn refuses what does not go with how many servers the lock asks.
func keptOn(kept time.Duration) func(Stage) error {
	return func(on Stage) error {
		switch {
		case kept == 0:
			return losesNothing(on)
		case on.LockServers == 1:
			return errors.New("the lock is on one server, and with it lost it is not kept: use a lock that asks several, or leave out kept")
		}
		return nil
	}
}

// losesNothing refuses to take a lock from one of several servers, and wait for
// another to have it.
func losesNothing(on Stage) error {
	if on.LockServers > 1 {
		return fmt.Errorf("the lock is on %d servers, and what one of them loses most still have: use a lock on one server, or a fault that can say kept", on.LockServers)
	}
	return nil
}

// noteLock notes what the aimed user's lock is.
func noteLock(into *LockState) act {
	return func(ctx context.Context, i *injection) (err error) {
		*into, err = i.scene.LockServer.Lock(ctx, i.first().User)
		i.note("lock_before", *into)
		return err
	}
}

// lockIsAnother looks for the absence of the holder's token.
func lockIsAnother(before *LockState) look {
	return briefly(func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.LockServer.Lock(ctx, i.first().User)
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("%s's lock: before %s; now %s", i.first().User, *before, now), before.Token != "" && now.Token != before.Token, nil
	})
}

// lockOutlived: the holder still has its lock.
func lockOutlived(before *LockState) step {
	return await("the holder's lock has outlived the pause", "locks", engineLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.LockServer.Lock(ctx, i.first().User)
		return fmt.Sprintf("%s's lock: before %s; now %s", i.first().User, *before, now), now.Token != "" && now.Token == before.Token, err
	})
}

// tokenGone: whoever held the aimed user's lock before the strike does not.
func tokenGone() step {
	token := ""
	return comparing(func(ctx context.Context, i *injection) (err error) {
		token, err = i.scene.Locks.Owner(ctx, i.first().User)
		i.note("token_before", token)
		return err
	}, await(lockGone, "locks", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		user := i.first().User
		now, err := i.scene.Locks.Owner(ctx, user)
		return fmt.Sprintf("owner of %s's lock: before %q, now %q", user, token, now), token != "" && now != token, err
	}))
}

// lockPassedOn: the aimed user's lock, which the worker waits to go on with, is
// nobody's, or another's than at first: the worker, which waits all the while, has
// not taken it anew.
func lockPassedOn() step {
	return do(func(ctx context.Context, i *injection) error {
		user := i.first().User
		then, err := i.scene.Locks.Owner(ctx, user)
		if err != nil {
			return err
		}
		i.await(ctx, "the lock is not the worker's when it goes on with it", "locks", takeoverLimit, func(ctx context.Context, _ *injection) (string, bool, error) {
			now, err := i.scene.Locks.Owner(ctx, user)
			return fmt.Sprintf("owner of %s's lock: %q when the worker was given it, now %q", user, then, now), now == "" || now != then, err
		})
		return nil
	})
}

// account looks at what the lock server says of itself, against before the
// strike.
func account(name string, judge func(before, now Account) (string, bool)) step {
	var before Account
	return comparing(func(ctx context.Context, i *injection) (err error) {
		before, err = i.scene.LockServer.Account(ctx)
		return err
	}, await(name, "locks", engineLimit, briefly(func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.LockServer.Account(ctx)
		if err != nil {
			return "", false, err
		}
		what, seen := judge(before, now)
		return what, seen, nil
	})))
}

func flushed() step {
	return account("the lock server has counted a flush", func(before, now Account) (string, bool) {
		return fmt.Sprintf("flushes: before %d, now %d", before.Flushes, now.Flushes), now.Flushes > before.Flushes
	})
}

func evicted() step {
	return account("the lock server has evicted keys", func(before, now Account) (string, bool) {
		return fmt.Sprintf("evicted keys: before %d, now %d", before.Evicted, now.Evicted), now.Evicted > before.Evicted
	})
}

// anotherProcess: the lock server answers under another run id.
func anotherProcess() step {
	return account("the lock server answers as another process", isAnother)
}

func isAnother(before, now Account) (string, bool) {
	return fmt.Sprintf("run id: before %s, now %s", before.RunID, now.RunID), before.RunID != "" && now.RunID != before.RunID
}

// failedOver: the workers' lock server is another, and a primary.
func failedOver() step {
	return account("the workers' lock server is another, and a primary", func(before, now Account) (string, bool) {
		what, other := isAnother(before, now)
		return fmt.Sprintf("%s; role %s", what, now.Role), other && now.Role == "master"
	})
}

// locksUnanswering: the lock server does not answer.
var locksUnanswering = await("the lock server does not answer", "harness", engineLimit, unanswered(func(ctx context.Context, i *injection) error {
	_, err := i.scene.LockServer.Account(ctx)
	return err
}))

// replicaCutOff: the replica has no link to its primary.
var replicaCutOff = await("the replica has no link to its primary", "locks", engineLimit, func(ctx context.Context, i *injection) (string, bool, error) {
	a, err := i.scene.LockServer.Replica().Account(ctx)
	return fmt.Sprintf("role %s, link %s", a.Role, a.Link), a.Role == "slave" && a.Link == "down", err
})

// notReplicated: the primary has given the aimed user's lock, and the replica does
// not know of it.
var notReplicated = ofAimed("", await("the holder's lock is at the primary and not at the replica", "locks", engineLimit, func(ctx context.Context, i *injection) (string, bool, error) {
	user := i.first().User
	primary, err := i.scene.LockServer.Lock(ctx, user)
	if err != nil {
		return "", false, err
	}
	copied, err := i.scene.LockServer.Replica().Lock(ctx, user)
	return fmt.Sprintf("%s's lock: at the primary %s; at the replica %s", user, primary, copied), primary.Token != "" && copied.Token == "", err
}))

// lockOutlives is how long a lock is looked at that nobody uses. A section
// without a fault is over many times in so long.
const lockOutlives = time.Second

// lockStays: the aimed user's lock is the holder's for longer than its section,
// which may end from now on.
func lockStays(token string) step {
	released := time.Now()
	return await("the lock stays behind its holder's section", "locks", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.Locks.Owner(ctx, i.first().User)
		if err != nil {
			return "", false, err
		}
		since := time.Since(released)
		return fmt.Sprintf("%s after the section could end the owner of %s's lock is %q, before %q", since.Round(time.Millisecond), i.first().User, now, token),
			token != "" && now == token && since >= lockOutlives, nil
	})
}

// grantedUnseen looks for a lock of the aimed user that stays as it is for
// longer than a section takes, while nobody sends for the user: whoever is
// granted a lock and knows goes into the section.
func grantedUnseen() look {
	token, since, sent := "", time.Time{}, uint64(0)
	return func(ctx context.Context, i *injection) (string, bool, error) {
		user := i.first().User
		now, err := i.scene.Locks.Lock(ctx, user)
		if err != nil {
			return "", false, err
		}
		sends, last, err := i.scene.Downstream.Sends(ctx, user, sent, 0)
		if err != nil {
			return "", false, err
		}
		if now.Token != token || len(sends) > 0 {
			token, since, sent = now.Token, time.Now(), last
		}
		held := time.Since(since)
		return fmt.Sprintf("%s's lock is %s, for %s without a send for the user", user, now, held.Round(time.Millisecond)), token != "" && held >= lockOutlives, nil
	}
}

// givenBack looks for a lock that is no longer its owner's before it could have
// run out.
func givenBack(before LockState) look {
	asked := time.Now()
	return func(ctx context.Context, i *injection) (string, bool, error) {
		user := i.first().User
		now, err := i.scene.Locks.Lock(ctx, user)
		if err != nil {
			return "", false, err
		}
		since := time.Since(asked)
		return fmt.Sprintf("%s's lock: before %s; %s after the owner could go on %s", user, before, since.Round(time.Millisecond), now),
			before.Token != "" && now.Token != before.Token && since < before.Left, nil
	}
}
