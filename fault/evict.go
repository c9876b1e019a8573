package fault

import (
	"context"
	"fmt"
	"time"
)

// Evict freezes a worker that is inside an aimed user's section until the broker
// has dropped it, starts a fresh one in its place, and thaws it beside that: as
// when a node cannot be reached, its pod is taken for dead and started elsewhere,
// and the node comes back. Nobody made sure that the old one was dead.
type Evict struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	For time.Duration `yaml:"for,omitempty"`   // the shortest time frozen; it is longer until another has the user
}

var _ = describe(Descriptor{
	Name: "evict", From: Evict{}, AtOneWorker: true, Harms: []Harm{CutOff, Late, Moved, Replaced},
	Meaning: "the worker is frozen, taken for dead and replaced, and thaws beside its replacement, as when a node that could not be reached comes back",
	Undrawn: "the worker that was replaced lives on beside its replacement, and where workers have places it waits for one that is taken: no fault that goes over all workers reckons with that",
})

// Spec implements [Fault].
func (e Evict) Spec() Spec {
	return Spec{
		kind: "evict", acts: parts{theBroker}, wrong: bounded("for", e.For),
		aim:    at(e.At).claiming(itself),
		strike: pause(struckWorker),
		shows: steps{
			isPaused("the worker frozen", struckWorker),
			gone("the broker dropped the frozen worker", theStruck),
			do(func(ctx context.Context, i *injection) error {
				if err := i.scene.Workers.Replace(ctx, i.worker()); err != nil {
					return fmt.Errorf("starting another in the place of %s: %w", i.worker(), err)
				}
				return nil
			}),
			takenOver,
			lasting(e.For, "frozen_for"),
		},
		heal: resume(struckWorker),
	}
}
