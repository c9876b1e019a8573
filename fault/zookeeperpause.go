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

var _ = describe(Descriptor{
	Name: "zookeeper-pause", From: ZooKeeperPause{}, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the metadata store is frozen, and resumed",
	Undrawn: onlyCluster,
})

// Spec implements [Fault].
func (z ZooKeeperPause) Spec() Spec {
	var before Membership
	var clients Connections
	acknowledged := int64(0)
	return Spec{
		kind: "zookeeper-pause", acts: parts{theBroker}, owner: true, aim: at(z.At),
		needs: Needs{Alone: true, Acts: []Act{ActServers}, Brokers: 2, Holds: []Resource{TheMetadata, TheBroker, TheBookies, TheTopic}},
		wrong: errors.Join(bounded("for", z.For), notNegative("linger", z.Linger)),
		ready: func(ctx context.Context, i *injection) error {
			err := errors.Join(membersBefore(&before)(ctx, i), connections(&clients)(ctx, i))
			i.note("owners_before", before.owners())
			return err
		},
		strike: pause(keeper),
		shows: steps{
			isPaused("ZooKeeper paused", keeper), keeperUnanswering,
			do(func(_ context.Context, i *injection) error { acknowledged = i.scene.Cluster.Acknowledged(); return nil }),
			until(z.For),
			do(func(_ context.Context, i *injection) error {
				i.note("acknowledged_meanwhile", i.scene.Cluster.Acknowledged()-acknowledged)
				return nil
			}),
			lasting(0, "paused_for"),
		},
		heal: resume(keeper),
		then: steps{
			do(func(ctx context.Context, i *injection) error { z.after(ctx, i, before); return nil }),
			lingering(z.Linger), noteOwners,
			do(func(ctx context.Context, i *injection) error { i.noteReconnected(ctx, clients); return nil }),
		},
	}
}

// after brings back whoever lost a session, and sees whose was lost. Bookies that
// lost theirs end by themselves (see [BookieLoss]).
func (z ZooKeeperPause) after(ctx context.Context, i *injection, before Membership) {
	ours, err := i.supervise(ctx, z.settles(), before)
	if i.failsToHeal(err); err != nil {
		return
	}
	i.await(ctx, z.aftermath(), "zookeeper", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.Cluster.Members(ctx)
		kept, back := now.kept(before)
		ended := i.detail["started_again"]
		// A session that a restart ended says nothing of the pause.
		lost := kept+len(ours) < len(before.Brokers) || ended != ""
		return fmt.Sprintf("brokers %v and bookies %v; %d of %d brokers have the session that they had; ended meanwhile: %s",
			now.Brokers, now.Bookies, kept, len(before.Brokers), cmp.Or(ended, "nobody")), back && lost == z.Expires && (lost || len(ours) == 0), err
	})
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
func (m Membership) kept(before Membership) (n int, all bool) {
	for _, id := range before.Brokers {
		if m.Sessions[id] != "" && m.Sessions[id] == before.Sessions[id] {
			n++
		}
	}
	return n, slices.Equal(m.Brokers, before.Brokers) && slices.Equal(m.Bookies, before.Bookies)
}
