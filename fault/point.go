package fault

import (
	"fmt"
	"slices"
	"strings"
)

// Point is a moment in a worker's handling of an event. A fault that is aimed
// at a point makes the worker wait there until it has struck.
type Point string

// The points, in the order in which an attempt comes by them. Those at the send
// need nothing of the orchestrator but that it calls its downstream; the others
// need it to report to its downstream when it comes by (POST /point).
const (
	PointDelivered Point = "delivered" // in a lane, before the lock and the section
	PointLocked    Point = "locked"    // it has the user's lock and has not entered the section
	PointRead      Point = "read"      // it has read the user's state
	PointSend      Point = "send"      // its text is with the downstream, the answer is not with it
	PointWritten   Point = "written"   // it has written the user's state
	PointAck       Point = "ack"       // it has left the section and not acknowledged
)

// Points lists all points.
func Points() []Point {
	return []Point{PointDelivered, PointLocked, PointRead, PointSend, PointWritten, PointAck}
}

// InSection reports whether a worker at the point is inside its user's
// critical section.
//
// The section ends with the last effect, so after the write it has left.
func (p Point) InSection() bool { return p == PointRead || p == PointSend }

// orSend is the point, or the send where none is named.
func (p Point) orSend() Point {
	if p == "" {
		return PointSend
	}
	return p
}

// needs is what aiming at the point asks for.
func (p Point) needs() Needs {
	if p.orSend() == PointSend {
		return Needs{}
	}
	return Needs{Points: []Point{p}, Locks: p == PointLocked}
}

func (p Point) check() error {
	if slices.Contains(Points(), p.orSend()) {
		return nil
	}
	names := make([]string, 0, len(Points()))
	for _, p := range Points() {
		names = append(names, string(p))
	}
	return fmt.Errorf("there is no point %q: the points are %s", p, strings.Join(names, ", "))
}

// checkHolder refuses points at which the worker has no lock to lose.
func (p Point) checkHolder() error {
	if p == PointDelivered || p == PointAck {
		return fmt.Errorf("at the point %q the worker has no lock", p)
	}
	return p.check()
}
