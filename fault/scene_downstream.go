package fault

import (
	"context"
	"time"
)

// Send is a text that reached the downstream.
type Send struct {
	User, Worker, Attempt, Event string
}

// Downstream receives the orchestrator's sends and can withhold an answer:
// while it does, the sender is certainly inside its user's critical section.
type Downstream interface {
	// Arm makes the next worker that comes by the point for the user wait there,
	// and returns the hold's id. At [PointSend] the answer to the send is
	// withheld.
	Arm(ctx context.Context, user string, at Point) (string, error)
	// ArmWorker is Arm for one worker alone.
	ArmWorker(ctx context.Context, user, worker string, at Point) (string, error)
	// Held waits up to the given time for the hold to have caught someone.
	Held(ctx context.Context, id string, wait time.Duration) (s Send, caught bool, err error)
	Release(ctx context.Context, id string) error
	// Sends returns the user's sends (everyone's if empty) after a sequence
	// number, waiting up to the given time for the first; last is the newest
	// sequence number known.
	Sends(ctx context.Context, user string, after uint64, wait time.Duration) (sends []Send, last uint64, err error)
}

// Answers is how the downstream answers.
type Answers interface {
	// Slow makes every answer to the worker take so much longer; 0 heals.
	Slow(ctx context.Context, worker string, by time.Duration) error
	// Slowed is how many answers to the worker took longer since Slow was called,
	// by the downstream's own measure, and how long the shortest of them took.
	Slowed(ctx context.Context, worker string) (n int, least time.Duration, err error)
	// Refuse makes the downstream refuse the sends of the next event of the
	// user that comes, n times.
	Refuse(ctx context.Context, user string, n int) error
	// Refused is which event of the user that was, and how often it was refused
	// so far.
	Refused(ctx context.Context, user string) (event string, times int, err error)
}

// Publisher offers the load.
type Publisher interface {
	// Burst publishes n more events of one user at once, and returns their ids
	// when they are under way.
	Burst(ctx context.Context, user string, n int) ([]string, error)
}
