package fault

import "slices"

// Act is something that a fault has the servers do, or does to them, which is seen
// beyond the run's own workers and topic. Whoever they belong to may not want it:
// on a cluster that was there already a run does only what it was allowed to.
type Act string

// The acts.
const (
	ActUnload   Act = "unload"   // the run's topic is closed, and loaded anew
	ActTransfer Act = "transfer" // the bundles of the run's topic are moved to another broker
	// ActServers is done to the servers' processes. Nobody can allow it: they are
	// somebody else's, and nobody here could start them again.
	ActServers Act = "servers"
)

// Allowable are the acts that whoever owns a cluster can allow.
func Allowable() []Act { return []Act{ActUnload, ActTransfer} }

// Beyond are those of a fault's acts that are not among the allowed.
func (n Needs) Beyond(allowed []Act) (acts []Act) {
	for _, a := range n.Acts {
		if a == ActServers || !slices.Contains(allowed, a) {
			acts = append(acts, a)
		}
	}
	return acts
}
