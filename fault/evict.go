package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Evict freezes a worker that is inside an aimed user's section until the broker
// has dropped it, starts a fresh one in its place, and thaws it beside that: as
// when a node cannot be reached, its pod is taken for dead and started elsewhere,
// and the node comes back. Nobody made sure that the old one was dead.
type Evict struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	For time.Duration `yaml:"for,omitempty"`   // the shortest time frozen; it is longer until another has the user
}

// Kind implements [Fault].
func (Evict) Kind() string { return "evict" }

// Needs implements [Fault].
func (e Evict) Needs() Needs { return e.At.needs() }

// Check implements [Fault].
func (e Evict) Check() error { return errors.Join(e.At.check(), bounded("for", e.For)) }

// Inject implements [Fault].
func (e Evict) Inject(ctx context.Context, s *Scene) error {
	return s.strikeDo(ctx, e.At, s.Users[:1], func(flights []*flight) error { return e.strike(ctx, s, flights) })
}

func (e Evict) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	worker, err := s.Worker(f.Worker)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, e.Kind(), flights)
	if err != nil {
		return err
	}
	started := time.Now()
	if err := worker.Pause(ctx); err != nil {
		return i.end(err, thaw(ctx, worker))
	}
	i.await(ctx, "the engine reports the worker frozen", "engine", engineLimit, isPaused(worker))
	i.await(ctx, "the broker dropped the frozen worker", "broker", brokerLimit, gone(s.Broker, f.Worker))
	if err := s.Replace(ctx, f.Worker); err != nil {
		return i.end(fmt.Errorf("starting another in the place of %s: %w", f.Worker, err), thaw(ctx, worker))
	}
	i.awaitTakeover(ctx, f, f.takenOver)
	sleep(ctx, e.For-time.Since(started))
	i.detail["frozen_for"] = time.Since(started).Round(time.Millisecond).String()
	return i.end(nil, thaw(ctx, worker))
}
