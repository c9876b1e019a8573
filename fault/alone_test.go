package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// halted is a broker that can be paused. When it resumes, it notes which
// workers are frozen.
type halted struct {
	lists
	frozenWorker
	workers map[string]*frozenWorker
	frozen  []string
}

func (h *halted) Kill(context.Context) error               { return nil }
func (h *halted) Stop(context.Context) error               { return nil }
func (h *halted) Pause(ctx context.Context) error          { return h.frozenWorker.Pause(ctx) }
func (h *halted) State(ctx context.Context) (State, error) { return h.frozenWorker.State(ctx) }
func (h *halted) Healthy(context.Context) error            { return errors.New("no answer") }
func (h *halted) Unpause(ctx context.Context) error {
	for name, w := range h.workers {
		if w.state.Paused {
			h.frozen = append(h.frozen, name)
		}
	}
	slices.Sort(h.frozen)
	return h.frozenWorker.Unpause(ctx)
}

// inside is a downstream in which u1 is at w1, and u1 and u2 come to the worker
// that is asked for if there is one to come.
type inside struct {
	caught
	comes    bool
	released *[]string
}

func (d inside) ArmWorker(_ context.Context, user, worker string, _ Point) (string, error) {
	return user + "@" + worker, nil
}

func (d inside) Held(ctx context.Context, id string, wait time.Duration) (Send, bool, error) {
	user, worker, second := strings.Cut(id, "@")
	if !second {
		return d.caught.Held(ctx, id, wait)
	}
	if !d.comes {
		sleep(ctx, max(wait, pollEvery))
	}
	return Send{User: user, Worker: worker, Event: user + "-1"}, d.comes, nil
}

func (d inside) Release(_ context.Context, id string) error {
	*d.released = append(*d.released, id)
	return nil
}

func TestAPauseThatLeavesOneAlone(t *testing.T) {
	for _, c := range []struct {
		name  string
		comes bool
		want  string
	}{
		{"it is given the user", true, "pauses 1, bitten"},
		{"it is not", false, "pauses 2, missed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &halted{lists: lists{looks: new(int)}, frozenWorker: frozenWorker{state: State{Running: true}}, workers: map[string]*frozenWorker{}}
				names := []string{"w1", "w2", "w3"}
				for _, n := range names {
					h.workers[n] = &frozenWorker{state: State{Running: true}}
				}
				var recorded []history.Event
				var released []string
				s := &Scene{
					Users: []string{"u1"}, Downstream: inside{comes: c.comes, released: &released}, Broker: h, Record: toldOf(&recorded),
					Workers: someWorkers{names: names, process: func(n string) Process { return h.workers[n] }},
				}
				if err := (BrokerPause{For: time.Millisecond, Alone: 5 * time.Millisecond, Times: 2}).Spec().Inject(t.Context(), s); err != nil {
					t.Fatal(err)
				}
				end := recorded[len(recorded)-1]
				got := "missed"
				if !slices.ContainsFunc(end.Evidence, func(e history.Evidence) bool { return !e.Seen }) {
					got = "bitten"
				}
				if got = fmt.Sprintf("pauses %s, %s", end.Detail["pauses"], got); got != c.want {
					t.Errorf("%s, want %s: %+v", got, c.want, end)
				}
				if all := strings.Join(h.frozen, " "); !strings.HasPrefix(all, "w1") || strings.Contains(all, "w2") || !strings.Contains(all, "w3") {
					t.Errorf("frozen when the broker returned: %s; want all but w2, since w1 has the aimed user", all)
				}
				for n, w := range h.workers {
					if w.state.Paused {
						t.Errorf("%s stays frozen", n)
					}
				}
				if !slices.Contains(released, "u1@w2") || !slices.Contains(released, "u1") {
					t.Errorf("released %v, want both holds", released)
				}
			})
		})
	}
}

// unloaded is a topic of two parts that costs every worker its consumers, and a
// broker that has them again once their worker runs; but w2 is late with the second
// part before the unload that it is told, and is not there at the first looks.
type unloaded struct {
	Topic
	Broker
	workers map[string]*frozenWorker
	frozen  []string // at the first unload
	unloads int
	back    int // from which unload on w2 comes back at once; 0: never
	lives   map[string]int
	were    Connections
	looks   int
	early   bool // there was an unload before w2 was there
}

const looksWithout = 3

// partly is a broker on which w2 has no consumer of the second part, ever.
type partly struct{ *unloaded }

func (p partly) Connections(ctx context.Context) (Connections, error) {
	now, err := p.unloaded.Connections(ctx)
	if now["w2"] != nil {
		now["w2"] = map[string]string{"p0": now["w2"]["p0"]}
	}
	return now, err
}

