package fault

import (
	"context"
	"slices"
)

// What comes after a worker's end: another has its user, and a fresh worker is
// in its place. As long as somebody is there who may take the user over, that is
// waited for first, so that it is not the newcomer who brings it about. Where
// nobody is, the newcomer comes first and is the one: a fault that waited for
// the others would wait for nobody, and its users with it.

// moved says whether a target's user is with another worker.
type moved func(t *target, ctx context.Context) (string, bool, error)

// replaced is a step that puts a fresh worker in the place of one that has ended.
var replaced = do(func(ctx context.Context, i *injection) error {
	i.failsToHeal(i.scene.Workers.Replace(ctx, i.worker()))
	return nil
})

// followed is what comes of a worker that has ended: either its next life, at
// once and under its name, or a successor.
func followed(by moved, sameName bool) step {
	if sameName {
		return do(func(ctx context.Context, i *injection) error {
			// The dead send no more, so whoever does is another or the next life.
			last, err := i.scene.lastSend(ctx)
			_ = returned.do(ctx, i) // whatever became of that
			if err == nil && i.unhealed == nil {
				i.servedAgain(ctx, last)
			}
			return err
		})
	}
	return do(func(ctx context.Context, i *injection) error { return i.succeed(ctx, by) })
}

// returned is a step that starts the next life of a worker that has ended, and
// sees it there.
var returned = do(func(ctx context.Context, i *injection) error {
	if err := i.scene.Workers.Return(ctx, i.worker()); err != nil {
		i.failsToHeal(err)
		return nil
	}
	return listedAgain.do(ctx, i)
})

// succeed sees the first target's user with another worker, and puts a fresh
// worker in the place of its own, which has ended.
func (i *injection) succeed(ctx context.Context, by moved) error {
	t, deserted := i.first(), false
	if !t.aimed() {
		return steps{takenOver, replaced}.do(ctx, i)
	}
	ev := i.watch(ctx, takenOverEvidence, "gateway", takeoverLimit, func(ctx context.Context, _ *injection) (string, bool, error) {
		what, seen, err := by(t, ctx)
		deserted = !seen && len(i.scene.able()) == 0
		return what, seen || deserted, err
	})
	if !deserted {
		i.evidence = append(i.evidence, ev)
		return replaced.do(ctx, i)
	}
	i.note("replaced", "before anybody had the user: nobody was there who might")
	err := replaced.do(ctx, i)
	if failed := i.unhealed; failed != nil {
		i.unseen(takenOverEvidence, "gateway", failed.Error())
		return err
	}
	i.await(ctx, takenOverEvidence, "gateway", takeoverLimit, func(ctx context.Context, _ *injection) (string, bool, error) { return by(t, ctx) })
	return nil
}

// able lists the workers that are alive and in no fault's hands.
//
// Where users belong to places, nobody may take over but who comes in the place.
func (s *Scene) able() []string {
	if s.Mode.Places {
		return nil
	}
	names := s.Workers.Names()
	s.init()
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	return slices.DeleteFunc(names, func(name string) bool { return s.shared.claimed[name] })
}
