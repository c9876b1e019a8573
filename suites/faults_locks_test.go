package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/harness"
)

func TestFaultsLocks(t *testing.T) {
	verify(t, harness.Lock, []harness.Scenario{
		{
			Name:    "the lock server is flushed mid-flight",
			Fault:   fault.LockFlush{},
			LockTTL: 60 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server is flushed mid-flight, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockFlush{},
			LockTTL: 60 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server restarts mid-flight",
			Fault:   fault.LockRestart{Down: time.Second},
			LockTTL: 60 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server restarts mid-flight, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockRestart{Down: time.Second},
			LockTTL: 60 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server fails over to a replica that lags",
			Fault:   fault.LockFailover{},
			LockTTL: 15 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server fails over to a replica that lags, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockFailover{},
			LockTTL: 15 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server evicts the lock mid-flight",
			Fault:   fault.LockEviction{Policy: "allkeys-lru"},
			LockTTL: 60 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server evicts the lock mid-flight, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockEviction{Policy: "allkeys-lru"},
			LockTTL: 60 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server evicts what expires soonest, the locks first",
			Fault:   fault.LockEviction{Policy: "volatile-ttl"},
			LockTTL: 60 * time.Second,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server pauses mid-flight beyond the lock's lifetime",
			Fault:   fault.LockPause{For: 5 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server pauses mid-flight beyond the lock's lifetime, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockPause{For: 5 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name:    "the lock server pauses mid-flight and the lock outlives it",
			Fault:   fault.LockPause{For: 5 * time.Second},
			LockTTL: 15 * time.Second,
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
	})
}
