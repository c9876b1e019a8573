package fault

import (
	"context"
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

var _ = describe(Descriptor{
	Name: "bookie-kill", From: BookieLoss{Kill: true}, Harms: []Harm{Late},
	Meaning: "a bookie that holds the topic gets SIGKILL, and is started again",
	Undrawn: onlyCluster,
}, Descriptor{
	Name: "bookie-pause", From: BookieLoss{}, Harms: []Harm{Late}, formerly: "bookie-loss",
	Meaning: "a bookie that holds the topic is frozen for longer than its session, and resumed",
	Undrawn: onlyCluster,
})

// writtenOn is how many publishes more must be acknowledged while a bookie is
// gone for work to be said to go on: far more than were under way at its loss.
const writtenOn = 50

// Spec implements [Fault].
func (b BookieLoss) Spec() Spec {
	id := ""
	bookie := func(i *injection) (Process, error) { return i.scene.Cluster.Bookie(id) }
	kind, strike, settle, lost := "bookie-pause", pause(bookie), sessionsSettle, isPaused("the bookie paused", bookie)
	if b.Kill {
		kind, strike, settle, lost = "bookie-kill", kill(bookie), 0, isKilled("the bookie", bookie)
	}
	var before Membership
	return Spec{
		kind: kind, needs: Needs{Alone: true, Acts: []Act{ActServers}, Brokers: 2, Bookies: 3, Holds: []Resource{TheBookies}}, wrong: notNegative("for", b.For),
		aim:     at(b.At),
		ready:   membersBefore(&before),
		strike:  strike,
		shows:   steps{lost, notListed(&id), writtenToOthers(&id), publishesGoOn(writtenOn), lasting(b.For, "gone_for")},
		healing: startLimit + healLimit,
		heal: func(ctx context.Context, i *injection) error {
			if err := to(bookie, wake)(ctx, i); err != nil {
				return err
			}
			_, err := i.supervise(ctx, settle, before)
			return err
		},
	}
}
