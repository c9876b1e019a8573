package fault

import (
	"context"
	"fmt"
	"time"
)

// LinkEnd is the server at the far end of a worker's link.
type LinkEnd string

// The ends.
const (
	ToBroker LinkEnd = "broker"
	ToLocks  LinkEnd = "locks" // the lock server; only the mode lock has one
)

func (e LinkEnd) orBroker() LinkEnd {
	if e == "" {
		return ToBroker
	}
	return e
}

func (e LinkEnd) check() error {
	if e := e.orBroker(); e != ToBroker && e != ToLocks {
		return fmt.Errorf("of is %q: give %s or %s, to which workers have links", string(e), string(ToBroker), string(ToLocks))
	}
	return nil
}

// String names the server in sentences.
func (e LinkEnd) String() string {
	if e.orBroker() == ToLocks {
		return "lock server"
	}
	return "broker"
}

// Direction says which way of a link is struck.
type Direction string

// The directions.
const (
	BothWays   Direction = "both"
	ToServer   Direction = "to-server"   // what the worker sends
	FromServer Direction = "from-server" // what it is sent
)

func (d Direction) orBoth() Direction {
	if d == "" {
		return BothWays
	}
	return d
}

func (d Direction) check() error {
	switch d.orBoth() {
	case BothWays, ToServer, FromServer:
		return nil
	}
	return fmt.Errorf("direction is %q: give %s, %s or %s", d, BothWays, ToServer, FromServer)
}

// Link is a worker's own way to a server.
type Link struct {
	Worker string
	Of     LinkEnd
}

func (l Link) String() string { return fmt.Sprintf("%s's link to the %s", l.Worker, l.Of) }

// Links are the workers' ways to their servers. A trouble is on a link from the
// call on, for the connections that there are and for new ones, until Clear or
// Renew.
type Links interface {
	// Cut lets nothing through; what is sent meanwhile arrives afterwards.
	Cut(ctx context.Context, l Link, d Direction) error
	// Slow delays each direction by latency, more or less by up to jitter.
	Slow(ctx context.Context, l Link, latency, jitter time.Duration) error
	// Narrow lets kBps thousand bytes a second through in each direction.
	Narrow(ctx context.Context, l Link, kBps int) error
	// Reset ends connections as soon as anything is sent on them.
	Reset(ctx context.Context, l Link) error
	// Clear takes away whatever is on the link, and fails if it is still there.
	// The connections through it go on.
	Clear(ctx context.Context, l Link) error
	// Renew is Clear for a link whose connections were given up by their ends;
	// what is left of them is closed.
	Renew(ctx context.Context, l Link) error

	// Listed is what the thing that the link is made of says is on it, or "".
	Listed(ctx context.Context, l Link) (string, error)
	// Probe measures, on a connection of its own through the link, how long the
	// server takes to answer a request of at least so many bytes. Where no answer
	// comes within the patience, answered is false; a connection that breaks off
	// is an error.
	Probe(ctx context.Context, l Link, bytes int, patience time.Duration) (took time.Duration, answered bool, err error)
}

// needsLink is an error where the scene has no such link.
func (s *Scene) needsLink(kind string, of LinkEnd) error {
	switch {
	case s.Links == nil:
		return fmt.Errorf("the fault %s needs workers that reach their servers through links: the scenario's environment has none", kind)
	case of == ToLocks && s.Locks == nil:
		return fmt.Errorf("the fault %s on the link to the lock server needs a mode that takes locks", kind)
	}
	return nil
}

// linkNeeds is what every fault of links asks for.
func linkNeeds(at Point, of LinkEnd) Needs {
	return at.needs().And(Needs{Links: true, Locks: of == ToLocks})
}

// onLink imposes a trouble, sees that it is listed, lets during happen, and
// heals the link, whatever came of it and also when the scenario's own time is
// over. The first error is of the injection, the second of the healing.
func (i *injection) onLink(ctx context.Context, l Link, impose, during func() error, heal func(context.Context, Link) error) (err, healErr error) {
	err = impose()
	if err == nil {
		i.await(ctx, listedTrouble, "links", engineLimit, i.scene.isListed(l))
		err = during()
	}
	hctx, cancel := healing(ctx)
	defer cancel()
	return err, heal(hctx, l)
}

// listedTrouble is the evidence that a trouble is on a link.
const listedTrouble = "the proxy lists the trouble on the worker's link"

func (s *Scene) isListed(l Link) looker {
	return func(ctx context.Context) (string, bool, error) {
		what, err := s.Links.Listed(ctx, l)
		return fmt.Sprintf("%s: %q", l, what), what != "", err
	}
}

// probed looks for an exchange through the link that takes at least so long.
func probed(links Links, l Link, bytes int, least time.Duration) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		took, answered, err := links.Probe(ctx, l, bytes, engineLimit)
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("an exchange of %d bytes through %s took %s (answered: %t)", bytes, l, took.Round(time.Millisecond), answered), answered && took >= least, nil
	}
}

// silent looks for a link through which no answer comes in so long.
//
// A broker hangs up on whoever does not introduce himself within its patience,
// and that comes through. So nobody is waited for longer than half a second.
func silent(links Links, l Link, patience time.Duration) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		took, answered, err := links.Probe(ctx, l, 1, min(patience, 500*time.Millisecond))
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("%s: answered %t after %s", l, answered, took.Round(time.Millisecond)), !answered, nil
	}
}

// brokenOff looks for a connection through the link that ends without an answer.
func brokenOff(links Links, l Link) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		took, answered, err := links.Probe(ctx, l, 1, 2*time.Second)
		if err != nil && ctx.Err() == nil {
			return err.Error(), true, nil
		}
		return fmt.Sprintf("%s: answered %t after %s", l, answered, took.Round(time.Millisecond)), false, err
	}
}
