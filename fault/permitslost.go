package fault

import (
	"context"
	"fmt"
	"time"
)

// PermitsLost loses a worker's word of how many more messages it takes. The
// broker gives it what it had permits for and nothing more, and its users wait,
// until its connection is made anew.
type PermitsLost struct {
	For time.Duration `yaml:"for,omitempty"` // at least
}

var _ = describe(Descriptor{
	Name: "permits-lost", From: PermitsLost{}, AtOneWorker: true, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the worker's requests for more messages are lost, so that it is connected, healthy and given nothing",
	Undrawn: framesUndrawn,
})

// Spec implements [Fault].
func (p PermitsLost) Spec() Spec {
	sp := atFrames("permits-lost", at(PointSend), FrameRule{On: FramePermits, Do: Lose})
	sp.acts, sp.wrong = parts{theBroker}, bounded("for", p.For)
	sp.shows = append(sp.shows, starved(), lasting(p.For, "lost_for"))
	sp.heal = thenRenew
	sp.then = steps{reconnected(madeAnew, reconnectLimit)}
	return sp
}

// starved: the worker has sent nothing for so long that it has nothing in hand.
func starved() step {
	const idle = 2 * time.Second
	var last uint64
	since := time.Time{}
	return await("the worker has nothing left to do", "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		sends, now, err := i.scene.Downstream.Sends(ctx, "", last, 0)
		if err != nil {
			return "", false, err
		}
		last = now
		for _, s := range sends {
			if s.Worker == i.worker() || since.IsZero() {
				since = time.Now()
			}
		}
		quiet := time.Since(since)
		return fmt.Sprintf("%s has sent nothing for %s", i.worker(), quiet.Round(time.Millisecond)), !since.IsZero() && quiet >= idle, nil
	})
}
