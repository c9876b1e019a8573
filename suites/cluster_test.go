package suites

import (
	"testing"

	"turnstile/fixtures/pulsar"
	"turnstile/harness"
)

// twoBrokers is the least cluster in which a topic can change its owner.
var twoBrokers = pulsar.Shape{Brokers: 2, Bookies: 1}

// TestCluster: without a fault, each mode does on a cluster what it does on one
// standalone broker. The partitions of FAILOVER are spread over the brokers, and
// publisher and workers reach every broker by its own address.
func TestCluster(t *testing.T) {
	t.Parallel()
	for mode, c := range map[harness.Mode]harness.Scenario{
		harness.Shared: {
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds, Progress: Holds},
			Require: busy,
		},
		harness.Lock: {
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds, Progress: Holds},
			Require: lockContention,
		},
		harness.Failover: {
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds, Progress: Holds},
			Require: busy,
		},
		harness.KeyShared: {
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds, Progress: Holds},
			Require: busy,
		},
	} {
		c.Name, c.Cluster = "no fault, on a cluster", twoBrokers
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			verify(t, mode, []harness.Scenario{c})
		})
	}
}
