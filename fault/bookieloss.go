package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// BookieLoss freezes or kills one of the bookies that the aimed user's part of
// the topic is written to, until its session with ZooKeeper has expired and the
// part is written to others, and brings it back. Each entry is on two bookies,
// and with one of three lost there is a place for the second: work goes on.
//
// One that thaws after its session has expired ends by itself, as Pulsar ships
// it: the auto-recovery daemon in it gives up, and the bookie with it. Whoever
// supervises it starts it again, which here the fault does.
type BookieLoss struct {
	At   Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Kill bool          `yaml:"kill,omitempty"`  // SIGKILL in place of a pause
	For  time.Duration `yaml:"for,omitempty"`   // how long it is gone, at the least
}

// writtenOn is how many publishes more must be acknowledged while a bookie is
// gone for work to be said to go on: far more than were under way at its loss.
const writtenOn = 50

// Kind implements [Fault].
func (b BookieLoss) Kind() string {
	if b.Kill {
		return "bookie-kill"
	}
	return "bookie-pause"
}

// Needs implements [Fault].
func (b BookieLoss) Needs() Needs {
	return b.At.needs().And(Needs{Alone: true, Brokers: 2, Bookies: 3, Holds: []Resource{TheBookies}})
}

// Check implements [Fault].
func (b BookieLoss) Check() error {
	return errors.Join(b.At.check(), notNegative("for", b.For))
}

// Inject implements [Fault].
func (b BookieLoss) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsCluster(b); err != nil {
		return err
	}
	return s.midFlightDo(ctx, b.At, s.Users[:1], func(flights []*flight) error { return b.strike(ctx, s, flights) })
}

func (b BookieLoss) strike(ctx context.Context, s *Scene, flights []*flight) error {
	part, err := s.Cluster.Part(s.Users[0])
	if err != nil {
		return err
	}
	writing, err := s.Cluster.Writing(ctx, part)
	if err != nil {
		return err
	}
	if len(writing) == 0 {
		return fmt.Errorf("%s is written to no bookie", part)
	}
	id := writing[0]
	bookie, err := s.Cluster.Bookie(id)
	if err != nil {
		return err
	}
	before, err := s.Cluster.Roll(ctx)
	if err != nil {
		return err
	}
	i, err := s.begin(ctx, b.Kind(), flights)
	if err != nil {
		return err
	}
	i.detail["bookie"] = id
	i.detail["written_to_before"] = fmt.Sprint(writing)
	started := time.Now()
	if err := b.lose(ctx, i, bookie); err != nil {
		return i.end(err, b.heal(ctx, i, bookie, before))
	}
	i.await(ctx, "ZooKeeper no longer lists the bookie", "zookeeper", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		roll, err := s.Cluster.Roll(ctx)
		return fmt.Sprintf("it lists %v", roll.Bookies), len(roll.Bookies) > 0 && !slices.Contains(roll.Bookies, id), err
	})
	i.await(ctx, "the user's part of the topic is written to other bookies", "broker", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		now, err := s.Cluster.Writing(ctx, part)
		return fmt.Sprintf("before %v, now %v", writing, now), len(now) > 0 && !slices.Contains(now, id), err
	})
	acknowledged := s.Cluster.Acknowledged()
	i.await(ctx, "publishes are acknowledged while the bookie is gone", "harness", takeoverLimit, func(context.Context) (string, bool, error) {
		n := s.Cluster.Acknowledged() - acknowledged
		return fmt.Sprintf("%d more", n), n >= writtenOn, nil
	})
	sleep(ctx, b.For-time.Since(started))
	i.detail["gone_for"] = time.Since(started).Round(time.Millisecond).String()
	return i.end(nil, b.heal(ctx, i, bookie, before))
}

// lose freezes or kills the bookie, and has the engine say so.
func (b BookieLoss) lose(ctx context.Context, i *injection, bookie Process) error {
	if b.Kill {
		err := bookie.Kill(ctx)
		if err == nil {
			i.await(ctx, "the engine reports the bookie dead by SIGKILL", "engine", engineLimit, killed(bookie))
		}
		return err
	}
	err := bookie.Pause(ctx)
	if err == nil {
		i.await(ctx, "the engine reports the bookie paused", "engine", engineLimit, isPaused(bookie))
	}
	return err
}

// heal brings the bookie back, whatever state it is in.
func (b BookieLoss) heal(ctx context.Context, i *injection, bookie Process, before Roll) error {
	hctx, cancel := healing(ctx)
	defer cancel()
	if st, err := bookie.State(hctx); err != nil {
		return err
	} else if st.Paused {
		if err := bookie.Unpause(hctx); err != nil {
			return err
		}
	}
	settle := sessionsSettle
	if b.Kill {
		settle = 0
	}
	_, err := i.supervise(ctx, settle, before)
	return err
}
