package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Leave asks a worker that is inside an aimed user's section to stop, as every
// rollout does, withholds the answer for a while longer, and heals by starting
// a fresh worker in its place. It asks what a graceful stop is worth: a worker
// that finishes what it has begun, and leaves the rest alone, breaks nothing.
type Leave struct {
	At    Point         `yaml:"point,omitempty"`           // where in its handling the worker is struck; empty: at the send
	After time.Duration `yaml:"section_goes_on,omitempty"` // how long it is inside before it is told, while more comes in
	Hold  time.Duration `yaml:"hold,omitempty"`            // how long the section goes on after the worker was told
}

// Kind implements [Fault].
func (Leave) Kind() string { return "leave" }

// Needs implements [Fault].
func (l Leave) Needs() Needs { return l.At.needs() }

// Check implements [Fault].
func (l Leave) Check() error {
	return errors.Join(l.At.check(), notNegative("section_goes_on", l.After), notNegative("hold", l.Hold))
}

// Inject implements [Fault].
func (l Leave) Inject(ctx context.Context, s *Scene) error {
	return s.strikeDo(ctx, l.At, s.Users[:1], func(flights []*flight) error { return l.strike(ctx, s, flights) })
}

func (l Leave) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	i, err := s.begin(ctx, l.Kind(), flights)
	if err != nil {
		return err
	}
	sleep(ctx, l.After)
	if err := i.leave(ctx, flights, func() { sleep(ctx, l.Hold) }); err != nil {
		return err
	}
	i.awaitTakeover(ctx, f, f.movedOn)
	return i.end(nil, s.Replace(ctx, f.Worker))
}

// leave asks the flights' worker to stop, lets them go once during is over, and
// sees it gone. An error ends the injection.
func (i *injection) leave(ctx context.Context, flights []*flight, during func()) error {
	s, name := i.scene, flights[0].Worker
	worker, err := s.Worker(name)
	if err != nil {
		return i.end(err, nil)
	}
	before, after, code := stamp(), int64(0), 0
	if err := worker.Stop(ctx); err != nil {
		return i.end(err, nil)
	}
	during()
	if err := release(ctx, flights); err != nil {
		return i.end(err, nil)
	}
	i.await(ctx, "the engine reports that the worker ended by itself", "engine", leaveLimit, func(ctx context.Context) (string, bool, error) {
		st, err := worker.State(ctx)
		if err != nil {
			return "", false, err
		}
		if st.Running {
			return name + " is running", false, nil
		}
		after, code = stamp(), st.ExitCode
		return fmt.Sprintf("%s ended with exit code %d", name, st.ExitCode), st.ExitCode == 0, nil
	})
	if after == 0 {
		return i.end(nil, fmt.Errorf("%s lives on", name))
	}
	if err := s.Died(name, before, after, code); err != nil {
		return i.end(err, nil)
	}
	i.await(ctx, "the broker no longer lists the worker", "broker", brokerLimit, gone(s.Broker, name))
	return nil
}

// movedOn is takenOver where the answer may have been released meanwhile.
func (f *flight) movedOn(ctx context.Context) (string, bool, error) {
	what, moved, err := f.takenOver(ctx)
	if moved {
		what = fmt.Sprintf("another worker than %s has sent for %s since", f.Worker, f.User)
	}
	return what, moved, err
}
