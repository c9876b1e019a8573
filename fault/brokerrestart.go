package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BrokerRestart ends the broker while workers are inside the aimed users'
// sections, by SIGKILL or by asking it, and starts it again with what it had
// written. The workers are healthy, and go on with what they have in hand.
type BrokerRestart struct {
	At       Point         `yaml:"point,omitempty"`    // where in its handling the worker is struck; empty: at the send
	Graceful bool          `yaml:"graceful,omitempty"` // ask it to stop (SIGTERM) in place of SIGKILL
	Down     time.Duration `yaml:"down,omitempty"`     // how long it stays down
	Linger   time.Duration `yaml:"linger,omitempty"`   // how long the sections stay open after its return, at the most
	// Deposed leaves the broker down, on a cluster, until another one owns the
	// aimed user's part of the topic.
	Deposed bool `yaml:"deposed,omitempty"`
}

// Limits on a broker's end and start, far beyond what either takes.
const (
	brokerStopLimit  = 60 * time.Second
	brokerStartLimit = 2 * time.Minute
)

// Kind implements [Fault].
func (b BrokerRestart) Kind() string {
	if b.Graceful {
		return "broker-restart"
	}
	return "broker-kill"
}

// Needs implements [Fault].
func (b BrokerRestart) Needs() Needs {
	return b.At.needs().And(onBroker(b.Deposed))
}

// Check implements [Fault].
func (b BrokerRestart) Check() error {
	return errors.Join(b.At.check(), notNegative("down", b.Down), notNegative("linger", b.Linger))
}

// Inject implements [Fault].
func (b BrokerRestart) Inject(ctx context.Context, s *Scene) error {
	s, err := s.strikable(ctx, b, b.Deposed)
	if err != nil {
		return err
	}
	if s.StartBroker == nil {
		return lacks(b.Kind(), "a broker that can be started again")
	}
	return s.midFlightDo(ctx, b.At, s.Users, func(flights []*flight) error { return b.strike(ctx, s, flights) })
}

func (b BrokerRestart) strike(ctx context.Context, s *Scene, flights []*flight) error {
	i, err := s.beginHalting(ctx, b.Kind(), flights, "nobody is given anything while the broker is down")
	if err != nil {
		return err
	}
	target := flights[0].Worker
	before, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return i.end(err, nil)
	}
	started := time.Now()
	end := s.Broker.Kill
	if b.Graceful {
		end = s.Broker.Stop
	}
	if err := end(ctx); err != nil {
		return i.end(err, b.heal(ctx, s))
	}
	i.await(ctx, "the engine reports that the broker has ended", "engine", brokerStopLimit, func(ctx context.Context) (string, bool, error) {
		st, err := s.Broker.State(ctx)
		if err != nil || st.Running {
			return "the broker is running", false, err
		}
		return fmt.Sprintf("it ended with exit code %d", st.ExitCode), true, nil
	})
	i.await(ctx, "the broker's health check goes unanswered", "harness", engineLimit, func(ctx context.Context) (string, bool, error) {
		err := s.Broker.Healthy(ctx)
		if err == nil {
			return "the broker is healthy", false, nil
		}
		return err.Error(), true, nil
	})
	if b.Deposed {
		i.awaitDeposed(ctx)
		i.await(ctx, "the other broker has another consumer of the worker than before", "broker", reconnectLimit, s.reconnected(target, before))
		i.linger(ctx, flights, b.Linger)
	}
	sleep(ctx, b.Down)
	if err := b.heal(ctx, s); err != nil {
		return i.end(nil, err)
	}
	i.detail["down_for"] = time.Since(started).Round(time.Millisecond).String()
	i.await(ctx, "the worker's connection was lost and made anew", "broker", reconnectLimit, s.reconnected(target, before))
	if !b.Deposed {
		i.linger(ctx, flights, b.Linger)
	}
	i.noteOwners(ctx)
	return i.end(nil, nil)
}

// heal starts the broker, whatever state it is in, also when the scenario's
// own time is over.
func (b BrokerRestart) heal(ctx context.Context, s *Scene) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), brokerStartLimit)
	defer cancel()
	return s.StartBroker(ctx)
}
