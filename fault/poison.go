package fault

import (
	"context"
	"fmt"
	"math/rand/v2"

	"turnstile/checker/history"
)

// Poison makes the downstream refuse the sends of one event, as it does with a
// text that it cannot digest. Below the orchestrator's patience that is a delay
// for the user; beyond it the event is given up.
type Poison struct {
	Times int  `yaml:"refusals"`           // how often it is refused
	Given bool `yaml:"given_up,omitempty"` // the event must be given up, not sent in the end
}

var _ = describe(Descriptor{
	Name: "poison-event", From: Poison{}, AtOneWorker: true,
	Meaning: "the gateway refuses the sends of one event, again and again",
	Weight:  2, Draw: func(r *rand.Rand) Fault { return Poison{Times: 1 + r.IntN(3)} },
})

// Spec implements [Fault].
func (p Poison) Spec() Spec {
	event := ""
	refuse := func(times int) act {
		return func(ctx context.Context, i *injection) error { return i.scene.Answers.Refuse(ctx, i.users[0], times) }
	}
	sp := Spec{
		kind: "poison-event", acts: parts{theAnswers, theTopic, theDownstream}, aim: atThe("the next event of {user}"),
		wrong: oneTo("refusals", p.Times, 100),
		prepare: func(ctx context.Context, i *injection) error {
			i.note(history.DetailUsers, i.users[0])
			return i.haveToItself(ctx, sendsOf(i.users[0]))
		},
		strike:  refuse(p.Times),
		heal:    refuse(0),
		shows:   steps{refusedTimes(fmt.Sprintf("the event was refused %d times", p.Times), &event, p.Times), sentInTheEnd(&event)},
		onStage: onStage{refuses: p.refuses},
	}
	if p.Given {
		sp.harms = []Harm{Lost} // to the dead-letter topic
		sp.shows = steps{refusedTimes("the event was refused, and came again", &event, 2), parked()}
	}
	sp.shows = append(sp.shows, do(func(_ context.Context, i *injection) error { i.note("event", event); return nil }), lasting(0, "took"))
	return sp
}

// refuses too few refusals for an event to be given up, or too many for it to be sent.
func (p Poison) refuses(on Stage) error {
	switch {
	case p.Given && p.Times < on.Tries:
		return fmt.Errorf("refusals is %d: an event is given up after %d tries, so it would be sent in the end: give %d or more, or leave out given_up", p.Times, on.Tries, on.Tries)
	case !p.Given && on.Tries > 0 && p.Times >= on.Tries:
		return fmt.Errorf("refusals is %d: an event is given up after %d tries, and would not be sent in the end: give %d or less, or given_up", p.Times, on.Tries, on.Tries-1)
	}
	return nil
}
