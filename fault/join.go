package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Join starts one more worker while the others are inside the aimed users'
// sections, as every scaling-up does. The newcomer must be given some of those
// users, whether before or after their sections end: that is the question.
type Join struct {
	At   Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Hold time.Duration `yaml:"hold,omitempty"`  // how long the sections go on once the newcomer is there
}

// Kind implements [Fault].
func (Join) Kind() string { return "join" }

// Needs implements [Fault].
func (j Join) Needs() Needs { return j.At.needs() }

// Check implements [Fault].
func (j Join) Check() error { return errors.Join(j.At.check(), notNegative("hold", j.Hold)) }

// Inject implements [Fault].
func (j Join) Inject(ctx context.Context, s *Scene) error {
	return s.midFlightDo(ctx, j.At, s.Users, func(flights []*flight) error { return j.strike(ctx, s, flights) })
}

func (j Join) strike(ctx context.Context, s *Scene, flights []*flight) error {
	known := map[string]bool{}
	all, err := s.Broker.Connections(ctx)
	if err != nil {
		return err
	}
	for name := range all {
		known[name] = true
	}
	i, err := s.begin(ctx, j.Kind(), flights)
	if err != nil {
		return err
	}
	if err := s.Replace(ctx, ""); err != nil {
		return errors.Join(err, i.end(nil))
	}
	i.await(ctx, "the broker lists a worker that was not there", "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
		all, err := s.Broker.Connections(ctx)
		for name := range all {
			if !known[name] {
				return name + " has joined", true, err
			}
		}
		return fmt.Sprintf("%d consumers, none of them new", len(all)), false, err
	})
	sleep(ctx, j.Hold)
	if err := release(ctx, flights); err != nil {
		return errors.Join(err, i.end(nil))
	}
	i.await(ctx, "an aimed user was given to the newcomer", "gateway", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		last := "no aimed user moved"
		for _, f := range flights {
			what, moved, err := f.movedOn(ctx)
			if err != nil || moved {
				return what, moved, err
			}
			last = what
		}
		return last, false, nil
	})
	return i.end(nil)
}
