package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Stutter freezes a worker many times for a short while each, the first time
// inside an aimed user's section, as a process does whose heap is too small.
// Nobody who watches it from afar may notice: what is decided by patience, as a
// keep-alive or a lock's lifetime, depends on the length of one freeze, and not
// on their sum.
type Stutter struct {
	At      Point         `yaml:"point,omitempty"` // where in its handling the first freeze finds the worker; empty: at the send
	Freezes int           `yaml:"freezes"`
	For     time.Duration `yaml:"for"`   // each
	Every   time.Duration `yaml:"apart"` // from the end of one to the next
	// Unnoticed asks for the broker's word that it kept the worker's connection
	// all the while. On a busy machine the engine takes its time, and a freeze
	// beyond the broker's patience would be another fault.
	Unnoticed bool `yaml:"unnoticed,omitempty"`
}

// Kind implements [Fault].
func (Stutter) Kind() string { return "stutter" }

// Needs implements [Fault].
func (st Stutter) Needs() Needs { return st.At.needs() }

// Check implements [Fault].
func (st Stutter) Check() error {
	errs := []error{st.At.check(), bounded("for", st.For), bounded("apart", st.Every)}
	if st.Freezes < 1 {
		errs = append(errs, fmt.Errorf("freezes is %d: give 1 or more", st.Freezes))
	} else if total := time.Duration(st.Freezes) * (st.For + st.Every); total > longest {
		errs = append(errs, fmt.Errorf("%d freezes take %s: that is more than %s, so it would not heal within a run", st.Freezes, total, longest))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (st Stutter) Inject(ctx context.Context, s *Scene) error {
	return s.strikeDo(ctx, st.At, s.Users[:1], func(flights []*flight) error { return st.strike(ctx, s, flights) })
}

func (st Stutter) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	worker, err := s.Worker(f.Worker)
	if err != nil {
		return err
	}
	before, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, st.Kind(), flights)
	if err != nil {
		return err
	}
	seen, total, most := 0, time.Duration(0), time.Duration(0)
	for n := range st.Freezes {
		if n > 0 && !sleep(ctx, st.Every) {
			break
		}
		froze, err := st.freeze(ctx, worker, flights)
		if err != nil {
			return i.end(err, thaw(ctx, worker))
		}
		if froze > 0 {
			seen++
			total += froze
			most = max(most, froze)
		}
	}
	i.detail["frozen_for"] = total.Round(time.Millisecond).String()
	i.detail["longest"] = most.Round(time.Millisecond).String()
	i.await(ctx, fmt.Sprintf("the engine reports the worker frozen, %d times", st.Freezes), "engine", pollEvery, func(context.Context) (string, bool, error) {
		return fmt.Sprintf("%d times, %s in all", seen, total.Round(time.Millisecond)), seen == st.Freezes, nil
	})
	// A worker that was cut off is not back at once: that it is not listed is
	// noticed too.
	noticed, err := st.noticed(ctx, s, f.Worker, before)
	if err == nil {
		i.detail["the_broker_noticed"] = fmt.Sprint(noticed)
	}
	if st.Unnoticed {
		i.await(ctx, "the broker kept the worker's connection all the while", "broker", pollEvery, func(context.Context) (string, bool, error) {
			return fmt.Sprintf("the longest freeze took %s", most.Round(time.Millisecond)), !noticed, err
		})
	}
	if what, moved, err := f.movedOn(ctx); err == nil && f.hold != "" {
		i.detail["taken_over"] = fmt.Sprintf("%t: %s", moved, what)
	}
	return i.end(nil, thaw(ctx, worker))
}

func (st Stutter) noticed(ctx context.Context, s *Scene, worker string, before Connections) (bool, error) {
	now, err := s.Broker.Connections(ctx)
	return !now.kept(before, worker), err
}

// freeze freezes the worker once, and returns for how long it was seen frozen,
// at the most.
// The withheld answer is let go meanwhile: the section is to last as long as
// the freeze, and no longer.
func (st Stutter) freeze(ctx context.Context, worker Process, flights []*flight) (time.Duration, error) {
	started := time.Now()
	if err := worker.Pause(ctx); err != nil {
		return 0, err
	}
	state, err := worker.State(ctx)
	if err == nil {
		err = release(ctx, flights)
	}
	sleep(ctx, st.For-time.Since(started))
	// At once, and looked at afterwards: each question to a busy engine would
	// make the freeze longer.
	hctx, cancel := healing(ctx)
	defer cancel()
	err = errors.Join(err, worker.Unpause(hctx))
	froze := time.Since(started)
	err = errors.Join(err, thaw(hctx, worker))
	if err != nil || !state.Paused {
		return 0, err
	}
	return froze, nil
}
