package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestRenewed: the lock of the mode lock with a watchdog, which renews it while
// its holder is inside and stops the holder when it is lost, or may have run out.
// It helps against whatever makes a section long, and against a server that is
// slow or away. It cannot help who is frozen beyond the lock, and it learns of a
// lock that its server forgot only when it next renews (renewed-helps,
// renewed-too-late). Where it stops a section whose text is out the text goes
// out again, so it needs the fence all the same (renewed-cuts-off).
func TestRenewed(t *testing.T) {
	t.Parallel()
	verify(t)
}

func renewedClaims() []harness.Scenario {
	return allIn(mode.Lock, []harness.Scenario{
		{
			Name: "a slow handler outlives its lock, renewed", Settings: renewed(500 * time.Millisecond),
			Fault:   fault.Slow{By: time.Second, For: 5 * time.Second},
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name: "the lock server's answer takes longer than the lock lives, renewed", Settings: renewed(500 * time.Millisecond),
			Fault:   fault.LinkSlow{Of: fault.ToLocks, Latency: 800 * time.Millisecond, For: 3 * time.Second, PastLifetime: true},
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name: "the lock server pauses mid-flight beyond the lock's lifetime, renewed", Settings: renewed(lifetime),
			Fault:   fault.LockPause{For: 5 * time.Second},
			Expect:  AllHold.But(Refuted, Effects, Order, Duplicates).But(Open, Rules),
			Require: lockContention,
		},
		{
			Name: "the lock server pauses mid-flight beyond the lock's lifetime, renewed, fenced", Guard: mode.Fenced, Settings: renewed(lifetime),
			Fault:   fault.LockPause{For: 5 * time.Second},
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name: "a consumer freezes mid-flight and thaws after its user moved on, renewed", Settings: renewed(lifetime),
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// It looks at its clock before it goes inside. Of one lane: another could be inside when it freezes.
			Name: "a consumer freezes with its lock, and thaws outside after its user moved on, renewed", Settings: harness.Settings{LockTTL: lifetime, Renew: true, Lanes: 1},
			Fault:   fault.Freeze{At: fault.PointLocked, AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Order),
			Require: movedOn,
		},
		{
			Name: "the lock is deleted mid-flight, renewed", Settings: renewed(long), Load: longBursts(),
			Fault:   fault.LockExpiry{Delete: true},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			Name: "the lock server restarts mid-flight, renewed", Settings: renewed(long),
			Fault:   fault.LockRestart{Down: time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
	})
}

// lifetime is the default lock's.
const lifetime = 3 * time.Second

// renewed has locks of the lifetime, which their holders renew.
func renewed(ttl time.Duration) harness.Settings { return harness.Settings{LockTTL: ttl, Renew: true} }
