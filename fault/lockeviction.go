package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// LockEviction puts the lock server under memory pressure while a worker is
// inside an aimed user's section: other keys are written until the server makes
// room by forgetting that user's lock. It stands for locks that live in a
// server which is a cache to others.
type LockEviction struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	// Policy is the server's maxmemory-policy. Under allkeys-lru every key may
	// go, locks and the counters of fencing tokens alike; under volatile-ttl
	// the keys that are to expire soonest go first, and these are the locks.
	Policy string `yaml:"policy"`
}

// policies are those of Redis that evict; under noeviction nothing is ever
// forgotten.
var policies = []string{
	"allkeys-lru", "allkeys-lfu", "allkeys-random",
	"volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
}

// pressureLimit is how long keys are written until the lock has gone.
const pressureLimit = 20 * time.Second

// Kind implements [Fault].
func (LockEviction) Kind() string { return "lock-eviction" }

// Needs implements [Fault].
func (l LockEviction) Needs() Needs { return onLocks(l.At) }

// Check implements [Fault].
func (l LockEviction) Check() error {
	err := l.At.checkHolder()
	if !slices.Contains(policies, l.Policy) {
		err = errors.Join(err, fmt.Errorf("the policy %q evicts nothing: give one of %s", l.Policy, strings.Join(policies, ", ")))
	}
	return err
}

// Inject implements [Fault].
func (l LockEviction) Inject(ctx context.Context, s *Scene) error {
	server, err := s.lockServer(l)
	if err != nil {
		return err
	}
	return s.midFlightDo(ctx, l.At, s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, server, flights[0]) })
}

func (l LockEviction) strike(ctx context.Context, s *Scene, server LockServer, f *flight) error {
	before, err := server.Account(ctx)
	if err != nil {
		return err
	}
	i, lock, err := s.holding(ctx, l.Kind(), f, "")
	if err != nil {
		return err
	}
	i.detail["policy"] = l.Policy
	if err := l.press(ctx, server, before, f, lock); err != nil {
		return i.end(err, relieve(ctx, server))
	}
	if err := relieve(ctx, server); err != nil {
		return i.end(nil, err)
	}
	i.await(ctx, "the lock server has evicted keys", "locks", engineLimit, func(ctx context.Context) (string, bool, error) {
		now, err := server.Account(ctx)
		return fmt.Sprintf("evicted keys: before %d, now %d", before.Evicted, now.Evicted), now.Evicted > before.Evicted, err
	})
	i.awaitLoss(ctx, f, lock)
	return i.end(nil, nil)
}

// press writes keys until the aimed user's lock is gone, or any key where
// nobody was aimed at.
func (l LockEviction) press(ctx context.Context, server LockServer, before Account, f *flight, lock LockState) error {
	if err := server.Squeeze(ctx, l.Policy); err != nil {
		return err
	}
	for end := time.Now().Add(pressureLimit); time.Now().Before(end) && ctx.Err() == nil; {
		if err := server.Fill(ctx); err != nil {
			return err
		}
		if f.hold == "" {
			now, err := server.Account(ctx)
			if err != nil || now.Evicted > before.Evicted {
				return err
			}
			continue
		}
		if _, gone, err := lost(server, f.User, lock)(ctx); err != nil || gone {
			return err
		}
	}
	return nil // the evidence will say what was missing
}

func relieve(ctx context.Context, server LockServer) error {
	ctx, cancel := healing(ctx)
	defer cancel()
	return server.Unsqueeze(ctx)
}
