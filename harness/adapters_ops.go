package harness

import (
	"context"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/pulsar"
)

// This file shows the fixtures to the faults of consumers and operations.

// operations fills in the parts of a scene that those faults act on.
func (r *run) operations(s *fault.Scene, serving *pulsar.Broker) {
	s.Topic = topic{r}
	s.Publisher = load{r.load}
	s.Answers = answers{r.control}
	s.StartBroker = serving.StartAgain
	s.Start = r.fleet.startNamed
	s.Hoard = func(ctx context.Context, name string, most int) (fault.Holder, error) {
		return hoard(ctx, r, name, most)
	}
}

type topic struct{ run *run }

func (t topic) Statistics(ctx context.Context) (fault.Statistics, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	v, err := t.run.view(ctx)
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

func (t topic) Unload(ctx context.Context) error {
	return t.run.env.broker.UnloadTopic(ctx, t.run.topic)
}

func (t topic) UnloadBundle(ctx context.Context) error {
	return t.run.env.broker.UnloadNamespace(ctx, t.run.namespace)
}

func (t topic) Partitions(ctx context.Context) (int, error) {
	return t.run.env.broker.Partitions(ctx, t.run.topic)
}

func (t topic) RaisePartitions(ctx context.Context, to int) error {
	return t.run.env.broker.RaisePartitions(ctx, t.run.topic, to)
}

func (t topic) Skip(ctx context.Context, n int) error {
	return t.run.env.broker.Skip(ctx, t.run.topic, subscription, n)
}

func (t topic) MarkDelete(ctx context.Context) (map[string]string, error) {
	return t.run.env.broker.MarkDelete(ctx, t.run.topic, subscription)
}

func (t topic) Unsubscribe(ctx context.Context) error {
	return t.run.env.broker.Unsubscribe(ctx, t.run.topic, subscription)
}

func (t topic) Subscribe(ctx context.Context, earliest bool) error {
	return t.run.env.broker.Subscribe(ctx, t.run.topic, subscription, earliest)
}

func (t topic) Received(ctx context.Context) (int64, error) {
	return t.run.env.broker.Received(ctx, t.run.topic, t.run.scenario.partitions())
}

func (t topic) Parked(ctx context.Context) (int64, error) {
	return t.run.env.broker.Published(ctx, t.run.deadLetters)
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
