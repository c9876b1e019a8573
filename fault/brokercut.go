package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// BrokerCut cuts the broker off from every worker at once, as a switch in front
// of it does, while a worker is inside an aimed user's section. Nobody stands
// still: the broker takes the workers for dead, and they go on with what they
// have in hand. It lasts until the broker has dropped all of them.
type BrokerCut struct {
	At        Point     `yaml:"point,omitempty"`     // where in its handling the worker is struck; empty: at the send
	Direction Direction `yaml:"direction,omitempty"` // empty: both ways
	// For is the shortest time that the broker is cut off.
	For time.Duration `yaml:"for,omitempty"`
	// Linger is how long at the most the section stays open afterwards, for
	// another worker to meet it.
	Linger time.Duration `yaml:"linger,omitempty"`
	// Alone decides who is back first: the link of a worker that has none of the
	// user is healed before the others', by so long at the most, until that worker
	// is inside the user's section. There it stays until the one that was struck
	// is connected anew. 0: all links are healed at once, as when nobody was aimed
	// at.
	Alone time.Duration `yaml:"alone,omitempty"`
}

// Kind implements [Fault].
func (BrokerCut) Kind() string { return "broker-cut" }

// Needs implements [Fault].
func (b BrokerCut) Needs() Needs {
	return linkNeeds(b.At, ToBroker).And(Needs{Holds: []Resource{TheTopic}}).And(oneAlone(b.Alone))
}

// Check implements [Fault].
func (b BrokerCut) Check() error {
	return errors.Join(b.At.check(), b.Direction.check(), bounded("for", b.For), notNegative("linger", b.Linger), notNegative("alone", b.Alone))
}

// Inject implements [Fault].
func (b BrokerCut) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsLink(b.Kind(), ToBroker); err != nil {
		return err
	}
	return s.midFlightDo(ctx, b.At, s.Users[:1], func(flights []*flight) error { return b.strike(ctx, s, flights) })
}

func (b BrokerCut) strike(ctx context.Context, s *Scene, flights []*flight) error {
	names, unclaim, err := s.claimOfEveryone(ctx, itsLinks)
	if err != nil {
		return err
	}
	defer unclaim()
	before, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return err
	}
	i, err := s.beginHalting(ctx, b.Kind(), flights, "the broker reaches nobody")
	if err != nil {
		return err
	}
	err, healErr := b.cut(ctx, i, names, flights, before)
	if err == nil && healErr == nil {
		i.linger(ctx, flights, b.Linger)
	}
	return i.end(err, healErr)
}

// cut cuts all links, and heals them whatever came of it. The first error is of
// the injection, the second of the healing.
func (b BrokerCut) cut(ctx context.Context, i *injection, names []string, flights []*flight, before Connections) (err, healErr error) {
	s, started := i.scene, time.Now()
	heal := func(names []string) error {
		hctx, cancel := healing(ctx)
		defer cancel()
		// By then both ends have given up what was cut.
		return each(names, func(name string) error { return s.Links.Renew(hctx, Link{name, ToBroker}) })
	}
	err = each(names, func(name string) error { return s.Links.Cut(ctx, Link{name, ToBroker}, b.Direction.orBoth()) })
	if err != nil {
		return err, heal(names)
	}
	i.await(ctx, "the proxy lists the trouble on every worker's link", "links", engineLimit, s.allListed(names))
	i.await(ctx, "the broker dropped every worker", "broker", brokerLimit, allGone(s.Broker, names))
	sleep(ctx, b.For-time.Since(started))
	i.detail["cut_for"] = time.Since(started).Round(time.Millisecond).String()
	if b.Alone > 0 && flights[0].hold != "" {
		err, healErr = b.oneFirst(ctx, i, names, flights, before, heal)
	} else if healErr = heal(names); healErr == nil {
		i.await(ctx, madeAnew, "broker", reconnectLimit, s.reconnected(flights[0].Worker, before))
	}
	return err, healErr
}

// madeAnew is the evidence that whoever was struck is back.
const madeAnew = "the worker's connection was made anew"

// oneFirst heals the link of one worker, catches that one inside the section of
// the first flight's user, and then heals the others'. It keeps both inside until
// the broker has the other's new connection.
func (b BrokerCut) oneFirst(ctx context.Context, i *injection, names []string, flights []*flight, before Connections, heal func([]string) error) (err, healErr error) {
	s, f := i.scene, flights[0]
	alone := leastInside(names, flights)
	if alone == "" {
		i.unseen(firstBack, "gateway", "there is no other worker")
		return nil, heal(names)
	}
	first, err := s.catch(ctx, &flight{Send: Send{User: f.User, Worker: alone}}, PointSend)
	if err != nil {
		return err, heal(names)
	}
	defer func() {
		hctx, cancel := healing(ctx)
		defer cancel()
		err = errors.Join(err, release(hctx, []*flight{first}))
	}()
	i.detail["alone"] = alone
	returned := time.Now()
	healErr = heal([]string{alone})
	moved, what := false, ""
	for healErr == nil && err == nil && !moved && time.Since(returned) < b.Alone {
		what, moved, err = first.caught(ctx)
	}
	i.detail["alone_for"] = time.Since(returned).Round(time.Millisecond).String()
	healErr = errors.Join(healErr, heal(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == alone })))
	if err != nil || healErr != nil {
		return err, healErr
	}
	i.await(ctx, madeAnew, "broker", reconnectLimit, s.reconnected(f.Worker, before))
	if !moved {
		i.unseen(firstBack, "gateway", fmt.Sprintf("not within %s of the return of its link: %s", b.Alone, what))
		return nil, nil
	}
	i.detail["taken_over"] = what
	i.await(ctx, firstBack, "gateway", engineLimit, first.caught)
	return nil, nil
}

// allListed looks for a trouble on each of the workers' links to the broker.
func (s *Scene) allListed(names []string) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		for n, name := range names {
			what, err := s.Links.Listed(ctx, Link{name, ToBroker})
			if err != nil || what == "" {
				return fmt.Sprintf("on %d of %d", n, len(names)), false, err
			}
		}
		return fmt.Sprintf("on %d of %d", len(names), len(names)), len(names) > 0, nil
	}
}

// allGone looks for a broker that lists none of the workers.
func allGone(b Broker, names []string) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		all, err := b.Connections(ctx)
		if err != nil {
			return "", false, err
		}
		var there []string
		for _, name := range names {
			if len(all[name]) > 0 {
				there = append(there, name)
			}
		}
		return fmt.Sprintf("of %d workers it lists %d: %s", len(names), len(there), strings.Join(there, ", ")), len(there) == 0, nil
	}
}
