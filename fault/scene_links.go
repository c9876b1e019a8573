package fault

import (
	"context"
	"fmt"
	"time"
)

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
