package suites

import (
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestKeySharedSticky: the workers bring their ranges of hashes, so whose a user
// is follows from the user's name alone, and not from who is there. While nobody
// is at its place, a user is given to nobody and waits.
//
// What breaks AUTO_SPLIT where nobody dies, that users go to others while their
// worker is cut off and works on, has nothing to go by here: after an unload, a
// broker's death or a reset link, each event that was in hand comes again to the
// worker that has it, which handles one after the other. Whoever is back first is
// given its own users, and no more.
//
// It is paid for in waiting: nobody takes over from who is frozen or dead until
// somebody is put in its place. And then it is only as good as whoever does that:
// the broker refuses a second consumer of a range ("Range conflict"), and cannot
// know of one that it dropped and that works on.
//
// Of 39 runs, three of each, every one was as claimed, and rules held in all.
func TestKeySharedSticky(t *testing.T) {
	t.Parallel()
	verify(t)
}

func keySharedStickyClaims() []harness.Scenario {
	return allIn(mode.KeySharedSticky, []harness.Scenario{
		{
			Name:    "no fault",
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name:    "a consumer is killed mid-flight and replaced",
			Fault:   fault.Kill{},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer is killed mid-flight and replaced, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.Kill{},
			Expect:  AllHold,
			Require: movedOn,
		},
		{
			// AUTO_SPLIT gives its users away after two keep-alive ticks. Whether what is in hand comes
			// again is chance (thawed-before-subscribed); what came meanwhile must have waited.
			Name: "a consumer freezes mid-flight and keeps its users", Smoke: true,
			Fault:   fault.Freeze{AtLeast: frozen, Kept: true},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// The broker dropped it, so its range was free, and its replacement got
			// that. Thawed, it asks for its range again and again, and is still inside.
			Name: "a consumer freezes mid-flight and is replaced", Smoke: true,
			Fault:   fault.Evict{For: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer freezes mid-flight and is replaced, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.Evict{For: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity),
			Require: movedOn,
		},
		{
			Name:    "a consumer leaves mid-flight and is replaced",
			Fault:   fault.Leave{Hold: time.Second},
			Expect:  AllHold,
			Require: handedOn,
		},
		{
			Name:    "a rolling restart",
			Fault:   fault.Rolling{Hold: time.Second, Linger: time.Second},
			Expect:  AllHold,
			Require: handedOn,
		},
		{
			Name:    "everybody dies and others come",
			Fault:   fault.Everybody{Down: time.Second},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name:    "the topic is unloaded mid-flight",
			Fault:   fault.Unload{Linger: time.Second, Times: 3},
			Expect:  AllHold,
			Require: redelivered,
		},
		{
			// Order, as for any KEY_SHARED (read-before-rewind).
			Name:    "the broker pauses mid-flight and everyone reconnects",
			Fault:   fault.BrokerPause{For: 4 * time.Second, Linger: 5 * time.Second},
			Expect:  AllHold.But(Open, Order),
			Require: redelivered,
		},
		{
			Name:    "the broker is killed and comes back",
			Fault:   fault.BrokerRestart{Down: time.Second, Linger: 5 * time.Second},
			Expect:  AllHold,
			Require: redelivered,
		},
		{
			Name:    "a link is reset mid-flight",
			Fault:   fault.LinkReset{Linger: 5 * time.Second},
			Expect:  AllHold,
			Require: redelivered,
		},
	})
}

// handedOn requires that users went to another worker, and nothing of redelivery:
// who leaves finishes what it has in hand.
var handedOn = history.Require{Attempts: 200, Contended: 50, Handovers: 1}
