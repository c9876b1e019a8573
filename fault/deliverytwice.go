package fault

import "time"

// DeliveryTwice gives a worker a message of an aimed user's twice: at once, or
// when it may long have acknowledged it.
type DeliveryTwice struct {
	Late time.Duration `yaml:"late,omitempty"` // how long after the first; 0: at once
}

var _ = describe(Descriptor{
	Name: "delivery-twice", From: DeliveryTwice{}, AtOneWorker: true, Harms: []Harm{Late},
	Meaning: "the worker is given a message of one user twice over one connection, as a broker never should",
	Undrawn: framesUndrawn,
})

// Spec implements [Fault].
func (d DeliveryTwice) Spec() Spec {
	sp := atFrames("delivery-twice", at(PointSend), FrameRule{On: FrameDelivery, Do: Twice, User: ofTheUser, Late: d.Late, Most: 1})
	sp.wrong = notNegative("late", d.Late)
	sp.shows = append(sp.shows, othersGoOn, waiting(d.Late))
	return sp
}
