package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Transfer moves what the aimed user's broker owns of the topic to another
// broker while workers are inside the aimed users' sections, as a load balancer
// does. Nobody dies and no connection is lost: the consumers are closed, and
// made anew at the other broker, which knows nothing of what they have in hand.
type Transfer struct {
	At     Point         `yaml:"point,omitempty"`  // where in its handling the worker is struck; empty: at the send
	Linger time.Duration `yaml:"linger,omitempty"` // how long the sections stay open after each, at the most
	// Times is how often at the most, there and back, until another worker has
	// an aimed user: who is back first is a race. 0 means once.
	Times int `yaml:"transfers,omitempty"`
	// Alone decides that race: all workers but one are frozen for the time of the
	// transfer and at the most so long after it. 0: they are not.
	Alone time.Duration `yaml:"alone,omitempty"`
}

// Kind implements [Fault].
func (Transfer) Kind() string { return "transfer" }

// Needs implements [Fault].
func (tr Transfer) Needs() Needs {
	return tr.At.needs().And(Needs{Brokers: 2, Holds: []Resource{TheTopic, TheBroker}})
}

// Check implements [Fault].
func (tr Transfer) Check() error {
	errs := []error{tr.At.check(), notNegative("linger", tr.Linger), notNegative("alone", tr.Alone)}
	if tr.Times < 0 {
		errs = append(errs, errors.New("transfers is "+strconv.Itoa(tr.Times)+": give 1 or more"))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (tr Transfer) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsCluster(tr); err != nil {
		return err
	}
	return s.midFlightDo(ctx, tr.At, s.Users, func(flights []*flight) error { return tr.strike(ctx, s, flights) })
}

func (tr Transfer) strike(ctx context.Context, s *Scene, flights []*flight) error {
	i, err := s.begin(ctx, tr.Kind(), flights)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		i.detail["transfers"] = strconv.Itoa(n)
		moved, err := tr.once(ctx, i, flights)
		if err != nil {
			return errors.Join(err, i.end(nil))
		}
		if moved || n >= tr.Times {
			return i.end(nil)
		}
	}
}

// once moves the parts, and reports whether another worker got one of the users.
func (tr Transfer) once(ctx context.Context, i *injection, flights []*flight) (moved bool, err error) {
	s, target := i.scene, flights[0].Worker
	was, err := s.whoServes(ctx)
	if err != nil {
		return false, err
	}
	roll, err := s.Cluster.Roll(ctx)
	if err != nil {
		return false, err
	}
	to, err := roll.other(was.id)
	if err != nil {
		return false, err
	}
	before, err := s.Broker.Connections(ctx)
	if err != nil {
		return false, err
	}
	i.detail["owners_before"] = roll.owners()
	transfer := func(ctx context.Context) error {
		if err := s.Cluster.Transfer(ctx, was.id, to); err != nil {
			return fmt.Errorf("transferring what %s owns to %s: %w", was.id, to, err)
		}
		return nil
	}
	if tr.Alone > 0 {
		err = i.leaveAlone(ctx, flights, tr.Alone, transfer)
	} else {
		err = transfer(ctx)
	}
	if err != nil {
		return false, err
	}
	i.await(ctx, "ZooKeeper names another broker as the owner", "zookeeper", takeoverLimit, deposed(s.Cluster, was))
	i.await(ctx, "the broker has another consumer of the worker than before", "broker", brokerLimit, reconnected(s.Broker, target, before[target]))
	i.noteOwners(ctx, "after")
	return i.linger(ctx, flights, tr.Linger), nil
}
