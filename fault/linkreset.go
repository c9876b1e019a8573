package fault

import (
	"context"
	"errors"
	"time"
)

// LinkReset resets a worker's connections to a server while it is inside an
// aimed user's section, as a firewall or a balancer that restarts does. Both ends
// know of it at once, and the worker is free to come back.
type LinkReset struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Of  LinkEnd       `yaml:"of,omitempty"`    // empty: the broker
	For time.Duration `yaml:"for,omitempty"`
	// Linger is how long at the most the section stays open afterwards, for
	// another worker to meet it.
	Linger time.Duration `yaml:"linger,omitempty"`
}

// Kind implements [Fault].
func (LinkReset) Kind() string { return "link-reset" }

// Needs implements [Fault].
func (l LinkReset) Needs() Needs { return linkNeeds(l.At, l.Of) }

// Check implements [Fault].
func (l LinkReset) Check() error {
	return errors.Join(l.At.check(), l.Of.check(), notNegative("for", l.For), notNegative("linger", l.Linger))
}

// Inject implements [Fault].
func (l LinkReset) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsLink(l.Kind(), l.Of.orBroker()); err != nil {
		return err
	}
	return s.strikeLinkDo(ctx, l.At, s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, flights) })
}

func (l LinkReset) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	link := Link{f.Worker, l.Of.orBroker()}
	before, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, l.Kind(), flights)
	if err != nil {
		return err
	}
	started := time.Now()
	reset := func() error { return s.Links.Reset(ctx, link) }
	err, healErr := i.onLink(ctx, link, reset, func() error {
		if link.Of == ToBroker {
			i.await(ctx, "the broker lost the worker", "broker", brokerLimit, gone(s.Broker, f.Worker))
		}
		i.await(ctx, "a connection through the worker's link is reset", "links", engineLimit, brokenOff(s.Links, link))
		sleep(ctx, l.For-time.Since(started))
		i.detail["reset_for"] = time.Since(started).Round(time.Millisecond).String()
		return nil
	}, s.Links.Clear)
	if err != nil || healErr != nil {
		return i.end(err, healErr)
	}
	if link.Of == ToBroker {
		i.await(ctx, "the worker's connection was made anew", "broker", reconnectLimit, s.reconnected(f.Worker, before))
	}
	if f.hold != "" && l.Linger > 0 {
		i.linger(ctx, flights, l.Linger)
	}
	return i.end(nil, nil)
}
