package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// Skip drops messages that nobody has acknowledged, as an operator does who
// wants a backlog gone, among them those that workers have in hand.
type Skip struct {
	Messages int `yaml:"messages,omitempty"` // on each partition, from the oldest on; 0: all, the backlog is cleared
	// Times is how often at the most, until an aimed user is with another worker:
	// what one has in hand of a user may be more than is skipped at once. It is
	// for schedules in which another step keeps every aimed user's worker inside.
	// 0: once, whatever comes of it.
	Times int `yaml:"skips,omitempty"`
}

var _ = describe(Descriptor{
	Name: "backlog-skip", From: Skip{}, Harms: []Harm{Lost, Books, CutOff, Moved},
	Meaning: "an operator drops the oldest messages that the subscription has not acknowledged, in hand or not",
	Weight:  2, Draw: func(r *rand.Rand) Fault { return Skip{Messages: 1 + r.IntN(19)} },
}, Descriptor{
	Name: "backlog-clear", From: Skip{}, Harms: []Harm{Lost, Books, CutOff, Moved}, formerly: "skip",
	Meaning: "an operator drops everything that the subscription has not acknowledged, in hand or not",
	Weight:  1, Draw: func(*rand.Rand) Fault { return Skip{} },
})

// Spec implements [Fault].
func (sk Skip) Spec() Spec {
	sp := Spec{
		kind: "backlog-skip", needs: Needs{Holds: []Resource{TheTopic}}, acts: parts{theTopic, theDownstream},
		wrong:  repeated("skips", sk.Times, dropEvery),
		aim:    aim{recorded: "the subscription", nobody: sk.Times > 0},
		strike: drop(sk.what()), shows: steps{noteBacklog},
	}
	if sk.Messages == 0 {
		sp.kind = "backlog-clear"
	}
	if sk.Messages < 0 {
		sp.wrong = errors.Join(fmt.Errorf("messages is %d: give 1 or more, or 0 to clear the backlog", sk.Messages), sp.wrong)
	}
	if sk.Times > 0 {
		sp.needs.Workers, sp.strike = 2, dropUntilMoved(sk.what(), sk.Times)
	}
	return sp
}

// what the broker is asked to do.
func (sk Skip) what() string {
	if sk.Messages == 0 {
		return "skip_all"
	}
	return fmt.Sprintf("skip/%d", sk.Messages)
}
