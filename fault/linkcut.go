package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// LinkCut cuts a worker's link to a server while it is inside an aimed user's
// section, with more of that user's events already in its hands. The worker is
// healthy and works on; its server takes it for dead.
//
// Of the link to the broker: the cut lasts until the broker has dropped the
// worker and the worker, released, has come into the section of an event that it
// had prefetched. There it is kept until another has the user, or Linger is over.
//
// Of the link to the lock server: the worker is let go as soon as the link is
// cut. It ends its section and cannot give its lock back. Where only the answers
// are cut off, the server does what the worker asks and the worker does not learn
// of it: struck before it has its lock (at the point delivered), it is granted a
// lock of which it does not know; struck later, it gives its lock back and cannot
// tell.
type LinkCut struct {
	At        Point     `yaml:"point,omitempty"`     // where in its handling the worker is struck; empty: at the send
	Of        LinkEnd   `yaml:"of,omitempty"`        // empty: the broker
	Direction Direction `yaml:"direction,omitempty"` // empty: both ways
	// After is how long the section goes on before the cut, while the worker is
	// given more of the user's events.
	After time.Duration `yaml:"section_goes_on,omitempty"`
	// For is the shortest time that the link is cut.
	For time.Duration `yaml:"for,omitempty"`
	// Outlast keeps the section that was struck open until another worker has the
	// user: where there is a lock, beyond its lifetime. Only of the link to the
	// broker.
	Outlast bool `yaml:"outlast,omitempty"`
	// Linger is how long at the most the section of a prefetched event stays open
	// for another worker to meet it. Only of the link to the broker.
	Linger time.Duration `yaml:"linger,omitempty"`
	// Brief ends the cut after For, whatever anyone thinks of it, and asks for no
	// sign that it was noticed: a cut that both ends' patience is to outlast.
	Brief bool `yaml:"brief,omitempty"`
}

// Kind implements [Fault].
func (LinkCut) Kind() string { return "link-cut" }

// Needs implements [Fault].
func (c LinkCut) Needs() Needs {
	n := linkNeeds(c.At, c.Of)
	if c.Of.orBroker() == ToLocks && !c.answerLost() || c.Of.orBroker() == ToBroker && !c.Brief {
		n.Workers = 2 // another takes the user over
	}
	if c.Of.orBroker() == ToBroker && !c.Brief {
		n = n.And(PointRead.needs()) // where the prefetched event is waited for
	}
	return n
}

// Check implements [Fault].
func (c LinkCut) Check() error {
	errs := []error{
		c.At.check(), c.Of.check(), c.Direction.check(),
		notNegative("section_goes_on", c.After), bounded("for", c.For), notNegative("linger", c.Linger),
	}
	if (c.Linger > 0 || c.Outlast) && (c.Brief || c.Of == ToLocks) {
		errs = append(errs, errors.New("linger and outlast are for cuts of the link to the broker that last until it drops the worker"))
	}
	if c.Of == ToLocks && !c.Brief {
		errs = append(errs, c.checkLocks())
	}
	const seen = 200 * time.Millisecond
	if c.Brief && c.For < seen {
		errs = append(errs, fmt.Errorf("for is %s: a cut of less than %s cannot be told from a link that is slow", c.For, seen))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (c LinkCut) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsLink(c.Kind(), c.Of.orBroker()); err != nil {
		return err
	}
	return s.strikeLinkDo(ctx, c.At, s.Users[:1], func(flights []*flight) error { return c.strike(ctx, s, flights) })
}

func (c LinkCut) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	link := Link{f.Worker, c.Of.orBroker()}
	before, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, c.Kind(), flights)
	if err != nil {
		return err
	}
	sleep(ctx, c.After)
	if c.answerLost() {
		return i.end(c.loseAnswers(ctx, i, f, link))
	}
	started := time.Now()
	cut := func() error { return s.Links.Cut(ctx, link, c.Direction.orBoth()) }
	heal := s.Links.Renew // by then both ends have given up what was cut
	if c.Brief {
		heal = s.Links.Clear
	}
	err, healErr := i.onLink(ctx, link, cut, func() error {
		var err error
		switch {
		case c.Brief:
			i.await(ctx, "nothing comes through the worker's link", "links", engineLimit, silent(s.Links, link, c.For/2))
		case link.Of == ToLocks:
			err = c.lockStays(ctx, i, f)
		default:
			i.await(ctx, "the broker dropped the worker", "broker", brokerLimit, gone(s.Broker, f.Worker))
			if c.Outlast {
				i.awaitTakeover(ctx, f, f.takenOver)
			}
			err = c.goesOn(ctx, i, f)
		}
		sleep(ctx, c.For-time.Since(started))
		i.detail["cut_for"] = time.Since(started).Round(time.Millisecond).String()
		return err
	}, heal)
	if err == nil && healErr == nil && link.Of == ToBroker && !c.Brief {
		i.await(ctx, "the worker's connection was made anew", "broker", reconnectLimit, s.reconnected(f.Worker, before))
	}
	return i.end(err, healErr)
}

// goesOn lets the worker end the section that it is inside, and catches it in
// that of an event which it had prefetched, and which is no longer its own.
func (c LinkCut) goesOn(ctx context.Context, i *injection, f *flight) error {
	if f.hold == "" {
		i.detail["prefetched"] = "not looked for: nobody was aimed at"
		return nil
	}
	next, err := i.scene.catch(ctx, f, PointRead)
	if err != nil {
		return err
	}
	defer func() {
		hctx, cancel := healing(ctx)
		defer cancel()
		_ = release(hctx, []*flight{next}) // the gateway lets go of everything at its end
	}()
	if err := release(ctx, []*flight{f}); err != nil {
		return err
	}
	i.await(ctx, "cut off and healthy, the worker went on with an event that it had prefetched", "gateway", aimLimit, func(ctx context.Context) (string, bool, error) {
		what, caught, err := next.caught(ctx)
		if err != nil || !caught || next.Event != f.Event {
			return what, caught, err
		}
		// A guard made it try the same event again. The next hold is armed before
		// this one lets go, so that nothing gets by.
		before := next
		if next, err = i.scene.catch(ctx, f, PointRead); err != nil {
			next = before
			return "", false, err
		}
		return what + ", once more", false, release(ctx, []*flight{before})
	})
	i.linger(ctx, []*flight{next}, c.Linger)
	if err := release(ctx, []*flight{next}); err != nil {
		return err
	}
	i.await(ctx, "another worker was given the user", "gateway", takeoverLimit, f.movedOn)
	return nil
}

// lockStays lets the worker end its section behind the cut link, and sees that
// its lock outlives it.
func (c LinkCut) lockStays(ctx context.Context, i *injection, f *flight) error {
	if f.hold == "" {
		i.detail["lock"] = "not looked for: nobody was aimed at"
		return nil
	}
	locks := i.scene.Locks
	token, err := locks.Owner(ctx, f.User)
	if err != nil {
		return err
	}
	if err := release(ctx, []*flight{f}); err != nil {
		return err
	}
	released := time.Now()
	i.await(ctx, "the lock stays behind its holder's section", "locks", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		now, err := locks.Owner(ctx, f.User)
		if err != nil {
			return "", false, err
		}
		since := time.Since(released)
		return fmt.Sprintf("%s after the section could end the owner of %s's lock is %q, before %q", since.Round(time.Millisecond), f.User, now, token),
			token != "" && now == token && since >= lockOutlives, nil
	})
	i.await(ctx, takenOverEvidence, "gateway", takeoverLimit, f.movedOn)
	return nil
}
