package fault

import (
	"context"
	"errors"
	"math/rand/v2"
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
	// Deposed leaves it down, on a cluster, until another owns the aimed user's part.
	Deposed bool `yaml:"deposed,omitempty"`
}

var _ = describe(Descriptor{
	Name: "broker-kill", From: BrokerRestart{}, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the broker gets SIGKILL, and is started again with what it had written",
	Weight:  1, Draw: func(r *rand.Rand) Fault { return drawRestart(r) },
}, Descriptor{
	Name: "broker-restart", From: BrokerRestart{Graceful: true}, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the broker is asked to stop, and is started again",
	Weight:  1, Draw: func(r *rand.Rand) Fault { b := drawRestart(r); b.Graceful = true; return b },
})

func drawRestart(r *rand.Rand) BrokerRestart {
	return BrokerRestart{At: drawPoint(r), Down: drawDuration(r, 0, 3*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
}

// Spec implements [Fault].
func (b BrokerRestart) Spec() Spec {
	var before Connections
	sp := Spec{
		kind: "broker-kill", needs: stopping(b.Deposed), acts: parts{theBroker}, owner: true, aim: atAll(b.At),
		wrong:   errors.Join(notNegative("down", b.Down), notNegative("linger", b.Linger)),
		ready:   connections(&before),
		halts:   "nobody is given anything while the broker is down",
		strike:  kill(servingBroker),
		shows:   steps{brokerEnded, brokerUnanswering, waiting(b.Down)},
		healing: startLimit,
		heal:    func(ctx context.Context, i *injection) error { return i.scene.Broker.Start(ctx) },
		then:    steps{lasting(0, "down_for"), reconnectedSince(&before, lostAndMadeAnew, reconnectLimit), lingering(b.Linger), noteOwners},
		onStage: onStage{standstill: b.Down},
	}
	if b.Graceful {
		sp.kind, sp.strike = "broker-restart", stop(servingBroker)
	}
	if b.Deposed {
		elsewhere := reconnectedSince(&before, "the other broker has another consumer of the worker than before", reconnectLimit)
		sp.shows = steps{brokerEnded, brokerUnanswering, ownerDeposed, elsewhere, lingering(b.Linger), waiting(b.Down)}
		sp.then = steps{sp.then[0], sp.then[1], noteOwners}
	}
	return sp
}
