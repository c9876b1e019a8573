package fault

import (
	"context"
	"fmt"
)

// LockFlush makes the lock server forget everything while a worker is inside
// an aimed user's section: locks, and the counters that fencing tokens come
// from. Somebody typed FLUSHALL into the wrong window, or a job that "clears
// the cache" shares the server.
type LockFlush struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
}

// Kind implements [Fault].
func (LockFlush) Kind() string { return "lock-flush" }

// Needs implements [Fault].
func (l LockFlush) Needs() Needs { return onLocks(l.At) }

// Check implements [Fault].
func (l LockFlush) Check() error { return l.At.checkHolder() }

// Inject implements [Fault].
func (l LockFlush) Inject(ctx context.Context, s *Scene) error {
	server, err := s.lockServer(l)
	if err != nil {
		return err
	}
	return s.midFlightDo(ctx, l.At, s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, server, flights[0]) })
}

func (l LockFlush) strike(ctx context.Context, s *Scene, server LockServer, f *flight) error {
	before, err := server.Account(ctx)
	if err != nil {
		return err
	}
	i, lock, err := s.holding(ctx, l.Kind(), f, "")
	if err != nil {
		return err
	}
	if err := server.Flush(ctx); err != nil {
		return i.end(err, nil)
	}
	i.await(ctx, "the lock server has counted a flush", "locks", engineLimit, func(ctx context.Context) (string, bool, error) {
		now, err := server.Account(ctx)
		return fmt.Sprintf("flushes: before %d, now %d", before.Flushes, now.Flushes), now.Flushes > before.Flushes, err
	})
	i.awaitLoss(ctx, f, lock)
	return i.end(nil, nil)
}
