package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Partitions raises the topic's number of partitions while workers are inside
// the aimed users' sections. From then on most users' events go to another
// partition than before, and so perhaps to another worker, while their earlier
// events wait in the old one. It cannot be undone: it is over when consumers
// are on the new partitions.
type Partitions struct {
	At     Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Add    int           `yaml:"add"`
	Linger time.Duration `yaml:"linger,omitempty"` // how long the sections stay open after that, at the most
}

// Kind implements [Fault].
func (Partitions) Kind() string { return "partitions-raised" }

// Needs implements [Fault].
func (p Partitions) Needs() Needs { return p.At.needs().And(Needs{Holds: []Resource{TheTopic}}) }

// Check implements [Fault].
func (p Partitions) Check() error {
	const most = 64
	errs := []error{p.At.check(), notNegative("linger", p.Linger)}
	if p.Add < 1 || p.Add > most {
		errs = append(errs, fmt.Errorf("add is %d: give 1 to %d", p.Add, most))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (p Partitions) Inject(ctx context.Context, s *Scene) error {
	if s.Topic == nil {
		return lacks(p.Kind(), "a topic with partitions")
	}
	n, err := ask(ctx, s.Topic.Partitions)
	if err != nil {
		return err
	}
	if n == 0 {
		return lacks(p.Kind(), "a topic with partitions")
	}
	return s.midFlightDo(ctx, p.At, s.Users, func(flights []*flight) error { return p.strike(ctx, s, flights, n) })
}

func (p Partitions) strike(ctx context.Context, s *Scene, flights []*flight, before int) error {
	i, err := s.begin(ctx, p.Kind(), flights)
	if err != nil {
		return err
	}
	to := before + p.Add
	if err := s.Topic.RaisePartitions(ctx, to); err != nil {
		return i.end(err, nil)
	}
	i.await(ctx, fmt.Sprintf("the broker says that the topic has %d partitions", to), "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
		n, err := s.Topic.Partitions(ctx)
		return fmt.Sprintf("%d partitions", n), n == to, err
	})
	i.await(ctx, "each new partition has an active consumer", "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
		now, err := s.Topic.Statistics(ctx)
		n := len(now.owners())
		return fmt.Sprintf("%d partitions have one", n), n == to, err
	})
	i.linger(ctx, flights, p.Linger)
	return i.end(nil, nil)
}
