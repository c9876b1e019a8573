package levels

import (
	"fmt"
	"strings"
)

// Level is how much of a system is seen. Each sees what those below it see, too.
type Level int

// The levels.
const (
	Downstream Level = iota // what reaches the downstream
	Store                   // and the commands to Redis
	Broker                  // and the frames of Pulsar
	Marks                   // and a word of the system itself when a section begins and ends
)

// Description is what a level sees, and what it may say by that.
type Description struct {
	Level    Level
	Observer string
	Inner    string // what lies within a section, so that two that overlap refute
	Outer    string // within what a section lies, so that disjoint ones support a holds; empty: nothing
}

var descriptions = []Description{
	{Downstream, "the downstream", "a send has arrived and its answer is still out; a hold stretches it", ""},
	{Store, "and each worker's link to Redis", "the last read of the user's state before a write of it, up to that write's answer", ""},
	{Broker, "and each worker's link to Pulsar", "as level 1, and a send is known to be of the only worker that had its event", "delivered until acknowledged on the wire"},
	{Marks, "and marks of the system itself", "the section itself", "the section itself"},
}

// Describe lists the levels, the lowest first.
func Describe() []Description { return append([]Description(nil), descriptions...) }

// String is the level's number with its observer.
func (l Level) String() string {
	if l < Downstream || l > Marks {
		return fmt.Sprintf("level %d", int(l))
	}
	return fmt.Sprintf("level %d (%s)", int(l), strings.TrimPrefix(descriptions[l].Observer, "and "))
}

// Valid is an error for what is no level.
func (l Level) Valid() error {
	if l < Downstream || l > Marks {
		return fmt.Errorf("there is no level %d: name one from %d to %d", int(l), int(Downstream), int(Marks))
	}
	return nil
}
