package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Slow makes every answer to one worker take long, as a downstream does that
// is near its limits. The worker is healthy and inside its users' sections for
// as long. It is seen by the broker's count of unacknowledged messages, which
// there is not of a failover subscription.
type Slow struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is found; empty: at the send
	By  time.Duration `yaml:"by"`              // each answer takes so much longer
	For time.Duration `yaml:"for"`
}

var _ = describe(Descriptor{
	Name: "slow-handler", From: Slow{}, AtOneWorker: true, where: undivided, Harms: []Harm{Late},
	Meaning: "every answer to one worker takes long, so that it is inside its users' sections for as long",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return Slow{At: drawPoint(r), By: drawDuration(r, 500*time.Millisecond, 4*time.Second), For: drawDuration(r, 2*time.Second, 6*time.Second)}
	},
})

// Spec implements [Fault].
func (sl Slow) Spec() Spec {
	slow := func(by time.Duration) act {
		return func(ctx context.Context, i *injection) error { return i.scene.Answers.Slow(ctx, i.worker(), by) }
	}
	return Spec{
		kind: "slow-handler", acts: parts{theAnswers, theTopic}, wrong: errors.Join(bounded("by", sl.By), bounded("for", sl.For)),
		aim: at(sl.At).claiming(itsAnswers),
		// The withheld answer is let go once answers are slow: what is under way
		// ends as it began, and what follows is slow.
		strike: func(ctx context.Context, i *injection) error {
			return errors.Join(slow(sl.By)(ctx, i), letGo(ctx, i))
		},
		shows: steps{slowest, slowed(sl.By), lasting(sl.For, "slow_for")},
		heal:  slow(0),
	}
}
