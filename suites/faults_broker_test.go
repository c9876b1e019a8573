package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/harness"
)

func TestFaultsBroker(t *testing.T) {
	verifyModes(t, []harness.Scenario{
		{
			Name: "the topic is unloaded mid-flight", Mode: harness.KeyShared,
			Fault:   fault.Unload{Linger: time.Second, Times: 15},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted},
			Require: redelivered,
		},
		{
			Name: "the topic is unloaded mid-flight", Mode: harness.Failover,
			Fault:   fault.Unload{Linger: 4 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: redelivered,
		},
		{
			Name: "the namespace's bundles are unloaded mid-flight", Mode: harness.KeyShared,
			Fault:   fault.Unload{Bundle: true, Linger: time.Second, Times: 15},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted},
			Require: redelivered,
		},
		{
			Name: "the broker is killed and comes back", Mode: harness.Failover,
			Fault:   fault.BrokerRestart{Down: time.Second, Linger: 5 * time.Second},
			Expect:  harness.Expect{Exclusivity: Open, Effects: Open, Order: Open, Delivery: Holds, Duplicates: Open},
			Require: redelivered,
		},
		{
			Name: "the broker is killed and comes back", Mode: harness.KeyShared,
			Fault:   fault.BrokerRestart{Down: time.Second, Linger: 5 * time.Second},
			Expect:  harness.Expect{Exclusivity: Open, Effects: Open, Order: Holds, Delivery: Holds, Duplicates: Open},
			Require: redelivered,
		},
		{
			Name: "the broker is restarted gracefully", Mode: harness.KeyShared,
			Fault:   fault.BrokerRestart{Graceful: true, Linger: 5 * time.Second},
			Expect:  harness.Expect{Exclusivity: Open, Effects: Open, Order: Holds, Delivery: Holds, Duplicates: Open},
			Require: redelivered,
		},
	})
}
