package harness

import (
	"context"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/pulsar"
)

// This file shows the fixtures to the faults, through the small interfaces
// that the faults declare.

type process struct{ *engine.Container }

func (p process) Stop(ctx context.Context) error { return p.Signal(ctx, "SIGTERM") }

func (p process) State(ctx context.Context) (fault.State, error) {
	st, err := p.Container.State(ctx)
	return fault.State(st), err
}

// workers are the fleet's processes.
type workers struct{ *fleet }

func (w workers) Names() []string { return w.alive() }

func (w workers) Process(name string) (fault.Process, error) {
	k, err := w.find(name)
	if err != nil {
		return nil, err
	}
	return ending{process{k.Container}, k}, nil
}

func (w workers) Replace(ctx context.Context, k string) error   { return w.replace(ctx, k) }
func (w workers) Start(ctx context.Context, name string) error  { return w.startNamed(ctx, name) }
func (w workers) Return(ctx context.Context, dead string) error { return w.startAgain(ctx, dead) }

func (w workers) Died(worker string, from, to int64, exitCode int) error {
	return w.died(worker, from, to, exitCode)
}

// ending is a worker's process as faults see it.
type ending struct {
	process
	worker *worker
}

func (e ending) Kill(ctx context.Context) error {
	e.worker.asked.Store(true)
	return e.process.Kill(ctx)
}

func (e ending) Stop(ctx context.Context) error {
	e.worker.asked.Store(true)
	return e.process.Stop(ctx)
}

// broker is one broker, whose health is its own; connections are the topic's,
// whoever serves its parts.
type broker struct {
	process
	member *pulsar.Broker
	topic  *topic
}

func (b broker) Start(ctx context.Context) error { return b.member.StartAgain(ctx) }

func (b broker) Healthy(ctx context.Context) error { return b.member.Healthy(ctx) }

func (b broker) Connections(ctx context.Context) (fault.Connections, error) {
	view, err := b.topic.view(ctx)
	if err != nil {
		return nil, err
	}
	all := fault.Connections{}
	for _, c := range view.Consumers {
		if all[c.Name] == nil {
			all[c.Name] = map[string]string{}
		}
		// The time tells a new consumer from an old one even where addresses are
		// reused.
		all[c.Name][c.Partition] = c.Address + " since " + c.Since
	}
	return all, nil
}

type downstream struct{ *gateway.Client }

func (d downstream) Arm(ctx context.Context, user string, at fault.Point) (string, error) {
	return d.ArmWorker(ctx, user, "", at)
}

func (d downstream) ArmWorker(ctx context.Context, user, worker string, at fault.Point) (string, error) {
	point := string(at)
	if at == fault.PointSend {
		point = "" // the gateway knows of sends without a report
	}
	h, err := d.Client.Arm(ctx, user, worker, point)
	return h.ID, err
}

func (d downstream) Held(ctx context.Context, id string, wait time.Duration) (fault.Send, bool, error) {
	h, err := d.Hold(ctx, id, gateway.HoldArmed, wait)
	return fault.Send{User: h.User, Worker: h.Worker, Attempt: h.Attempt, Event: h.Event}, h.State == gateway.HoldHolding, err
}

func (d downstream) Release(ctx context.Context, id string) error {
	_, err := d.Client.Release(ctx, id)
	return err
}

func (d downstream) Sends(ctx context.Context, user string, after uint64, wait time.Duration) ([]fault.Send, uint64, error) {
	got, err := d.Client.Sends(ctx, user, after, wait)
	if err != nil {
		return nil, 0, err
	}
	sends := make([]fault.Send, len(got.Sends))
	for i, s := range got.Sends {
		sends[i] = fault.Send{User: s.User, Worker: s.Worker, Attempt: s.Attempt, Event: s.Event}
	}
	return sends, got.Last, nil
}
