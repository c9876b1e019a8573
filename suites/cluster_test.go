package suites

import (
	"testing"

	"turnstile/fixtures/pulsar"
	"turnstile/harness"
)

// aCluster is the one that all scenarios on a cluster stand on, so that a session
// starts one and not several: the least in which a topic can change its owner,
// and a bookie can be lost.
var aCluster = pulsar.Shape{Brokers: 2, Bookies: 3}

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
			Load:    longBursts(),
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
		c.Name, c.Cluster = "no fault, on a cluster", aCluster
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			verify(t, mode, []harness.Scenario{c})
		})
	}
}
