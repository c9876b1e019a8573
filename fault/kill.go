package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Kill sends SIGKILL to a worker that is inside an aimed user's section, and
// heals by starting a fresh worker in its place.
type Kill struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	// NoReplacement leaves the work to those that are left: what one who joins in its
	// place brings about is another question.
	NoReplacement bool `yaml:"no_replacement,omitempty"`
	// Bystander keeps a healthy worker inside an aimed user's section too, until
	// that user was given to another: some modes deal everything anew when the
	// number of consumers changes.
	Bystander bool `yaml:"bystander,omitempty"`
	// After is how long the section goes on before, while the other lanes work on.
	After time.Duration `yaml:"section_goes_on,omitempty"`
	// SameName brings the worker back under its name, at once, in place of a
	// replacement with another: as a StatefulSet does.
	SameName bool `yaml:"same_name,omitempty"`
}

var _ = describe(Descriptor{
	Name: "kill", From: Kill{}, AtOneWorker: true, Harms: []Harm{Death, Moved},
	Meaning: "the worker gets SIGKILL, and a fresh one takes its place",
	Weight:  6, Draw: func(r *rand.Rand) Fault {
		return Kill{At: drawPoint(r), After: drawDuration(r, 0, time.Second), SameName: r.IntN(3) == 0}
	},
})

// Spec implements [Fault].
func (k Kill) Spec() Spec {
	sp := Spec{
		kind: "kill", acts: parts{theBroker}, aim: at(k.At).ending(), wrong: notNegative("section_goes_on", k.After),
		goesOn: k.After, strike: endWorker(bySIGKILL, nil), shows: steps{gone(lostWorker, theStruck)},
		then:    steps{followed((*target).takenOver, k.SameName)},
		onStage: onStage{forGood: k.NoReplacement},
	}
	if k.SameName && (k.NoReplacement || k.Bystander) {
		sp.wrong = errors.Join(sp.wrong, errors.New("same_name brings the worker back at once, no_replacement never, and bystander waits for others to have its users: give one of them"))
	}
	if k.NoReplacement || k.Bystander {
		sp.then = steps{takenOver}
	}
	if k.Bystander { // it, the one that is struck, and who is given its user
		var b *target
		sp.needs, sp.aim.all = Needs{Workers: 3, Users: 2}, true
		sp.ready = func(ctx context.Context, i *injection) (err error) { b, err = i.bystander(ctx); return err }
		sp.then = append(sp.then, bystanderMoved(&b))
		if !k.NoReplacement {
			sp.then = append(sp.then, replaced)
		}
	}
	return sp
}
