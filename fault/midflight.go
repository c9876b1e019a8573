package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"turnstile/checker/history"
)

// flight is a worker that waits at a point of its handling of an aimed user's
// event, and stays there until release. At the send and the other points of
// the critical section, it is inside. A flight without a hold is a worker that
// was not aimed at: whatever it is doing.
type flight struct {
	Send
	point Point
	hold  string
	after uint64 // sequence number of the newest send when the fault began
	scene *Scene
}

// ErrMissed is wrapped by the error of a fault that could not be aimed, and so
// did not happen at all.
var ErrMissed = errors.New("the fault missed")

// midFlight arms a hold for each of the users and waits until all of them have
// caught someone at the point. Those who are caught are not kept for long while
// the others do not come, because whatever is behind them waits too: they are
// let go, and all is tried again.
func (s *Scene) midFlight(ctx context.Context, at Point, users []string) ([]*flight, error) {
	at = at.orSend()
	if s.Unaimed {
		return s.anyone(at, len(users))
	}
	// The wait ends before the context does, so that a hold to which nobody came
	// is told from a downstream that does not answer.
	until := time.Now().Add(aimLimit)
	ctx, cancel := context.WithTimeout(ctx, aimLimit+engineLimit)
	defer cancel()
	for {
		flights, missing, err := s.tryToCatch(ctx, at, users, until)
		if err != nil || missing == "" {
			return flights, err
		}
		if len(users) == 1 || time.Until(until) < aimPause {
			return flights, fmt.Errorf("%w: aiming at %s: no worker came to the point %q for that user within %s (is the load running?)", ErrMissed, missing, at, aimLimit)
		}
		if err := release(ctx, flights); err != nil {
			return flights, err
		}
		sleep(ctx, aimPause)
	}
}

// tryToCatch arms the holds and waits for the first to have caught someone, and
// a little longer for the others. It names a user for whom nobody came.
func (s *Scene) tryToCatch(ctx context.Context, at Point, users []string, until time.Time) (flights []*flight, missing string, err error) {
	for _, user := range users {
		id, err := s.Downstream.Arm(ctx, user, at)
		if err != nil {
			return flights, "", fmt.Errorf("aiming at %s: %w", user, err)
		}
		flights = append(flights, &flight{Send: Send{User: user}, point: at, hold: id, scene: s})
	}
	waiting := slices.Clone(flights)
	for {
		wait := time.Duration(0)
		if len(users) == 1 {
			wait = max(0, time.Until(until))
		}
		for _, f := range waiting {
			send, caught, err := s.Downstream.Held(ctx, f.hold, wait)
			if err != nil {
				return flights, "", fmt.Errorf("aiming at %s: %w", f.User, err)
			}
			if caught {
				f.Send = send
			}
		}
		before := len(waiting)
		waiting = slices.DeleteFunc(waiting, func(f *flight) bool { return f.Worker != "" })
		switch {
		case len(waiting) == 0:
			return flights, "", nil
		case before == len(users) && len(waiting) < before:
			if end := time.Now().Add(aimPatience); end.Before(until) {
				until = end
			}
		case len(users) == 1 || !time.Now().Before(until):
			return flights, waiting[0].User, nil
		}
		if !sleep(ctx, pollEvery) {
			return flights, "", fmt.Errorf("aiming at %s: %w", waiting[0].User, ctx.Err())
		}
	}
}

// anyone draws n workers, with none of whom anything is known to be under way.
func (s *Scene) anyone(at Point, n int) ([]*flight, error) {
	names := s.Workers()
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: there is no worker to strike", ErrMissed)
	}
	flights := make([]*flight, n)
	for i, k := range s.Rand.Perm(max(n, len(names)))[:n] {
		flights[i] = &flight{Send: Send{Worker: names[k%len(names)]}, point: at, scene: s}
	}
	return flights, nil
}

