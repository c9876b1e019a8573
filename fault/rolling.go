package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Rolling asks each worker in turn to stop and starts a fresh one in its place,
// as a rollout does, while workers are inside the aimed users' sections. Each
// turn is an injection of its own, aimed at a user in the leaver's hands if it
// has one. The leaver's section ends first; those of the others stay open until
// another worker has one of their users: a mode that deals everything anew when
// somebody leaves takes them from healthy workers.
type Rolling struct {
	At     Point         `yaml:"point,omitempty"`  // where in their handling the workers are; empty: at the send
	Hold   time.Duration `yaml:"hold,omitempty"`   // how long the leaver's section goes on after it was asked
	Linger time.Duration `yaml:"linger,omitempty"` // how long the others' sections stay open after it has left, at the most
	Every  time.Duration `yaml:"apart,omitempty"`  // between the replacement of one and the next
	// SameName brings each worker back under its name in place of a replacement
	// with another: as a StatefulSet's rollout does.
	SameName bool `yaml:"same_name,omitempty"`
}

var _ = describe(Descriptor{
	Name: "rolling", From: Rolling{}, AtOneWorker: true, Harms: []Harm{Late, Moved},
	Meaning: "each worker in turn is asked to stop, and a fresh one takes its place, as in a rollout",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return Rolling{At: drawPoint(r), Hold: drawDuration(r, 0, time.Second), Linger: drawDuration(r, 0, time.Second), Every: drawDuration(r, 0, time.Second), SameName: r.IntN(3) == 0}
	},
})

// Spec implements [Fault].
func (r Rolling) Spec() Spec {
	return Spec{
		kind: "rolling", acts: parts{theWorkers, theDownstream, theBroker, theTopic}, aim: atAll(r.At),
		wrong: errors.Join(notNegative("hold", r.Hold), notNegative("linger", r.Linger), notNegative("apart", r.Every)),
		run:   r.run,
	}
}

func (r Rolling) run(ctx context.Context, s *Scene) error {
	for n, name := range s.Workers.Names() {
		if n > 0 && !sleep(ctx, r.Every) {
			return fmt.Errorf("the rolling restart ended before the turn of %s: %w", name, ctx.Err())
		}
		if n > 0 {
			s.settle(ctx)
		}
		if err := r.inTurn(ctx, s, name); err != nil {
			return fmt.Errorf("the turn of %s: %w", name, err)
		}
	}
	return nil
}

// inTurn waits until no other fault has the worker. One that has ended by then
// needs no turn: what came in its place is fresh.
func (r Rolling) inTurn(ctx context.Context, s *Scene, name string) error {
	unclaim, err := s.claimWaiting(ctx, name)
	if err != nil {
		return err
	}
	defer unclaim()
	if !slices.Contains(s.Workers.Names(), name) {
		return nil
	}
	return r.turn(name).Inject(ctx, s)
}

// turn is what becomes of one worker.
func (r Rolling) turn(name string) Spec {
	next := replaced
	if r.SameName {
		next = returned
	}
	return Spec{
		kind: "rolling", acts: parts{theWorkers, theBroker}, aim: aim{at: r.At, all: true, ends: true, leaver: name},
		strike: askToStop(r.Hold),
		shows:  steps{gone(lostWorker, theStruck)},
		then: steps{do(func(ctx context.Context, i *injection) error {
			if _, others := i.ownAndOthers(); len(others) > 0 {
				i.linger(ctx, others, r.Linger)
			}
			return nil
		}), next},
	}
}

// settle waits, within limits, until what piled up in the turn before is worked
// off. A worker whose waiting room is full of one held user's events comes to no
// other user's, so that all of them could not be aimed at.
func (s *Scene) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, takeoverLimit)
	defer cancel()
	const few = 10
	for {
		now, err := s.Topic.Statistics(ctx)
		if err == nil && now.Backlog <= few || !sleep(ctx, pollEvery) {
			return
		}
	}
}
