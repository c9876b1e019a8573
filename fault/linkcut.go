package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// LinkCut cuts a worker's link to a server while it is inside an aimed user's
// section, with more of that user's events already in its hands. The worker is
// healthy and works on; its server takes it for dead.
//
// Of the link to the broker: the cut lasts until the broker has dropped the
// worker and the worker, released, has come into the section of an event that it
// had prefetched. There it is kept until another has the user, or Linger is over.
//
// Of the link to the lock server: the worker is let go as soon as the link is
// cut. It ends its section and cannot give its lock back. Where only the answers
// are cut off, the server does what the worker asks and the worker does not learn
// of it: struck before it has its lock (at the point delivered), it is granted a
// lock of which it does not know; struck later, it gives its lock back and cannot
// tell.
type LinkCut struct {
	At        Point     `yaml:"point,omitempty"`     // where in its handling the worker is struck; empty: at the send
	Of        LinkEnd   `yaml:"of,omitempty"`        // empty: the broker
	Direction Direction `yaml:"direction,omitempty"` // empty: both ways
	// After is how long the section goes on before the cut, while the worker is
	// given more of the user's events.
	After time.Duration `yaml:"section_goes_on,omitempty"`
	// For is the shortest time that the link is cut.
	For time.Duration `yaml:"for,omitempty"`
	// Outlast keeps the section that was struck open until another worker has the
	// user: where there is a lock, beyond its lifetime. Only of the link to the
	// broker.
	Outlast bool `yaml:"outlast,omitempty"`
	// Linger is how long at the most the section of a prefetched event stays open
	// for another worker to meet it. Only of the link to the broker.
	Linger time.Duration `yaml:"linger,omitempty"`
	// Brief ends the cut after For, whatever anyone thinks of it, and asks for no
	// sign that it was noticed: a cut that both ends' patience is to outlast.
	Brief bool `yaml:"brief,omitempty"`
}

var _ = describe(Descriptor{
	Name: "link-cut", From: LinkCut{}, AtOneWorker: true, Harms: []Harm{CutOff, Late, Moved, Doubt},
	Meaning: "nothing gets through between the worker and a server of it, in one direction or both, and nobody hangs up; the worker is healthy and works on",
	Weight:  4, Draw: func(r *rand.Rand) Fault {
		return LinkCut{At: drawPoint(r), Direction: drawDirection(r), For: drawDuration(r, 3*time.Second, 8*time.Second), Brief: r.IntN(3) == 0}
	},
})

// Spec implements [Fault].
func (c LinkCut) Spec() Spec {
	sp := Spec{
		kind: "link-cut", needs: onLink(c.Of), wrong: c.wrong(), aim: at(c.At).claiming(itsLinks),
		goesOn: c.After,
		strike: func(ctx context.Context, i *injection) error {
			return i.scene.Links.Cut(ctx, i.link(c.Of), c.Direction.orBoth())
		},
		heal:    renewLink(c.Of),
		onStage: onStage{refuses: c.refuses},
	}
	switch {
	case c.Brief:
		sp.shows = steps{await("nothing comes through the worker's link", "links", engineLimit, silent(c.Of, c.For/2))}
		sp.heal = clearLink(c.Of)
		if c.Of == ToLocks {
			sp.needs.Workers = 2
		}
	case c.answerLost():
		sp.strike, sp.heal = c.loseAnswers, nil
		return sp
	case c.Of == ToLocks:
		sp.needs.Workers = 2 // another takes the user over
		sp.shows = steps{ofAimed("lock", do(c.lockStays))}
	default:
		sp.acts, sp.needs.Workers = parts{theBroker}, 2
		sp.needs = sp.needs.And(PointRead.needs()) // where the prefetched event is waited for
		sp.shows = steps{gone("the broker dropped the worker", theStruck), ofAimed("prefetched", c.goOn())}
		if c.Outlast {
			sp.shows = steps{sp.shows[0], takenOver, sp.shows[1]}
		}
		sp.then = steps{reconnected(madeAnew, reconnectLimit)}
	}
	sp.shows = append(append(steps{listed(c.Of)}, sp.shows...), lasting(c.For, "cut_for"))
	return sp
}

func (c LinkCut) wrong() error {
	errs := []error{
		c.Of.check(), c.Direction.check(),
		notNegative("section_goes_on", c.After), bounded("for", c.For), notNegative("linger", c.Linger),
	}
	if (c.Linger > 0 || c.Outlast) && (c.Brief || c.Of == ToLocks) {
		errs = append(errs, errors.New("linger and outlast are for cuts of the link to the broker that last until it drops the worker"))
	}
	if c.Of == ToLocks && !c.Brief {
		errs = append(errs, c.checkLocks())
	}
	const seen = 200 * time.Millisecond
	if c.Brief && c.For < seen {
		errs = append(errs, fmt.Errorf("for is %s: a cut of less than %s cannot be told from a link that is slow", c.For, seen))
	}
	return errors.Join(errs...)
}

// goOn lets the worker end the section that it is inside, and catches it in that
// of an event which it had prefetched, and which is no longer its own.
func (c LinkCut) goOn() step {
	var next *target
	return group(catchAgain(&next, PointRead), do(letGo), wentOnPrefetched(&next),
		lingeringFor(&next, c.Linger), lettingGo(&next), movedToAnother)
}
