package fault

import (
	"context"
	"errors"
	"fmt"
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
