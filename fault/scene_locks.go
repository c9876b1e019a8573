package fault

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// This file declares what the faults of locks act on.

// Locks is the lock server's side of the users' locks.
type Locks interface {
	// Owner returns the token that holds the user's lock, or "".
	Owner(ctx context.Context, user string) (string, error)
	// Lock is all that the server knows of the user's lock.
	Lock(ctx context.Context, user string) (LockState, error)
	Delete(ctx context.Context, user string) error
}

// LockServer is the lock server of a run that has one to itself: whatever is
// done to it is done to all locks of all users. As a process it is the server
// that the workers are sent to.
type LockServer interface {
	Process
	// Start starts the server again after its death, and returns when it answers.
	Start(ctx context.Context) error
	// Account is what the server says of itself.
	Account(ctx context.Context) (Account, error)
	// Lock is what the server knows of the user's lock.
	Lock(ctx context.Context, user string) (LockState, error)
	// Flush makes the server forget everything.
	Flush(ctx context.Context) error
	// LimitMemory limits the server's memory to little more than it uses, and tells
	// it by what policy to make room.
	LimitMemory(ctx context.Context, policy string) error
	// Fill writes a batch of keys that have nothing to do with locks.
	Fill(ctx context.Context) error
	// LiftMemoryLimit takes back the limit, and the keys of Fill.
	LiftMemoryLimit(ctx context.Context) error
	// Replica is the server's replica, or nil.
	Replica() LockReplica
}

// LockReplica is the lock server's replica.
type LockReplica interface {
	Account(ctx context.Context) (Account, error)
	Lock(ctx context.Context, user string) (LockState, error)
	// Detach breaks its link to the primary. Attach mends it, and returns when
	// the replica has all that the primary has.
	Detach(ctx context.Context) error
	Attach(ctx context.Context) error
	// Promote makes it the primary in place of the dead one, and sends the
	// workers to it.
	Promote(ctx context.Context) error
	// Rebuild, after a promotion, starts the dead server as a replica of the
	// new primary.
	Rebuild(ctx context.Context) error
}

// Account is what a lock server says of itself.
type Account struct {
	RunID   string // changes with every start of the process
	Role    string // "master" or "slave"
	Link    string // of a replica to its primary: "up" or "down"
	Evicted int64  // keys that it gave up for want of memory
	Flushes int64  // times it was told to forget everything
}

// LockState is what a lock server knows of one user's lock.
type LockState struct {
	Token   string        // of the holder; "" where nobody holds the lock
	Left    time.Duration // until it runs out
	Counter int64         // the fencing token that was given out last
}

func (l LockState) String() string {
	if l.Token == "" {
		return "held by nobody, last fencing token " + strconv.FormatInt(l.Counter, 10)
	}
	return fmt.Sprintf("held by %q for %s more, last fencing token %d", l.Token, l.Left.Round(time.Millisecond), l.Counter)
}
