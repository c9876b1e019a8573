package fault

import (
	"context"
	"errors"
	"time"
)

// Unsubscribe deletes the subscription by force while workers are inside the
// aimed users' sections, and makes it anew. Workers subscribe again by
// themselves, so it may be back before an operator has noticed; where it begins
// is then what their clients ask for.
type Unsubscribe struct {
	At       Point         `yaml:"point,omitempty"`      // where in its handling the worker is struck; empty: at the send
	After    time.Duration `yaml:"anew_after,omitempty"` // how long until an operator makes it anew
	Earliest bool          `yaml:"earliest,omitempty"`   // he makes it at the topic's first message, not at its end
	Linger   time.Duration `yaml:"linger,omitempty"`     // how long the sections stay open after that, at the most
}

// Kind implements [Fault].
func (Unsubscribe) Kind() string { return "unsubscribe" }

// Needs implements [Fault].
func (u Unsubscribe) Needs() Needs { return u.At.needs().And(Needs{Holds: []Resource{TheTopic}}) }

// Check implements [Fault].
func (u Unsubscribe) Check() error {
	return errors.Join(u.At.check(), notNegative("anew_after", u.After), notNegative("linger", u.Linger))
}

// Inject implements [Fault].
func (u Unsubscribe) Inject(ctx context.Context, s *Scene) error {
	if s.Topic == nil {
		return lacks(u.Kind(), "a subscription that can be deleted")
	}
	return s.midFlightDo(ctx, u.At, s.Users, func(flights []*flight) error { return u.strike(ctx, s, flights) })
}

func (u Unsubscribe) strike(ctx context.Context, s *Scene, flights []*flight) error {
	i, err := s.beginHalting(ctx, u.Kind(), flights, "there is no subscription to be given anything from")
	if err != nil {
		return err
	}
	target := flights[0].Worker
	before, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return i.end(err, nil)
	}
	heal := func() error {
		hctx, cancel := healing(ctx)
		defer cancel()
		return s.Topic.Subscribe(hctx, u.Earliest)
	}
	if err := s.Topic.Unsubscribe(ctx); err != nil {
		return i.end(err, heal())
	}
	sleep(ctx, u.After)
	if err := heal(); err != nil {
		return i.end(nil, err)
	}
	i.await(ctx, "the broker has another consumer of the worker than before", "broker", brokerLimit, s.reconnected(target, before))
	i.linger(ctx, flights, u.Linger)
	return i.end(nil, nil)
}
