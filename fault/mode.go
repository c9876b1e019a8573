package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Traits is a way of coordinating workers, as far as faults ask about it. One
// without a name is not known, and refuses nothing.
type Traits struct {
	Name string
	// Locks: a worker takes its user's lock before its section.
	Locks bool
	// Partitioned: the topic has partitions, each of which has an active consumer.
	Partitioned bool
	// Drains: users who are to go to another consumer wait until the one before
	// has acknowledged what it has of them.
	Drains bool
	// Places: users belong to the places of workers, of which there are as many as
	// workers at the start. Nobody but a replacement is given the users of a
	// worker that is gone, and nobody can come as one more.
	Places bool
}

// Terms are the words of a plan that faults know nothing of.
type Terms struct {
	Modes  []Traits
	Guards []string
	// CheckLock refuses a lock that there is not, or that lacks what the guard
	// needs of it; nil: any will do.
	CheckLock func(lock, guard string) error
}

func (t Terms) mode(name string) (Traits, bool) {
	i := slices.IndexFunc(t.Modes, func(m Traits) bool { return m.Name == name })
	if i < 0 {
		return Traits{}, false
	}
	return t.Modes[i], true
}

func (t Terms) modes() string {
	names := make([]string, len(t.Modes))
	for i, m := range t.Modes {
		names[i] = m.Name
	}
	return strings.Join(names, ", ")
}

// ground is what must be so in a mode for something to happen or to be seen in
// it; nil: nothing.
type ground struct {
	words string // where it is so
	in    func(Traits) bool
}

func (g *ground) lacks(m Traits) bool { return g != nil && m.Name != "" && !g.in(m) }

var (
	withLocks    = &ground{"where workers take locks", func(m Traits) bool { return m.Locks }}
	partitioned  = &ground{"where partitions have an active consumer", func(m Traits) bool { return m.Partitioned }}
	undivided    = &ground{"where the topic has no partitions", func(m Traits) bool { return !m.Partitioned }}
	keyShared    = &ground{"where the subscription is KEY_SHARED", func(m Traits) bool { return m.Drains || m.Places }}
	whereItWaits = &ground{"where users wait for their worker before they go to another", func(m Traits) bool { return m.Drains }}
)

// refuses says why the fault cannot strike in the mode, or not as it would have
// to be seen; nil if it can.
func (m Traits) refuses(f Fault) error {
	if m.Name == "" {
		return nil
	}
	sp := f.Spec()
	name := sp.kind
	if g := descriptors[name].where; g.lacks(m) {
		return fmt.Errorf("the fault %s works %s only, and the mode is %q", name, g.words, m.Name)
	}
	switch n := sp.Needs(); {
	case (n.Locks || n.OwnLocks) && !m.Locks:
		return fmt.Errorf("the fault %s is set to what there is %s only, and the mode is %q", name, withLocks.words, m.Name)
	case m.Places && n.Adds:
		return fmt.Errorf("the fault %s brings one consumer more, and in the mode %s every place is taken: replace a worker instead", name, m.Name)
	case m.Places && n.Workers > 1:
		return fmt.Errorf("the fault %s waits until another worker has the users of the one that it strikes, and in the mode %s nobody has them but a replacement", name, m.Name)
	}
	if sp.forGood && m.Places {
		return errors.New("no_replacement leaves the worker's place empty, and its users with nobody: leave it out")
	}
	return nil
}
