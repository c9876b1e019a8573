package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// LockFlush makes the lock server forget everything while a worker is inside
// an aimed user's section: locks, and the counters that fencing tokens come
// from. Somebody typed FLUSHALL into the wrong window, or a job that "clears
// the cache" shares the server.
type LockFlush struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	// Kept: the lock is on several servers, of which most are to keep it. Nobody
	// else is waited for, and the holder stays inside for so long.
	Kept time.Duration `yaml:"kept,omitempty"`
}

var _ = describe(Descriptor{
	Name: "lock-flush", From: LockFlush{}, where: withLocks, Harms: []Harm{Late, NoLock},
	Meaning: "somebody empties the lock server while a worker is inside: every lock is gone, and so are the counters that fencing tokens come from",
	Weight:  4, Draw: func(r *rand.Rand) Fault { return LockFlush{At: drawHolding(r)} },
})

// Spec implements [Fault].
func (l LockFlush) Spec() Spec {
	return Spec{
		kind: "lock-flush", needs: wholeLockServer, aim: at(l.At),
		wrong:   errors.Join(l.At.checkHolder(), notNegative("kept", l.Kept)),
		strike:  func(ctx context.Context, i *injection) error { return i.scene.LockServer.Flush(ctx) },
		shows:   steps{flushed(), lockLostOrKept(l.Kept)},
		onStage: onStage{refuses: keptOn(l.Kept)},
	}
}

// wholeLockServer is what a fault needs that reaches all of the lock server.
var wholeLockServer = Needs{Workers: 2, OwnLocks: true, Holds: []Resource{TheLockServer}}
