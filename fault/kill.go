package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kill sends SIGKILL to a worker that is inside an aimed user's section, and
// heals by starting a fresh worker in its place.
type Kill struct {
	// NoReplacement leaves the work to those that are left: a replacement is a
	// consumer that joins, and what a join does is another question.
	NoReplacement bool
	// Bystanders keeps healthy workers inside their aimed users' sections too,
	// until one of those users was given to another worker: some modes deal
	// everything anew when the number of consumers changes.
	Bystanders bool
	// After is how long the section goes on before the kill, while the worker's
	// other lanes work on.
	After time.Duration
}

// Kind implements [Fault].
func (Kill) Kind() string { return "kill" }

// SpoilsOthers implements [Fault].
func (Kill) SpoilsOthers() bool { return false }

// Inject implements [Fault].
func (k Kill) Inject(ctx context.Context, s *Scene) error {
	users := s.Users[:1]
	if k.Bystanders {
		users = s.Users
	}
	return s.midFlightDo(ctx, users, func(flights []*flight) error { return k.strike(ctx, s, flights) })
}

func (k Kill) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	worker, err := s.Worker(f.Worker)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, k.Kind(), flights)
	if err != nil {
		return err
	}
	sleep(ctx, k.After)
	before, after, code := stamp(), int64(0), 0
	if err := worker.Kill(ctx); err != nil {
		return errors.Join(err, i.end(nil))
	}
	i.await(ctx, "the engine reports the worker dead by SIGKILL", "engine", engineLimit, func(ctx context.Context) (string, bool, error) {
		st, err := worker.State(ctx)
		if err != nil {
			return "", false, err
		}
		if st.Running {
			return f.Worker + " is running", false, nil
		}
		const killed = 128 + 9
		after, code = stamp(), st.ExitCode
		return fmt.Sprintf("%s ended with exit code %d", f.Worker, st.ExitCode), st.ExitCode == killed, nil
	})
	if after == 0 {
		return i.end(fmt.Errorf("%s lives on", f.Worker))
	}
	if err := s.Died(f.Worker, before, after, code); err != nil {
		return errors.Join(err, i.end(nil))
	}
	i.await(ctx, "the broker no longer lists the worker", "broker", brokerLimit, gone(s.Broker, f.Worker))
	i.await(ctx, "another worker took the user over", "gateway", takeoverLimit, f.takenOver)
	if k.Bystanders {
		i.await(ctx, "a healthy worker's user was given to another", "gateway", takeoverLimit, bystanderMoved(flights))
	}
	if k.NoReplacement {
		return i.end(nil)
	}
	return i.end(s.Replace(ctx, f.Worker))
}

// bystanderMoved looks for a healthy worker that is inside a section whose
// user another worker has got.
func bystanderMoved(flights []*flight) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		last := "every aimed user was in the hands of " + flights[0].Worker
		for _, f := range flights[1:] {
			if f.Worker == flights[0].Worker {
				continue
			}
			what, moved, err := f.takenOver(ctx)
			if err != nil || moved {
				return what, moved, err
			}
			last = what
		}
		return last, false, nil
	}
}

// gone looks for the absence of a consumer in the broker's view.
func gone(b Broker, worker string) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		all, err := b.Connections(ctx)
		if err != nil {
			return "", false, err
		}
		_, there := all[worker]
		return fmt.Sprintf("the broker lists %d consumers, %s among them: %t", len(all), worker, there), !there, nil
	}
}
