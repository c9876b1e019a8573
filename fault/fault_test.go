package fault

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// What faults do to real brokers, workers and locks is tested by the suites;
// here is tested what they write down.

func TestEvidence(t *testing.T) {
	for _, c := range []struct {
		name   string
		look   func(n int) (string, bool, error)
		seen   bool
		detail string
	}{
		{"what is seen at once is evidence", func(int) (string, bool, error) { return "there", true, nil }, true, "there"},
		{"what is seen after a while is evidence", func(n int) (string, bool, error) { return "there", n > 2, nil }, true, "there"},
		{"what is never seen is not, and the last look is told", func(int) (string, bool, error) { return "w1 is running", false, nil }, false, "w1 is running"},
		{"an observer that fails has seen nothing", func(int) (string, bool, error) { return "", true, errors.New("broker gone") }, false, "broker gone"},
		{"an observer that fails at first may see later", func(n int) (string, bool, error) {
			if n < 2 {
				return "", false, errors.New("broker gone")
			}
			return "there", true, nil
		}, true, "there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i, n := &injection{scene: &Scene{}}, 0
				i.await(t.Context(), "the thing", "someone", 5*pollEvery, func(context.Context, *injection) (string, bool, error) {
					n++
					return c.look(n)
				})
				if len(i.evidence) != 1 {
					t.Fatalf("%d pieces of evidence, want 1", len(i.evidence))
				}
				ev := i.evidence[0]
				if ev.Seen != c.seen || !strings.Contains(ev.Detail, c.detail) || ev.Name != "the thing" || ev.Observer != "someone" || ev.T == 0 {
					t.Errorf("got %+v, want seen=%t with detail %q", ev, c.seen, c.detail)
				}
			})
		})
	}
}

// frozenWorker is a process whose engine does as it is told, or not.
type frozenWorker struct {
	state  State
	refuse bool
}

func (w *frozenWorker) Kill(context.Context) error  { return nil }
func (w *frozenWorker) Stop(context.Context) error  { return nil }
func (w *frozenWorker) Pause(context.Context) error { w.state.Paused = true; return nil }
func (w *frozenWorker) Unpause(context.Context) error {
	if !w.refuse {
		w.state.Paused = false
	}
	return nil
}
func (w *frozenWorker) State(context.Context) (State, error) { return w.state, nil }

func TestThawMakesSureThatTheProcessRuns(t *testing.T) {
	for _, c := range []struct {
		name    string
		worker  frozenWorker
		healed  bool
		context func() context.Context
	}{
		{"a paused process is resumed", frozenWorker{state: State{Running: true, Paused: true}}, true, context.Background},
		{"a running process is left alone", frozenWorker{state: State{Running: true}}, true, context.Background},
		{"a process that stays paused is an error", frozenWorker{state: State{Running: true, Paused: true}, refuse: true}, false, context.Background},
		{"it is tried when the scenario's time is over too", frozenWorker{state: State{Running: true, Paused: true}}, true, func() context.Context {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := thaw(c.context(), &c.worker)
				if (err == nil) != c.healed || (c.healed && c.worker.state.Paused) {
					t.Errorf("err=%v paused=%t, want healed=%t", err, c.worker.state.Paused, c.healed)
				}
			})
		})
	}
}

func TestAFaultThatWasNotCarriedThroughLacksEvidence(t *testing.T) {
	var recorded []history.Event
	s := &Scene{Record: func(e history.Event) error { recorded = append(recorded, e); return nil }}
	i := &injection{scene: s, id: "link-cut-1", detail: map[string]string{}, evidence: []history.Evidence{{Name: "x", Seen: true}}}
	gone := errors.New("the gateway did not answer")
	if err := i.end(gone, nil); !errors.Is(err, gone) {
		t.Errorf("got %v, want the error", err)
	}
	end := recorded[0]
	if end.Outcome != history.OutcomeHealed || len(end.Evidence) != 2 || end.Evidence[1].Seen || !strings.Contains(end.Evidence[1].Detail, "gateway") {
		t.Errorf("recorded %+v, want that it healed and did not bite", end)
	}
}

