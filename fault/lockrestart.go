package fault

import (
	"context"
	"errors"
	"time"
)

// LockRestart kills the lock server while a worker is inside an aimed user's
// section, and starts it again. It keeps nothing on disk, as lock servers are
// often run: it comes back without the locks that it gave out, and without the
// counters that fencing tokens come from.
type LockRestart struct {
	At   Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Down time.Duration `yaml:"down,omitempty"`  // from its death to its start
}

// Kind implements [Fault].
func (LockRestart) Kind() string { return "lock-restart" }

// Needs implements [Fault].
func (l LockRestart) Needs() Needs { return onLocks(l.At) }

// Check implements [Fault].
func (l LockRestart) Check() error {
	return errors.Join(l.At.checkHolder(), notNegative("down", l.Down))
}

// Inject implements [Fault].
func (l LockRestart) Inject(ctx context.Context, s *Scene) error {
	server, err := s.lockServer(l)
	if err != nil {
		return err
	}
	return s.midFlightDo(ctx, l.At, s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, server, flights[0]) })
}

func (l LockRestart) strike(ctx context.Context, s *Scene, server LockServer, f *flight) error {
	before, err := server.Account(ctx)
	if err != nil {
		return err
	}
	i, lock, err := s.holding(ctx, l.Kind(), f, "nobody gets a lock while there is no lock server")
	if err != nil {
		return err
	}
	died := time.Now()
	if err := server.Kill(ctx); err != nil {
		return i.end(err, revive(ctx, server))
	}
	i.await(ctx, "the engine reports the lock server dead by SIGKILL", "engine", engineLimit, killed(server))
	sleep(ctx, l.Down-time.Since(died))
	if err := revive(ctx, server); err != nil {
		return i.end(nil, err)
	}
	i.detail["down_for"] = time.Since(died).Round(time.Millisecond).String()
	i.await(ctx, "the lock server answers as another process", "locks", engineLimit, anew(server.Account, before))
	i.awaitLoss(ctx, f, lock)
	return i.end(nil, nil)
}
