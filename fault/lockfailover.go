package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// LockFailover kills the lock server while a worker is inside an aimed user's
// section, and sends everybody to its replica, to which the user's lock has
// not been copied: Redis answers for a write before its replicas have it. That
// the replica lags is no matter of luck here: its link is broken before the
// worker takes its lock.
type LockFailover struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
}

var _ = describe(Descriptor{
	Name: "lock-failover", From: LockFailover{}, where: withLocks, Harms: []Harm{Late, NoLock},
	Meaning: "the lock server dies while a worker is inside, and its replica, to which that worker's lock has not been copied, takes its place",
	Weight:  2, Draw: func(r *rand.Rand) Fault { return LockFailover{At: drawHolding(r)} },
})

// Spec implements [Fault].
func (l LockFailover) Spec() Spec {
	promoted, mended := false, false
	mend := func(ctx context.Context, i *injection) error {
		if mended {
			return nil
		}
		if mended = true; promoted {
			return i.scene.LockServer.Replica().Rebuild(ctx)
		}
		return errors.Join(revive(ctx, i.scene.LockServer), i.scene.LockServer.Replica().Attach(ctx))
	}
	return Spec{
		kind: "lock-failover", needs: wholeLockServer.And(Needs{Replica: true}), wrong: l.At.checkHolder(), aim: at(l.At),
		prepare: func(ctx context.Context, i *injection) error {
			i.finally(func(ctx context.Context) error { return mend(ctx, i) })
			return fallBehind(ctx, i)
		},
		halts: "nobody gets a lock while there is no lock server",
		strike: func(ctx context.Context, i *injection) (err error) {
			_ = steps{replicaCutOff, notReplicated}.do(ctx, i) // they fail at nothing
			i.struck = time.Now()
			if err = kill(ownLockServer)(ctx, i); err != nil {
				return err
			}
			_ = isKilled("the primary", ownLockServer).do(ctx, i)
			err = i.scene.LockServer.Replica().Promote(ctx)
			promoted = err == nil
			i.noteTime("failed_over_in", i.struck)
			return err
		},
		shows:   steps{failedOver(), lockLost(new(LockState))},
		healing: startLimit,
		heal:    mend,
		onStage: onStage{refuses: losesNothing},
	}
}
