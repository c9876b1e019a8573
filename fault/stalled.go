package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"turnstile/checker/history"
)

// Stalled adds a consumer to the subscription that receives and never
// acknowledges, as one does whose downstream hangs without a timeout. What the
// broker gives it is stuck until it leaves, which heals the fault.
type Stalled struct {
	For   time.Duration `yaml:"for"`
	Named Rank          `yaml:"named,omitempty"` // empty: last
	// Holding is the least that it must have in hand; 0 means 1.
	Holding int `yaml:"holding,omitempty"`
	// Most is how many it receives until it hangs and asks for no more; 0: it goes
	// on receiving for as long as it is there, and has sooner or later something
	// of everybody in a mode that deals every user's events to everyone.
	Most int `yaml:"most,omitempty"`
	// Kept: it need not be given anything. What counts is that the broker keeps
	// back what would be its own, for as long as others have earlier events of its
	// users in hand.
	Kept bool `yaml:"kept_waiting,omitempty"`
}

var _ = describe(Descriptor{
	Name: "stalled-consumer", From: Stalled{}, Harms: []Harm{Late, Moved},
	Meaning: "one more consumer joins the subscription, receives, and never acknowledges, until it leaves",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return Stalled{For: drawDuration(r, 2*time.Second, 8*time.Second), Named: drawRank(r)}
	},
})

// Spec implements [Fault].
func (st Stalled) Spec() Spec {
	name := func(i *injection) string { return st.Named.name(i.number) }
	var stalled StalledConsumer
	has := await("the stalled consumer has messages", "consumer", brokerLimit, func(context.Context, *injection) (string, bool, error) {
		n, _ := stalled.Held()
		return fmt.Sprintf("%d messages", n), n >= max(1, st.Holding), nil
	})
	if st.Kept {
		has = keptWaiting(name)
	}
	return Spec{
		kind: "stalled-consumer", needs: Needs{Adds: true}, acts: parts{theTopic, theBroker}, wrong: st.wrong(),
		aim: atThe("the subscription"), onStage: onStage{refuses: st.refuses},
		strike: func(ctx context.Context, i *injection) (err error) {
			i.note("named", name(i))
			stalled, err = i.scene.Topic.Stall(ctx, name(i), st.Most)
			return err
		},
		shows: steps{
			stalledServed(name),
			has,
			until(st.For),
			do(func(ctx context.Context, i *injection) error { noteStuck(ctx, i, name(i)); return nil }),
		},
		heal: func(ctx context.Context, i *injection) error {
			if stalled == nil {
				return nil
			}
			err := stalled.Leave(ctx)
			held, users := stalled.Held()
			i.note("held", fmt.Sprintf("%d messages of %d users: %s", held, len(users), strings.Join(users, " ")))
			i.note(history.DetailUsers, strings.Join(users, " "))
			return err
		},
		then: steps{gone("the broker no longer lists the stalled consumer", name)},
	}
}

func (st Stalled) wrong() error {
	errs := []error{bounded("for", st.For), st.Named.check()}
	if st.Kept && (st.Holding > 0 || st.Most > 0) {
		errs = append(errs, errors.New("kept_waiting says that it may be given nothing, and holding and most are of what it is given: leave it out, or leave them out"))
	}
	if st.Holding < 0 {
		errs = append(errs, fmt.Errorf("holding is %d: give 1 or more", st.Holding))
	}
	switch {
	case st.Most < 0:
		errs = append(errs, fmt.Errorf("most is %d: give 1 or more, or nothing", st.Most))
	case st.Most > 0 && st.Most < st.Holding:
		errs = append(errs, fmt.Errorf("most is %d, which is less than the least that it must have (holding is %d)", st.Most, st.Holding))
	}
	return errors.Join(errs...)
}

// refuses what keeps nothing back from anybody.
func (st Stalled) refuses(on Stage) error {
	if st.Kept && whereItWaits.lacks(on.Mode) {
		return fmt.Errorf("kept_waiting is seen %s only, and the mode is %q: leave it out", whereItWaits.words, on.Mode.Name)
	}
	return nil
}
