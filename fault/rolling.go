package fault

import (
	"context"
	"errors"
	"fmt"
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

// Kind implements [Fault].
func (Rolling) Kind() string { return "rolling" }

// Needs implements [Fault].
func (r Rolling) Needs() Needs { return r.At.needs() }

// Check implements [Fault].
func (r Rolling) Check() error {
	return errors.Join(r.At.check(), notNegative("hold", r.Hold), notNegative("linger", r.Linger), notNegative("apart", r.Every))
}

// Inject implements [Fault].
func (r Rolling) Inject(ctx context.Context, s *Scene) error {
	for n, name := range s.Workers() {
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
	if !slices.Contains(s.Workers(), name) {
		return nil
	}
	return s.midFlightDo(ctx, r.At, s.Users, func(flights []*flight) error {
		return r.turn(ctx, s, leaver(s, name, flights))
	})
}

// settle waits, within limits, until what piled up in the turn before is worked
// off. A worker whose waiting room is full of one held user's events comes to no
// other user's, so that all of them could not be aimed at.
func (s *Scene) settle(ctx context.Context) {
	if s.Topic == nil {
		return
	}
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

// leaver puts a flight of the named worker first; if it has none, one that is
// not aimed.
func leaver(s *Scene, name string, flights []*flight) []*flight {
	for i, f := range flights {
		if f.Worker == name {
			first := []*flight{f}
			return append(append(first, flights[:i]...), flights[i+1:]...)
		}
	}
	return append([]*flight{{Send: Send{Worker: name}, scene: s}}, flights...)
}

func (r Rolling) turn(ctx context.Context, s *Scene, flights []*flight) error {
	own, others := split(flights)
	i, err := s.beginEnding(ctx, r.Kind(), flights)
	if err != nil {
		return err
	}
	err, healErr := i.leave(ctx, own, func() { sleep(ctx, r.Hold) })
	if err != nil || healErr != nil {
		return i.end(err, healErr)
	}
	if len(others) > 0 {
		i.linger(ctx, others, r.Linger)
	}
	if r.SameName {
		return i.end(nil, i.comeBack(ctx, own[0].Worker))
	}
	return i.end(nil, s.Replace(ctx, own[0].Worker))
}

// split parts the flights of the first one's worker from those of others.
func split(flights []*flight) (own, others []*flight) {
	for _, f := range flights {
		if f.Worker == flights[0].Worker {
			own = append(own, f)
		} else {
			others = append(others, f)
		}
	}
	return own, others
}
