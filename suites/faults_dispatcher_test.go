package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestFaultsDispatcher compares the two dispatchers of KEY_SHARED that Pulsar
// 4.0.8 has: its own (PIP-379), and the classic one of before, which a broker
// setting brings back.
//
// The classic one knows nothing of keys that drain. It gives a newcomer what is
// older than the newcomer's arrival, and holds back the rest until everything
// older is acknowledged. Its reason is that whatever is older has been given to
// somebody else. That is not so of events which the broker has read while their
// consumer had no permits left: they wait to be replayed, are older than the
// newcomer, and go to it if their key does now, while their predecessors are in
// the hands of the consumer of before. PIP-282 describes that; its remedy is not
// in the classic dispatcher of 4.0.8, which remembers the cursor's read position
// as before.
func TestFaultsDispatcher(t *testing.T) {
	t.Parallel()
	verify(t)
}

func faultsDispatcherClaims() []harness.Scenario {
	exhausted := fault.Join{Exhausted: true, Hold: 3 * time.Second}
	return allIn(mode.KeyShared, []harness.Scenario{
		{
			Name: "no fault, the classic dispatcher", Settings: harness.Settings{Classic: true},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// The newcomer gets the user's later events one by one as they are read, while the first
			// worker has the earlier ones. Nothing fails (classic-newcomer).
			Name: "a worker joins when others have no permits left, the classic dispatcher", Settings: harness.Settings{Classic: true}, Load: oneSpare(),
			Fault:   exhausted,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Rules),
			Require: changedHands,
		},
		{
			// The recipe for the classic one, and 4.0's own: the user's hash drains
			// at its worker, and the newcomer waits.
			Name: "a worker joins when others have no permits left", Load: oneSpare(),
			Fault:   exhausted,
			Expect:  AllHold,
			Require: changedHands,
		},
	})
}

// oneSpare has its name from one of the first four workers. Whose a user is
// follows from the names of workers and users, and from the dispatcher: with
// these, that one has no aimed user and keeps its permits, so that the broker
// reads on and somebody is served; nobody's lanes are all full of aimed users;
// and w5 is given some of them.
func oneSpare() harness.Load {
	l := crowded()
	l.Aimed, l.Ordinary = 7, 9
	return l
}
