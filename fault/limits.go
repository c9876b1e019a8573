package fault

import (
	"context"
	"time"
)

// Limits on waiting for what a fault should bring about. They are far beyond
// what was seen on a busy machine: reaching one means that the fault missed.
const (
	// A worker that is kept at a point while others are waited for is kept for
	// less than a lock's lifetime and than users may stand still.
	aimPatience = 2500 * time.Millisecond
	aimPause    = time.Second
	aimLimit    = 30 * time.Second
	engineLimit = 15 * time.Second
	brokerLimit = 20 * time.Second
	// A consumer of the Go client (v0.19) that is closed while its broker owes it
	// answers to acknowledgements waits for each of them in turn, 10 s, before it
	// comes back; a worker has as many under way as lanes.
	reconnectLimit = 60 * time.Second
	takeoverLimit  = 25 * time.Second
	leaveLimit     = 100 * time.Second   // a worker that cannot reach its broker gives up after 80 s
	answerLimit    = 60 * time.Second    // a broker that is restarted was seen to take 15 s
	claimLimit     = longest + healLimit // as long as another fault may have a worker
	healLimit      = 60 * time.Second    // a machine short of everything was seen to answer nobody for half a minute
	pollEvery      = 50 * time.Millisecond
	// A server's end and start. On a machine with far too much to do, a start took
	// the engine a minute.
	stopLimit  = 60 * time.Second
	startLimit = 2 * time.Minute
	// lookLimit is how long one question of many may take.
	lookLimit = 2 * time.Second
)

// sleep waits, and reports false when the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// healing is a context for putting things right, which must be tried even when
// the scenario's own time is over; limit 0 means healLimit.
func healing(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		limit = healLimit
	}
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}
