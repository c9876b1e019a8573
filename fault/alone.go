package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// leaveAlone freezes every worker but one that has none of the first flight's
// user, does something, and thaws them once another worker has an aimed user,
// or the time is over. Whoever is back first after something like an unload is
// a race; this decides it, as a collection of garbage does at a busy hour. It
// returns what went wrong with that, and with the thaw.
func (i *injection) leaveAlone(ctx context.Context, flights []*flight, limit time.Duration, do func(context.Context) error) (err, healErr error) {
	names, unclaim, err := i.scene.claimEveryone(ctx)
	if err != nil {
		return err, nil
	}
	defer unclaim()
	_, goOn, err := i.standStill(ctx, names, flights)
	if err == nil {
		err = do(ctx)
	}
	if err == nil {
		i.linger(ctx, flights, limit)
	}
	return err, goOn()
}

// oneAlone is what it needs to leave one worker alone for a time: one, and others.
func oneAlone(d time.Duration) Needs {
	if d > 0 {
		return Needs{Workers: 2}
	}
	return Needs{}
}

// leastInside is the worker that is inside the fewest of the sections, and has
// none of the first flight's user; "" if there is none.
func leastInside(names []string, flights []*flight) (alone string) {
	inside := map[string]int{}
	for _, f := range flights {
		inside[f.Worker]++
	}
	for _, name := range names {
		if name != flights[0].Worker && (alone == "" || inside[name] < inside[alone]) {
			alone = name
		}
	}
	return alone
}

// standStill freezes every one of the workers, which are the caller's, but the
// one that is [leastInside]. It returns that one's name, and what lets the others
// go on, which must be called whatever came of it.
func (i *injection) standStill(ctx context.Context, names []string, flights []*flight) (alone string, goOn func() error, err error) {
	s := i.scene
	alone = leastInside(names, flights)
	var others []Process
	for _, name := range slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == alone }) {
		w, err := s.Worker(name)
		if err != nil {
			return alone, func() error { return nil }, err
		}
		others = append(others, w)
	}
	goOn = func() error {
		hctx, cancel := healing(ctx)
		defer cancel()
		return each(others, func(w Process) error { return thaw(hctx, w) })
	}
	if err := each(others, func(w Process) error { return w.Pause(ctx) }); err != nil {
		return alone, goOn, err
	}
	i.detail["alone"] = alone
	i.await(ctx, "the engine reports all workers frozen but one", "engine", engineLimit, func(ctx context.Context) (string, bool, error) {
		for n, w := range others {
			if st, err := w.State(ctx); err != nil || !st.Paused {
				return fmt.Sprintf("%d of %d", n, len(others)), false, err
			}
		}
		return fmt.Sprintf("%d of them", len(others)), alone != "", nil
	})
	return alone, goOn, nil
}

// each does something with all of them at once.
func each[T any](all []T, do func(T) error) error {
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for n, p := range all {
		wg.Go(func() { errs[n] = do(p) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
