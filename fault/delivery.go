package fault

import "time"

// DeliveryHeld holds everything of an aimed user's that the broker gives to the
// worker which has that user, or loses one of it. Other users' events pass.
//
// What is lost is, to the broker, with that worker, and comes again only when its
// consumer is gone.
type DeliveryHeld struct {
	For  time.Duration `yaml:"for,omitempty"`
	Lose bool          `yaml:"lose,omitempty"`
	// Leaves has the worker leave then, as in a rollout; a fresh one takes its place.
	Leaves bool `yaml:"leaves,omitempty"`
}

var _ = describe(Descriptor{
	Name: "delivery-held", From: DeliveryHeld{}, AtOneWorker: true, Harms: []Harm{Late},
	Meaning: "what the broker gives to the worker of one user is long on its way, and what it gives it of others is not",
	Undrawn: framesUndrawn,
}, Descriptor{
	Name: "delivery-lost", From: DeliveryHeld{Lose: true}, AtOneWorker: true, Harms: []Harm{Late, Moved, Lost},
	Meaning: "a message of one user is lost on its way from the broker to the worker, and the broker takes it for delivered",
	Undrawn: framesUndrawn,
})

// Spec implements [Fault].
func (d DeliveryHeld) Spec() Spec {
	kind, rule := "delivery-held", FrameRule{On: FrameDelivery, Do: Hold, User: ofTheUser}
	if d.Lose {
		kind, rule.Do, rule.Most = "delivery-lost", Lose, 1
	}
	sp := atFrames(kind, at(PointSend), rule)
	sp.wrong = bounded("for", d.For)
	sp.shows = append(sp.shows, othersGoOn, lasting(d.For, "held_for"))
	if d.Leaves {
		sp = thenLeaves(sp)
	}
	return sp
}
