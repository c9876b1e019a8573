package fault

import "context"

// This file declares what the faults of brokers and operations act on.

// Broker is the message broker, and its own view of the subscription.
type Broker interface {
	Process
	// Start starts the broker after it has ended, and waits until it is healthy.
	// One that runs is left alone.
	Start(ctx context.Context) error
	// Healthy asks this broker for its own health check.
	Healthy(ctx context.Context) error
	// Connections are the consumers that the broker has at present.
	Connections(ctx context.Context) (Connections, error)
}

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
	// Operate does to the subscription, on each part of the topic, what the
	// broker's own interface for operators has a word for: one that follows the
	// subscription in its addresses, like "skip/5" (Pulsar's PersistentTopics, v2),
	// with a body that goes along, or nil.
	Operate(ctx context.Context, what string, body any) error
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
	// Stall starts one more consumer on the subscription, under a name of its own,
	// that receives and never acknowledges. It hangs once it has received most
	// messages; 0: never.
	Stall(ctx context.Context, name string, most int) (StalledConsumer, error)
}

// StalledConsumer is a consumer that receives and never acknowledges.
type StalledConsumer interface {
	// Held is how many messages it has, of which users; after it has left, also
	// those that its client had fetched for it.
	Held() (messages int, users []string)
	// Leave closes it: what it held is the broker's again.
	Leave(ctx context.Context) error
}

// Statistics is what the broker says of a subscription.
type Statistics struct {
	Consumers []Consumer
	Backlog   int64 // messages not acknowledged, delivered or not
	// Replay is how many messages the broker has read and given to nobody, or is
	// to give again; -1 if it does not say. Recent are the consumers that it gives only what is older
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
