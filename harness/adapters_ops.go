package harness

import (
	"context"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/gateway"
)

// This file shows the fixtures to the faults of consumers and operations.

// served is the run's topic with whom it may have as one more consumer.
type served struct {
	*topic
	run *run
}

// Stall implements [fault.Topic].
func (t served) Stall(ctx context.Context, name string, most int) (fault.StalledConsumer, error) {
	return stall(ctx, t.topic, t.run.scenario, t.run.place(name), name, most)
}

func (t *topic) Statistics(ctx context.Context) (fault.Statistics, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	v, err := t.view(ctx)
	if err != nil {
		return fault.Statistics{}, err
	}
	s := fault.Statistics{Backlog: v.Backlog, Replay: v.Replay, Recent: v.Recent, Consumers: make([]fault.Consumer, len(v.Consumers))}
	for i, c := range v.Consumers {
		s.Consumers[i] = fault.Consumer{
			Partition: c.Partition, Name: c.Name, Since: c.Since, Active: c.Active,
			Unacked: c.Unacked, Permits: c.Permits, Blocked: c.Blocked, Draining: c.Draining,
		}
	}
	return s, nil
}

func (t *topic) Unload(ctx context.Context) error {
	return t.broker.UnloadTopic(ctx, t.name)
}

func (t *topic) UnloadBundle(ctx context.Context) error {
	return t.broker.UnloadNamespace(ctx, t.namespace)
}

func (t *topic) Partitions(ctx context.Context) (int, error) {
	return t.broker.Partitions(ctx, t.name)
}

func (t *topic) RaisePartitions(ctx context.Context, to int) error {
	return t.broker.RaisePartitions(ctx, t.name, to)
}

func (t *topic) Operate(ctx context.Context, what string, body any) error {
	return t.broker.Operate(ctx, t.name, t.subscription, what, body)
}

func (t *topic) MarkDelete(ctx context.Context) (map[string]string, error) {
	return t.broker.MarkDelete(ctx, t.name, t.subscription)
}

func (t *topic) Unsubscribe(ctx context.Context) error {
	return t.broker.Unsubscribe(ctx, t.name, t.subscription)
}

func (t *topic) Subscribe(ctx context.Context, earliest bool) error {
	return t.broker.Subscribe(ctx, t.name, t.subscription, earliest)
}

func (t *topic) Received(ctx context.Context) (int64, error) {
	return t.broker.Received(ctx, t.name, t.partitions)
}

func (t *topic) Parked(ctx context.Context) (int64, error) {
	return t.broker.Published(ctx, t.deadLetters)
}

type load struct{ *publisher }

func (l load) Burst(ctx context.Context, user string, n int) ([]string, error) {
	return l.burst(ctx, user, n)
}

type answers struct{ *gateway.Client }

func (a answers) Slowed(ctx context.Context, worker string) (int, time.Duration, error) {
	s, err := a.Client.Slowed(ctx, worker)
	return s.Answers, s.Least, err
}

func (a answers) Refused(ctx context.Context, user string) (string, int, error) {
	r, err := a.Client.Refused(ctx, user)
	return r.Event, r.Times, err
}
