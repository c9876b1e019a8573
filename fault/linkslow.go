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
// is struck before it asks for the aimed user's lock, and is caught again when it
// has been given it: the answer took longer than the lock lives, so the worker
// goes into the section with what is gone.
type LinkSlow struct {
	At      Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send, or delivered with PastLifetime
	Of      LinkEnd       `yaml:"of,omitempty"`    // empty: the broker
	Latency time.Duration `yaml:"latency,omitempty"`
	Jitter  time.Duration `yaml:"jitter,omitempty"` // the latency varies by so much, more or less
	For     time.Duration `yaml:"for,omitempty"`    // at least
	// PastLifetime says that the latency is beyond the locks' lifetime.
	PastLifetime bool `yaml:"past_lifetime,omitempty"`
	// Linger is how long at the most that section stays open for another worker to
	// meet it. Not where a guard refuses the worker before it sends: it would not
	// be found there. Only with PastLifetime.
	Linger time.Duration `yaml:"linger,omitempty"`
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
func (l LinkSlow) Needs() Needs {
	n := linkNeeds(l.at(), l.Of)
	if l.PastLifetime {
		n = n.And(PointLocked.needs()).And(Needs{Workers: 2})
	}
	return n
}

// Check implements [Fault].
func (l LinkSlow) Check() error {
	errs := []error{
		l.At.check(), l.Of.check(),
		bounded("latency", l.Latency), notNegative("jitter", l.Jitter), bounded("for", l.For), notNegative("linger", l.Linger),
	}
	if l.Linger > 0 && !l.PastLifetime {
		errs = append(errs, errors.New("linger is for past_lifetime"))
	}
	if l.Jitter >= l.Latency && l.Jitter > 0 {
		errs = append(errs, fmt.Errorf("jitter is %s and latency %s: what may take no time at all cannot be told from a link that is not slow", l.Jitter, l.Latency))
	}
	if l.PastLifetime && (l.Of != ToLocks || l.at() != PointDelivered) {
		errs = append(errs, fmt.Errorf("past_lifetime is of the link to the locks, at the point %q: there the worker has still to ask for its lock", PointDelivered))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (l LinkSlow) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsLink(l.Kind(), l.Of.orBroker()); err != nil {
		return err
	}
	return s.strikeLinkDo(ctx, l.at(), s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, flights) })
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
	return i.end(err, healErr)
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

// outlive lets the worker ask for its lock over the slow link, and keeps it from
// going on with the answer until the lock is seen to be gone and another has the
// user. Then it comes into the section.
func (l LinkSlow) outlive(ctx context.Context, i *injection, f *flight) (err error) {
	if f.hold == "" {
		i.detail["lock"] = "not looked for: nobody was aimed at"
		return nil
	}
	var caught []*flight
	defer func() {
		hctx, cancel := healing(ctx)
		defer cancel()
		err = errors.Join(err, release(hctx, caught))
	}()
	next := func(at Point, before *flight) (*flight, error) {
		n, err := i.scene.catch(ctx, f, at)
		if err != nil {
			return nil, err
		}
		caught = append(caught, n)
		return n, release(ctx, []*flight{before})
	}
	granted, err := next(PointLocked, f)
	if err != nil {
		return err
	}
	// Others want the lock too, so it may take the worker several events of the
	// user until it is given it.
	i.await(ctx, "over the slow link the worker was given the user's lock", "gateway", aimLimit, granted.caught)
	then, err := i.scene.Locks.Owner(ctx, f.User)
	if err != nil {
		return err
	}
	i.await(ctx, "the lock is not the worker's when it goes on with it", "locks", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		// Nobody's, or another's than at first: the worker, which waits all the
		// while, has not taken it anew.
		now, err := i.scene.Locks.Owner(ctx, f.User)
		return fmt.Sprintf("owner of %s's lock: %q when the worker was given it, now %q", f.User, then, now), now == "" || now != then, err
	})
	i.await(ctx, takenOverEvidence, "gateway", takeoverLimit, granted.takenOver)
	if l.Linger == 0 {
		return release(ctx, caught)
	}
	inside, err := next(PointSend, granted)
	if err != nil {
		return err
	}
	i.await(ctx, "with a lock that was gone the worker came into the user's section", "gateway", aimLimit, inside.caught)
	i.linger(ctx, []*flight{inside}, l.Linger)
	return nil
}
