package fault

import (
	"errors"
	"math/rand/v2"
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

var _ = describe(Descriptor{
	Name: "leave", From: Leave{}, AtOneWorker: true, Harms: []Harm{Late, Moved},
	Meaning: "the worker is asked to stop, as in a rollout, while it is inside; a fresh one takes its place",
	Weight:  4, Draw: func(r *rand.Rand) Fault {
		return Leave{At: drawPoint(r), Hold: drawDuration(r, 0, 2*time.Second), SameName: r.IntN(3) == 0}
	},
})

// Spec implements [Fault].
func (l Leave) Spec() Spec {
	return Spec{
		kind: "leave", acts: parts{theBroker}, wrong: errors.Join(notNegative("section_goes_on", l.After), notNegative("hold", l.Hold)),
		aim:    at(l.At).ending(),
		goesOn: l.After,
		strike: askToStop(l.Hold),
		shows:  steps{gone(lostWorker, theStruck)},
		then:   steps{followed((*target).movedOn, l.SameName)},
	}
}
