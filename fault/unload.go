package fault

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// Unload makes the broker close the topic and load it anew while workers are
// inside the aimed users' sections, as a load balancer does many times a day.
// No connection is lost: each worker's consumer is closed and made anew, and
// what the broker knew of unacknowledged messages and of draining keys is gone.
type Unload struct {
	At     Point         `yaml:"point,omitempty"`  // where in its handling the worker is struck; empty: at the send
	Bundle bool          `yaml:"bundle,omitempty"` // unload the namespace's bundles, and with them the topics of everyone
	Linger time.Duration `yaml:"linger,omitempty"` // how long the sections stay open after each, at the most
	// Times is how often at the most, until another worker has an aimed user: who
	// is back first is a race. 0 means once.
	Times int `yaml:"unloads,omitempty"`
	// Alone decides that race: all workers but one are frozen for the time of the
	// unload and at the most so long after it. 0: they are not.
	Alone time.Duration `yaml:"alone,omitempty"`
}

// Kind implements [Fault].
func (u Unload) Kind() string {
	if u.Bundle {
		return "bundle-unload"
	}
	return "topic-unload"
}

// Needs implements [Fault].
func (u Unload) Needs() Needs {
	return u.At.needs().And(Needs{Alone: u.Bundle, Holds: []Resource{TheTopic}}).And(oneAlone(u.Alone))
}

// Check implements [Fault].
func (u Unload) Check() error {
	errs := []error{u.At.check(), notNegative("linger", u.Linger), notNegative("alone", u.Alone)}
	return errors.Join(append(errs, repeated("unloads", u.Times, u.Linger+u.Alone))...)
}

// Inject implements [Fault].
func (u Unload) Inject(ctx context.Context, s *Scene) error {
	if s.Topic == nil {
		return lacks(u.Kind(), "a topic that can be unloaded")
	}
	return s.midFlightDo(ctx, u.At, s.Users, func(flights []*flight) error { return u.strike(ctx, s, flights) })
}

func (u Unload) strike(ctx context.Context, s *Scene, flights []*flight) error {
	unload := s.Topic.Unload
	if u.Bundle {
		unload = s.Topic.UnloadBundle
	}
	i, err := s.begin(ctx, u.Kind(), flights)
	if err != nil {
		return err
	}
	target := flights[0].Worker
	for n := 1; ; n++ {
		i.detail["unloads"] = strconv.Itoa(n)
		before, err := ask(ctx, s.Broker.Connections)
		var healErr error
		if err == nil && u.Alone > 0 {
			err, healErr = i.leaveAlone(ctx, flights, u.Alone, unload)
		} else if err == nil {
			err = unload(ctx)
		}
		if err != nil || healErr != nil {
			return i.end(err, healErr)
		}
		i.await(ctx, "the broker has another consumer of the worker than before", "broker", reconnectLimit, s.reconnected(target, before))
		if i.linger(ctx, flights, u.Linger) || n >= u.Times {
			return i.end(nil, nil)
		}
	}
}
