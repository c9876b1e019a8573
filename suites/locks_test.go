package suites

import (
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestLocks: the same mode with the locks of libraries that people use in place
// of ours. bsm/redislock keeps sections apart for as long, and no longer. redsync
// asks three servers, and loses nothing with one of them, unless two asked for a lock
// at once when it was given (quorum-of-two). Neither gives a fencing
// token, so the guard fenced is refused with them.
func TestLocks(t *testing.T) {
	t.Parallel()
	verify(t)
}

const (
	redislock = "redislock"
	redsync   = "redsync"
)

func locksClaims() []harness.Scenario {
	return allIn(mode.Lock, append(quorumClaims(), []harness.Scenario{
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
			Settings: harness.Settings{Lock: redislock, LockTTL: restarted},
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
	}...))
}

// quorumClaims are of the lock on three servers, with a fault of one of them.
func quorumClaims() []harness.Scenario {
	return []harness.Scenario{
		{
			Name:     "no fault, redsync",
			Settings: harness.Settings{Lock: redsync}, Load: longBursts(),
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name:     "one of the lock's servers is flushed mid-flight, redsync",
			Settings: harness.Settings{Lock: redsync, LockTTL: long}, Load: inTurn(),
			Fault:   fault.LockFlush{Kept: 3 * time.Second},
			Expect:  AllHold.But(Open, Order),
			Require: history.Require{Attempts: 50, Contended: 2, Handovers: 20},
		},
		{
			Name:     "one of the lock's servers restarts mid-flight, redsync",
			Settings: harness.Settings{Lock: redsync, LockTTL: long}, Load: inTurn(),
			Fault:   fault.LockRestart{Down: time.Second, Kept: 3 * time.Second},
			Expect:  AllHold.But(Open, Order),
			Require: history.Require{Attempts: 50, Contended: 2, Handovers: 20},
		},
		{
			Name:     "one of the lock's servers pauses mid-flight, redsync",
			Settings: harness.Settings{Lock: redsync, LockTTL: 15 * time.Second},
			Fault:    fault.LockPause{For: 5 * time.Second},
			Expect:   AllHold.But(Refuted, Order),
			Require:  lockContention,
		},
		{
			Name:     "a consumer freezes mid-flight and thaws after its user moved on, redsync",
			Settings: harness.Settings{Lock: redsync},
			Fault:    fault.Freeze{AtLeast: frozen},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require:  movedOn,
		},
		{
			Name:     "the lock's lifetime runs out mid-flight, redsync",
			Settings: harness.Settings{Lock: redsync},
			Fault:    fault.LockExpiry{},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
	}
}
