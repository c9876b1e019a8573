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

// leaveOne chooses which of the workers is left alone: the one that is inside the
// fewest of the sections, and has none of the first target's user. That there is
// none is evidence that was not seen.
func (i *injection) leaveOne(names []string, evidence, observer string) (alone string, there bool) {
	inside := map[string]int{}
	for _, t := range i.targets {
		inside[t.Worker]++
	}
	for _, name := range names {
		if name != i.worker() && (alone == "" || inside[name] < inside[alone]) {
			alone = name
		}
	}
	if alone == "" {
		i.unseen(evidence, observer, "there is no other worker")
		return "", false
	}
	i.note("alone", alone)
	return alone, true
}

// backAlone is the evidence that the race was decided as it was meant to be.
const backAlone = "the worker that was left alone was back while the others stood still"

// leavingAlone freezes every worker but one that has none of the first target's
// user, does something that costs all their consumers, and thaws them once another
// worker has an aimed user, or the time is over. With no time, it does it and no
// more. Whether the one was back by then, [backInTime] says.
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
		// One that is not back from the time before would be alone without a consumer.
		alone, there := i.leaveOne(names, backAlone, "broker")
		if !there {
			return what(ctx, i)
		}
		i.back = i.watch(ctx, backAlone, "broker", reconnectLimit, isWholly(alone))
		var before Connections
		if err := connections(&before)(ctx, i); err != nil {
			return err
		}
		goOn, err := i.standStill(ctx, names, alone)
		if err == nil {
			err = what(ctx, i)
		}
		if err == nil && i.back.Seen {
			i.whileAlone(ctx, before, alone, limit)
		}
		i.failsToHeal(goOn(ctx))
		return err
	}
}

// whileAlone waits for the worker's consumers to be made anew, and then for another
// worker to have an aimed user, for so long at the most in all.
func (i *injection) whileAlone(ctx context.Context, before Connections, alone string, limit time.Duration) {
	since := time.Now()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	i.back = i.watch(ctx, backAlone, "broker", limit, listing(func(i *injection, now Connections) (string, bool) {
		return now.madeWholly(before, alone, i.scene.serving.part)
	}))
	i.moved = i.linger(ctx, i.targets, limit-time.Since(since))
}

// backInTime is the step that says whether the worker that was left alone was back
// in time in any round, once that is certain. It comes after those that see the
// user move.
func backInTime(limit time.Duration) step {
	told := limit == 0
	return do(func(_ context.Context, i *injection) error {
		if !told && i.back.Name != "" && (i.back.Seen || i.moved || i.round >= i.spec.times) {
			told, i.evidence = true, append(i.evidence, i.back)
		}
		return nil
	})
}

// standStill freezes every one of the workers, which are the caller's, but the
// one. It returns what lets the others go on, which must be called whatever came
// of it.
func (i *injection) standStill(ctx context.Context, names []string, alone string) (goOn func(context.Context) error, err error) {
	var others []Process
	for _, name := range slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == alone }) {
		w, err := i.scene.Workers.Process(name)
		if err != nil {
			return func(context.Context) error { return nil }, err
		}
		others = append(others, w)
	}
	goOn = func(ctx context.Context) error {
		ctx, cancel := healing(ctx, 0)
		defer cancel()
		return each(others, func(w Process) error { return thaw(ctx, w) })
	}
	if err := each(others, func(w Process) error { return w.Pause(ctx) }); err != nil {
		return goOn, err
	}
	return goOn, allPaused(others, alone).do(ctx, i)
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
