package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestLocks: the same mode with the lock of a library that people use,
// bsm/redislock, in place of ours. It keeps sections apart for as long, and no
// longer. It gives no fencing token, so the guard fenced is refused with it.
func TestLocks(t *testing.T) {
	t.Parallel()
	verify(t)
}

const redislock = "redislock"

func locksClaims() []harness.Scenario {
	return allIn(mode.Lock, []harness.Scenario{
		{
			Name:     "no fault, redislock",
			Settings: harness.Settings{Lock: redislock}, Load: longBursts(),
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name:     "a consumer freezes mid-flight and thaws after its user moved on, redislock",
			Settings: harness.Settings{Lock: redislock},
			Fault:    fault.Freeze{AtLeast: frozen},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require:  movedOn,
		},
		{
			Name:     "the lock's lifetime runs out mid-flight, redislock",
			Settings: harness.Settings{Lock: redislock},
			Fault:    fault.LockExpiry{},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
		{
			Name:     "the lock server restarts mid-flight, redislock",
			Settings: harness.Settings{Lock: redislock, LockTTL: long},
			Fault:    fault.LockRestart{Down: time.Second},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
		{
			Name:     "the lock server pauses mid-flight and the lock outlives it, redislock",
			Settings: harness.Settings{Lock: redislock, LockTTL: 15 * time.Second},
			Fault:    fault.LockPause{For: 5 * time.Second},
			Expect:   AllHold.But(Refuted, Order),
			Require:  lockContention,
		},
	})
}
