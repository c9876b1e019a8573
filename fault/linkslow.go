package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// LinkSlow delays what a worker sends to a server and what it is sent, from
// while it is inside an aimed user's section on.
//
// With PastLifetime, which is for the link to the lock server alone, the worker
// is struck before it asks for the aimed user's lock, and is caught again inside
// the section: the answer took longer than the lock that it gives lives, so the
// worker believes that it holds what is gone.
type LinkSlow struct {
	At      Point   // where in its handling the worker is struck; empty: at the send, or delivered with PastLifetime
	Of      LinkEnd // empty: the broker
	Latency time.Duration
	Jitter  time.Duration // the latency varies by so much, more or less
	For     time.Duration // at least
	// PastLifetime says that the latency is beyond the locks' lifetime.
	PastLifetime bool
}

// Kind implements [Fault].
func (LinkSlow) Kind() string { return "link-slow" }

func (l LinkSlow) at() Point {
	if l.At == "" && l.PastLifetime {
		return PointDelivered
	}
	return l.At
}

// Needs implements [Fault].
func (l LinkSlow) Needs() Needs { return linkNeeds(l.at(), l.Of) }

// Check implements [Fault].
func (l LinkSlow) Check() error {
	errs := []error{
		l.At.check(), l.Of.check(),
		bounded("latency", l.Latency), notNegative("jitter", l.Jitter), bounded("for", l.For),
	}
	if l.Jitter > l.Latency {
		errs = append(errs, fmt.Errorf("jitter is %s and latency %s: nothing arrives before it is sent", l.Jitter, l.Latency))
	}
	if l.PastLifetime && (l.Of != ToLocks || l.at() != PointDelivered) {
		errs = append(errs, fmt.Errorf("pastlifetime is of the link to the locks, at the point %q: there the worker has still to ask for its lock", PointDelivered))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (l LinkSlow) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsLink(l.Kind(), l.Of.orBroker()); err != nil {
		return err
	}
	return s.midFlightDo(ctx, l.at(), s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, flights) })
}

func (l LinkSlow) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	link := Link{f.Worker, l.Of.orBroker()}
	i, err := s.begin(ctx, l.Kind(), flights)
	if err != nil {
		return err
	}
	started := time.Now()
	slow := func() error { return s.Links.Slow(ctx, link, l.Latency, l.Jitter) }
	err, healErr := i.onLink(ctx, link, slow, func() error {
		// A question and its answer.
		i.await(ctx, "an exchange through the worker's link takes its time", "links", engineLimit, probed(s.Links, link, 1, 2*(l.Latency-l.Jitter)))
		var err error
		if l.PastLifetime {
			err = l.outlive(ctx, i, f)
		} else {
			err = goneOn(ctx, i, f)
		}
		sleep(ctx, l.For-time.Since(started))
		i.detail["slow_for"] = time.Since(started).Round(time.Millisecond).String()
		return err
	}, s.Links.Clear)
	return errors.Join(err, i.end(healErr))
}

// goneOn lets the worker go and sees that it works, however slowly.
func goneOn(ctx context.Context, i *injection, f *flight) error {
	if f.hold == "" {
		i.detail["work"] = "not looked for: nobody was aimed at"
		return nil
	}
	_, after, err := f.scene.Downstream.Sends(ctx, "", 0, 0)
	if err != nil {
		return err
	}
	if err := release(ctx, []*flight{f}); err != nil {
		return err
	}
	i.await(ctx, "the worker went on over its link", "gateway", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		sends, _, err := f.scene.Downstream.Sends(ctx, "", after, 0)
		if err != nil {
			return "", false, err
		}
		for _, s := range sends {
			if s.Worker == f.Worker {
				return fmt.Sprintf("%s sent for %s (event %s)", s.Worker, s.User, s.Event), true, nil
			}
		}
		return fmt.Sprintf("%s sent nothing", f.Worker), false, nil
	})
	return nil
}

// outlive lets the worker ask for its lock over the slow link, and keeps it
// inside the section until the lock is seen to be gone and another has the user.
func (l LinkSlow) outlive(ctx context.Context, i *injection, f *flight) error {
	if f.hold == "" {
		i.detail["lock"] = "not looked for: nobody was aimed at"
		return nil
	}
	inside, err := i.scene.catch(ctx, f, PointSend)
	if err != nil {
		return err
	}
	defer func() {
		hctx, cancel := healing(ctx)
		defer cancel()
		_ = release(hctx, []*flight{inside}) // the gateway lets go of everything at its end
	}()
	if err := release(ctx, []*flight{f}); err != nil {
		return err
	}
	// Others want the lock too, so it may take the worker several events of the
	// user until it is given it.
	i.await(ctx, "over the slow link the worker came into the user's section", "gateway", aimLimit, inside.caught)
	entered, err := i.scene.Locks.Owner(ctx, f.User)
	if err != nil {
		return err
	}
	i.await(ctx, "the lock is not the worker's while it is inside", "locks", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		// Whoever it is whose the lock was at the entering: when that has changed,
		// or there is none, it is not that of the worker, which was inside all the time.
		now, err := i.scene.Locks.Owner(ctx, f.User)
		return fmt.Sprintf("owner of %s's lock: %q when it was inside, now %q", f.User, entered, now), now == "" || now != entered, err
	})
	i.await(ctx, "another worker took the user over", "gateway", takeoverLimit, inside.takenOver)
	return release(ctx, []*flight{inside})
}
