package fault

import (
	"context"
	"fmt"
	"time"
)

// This file declares what the faults of consumers and operations act on. The
// parts of a [Scene] that they need may be nil where an environment lacks them;
// such a fault then says what is missing.

// Topic is what an operator can do to the scenario's topic and subscription.
type Topic interface {
	// Statistics is the broker's own view of the subscription at this moment.
	Statistics(ctx context.Context) (Statistics, error)
	// Unload makes the broker close the topic and load it anew.
	Unload(ctx context.Context) error
	// UnloadBundle does so with every topic of the bundles of the namespace.
	UnloadBundle(ctx context.Context) error
	// Partitions is their number; 0 of a topic that has none.
	Partitions(ctx context.Context) (int, error)
	RaisePartitions(ctx context.Context, to int) error
	// Skip drops the first n messages that are not acknowledged; 0 drops all.
	Skip(ctx context.Context, n int) error
	// MarkDelete is the position up to which nothing is left to be acknowledged,
	// in the broker's words, by the parts of the topic.
	MarkDelete(ctx context.Context) (map[string]string, error)
	// Unsubscribe deletes the subscription from under its consumers.
	Unsubscribe(ctx context.Context) error
	// Subscribe makes it anew, at the topic's earliest message or at its end.
	// One that is there already is no error.
	Subscribe(ctx context.Context, earliest bool) error
	// Received is how many messages have come to the topic since the broker
	// loaded it, each one of a batch counted.
	Received(ctx context.Context) (int64, error)
	// Parked is how many messages were given up to the dead-letter topic.
	Parked(ctx context.Context) (int64, error)
}

// Statistics is what the broker says of a subscription.
type Statistics struct {
	Consumers []Consumer
	Backlog   int64 // messages not acknowledged, delivered or not
	// Replay is how many messages the broker has read and given to nobody, or is
	// to give again. Recent are the consumers that it gives only what is older
	// than they are, as KEY_SHARED's dispatcher of before Pulsar 4.0 does with
	// newcomers.
	Replay int
	Recent []string
}

// Consumer is one consumer on one partition, as the broker sees it.
type Consumer struct {
	Partition, Name string
	Since           string // when it connected, in the broker's words
	Active          bool   // it is served now (always, unless the subscription is failover)
	Unacked         int
	Permits         int
	Blocked         bool // by too many unacknowledged messages
	Draining        int  // keys' hashes that it must finish before they go to others
}

// unacked is how many messages the named consumer has in hand.
func (s Statistics) unacked(name string) (n int, there bool) {
	for _, c := range s.Consumers {
		if c.Name == name {
			n, there = n+c.Unacked, true
		}
	}
	return n, there
}

// draining is how many hashes drain at whom.
func (s Statistics) draining() (n int, at string) {
	for _, c := range s.Consumers {
		if c.Draining > 0 {
			n += c.Draining
			at = c.Name
		}
	}
	return n, at
}

// owners maps each partition to its active consumer.
func (s Statistics) owners() map[string]string {
	m := map[string]string{}
	for _, c := range s.Consumers {
		if c.Active {
			m[c.Partition] = c.Name
		}
	}
	return m
}

// Publisher offers the load.
type Publisher interface {
	// Burst publishes n more events of one user at once, and returns their ids
	// when they are under way.
	Burst(ctx context.Context, user string, n int) ([]string, error)
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

// Holder is a consumer that receives and never acknowledges.
type Holder interface {
	// Held is how many messages it has, of which users; after it has left, also
	// those that its client had fetched for it.
	Held() (messages int, users []string)
	// Leave closes it: what it held is the broker's again.
	Leave(ctx context.Context) error
}

// lacks says which part of a scene a fault needs and does not find.
func lacks(kind, what string) error {
	return fmt.Errorf("the fault %s needs %s, and this environment gives it none", kind, what)
}