func TestAFaultThatCouldNotBeHealedSaysSoInTheHistory(t *testing.T) {
	var recorded []history.Event
	s := &Scene{Record: func(e history.Event) error { recorded = append(recorded, e); return nil }}
	i := &injection{scene: s, id: "freeze-1", detail: map[string]string{}, evidence: []history.Evidence{{Name: "x", Seen: true}}}
	if err := i.end(nil, errors.New("the engine refused")); err == nil || !strings.Contains(err.Error(), "freeze-1") {
		t.Errorf("got %v, want an error that names the fault", err)
	}
	if len(recorded) != 1 || recorded[0].Outcome != history.OutcomeHealFailed || len(recorded[0].Evidence) != 1 {
		t.Errorf("recorded %+v, want one fault_end with outcome heal_failed and the evidence", recorded)
	}
}

// quietDownstream is one to which nobody sends anything.
type quietDownstream struct{ Downstream }

func (quietDownstream) Arm(context.Context, string, Point) (string, error) { return "h1", nil }
func (quietDownstream) Held(ctx context.Context, _ string, wait time.Duration) (Send, bool, error) {
	sleep(ctx, max(wait, pollEvery))
	return Send{}, false, nil
}
func (quietDownstream) Release(context.Context, string) error { return nil }

func TestAFaultThatCannotBeAimedIsAnErrorThatNamesTheUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Scene{Users: []string{"u1"}, Downstream: quietDownstream{}, Locks: locksOf{}, Workers: someWorkers{}, Broker: lists{}, Record: func(e history.Event) error {
			t.Errorf("something was recorded: %+v", e)
			return nil
		}}
		for _, f := range []Fault{Kill{}, Kill{Bystander: true}, Freeze{}, BrokerPause{}, LockExpiry{}, LockExpiry{Delete: true}} {
			if err := f.Spec().Inject(t.Context(), s); err == nil || !strings.Contains(err.Error(), "u1") {
				t.Errorf("%s: got %v, want an error that names u1", f.Spec().Kind(), err)
			}
		}
	})
}

// deafDownstream never answers about one hold.
type deafDownstream struct {
	Downstream
	to       string
	mu       sync.Mutex
	released []string
}

func (d *deafDownstream) Release(ctx context.Context, id string) error {
	if id == d.to {
		<-ctx.Done()
		return ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.released = append(d.released, id)
	return nil
}

func TestAHoldThatCannotBeReleasedKeepsNoOtherInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deafDownstream{to: "h1"}
		s := &Scene{Downstream: d}
		var targets []*target
		for _, n := range []string{"1", "2", "3"} {
			targets = append(targets, &target{Send: Send{User: "u" + n}, hold: "h" + n, scene: s})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := release(ctx, targets); err == nil || !strings.Contains(err.Error(), "u1") {
			t.Errorf("got %v, want an error that names u1", err)
		}
		slices.Sort(d.released)
		if !slices.Equal(d.released, []string{"h2", "h3"}) {
			t.Errorf("released %v, want the other two", d.released)
		}
	})
}

type locksOf map[string]string

func (l locksOf) Owner(_ context.Context, user string) (string, error) { return l[user], nil }
func (l locksOf) Lock(_ context.Context, user string) (LockState, error) {
	return LockState{Token: l[user], Left: time.Second}, nil
}
func (l locksOf) Delete(_ context.Context, user string) error { delete(l, user); return nil }

func TestLockFaultsNeedAModeWithLocks(t *testing.T) {
	if err := (LockExpiry{}).Spec().Inject(t.Context(), &Scene{Users: []string{"u1"}}); err == nil || !strings.Contains(err.Error(), "takes locks") {
		t.Errorf("got %v, want an error about locks", err)
	}
}

func TestTheBrokerIsAskedUntilItAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		down   time.Duration
		answer string
		says   string
	}{
		{"at once where nothing is wrong", 0, "ok", ""},
		{"while another fault has it down", 20 * time.Second, "ok", ""},
		{"and not for ever", time.Hour, "", "for 1m0s: connection refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				started := time.Now()
				answer, err := ask(t.Context(), func(ctx context.Context) (string, error) {
					if ctx.Err() != nil {
						return "", ctx.Err()
					}
					if time.Since(started) < c.down {
						return "", errors.New("connection refused")
					}
					return "ok", nil
				})
				if answer != c.answer || (err != nil) != (c.says != "") || err != nil && err.Error() != c.says {
					t.Errorf("%q, %v", answer, err)
				}
			})
		})
	}
}
