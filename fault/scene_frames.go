package fault

import (
	"context"
	"time"
)

// Frame is what passes a link at once, by what it says.
type Frame string

// The frames that a rule can be on.
const (
	FrameDelivery Frame = "delivered"    // a message on its way to the worker
	FrameAck      Frame = "acknowledged" // the worker's acknowledgement
	FrameAnswer   Frame = "answer"       // the broker's, to what the worker asked
	FramePermits  Frame = "permits"      // how many more messages the worker takes
	FrameClose    Frame = "close"        // the end of a consumer
	FrameActive   Frame = "active"       // whether a failover consumer is the active one
	FrameReply    Frame = "reply"        // the lock server's
)

// Fate is what becomes of a frame.
type Fate string

// The fates.
const (
	Hold  Fate = "hold" // until the link is let go
	Lose  Fate = "lose"
	Twice Fate = "twice"
)

// FrameRule says what to do to which frames of a link.
type FrameRule struct {
	On Frame
	Do Fate
	// User is whose: of a message, and of its acknowledgement and the answer to
	// that; of the lock server's replies, whose lock was asked for. Empty: anybody's.
	User string
	To   Frame         // of an answer: what it is to; empty: anything
	By   string        // of a close: by whom, client or broker; empty: either
	Late time.Duration // of a frame that is given twice: how long after the first
	Most int           // frames; 0: any number
}

// RuleState is what a rule has done.
type RuleState struct {
	Caught int // frames
	Held   int // of those, now
}

// Frames are rules on the single frames that pass workers' links, and what they say
// together. A rule is on a link from the call on, until LetGo.
type Frames interface {
	// Rule puts a rule on a link, and returns its id.
	Rule(ctx context.Context, l Link, r FrameRule) (id string, err error)
	// Watch returns what a rule has done as soon as it has caught a frame, and
	// after the wait in any case.
	Watch(ctx context.Context, id string, wait time.Duration) (RuleState, error)
	// InHand counts, by user, the messages that a worker was given and neither
	// acknowledged nor asked for again, as its link saw it.
	InHand(ctx context.Context, worker string) (map[string]int, error)
	// LetGo ends all rules of a link. What they hold goes on its way.
	LetGo(ctx context.Context, l Link) error
}
