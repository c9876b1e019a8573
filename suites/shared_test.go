package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestShared: a SHARED subscription spreads a user's events over all
// consumers. Nothing keeps them apart, fault or no fault. Only a consumer that
// is alone handles a user's events one at a time, because its own lanes do;
// that scenario is the control which shows that the suite does not refute
// whatever it looks at.
func TestShared(t *testing.T) {
	t.Parallel()
	verify(t)
}

func sharedClaims() []harness.Scenario {
	return allIn(mode.Shared, []harness.Scenario{
		{
			Name: "one consumer alone", Smoke: true,
			Workers: 1,
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "no fault", Smoke: true, Load: longBursts(),
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Rules),
			Require: busy,
		},
		{
			// Every meeting of two attempts costs one of them another try: made for rare meetings, it
			// also ends under constant ones.
			Name: "no fault, fenced", Load: longBursts(),
			Guard:   mode.Fenced,
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Open, Effects, Rules),
			Require: busy,
		},
		{
			Name: "a consumer is killed mid-flight", Load: longBursts(),
			Fault:   fault.Kill{},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name: "a consumer is killed mid-flight, fenced", Load: longBursts(),
			Guard:   mode.Fenced,
			Fault:   fault.Kill{},
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Open, Effects, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer freezes mid-flight and thaws after its user moved on",
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer freezes mid-flight and thaws after its user moved on, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Open, Effects, Rules),
			Require: movedOn,
		},
		{
			Name:    "the broker pauses mid-flight",
			Fault:   fault.BrokerPause{For: 4 * time.Second, Linger: 5 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
	})
}
