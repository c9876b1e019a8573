package suites

import (
	"slices"
	"testing"

	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// linkFaultsOnACluster are the faults of links to brokers, and of frames on them,
// where brokers send clients to one another: each claims there what it does on one
// standalone broker.
func linkFaultsOnACluster() []harness.Scenario {
	all := slices.Concat(linkToBrokerIsCut(), linkIsPoor(), linkIsReset(), brokerIsCutOff(), acksAreTroubled(), deliveriesAreTroubled(), wordIsLost())
	inKeyShared := map[string]bool{}
	for _, s := range all {
		if s.Mode == mode.KeyShared {
			inKeyShared[s.FaultKind()] = true
		}
	}
	all = slices.DeleteFunc(all, func(s harness.Scenario) bool { // one mode of each will do
		return s.Guard == mode.Fenced || s.Mode != mode.KeyShared && inKeyShared[s.FaultKind()]
	})
	for i := range all {
		all[i].Name += ", on a cluster"
		all[i].Cluster = twoBrokers
	}
	return all
}

func TestEveryFaultOfALinkToABrokerIsTriedOnACluster(t *testing.T) {
	tried := map[string]bool{}
	for _, s := range linkFaultsOnACluster() {
		tried[s.FaultKind()] = true
	}
	for _, claims := range [][]harness.Scenario{faultsLinksClaims(), wireFaults()} {
		for _, s := range claims {
			if s.Mode != mode.Lock && s.Fault != nil && !tried[s.FaultKind()] {
				t.Errorf("the fault %s is tried on a standalone broker alone", s.FaultKind())
			}
		}
	}
}
