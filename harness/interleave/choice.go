package interleave

import (
	"fmt"
	"slices"
)

// What is what becomes of a step when its turn comes.
type What string

// The ways for a step to go. All but [Goes] are faults, of which a merge has at
// most [Bounds.Faults].
const (
	Goes           What = "goes"             // it is made, and its answer is had
	DiesBefore     What = "dies-before"      // its worker is killed; the call is lost
	DiesAfter      What = "dies-after"       // it is made; its worker is killed and never learns
	TimesOutLost   What = "times-out-lost"   // its client's time limit runs out; the call is lost
	TimesOutDone   What = "times-out-done"   // it is made; its client's time limit runs out before the answer
	TimesOutLate   What = "times-out-late"   // its client's time limit runs out; the call arrives at any later time
	LockRunsOut    What = "lock-runs-out"    // the lock's lifetime is over
	LocksAreForgot What = "locks-are-forgot" // the locks' server loses its memory
	leftRunsOut    What = "left-runs-out"    // a lock that nobody gives back any more runs out: no fault of its own
)

// fault reports whether it counts against the bound.
func (w What) fault() bool { return w != Goes && w != leftRunsOut }

// Faults are all that may strike, by what they strike: a worker's step, a call of
// its, a lock.
func Faults() []What {
	return []What{DiesBefore, DiesAfter, TimesOutLost, TimesOutDone, TimesOutLate, LockRunsOut, LocksAreForgot}
}

// The parties of a merge beside its workers.
const (
	late = "late" // a call on its way, whose sender waits no more
	lock = "lock" // the locks' server, by itself
)

// Choice is who goes next in a merge, with what, and how.
type Choice struct {
	Who  string `json:"who"` // a worker, "late" or "lock"
	What What   `json:"what"`
	Step string `json:"step"` // the name of the step
}

func (c Choice) String() string {
	if c.What == Goes {
		return fmt.Sprintf("%-5s %s", c.Who, c.Step)
	}
	return fmt.Sprintf("%-5s %s: %s", c.Who, c.Step, c.What)
}

// move is a choice with what its step touches.
type move struct {
	Choice
	op Op
}

// independent is statement 3 for moves: two faults share the bound, one party's
// moves follow each other, and what happens when nobody else can go on has its
// place.
func independent(a, b move) bool {
	if a.Who == b.Who || a.What.fault() && b.What.fault() || a.What == leftRunsOut || b.What == leftRunsOut {
		return false
	}
	return Independent(a.touches(), b.touches())
}

// touches is what the step touches when it goes that way.
func (m move) touches() Op {
	switch m.What {
	case DiesBefore, TimesOutLost, TimesOutLate:
		if m.op.Enters {
			return m.op
		}
		return Op{Name: m.op.Name}
	}
	return m.op
}

// asleep reports whether the move is among those whose merges are driven from
// elsewhere.
func asleep(sleeping []move, m move) bool {
	return slices.ContainsFunc(sleeping, func(s move) bool { return s.Choice == m.Choice })
}

// awake are those of the sleeping whose place the move may take.
func awake(sleeping []move, by move) (still []move) {
	for _, s := range sleeping {
		if independent(s, by) {
			still = append(still, s)
		}
	}
	return still
}
