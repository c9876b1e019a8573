package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// LockPause freezes the lock server while a worker is inside an aimed user's
// section, and resumes it. The server's clock goes on without it: a lock whose
// lifetime ends during the pause is gone when the server wakes, and its holder,
// who is healthy and inside, does not know.
type LockPause struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	For time.Duration `yaml:"for,omitempty"`
}

// Kind implements [Fault].
func (LockPause) Kind() string { return "lock-pause" }

// Needs implements [Fault].
func (l LockPause) Needs() Needs { return onLocks(l.At) }

// Check implements [Fault].
func (l LockPause) Check() error { return errors.Join(l.At.checkHolder(), bounded("for", l.For)) }

// Inject implements [Fault].
func (l LockPause) Inject(ctx context.Context, s *Scene) error {
	server, err := s.lockServer(l)
	if err != nil {
		return err
	}
	return s.midFlightDo(ctx, l.At, s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, server, flights[0]) })
}

func (l LockPause) strike(ctx context.Context, s *Scene, server LockServer, f *flight) error {
	i, lock, err := s.holding(ctx, l.Kind(), f, "nobody gets a lock while the lock server is frozen")
	if err != nil {
		return err
	}
	known := time.Now()
	if err := server.Pause(ctx); err != nil {
		return i.end(err, thaw(ctx, server))
	}
	i.await(ctx, "the engine reports the lock server paused", "engine", engineLimit, isPaused(server))
	i.await(ctx, "the lock server does not answer", "harness", engineLimit, func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if _, err := server.Account(ctx); err != nil {
			return err.Error(), true, nil
		}
		return "it answers", false, nil
	})
	sleep(ctx, l.For-time.Since(known))
	paused := time.Since(known)
	i.detail["paused_for"] = paused.Round(time.Millisecond).String()
	if err := thaw(ctx, server); err != nil {
		return i.end(nil, err)
	}
	if f.hold == "" || lock.Left <= paused {
		i.awaitLoss(ctx, f, lock)
	} else {
		i.await(ctx, "the holder's lock has outlived the pause", "locks", engineLimit, func(ctx context.Context) (string, bool, error) {
			now, err := server.Lock(ctx, f.User)
			return fmt.Sprintf("%s's lock: before %s; now %s", f.User, lock, now), now.Token != "" && now.Token == lock.Token, err
		})
	}
	return i.end(nil, nil)
}
