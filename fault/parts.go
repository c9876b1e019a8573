package fault

import (
	"fmt"
	"slices"
	"strings"
)

// part is one that a scene may lack.
type part struct {
	what string
	in   func(*Scene) bool
}

type parts []part

var (
	theWorkers    = part{"workers", func(s *Scene) bool { return s.Workers != nil }}
	theDownstream = part{"a downstream that can withhold its answers", func(s *Scene) bool { return s.Downstream != nil }}
	theAnswers    = part{"a downstream that can be made slow for one worker, and can refuse an event", func(s *Scene) bool { return s.Answers != nil }}
	thePublisher  = part{"a publisher that can be told to publish more", func(s *Scene) bool { return s.Publisher != nil }}
	theBroker     = part{"a broker that can be ended, frozen and started again", func(s *Scene) bool { return s.Broker != nil }}
	theTopic      = part{"a topic that operators can work on, and a subscription that one more consumer can join", func(s *Scene) bool { return s.Topic != nil }}
	theLocks      = part{"a mode that takes locks", func(s *Scene) bool { return s.Locks != nil }}
	theLockServer = part{"a lock server of the run's own, and so a mode that takes locks", func(s *Scene) bool { return s.LockServer != nil }}
	theReplica    = part{"a lock server with a replica", func(s *Scene) bool { return s.LockServer != nil && s.LockServer.Replica() != nil }}
	theLinks      = part{"workers that reach their servers through links", func(s *Scene) bool { return s.Links != nil }}
	theFrames     = part{"links that understand what passes", func(s *Scene) bool { return s.Frames != nil }}
	theCluster    = part{"a cluster", func(s *Scene) bool { return s.Cluster != nil }}
)

// parts are what the fault acts on, when it is aimed or at nobody.
func (sp Spec) parts(unaimed bool) parts {
	all, n, atWorkers := slices.Clone(sp.acts), sp.Needs(), sp.run == nil && !sp.aim.nobody
	for _, p := range []struct {
		part part
		yes  bool
	}{
		{theDownstream, atWorkers}, {theWorkers, atWorkers && (unaimed || sp.aim.claims != nothing)},
		{theCluster, n.Cluster()}, {theLinks, n.Links}, {theFrames, n.Frames}, {theLocks, n.Locks}, {theLockServer, n.OwnLocks}, {theReplica, n.Replica},
	} {
		if p.yes {
			all = append(all, p.part)
		}
	}
	return all
}

// lacks says what the fault acts on and the scene has not.
func (s *Scene) lacks(sp Spec) error {
	var missing []string
	for _, p := range sp.parts(s.Unaimed) {
		if !p.in(s) {
			missing = append(missing, p.what)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the fault %s needs %s, and this environment gives it none", sp.kind, strings.Join(missing, ", and "))
}
