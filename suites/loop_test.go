package suites

import (
	"slices"
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// loopVariable asks for what `make loop` runs.
const loopVariable = "TURNSTILE_LOOP"

// TestLoop: workers whose lanes do not wait for acknowledgements, which advance by
// themselves instead. What is done and not acknowledged as a worker dies is more
// then, and comes again: the state knows its event, so nothing more is broken than
// where each lane acknowledges what it has done. These are the same scenarios, with
// the same claims, of what befalls a worker and of a topic that is taken from it.
func TestLoop(t *testing.T) {
	mustBeAsked(t, loopVariable)
	t.Parallel()
	verifyModes(t)
}

var inALoop = harness.Settings{Loop: true}

// loopFaults are those that come between what is done and its acknowledgement.
var loopFaults = []string{"none", "kill", "freeze", "topic-unload", "leave", "rolling"}

// loopClaims are twins of the claims without a guard, and leaves where the tables
// have none.
func loopClaims() (all []harness.Scenario) {
	for _, sc := range append(allClaims(), leaves()...) {
		if sc.Guard == "" && slices.Contains(loopFaults, sc.FaultKind()) && nothingElse(sc) {
			sc.Name += ", in a loop"
			sc.Loop, sc.Smoke = true, false
			all = append(all, sc)
		}
	}
	return all
}

// nothingElse reports whether nothing else about the scenario is special.
func nothingElse(sc harness.Scenario) bool {
	s := sc.Settings
	s.LockTTL = 0 // but for this: a lock that outlives the fault
	return fault.Plan{Settings: s}.Given() == "" && sc.Cluster.Standalone()
}

func leaves() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "a worker is asked to leave", Mode: mode.KeyShared,
			Fault:   fault.Leave{Hold: time.Second},
			Expect:  AllHold,
			Require: changedHands,
		},
		{
			// Healthy workers exchange partitions, as at any leave (dealt-anew).
			Name: "a worker is asked to leave", Mode: mode.Failover,
			Fault:   fault.Leave{Hold: time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: changedHands,
		},
	}
}
