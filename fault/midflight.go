package fault

import (
	"context"
	"errors"
	"fmt"

	"turnstile/checker/history"
)

// flight is an aimed user's send whose answer is withheld: its worker is
// inside the user's critical section, and stays there until release.
type flight struct {
	Send
	hold  string
	after uint64 // sequence number of the newest send when the fault began
	scene *Scene
}

// midFlight arms a hold for each of the users and waits until all of them have
// caught a send.
func (s *Scene) midFlight(ctx context.Context, users []string) ([]*flight, error) {
	ctx, cancel := context.WithTimeout(ctx, aimLimit)
	defer cancel()
	var flights []*flight
	for _, user := range users {
		id, err := s.Downstream.Arm(ctx, user)
		if err != nil {
			return flights, fmt.Errorf("aiming at %s: %w", user, err)
		}
		flights = append(flights, &flight{Send: Send{User: user}, hold: id, scene: s})
	}
	for _, f := range flights {
		send, caught, err := s.Downstream.Held(ctx, f.hold, aimLimit)
		if err != nil {
			return flights, fmt.Errorf("aiming at %s: %w", f.User, err)
		}
		if !caught {
			return flights, fmt.Errorf("aiming at %s: no worker sent anything for that user within %s (is the load running?)", f.User, aimLimit)
		}
		f.Send = send
	}
	return flights, nil
}

// midFlightDo strikes while a send of each of the users is withheld, and lets
// the answers go afterwards, whatever came of it.
func (s *Scene) midFlightDo(ctx context.Context, users []string, strike func([]*flight) error) (err error) {
	flights, err := s.midFlight(ctx, users)
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
		if err := f.scene.Downstream.Release(ctx, f.hold); err != nil && first == nil {
			first = fmt.Errorf("releasing the withheld answer to %s: %w", f.User, err)
		}
	}
	return first
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
			return fmt.Sprintf("%s sent for %s (event %s) while the answer to %s (event %s) was withheld",
				s.Worker, f.User, s.Event, f.Worker, f.Event), true, nil
		}
	}
	return fmt.Sprintf("no other worker sent for %s", f.User), false, nil
}

// stamp is the present moment, for intervals that a fault reports.
func stamp() int64 { return history.Now() }
