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
	c := s.shared
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

// claimEveryone is claimWaiting of all workers that there are by then, or of what
// belongs to each of them.
func (s *Scene) claimEveryone(ctx context.Context, what belonging) (names []string, unclaim func(), err error) {
	for {
		names = s.Workers.Names()
		var things []string
		for _, name := range names {
			things = append(things, what.of(name))
		}
		if unclaim, err = s.claimWaiting(ctx, things...); err != nil {
			return nil, nil, err
		}
		if slices.Equal(names, s.Workers.Names()) {
			return names, unclaim, nil
		}
		unclaim()
	}
}

// claimAlone is claimEveryone, of the workers themselves, once no other fault has a worker, be it one that
// has ended: what comes in its place would come in between.
func (s *Scene) claimAlone(ctx context.Context) (names []string, unclaim func(), err error) {
	run := ctx
	ctx, cancel := context.WithTimeout(ctx, claimLimit)
	defer cancel()
	for {
		if names = s.Workers.Names(); len(names) > 0 {
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
	s.shared.mu.Lock()
	others := false
	for thing := range s.shared.claimed {
		others = others || !strings.Contains(thing, "'s ")
	}
	s.shared.mu.Unlock()
	if others {
		return nil, false
	}
	if unclaim, ok = s.claim(names...); ok && !slices.Equal(names, s.Workers.Names()) {
		unclaim()
		return nil, false
	}
	return unclaim, ok
}

// belonging is what a fault has of a worker to itself.
type belonging string

const (
	nothing  belonging = ""
	itself   belonging = "itself"
	itsLinks belonging = "links"
	// What the downstream does to a worker, or to a user's sends, it does until it
	// is told to stop: the end of one fault would end the other's.
	itsAnswers belonging = "answers"
)

func (b belonging) of(worker string) string {
	if b == itself {
		return worker
	}
	return worker + "'s " + string(b)
}

func sendsOf(user string) string { return user + "'s sends" }

// aimAt strikes while a worker waits at the point for each of the users, once
// what the fault has to itself, of the first target's worker, is not another's.
// One whose it is is let go, and the next to come by is struck.
func (s *Scene) aimAt(ctx context.Context, at Point, users []string, what belonging, strike func([]*target) error) error {
	if what == nothing {
		return s.whileHeld(ctx, at, users, strike)
	}
	for until := time.Now().Add(aimLimit); ; {
		taken := "" // who came and is not to be had
		err := s.whileHeld(ctx, at, users, func(targets []*target) error {
			name := targets[0].Worker
			unclaim, ok := s.claim(what.of(name))
			if !ok {
				taken = name
				return nil
			}
			defer unclaim()
			if !slices.Contains(s.Workers.Names(), name) { // it came, and ended before it could be claimed
				taken = name
				return nil
			}
			return strike(targets)
		})
		if err != nil || taken == "" {
			return err
		}
		if time.Now().After(until) || !sleep(ctx, pollEvery) {
			return errors.Join(ctx.Err(), fmt.Errorf("%w: %s came to the point %q and was not to be had: another fault was at it", ErrMissed, taken, at.orSend()))
		}
	}
}

// haveToItself claims the named things for the injection, until its end.
func (i *injection) haveToItself(ctx context.Context, names ...string) error {
	unclaim, err := i.scene.claimWaiting(ctx, names...)
	if err == nil {
		i.finally(func(context.Context) error { unclaim(); return nil })
	}
	return err
}

// haveEveryone claims all workers, or what belongs to each of them, that there
// are by then, until the injection's end, and returns their names.
func (i *injection) haveEveryone(ctx context.Context, what belonging) (names []string, err error) {
	names, unclaim, err := i.scene.claimEveryone(ctx, what)
	if err == nil {
		i.finally(func(context.Context) error { unclaim(); return nil })
	}
	return names, err
}

// haveEveryoneAlone is haveEveryone of the workers themselves, once no other
// fault has any.
func (i *injection) haveEveryoneAlone(ctx context.Context) (names []string, err error) {
	names, unclaim, err := i.scene.claimAlone(ctx)
	if err == nil {
		i.finally(func(context.Context) error { unclaim(); return nil })
	}
	return names, err
}
