package fault

import (
	"context"
	"fmt"
	"time"

	"turnstile/checker/history"
)

// ending is a way in which a worker ends, and how the engine's word confirms it.
type ending struct {
	says, ofAll string // the evidence, of one worker and of everybody
	strike      func(context.Context, Process) error
	limit       time.Duration
	code        int // of its exit
}

var (
	bySIGKILL = ending{
		says: "the engine reports the worker dead by SIGKILL", ofAll: "the engine reports every worker dead by SIGKILL",
		strike: func(ctx context.Context, p Process) error { return p.Kill(ctx) }, limit: engineLimit, code: 128 + 9,
	}
	byItself = ending{
		says: "the engine reports that the worker ended by itself", ofAll: "the engine reports that every worker ended by itself",
		strike: func(ctx context.Context, p Process) error { return p.Stop(ctx) }, limit: leaveLimit,
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
	ev.Seen = ev.Seen && code == how.code // it ended, perhaps in another way
	if after == 0 {
		return ev, nil, fmt.Errorf("%s lives on", name)
	}
	return ev, i.scene.Workers.Died(name, before, after, code), nil
}
