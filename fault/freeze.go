package fault

import (
	"math/rand/v2"
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
	// places of workers. Somebody else could only have had it by being given what
	// came for it after the broker had dropped the worker, and is in nobody's hands.
	// So more is published for the user then, while others are there to be given
	// it; it must be seen to be handled by the worker itself, after the thaw.
	Kept bool `yaml:"kept,omitempty"`
}

var _ = describe(Descriptor{
	Name: "freeze", From: Freeze{}, AtOneWorker: true, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "every instruction of the worker is stopped for a while and then goes on, as in a long garbage collection or a stalled virtual machine; the worker does not know that time has passed",
	Weight:  6, Draw: func(r *rand.Rand) Fault {
		return Freeze{At: drawPoint(r), AtLeast: drawDuration(r, 4*time.Second, 8*time.Second)}
	},
})

// Spec implements [Fault].
func (f Freeze) Spec() Spec {
	sp := Spec{
		kind: "freeze", needs: Needs{Workers: 2}, acts: parts{theBroker}, wrong: bounded("for", f.AtLeast),
		aim:    at(f.At).claiming(itself),
		strike: pause(struckWorker),
		shows: steps{
			isPaused("the worker frozen", struckWorker),
			gone("the broker dropped the frozen worker", theStruck),
			takenOver,
			lasting(f.AtLeast, "frozen_for"),
		},
		heal: resume(struckWorker),
	}
	if f.Kept {
		const events = 3
		var waiting []string
		sp.needs.Workers, sp.acts = 0, parts{theBroker, thePublisher}
		sp.shows = steps{sp.shows[0], sp.shows[1], othersListed, publishMore(&waiting, events), sp.shows[3], keptItsUser}
		sp.then = steps{do(letGo), listedOnceMore, waitedForTheWorker(&waiting)}
	}
	return sp
}
