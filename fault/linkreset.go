package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// LinkReset resets a worker's connections to a server while it is inside an
// aimed user's section, as a firewall or a balancer that restarts does. Both ends
// know of it at once, and the worker is free to come back.
type LinkReset struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Of  LinkEnd       `yaml:"of,omitempty"`    // empty: the broker
	For time.Duration `yaml:"for,omitempty"`
	// Linger is how long at the most the section stays open afterwards, for
	// another worker to meet it.
	Linger time.Duration `yaml:"linger,omitempty"`
}

var _ = describe(Descriptor{
	Name: "link-reset", From: LinkReset{}, AtOneWorker: true, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the worker's connections to a server of it are reset, and it is free to make new ones",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return LinkReset{At: drawPoint(r), For: drawDuration(r, 0, 3*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
	},
})

// Spec implements [Fault].
func (l LinkReset) Spec() Spec {
	sp := Spec{
		kind: "link-reset", needs: onLink(l.Of), acts: parts{theBroker}, aim: at(l.At).claiming(itsLinks),
		wrong:  errors.Join(l.Of.check(), notNegative("for", l.For), notNegative("linger", l.Linger)),
		strike: func(ctx context.Context, i *injection) error { return i.scene.Links.Reset(ctx, i.link(l.Of)) },
		heal:   clearLink(l.Of),
	}
	if l.Of.orBroker() == ToBroker {
		sp.shows = steps{listed(l.Of), gone("the broker lost the worker", theStruck)}
		sp.then = steps{reconnected(madeAnew, reconnectLimit)}
	} else {
		sp.shows = steps{listed(l.Of)}
	}
	sp.shows = append(sp.shows, brokenOff(l.Of), lasting(l.For, "reset_for"))
	if l.Linger > 0 {
		sp.then = append(sp.then, ofAimed("", lingering(l.Linger)))
	}
	return sp
}
