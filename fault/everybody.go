package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Everybody ends all workers together while one of them is inside an aimed
// user's section, and starts as many after a time: a deployment that recreates, a
// rollout that goes wrong, a zone that is lost. Meanwhile nobody consumes. What
// nobody acknowledged is redelivered to whoever is there first, and everybody
// comes back at nearly the same moment.
type Everybody struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	// Graceful asks the workers to stop, as a deployment does, in place of SIGKILL.
	Graceful bool          `yaml:"graceful,omitempty"`
	After    time.Duration `yaml:"section_goes_on,omitempty"` // how long it is inside before all are struck, while more comes in
	Hold     time.Duration `yaml:"hold,omitempty"`            // how long the section goes on after the workers were asked; only with graceful
	Down     time.Duration `yaml:"down,omitempty"`            // how long nobody is there
	// SameName brings the workers back under their names, as a StatefulSet does.
	SameName bool `yaml:"same_name,omitempty"`
}

var _ = describe(Descriptor{
	Name: "everybody-dies", From: Everybody{}, Harms: []Harm{Death, Late, Moved}, formerly: "everybody",
	Meaning: "all workers get SIGKILL at once, and others come after a time, or they themselves under their names, as when a zone is lost",
	Weight:  1, Draw: func(r *rand.Rand) Fault { return drawEverybody(r) },
}, Descriptor{
	Name: "everybody-leaves", From: Everybody{Graceful: true}, Harms: []Harm{Late, Moved},
	Meaning: "all workers are asked to stop at once, and others come after a time, as in a deployment that recreates",
	Weight:  1, Draw: func(r *rand.Rand) Fault {
		e := drawEverybody(r)
		e.Graceful, e.Hold = true, drawDuration(r, 0, time.Second)
		return e
	},
})

func drawEverybody(r *rand.Rand) Everybody {
	return Everybody{At: drawPoint(r), Down: drawDuration(r, 0, 3*time.Second), SameName: r.IntN(2) == 0}
}

// Spec implements [Fault].
//
// It waits for whatever other fault has a worker before it aims, and so keeps
// nobody inside for that long. A consumer that comes while all are to be gone
// would be somebody.
func (e Everybody) Spec() Spec {
	var names, ended []string
	var last uint64
	var lastErr error
	sp := Spec{
		kind: "everybody-dies", needs: Needs{Empties: true}, acts: parts{theWorkers, theBroker}, aim: at(e.At),
		wrong:   errors.Join(notNegative("section_goes_on", e.After), notNegative("hold", e.Hold), notNegative("down", e.Down)),
		prepare: func(ctx context.Context, i *injection) (err error) { names, err = i.haveEveryoneAlone(ctx); return err },
		halts:   "no worker is there", goesOn: e.After,
		strike: endAll(&names, &ended, bySIGKILL, 0),
		shows:  steps{nobodyListed, waiting(e.Down)},
		// Whoever is gone comes back, whatever became of the others.
		healing: startLimit,
		heal: func(ctx context.Context, i *injection) error {
			last, lastErr = i.scene.lastSend(ctx) // the dead send no more, so whoever does has come back
			i.noteTime("back_after", i.struck)
			return each(ended, func(name string) error {
				if e.SameName {
					return i.scene.Workers.Return(ctx, name)
				}
				return i.scene.Workers.Replace(ctx, name)
			})
		},
		then: steps{
			do(func(context.Context, *injection) error { return lastErr }),
			asManyListed(&names),
			do(func(ctx context.Context, i *injection) error { i.servedAgain(ctx, last); return nil }),
		},
		onStage: onStage{standstill: e.Down + e.Hold},
	}
	if e.Graceful {
		sp.kind, sp.strike = "everybody-leaves", endAll(&names, &ended, byItself, e.Hold)
	} else if e.Hold > 0 {
		sp.wrong = errors.Join(sp.wrong, errors.New("hold is for graceful: the dead hold nothing"))
	}
	return sp
}
