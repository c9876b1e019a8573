package fault

import (
	"context"
	"errors"
	"fmt"
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

// midFlight arms a hold for each of the users and waits until all of them have
// caught someone at the point.
func (s *Scene) midFlight(ctx context.Context, at Point, users []string) ([]*flight, error) {
	at = at.orSend()
	if s.Unaimed {
		return s.anyone(at, len(users))
	}
	ctx, cancel := context.WithTimeout(ctx, aimLimit)
	defer cancel()
	var flights []*flight
	for _, user := range users {
		id, err := s.Downstream.Arm(ctx, user, at)
		if err != nil {
			return flights, fmt.Errorf("aiming at %s: %w", user, err)
		}
		flights = append(flights, &flight{Send: Send{User: user}, point: at, hold: id, scene: s})
	}
	for _, f := range flights {
		send, caught, err := s.Downstream.Held(ctx, f.hold, aimLimit)
		if err != nil {
			return flights, fmt.Errorf("aiming at %s: %w", f.User, err)
		}
		if !caught {
			return flights, fmt.Errorf("aiming at %s: no worker came to the point %q for that user within %s (is the load running?)", f.User, at, aimLimit)
		}
		f.Send = send
	}
	return flights, nil
}

// anyone draws n workers, with none of whom anything is known to be under way.
func (s *Scene) anyone(at Point, n int) ([]*flight, error) {
	names := s.Workers()
	if len(names) == 0 {
		return nil, errors.New("there is no worker to strike")
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

// release lets the withheld answers go.
func release(ctx context.Context, flights []*flight) error {
	var first error
	for _, f := range flights {
		if f.hold == "" {
			continue
		}
		if err := f.scene.Downstream.Release(ctx, f.hold); err != nil && first == nil {
			first = fmt.Errorf("releasing the withheld answer to %s: %w", f.User, err)
		}
	}
	return first
}

// awaitTakeover waits for the evidence that another worker has the user; of a
// worker that was not aimed at, there is no user to look for.
func (i *injection) awaitTakeover(ctx context.Context, f *flight, look func(context.Context) (string, bool, error)) {
	if f.hold == "" {
		i.detail["takeover"] = "not looked for: nobody was aimed at"
		return
	}
	i.await(ctx, "another worker took the user over", "gateway", takeoverLimit, look)
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
