package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Unload makes the broker close the topic and load it anew while workers are
// inside the aimed users' sections, as a load balancer does many times a day.
// No connection is lost: each worker's consumer is closed and made anew, and
// what the broker knew of unacknowledged messages and of draining keys is gone.
type Unload struct {
	At     Point         `yaml:"point,omitempty"`  // where in its handling the worker is struck; empty: at the send
	Bundle bool          `yaml:"bundle,omitempty"` // unload the namespace's bundles, and with them the topics of everyone
	Linger time.Duration `yaml:"linger,omitempty"` // how long the sections stay open after each, at the most
	// Times is how often at the most, until another worker has an aimed user: who
	// is back first is a race. 0 means once.
	Times int `yaml:"unloads,omitempty"`
	// Alone decides that race: all workers but one are frozen for the time of the
	// unload and at the most so long after it. 0: they are not.
	Alone time.Duration `yaml:"alone,omitempty"`
}

var _ = describe(Descriptor{
	Name: "topic-unload", From: Unload{}, Harms: []Harm{CutOff, Late, Moved}, formerly: "unload",
	Meaning: "the broker closes the topic and loads it anew, as a load balancer makes it do; no connection is lost",
	Weight:  3, Draw: func(r *rand.Rand) Fault { return drawUnload(r) },
}, Descriptor{
	Name: "bundle-unload", From: Unload{Bundle: true}, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the broker closes every topic of the namespace and loads it anew; no connection is lost",
	Weight:  1, Draw: func(r *rand.Rand) Fault { u := drawUnload(r); u.Bundle = true; return u },
})

func drawUnload(r *rand.Rand) Unload {
	return Unload{At: drawPoint(r), Linger: drawDuration(r, 0, 2*time.Second), Times: 1 + r.IntN(3)}
}

// Spec implements [Fault].
func (u Unload) Spec() Spec {
	kind, unload := "topic-unload", Topic.Unload
	if u.Bundle {
		kind, unload = "bundle-unload", Topic.UnloadBundle
	}
	return Spec{
		kind: kind, acts: parts{theTopic, theBroker, theWorkers}, aim: atAll(u.At),
		needs:  Needs{Alone: u.Bundle, Acts: []Act{ActUnload}, Holds: []Resource{TheTopic}}.And(oneAlone(u.Alone)),
		wrong:  errors.Join(notNegative("linger", u.Linger), notNegative("alone", u.Alone), repeated("unloads", u.Times, u.Linger+u.Alone)),
		strike: leavingAlone(u.Alone, func(ctx context.Context, i *injection) error { return unload(i.scene.Topic, ctx) }),
		shows:  steps{reconnected(anotherConsumer, reconnectLimit), lingering(u.Linger), backInTime(u.Alone)},
		times:  u.Times, counted: "unloads",
	}
}
