package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Join starts one more worker, or several, while the others are inside the aimed
// users' sections, as every scaling-up does. The newcomer must be given some of those
// users, whether before or after their sections end: that is the question.
type Join struct {
	At   Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Hold time.Duration `yaml:"hold,omitempty"`  // how long the sections go on once the newcomer is there
	// Named gives the newcomer a name that sorts before or after all others:
	// some modes deal partitions by the order of names.
	Named Rank `yaml:"named,omitempty"`
	// Many come at once, each under the next name; 0: one. At once, and not a second
	// apart: see unserved-partition in suites/FINDINGS.md.
	Many int `yaml:"many,omitempty"`
	// Exhausted lets the newcomer come when the workers that are inside may be
	// given nothing more and another may. The broker then has events which it has
	// read and given to nobody (the recipe of PIP-282).
	Exhausted bool `yaml:"exhausted,omitempty"`
	// Behind keeps whoever comes for another aimed user inside, too, and has those
	// count who wait behind them: it is enough that the newcomer, or any other, is given
	// a user of whom a worker had messages in hand. It is for workers of whom nobody
	// knows how many users they handle beside each other, and for newcomers of whom
	// nobody knows which users their names bring. The sections go on until one of these
	// has sent something, for hold at the most, and for four and a half seconds in all.
	Behind bool `yaml:"behind,omitempty"`
	// Whenever lets it come without waiting for anybody to be inside, and keeps
	// nobody there: its users may be waiting for what others have in hand.
	Whenever bool `yaml:"whenever,omitempty"`
}

// mostNewcomers come at once.
const mostNewcomers = 8

var _ = describe(Descriptor{
	Name: "join", From: Join{}, Harms: []Harm{Late, Moved},
	Meaning: "one more worker joins while the others are inside",
	Weight:  4, Draw: func(r *rand.Rand) Fault {
		return Join{At: drawPoint(r), Hold: drawDuration(r, 0, 3*time.Second), Named: drawRank(r)}
	},
})

// Spec implements [Fault].
func (j Join) Spec() Spec {
	sp := Spec{
		kind: "join", needs: Needs{Adds: true}, acts: parts{theWorkers, theBroker, theTopic},
		wrong: errors.Join(notNegative("hold", j.Hold), j.Named.check(), j.contradicts()),
		aim:   atAll(j.At), onStage: onStage{adds: true},
		strike: j.come,
		shows:  steps{newcomers(j.Many), waiting(j.Hold), do(letGo), anyMoved},
	}
	if j.Exhausted {
		sp.needs.Workers = 2 // one without permits, and one with
		sp.strike = func(ctx context.Context, i *injection) error { return steps{exhausted, do(j.come)}.do(ctx, i) }
		sp.shows = steps{newcomers(j.Many), noteRecent, waiting(j.Hold), do(letGo), anyMoved}
	}
	if j.Behind {
		var before hands
		var over *time.Timer
		sp.needs.Links, sp.needs.Frames = true, true
		sp.aim = at(j.At)
		sp.strike = func(ctx context.Context, i *injection) error {
			return steps{do(keepOthers), keepNoLonger(&over), do(j.come)}.do(ctx, i)
		}
		sp.shows = steps{newcomers(j.Many), noteHands(&before), untilServed(j.Hold), noLonger(&over), do(letGo), handedOver(&before)}
	}
	if j.Whenever {
		sp.aim, sp.acts = atThe("the subscription"), append(sp.acts, theDownstream)
		sp.shows = steps{newcomers(j.Many), newcomerSent}
	}
	return sp
}

// contradicts refuses what asks for somebody inside, of a newcomer that comes
// whether anybody is or not.
func (j Join) contradicts() error {
	if j.Many != 0 {
		if err := oneTo("many", j.Many, mostNewcomers); err != nil {
			return err
		}
	}
	switch {
	case j.Whenever && (j.Exhausted || j.Behind || j.Hold > 0 || j.At != ""):
		return errors.New("whenever waits for nobody to be inside, and point, hold, behind and exhausted are of those who are: leave it out, or leave them out")
	case j.Many > 1 && j.Named != "":
		return errors.New("many have the next names in turn, and named is the name of one: leave one of them out")
	case j.Exhausted && j.Behind:
		return errors.New("exhausted is about the users that were served last, and behind about those that others have in hand: leave one of them out")
	}
	return nil
}

// come starts the newcomers, one of them under the name that its rank asks for.
func (j Join) come(ctx context.Context, i *injection) error {
	if j.Named != "" {
		name := j.Named.name(i.number)
		i.note("named", name)
		return i.scene.Workers.Start(ctx, name)
	}
	return each(make([]string, max(1, j.Many)), func(nobody string) error { return i.scene.Workers.Replace(ctx, nobody) })
}
