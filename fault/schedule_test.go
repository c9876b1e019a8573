package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// told is a fault that writes down what becomes of it.
type told struct {
	kind  string
	needs Needs
	wrong error
	fails error
	do    func(event string, s *Scene)
}

func (f told) Spec() Spec {
	return Spec{kind: f.kind, needs: f.needs, wrong: f.wrong, run: func(_ context.Context, s *Scene) error {
		if f.do != nil {
			f.do("begin", s)
			defer f.do("end", s)
		}
		return f.fails
	}}
}

func TestASchedule(t *testing.T) {
	broker := told{kind: "pause", needs: Needs{Holds: []Resource{TheBroker}}}
	plain := told{kind: "kill"}
	for _, c := range []struct {
		name   string
		s      Schedule
		reason string // empty: accepted
	}{
		{"of nothing is refused", nil, "no step"},
		{"with a step without a fault is refused", Schedule{{Name: "x"}}, "the step x: it names no fault"},
		{"with two steps of one name is refused", Schedule{{Name: "x", Fault: plain}, {Name: "x", Fault: plain}}, "the same name"},
		{"with steps that nobody named gives each a name of its own", Schedule{{Fault: plain}, {Fault: plain}}, ""},
		{"whose step waits for one that is not there is refused", Schedule{{Fault: plain, After: "y"}}, `"y"`},
		{"whose steps wait for each other is refused", Schedule{{Name: "a", Fault: plain, After: "b"}, {Name: "b", Fault: plain, After: "a"}}, "for itself"},
		{"whose step waits for itself is refused", Schedule{{Name: "a", Fault: plain, After: "a"}}, "for itself"},
		{"whose overlapping steps hold the same thing is refused", Schedule{{Fault: broker}, {Fault: broker, Delay: time.Second}}, "both hold the broker"},
		{"whose steps hold the same thing one after the other is accepted", Schedule{{Fault: broker}, {Fault: broker, After: "pause-1"}}, ""},
		{"whose steps do so by way of a third is accepted", Schedule{{Fault: broker}, {Name: "k", Fault: plain, After: "pause-1"}, {Fault: broker, After: "k"}}, ""},
		{"whose overlapping steps hold nothing in common is accepted", Schedule{{Fault: broker}, {Fault: plain}}, ""},
		{"with a fault that makes no sense is refused, by the step's name", Schedule{{Name: "x", Fault: told{kind: "k", wrong: errors.New("for is 0s")}}}, "the step x: for is 0s"},
		{"that would last longer than a run is refused", Schedule{{Fault: plain, Delay: time.Hour}}, "delay is 1h0m0s"},
		{"that strikes less than never is refused", Schedule{{Fault: plain, Times: -1}}, "times is -1"},
		{"within a schedule is refused", Schedule{{Name: "x", Fault: Schedule{{Fault: plain}}}}, "is a schedule itself"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.s.Spec().Check()
			switch {
			case c.reason == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.reason != "" && (err == nil || !strings.Contains(err.Error(), c.reason)):
				t.Errorf("got %v, want an error with %q", err, c.reason)
			}
		})
	}
}

func TestAScheduleTellsEverythingThatIsWrong(t *testing.T) {
	err := Schedule{{Name: "x"}, {Name: "y", Fault: told{kind: "k"}, After: "z"}}.Spec().Check()
	if err == nil || !strings.Contains(err.Error(), "the step x") || !strings.Contains(err.Error(), "the step y") {
		t.Errorf("got %v, want both steps named", err)
	}
}

// diary writes down events in the order in which they happen.
type diary struct {
	mu    sync.Mutex
	lines []string
	users map[string]string
}

func (d *diary) of(name string) func(string, *Scene) {
	return func(event string, s *Scene) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.lines = append(d.lines, name+" "+event)
		d.users[name] = strings.Join(s.Users, " ")
	}
}

func TestStepsStrikeInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{users: map[string]string{}}
		step := func(name string) told { return told{kind: name, do: d.of(name)} }
		err := Schedule{
			{Name: "c", Fault: step("c"), After: "b"},
			{Name: "a", Fault: step("a"), Times: 2},
			{Name: "b", Fault: step("b"), After: "a"},
		}.Spec().Inject(t.Context(), &Scene{Users: []string{"u1", "u2", "u3"}})
		if err != nil {
			t.Fatal(err)
		}
		want := "[a begin a end a begin a end b begin b end c begin c end]"
		if got := fmt.Sprint(d.lines); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if d.users["c"] != "u1 u2 u3" || d.users["a"] != "u2 u3 u1" || d.users["b"] != "u3 u1 u2" {
			t.Errorf("the steps aim at %v: want each at another user first", d.users)
		}
	})
}

