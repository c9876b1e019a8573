package fault

import (
	"context"
	"time"
)

// CloseLost loses the broker's word that it has closed a worker's consumer, while
// the topic is unloaded and the worker is inside an aimed user's section. The
// connection stays, so the worker has no reason to come back: it goes on with what
// it has in hand, and is given nothing more until its connection is made anew.
type CloseLost struct {
	// Linger is how long at the most the section stays open for another worker to
	// meet it.
	Linger time.Duration `yaml:"linger,omitempty"`
}

var _ = describe(Descriptor{
	Name: "close-lost", From: CloseLost{}, AtOneWorker: true, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the topic is unloaded, and one worker does not hear that its consumer is closed: it is connected, healthy and deaf",
	Undrawn: framesUndrawn,
})

// Spec implements [Fault].
func (c CloseLost) Spec() Spec {
	rule, id := FrameRule{On: FrameClose, By: "broker", Do: Lose}, new(string)
	sp := Spec{
		kind: "close-lost", needs: onFrames(ToBroker), aim: at(PointSend).claiming(itsLinks),
		strike: func(ctx context.Context, i *injection) error {
			if err := ruled(ctx, i, ToBroker, rule, id); err != nil {
				return err
			}
			return i.scene.Topic.Unload(ctx)
		},
		shows: steps{acted(ToBroker, rule, id)},
	}
	sp.needs = sp.needs.And(Needs{Acts: []Act{ActUnload}, Holds: []Resource{TheTopic}})
	sp.acts, sp.wrong = parts{theTopic, theBroker}, notNegative("linger", c.Linger)
	sp.shows = append(sp.shows, gone("the broker has no consumer of the worker", theStruck), ofAimed("", lingering(c.Linger)))
	sp.heal = thenRenew
	sp.then = steps{reconnected(madeAnew, reconnectLimit)}
	return sp
}
