package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Seek sets the subscription back while workers are inside the aimed users'
// sections, as an operator does who wants something done again. The broker closes
// every consumer, and gives out again what comes after the new position, to
// whoever is back first: what is in hand, and what was done and acknowledged
// (apache/pulsar#749). A time that is nearer than the oldest event in hand sets it
// forward instead, which is no evidence.
type Seek struct {
	At       Point         `yaml:"point,omitempty"`    // where in its handling the worker is struck; empty: at the send
	Back     time.Duration `yaml:"back,omitempty"`     // to what was published so long ago
	Earliest bool          `yaml:"earliest,omitempty"` // to the id of the topic's first message, in place of a time
	Linger   time.Duration `yaml:"linger,omitempty"`   // how long the sections stay open after that, at the most
}

var _ = describe(Descriptor{
	Name: "seek", From: Seek{}, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the subscription is set back by a time or to a message, and what was acknowledged since is given out again",
	Undrawn: "what has been done is done again, which no schedule is said to withstand",
})

// Spec implements [Fault].
func (sk Seek) Spec() Spec {
	sp := Spec{
		kind: "seek", needs: Needs{Holds: []Resource{TheTopic}}, acts: parts{theTopic, theBroker},
		wrong: errors.Join(notNegative("back", sk.Back), notNegative("linger", sk.Linger)),
		aim:   atAll(sk.At),
		strike: func(ctx context.Context, i *injection) error {
			if sk.Earliest {
				return i.scene.Topic.Operate(ctx, "resetcursor", map[string]int{"ledgerId": -1, "entryId": -1, "partitionIndex": -1})
			}
			return i.scene.Topic.Operate(ctx, fmt.Sprintf("resetcursor/%d", time.Now().Add(-sk.Back).UnixMilli()), nil)
		},
		shows: steps{setBack(), reconnected(anotherConsumer, reconnectLimit), lingering(sk.Linger)},
	}
	if (sk.Back > 0) == sk.Earliest {
		sp.wrong = errors.Join(sp.wrong, fmt.Errorf("back is %s and earliest %t: give one of them", sk.Back, sk.Earliest))
	}
	return sp
}
