package fault

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

func TestSettingsThatMakeNoSenseAreRefused(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name   string
		fault  Fault
		reason string // empty: accepted
	}{
		{"a join whose name sorts in the middle", Join{Named: "middle"}, `named is "middle"`},
		{"a join whose name sorts first", Join{Named: First}, ""},
		{"a join that waits for nobody and holds", Join{Whenever: true, Hold: s}, "whenever waits for nobody to be inside"},
		{"a join that waits for nobody and for permits", Join{Whenever: true, Exhausted: true}, "whenever waits for nobody to be inside"},
		{"a join that waits for nobody and for those behind them", Join{Whenever: true, Behind: true}, "whenever waits for nobody to be inside"},
		{"a join that waits for permits and for those behind", Join{Exhausted: true, Behind: true}, "leave one of them out"},
		{"a join of several under one name", Join{Many: 2, Named: First}, "leave one of them out"},
		{"a join of fewer than nobody", Join{Many: -1}, "many"},
		{"a join of whoever is behind those inside", Join{Behind: true, Hold: s}, ""},
		{"a join that waits for nobody", Join{Whenever: true, Named: Last}, ""},
		{"a stalled consumer that is kept waiting and holds", Stalled{For: s, Kept: true, Holding: 1}, "kept_waiting says that it may be given nothing"},
		{"a stalled consumer that is kept waiting", Stalled{For: s, Kept: true}, ""},
		{"a stutter without a freeze", Stutter{For: s, Every: s}, "freezes is 0"},
		{"a stutter whose freezes have no length", Stutter{Freezes: 1, Every: s}, "for is 0s"},
		{"a stutter that outlasts a run", Stutter{Freezes: 1000, For: s, Every: s}, "1000 freezes take 33m20s"},
		{"a stutter", Stutter{Freezes: 3, For: s, Every: s}, ""},
		{"a rolling restart that waits for ever", Rolling{Every: time.Hour}, "apart is 1h"},
		{"a rolling restart", Rolling{}, ""},
		{"a stalled consumer that never leaves", Stalled{}, "for is 0s"},
		{"a stalled consumer that holds less than nothing", Stalled{For: s, Holding: -1}, "holding is -1"},
		{"a stalled consumer that hangs before it holds what it must", Stalled{For: s, Holding: 3, Most: 2}, "most is 2, which is less"},
		{"a stalled consumer that hangs with what it must hold", Stalled{For: s, Holding: 3, Most: 3}, ""},
		{"a handler that is slow by nothing", Slow{For: s}, "by is 0s"},
		{"a handler that is slow for no time", Slow{By: s}, "for is 0s"},
		{"a poison event that is never refused", Poison{}, "refusals is 0"},
		{"a topic unloaded less than never", Unload{Times: -1}, "unloads is -1"},
		{"a worker that is alone for ever", Unload{Alone: time.Hour}, "alone is 1h"},
		{"a broker that stays down for ever", BrokerRestart{Down: time.Hour}, "down is 1h"},
		{"no more partitions than before", Partitions{}, "add is 0"},
		{"fewer messages skipped than none", Skip{Messages: -1}, "messages is -1"},
		{"a subscription that is never made anew", Unsubscribe{After: time.Hour}, "anew_after is 1h"},
		{"a burst of nothing", Burst{}, "events is 0"},
		{"a point that there is none of", Unload{At: "lunch"}, `no point "lunch"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.fault.Spec().Check()
			if (c.reason == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.reason) {
				t.Errorf("got %v, want %q", err, c.reason)
			}
		})
	}
}

func TestAFaultSaysWhichPartOfTheSceneItLacks(t *testing.T) {
	scene := &Scene{Users: []string{"u1"}, Record: func(e history.Event) error {
		t.Errorf("something was recorded: %+v", e)
		return nil
	}}
	for _, c := range []struct {
		fault Fault
		says  part
	}{
		{Kill{}, theWorkers}, {Freeze{}, theBroker}, {Join{}, theDownstream}, {Rolling{}, theWorkers}, {Everybody{}, theBroker},
		{Stalled{}, theTopic}, {Slow{}, theAnswers}, {Poison{}, theAnswers}, {Unload{}, theTopic}, {BrokerRestart{}, theBroker},
		{Partitions{}, theTopic}, {Skip{}, theTopic}, {Unsubscribe{}, theTopic}, {Burst{}, thePublisher},
		{LinkCut{}, theLinks}, {LinkCut{Of: ToLocks}, theLocks}, {LockExpiry{}, theLocks}, {LockFlush{}, theLockServer}, {Transfer{}, theCluster},
	} {
		if err := c.fault.Spec().Inject(t.Context(), scene); err == nil || !strings.Contains(err.Error(), c.fault.Spec().Kind()) || !strings.Contains(err.Error(), c.says.what) {
			t.Errorf("%s: got %v, want an error that says %q", c.fault.Spec().Kind(), err, c.says.what)
		}
	}
	if err := (Partitions{Add: 1}).Spec().Inject(t.Context(), &Scene{Topic: &operated{}, Downstream: caught{}}); err == nil || !strings.Contains(err.Error(), "with partitions") {
		t.Errorf("a topic without partitions: got %v", err)
	}
}

func TestNamesSortAsTheirRankSays(t *testing.T) {
	names := []string{"w1", "w12", "w9"}
	for n := 1; n < 4; n++ {
		if f := First.name(n); f >= slices.Min(names) {
			t.Errorf("%s does not sort before %v", f, names)
		} else if l := Last.name(n); l <= slices.Max(names) {
			t.Errorf("%s does not sort after %v", l, names)
		} else {
			names = append(names, f, l)
		}
	}
}

// operated is a topic that does as it is told, or not.
type operated struct {
	views
	partitions int
	deaf       bool
	done       []string
}

func (o *operated) Partitions(context.Context) (int, error) { return o.partitions, nil }
func (o *operated) RaisePartitions(_ context.Context, to int) error {
	if !o.deaf {
		o.partitions = to
	}
	return nil
}
func (o *operated) Operate(_ context.Context, what string, _ any) error {
	o.done = append(o.done, what)
	return nil
}
func (o *operated) Received(context.Context) (int64, error) { return 1, nil }
func (o *operated) Burst(_ context.Context, user string, n int) ([]string, error) {
	o.done = append(o.done, fmt.Sprintf("burst %s %d", user, n))
	return []string{user + "-burst"}, nil
}

// toldOf collects what faults write down.
func toldOf(recorded *[]history.Event) func(history.Event) error {
	return func(e history.Event) error { *recorded = append(*recorded, e); return nil }
}

func TestSkippedMessagesAreSeenToBeGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var recorded []history.Event
		o := &operated{views: views{looks: []Statistics{
			{Backlog: 9, Consumers: []Consumer{{Name: "w1", Draining: 2}}}, {Backlog: 9}, {Backlog: 3},
		}}}
		if err := (Skip{Messages: 6}).Spec().Inject(t.Context(), &Scene{Users: []string{"u1"}, Topic: o, Downstream: caught{}, Record: toldOf(&recorded)}); err != nil {
			t.Fatal(err)
		}
		end := recorded[len(recorded)-1]
		if fmt.Sprint(o.done) != "[skip/6]" || end.Fault != "backlog-skip-1" || len(end.Evidence) != 1 || !end.Evidence[0].Seen || end.Evidence[0].Observer != "broker" {
			t.Errorf("done %v, recorded %+v", o.done, end)
		}
		if !strings.Contains(end.Detail["draining_before"], "2 hashes") || end.Detail["draining_after"] != "0 hashes" {
			t.Errorf("detail %v: want what drained before and after", end.Detail)
		}
	})
}

// restless is a topic of which no part's mark-delete position stands still.
type restless struct {
	operated
	looks int
}

func (r *restless) MarkDelete(context.Context) (map[string]string, error) {
	r.looks++
	return map[string]string{"p0": fmt.Sprint(r.looks), "p1": fmt.Sprint(r.looks)}, nil
}

func TestAPositionThatMovesAnywayIsNoEvidenceOfASkip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := map[string]string{"p0": "0"}
		r := &restless{}
		i := &injection{scene: &Scene{Topic: r}}
		ctx, cancel := context.WithTimeout(t.Context(), 2*stillFor)
		defer cancel()
		if at, err := standing(ctx, r); err == nil || len(at) > 0 {
			t.Errorf("standing %v (%v), and nothing does", at, err)
		}
		if what, yes, err := markDeleteMoved(nil)(t.Context(), i); yes || err != nil {
			t.Errorf("what stood nowhere moved: %s (%v)", what, err)
		}
		if what, yes, err := markDeleteMoved(before)(t.Context(), i); !yes || err != nil || !strings.Contains(what, "p0") {
			t.Errorf("%s (%v), want that p0 moved", what, err)
		}
	})
}

func TestAPositionIsEarlierByItsLedgerAndThenByItsEntry(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"5:9", "7:0", true}, {"7:0", "5:9", false}, {"5:9", "5:10", true}, {"5:10", "5:9", false}, {"5:9", "5:9", false},
		{"5:-1", "5:0", true}, {"", "5:0", false}, {"5:0", "", false},
	} {
		if got := earlier(c.a, c.b); got != c.want {
			t.Errorf("%q before %q: %t", c.a, c.b, got)
		}
	}
}

func TestABurstThatNobodySeesIsNoEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var recorded []history.Event
		o := &operated{views: views{looks: []Statistics{{Backlog: 1}}}}
		ctx, cancel := context.WithTimeout(t.Context(), 4*pollEvery)
		defer cancel()
		if err := (Burst{Events: 100}).Spec().Inject(ctx, &Scene{Users: []string{"u1"}, Topic: o, Publisher: o, Downstream: caught{}, Record: toldOf(&recorded)}); err != nil {
			t.Fatal(err)
		}
		end := recorded[len(recorded)-1]
		if fmt.Sprint(o.done) != "[burst u1 100]" || end.Evidence[0].Seen || end.Outcome != history.OutcomeHealed {
			t.Errorf("done %v, recorded %+v: want evidence not seen", o.done, end)
		}
	})
}

// caught is a downstream in which every aimed user's send is at w1.
type caught struct{ Downstream }

func (caught) Arm(_ context.Context, user string, _ Point) (string, error) { return user, nil }
func (caught) Held(_ context.Context, id string, _ time.Duration) (Send, bool, error) {
	return Send{User: id, Worker: "w1", Attempt: "w1-1", Event: id + "-1"}, true, nil
}
func (caught) Release(context.Context, string) error { return nil }
func (caught) Sends(context.Context, string, uint64, time.Duration) ([]Send, uint64, error) {
	return nil, 0, nil
}

// lists is a broker that lists w1, on another connection each time it is
// looked at if it counts looks.
type lists struct {
	Broker
	looks *int
}

func (l lists) Connections(context.Context) (Connections, error) {
	if l.looks == nil {
		return Connections{"w1": {"p0": "c"}}, nil
	}
	*l.looks++
	return Connections{"w1": {"p0": fmt.Sprintf("c%d", *l.looks)}}, nil
}

func TestAStutter(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name   string
		fault  Stutter
		broker lists
		seen   []bool // its evidence
		saw    string
	}{
		{"that froze as often as it was told is seen", Stutter{Freezes: 3, For: ms, Every: ms}, lists{}, []bool{true}, "false"},
		{"that the broker did not notice is what was asked for", Stutter{Freezes: 2, For: ms, Every: ms, Unnoticed: true}, lists{}, []bool{true, true}, "false"},
		{"that the broker noticed is another fault", Stutter{Freezes: 2, For: ms, Every: ms, Unnoticed: true}, lists{looks: new(int)}, []bool{true, false}, "true"},
		{"that the broker may notice bites if it does", Stutter{Freezes: 2, For: ms, Every: ms}, lists{looks: new(int)}, []bool{true}, "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var recorded []history.Event
				w := &frozenWorker{state: State{Running: true}}
				s := &Scene{
					Users: []string{"u1"}, Downstream: caught{}, Broker: c.broker, Record: toldOf(&recorded),
					Workers: someWorkers{names: []string{"w1"}, process: func(string) Process { return w }},
				}
				if err := c.fault.Spec().Inject(t.Context(), s); err != nil {
					t.Fatal(err)
				}
				end := recorded[len(recorded)-1]
				var seen []bool
				for _, ev := range end.Evidence {
					seen = append(seen, ev.Seen)
				}
				if !slices.Equal(seen, c.seen) || w.state.Paused || end.Detail["the_broker_noticed"] != c.saw {
					t.Errorf("evidence %v, paused %t, detail %v; want %v", seen, w.state.Paused, end.Detail, c.seen)
				}
			})
		})
	}
}

func TestTheNextTurnWaitsUntilTheBacklogIsWorkedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &views{looks: []Statistics{{Backlog: 90}, {Backlog: 40}, {Backlog: 3}, {Backlog: 90}}}
		(&Scene{Topic: v}).settle(t.Context())
		if v.n != 3 {
			t.Errorf("%d looks, want 3: until few messages are left", v.n)
		}
	})
}

func TestALeaverIsFirstAndOthersKeepTheirPlace(t *testing.T) {
	at := func(w, u string) *target { return &target{Send: Send{Worker: w, User: u}, hold: "h"} }
	targets := []*target{at("w1", "u1"), at("w2", "u2"), at("w2", "u3")}
	of := func(leaver string) (own, others []*target) {
		return (&injection{targets: aim{leaver: leaver}.order(nil, targets)}).ownAndOthers()
	}
	own, others := of("w2")
	if len(own) != 2 || own[0].User != "u2" || len(others) != 1 || others[0].User != "u1" {
		t.Errorf("own %v, others %v", own, others)
	}
	own, others = of("w9")
	if len(own) != 1 || own[0].aimed() || len(others) != 3 {
		t.Errorf("a worker without an aimed user: own %v, others %v", own, others)
	}
	if targets[0].User != "u1" || len(targets) != 3 {
		t.Error("the targets were changed")
	}
}

// lookedFor is the evidence that came of a step which waits for one piece.
func lookedFor(t *testing.T, i *injection, s step) (ev history.Evidence) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		i.evidence = nil
		if err := s.do(t.Context(), i); err != nil || len(i.evidence) != 1 {
			t.Fatalf("%v, evidence %+v", err, i.evidence)
		}
		ev = i.evidence[0]
	})
	return ev
}

// someWorkers are workers by their names, of which each is the process that it is
// said to be.
type someWorkers struct {
	Workers
	names   []string
	process func(name string) Process
}

func (w someWorkers) Names() []string                      { return w.names }
func (w someWorkers) Process(name string) (Process, error) { return w.process(name), nil }
