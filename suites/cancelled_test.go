package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestCancelled: FAILOVER, whose workers stop what they have in hand of a
// partition when the broker tells them that it is another's, and wait a moment
// before they begin with one that they are given. It helps who is healthy and
// connected (told-and-waits). Who is frozen or cut off is told nothing
// (told-nothing), and KEY_SHARED has no such notice. A send that is given up has
// mostly arrived, so it takes the guard besides, as with a lock that is renewed.
func TestCancelled(t *testing.T) {
	mustBeAsked(t, remediesVariable)
	t.Parallel()
	verify(t)
}

var (
	cancelled = harness.Settings{Cancel: true}
	// atTheNotice has nobody wait: who lost a partition and who gained it hear of it at once.
	atTheNotice = harness.Settings{Cancel: true, TakeoverWait: time.Millisecond}
)

func cancelledClaims() []harness.Scenario {
	return allIn(mode.Failover, []harness.Scenario{
		{
			Name: "a worker whose name sorts first joins, cancelled", Settings: cancelled,
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  AllHold.But(Open, Effects, Order, Duplicates, Rules),
			Require: changedHands,
		},
		{
			Name: "a worker whose name sorts first joins, cancelled, fenced", Settings: cancelled, Guard: mode.Fenced,
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  AllHold.But(Open, Order),
			Require: changedHands,
		},
		{
			Name: "a worker whose name sorts first joins, cancelled at the notice", Settings: atTheNotice,
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: changedHands,
		},
		{
			Name: "a consumer is killed mid-flight and healthy ones exchange partitions, cancelled, fenced", Settings: cancelled, Guard: mode.Fenced,
			Fault:   fault.Kill{Bystander: true},
			Expect:  AllHold.But(Open, Order),
			Require: movedOn,
		},
		{
			Name: "a rolling restart, cancelled, fenced", Settings: cancelled, Guard: mode.Fenced,
			Fault:   fault.Rolling{Hold: time.Second, Linger: 3 * time.Second},
			Expect:  AllHold.But(Open, Order),
			Require: changedHands,
		},
		{
			Name: "a consumer freezes mid-flight and thaws after its user moved on, cancelled", Settings: cancelled,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
	})
}
