package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"turnstile/fixtures/engine"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
)

var (
	two   = pulsar.Shape{Brokers: 2, Bookies: 1}
	three = pulsar.Shape{Brokers: 3, Bookies: 3}
	tuned = pulsar.Settings{"a": "1"}
)

// lessor is a slot whose environments are counted and never started.
type lessor struct {
	*slot
	opened, discarded []*Env
	fail              error
}

func (l *lessor) lease(t *testing.T, n EnvSpec) (env *Env, back func(unfit bool)) {
	t.Helper()
	if err := l.enter(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return l.entered(t, n)
}

func (l *lessor) entered(t *testing.T, n EnvSpec) (env *Env, back func(unfit bool)) {
	t.Helper()
	discard := func(e *Env) { l.discarded = append(l.discarded, e) }
	env, err := l.environment(n.kind(), discard, func() (*Env, error) {
		if l.fail != nil {
			return nil, l.fail
		}
		l.opened = append(l.opened, &Env{kind: n.kind()})
		return l.opened[len(l.opened)-1], nil
	})
	if !errors.Is(err, l.fail) {
		t.Fatal(err)
	}
	return env, func(unfit bool) { l.leave(unfit, discard) }
}

// waits reports whether the needs have to wait; if not, they got in.
func (l *lessor) waits(t *testing.T, n EnvSpec) (waits bool, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	in := make(chan error, 1)
	go func() { in <- l.enter(ctx, n) }()
	synctest.Wait()
	select {
	case err := <-in:
		if err != nil {
			t.Error(err)
		}
		return false, cancel
	default:
		return true, func() {
			cancel()
			if err := <-in; err == nil {
				t.Error("it got in after all")
			}
		}
	}
}

func TestASecondScenario(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second EnvSpec
		waits         bool
	}{
		{"of the same needs shares", EnvSpec{Cluster: two}, EnvSpec{Cluster: two}, false},
		{"that needs it alone waits for one that shares", EnvSpec{}, EnvSpec{Alone: true}, true},
		{"that would share waits for one that has it alone", EnvSpec{Alone: true}, EnvSpec{}, true},
		{"of another shape waits", EnvSpec{Cluster: two}, EnvSpec{Cluster: three}, true},
		{"of the same settings of the broker shares", EnvSpec{Broker: tuned}, EnvSpec{Broker: pulsar.Settings{"a": "1"}}, false},
		{"of other settings of the broker waits", EnvSpec{Broker: tuned}, EnvSpec{Broker: pulsar.Settings{"a": "2"}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &lessor{slot: newSlot()}
				_, back := l.lease(t, c.first)
				waits, stop := l.waits(t, c.second)
				if waits != c.waits {
					t.Errorf("waits: %t, want %t", waits, c.waits)
				}
				stop()
				back(false)
				// The first has left: whatever its needs, the next gets in, if the
				// second was given up.
				if waits, stop := l.waits(t, c.first); waits {
					t.Error("the slot is free or shared, and someone waits")
					stop()
				}
			})
		})
	}
}

func TestWhoWaitsForItAloneIsNotOvertakenByThoseWhoShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lessor{slot: newSlot()}
		_, back := l.lease(t, EnvSpec{})
		alone := make(chan error, 1)
		go func() { alone <- l.enter(t.Context(), EnvSpec{Alone: true}) }()
		synctest.Wait()
		waits, stop := l.waits(t, EnvSpec{})
		if !waits {
			t.Error("a third got in before the second")
		}
		stop()
		back(false)
		if err := <-alone; err != nil {
			t.Error(err)
		}
	})
}

