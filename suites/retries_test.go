package suites

import (
	"testing"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestRetries: what becomes of a user's order when an event of it is tried again.
// In its lane, with the user's later events behind it, the order stays, and others
// go on: [TestFaultsConsumers] has that. Handed back, or put on a retry topic, it comes behind what the worker had
// of the user's later events: KEY_SHARED lets a worker have as many of them as it
// has room for (behind-its-later-ones).
func TestRetries(t *testing.T) {
	mustBeAsked(t, remediesVariable)
	t.Parallel()
	verify(t)
}

func retriesClaims() []harness.Scenario {
	refused := fault.Poison{Times: 3}
	return allIn(mode.KeyShared, []harness.Scenario{
		{
			Name: "an event is refused a few times, and handed back", Settings: harness.Settings{Retry: fault.RetryByNack},
			Fault:   refused,
			Expect:  AllHold.But(Refuted, Order),
			Require: busy,
		},
		{
			// The client cuts itself off in doing so (retry-cuts-off); who is inside then is chance.
			Name: "an event is refused a few times, and put on a retry topic", Settings: harness.Settings{Retry: fault.RetryByTopic},
			Fault:   refused,
			Expect:  AllHold.But(Refuted, Order).But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: busy,
		},
	})
}
