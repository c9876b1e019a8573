package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

var _ = describe(Descriptor{
	Name: "broker-pause", From: BrokerPause{}, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the broker is frozen for longer than its clients' patience, and resumed",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		// Below two keep-alive intervals nobody need notice, and the fault waits for
		// a worker to come back that never went.
		return BrokerPause{For: drawDuration(r, 3*time.Second, 6*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
	},
})

// Spec implements [Fault].
func (b BrokerPause) Spec() Spec {
	sp := Spec{
		kind: "broker-pause", needs: stopping(b.Deposed).And(oneAlone(b.Alone)), acts: parts{theBroker, theWorkers}, owner: true,
		wrong:  errors.Join(bounded("for", b.For), notNegative("linger", b.Linger), notNegative("alone", b.Alone), repeated("pauses", b.Times, b.For+b.Linger+b.Alone)),
		aim:    atAll(b.At),
		halts:  "the broker gives nobody anything",
		strike: pause(servingBroker),
		shows:  steps{isPaused("the broker paused", servingBroker), brokerUnanswering},
		heal:   resume(servingBroker),
		then:   steps{reconnected(lostAndMadeAnew, reconnectLimit), noteOwners, lingering(b.Linger)},
		times:  b.Times, counted: "pauses",
		onStage: onStage{standstill: b.For, refuses: b.refuses},
	}
	if b.Deposed {
		sp.shows = append(sp.shows, ownerDeposed)
	}
	sp.shows = append(sp.shows, lasting(b.For, "paused_for"))
	if b.Alone > 0 {
		sp.ready, sp.shows, sp.then = b.decided(sp)
	}
	return sp
}

func (b BrokerPause) refuses(on Stage) error {
	if on.KeepAlive > 0 && b.For < on.KeepAlive {
		return fmt.Errorf("for is %s: a pause of less than %s, which is how often broker and workers ask for a sign of life, is noticed by nobody, so that nobody comes back: give more than %s", b.For, on.KeepAlive, 2*on.KeepAlive)
	}
	return nil
}

// decided has the broker resumed while all workers but one stand still, and that
// one caught inside the section of the first target's user. Both are kept inside
// until the cut-off worker runs again and the broker has its new connection: none
// of them is frozen then, and none is cut off.
func (b BrokerPause) decided(sp Spec) (ready act, shows, then steps) {
	var names []string
	var before Connections
	alone := ofAimed("", do(func(ctx context.Context, i *injection) error {
		resumed := func(ctx context.Context) error { return thaw(ctx, i.scene.Broker) }
		name, there := i.leaveOne(names, firstBack, "gateway")
		if !there {
			i.failsToHeal(resumed(ctx))
			return nil
		}
		goOn, err := i.standStill(ctx, names, name)
		if err != nil {
			i.failsToHeal(errors.Join(resumed(ctx), goOn(ctx)))
			return err
		}
		return i.letBackFirst(ctx, name, b.Alone, resumed, goOn,
			workerRuns, reconnectedSince(&before, lostAndMadeAnew, reconnectLimit), noteOwners)
	}))
	return everyoneInTurn(&names, &before), append(sp.shows, alone), steps{ofUnaimed(group(sp.then...))}
}