func TestWaitingForAnEnvironmentEndsWithTheContext(t *testing.T) {
	l := &lessor{slot: newSlot()}
	l.lease(t, EnvSpec{Alone: true}) // someone has it
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := &Pool{slots: slots{alonePlace: l.slot}}
	if _, _, err := p.Lease(ctx, EnvSpec{Alone: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's end", err)
	}
}

func TestARunThatWaitsIsCalledOffWhenTheEngineHangs(t *testing.T) {
	l := &lessor{slot: newSlot()}
	l.lease(t, EnvSpec{Alone: true}) // someone has it
	p := &Pool{slots: slots{sharedPlace: l.slot}, turns: newTurns(1)}
	p.watched, p.unwatch = context.WithCancelCause(t.Context())
	s, err := Scenario{Name: "x", Mode: mode.KeyShared, Expect: AllHold}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	p.unwatch(fmt.Errorf("%w: it was asked twice", engine.ErrHangs))
	if _, err := p.runUnlessHung(t.Context(), s, 1, t.TempDir()); !errors.Is(err, engine.ErrHangs) || !strings.HasPrefix(err.Error(), "the Docker engine hangs") {
		t.Errorf("got %v, want the engine's hanging, first of all", err)
	}
}

func TestAnEnvironment(t *testing.T) {
	t.Run("is leased again after it was given back", func(t *testing.T) {
		l := &lessor{slot: newSlot()}
		first, back := l.lease(t, EnvSpec{})
		back(false)
		if again, _ := l.lease(t, EnvSpec{}); again != first || len(l.discarded) != 0 {
			t.Errorf("opened %d, discarded %d", len(l.opened), len(l.discarded))
		}
	})
	t.Run("that must not be used again is discarded and replaced", func(t *testing.T) {
		l := &lessor{slot: newSlot()}
		first, back := l.lease(t, EnvSpec{})
		back(true)
		if again, _ := l.lease(t, EnvSpec{}); again == first || len(l.discarded) != 1 || l.discarded[0] != first {
			t.Errorf("opened %d, discarded %d", len(l.opened), len(l.discarded))
		}
	})
	t.Run("that must not be used again stays for who still uses it, and nobody else gets in", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := &lessor{slot: newSlot()}
			_, giveBack := l.lease(t, EnvSpec{})
			_, back := l.lease(t, EnvSpec{})
			giveBack(true)
			waits, stop := l.waits(t, EnvSpec{})
			if !waits || len(l.discarded) != 0 {
				t.Errorf("waits: %t, discarded %d", waits, len(l.discarded))
			}
			stop()
			back(false)
			if len(l.discarded) != 1 {
				t.Errorf("the last has left, and %d are discarded", len(l.discarded))
			}
		})
	})
	t.Run("of another shape takes the place of the one before", func(t *testing.T) {
		l := &lessor{slot: newSlot()}
		first, back := l.lease(t, EnvSpec{Cluster: two})
		back(false)
		if second, _ := l.lease(t, EnvSpec{Cluster: three}); second == first || len(l.discarded) != 1 {
			t.Errorf("opened %d, discarded %d", len(l.opened), len(l.discarded))
		}
	})
	t.Run("that cannot be opened is not tried again, and another shape is", func(t *testing.T) {
		l := &lessor{slot: newSlot(), fail: errors.New("no memory")}
		_, back := l.lease(t, EnvSpec{Cluster: three})
		back(false)
		if err := l.enter(t.Context(), EnvSpec{Cluster: three}); err != nil {
			t.Fatal(err)
		}
		_, err := l.environment(EnvSpec{Cluster: three}.kind(), nil, func() (*Env, error) { t.Error("tried again"); return nil, nil })
		if !errors.Is(err, l.fail) {
			t.Errorf("got %v", err)
		}
		l.leave(false, nil)
		l.fail = nil
		if env, _ := l.lease(t, EnvSpec{Cluster: two}); env == nil {
			t.Error("no environment of another shape")
		}
	})
}

func TestAnEnvironmentIsVacatedUnlessSomebodyIsInIt(t *testing.T) {
	l := &lessor{slot: newSlot()}
	discard := func(e *Env) { l.discarded = append(l.discarded, e) }
	if !l.vacate(discard) || len(l.discarded) != 0 {
		t.Error("a slot without an environment is vacant")
	}
	env, back := l.lease(t, EnvSpec{})
	if l.vacate(discard) || len(l.discarded) != 0 {
		t.Error("an environment was discarded under one who uses it")
	}
	back(false)
	if !l.vacate(discard) || len(l.discarded) != 1 || l.discarded[0] != env {
		t.Errorf("discarded %v, want the environment that nobody uses", l.discarded)
	}
	if again, back := l.lease(t, EnvSpec{}); again == env {
		t.Error("a discarded environment was leased")
	} else {
		back(false)
	}
}

func TestEverySlotIsVacated(t *testing.T) {
	all := newSlots()
	var opened, discarded []*Env
	for _, n := range []EnvSpec{{}, {Alone: true}, {Cluster: two}, {Broker: tuned}} {
		l := &lessor{slot: all.slot(n)}
		_, back := l.lease(t, n)
		back(false)
		opened = append(opened, l.opened...)
	}
	if len(opened) != len(all) {
		t.Fatalf("%d kinds of needs opened %d environments in %d slots", 4, len(opened), len(all))
	}
	if !all.vacate(func(e *Env) { discarded = append(discarded, e) }) || len(discarded) != len(opened) {
		t.Errorf("of %d environments %d were discarded", len(opened), len(discarded))
	}
	_, back := (&lessor{slot: all.slot(EnvSpec{Broker: tuned})}).lease(t, EnvSpec{Broker: tuned})
	defer back(false)
	if all.vacate(func(*Env) { t.Error("an environment was discarded under one who uses it") }) {
		t.Error("somebody is in the last slot and all are called vacant")
	}
}

func TestATurn(t *testing.T) {
	alone := EnvSpec{Alone: true}
	for _, c := range []struct {
		name  string
		waits bool // somebody waits for the environment when it is left
		stays bool // and goes on waiting
		given int  // how often the turn has been given back in the end
	}{
		{"is given back where nobody waits for the environment", false, false, 1},
		{"is kept for whoever waits for the environment", true, true, 0},
		{"that is kept is given back when whoever waited gives up", true, false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &lessor{slot: newSlot()}
				_, back := l.lease(t, alone)
				given := 0
				give := func() { given++ }
				if !c.waits {
					back(false)
					l.handOverTurn(give)
				} else {
					l.turn <- struct{}{} // so that nobody gets in yet
					waits, stop := l.waits(t, alone)
					if !waits {
						t.Fatal("it did not wait")
					}
					back(false)
					l.handOverTurn(give)
					if !c.stays {
						stop()
					} else {
						<-l.turn
						synctest.Wait()
						if turn := l.turnHandedOver(); turn == nil || l.turnHandedOver() != nil {
							t.Error("whoever got in was not handed the turn, or two were")
						}
					}
				}
				if given != c.given {
					t.Errorf("the turn was given back %d times, want %d", given, c.given)
				}
			})
		})
	}
}