// midFlightDo strikes while a worker waits at the point for each of the users,
// and lets them go afterwards, whatever came of it.
func (s *Scene) midFlightDo(ctx context.Context, at Point, users []string, strike func([]*flight) error) (err error) {
	flights, err := s.midFlight(ctx, at, users)
	defer func() {
		hctx, cancel := healing(ctx)
		defer cancel()
		err = errors.Join(err, release(hctx, flights))
	}()
	if err != nil {
		return err
	}
	return strike(flights)
}

// catch arms another hold for the flight's own worker and user, at a point that
// the worker is still to come by.
func (s *Scene) catch(ctx context.Context, f *flight, at Point) (*flight, error) {
	_, last, err := s.Downstream.Sends(ctx, "", 0, 0)
	if err != nil {
		return nil, fmt.Errorf("asking the downstream for its sends: %w", err)
	}
	id, err := s.Downstream.ArmWorker(ctx, f.User, f.Worker, at)
	if err != nil {
		return nil, fmt.Errorf("aiming at %s for %s: %w", f.Worker, f.User, err)
	}
	return &flight{Send: Send{User: f.User, Worker: f.Worker}, point: at, hold: id, after: last, scene: s}, nil
}

// caught looks whether the flight's hold has the worker. From then on, only
// what others send afterwards counts as taking its user over.
func (f *flight) caught(ctx context.Context) (string, bool, error) {
	send, caught, err := f.scene.Downstream.Held(ctx, f.hold, pollEvery)
	if err != nil || !caught {
		return fmt.Sprintf("%s did not come to the point %q for %s", f.Worker, f.point, f.User), false, err
	}
	f.Send = send
	_, f.after, err = f.scene.Downstream.Sends(ctx, "", 0, 0)
	return fmt.Sprintf("%s is at the point %q for %s (event %s)", f.Worker, f.point, f.User, f.Event), true, err
}

// release lets the withheld answers go, all at once: that one of them cannot be
// reached must not keep the workers of the others inside.
func release(ctx context.Context, flights []*flight) error {
	errs := make([]error, len(flights))
	var wg sync.WaitGroup
	for i, f := range flights {
		if f.hold == "" {
			continue
		}
		wg.Go(func() {
			if err := f.scene.Downstream.Release(ctx, f.hold); err != nil {
				errs[i] = fmt.Errorf("releasing the withheld answer to %s: %w", f.User, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// awaitTakeover waits for the evidence that another worker has the user; of a
// worker that was not aimed at, there is no user to look for.
func (i *injection) awaitTakeover(ctx context.Context, f *flight, look looker) {
	if f.hold == "" {
		i.detail["takeover"] = "not looked for: nobody was aimed at"
		return
	}
	i.await(ctx, takenOverEvidence, "gateway", takeoverLimit, look)
}

// takenOver looks for a send of the same user by another worker after the
// fault began: that worker is, or was since, inside a section of that user.
func (f *flight) takenOver(ctx context.Context) (string, bool, error) {
	sends, _, err := f.scene.Downstream.Sends(ctx, f.User, f.after, 0)
	if err != nil {
		return "", false, err
	}
	for _, s := range sends {
		if s.Worker != f.Worker {
			return fmt.Sprintf("%s sent for %s (event %s) while %s (event %s) was held at the point %s",
				s.Worker, f.User, s.Event, f.Worker, f.Event, f.point), true, nil
		}
	}
	return fmt.Sprintf("no other worker sent for %s", f.User), false, nil
}

// linger keeps the sections open until another worker has one of the users,
// or the time is over: whether the mode lets that happen is the question.
func (i *injection) linger(ctx context.Context, flights []*flight, d time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	for {
		for _, f := range flights {
			if f.hold == "" {
				continue
			}
			if what, yes, err := f.takenOver(ctx); err == nil && yes {
				i.detail["taken_over"] = what
				return true
			}
		}
		if !sleep(ctx, pollEvery) {
			i.detail["taken_over"] = fmt.Sprintf("by nobody within %s", d)
			return false
		}
	}
}

// stamp is the present moment, for intervals that a fault reports.
func stamp() int64 { return history.Now() }
