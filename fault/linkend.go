package fault

import (
	"context"
	"fmt"
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

// onLink is what every fault of links needs.
func onLink(of LinkEnd) Needs { return Needs{Links: true, Locks: of == ToLocks} }

// clearLink takes away what is on the worker's link, and leaves its connections.
func clearLink(of LinkEnd) act {
	return func(ctx context.Context, i *injection) error { return i.scene.Links.Clear(ctx, i.link(of)) }
}

// renewLink is clearLink for one whose connections both ends have given up.
func renewLink(of LinkEnd) act {
	return func(ctx context.Context, i *injection) error { return i.scene.Links.Renew(ctx, i.link(of)) }
}
