package fault

import (
	"context"
	"time"
)

// ActiveHeld holds the broker's word of which consumers of a worker are the active
// ones, or loses it, while the topic is unloaded and everybody subscribes anew.
// The broker gives messages to the active consumer whether it knows or not.
type ActiveHeld struct {
	For  time.Duration `yaml:"for,omitempty"`
	Lose bool          `yaml:"lose,omitempty"`
}

var _ = describe(Descriptor{
	Name: "active-held", From: ActiveHeld{}, AtOneWorker: true, where: partitioned, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "a worker is told late which partitions it is the active consumer of, after an unload",
	Undrawn: framesUndrawn,
}, Descriptor{
	Name: "active-lost", From: ActiveHeld{Lose: true}, AtOneWorker: true, where: partitioned, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "a worker is never told which partitions it is the active consumer of, after an unload",
	Undrawn: framesUndrawn,
})

// Spec implements [Fault].
func (a ActiveHeld) Spec() Spec {
	kind, rule := "active-held", FrameRule{On: FrameActive, Do: Hold}
	if a.Lose {
		kind, rule.Do = "active-lost", Lose
	}
	sp := atFrames(kind, at(PointSend), rule)
	sp.needs = sp.needs.And(Needs{Acts: []Act{ActUnload}, Holds: []Resource{TheTopic}})
	sp.acts, sp.wrong = parts{theTopic}, bounded("for", a.For)
	put := sp.strike
	sp.strike = func(ctx context.Context, i *injection) error {
		if err := put(ctx, i); err != nil {
			return err
		}
		return i.scene.Topic.Unload(ctx)
	}
	sp.shows = append(sp.shows, othersGoOn, lasting(a.For, "held_for"))
	return sp
}
