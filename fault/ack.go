package fault

import "time"

// AckHeld holds a worker's acknowledgement of an aimed user's event on its way to
// the broker, or loses it.
//
// One that is lost is lost for good: the worker's client does not send it again,
// and the broker keeps the message with that consumer until its connection or its
// subscription ends.
type AckHeld struct {
	For  time.Duration `yaml:"for,omitempty"`
	Lose bool          `yaml:"lose,omitempty"`
	// Leaves has the worker leave then, as in a rollout; a fresh one takes its place.
	Leaves bool `yaml:"leaves,omitempty"`
}

var _ = describe(Descriptor{
	Name: "ack-held", From: AckHeld{}, AtOneWorker: true, Harms: []Harm{Late, Moved},
	Meaning: "an acknowledgement of the worker's is long on its way to the broker, and what is behind it overtakes it",
	Undrawn: framesUndrawn,
}, Descriptor{
	Name: "ack-lost", From: AckHeld{Lose: true}, AtOneWorker: true, Harms: []Harm{Late, Moved},
	Meaning: "an acknowledgement of the worker's is lost on its way to the broker, and nothing else is",
	Undrawn: framesUndrawn,
})

// Spec implements [Fault].
func (a AckHeld) Spec() Spec {
	kind, rule := "ack-held", FrameRule{On: FrameAck, Do: Hold, User: ofTheUser, Most: 1}
	if a.Lose {
		kind, rule.Do = "ack-lost", Lose
	}
	sp := atFrames(kind, at(PointAck), rule)
	sp.wrong = bounded("for", a.For)
	sp.shows = append(sp.shows, othersGoOn, lasting(a.For, "held_for"))
	if a.Leaves {
		sp = thenLeaves(sp)
	}
	return sp
}
