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
	// SameName brings the worker back under its name, at once, in place of a
	// replacement with another: as a StatefulSet does.
	SameName bool `yaml:"same_name,omitempty"`
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
	i, err := s.beginEnding(ctx, l.Kind(), flights)
	if err != nil {
		return err
	}
	sleep(ctx, l.After)
	err, healErr := i.leave(ctx, flights, func() { sleep(ctx, l.Hold) })
	if err == nil && healErr == nil {
		err, healErr = i.followed(ctx, f, f.movedOn, l.SameName)
	}
	return i.end(err, healErr)
}

// leave asks the flights' worker to stop, lets them go once during is over, and
// sees it gone.
func (i *injection) leave(ctx context.Context, flights []*flight, during func()) (err, healErr error) {
	return i.endOne(ctx, flights[0].Worker, byItself, func() error {
		during()
		return release(ctx, flights)
	})
}

// movedOn is takenOver where the answer may have been released meanwhile.
func (f *flight) movedOn(ctx context.Context) (string, bool, error) {
	what, moved, err := f.takenOver(ctx)
	if moved {
		what = fmt.Sprintf("another worker than %s has sent for %s since", f.Worker, f.User)
	}
	return what, moved, err
}
