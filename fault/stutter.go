package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
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

var _ = describe(Descriptor{
	Name: "stutter", From: Stutter{}, AtOneWorker: true, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the worker is frozen many times for a short while each, as in many short garbage collections",
	Weight:  4, Draw: func(r *rand.Rand) Fault {
		return Stutter{At: drawPoint(r), Freezes: 2 + r.IntN(8), For: drawDuration(r, 200*time.Millisecond, 900*time.Millisecond), Every: drawDuration(r, 100*time.Millisecond, 500*time.Millisecond)}
	},
})

// Spec implements [Fault].
func (st Stutter) Spec() Spec {
	var all freezes
	sp := Spec{
		kind: "stutter", acts: parts{theBroker}, wrong: errors.Join(bounded("for", st.For), bounded("apart", st.Every)),
		aim:     at(st.At).claiming(itself),
		strike:  freezeOften(&all, st.Freezes, st.For, st.Every),
		shows:   steps{wasFrozen(&all, st.Freezes), noticed(&all, st.Unnoticed), noteTakeover},
		heal:    resume(struckWorker),
		onStage: onStage{least: time.Duration(st.Freezes)*(st.For+st.Every) - st.Every, refuses: st.refuses},
	}
	if st.Freezes < 1 {
		sp.wrong = errors.Join(sp.wrong, fmt.Errorf("freezes is %d: give 1 or more", st.Freezes))
	} else if total := time.Duration(st.Freezes) * (st.For + st.Every); total > longest {
		sp.wrong = errors.Join(sp.wrong, fmt.Errorf("%d freezes take %s: that is more than %s, so it would not heal within a run", st.Freezes, total, longest))
	}
	return sp
}

func (st Stutter) refuses(on Stage) error {
	if st.Unnoticed && on.KeepAlive > 0 && st.For >= 2*on.KeepAlive {
		return fmt.Errorf("for is %s: the broker notices every freeze of %s or more, and unnoticed asks that it does not: give less, or leave out unnoticed", st.For, 2*on.KeepAlive)
	}
	return nil
}
