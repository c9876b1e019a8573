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
	Linger time.Duration `yaml:"linger,omitempty"` // how long the sections stay open after it, at the most
	// Alone decides who is back first, which is a race: all workers but one are
	// frozen for the time of the transfer and at the most so long after it. Only
	// the first user is aimed at then, so that the one that is alone has room for
	// that user. 0: they are not.
	Alone time.Duration `yaml:"alone,omitempty"`
}

// A bundle that was placed moments ago may go back to where it was, whatever
// destination its unload names: in 3 of 19 transfers it did. Until the
// brokers' reports of their load have come in, the load manager answers whoever
// asks for the bundle by where it placed it last (ModularLoadManagerImpl,
// preallocatedBundleToBroker). So the transfer is asked for again, some times.
const (
	transferAsks  = 6
	transferLimit = 3 * time.Second // for a bundle that was given up to have an owner again
)

// moves reports whether the part gets another owner soon.
func moves(ctx context.Context, c Cluster, was serving) bool {
	ctx, cancel := context.WithTimeout(ctx, transferLimit)
	defer cancel()
	look := deposed(c, was)
	for {
		if _, yes, err := look(ctx); err == nil && yes {
			return true
		}
		if !sleep(ctx, pollEvery) {
			return false
		}
	}
}

// Kind implements [Fault].
func (Transfer) Kind() string { return "transfer" }

// Needs implements [Fault].
func (tr Transfer) Needs() Needs {
	return tr.At.needs().And(Needs{Brokers: 2, Holds: []Resource{TheTopic, TheBroker}}).And(oneAlone(tr.Alone))
}

// Check implements [Fault].
func (tr Transfer) Check() error {
	return errors.Join(tr.At.check(), notNegative("linger", tr.Linger), notNegative("alone", tr.Alone))
}

// Inject implements [Fault].
func (tr Transfer) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsCluster(tr); err != nil {
		return err
	}
	users := s.Users
	if tr.Alone > 0 {
		users = s.Users[:1]
	}
	return s.midFlightDo(ctx, tr.At, users, func(flights []*flight) error { return tr.strike(ctx, s, flights) })
}

func (tr Transfer) strike(ctx context.Context, s *Scene, flights []*flight) error {
	target := flights[0].Worker
	was, err := s.whoServes(ctx)
	if err != nil {
		return err
	}
	roll, err := s.Cluster.Roll(ctx)
	if err != nil {
		return err
	}
	to, err := roll.other(was.id)
	if err != nil {
		return err
	}
	before, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, tr.Kind(), flights)
	if err != nil {
		return err
	}
	i.detail["owners_before"] = roll.owners()
	transfer := func(ctx context.Context) error {
		if err := s.Cluster.Transfer(ctx, was.id, to); err != nil {
			return fmt.Errorf("transferring what %s owns to %s: %w", was.id, to, err)
		}
		return nil
	}
	for n := 1; ; n++ {
		i.detail["asked"] = strconv.Itoa(n)
		var healErr error
		if tr.Alone > 0 {
			err, healErr = i.leaveAlone(ctx, flights, tr.Alone, transfer)
		} else {
			err = transfer(ctx)
		}
		if err != nil || healErr != nil {
			return i.end(err, healErr)
		}
		if n == transferAsks || moves(ctx, s.Cluster, was) {
			break
		}
	}
	i.await(ctx, "ZooKeeper names another broker as the owner", "zookeeper", takeoverLimit, deposed(s.Cluster, was))
	i.await(ctx, "the broker has another consumer of the worker than before", "broker", reconnectLimit, s.reconnectedOn(was.part, target, before))
	i.noteOwners(ctx)
	if tr.Alone == 0 || tr.Linger > 0 {
		i.linger(ctx, flights, tr.Linger)
	}
	return i.end(nil, nil)
}
