package fault

import (
	"context"
	"errors"
	"time"
)

// Unsubscribe deletes the subscription by force while workers are inside the
// aimed users' sections, and makes it anew. Workers subscribe again by
// themselves, so it may be back before an operator has noticed; where it begins
// is then what their clients ask for.
type Unsubscribe struct {
	At       Point         `yaml:"point,omitempty"`      // where in its handling the worker is struck; empty: at the send
	After    time.Duration `yaml:"anew_after,omitempty"` // how long until an operator makes it anew
	Earliest bool          `yaml:"earliest,omitempty"`   // he makes it at the topic's first message, not at its end
	Linger   time.Duration `yaml:"linger,omitempty"`     // how long the sections stay open after that, at the most
}

var _ = describe(Descriptor{
	Name: "unsubscribe", From: Unsubscribe{}, Harms: []Harm{Lost, CutOff, Late, Moved, Doubt},
	Meaning: "the subscription is deleted from under its consumers, and made anew",
	Undrawn: "what was published and not handled may be gone, which makes the rest of a schedule say little",
})

// Spec implements [Fault].
func (u Unsubscribe) Spec() Spec {
	return Spec{
		kind: "unsubscribe", needs: Needs{Holds: []Resource{TheTopic}}, acts: parts{theTopic, theBroker}, aim: atAll(u.At),
		wrong:   errors.Join(notNegative("anew_after", u.After), notNegative("linger", u.Linger)),
		halts:   "there is no subscription to be given anything from",
		strike:  func(ctx context.Context, i *injection) error { return i.scene.Topic.Unsubscribe(ctx) },
		shows:   steps{waiting(u.After)},
		heal:    func(ctx context.Context, i *injection) error { return i.scene.Topic.Subscribe(ctx, u.Earliest) },
		then:    steps{reconnected(anotherConsumer, brokerLimit), lingering(u.Linger)},
		onStage: onStage{standstill: u.After},
	}
}
