package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// LinkThrottle lets only so much through a worker's link, from while it is
// inside an aimed user's section on.
type LinkThrottle struct {
	At   Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Of   LinkEnd       `yaml:"of,omitempty"`    // empty: the broker
	KBps int           `yaml:"kbps,omitempty"`  // thousand bytes a second, each way
	For  time.Duration `yaml:"for,omitempty"`
}

// Kind implements [Fault].
func (LinkThrottle) Kind() string { return "link-throttle" }

// Needs implements [Fault].
func (l LinkThrottle) Needs() Needs { return linkNeeds(l.At, l.Of) }

// Check implements [Fault].
func (l LinkThrottle) Check() error {
	errs := []error{l.At.check(), l.Of.check(), bounded("for", l.For)}
	const most = 1_000_000
	if l.KBps < 1 || l.KBps > most {
		errs = append(errs, fmt.Errorf("kbps is %d: give 1 to %d; nothing at all is a cut", l.KBps, most))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (l LinkThrottle) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsLink(l.Kind(), l.Of.orBroker()); err != nil {
		return err
	}
	return s.strikeLinkDo(ctx, l.At, s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, flights) })
}

func (l LinkThrottle) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	link := Link{f.Worker, l.Of.orBroker()}
	i, err := s.begin(ctx, l.Kind(), flights)
	if err != nil {
		return err
	}
	started := time.Now()
	narrow := func() error { return s.Links.Narrow(ctx, link, l.KBps) }
	err, healErr := i.onLink(ctx, link, narrow, func() error {
		// As much as takes a fifth of a second, at the rate that is asked for.
		const worth = 200 * time.Millisecond
		size := max(1, l.KBps*int(worth/time.Millisecond))
		i.await(ctx, "an exchange through the worker's link takes its time", "links", engineLimit, probed(s.Links, link, size, worth))
		err := goneOn(ctx, i, f)
		sleep(ctx, l.For-time.Since(started))
		i.detail["narrow_for"] = time.Since(started).Round(time.Millisecond).String()
		return err
	}, s.Links.Clear)
	return i.end(err, healErr)
}
