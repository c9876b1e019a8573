package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"
)

// BrokerCut cuts the broker off from every worker at once, as a switch in front
// of it does, while a worker is inside an aimed user's section. Nobody stands
// still: the broker takes the workers for dead, and they go on with what they
// have in hand. It lasts until the broker has dropped all of them.
type BrokerCut struct {
	At        Point     `yaml:"point,omitempty"`     // where in its handling the worker is struck; empty: at the send
	Direction Direction `yaml:"direction,omitempty"` // empty: both ways
	// For is the shortest time that the broker is cut off.
	For time.Duration `yaml:"for,omitempty"`
	// Linger is how long at the most the section stays open afterwards, for
	// another worker to meet it.
	Linger time.Duration `yaml:"linger,omitempty"`
	// Alone decides who is back first: the link of a worker that has none of the
	// user is healed before the others', by so long at the most, until that worker
	// is inside the user's section. There it stays until the one that was struck
	// is connected anew. 0: all links are healed at once, as when nobody was aimed
	// at.
	Alone time.Duration `yaml:"alone,omitempty"`
}

var _ = describe(Descriptor{
	Name: "broker-cut", From: BrokerCut{}, Harms: []Harm{CutOff, Late, Moved, Doubt},
	Meaning: "nothing gets through between the broker and any worker, in one direction or both, and nobody hangs up; all of them are healthy and work on",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return BrokerCut{At: drawPoint(r), Direction: drawDirection(r), For: drawDuration(r, 3*time.Second, 6*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
	},
})

// Spec implements [Fault].
func (b BrokerCut) Spec() Spec {
	var names, cut []string // all workers, and those whose links are not yet healed
	var before Connections
	renew := func(ctx context.Context, i *injection, names []string) error {
		cut = slices.DeleteFunc(slices.Clone(cut), func(n string) bool { return slices.Contains(names, n) })
		hctx, cancel := healing(ctx, 0)
		defer cancel()
		// By then both ends have given up what was cut.
		return each(names, func(name string) error { return i.scene.Links.Renew(hctx, Link{name, ToBroker}) })
	}
	first := ofAimed("", do(func(ctx context.Context, i *injection) error {
		alone, there := i.leaveOne(names, firstBack, "gateway")
		if !there {
			return nil
		}
		return i.letBackFirst(ctx, alone, b.Alone,
			func(ctx context.Context) error { return renew(ctx, i, []string{alone}) },
			func(ctx context.Context) error { return renew(ctx, i, cut) },
			reconnectedSince(&before, madeAnew, reconnectLimit))
	}))
	back := reconnectedSince(&before, madeAnew, reconnectLimit)
	sp := Spec{
		kind: "broker-cut", acts: parts{theWorkers, theBroker}, aim: at(b.At),
		needs: onLink(ToBroker).And(Needs{Holds: []Resource{TheTopic}}).And(oneAlone(b.Alone)),
		wrong: errors.Join(b.Direction.check(), bounded("for", b.For), notNegative("linger", b.Linger), notNegative("alone", b.Alone)),
		ready: func(ctx context.Context, i *injection) (err error) {
			if names, err = i.haveEveryone(ctx, itsLinks); err == nil {
				err = connections(&before)(ctx, i)
			}
			return err
		},
		halts: "the broker reaches nobody",
		strike: func(ctx context.Context, i *injection) error {
			cut = names
			return each(names, func(name string) error {
				return i.scene.Links.Cut(ctx, Link{name, ToBroker}, b.Direction.orBoth())
			})
		},
		shows:   steps{allListed(&names), allGone(&names), lasting(b.For, "cut_for")},
		heal:    func(ctx context.Context, i *injection) error { return renew(ctx, i, cut) },
		then:    steps{back, lingering(b.Linger)},
		onStage: onStage{standstill: b.For},
	}
	if b.Alone > 0 {
		sp.shows, sp.then[0] = append(sp.shows, first), ofUnaimed(back)
	}
	return sp
}