func TestAWorkerThatIsThereInPartIsNotAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &unloaded{workers: map[string]*frozenWorker{}, lives: map[string]int{}, back: 1}
		for _, n := range []string{"w1", "w2"} {
			u.workers[n] = &frozenWorker{state: State{Running: true}}
		}
		var recorded []history.Event
		s := &Scene{
			Users: []string{"u1"}, Downstream: caught{}, Broker: partly{u}, Topic: u, Record: toldOf(&recorded),
			Workers: someWorkers{names: []string{"w1", "w2"}, process: func(n string) Process { return u.workers[n] }},
		}
		if err := (Unload{Alone: time.Second}).Spec().Inject(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		end := recorded[len(recorded)-1]
		if !slices.ContainsFunc(end.Evidence, func(e history.Evidence) bool { return e.Name == backAlone && !e.Seen }) || u.unloads != 1 {
			t.Errorf("after %d unloads %+v: want that it was not seen to be back", u.unloads, end)
		}
	})
}

func (u *unloaded) Unload(context.Context) error {
	u.early = u.early || u.looks <= looksWithout
	u.unloads++
	for name, w := range u.workers {
		if w.state.Paused && u.unloads == 1 {
			u.frozen = append(u.frozen, name)
		}
		u.lives[name]++
	}
	slices.Sort(u.frozen)
	return nil
}

// Connections has who is frozen as it was, and who comes late once nobody is.
func (u *unloaded) Connections(context.Context) (Connections, error) {
	u.looks++
	stand := false
	for _, w := range u.workers {
		stand = stand || w.state.Paused
	}
	now := Connections{}
	for name, w := range u.workers {
		life := fmt.Sprintf("life %d", u.lives[name])
		switch late := name == "w2" && (u.back == 0 || u.unloads < u.back); {
		case name == "w2" && u.looks <= looksWithout:
		case w.state.Paused:
			now[name] = u.were[name]
		case stand && late:
			now[name] = map[string]string{"p0": life, "p1": u.were[name]["p1"]}
		default:
			now[name] = map[string]string{"p0": life, "p1": life}
		}
	}
	u.were = now
	return now, nil
}

func TestAnUnloadThatLeavesOneAlone(t *testing.T) {
	const never = 100_000
	for _, c := range []struct {
		name    string
		workers int
		back    int // the unload at which the one is back in time
		taken   int // looks until it has the user
		linger  time.Duration
		want    string
	}{
		{"it is back and given the user", 3, 1, 0, 0, "unloads 1, back true"},
		{"it is back and not given the user", 3, 1, never, 0, "unloads 3, back true"},
		{"it is back at the second unload", 3, 2, 0, 0, "unloads 2, back true"},
		{"it is back at the last unload", 3, 3, 0, 0, "unloads 3, back true"},
		{"it never is, and nobody knows what it would have been given", 3, 0, 0, 0, "unloads 3, back false"},
		{"it is not, and the user goes to whoever was first of all", 3, 0, 0, time.Second, "unloads 1, back false"},
		{"there is nobody who could be", 1, 1, never, 0, "unloads 3, back false false false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := &unloaded{workers: map[string]*frozenWorker{}, lives: map[string]int{}, back: c.back}
				names := []string{"w1", "w2", "w3"}[:c.workers]
				for _, n := range names {
					u.workers[n] = &frozenWorker{state: State{Running: true}}
				}
				var recorded []history.Event
				s := &Scene{
					Users: []string{"u1"}, Downstream: taking{after: c.taken, looks: new(int)}, Broker: u, Topic: u, Record: toldOf(&recorded),
					Workers: someWorkers{names: names, process: func(n string) Process { return u.workers[n] }},
				}
				if err := (Unload{Alone: time.Second, Linger: c.linger, Times: 3}).Spec().Inject(t.Context(), s); err != nil {
					t.Fatal(err)
				}
				end := recorded[len(recorded)-1]
				var back []bool
				for _, ev := range end.Evidence {
					if ev.Name == backAlone {
						back = append(back, ev.Seen)
					} else if !ev.Seen {
						t.Errorf("%+v", ev)
					}
				}
				if got := fmt.Sprintf("unloads %s, back %s", end.Detail["unloads"], strings.Trim(fmt.Sprint(back), "[]")); got != c.want {
					t.Errorf("%s; want %s: %+v", got, c.want, end)
				}
				if c.workers > 1 && (fmt.Sprint(u.frozen) != "[w1 w3]" || end.Detail["alone"] != "w2" || u.early) {
					t.Errorf("frozen %v, early %t, recorded %+v: want all but w2, since w1 has the aimed user, and once it is there", u.frozen, u.early, end)
				}
				for n, w := range u.workers {
					if w.state.Paused {
						t.Errorf("%s stays frozen", n)
					}
				}
			})
		})
	}
}

// taking is a downstream in which u1 goes to w2 after so many looks.
type taking struct {
	caught
	after int
	looks *int
}

