package fault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"turnstile/checker/history"
)

// ending is a way in which a worker ends, and how the engine's word confirms it.
type ending struct {
	says, ofAll string // the evidence, of one worker and of everybody
	strike      func(context.Context, Process) error
	limit       time.Duration
	codes       []int // of its exit
	asks        bool  // it ends once it is no longer inside
}

var (
	bySIGKILL = ending{
		says: "the engine reports the worker dead by SIGKILL", ofAll: "the engine reports every worker dead by SIGKILL",
		strike: func(ctx context.Context, p Process) error { return p.Kill(ctx) }, limit: engineLimit, codes: []int{128 + 9},
	}
	byItself = ending{
		says: "the engine reports that the worker ended by itself", ofAll: "the engine reports that every worker ended by itself",
		strike: func(ctx context.Context, p Process) error { return p.Stop(ctx) }, limit: leaveLimit, asks: true,
		// Once its shutdown hooks are done, a JVM ends with the code of the signal.
		codes: []int{0, 128 + 15},
	}
)

// lostWorker is the evidence that the broker knows of a worker's end.
const lostWorker = "the broker no longer lists the worker"

// endWorker is a strike that ends the worker, and does something meanwhile.
func endWorker(how ending, meanwhile act) act {
	return func(ctx context.Context, i *injection) error {
		ev, err, healErr := i.endOne(ctx, i.worker(), how, meanwhile)
		if ev.Name != "" {
			i.evidence = append(i.evidence, ev)
		}
		i.failsToHeal(healErr)
		return err
	}
}

// askToStop ends the worker by asking it, and lets it go once so much time is
// over: it is inside until then.
func askToStop(hold time.Duration) act {
	return endWorker(byItself, func(ctx context.Context, i *injection) error {
		sleep(ctx, hold)
		own, _ := i.ownAndOthers()
		return release(ctx, own)
	})
}

// ownAndOthers parts the struck worker's targets from those of others.
func (i *injection) ownAndOthers() (own, others []*target) {
	for _, t := range i.targets {
		if t.Worker == i.worker() {
			own = append(own, t)
		} else {
			others = append(others, t)
		}
	}
	return own, others
}

// endOne ends a worker, and puts its confirmed death into the history. healErr is
// of one that lives on.
func (i *injection) endOne(ctx context.Context, name string, how ending, meanwhile act) (ev history.Evidence, err, healErr error) {
	worker, err := i.scene.Workers.Process(name)
	if err != nil {
		return ev, err, nil
	}
	before, after, code := stamp(), int64(0), 0
	if err := how.strike(ctx, worker); err != nil {
		return ev, err, nil
	}
	if meanwhile != nil {
		if err := meanwhile(ctx, i); err != nil {
			return ev, err, nil
		}
	}
	ev = i.watch(ctx, how.says, "engine", how.limit, func(ctx context.Context, _ *injection) (string, bool, error) {
		st, err := worker.State(ctx)
		if err != nil {
			return "", false, err
		}
		if st.Running {
			return name + " is running", false, nil
		}
		after, code = stamp(), st.ExitCode
		return fmt.Sprintf("%s ended with exit code %d", name, st.ExitCode), true, nil
	})
	ev.Seen = ev.Seen && slices.Contains(how.codes, code) // it ended, perhaps in another way
	if after == 0 {
		return ev, nil, fmt.Errorf("%s lives on", name)
	}
	return ev, i.scene.Workers.Died(name, before, after, code), nil
}

// endAll is a strike that ends all of them at once; ended are those whose death is
// confirmed. Who is asked to stop is let go once the hold is over.
func endAll(names, ended *[]string, how ending, hold time.Duration) act {
	return func(ctx context.Context, i *injection) error {
		all := *names
		evs, errs, healErrs := make([]history.Evidence, len(all)), make([]error, len(all)), make([]error, len(all))
		var wg sync.WaitGroup
		for n, name := range all {
			var meanwhile act
			if how.asks && name == i.worker() {
				meanwhile = func(ctx context.Context, i *injection) error { sleep(ctx, hold); return letGo(ctx, i) }
			}
			wg.Go(func() { evs[n], errs[n], healErrs[n] = i.endOne(ctx, name, how, meanwhile) })
		}
		wg.Wait()
		seen := history.Evidence{Name: how.ofAll, Observer: "engine", Seen: len(all) > 0}
		var details []string
		for n, ev := range evs {
			seen.Seen, seen.T = seen.Seen && ev.Seen, max(seen.T, ev.T)
			if ev.Detail != "" {
				details = append(details, ev.Detail)
			}
			if errs[n] == nil && healErrs[n] == nil {
				*ended = append(*ended, all[n])
			}
		}
		seen.Detail, seen.T = strings.Join(details, "; "), cmp.Or(seen.T, stamp())
		i.evidence = append(i.evidence, seen)
		i.failsToHeal(errors.Join(healErrs...))
		return errors.Join(errs...)
	}
}
