package harness

// place names one of the pool's slots.
type place int

const (
	sharedPlace  place = iota // a standalone broker for scenarios whose faults stay with their own workers and keys
	alonePlace                // a standalone broker for one scenario at a time
	clusterPlace              // a cluster
	setPlace                  // a standalone broker with settings of its own
	places
)

// place is where a scenario with these needs is run.
func (n EnvSpec) place() place {
	switch {
	case !n.Cluster.Standalone():
		return clusterPlace
	case len(n.Broker) > 0:
		return setPlace
	case n.Alone:
		return alonePlace
	default:
		return sharedPlace
	}
}

// slots is the room that a pool has, by place.
type slots [places]*slot

func newSlots() (all slots) {
	for i := range all {
		all[i] = newSlot()
	}
	return all
}

// slot is the room for a scenario with these needs.
func (all *slots) slot(n EnvSpec) *slot { return all[n.place()] }

// vacate discards the environments that nobody is in, and reports whether that
// were all of them.
func (all *slots) vacate(discard func(*Env)) bool {
	for _, s := range all {
		if !s.vacate(discard) {
			return false
		}
	}
	return true
}
