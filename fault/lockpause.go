package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// LockPause freezes the lock server while a worker is inside an aimed user's
// section, and resumes it. The server's clock goes on without it: a lock whose
// lifetime ends during the pause is gone when the server wakes, and its holder,
// who is healthy and inside, does not know.
type LockPause struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	For time.Duration `yaml:"for,omitempty"`
}

var _ = describe(Descriptor{
	Name: "lock-pause", From: LockPause{}, where: withLocks, Harms: []Harm{Late, NoLock},
	Meaning: "the lock server is frozen while a worker is inside, and resumed; its clock goes on, and locks whose lifetime ended meanwhile are gone",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return LockPause{At: drawHolding(r), For: drawDuration(r, time.Second, 6*time.Second)}
	},
})

// Spec implements [Fault].
func (l LockPause) Spec() Spec {
	var before LockState
	var paused time.Duration
	lost := lockLost(&before)
	return Spec{
		kind: "lock-pause", needs: wholeLockServer, aim: at(l.At),
		wrong:  errors.Join(l.At.checkHolder(), bounded("for", l.For)),
		halts:  "nobody gets a lock while the lock server is frozen",
		strike: pause(ownLockServer),
		shows: steps{
			isPaused("the lock server paused", ownLockServer), locksUnanswering, lasting(l.For, "paused_for"),
			do(func(_ context.Context, i *injection) error { paused = time.Since(i.struck); return nil }),
		},
		heal: resume(ownLockServer),
		then: steps{{before: lost.before, do: func(ctx context.Context, i *injection) error {
			if i.first().aimed() && before.Left > paused {
				return lockOutlived(&before).do(ctx, i)
			}
			return lost.do(ctx, i)
		}}},
		onStage: onStage{standstill: l.For},
	}
}
