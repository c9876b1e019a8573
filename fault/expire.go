package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Expire has the broker drop what nobody has acknowledged for so long, as a
// message TTL does, what workers have in hand included. It is asked for by an
// operator's word: by itself the broker looks once in some minutes.
type Expire struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is whose event expires; empty: at the send
	Age time.Duration `yaml:"older_than"`      // in whole seconds
	// Times is how often at the most, until an aimed user is with another worker,
	// for schedules in which another step keeps every aimed user's worker inside.
	// 0: once, whatever comes of it.
	Times int `yaml:"expiries,omitempty"`
}

var _ = describe(Descriptor{
	Name: "expire", From: Expire{}, Harms: []Harm{Lost, Books, CutOff, Moved, Late},
	Meaning: "the time to live of the oldest messages runs out that the subscription has not acknowledged, in hand or not",
	Weight:  1, Draw: func(r *rand.Rand) Fault {
		return Expire{At: drawPoint(r), Age: time.Duration(1+r.IntN(4)) * time.Second}
	},
})

// Spec implements [Fault].
func (e Expire) Spec() Spec {
	what := fmt.Sprintf("expireMessages/%d", int(e.Age.Seconds()))
	sp := Spec{
		kind: "expire", needs: Needs{Holds: []Resource{TheTopic}}, acts: parts{theTopic, theDownstream},
		wrong:  errors.Join(bounded("older_than", e.Age), repeated("expiries", e.Times, dropEvery)),
		aim:    aim{at: e.At, recorded: "the subscription", nobody: e.Times > 0},
		goesOn: e.Age, // until what the worker has in hand is old enough
		strike: drop(what), shows: steps{noteBacklog},
	}
	if e.Age%time.Second != 0 {
		sp.wrong = errors.Join(sp.wrong, fmt.Errorf("older_than is %s: give whole seconds, which the broker counts in", e.Age))
	}
	if e.Times > 0 {
		sp.needs.Workers, sp.strike = 2, dropUntilMoved(what, e.Times)
	}
	return sp
}
