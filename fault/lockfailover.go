package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// LockFailover kills the lock server while a worker is inside an aimed user's
// section, and sends everybody to its replica, to which the user's lock has
// not been copied: Redis answers for a write before its replicas have it. That
// the replica lags is no matter of luck here: its link is broken before the
// worker takes its lock.
type LockFailover struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
}

// Kind implements [Fault].
func (LockFailover) Kind() string { return "lock-failover" }

// Needs implements [Fault].
func (l LockFailover) Needs() Needs { return onLocks(l.At).And(Needs{Replica: true}) }

// Check implements [Fault].
func (l LockFailover) Check() error { return l.At.checkHolder() }

// Inject implements [Fault].
func (l LockFailover) Inject(ctx context.Context, s *Scene) error {
	server, err := s.lockServer(l)
	if err != nil {
		return err
	}
	replica := server.Replica()
	if replica == nil {
		return fmt.Errorf("the fault %s needs a lock server with a replica", l.Kind())
	}
	user, err := l.fallBehind(ctx, s, replica)
	if err != nil {
		return errors.Join(err, mendReplica(ctx, server, replica))
	}
	begun := false
	err = s.midFlightDo(ctx, l.At, []string{user}, func(flights []*flight) error {
		begun = true
		return l.strike(ctx, s, server, replica, flights[0])
	})
	if !begun {
		err = errors.Join(err, mendReplica(ctx, server, replica))
	}
	return err
}

// fallBehind breaks the replica's link at a moment when the replica knows of no
// lock of one of the aimed users, and returns that user: whatever lock it gets
// from then on is unknown to the replica. A lock that the replica does know
// would, after the failover, be held by nobody until it runs out.
func (l LockFailover) fallBehind(ctx context.Context, s *Scene, replica LockReplica) (user string, err error) {
	ctx, cancel := context.WithTimeout(ctx, aimLimit)
	defer cancel()
	for {
		if err := replica.Detach(ctx); err != nil {
			return "", err
		}
		for _, user := range s.Users {
			lock, err := replica.Lock(ctx, user)
			if err != nil || lock.Token == "" || s.Unaimed {
				return user, err
			}
		}
		if err := replica.Attach(ctx); err != nil {
			return "", err
		}
		if !sleep(ctx, pollEvery) {
			return "", fmt.Errorf("%w: within %s there was no moment at which one of %v was without a lock", ErrMissed, aimLimit, s.Users)
		}
	}
}

func (l LockFailover) strike(ctx context.Context, s *Scene, server LockServer, replica LockReplica, f *flight) error {
	before, err := server.Account(ctx)
	if err != nil {
		return errors.Join(err, mendReplica(ctx, server, replica))
	}
	i, lock, err := s.holding(ctx, l.Kind(), f, "nobody gets a lock while there is no lock server")
	if err != nil {
		return errors.Join(err, mendReplica(ctx, server, replica))
	}
	i.await(ctx, "the replica has no link to its primary", "locks", engineLimit, func(ctx context.Context) (string, bool, error) {
		a, err := replica.Account(ctx)
		return fmt.Sprintf("role %s, link %s", a.Role, a.Link), a.Role == "slave" && a.Link == "down", err
	})
	if f.hold != "" {
		i.await(ctx, "the holder's lock is at the primary and not at the replica", "locks", engineLimit, unreplicated(server, replica, f.User))
	}
	died := time.Now()
	if err := server.Kill(ctx); err != nil {
		return i.end(err, mendReplica(ctx, server, replica))
	}
	i.await(ctx, "the engine reports the primary dead by SIGKILL", "engine", engineLimit, killed(server))
	if err := replica.Promote(ctx); err != nil {
		return i.end(err, mendReplica(ctx, server, replica))
	}
	i.detail["failed_over_in"] = time.Since(died).Round(time.Millisecond).String()
	i.await(ctx, "the workers' lock server is another, and a primary", "locks", engineLimit, func(ctx context.Context) (string, bool, error) {
		what, other, err := anew(server.Account, before)(ctx)
		if err != nil {
			return "", false, err
		}
		now, err := server.Account(ctx)
		return fmt.Sprintf("%s; role %s", what, now.Role), other && now.Role == "master", err
	})
	i.awaitLoss(ctx, f, lock)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startLimit)
	defer cancel()
	return i.end(nil, replica.Rebuild(ctx))
}

// unreplicated looks for a lock that the primary has given and the replica
// does not know of.
func unreplicated(server LockServer, replica LockReplica, user string) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		at, err := server.Lock(ctx, user)
		if err != nil {
			return "", false, err
		}
		copied, err := replica.Lock(ctx, user)
		return fmt.Sprintf("%s's lock: at the primary %s; at the replica %s", user, at, copied), at.Token != "" && copied.Token == "", err
	}
}

// mendReplica puts the pair in order where there was no failover. That the
// primary does not start is no reason not to try the replica, and to tell of it.
func mendReplica(ctx context.Context, server LockServer, replica LockReplica) error {
	err := revive(ctx, server)
	ctx, cancel := healing(ctx)
	defer cancel()
	return errors.Join(err, replica.Attach(ctx))
}
