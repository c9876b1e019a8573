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
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Rules),
			Require: busy,
		},
		harness.Lock: {
			Load:    longBursts(),
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		harness.Failover: {
			Expect:  AllHold,
			Require: busy,
		},
		harness.KeyShared: {
			Expect:  AllHold,
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