func (d taking) Sends(_ context.Context, user string, _ uint64, _ time.Duration) ([]Send, uint64, error) {
	*d.looks++
	sends := []Send{{User: user, Worker: "w1", Event: "u1-1"}}
	if *d.looks > d.after {
		sends = append(sends, Send{User: user, Worker: "w2", Event: "u1-2"})
	}
	return sends, uint64(len(sends)), nil
}

// MarkDelete moves with every skip.
func (o *operated) MarkDelete(context.Context) (map[string]string, error) {
	return map[string]string{"p0": fmt.Sprint(len(o.done))}, nil
}

func TestSkippingGoesOnUntilAUserMoves(t *testing.T) {
	for _, c := range []struct {
		name  string
		after int
		skips string
		seen  bool
	}{
		{"at the first skip", 1, "1", true},
		{"later", 10, "2", true},
		{"never", 1000, "2", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var recorded []history.Event
				o := &operated{views: views{looks: []Statistics{{Backlog: 9}, {Backlog: 3}}}}
				s := &Scene{Users: []string{"u1"}, Topic: o, Downstream: taking{after: c.after, looks: new(int)}, Record: toldOf(&recorded)}
				if err := (Skip{Messages: 6, Times: 2}).Spec().Inject(t.Context(), s); err != nil {
					t.Fatal(err)
				}
				end := recorded[len(recorded)-1]
				if last := end.Evidence[len(end.Evidence)-1]; last.Observer != "gateway" || last.Seen != c.seen || end.Detail["skips"] != c.skips {
					t.Errorf("skips %s, %+v; want %s, seen %t", end.Detail["skips"], last, c.skips, c.seen)
				}
			})
		})
	}
}

func TestANewcomerWaitsUntilOthersAreExhausted(t *testing.T) {
	i := &injection{targets: []*target{{Send: Send{Worker: "w1"}}}}
	for _, c := range []struct {
		name    string
		w1, w2  int
		replay  int
		arrives bool
	}{
		{"the worker inside has permits", 1, 9, 4, false},
		{"nobody has", 0, 0, 4, false},
		{"nothing was read that is with nobody", 0, 9, 0, false},
		{"all is as it should be", -2, 9, 4, true},
		{"the broker does not say what is with nobody", -2, 9, -1, true},
	} {
		v := &views{looks: []Statistics{{Replay: c.replay, Consumers: []Consumer{{Name: "w1", Permits: c.w1}, {Name: "w2", Permits: c.w2}}}}}
		i.scene = &Scene{Topic: v}
		if ev := lookedFor(t, i, exhausted); ev.Seen != c.arrives {
			t.Errorf("%s: %+v", c.name, ev)
		}
	}
}

func TestAConsumerIsKeptWaitingWhenTheBrokerSaysSo(t *testing.T) {
	for _, c := range []struct {
		name string
		says Statistics
		kept bool
	}{
		{"no key drains", Statistics{Consumers: []Consumer{{Name: "w1"}, {Name: "v"}}}, false},
		{"keys drain at another", Statistics{Consumers: []Consumer{{Name: "w1", Draining: 3}, {Name: "v"}}}, true},
		{"another has joined lately", Statistics{Recent: []string{"w2"}}, false},
		{"it has joined lately", Statistics{Recent: []string{"v", "w2"}}, true},
	} {
		i := &injection{scene: &Scene{Topic: &views{looks: []Statistics{c.says}}}}
		if ev := lookedFor(t, i, keptWaiting(func(*injection) string { return "v" })); ev.Seen != c.kept {
			t.Errorf("%s: %+v", c.name, ev)
		}
	}
}

func TestAPauseAtNobodyLeavesNobodyAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &halted{lists: lists{looks: new(int)}, frozenWorker: frozenWorker{state: State{Running: true}}, workers: map[string]*frozenWorker{}}
		h.workers["w1"] = &frozenWorker{state: State{Running: true}}
		var recorded []history.Event
		var released []string
		s := &Scene{
			Users: []string{"u1"}, Unaimed: true, Rand: rand.New(rand.NewPCG(1, 2)), Downstream: inside{comes: true, released: &released}, Broker: h, Record: toldOf(&recorded),
			Workers: someWorkers{names: []string{"w1"}, process: func(n string) Process { return h.workers[n] }},
		}
		if err := (BrokerPause{For: time.Millisecond, Alone: 5 * time.Millisecond}).Spec().Inject(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		end := recorded[len(recorded)-1]
		if len(h.frozen) > 0 || len(released) > 0 || slices.ContainsFunc(end.Evidence, func(e history.Evidence) bool { return e.Name == firstBack }) {
			t.Errorf("frozen %v, released %v, recorded %+v", h.frozen, released, end)
		}
	})
}
