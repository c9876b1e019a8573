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
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	// NoReplacement leaves the work to those that are left: a replacement is a
	// consumer that joins, and what a join does is another question.
	NoReplacement bool `yaml:"no_replacement,omitempty"`
	// Bystander keeps a healthy worker inside an aimed user's section too, until
	// that user was given to another: some modes deal everything anew when the
	// number of consumers changes.
	Bystander bool `yaml:"bystander,omitempty"`
	// After is how long the section goes on before the kill, while the worker's
	// other lanes work on.
	After time.Duration `yaml:"section_goes_on,omitempty"`
	// SameName brings the worker back under its name, at once, in place of a
	// replacement with another: as a StatefulSet does.
	SameName bool `yaml:"same_name,omitempty"`
}

// Kind implements [Fault].
func (Kill) Kind() string { return "kill" }

// Needs implements [Fault].
func (k Kill) Needs() Needs {
	n := k.At.needs()
	if k.Bystander { // it, the one that is struck, and who is given its user
		n.Workers, n.Users = 3, 2
	}
	return n
}

// Check implements [Fault].
func (k Kill) Check() error {
	errs := []error{k.At.check(), notNegative("section_goes_on", k.After)}
	if k.SameName && (k.NoReplacement || k.Bystander) {
		errs = append(errs, errors.New("same_name brings the worker back at once, no_replacement never, and bystander waits for others to have its users: give one of them"))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (k Kill) Inject(ctx context.Context, s *Scene) error {
	users := s.Users[:1]
	if k.Bystander {
		users = s.Users
	}
	return s.strikeDo(ctx, k.At, users, func(flights []*flight) error { return k.strike(ctx, s, flights) })
}

func (k Kill) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	var bystanding *flight
	var err error
	if k.Bystander {
		if bystanding, err = bystander(ctx, flights); err != nil {
			return err
		}
	}
	i, err := s.beginEnding(ctx, k.Kind(), flights)
	if err != nil {
		return err
	}
	sleep(ctx, k.After)
	if err, healErr := i.endOne(ctx, f.Worker, bySIGKILL, atOnce); err != nil || healErr != nil {
		return i.end(err, healErr)
	}
	if !k.NoReplacement && !k.Bystander {
		return i.end(i.followed(ctx, f, f.takenOver, k.SameName))
	}
	i.awaitTakeover(ctx, f, f.takenOver)
	if k.Bystander {
		i.await(ctx, "a healthy worker's user was given to another", "gateway", takeoverLimit, bystanding.takenOver)
	}
	if k.NoReplacement {
		return i.end(nil, nil)
	}
	return i.end(nil, s.Replace(ctx, f.Worker))
}

// bystander is the first flight at another worker than the target's. All other
// answers are let go: a worker whose lanes and queue are all taken up by aimed
// users has no room for the user that it is to take over.
func bystander(ctx context.Context, flights []*flight) (*flight, error) {
	var found *flight
	for _, f := range flights[1:] {
		if found == nil && f.Worker != flights[0].Worker {
			found = f
			continue
		}
		if err := release(ctx, []*flight{f}); err != nil {
			return nil, err
		}
	}
	if found == nil {
		return nil, fmt.Errorf("every aimed user was in the hands of %s: a bystander needs aimed users at two workers", flights[0].Worker)
	}
	return found, nil
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
