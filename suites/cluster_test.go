package suites

import (
	"testing"

	"turnstile/fixtures/orchestrator/mode"
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
	verifyModes(t)
}

func clusterClaims() []harness.Scenario {
	const name = "no fault, on a cluster"
	return onACluster([]harness.Scenario{
		{
			Name: name, Mode: mode.Shared, Load: longBursts(),
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Rules),
			Require: busy,
		},
		{
			Name: name, Mode: mode.Lock, Load: longBursts(),
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name: name, Mode: mode.Failover,
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: name, Mode: mode.KeyShared,
			Expect:  AllHold,
			Require: busy,
		},
	})
}

func onACluster(scenarios []harness.Scenario) []harness.Scenario {
	for i := range scenarios {
		scenarios[i].Cluster = aCluster
	}
	return scenarios
}
