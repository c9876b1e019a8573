package fault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ZooKeeperPause freezes the metadata store while workers are inside the aimed
// users' sections, and resumes it. Brokers and bookies are healthy and reach
// each other; what they cannot do meanwhile is to prove that they are there, to
// change who owns what, and to begin a new ledger.
type ZooKeeperPause struct {
	At     Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	For    time.Duration `yaml:"for,omitempty"`
	Linger time.Duration `yaml:"linger,omitempty"` // how long the sections stay open after its return, at the most
	// Expires is whether the pause is to cost members their sessions, or is to
	// leave them: it bit only if that is so. Whose is a race: once awake,
	// ZooKeeper ends what is overdue while the first are asking to be let in
	// again.
	Expires bool `yaml:"sessions_expire,omitempty"`
}

// Kind implements [Fault].
func (ZooKeeperPause) Kind() string { return "zookeeper-pause" }

// Needs implements [Fault].
func (z ZooKeeperPause) Needs() Needs {
	return z.At.needs().And(Needs{Alone: true, Brokers: 2, Holds: []Resource{TheMetadata, TheBroker, TheBookies, TheTopic}})
}

// Check implements [Fault].
func (z ZooKeeperPause) Check() error {
	return errors.Join(z.At.check(), bounded("for", z.For), notNegative("linger", z.Linger))
}

// Inject implements [Fault].
func (z ZooKeeperPause) Inject(ctx context.Context, s *Scene) error {
	if err := s.needsCluster(z); err != nil {
		return err
	}
	s, err := s.served(ctx)
	if err != nil {
		return err
	}
	return s.midFlightDo(ctx, z.At, s.Users[:1], func(flights []*flight) error { return z.strike(ctx, s, flights) })
}

func (z ZooKeeperPause) strike(ctx context.Context, s *Scene, flights []*flight) error {
	before, err := s.Cluster.Roll(ctx)
	if err != nil {
		return err
	}
	connections, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return err
	}
	keeper := s.Cluster.ZooKeeper()
	i, err := s.begin(ctx, z.Kind(), flights)
	if err != nil {
		return err
	}
	i.detail["owners_before"] = before.owners()
	started := time.Now()
	if err := keeper.Pause(ctx); err != nil {
		return i.end(err, thaw(ctx, keeper))
	}
	i.await(ctx, "the engine reports ZooKeeper paused", "engine", engineLimit, isPaused(keeper))
	i.await(ctx, "ZooKeeper does not answer", "harness", engineLimit, func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if _, err := s.Cluster.Roll(ctx); err != nil {
			return err.Error(), true, nil
		}
		return "it answers", false, nil
	})
	acknowledged := s.Cluster.Acknowledged()
	sleep(ctx, z.For-time.Since(started))
	i.detail["acknowledged_meanwhile"] = fmt.Sprint(s.Cluster.Acknowledged() - acknowledged)
	i.detail["paused_for"] = time.Since(started).Round(time.Millisecond).String()
	if err := thaw(ctx, keeper); err != nil {
		return i.end(nil, err)
	}
	// Bookies that lost their sessions end by themselves (see BookieLoss).
	ours, err := i.supervise(ctx, z.settles(), before)
	if err != nil {
		return i.end(nil, err)
	}
	i.await(ctx, z.aftermath(), "zookeeper", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		now, err := s.Cluster.Roll(ctx)
		kept, back := now.kept(before)
		ended := i.detail["started_again"]
		// A session that a restart ended says nothing of the pause.
		lost := kept+len(ours) < len(before.Brokers) || ended != ""
		return fmt.Sprintf("brokers %v and bookies %v; %d of %d brokers have the session that they had; ended meanwhile: %s",
			now.Brokers, now.Bookies, kept, len(before.Brokers), cmp.Or(ended, "nobody")), back && lost == z.Expires && (lost || len(ours) == 0), err
	})
	i.linger(ctx, flights, z.Linger)
	i.noteOwners(ctx)
	i.noteReconnected(ctx, connections)
	return i.end(nil, nil)
}

// settles is how long everyone must have been there after the pause.
func (z ZooKeeperPause) settles() time.Duration {
	if z.Expires {
		return sessionsSettle
	}
	return 0
}

// aftermath is what must be seen of the sessions after the pause.
func (z ZooKeeperPause) aftermath() string {
	if z.Expires {
		return "ZooKeeper lists everyone again, and some had lost their session"
	}
	return "ZooKeeper lists everyone, and nobody had lost its session"
}

// kept is how many brokers have the session that they had before, and whether
// all members are there.
func (r Roll) kept(before Roll) (n int, all bool) {
	for _, id := range before.Brokers {
		if r.Sessions[id] != "" && r.Sessions[id] == before.Sessions[id] {
			n++
		}
	}
	return n, slices.Equal(r.Brokers, before.Brokers) && slices.Equal(r.Bookies, before.Bookies)
}
