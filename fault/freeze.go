package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Freeze stops every instruction of a worker that is inside an aimed user's
// section, beyond the broker's keep-alive and the lock's lifetime, and thaws
// it. It stands for a long garbage collection, a stalled virtual machine, a
// node that swaps: the worker does not know that time has passed.
type Freeze struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	// AtLeast is the shortest time frozen. The thaw waits, within limits,
	// until the broker has dropped the worker and another has the user.
	AtLeast time.Duration `yaml:"for,omitempty"`
	// Kept: nobody else is to have the user meanwhile, where users belong to the
	// places of workers. The user is then seen to be served again after the thaw.
	Kept bool `yaml:"kept,omitempty"`
}

// Kind implements [Fault].
func (Freeze) Kind() string { return "freeze" }

// Needs implements [Fault].
func (fr Freeze) Needs() Needs {
	if fr.Kept {
		return fr.At.needs()
	}
	return fr.At.needs().And(Needs{Workers: 2})
}

// Check implements [Fault].
func (fr Freeze) Check() error { return errors.Join(fr.At.check(), bounded("for", fr.AtLeast)) }

// Inject implements [Fault].
func (fr Freeze) Inject(ctx context.Context, s *Scene) error {
	return s.strikeDo(ctx, fr.At, s.Users[:1], func(flights []*flight) error { return fr.strike(ctx, s, flights) })
}

func (fr Freeze) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	worker, err := s.Worker(f.Worker)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, fr.Kind(), flights)
	if err != nil {
		return err
	}
	started := time.Now()
	if err := worker.Pause(ctx); err != nil {
		return i.end(err, thaw(ctx, worker))
	}
	i.await(ctx, "the engine reports the worker frozen", "engine", engineLimit, isPaused(worker))
	i.await(ctx, "the broker dropped the frozen worker", "broker", brokerLimit, gone(s.Broker, f.Worker))
	if !fr.Kept {
		i.awaitTakeover(ctx, f, f.takenOver)
	}
	sleep(ctx, fr.AtLeast-time.Since(started))
	i.detail["frozen_for"] = time.Since(started).Round(time.Millisecond).String()
	if fr.Kept {
		return fr.thawServed(ctx, i, f, worker)
	}
	return i.end(nil, thaw(ctx, worker))
}

// thawServed thaws a worker whose user nobody else has had, and lets it go on
// until the user is served by it again.
func (fr Freeze) thawServed(ctx context.Context, i *injection, f *flight, worker Process) error {
	what, taken, err := f.takenOver(ctx)
	if err == nil && taken {
		i.unseen("nobody else had the user meanwhile", "gateway", what)
	} else if err == nil {
		i.seen("nobody else had the user meanwhile", "gateway", what)
	}
	healErr := thaw(ctx, worker)
	if err = errors.Join(err, release(ctx, []*flight{f})); err == nil && healErr == nil {
		i.await(ctx, "the broker lists the worker again", "broker", reconnectLimit, there(i.scene.Broker, f.Worker))
		i.awaitServed(ctx, f, f.after)
	}
	return i.end(err, healErr)
}

// thaw resumes a process and makes sure that it runs.
func thaw(ctx context.Context, p Process) error {
	ctx, cancel := healing(ctx)
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

func isPaused(p Process) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		st, err := p.State(ctx)
		return fmt.Sprintf("paused: %t", st.Paused), st.Paused, err
	}
}
