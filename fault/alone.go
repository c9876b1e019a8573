package fault

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Whoever is back first after something like an unload is a race. These decide
// it, as a collection of garbage does at a busy hour: all workers but one are kept
// from coming back.

// oneAlone is what it needs to leave one worker alone for a time: one, and others.
func oneAlone(d time.Duration) Needs {
	if d > 0 {
		return Needs{Workers: 2}
	}
	return Needs{}
}

// leastInside is the worker that is inside the fewest of the sections, and has
// none of the first target's user; "" if there is none.
func (i *injection) leastInside(names []string) (alone string) {
	inside := map[string]int{}
	for _, t := range i.targets {
		inside[t.Worker]++
	}
	for _, name := range names {
		if name != i.worker() && (alone == "" || inside[name] < inside[alone]) {
			alone = name
		}
	}
	return alone
}

// leavingAlone freezes every worker but one that has none of the first target's
// user, does something, and thaws them once another worker has an aimed user, or
// the time is over. With no time, it does it and no more.
func leavingAlone(limit time.Duration, what act) act {
	if limit == 0 {
		return what
	}
	return func(ctx context.Context, i *injection) error {
		names, unclaim, err := i.scene.claimEveryone(ctx, itself)
		if err != nil {
			return err
		}
		defer unclaim()
		_, goOn, err := i.standStill(ctx, names)
		if err == nil {
			err = what(ctx, i)
		}
		if err == nil {
			i.linger(ctx, i.targets, limit)
		}
		i.failsToHeal(goOn(ctx))
		return err
	}
}

// standStill freezes every one of the workers, which are the caller's, but the
// one that is [leastInside]. It returns that one's name, and what lets the others
// go on, which must be called whatever came of it.
func (i *injection) standStill(ctx context.Context, names []string) (alone string, goOn func(context.Context) error, err error) {
	alone = i.leastInside(names)
	var others []Process
	for _, name := range slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == alone }) {
		w, err := i.scene.Workers.Process(name)
		if err != nil {
			return alone, func(context.Context) error { return nil }, err
		}
		others = append(others, w)
	}
	goOn = func(ctx context.Context) error {
		ctx, cancel := healing(ctx, 0)
		defer cancel()
		return each(others, func(w Process) error { return thaw(ctx, w) })
	}
	if err := each(others, func(w Process) error { return w.Pause(ctx) }); err != nil {
		return alone, goOn, err
	}
	i.note("alone", alone)
	return alone, goOn, allPaused(others, alone).do(ctx, i)
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
