package fault

import (
	"context"
	"fmt"
	"slices"
)

// What comes after a worker's end: another has its user, and a fresh worker is
// in its place. As long as somebody is there who may take the user over, that is
// waited for first, so that it is not the newcomer who brings it about. Where
// nobody is, the newcomer comes first and is the one: a fault that waited for
// the others would wait for nobody, and its users with it.

// able lists the workers that are alive and in no fault's hands.
//
// Where users belong to places, nobody may take over but who comes in the place.
func (s *Scene) able() []string {
	if s.Mode.Places {
		return nil
	}
	names := s.Workers()
	s.init()
	s.counter.mu.Lock()
	defer s.counter.mu.Unlock()
	return slices.DeleteFunc(names, func(name string) bool { return s.counter.claimed[name] })
}

// succession sees the flight's user with another worker, and puts a fresh worker
// in the place of the flight's own, which has ended. Its error is of that.
func (i *injection) succession(ctx context.Context, f *flight, look looker, replace func(context.Context) error) error {
	if f.hold == "" {
		i.awaitTakeover(ctx, f, look)
		return replace(ctx)
	}
	deserted := false
	ev := watch(ctx, takenOverEvidence, "gateway", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		what, seen, err := look(ctx)
		deserted = !seen && len(i.scene.able()) == 0
		return what, seen || deserted, err
	})
	if !deserted {
		i.evidence = append(i.evidence, ev)
		return replace(ctx)
	}
	i.detail["replaced"] = "before anybody had the user: nobody was there who might"
	if err := replace(ctx); err != nil {
		i.unseen(takenOverEvidence, "gateway", err.Error())
		return err
	}
	i.await(ctx, takenOverEvidence, "gateway", takeoverLimit, look)
	return nil
}

// takenOverEvidence is the evidence that a worker's user is with another.
const takenOverEvidence = "another worker took the user over"

// followed is what comes of a worker that has ended: either its next life, at
// once and under its name, or a successor. The error of either is of healing.
func (i *injection) followed(ctx context.Context, f *flight, look looker, sameName bool) (err, healErr error) {
	s := i.scene
	if !sameName {
		return nil, i.succession(ctx, f, look, func(ctx context.Context) error { return s.Replace(ctx, f.Worker) })
	}
	// The dead send no more, so whoever does is another or the next life.
	_, last, err := s.Downstream.Sends(ctx, "", 0, 0)
	if err != nil {
		err = fmt.Errorf("asking the downstream for its sends: %w", err)
	}
	if healErr := i.comeBack(ctx, f.Worker); err != nil || healErr != nil {
		return err, healErr
	}
	i.awaitServed(ctx, f, last)
	return nil, nil
}

// comeBack starts the next life of a worker under its name, and sees it there.
func (i *injection) comeBack(ctx context.Context, name string) error {
	if err := i.scene.next(ctx, name); err != nil {
		return err
	}
	i.await(ctx, "the broker lists the worker again, under its name", "broker", brokerLimit, there(i.scene.Broker, name))
	return nil
}

// awaitServed waits for the evidence that somebody has the flight's user; of a
// worker that was not aimed at, there is no user to look for.
func (i *injection) awaitServed(ctx context.Context, f *flight, after uint64) {
	if f.hold == "" {
		i.detail["takeover"] = "not looked for: nobody was aimed at"
		return
	}
	i.await(ctx, "the user was served again", "gateway", takeoverLimit, i.scene.servedSince(f.User, after))
}

// next starts a worker's next life.
func (s *Scene) next(ctx context.Context, name string) error {
	if s.Return == nil {
		return fmt.Errorf("%s cannot come back: this environment starts no worker under the name of a dead one", name)
	}
	return s.Return(ctx, name)
}

// servedSince looks for a send of the user, by anybody, after that sequence number.
func (s *Scene) servedSince(user string, after uint64) looker {
	return func(ctx context.Context) (string, bool, error) {
		sends, _, err := s.Downstream.Sends(ctx, user, after, 0)
		if err != nil || len(sends) == 0 {
			return "nobody sent for " + user, false, err
		}
		return fmt.Sprintf("%s sent for %s (attempt %s, event %s)", sends[0].Worker, user, sends[0].Attempt, sends[0].Event), true, nil
	}
}

// there looks for a consumer in the broker's view.
func there(b Broker, worker string) looker {
	absent := gone(b, worker)
	return func(ctx context.Context) (string, bool, error) {
		what, away, err := absent(ctx)
		return what, err == nil && !away, err
	}
}
