package fault

import (
	"context"
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
	sp := Spec{
		kind: "stutter", acts: parts{theBroker}, wrong: errors.Join(bounded("for", st.For), bounded("apart", st.Every)),
		aim:    at(st.At).claiming(itself),
		strike: st.freezeOften, heal: resume(struckWorker), shows: steps{st.noticed()},
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

func (st Stutter) freezeOften(ctx context.Context, i *injection) error {
	seen, total, most := 0, time.Duration(0), time.Duration(0)
	for n := range st.Freezes {
		if n > 0 && !sleep(ctx, st.Every) {
			break
		}
		froze, err := st.freeze(ctx, i)
		if err != nil {
			return err
		}
		if froze > 0 {
			seen++
			total += froze
			most = max(most, froze)
		}
	}
	i.note("frozen_for", total.Round(time.Millisecond))
	i.note("longest", most.Round(time.Millisecond))
	i.await(ctx, fmt.Sprintf("the engine reports the worker frozen, %d times", st.Freezes), "engine", pollEvery, func(context.Context, *injection) (string, bool, error) {
		return fmt.Sprintf("%d times, %s in all", seen, total.Round(time.Millisecond)), seen == st.Freezes, nil
	})
	return nil
}

// freeze freezes the worker once, and returns for how long it was seen frozen,
// at the most.
// The withheld answer is let go meanwhile: the section is to last as long as
// the freeze, and no longer.
func (st Stutter) freeze(ctx context.Context, i *injection) (time.Duration, error) {
	worker, err := struckWorker(i)
	if err != nil {
		return 0, err
	}
	started := time.Now()
	if err := worker.Pause(ctx); err != nil {
		return 0, err
	}
	state, err := worker.State(ctx)
	if err == nil {
		err = letGo(ctx, i)
	}
	sleep(ctx, st.For-time.Since(started))
	// At once, and looked at afterwards: each question to a busy engine would
	// make the freeze longer.
	hctx, cancel := healing(ctx, 0)
	defer cancel()
	err = errors.Join(err, worker.Unpause(hctx))
	froze := time.Since(started)
	err = errors.Join(err, thaw(hctx, worker))
	if err != nil || !state.Paused {
		return 0, err
	}
	return froze, nil
}

// noticed notes whether the broker noticed, and whether another has the user. A
// worker that was cut off is not back at once: that it is not listed is noticed
// too.
func (st Stutter) noticed() step {
	var before Connections
	return comparing(connections(&before), do(func(ctx context.Context, i *injection) error {
		now, err := i.scene.Broker.Connections(ctx)
		kept := now.kept(before, i.worker())
		if err == nil {
			i.note("the_broker_noticed", !kept)
		}
		if st.Unnoticed {
			i.await(ctx, "the broker kept the worker's connection all the while", "broker", pollEvery, func(context.Context, *injection) (string, bool, error) {
				return "the longest freeze took " + i.detail["longest"], kept, err
			})
		}
		if what, moved, err := i.first().movedOn(ctx); err == nil && i.first().aimed() {
			i.note("taken_over", fmt.Sprintf("%t: %s", moved, what))
		}
		return nil
	}))
}
