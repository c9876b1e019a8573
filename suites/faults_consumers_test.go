package suites

import (
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/harness"
)

func TestFaultsConsumers(t *testing.T) {
	verifyModes(t, []harness.Scenario{
		{
			Name: "a worker whose name sorts first joins", Mode: harness.Failover,
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Open, Delivery: Holds, Duplicates: Refuted},
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		{
			Name: "a worker whose name sorts last joins", Mode: harness.Failover,
			Fault:   fault.Join{Named: fault.Last, Hold: 3 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Open, Delivery: Holds, Duplicates: Refuted},
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		{
			Name: "a worker whose name sorts first joins", Mode: harness.KeyShared, Load: manyAimed(),
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		{
			Name: "a worker stutters below everyone's patience", Mode: harness.KeyShared,
			Fault:   fault.Stutter{Freezes: 8, For: 500 * time.Millisecond, Every: 400 * time.Millisecond, Below: time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "a worker stutters below everyone's patience", Mode: harness.Failover,
			Fault:   fault.Stutter{Freezes: 8, For: 500 * time.Millisecond, Every: 400 * time.Millisecond, Below: time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "a worker stutters below everyone's patience", Mode: harness.Lock,
			Fault:   fault.Stutter{Freezes: 8, For: 500 * time.Millisecond, Every: 400 * time.Millisecond, Below: time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name: "a worker stutters just beyond its locks' lifetime", Mode: harness.Lock, LockTTL: 500 * time.Millisecond,
			Fault:   fault.Stutter{Freezes: 8, For: 800 * time.Millisecond, Every: 300 * time.Millisecond},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name: "a rolling restart", Mode: harness.KeyShared,
			Fault:   fault.Rolling{Hold: time.Second, Linger: 3 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 200, Contended: 50, Handovers: 1},
		},
		{
			Name: "a rolling restart", Mode: harness.Failover,
			Fault:   fault.Rolling{Hold: time.Second, Linger: 3 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Open, Delivery: Holds, Duplicates: Refuted},
			Require: history.Require{Attempts: 200, Contended: 50, Handovers: 1},
		},
		{
			Name: "a consumer receives and never acknowledges", Mode: harness.Shared,
			Fault:   fault.Stalled{For: 6 * time.Second, Holding: 5},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "a consumer receives and never acknowledges", Mode: harness.KeyShared, Load: manyUsers(),
			Fault:   fault.Stalled{For: 6 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "a consumer receives and never acknowledges", Mode: harness.Failover,
			Fault:   fault.Stalled{For: 6 * time.Second, Named: fault.First},
			Expect:  harness.Expect{Exclusivity: Open, Effects: Open, Order: Open, Delivery: Holds, Duplicates: Open},
			Require: busy,
		},
		{
			Name: "a slow handler", Mode: harness.KeyShared,
			Fault:   fault.Slow{By: time.Second, For: 5 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "a slow handler outlives its lock", Mode: harness.Lock, LockTTL: 500 * time.Millisecond,
			Fault:   fault.Slow{By: time.Second, For: 5 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name: "an event is refused a few times", Mode: harness.KeyShared,
			Fault:   fault.Poison{Times: 3},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "an event is refused more often than the orchestrator tries", Mode: harness.KeyShared,
			Fault:   fault.Poison{Times: 20, Given: true},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Refuted, Duplicates: Holds},
			Require: busy,
		},
	})
}

// verifyModes runs a table of scenarios of several modes.
func verifyModes(t *testing.T, scenarios []harness.Scenario) {
	for _, mode := range harness.Modes() {
		var of []harness.Scenario
		for _, s := range scenarios {
			if s.Mode == mode {
				of = append(of, s)
			}
		}
		if len(of) > 0 {
			t.Run(string(mode), func(t *testing.T) {
				t.Parallel()
				verifyAll(t, of)
			})
		}
	}
}

// manyUsers has so many that every consumer has some, one that joins too.
func manyUsers() harness.Load {
	l := harness.DefaultLoad()
	l.Ordinary = 28
	return l
}
