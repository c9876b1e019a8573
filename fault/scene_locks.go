package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"turnstile/checker/history"
)

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
	// Squeeze limits the server's memory to little more than it uses, and tells
	// it by what policy to make room.
	Squeeze(ctx context.Context, policy string) error
	// Fill writes a batch of keys that have nothing to do with locks.
	Fill(ctx context.Context) error
	// Unsqueeze takes back the limit, and the keys of Fill.
	Unsqueeze(ctx context.Context) error
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

// lockServer is the scene's lock server, or an error that says what is missing.
func (s *Scene) lockServer(f Fault) (LockServer, error) {
	if s.LockServer == nil {
		return nil, fmt.Errorf("the fault %s needs a lock server of the run's own, and so a mode that takes locks", f.Kind())
	}
	return s.LockServer, nil
}

// onLocks are the needs of a fault that reaches the whole lock server.
func onLocks(at Point) Needs {
	return at.needs().And(Needs{Workers: 2, OwnLocks: true, Holds: []Resource{TheLockServer}})
}

// holding begins a fault on the whole lock server, and notes the aimed user's
// lock. One that keeps everybody from a lock says in halts why nobody can get on
// meanwhile.
func (s *Scene) holding(ctx context.Context, kind string, f *flight, halts string) (*injection, LockState, error) {
	var lock LockState
	if f.hold != "" {
		var err error
		if lock, err = s.LockServer.Lock(ctx, f.User); err != nil {
			return nil, lock, err
		}
	}
	detail := map[string]string{}
	if halts != "" {
		detail[history.DetailHalts] = halts
	}
	i, err := s.beginWith(ctx, kind, []*flight{f}, detail)
	if err == nil && f.hold != "" {
		i.detail["lock_before"] = lock.String()
	}
	return i, lock, err
}

// awaitLoss waits for the evidence that the aimed user's lock is not what it
// was, and that another worker has the user. Of a worker that was not aimed
// at, there is no lock to look for.
func (i *injection) awaitLoss(ctx context.Context, f *flight, before LockState) {
	if f.hold != "" {
		i.await(ctx, "the holder's lock is gone while it is inside", "locks", takeoverLimit, lost(i.scene.LockServer, f.User, before))
		if now, err := i.scene.LockServer.Lock(ctx, f.User); err == nil {
			i.detail["lock_after"] = now.String()
		}
	}
	i.awaitTakeover(ctx, f, f.takenOver)
}

// lost looks for the absence of a holder's token.
func lost(l LockServer, user string, before LockState) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		now, err := l.Lock(ctx, user)
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("%s's lock: before %s; now %s", user, before, now), before.Token != "" && now.Token != before.Token, nil
	}
}

// anew looks for a lock server that answers under another run id.
func anew(account func(context.Context) (Account, error), before Account) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		now, err := account(ctx)
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("run id: before %s, now %s", before.RunID, now.RunID), before.RunID != "" && now.RunID != before.RunID, nil
	}
}

// killed looks for the engine's word that a process died by SIGKILL.
func killed(p Process) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		st, err := p.State(ctx)
		const killed = 128 + 9
		return fmt.Sprintf("running: %t, exit code %d", st.Running, st.ExitCode), err == nil && !st.Running && st.ExitCode == killed, err
	}
}

// startLimit is for a server to start: on a machine with far too much to do, it
// took the engine a minute.
const startLimit = 2 * time.Minute

// revive starts the lock server where it is dead.
func revive(ctx context.Context, l LockServer) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startLimit)
	defer cancel()
	st, err := l.State(ctx)
	if err == nil && st.Running {
		return nil
	}
	return errors.Join(err, l.Start(ctx))
}
