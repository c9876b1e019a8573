package fault

import "time"

// AckUnanswered withholds the broker's answer to a worker's acknowledgement of an
// aimed user's event, or loses it: the message is acknowledged, and the worker
// does not learn of it.
type AckUnanswered struct {
	For  time.Duration `yaml:"for,omitempty"`
	Lose bool          `yaml:"lose,omitempty"`
}

var _ = describe(Descriptor{
	Name: "ack-answer-held", From: AckUnanswered{}, AtOneWorker: true, Harms: []Harm{Late},
	Meaning: "the broker's answer to an acknowledgement is long on its way to the worker",
	Undrawn: framesUndrawn,
}, Descriptor{
	Name: "ack-answer-lost", From: AckUnanswered{Lose: true}, AtOneWorker: true, Harms: []Harm{Late},
	Meaning: "the broker's answer to an acknowledgement is lost, and nothing else is: the message is acknowledged and the worker cannot tell",
	Undrawn: framesUndrawn,
})

// Spec implements [Fault].
func (a AckUnanswered) Spec() Spec {
	kind, rule := "ack-answer-held", FrameRule{On: FrameAnswer, To: FrameAck, Do: Hold, User: ofTheUser, Most: 1}
	if a.Lose {
		kind, rule.Do = "ack-answer-lost", Lose
	}
	sp := atFrames(kind, at(PointAck), rule)
	sp.wrong = bounded("for", a.For)
	sp.shows = append(sp.shows, othersGoOn, lasting(a.For, "held_for"))
	return sp
}
