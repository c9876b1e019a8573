package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// LockExpiry takes a lock away from a worker that is inside the section it
// guards: by waiting until the lock's lifetime runs out, or by deleting it, as
// an eviction, a flush or a failover to an empty replica would.
type LockExpiry struct {
	At     Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Delete bool  `yaml:"delete,omitempty"`
	// Hold is how long the section certainly stays open after the strike: for
	// longer than a holder takes to notice, where it looks.
	Hold time.Duration `yaml:"hold,omitempty"`
}

var _ = describe(Descriptor{
	Name: "lock-expiry", From: LockExpiry{}, AtOneWorker: true, where: withLocks, Harms: []Harm{Late, NoLock}, formerly: "lock-loss",
	Meaning: "the work takes longer than the lifetime of the lock that guards it, so the lock runs out while its holder is inside",
	Weight:  4, Draw: func(*rand.Rand) Fault { return LockExpiry{} },
}, Descriptor{
	Name: "lock-delete", From: LockExpiry{Delete: true}, AtOneWorker: true, where: withLocks, Harms: []Harm{Late, NoLock},
	Meaning: "the lock server forgets the lock while its holder is inside, as by an eviction, a flush or a failover to an empty replica",
	Weight:  4, Draw: func(*rand.Rand) Fault { return LockExpiry{Delete: true} },
})

// Spec implements [Fault].
//
// It reads the lock from the server, which must answer.
func (l LockExpiry) Spec() Spec {
	sp := Spec{
		kind: "lock-expiry", needs: Needs{Workers: 2, Holds: []Resource{TheLockServer}}, acts: parts{theLocks},
		aim: at(l.At), wrong: errors.Join(l.At.checkHolder(), notNegative("hold", l.Hold)),
		shows:   steps{tokenGone(), takenOver, lasting(l.Hold, "held_for")},
		onStage: onStage{refuses: l.refuses},
	}
	if l.Delete {
		sp.kind = "lock-delete"
		sp.strike = func(ctx context.Context, i *injection) error { return i.scene.Locks.Delete(ctx, i.first().User) }
	}
	return sp
}

func (l LockExpiry) refuses(on Stage) error {
	if l.Delete {
		return losesNothing(on)
	}
	if on.Renewed {
		return fmt.Errorf("locks are renewed, and it waits for one to run out: give delete, or leave out renew")
	}
	if on.LockTTL > takeoverLimit {
		return fmt.Errorf("a lock lives for %s, and it waits %s for it to run out: give delete, or let locks live for less", on.LockTTL, takeoverLimit)
	}
	return nil
}
