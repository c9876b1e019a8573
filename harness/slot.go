package harness

import (
	"context"
	"sync"

	"turnstile/fixtures/pulsar"
)

// EnvSpec is what a scenario needs of its environment.
type EnvSpec struct {
	Alone   bool            // nobody else may be in it meanwhile
	Cluster pulsar.Shape    // zero: a standalone broker
	Broker  pulsar.Settings // of its brokers, beside those of all scenarios
	Version string          // of Pulsar
	Next    string          // of the cluster's last broker, where that is another
}

// kind is what an environment must have been started as to serve the needs.
type kind struct {
	shape   pulsar.Shape
	broker  string
	version string
	next    string
}

func (n EnvSpec) kind() kind { return kind{n.Cluster, n.Broker.String(), n.Version, n.Next} }

// settings are the brokers'.
func (n EnvSpec) settings() pulsar.Settings { return pulsar.QuickFailures().With(n.Broker) }

// String says what kind of Pulsar it is, for the record.
func (n EnvSpec) String() string {
	words := n.Cluster.String()
	if n.Next != "" {
		words += ", the last broker of Pulsar " + n.Next
	}
	if n.Broker.Has(pulsar.ClassicKeyShared()) {
		words += ", with the classic KEY_SHARED dispatcher of before 4.0"
	}
	if others := n.Broker.Without(pulsar.ClassicKeyShared()); len(others) > 0 {
		words += ", with " + others.String()
	}
	return words
}

// slot is room for one environment. It is opened by the first who needs it, and
// replaced when another kind is needed or when it must not be used again. Those who
// wait get in one after the other, in the order in which they came: nobody who
// needs it alone waits for ever behind others who share it.
type slot struct {
	turn chan struct{} // held while getting in

	mu      sync.Mutex
	left    chan struct{} // closed when someone leaves
	waiting int
	kept    func() // the turn of one who left, for the next who gets in
	users   int
	alone   bool
	kind    kind
	env     *Env
	unfit   bool           // env is discarded when the last who uses it has left
	failed  map[kind]error // why it could not be opened: it is not tried again for each scenario
}

func newSlot() *slot {
	return &slot{turn: make(chan struct{}, 1), left: make(chan struct{}), failed: map[kind]error{}}
}

// enter waits until the needs go together with those of who is in.
func (s *slot) enter(ctx context.Context, n EnvSpec) (err error) {
	s.mu.Lock()
	s.waiting++
	s.mu.Unlock()
	defer func() {
		if err != nil {
			s.giveUp()
		}
	}()
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	for {
		s.mu.Lock()
		if s.users == 0 || !s.unfit && !s.alone && !n.Alone && s.kind == n.kind() {
			s.users++
			s.waiting--
			s.alone, s.kind = n.Alone, n.kind()
			s.mu.Unlock()
			return nil
		}
		left := s.left
		s.mu.Unlock()
		select {
		case <-left:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// leave is called by each who entered, once. Whoever found that the environment
// must not be used again says so: nobody else gets in, and the last to leave
// discards it.
func (s *slot) leave(unfit bool, discard func(*Env)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users--
	s.unfit = s.unfit || unfit && s.env != nil
	if s.unfit && s.users == 0 {
		discard(s.env)
		s.env, s.unfit = nil, false
	}
	close(s.left)
	s.left = make(chan struct{})
}

// handOverTurn leaves the turn of one who has left to whoever gets in next: those
// who wait for the environment are the longest chain of a session, and between
// two of them nobody else should come. If nobody waits, the turn is given back.
func (s *slot) handOverTurn(give func()) {
	s.mu.Lock()
	if s.users == 0 && s.waiting > 0 && s.kept == nil {
		s.kept, give = give, func() {}
	}
	s.mu.Unlock()
	give()
}

// turnHandedOver is the turn that was left to one who got in; nil: none was.
func (s *slot) turnHandedOver() (give func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	give, s.kept = s.kept, nil
	return give
}

// giveUp is called by each who waited and did not get in.
func (s *slot) giveUp() {
	s.mu.Lock()
	s.waiting--
	give := func() {}
	if s.waiting == 0 && s.kept != nil {
		give, s.kept = s.kept, nil
	}
	s.mu.Unlock()
	give()
}

// environment returns the environment of the kind to one who is in; it opens it
// if it is not there, and discards one of another kind first, in which nobody
// can be.
func (s *slot) environment(k kind, discard func(*Env), open func() (*Env, error)) (*Env, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.env != nil && s.env.kind != k {
		discard(s.env)
		s.env = nil
	}
	if s.env != nil || s.failed[k] != nil {
		return s.env, s.failed[k]
	}
	env, err := open()
	if err != nil {
		s.failed[k] = err
		return nil, err
	}
	s.env = env
	return env, nil
}
