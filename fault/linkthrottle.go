package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// LinkThrottle lets only so much through a worker's link, from while it is
// inside an aimed user's section on.
type LinkThrottle struct {
	At   Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Of   LinkEnd       `yaml:"of,omitempty"`    // empty: the broker
	KBps int           `yaml:"kbps,omitempty"`  // thousand bytes a second, each way
	For  time.Duration `yaml:"for,omitempty"`
}

var _ = describe(Descriptor{
	Name: "link-throttle", From: LinkThrottle{}, AtOneWorker: true, Harms: []Harm{Late},
	Meaning: "only a trickle gets through between the worker and a server of it",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return LinkThrottle{At: drawPoint(r), KBps: 5 + r.IntN(50), For: drawDuration(r, 2*time.Second, 6*time.Second)}
	},
})

// Spec implements [Fault].
func (l LinkThrottle) Spec() Spec {
	// What is exchanged is as much as takes a fifth of a second, at the rate that is
	// asked for.
	const most, worth = 1_000_000, 200 * time.Millisecond
	size := max(1, l.KBps*int(worth/time.Millisecond))
	sp := Spec{
		kind: "link-throttle", needs: onLink(l.Of), aim: at(l.At).claiming(itsLinks),
		wrong:  errors.Join(l.Of.check(), bounded("for", l.For)),
		strike: func(ctx context.Context, i *injection) error { return i.scene.Links.Narrow(ctx, i.link(l.Of), l.KBps) },
		shows:  steps{listed(l.Of), takesItsTime(l.Of, size, worth), wentOn, lasting(l.For, "narrow_for")},
		heal:   clearLink(l.Of),
	}
	if l.KBps < 1 || l.KBps > most {
		sp.wrong = errors.Join(sp.wrong, fmt.Errorf("kbps is %d: give 1 to %d; nothing at all is a cut", l.KBps, most))
	}
	return sp
}
