package fault

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"turnstile/checker/history"
)

// Scene is the running scenario as a fault sees it. What faults act on are its
// parts, each an interface of its own; one that an environment lacks is nil, and
// a fault that acts on it is refused before anything is begun.
type Scene struct {
	// Users are the aimed users: each of their events leads to a send, and
	// their next event is always waiting.
	Users  []string
	Mode   Traits     // how the workers are coordinated
	Rand   *rand.Rand // drawn from the run's seed; used by one fault at a time
	Record func(history.Event) error
	// Unaimed makes faults strike a worker that is drawn, whatever it is doing:
	// the measure of what aiming is worth.
	Unaimed bool
	// NoteMisses makes a schedule go on after a step that missed, which is then
	// on record as a fault that did not bite; otherwise it is an error.
	NoteMisses bool
	// Patience is added to every limit on waiting for evidence: brokers that ask
	// their clients seldom for a sign of life notice late that one is lost.
	Patience time.Duration
	// NoRegistry: members of the cluster are told by its administration, because
	// ZooKeeper cannot be asked.
	NoRegistry bool

	Workers    Workers
	Downstream Downstream
	Answers    Answers
	Publisher  Publisher
	Broker     Broker
	Topic      Topic
	Locks      Locks
	LockServer LockServer // one that the run has to itself
	Links      Links
	Frames     Frames  // of links that understand what passes
	Cluster    Cluster // of a run that does not stand on a standalone broker

	shared  *shared
	serving serving // on a cluster, what Broker serves (see served)
}

// shared numbers injections, and knows what faults have to themselves (see
// [Scene.claim]); the scenes of a schedule's steps have it in common.
type shared struct {
	mu      sync.Mutex
	n       int
	claimed map[string]bool
}

func (s *Scene) init() {
	if s.shared == nil {
		s.shared = &shared{}
	}
}

func (s *Scene) nextNumber() int {
	s.init()
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	s.shared.n++
	return s.shared.n
}

// share is the scene as the i-th step of a schedule sees it: its aimed users
// begin at the i-th, and its random numbers are its own.
func (s *Scene) share(i int) *Scene {
	s.init()
	t := *s
	if n := len(s.Users); n > 0 {
		i := i % n
		t.Users = slices.Concat(s.Users[i:], s.Users[:i])
	}
	if s.Rand != nil {
		s.shared.mu.Lock()
		t.Rand = rand.New(rand.NewPCG(s.Rand.Uint64(), uint64(i)))
		s.shared.mu.Unlock()
	}
	return &t
}
