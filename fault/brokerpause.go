package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// BrokerPause freezes the broker while workers are inside the aimed users'
// sections, for longer than the clients' patience, and resumes it. The workers
// stay healthy and inside until the broker has had the time to give their
// messages to others.
type BrokerPause struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	For time.Duration `yaml:"for,omitempty"`
	// Linger is how long after the broker's return the sections stay open, at
	// the most; they end earlier when another worker has an aimed user.
	Linger time.Duration `yaml:"linger,omitempty"`
	// Times is how often at the most the broker pauses, until another worker
	// has an aimed user; 0 means once. All clients come back at nearly the same
	// moment, and whether one of them is alone long enough to be given what
	// belongs to the others is a race.
	Times int `yaml:"pauses,omitempty"`
	// Deposed makes the pause, on a cluster, last until another broker owns the
	// aimed user's part of the topic, as it will when the frozen one's session
	// with ZooKeeper has expired. When it thaws, the broker does not know.
	Deposed bool `yaml:"deposed,omitempty"`
	// Alone decides that race: all workers but one are frozen when the broker
	// returns, and at the most so long after it, until that one is inside the
	// first user's section. There it stays until the others run again and are
	// connected anew. 0: they are not; nor are they when nobody was aimed at.
	Alone time.Duration `yaml:"alone,omitempty"`
}

// Kind implements [Fault].
func (BrokerPause) Kind() string { return "broker-pause" }

// Needs implements [Fault].
func (bp BrokerPause) Needs() Needs {
	return bp.At.needs().And(onBroker(bp.Deposed)).And(oneAlone(bp.Alone))
}

// Check implements [Fault].
func (bp BrokerPause) Check() error {
	errs := []error{bp.At.check(), bounded("for", bp.For), notNegative("linger", bp.Linger), notNegative("alone", bp.Alone)}
	return errors.Join(append(errs, repeated("pauses", bp.Times, bp.For+bp.Linger+bp.Alone))...)
}

// Inject implements [Fault].
func (bp BrokerPause) Inject(ctx context.Context, s *Scene) error {
	s, err := s.strikable(ctx, bp, bp.Deposed)
	if err != nil {
		return err
	}
	return s.midFlightDo(ctx, bp.At, s.Users, func(flights []*flight) error { return bp.strike(ctx, s, flights) })
}

func (bp BrokerPause) strike(ctx context.Context, s *Scene, flights []*flight) error {
	i, err := s.beginHalting(ctx, bp.Kind(), flights, "the broker gives nobody anything")
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		i.detail["pauses"] = strconv.Itoa(n)
		moved, err, healErr := bp.once(ctx, i, flights)
		if err != nil || healErr != nil {
			return i.end(err, healErr)
		}
		if moved || n >= bp.Times {
			if bp.decides(i.scene) && !moved {
				i.unseen(firstBack, "gateway", fmt.Sprintf("in none of %d pauses, within %s of the broker's return", n, bp.Alone))
			}
			return i.end(nil, nil)
		}
	}
}

// once pauses and resumes the broker, and reports whether another worker got
// one of the users. healErr is of the broker, or a worker, that could not be
// resumed.
func (bp BrokerPause) once(ctx context.Context, i *injection, flights []*flight) (moved bool, err, healErr error) {
	broker, target := i.scene.Broker, flights[0].Worker
	var names []string
	if bp.decides(i.scene) {
		// Before the broker stands still: another fault may have a worker for long.
		all, unclaim, err := i.scene.claimEveryone(ctx)
		if err != nil {
			return false, err, nil
		}
		defer unclaim()
		names = all
	}
	before, err := ask(ctx, broker.Connections)
	if err != nil {
		return false, err, nil
	}
	started := time.Now()
	if err := broker.Pause(ctx); err != nil {
		return false, err, thaw(ctx, broker)
	}
	i.await(ctx, "the engine reports the broker paused", "engine", engineLimit, isPaused(broker))
	i.await(ctx, "the broker's health check goes unanswered", "harness", engineLimit, func(ctx context.Context) (string, bool, error) {
		err := broker.Healthy(ctx)
		if err == nil {
			return "the broker is healthy", false, nil
		}
		return err.Error(), true, nil
	})
	if bp.Deposed {
		i.awaitDeposed(ctx)
	}
	sleep(ctx, bp.For-time.Since(started))
	i.detail["paused_for"] = time.Since(started).Round(time.Millisecond).String()
	if bp.decides(i.scene) {
		return bp.toOneAlone(ctx, i, names, flights, before)
	}
	if err := thaw(ctx, broker); err != nil {
		return false, nil, err
	}
	i.await(ctx, "the worker's connection was lost and made anew", "broker", reconnectLimit, i.scene.reconnected(target, before))
	i.noteOwners(ctx)
	return i.linger(ctx, flights, bp.Linger), nil, nil
}

// decides reports whether the race after the broker's return is to be decided:
// of an aimed user, since it takes one to catch whoever is given them.
func (bp BrokerPause) decides(s *Scene) bool { return bp.Alone > 0 && !s.Unaimed }

// firstBack is the evidence that the race was decided as it was meant to be.
const firstBack = "the worker that was back first was given the user, whose section another was still inside"

// toOneAlone resumes the broker while all workers but one stand still, and
// catches that one inside the section of the first flight's user. It keeps both
// inside until the cut-off worker runs again and the broker has its new
// connection: none of them is frozen then, and none is cut off.
func (bp BrokerPause) toOneAlone(ctx context.Context, i *injection, names []string, flights []*flight, before Connections) (moved bool, err, healErr error) {
	s, f := i.scene, flights[0]
	alone, goOn, err := i.standStill(ctx, names, flights)
	var first *flight
	if err == nil {
		first, err = s.catch(ctx, &flight{Send: Send{User: f.User, Worker: alone}}, PointSend)
	}
	if first != nil {
		defer func() {
			hctx, cancel := healing(ctx)
			defer cancel()
			err = errors.Join(err, release(hctx, []*flight{first}))
		}()
	}
	returned := time.Now()
	if healErr = thaw(ctx, s.Broker); err != nil || healErr != nil {
		return false, err, errors.Join(healErr, goOn())
	}
	what := ""
	for !moved && time.Since(returned) < bp.Alone {
		if what, moved, err = first.caught(ctx); err != nil {
			break
		}
	}
	i.detail["alone_for"] = time.Since(returned).Round(time.Millisecond).String()
	if healErr = goOn(); err != nil || healErr != nil {
		return false, err, healErr
	}
	worker, err := s.Worker(f.Worker)
	if err != nil {
		return false, err, nil
	}
	i.await(ctx, "the engine reports that the cut-off worker runs", "engine", engineLimit, func(ctx context.Context) (string, bool, error) {
		st, err := worker.State(ctx)
		return fmt.Sprintf("running: %t, paused: %t", st.Running, st.Paused), st.Running && !st.Paused, err
	})
	i.await(ctx, "the worker's connection was lost and made anew", "broker", reconnectLimit, s.reconnected(f.Worker, before))
	i.noteOwners(ctx)
	if moved {
		i.detail["taken_over"] = what
		i.await(ctx, firstBack, "gateway", engineLimit, first.caught)
	}
	return moved, nil, nil
}
