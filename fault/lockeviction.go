package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// LockEviction puts the lock server under memory pressure while a worker is
// inside an aimed user's section: other keys are written until the server makes
// room by forgetting that user's lock. It stands for locks that live in a
// server which is a cache to others.
type LockEviction struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	// Policy is the server's maxmemory-policy. Under allkeys-lru every key may
	// go, locks and the counters of fencing tokens alike; under volatile-ttl
	// the keys that are to expire soonest go first, and these are the locks.
	Policy string `yaml:"policy"`
}

var _ = describe(Descriptor{
	Name: "lock-eviction", From: LockEviction{}, where: withLocks, Harms: []Harm{Late, NoLock},
	Meaning: "the lock server runs out of memory while a worker is inside, and makes room by forgetting that worker's lock",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return LockEviction{At: drawHolding(r), Policy: policies[r.IntN(len(policies))]}
	},
})

// policies are those of Redis that evict; under noeviction nothing is ever
// forgotten.
var policies = []string{
	"allkeys-lru", "allkeys-lfu", "allkeys-random",
	"volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
}

// Spec implements [Fault].
func (l LockEviction) Spec() Spec {
	var lock LockState
	var account Account
	sp := Spec{
		kind: "lock-eviction", needs: wholeLockServer, wrong: l.At.checkHolder(), aim: at(l.At),
		ready: func(ctx context.Context, i *injection) (err error) {
			i.note("policy", l.Policy)
			account, err = i.scene.LockServer.Account(ctx)
			return err
		},
		strike:  func(ctx context.Context, i *injection) error { return l.press(ctx, i, account, &lock) },
		heal:    func(ctx context.Context, i *injection) error { return i.scene.LockServer.LiftMemoryLimit(ctx) },
		then:    steps{evicted(), lockLost(&lock)},
		onStage: onStage{refuses: losesNothing},
	}
	if !slices.Contains(policies, l.Policy) {
		sp.wrong = errors.Join(sp.wrong, fmt.Errorf("the policy %q evicts nothing: give one of %s", l.Policy, strings.Join(policies, ", ")))
	}
	return sp
}
