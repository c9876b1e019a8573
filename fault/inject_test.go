package fault

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"turnstile/checker/history"
)

func TestTheLifeOfAFault(t *testing.T) {
	broken := errors.New("it broke")
	for _, c := range []struct {
		name    string
		fails   string // the act that does
		moves   int    // the round after which a user is with another worker
		times   int
		life    string
		outcome string // "": nothing was begun
	}{
		{"all goes well", "", 0, 0, "prepare ready before fault_begin strike shows heal then fault_end undo", history.OutcomeHealed},
		{"it cannot be prepared", "prepare", 0, 0, "prepare undo", ""},
		{"it is not ready", "ready", 0, 0, "prepare ready undo", ""},
		{"what it must know of before is not to be had", "before", 0, 0, "prepare ready before undo", ""},
		{"the strike fails, and is healed", "strike", 0, 0, "prepare ready before fault_begin strike heal fault_end undo", history.OutcomeHealed},
		{"what it waits for fails, and it is healed", "shows", 0, 0, "prepare ready before fault_begin strike shows heal fault_end undo", history.OutcomeHealed},
		{"it does not heal, and nothing more is asked of it", "heal", 0, 0, "prepare ready before fault_begin strike shows heal fault_end undo", history.OutcomeHealFailed},
		{"what comes after it fails", "then", 0, 0, "prepare ready before fault_begin strike shows heal then fault_end undo", history.OutcomeHealed},
		{"it is repeated until a user has moved", "", 2, 5, "prepare ready before fault_begin strike shows heal then ready before strike shows heal then fault_end undo", history.OutcomeHealed},
		{"it is repeated, and no more often than it may be", "", 0, 2, "prepare ready before fault_begin strike shows heal then ready before strike shows heal then fault_end undo", history.OutcomeHealed},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var life []string
				outcome := ""
				does := func(what string) act {
					return func(_ context.Context, i *injection) error {
						life = append(life, what)
						if what == "prepare" {
							i.finally(func(context.Context) error { life = append(life, "undo"); return nil })
						}
						i.moved = what == "then" && i.round == c.moves
						if what == c.fails {
							return broken
						}
						return nil
					}
				}
				s := &Scene{Users: []string{"u1"}, Record: func(e history.Event) error {
					life, outcome = append(life, string(e.Kind)), e.Outcome
					return nil
				}}
				err := Spec{
					kind: "k", aim: atThe("the moon"), prepare: does("prepare"), ready: does("ready"), strike: does("strike"), heal: does("heal"),
					shows: steps{{before: does("before"), do: does("shows")}}, then: steps{do(does("then"))}, times: c.times,
				}.Inject(t.Context(), s)
				if got := strings.Join(life, " "); got != c.life || outcome != c.outcome || errors.Is(err, broken) != (c.fails != "") {
					t.Errorf("it lived %q, outcome %q, %v; want %q, outcome %q", got, outcome, err, c.life, c.outcome)
				}
			})
		})
	}
}

func TestAFaultIsHealedWhenTheScenariosTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var did []string
		err := Spec{
			kind: "k", aim: atThe("the moon"),
			strike: func(ctx context.Context, _ *injection) error { cancel(); did = append(did, "strike"); return ctx.Err() },
			heal:   func(ctx context.Context, _ *injection) error { did = append(did, "heal"); return ctx.Err() },
		}.Inject(ctx, &Scene{Record: func(history.Event) error { return nil }})
		if !slices.Equal(did, []string{"strike", "heal"}) || !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "healing") {
			t.Errorf("%v, %v", did, err)
		}
	})
}
