package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// whileHeld strikes while a worker waits at the point for each of the users,
// and lets them go afterwards, whatever came of it.
func (s *Scene) whileHeld(ctx context.Context, at Point, users []string, strike func([]*target) error) (err error) {
	targets, err := s.catchAll(ctx, at, users)
	defer func() {
		hctx, cancel := healing(ctx, 0)
		defer cancel()
		err = errors.Join(err, release(hctx, targets))
	}()
	if err != nil {
		return err
	}
	return strike(targets)
}

// catchAll arms a hold for each of the users and waits until all of them have
// caught someone at the point. Those who are caught are not kept for long while
// the others do not come, because whatever is behind them waits too: they are
// let go, and all is tried again.
func (s *Scene) catchAll(ctx context.Context, at Point, users []string) ([]*target, error) {
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
		targets, missing, err := s.tryToCatch(ctx, at, users, until)
		if err != nil || missing == "" {
			return targets, err
		}
		if len(users) == 1 || time.Until(until) < aimPause {
			return targets, fmt.Errorf("%w: aiming at %s: no worker came to the point %q for that user within %s (is the load running?)", ErrMissed, missing, at, aimLimit)
		}
		if err := release(ctx, targets); err != nil {
			return targets, err
		}
		sleep(ctx, aimPause)
	}
}

// tryToCatch arms the holds and waits for the first to have caught someone, and
// a little longer for the others. It names a user for whom nobody came.
func (s *Scene) tryToCatch(ctx context.Context, at Point, users []string, until time.Time) (targets []*target, missing string, err error) {
	for _, user := range users {
		id, err := s.Downstream.Arm(ctx, user, at)
		if err != nil {
			return targets, "", fmt.Errorf("aiming at %s: %w", user, err)
		}
		targets = append(targets, &target{Send: Send{User: user}, point: at, hold: id, scene: s})
	}
	waiting := slices.Clone(targets)
	for {
		wait := time.Duration(0)
		if len(users) == 1 {
			wait = max(0, time.Until(until))
		}
		for _, t := range waiting {
			send, caught, err := s.Downstream.Held(ctx, t.hold, wait)
			if err != nil {
				return targets, "", fmt.Errorf("aiming at %s: %w", t.User, err)
			}
			if caught {
				t.Send = send
			}
		}
		before := len(waiting)
		waiting = slices.DeleteFunc(waiting, func(t *target) bool { return t.Worker != "" })
		switch {
		case len(waiting) == 0:
			return targets, "", nil
		case before == len(users) && len(waiting) < before:
			if end := time.Now().Add(aimPatience); end.Before(until) {
				until = end
			}
		case len(users) == 1 || !time.Now().Before(until):
			return targets, waiting[0].User, nil
		}
		if !sleep(ctx, pollEvery) {
			return targets, "", fmt.Errorf("aiming at %s: %w", waiting[0].User, ctx.Err())
		}
	}
}

// anyone draws n workers, with none of whom anything is known to be under way.
func (s *Scene) anyone(at Point, n int) ([]*target, error) {
	names := s.Workers.Names()
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: there is no worker to strike", ErrMissed)
	}
	targets := make([]*target, n)
	for i, k := range s.Rand.Perm(max(n, len(names)))[:n] {
		targets[i] = &target{Send: Send{Worker: names[k%len(names)]}, point: at, scene: s}
	}
	return targets, nil
}

// catch arms another hold for a worker and a user, at a point that the worker is
// still to come by. It is let go at the injection's end at the latest.
func (i *injection) catch(ctx context.Context, user, worker string, at Point) (*target, error) {
	last, err := i.scene.lastSend(ctx)
	if err != nil {
		return nil, err
	}
	id, err := i.scene.Downstream.ArmWorker(ctx, user, worker, at)
	if err != nil {
		return nil, fmt.Errorf("aiming at %s for %s: %w", worker, user, err)
	}
	t := &target{Send: Send{User: user, Worker: worker}, point: at, hold: id, after: last, scene: i.scene}
	i.finally(func(ctx context.Context) error { return release(ctx, []*target{t}) })
	return t, nil
}

// catchAgain is a step that catches the struck worker once more for its user, at a
// point that it is still to come by.
func catchAgain(into **target, at Point) step {
	return do(func(ctx context.Context, i *injection) (err error) {
		*into, err = i.catch(ctx, i.first().User, i.worker(), at)
		return err
	})
}
