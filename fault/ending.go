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

// beginEnding is begin for a fault that ends the first flight's worker. The end
// of the only one stops everybody.
func (s *Scene) beginEnding(ctx context.Context, kind string, flights []*flight) (*injection, error) {
	if names := s.Workers(); len(names) == 1 && names[0] == flights[0].Worker {
		return s.beginHalting(ctx, kind, flights, "no other worker is there")
	}
	return s.begin(ctx, kind, flights)
}

// end ends a worker, does something meanwhile, and puts its confirmed death into
// the history. healErr is of a worker that lives on.
func (s *Scene) end(ctx context.Context, name string, how ending, during func() error) (ev history.Evidence, err, healErr error) {
	worker, err := s.Worker(name)
	if err != nil {
		return ev, err, nil
	}
	before, after, code := stamp(), int64(0), 0
	if err := how.strike(ctx, worker); err != nil {
		return ev, err, nil
	}
	if err := during(); err != nil {
		return ev, err, nil
	}
	ev = watch(ctx, how.says, "engine", how.limit, func(ctx context.Context) (string, bool, error) {
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
	return ev, s.Died(name, before, after, code), nil
}

// endOne is end of one worker, and sees that the broker has lost it.
func (i *injection) endOne(ctx context.Context, name string, how ending, during func() error) (err, healErr error) {
	ev, err, healErr := i.scene.end(ctx, name, how, during)
	if ev.Name != "" {
		i.evidence = append(i.evidence, ev)
	}
	if err == nil && healErr == nil {
		i.await(ctx, "the broker no longer lists the worker", "broker", brokerLimit, gone(i.scene.Broker, name))
	}
	return err, healErr
}

// atOnce does nothing between the strike and the look for what came of it.
func atOnce() error { return nil }
