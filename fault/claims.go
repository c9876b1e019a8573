package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Faults that end or freeze a worker have it to themselves from the strike to
// the heal, and so have those of its links the links. Two that overlap would
// otherwise find it dead, frozen or cut off by the other's hand: a signal that
// reaches nobody, a thaw of what has ended, a heal that heals both.

// claim gives the caller all of the named things, or none of them if another
// fault has one.
func (s *Scene) claim(names ...string) (unclaim func(), ok bool) {
	s.init()
	c := s.counter
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		if c.claimed[name] {
			return nil, false
		}
	}
	if c.claimed == nil {
		c.claimed = map[string]bool{}
	}
	for _, name := range names {
		c.claimed[name] = true
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, name := range names {
			delete(c.claimed, name)
		}
	}, true
}

// claimWaiting is claim once those faults are over that have one of the
// things. It waits for its turn without holding anything, so that no two wait
// for each other.
func (s *Scene) claimWaiting(ctx context.Context, names ...string) (unclaim func(), err error) {
	run := ctx
	ctx, cancel := context.WithTimeout(ctx, claimLimit)
	defer cancel()
	for {
		if unclaim, ok := s.claim(names...); ok {
			return unclaim, nil
		}
		if !sleep(ctx, pollEvery) {
			if run.Err() != nil {
				return nil, fmt.Errorf("waiting for other faults to be done with one of %v: %w", names, run.Err())
			}
			return nil, fmt.Errorf("%w: other faults had one of %v for %s", ErrMissed, names, claimLimit)
		}
	}
}

// claimEveryone is claimWaiting of all workers that there are by then.
func (s *Scene) claimEveryone(ctx context.Context) (names []string, unclaim func(), err error) {
	return s.claimOfEveryone(ctx, itself)
}

// claimOfEveryone is claimEveryone of a thing of each worker.
func (s *Scene) claimOfEveryone(ctx context.Context, thing func(worker string) string) (names []string, unclaim func(), err error) {
	for {
		names = s.Workers()
		var things []string
		for _, name := range names {
			things = append(things, thing(name))
		}
		if unclaim, err = s.claimWaiting(ctx, things...); err != nil {
			return nil, nil, err
		}
		if slices.Equal(names, s.Workers()) {
			return names, unclaim, nil
		}
		unclaim()
	}
}

// claimAlone is claimEveryone once no other fault has a worker, be it one that
// has ended: what comes in its place would come in between.
func (s *Scene) claimAlone(ctx context.Context) (names []string, unclaim func(), err error) {
	run := ctx
	ctx, cancel := context.WithTimeout(ctx, claimLimit)
	defer cancel()
	for {
		if names = s.Workers(); len(names) > 0 {
			if unclaim, ok := s.claimNow(names); ok {
				return names, unclaim, nil
			}
		}
		if !sleep(ctx, pollEvery) {
			if run.Err() != nil {
				return nil, nil, fmt.Errorf("waiting for other faults to be done with the workers: %w", run.Err())
			}
			return nil, nil, fmt.Errorf("%w: other faults had a worker, or there was none, for %s", ErrMissed, claimLimit)
		}
	}
}

// claimNow claims the workers if no fault has any, and if they are all that
// there are.
func (s *Scene) claimNow(names []string) (unclaim func(), ok bool) {
	s.init()
	s.counter.mu.Lock()
	others := false
	for thing := range s.counter.claimed {
		others = others || !strings.Contains(thing, "'s ")
	}
	s.counter.mu.Unlock()
	if others {
		return nil, false
	}
	if unclaim, ok = s.claim(names...); ok && !slices.Equal(names, s.Workers()) {
		unclaim()
		return nil, false
	}
	return unclaim, ok
}

// What is claimed of a worker.
func itself(worker string) string   { return worker }
func itsLinks(worker string) string { return worker + "'s links" }

// What the downstream does to a worker, or to a user's sends, it does until it is
// told to stop: the end of one fault would end the other's.
func itsAnswers(worker string) string { return worker + "'s answers" }
func sendsOf(user string) string      { return user + "'s sends" }

// strikeDo is midFlightDo for a fault that ends or freezes the first flight's
// worker.
func (s *Scene) strikeDo(ctx context.Context, at Point, users []string, strike func([]*flight) error) error {
	return s.claimedDo(ctx, at, users, itself, strike)
}

// strikeLinkDo is midFlightDo for a fault of the first flight's worker's links.
// The worker itself is anybody's: it may well die while it is cut off.
func (s *Scene) strikeLinkDo(ctx context.Context, at Point, users []string, strike func([]*flight) error) error {
	return s.claimedDo(ctx, at, users, itsLinks, strike)
}

// claimedDo strikes once what it needs for itself, of the first flight's worker,
// is not another fault's. One whose it is is let go, and the next to come by is
// struck.
func (s *Scene) claimedDo(ctx context.Context, at Point, users []string, thing func(worker string) string, strike func([]*flight) error) error {
	for until := time.Now().Add(aimLimit); ; {
		taken := "" // who came and is not to be had
		err := s.midFlightDo(ctx, at, users, func(flights []*flight) error {
			name := flights[0].Worker
			unclaim, ok := s.claim(thing(name))
			if !ok {
				taken = name
				return nil
			}
			defer unclaim()
			if !slices.Contains(s.Workers(), name) { // it came, and ended before it could be claimed
				taken = name
				return nil
			}
			return strike(flights)
		})
		if err != nil || taken == "" {
			return err
		}
		if time.Now().After(until) || !sleep(ctx, pollEvery) {
			return errors.Join(ctx.Err(), fmt.Errorf("%w: %s came to the point %q and was not to be had: another fault was at it", ErrMissed, taken, at.orSend()))
		}
	}
}