func TestAStepThatFailsStopsThoseThatWaitForItAndNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{users: map[string]string{}}
		err := Schedule{
			{Name: "bad", Fault: told{kind: "k", fails: errors.New("it missed")}},
			{Name: "next", Fault: told{kind: "k", do: d.of("next")}, After: "bad"},
			{Name: "other", Fault: told{kind: "k", do: d.of("other")}},
		}.Spec().Inject(t.Context(), &Scene{})
		if err == nil || !strings.Contains(err.Error(), "the step bad: it missed") || !strings.Contains(err.Error(), "the step next did not start") {
			t.Errorf("got %v, want both the failure and what did not start", err)
		}
		if got := fmt.Sprint(d.lines); got != "[other begin other end]" {
			t.Errorf("got %s, want the other step alone to have struck", got)
		}
	})
}

func TestAStepWhoseTimeDoesNotComeIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := Schedule{{Name: "late", Fault: told{kind: "k"}, Delay: time.Minute}}.Spec().Inject(ctx, &Scene{})
		if err == nil || !strings.Contains(err.Error(), "late") {
			t.Errorf("got %v, want an error that names the step", err)
		}
	})
}

func TestAScheduleNeedsWhatItsStepsNeed(t *testing.T) {
	s := Schedule{
		{Fault: BrokerPause{For: time.Second}},
		{Fault: Kill{At: PointRead}},
		{Fault: Freeze{At: PointAck, AtLeast: time.Second}},
	}
	n := s.Spec().Needs()
	if !n.Alone || fmt.Sprint(n.Points) != "[ack read]" || fmt.Sprint(n.Holds) != "[the broker the topic]" {
		t.Errorf("got %+v, want a broker alone and the points ack and read", n)
	}
	if got := s.Spec().Kind(); got != "broker-pause+kill+freeze" {
		t.Errorf("kind %q", got)
	}
}

func TestAStepThatMissedIsAFaultThatDidNotBite(t *testing.T) {
	var recorded []history.Event
	scene := &Scene{NoteMisses: true, Record: func(e history.Event) error { recorded = append(recorded, e); return nil }}
	missed := told{kind: "k", fails: fmt.Errorf("%w: nobody came", ErrMissed)}
	if err := (Schedule{{Name: "x", Fault: missed}}).Spec().Inject(t.Context(), scene); err != nil {
		t.Fatal(err)
	}
	if len(recorded) != 2 || recorded[0].Kind != history.KindFaultBegin || len(recorded[1].Evidence) != 1 || recorded[1].Evidence[0].Seen {
		t.Errorf("recorded %+v, want a fault's begin and end with evidence that was not seen", recorded)
	}
}

func TestOnlyAMissIsAMiss(t *testing.T) {
	other := errors.New("the thaw failed")
	missed := fmt.Errorf("%w: nobody came", ErrMissed)
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"a miss", missed, true},
		{"a miss for a reason that is an error too", fmt.Errorf("%w: %w", ErrMissed, other), true},
		{"a miss with words before it", fmt.Errorf("the turn of w1: %w", missed), true},
		{"two misses", errors.Join(missed, missed), true},
		{"another error", other, false},
		{"a miss beside another error", errors.Join(missed, other), false},
		{"a miss beside another error, with words before both", fmt.Errorf("the turn of w1: %w", errors.Join(missed, other)), false},
		{"nothing", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := merely(c.err, ErrMissed); got != c.want {
				t.Errorf("%t, want %t", got, c.want)
			}
		})
	}
}

func TestWhatEndsWithItsRunDidNotMiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := (Condition{Seen: MetricDrain}).wait(ctx, &views{err: errors.New("the broker is away")}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrMissed) {
			t.Errorf("a condition: got %v", err)
		}
		s := &Scene{}
		if _, ok := s.claim("w1"); !ok {
			t.Fatal("nobody has it")
		}
		if _, err := s.claimWaiting(ctx, "w1"); !errors.Is(err, context.Canceled) || errors.Is(err, ErrMissed) {
			t.Errorf("a claim: got %v", err)
		}
	})
}
