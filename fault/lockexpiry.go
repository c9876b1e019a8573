package fault

import (
	"context"
	"fmt"
)

// LockExpiry takes a lock away from a worker that is inside the section it
// guards: by waiting until the lock's lifetime runs out, or by deleting it, as
// an eviction, a flush or a failover to an empty replica would.
type LockExpiry struct {
	At     Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Delete bool  `yaml:"delete,omitempty"`
}

// Kind implements [Fault].
func (l LockExpiry) Kind() string {
	if l.Delete {
		return "lock-delete"
	}
	return "lock-expiry"
}

// Needs implements [Fault].
//
// It reads the lock from the server, which must answer.
func (l LockExpiry) Needs() Needs {
	return l.At.needs().And(Needs{Workers: 2, Holds: []Resource{TheLockServer}})
}

// Check implements [Fault].
func (l LockExpiry) Check() error { return l.At.checkHolder() }

// Inject implements [Fault].
func (l LockExpiry) Inject(ctx context.Context, s *Scene) error {
	if s.Locks == nil {
		return fmt.Errorf("the fault %s needs a mode that takes locks", l.Kind())
	}
	return s.midFlightDo(ctx, l.At, s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, flights) })
}

func (l LockExpiry) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	token, err := s.Locks.Owner(ctx, f.User)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, l.Kind(), flights)
	if err != nil {
		return err
	}
	i.detail["token_before"] = token
	if l.Delete {
		if err := s.Locks.Delete(ctx, f.User); err != nil {
			return i.end(err, nil)
		}
	}
	i.await(ctx, "the holder's lock is gone while it is inside", "locks", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		now, err := s.Locks.Owner(ctx, f.User)
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("owner of %s's lock: before %q, now %q", f.User, token, now), token != "" && now != token, nil
	})
	i.awaitTakeover(ctx, f, f.takenOver)
	return i.end(nil, nil)
}
