package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// LockRestart kills the lock server while a worker is inside an aimed user's
// section, and starts it again. It keeps nothing on disk, as lock servers are
// often run: it comes back without the locks that it gave out, and without the
// counters that fencing tokens come from.
type LockRestart struct {
	At   Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Down time.Duration `yaml:"down,omitempty"`  // from its death to its start
	Kept time.Duration `yaml:"kept,omitempty"`  // as with [LockFlush]
}

var _ = describe(Descriptor{
	Name: "lock-restart", From: LockRestart{}, where: withLocks, Harms: []Harm{Late, NoLock},
	Meaning: "the lock server dies while a worker is inside and starts again without its memory: every lock is gone, and so are the counters that fencing tokens come from",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return LockRestart{At: drawHolding(r), Down: drawDuration(r, 0, 3*time.Second)}
	},
})

// Spec implements [Fault].
func (l LockRestart) Spec() Spec {
	sp := Spec{
		kind: "lock-restart", needs: wholeLockServer, aim: at(l.At),
		wrong:   errors.Join(l.At.checkHolder(), notNegative("down", l.Down), notNegative("kept", l.Kept)),
		halts:   "nobody gets a lock while there is no lock server",
		strike:  kill(ownLockServer),
		shows:   steps{isKilled("the lock server", ownLockServer), until(l.Down)},
		healing: startLimit,
		heal:    func(ctx context.Context, i *injection) error { return revive(ctx, i.scene.LockServer) },
		then:    steps{lasting(0, "down_for"), anotherProcess(), lockLostOrKept(l.Kept)},
		onStage: onStage{standstill: l.Down, refuses: keptOn(l.Kept)},
	}
	if l.Kept > 0 { // the others give locks
		sp.halts, sp.standstill = "", 0
	}
	return sp
}
