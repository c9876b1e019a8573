package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What is done to processes.

func pause(of which) act {
	return to(of, func(ctx context.Context, p Process) error { return p.Pause(ctx) })
}
func kill(of which) act {
	return to(of, func(ctx context.Context, p Process) error { return p.Kill(ctx) })
}
func stop(of which) act {
	return to(of, func(ctx context.Context, p Process) error { return p.Stop(ctx) })
}

// resume is a heal: it makes sure that the process runs.
func resume(of which) act { return to(of, thaw) }

func to(of which, what func(context.Context, Process) error) act {
	return func(ctx context.Context, i *injection) error {
		p, err := of(i)
		if err != nil {
			return err
		}
		return what(ctx, p)
	}
}

// freezes are what became of a worker that was frozen several times.
type freezes struct {
	seen           int // how often the engine reported it frozen
	total, longest time.Duration
}

// freezeOften is a strike that freezes the worker so often, for so long each.
func freezeOften(into *freezes, times int, each, apart time.Duration) act {
	return func(ctx context.Context, i *injection) error {
		for n := range times {
			if n > 0 && !sleep(ctx, apart) {
				break
			}
			froze, err := i.freezeOnce(ctx, each)
			if err != nil {
				return err
			}
			if froze > 0 {
				into.seen++
			}
			into.total, into.longest = into.total+froze, max(into.longest, froze)
		}
		i.note("frozen_for", into.total.Round(time.Millisecond))
		i.note("longest", into.longest.Round(time.Millisecond))
		return nil
	}
}

// freezeOnce freezes the worker, and returns for how long the engine reported it
// frozen, at the most. The withheld answer is let go meanwhile: the section is to
// last as long as the freeze, and no longer.
func (i *injection) freezeOnce(ctx context.Context, d time.Duration) (time.Duration, error) {
	worker, err := struckWorker(i)
	if err != nil {
		return 0, err
	}
	started := time.Now()
	if err := worker.Pause(ctx); err != nil {
		return 0, err
	}
	state, err := worker.State(ctx)
	if err == nil {
		err = letGo(ctx, i)
	}
	sleep(ctx, d-time.Since(started))
	// At once, and looked at afterwards: each question to a busy engine would
	// make the freeze longer.
	hctx, cancel := healing(ctx, 0)
	defer cancel()
	err = errors.Join(err, worker.Unpause(hctx))
	froze := time.Since(started)
	err = errors.Join(err, thaw(hctx, worker))
	if err != nil || !state.Paused {
		return 0, err
	}
	return froze, nil
}

// thaw resumes a process and makes sure that it runs.
func thaw(ctx context.Context, p Process) error {
	ctx, cancel := healing(ctx, 0)
	defer cancel()
	if st, err := p.State(ctx); err == nil && !st.Paused {
		return nil
	}
	if err := p.Unpause(ctx); err != nil {
		return err
	}
	st, err := p.State(ctx)
	if err != nil {
		return err
	}
	if !st.Running || st.Paused {
		return fmt.Errorf("after resuming it the engine says running=%t paused=%t", st.Running, st.Paused)
	}
	return nil
}

// wake resumes a process that is paused, and asks no more of it.
func wake(ctx context.Context, p Process) error {
	if st, err := p.State(ctx); err != nil || !st.Paused {
		return err
	}
	return p.Unpause(ctx)
}

// revive starts the lock server where it is dead.
func revive(ctx context.Context, l LockServer) error {
	st, err := l.State(ctx)
	if err == nil && st.Running {
		return nil
	}
	return errors.Join(err, l.Start(ctx))
}
