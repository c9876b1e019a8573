package harness

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator"
	"turnstile/harness/decide"
	"turnstile/harness/report"
)

// strikes are the faults whose odds are measured. None is aimed at anybody's
// section, and none waits for one.
var strikes = map[string]func(a Arm, r *rand.Rand) fault.Fault{
	"freeze": func(a Arm, _ *rand.Rand) fault.Fault {
		return fault.Freeze{AtLeast: beyondPatience, Kept: ToFaults(a.Mode).Places}
	},
	"stutter": func(Arm, *rand.Rand) fault.Fault {
		return fault.Stutter{Freezes: 1, For: withinPatience, Every: time.Millisecond}
	},
	"kill":         func(Arm, *rand.Rand) fault.Fault { return fault.Kill{} },
	"leave":        func(Arm, *rand.Rand) fault.Fault { return fault.Leave{} },
	"topic-unload": func(Arm, *rand.Rand) fault.Fault { return fault.Unload{} },
	"broker-kill":  func(_ Arm, r *rand.Rand) fault.Fault { return fault.BrokerRestart{Down: between(r, 0, 2*time.Second)} },
	"lock-pause":   func(Arm, *rand.Rand) fault.Fault { return fault.LockPause{For: beyondPatience} },
	"lock-restart": func(a Arm, r *rand.Rand) fault.Fault {
		f := fault.LockRestart{Down: between(r, 0, 2*time.Second)}
		if orchestrator.LockServers(a.Settings.Lock) > 1 {
			f.Kept = time.Second // the other servers still have what the one forgot
		}
		return f
	},
}

// stopsAll are those in which everybody stands still, so that a backlog grows.
var stopsAll = map[string]bool{"broker-kill": true, "lock-pause": true, "lock-restart": true}

const (
	beyondPatience = 6 * time.Second        // of the broker (2 s) and of a lock (3 s)
	withinPatience = 800 * time.Millisecond // of both

	// apartLeast and apartMost are between the end of one fault and the next.
	apartLeast, apartMost = 1500 * time.Millisecond, 3 * time.Second
	// workedOff is how much longer it is after one in which all stood still.
	workedOff = 6 * time.Second
	// justBefore is the time before a fault over which open sections are averaged.
	justBefore = time.Second
)

func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)))
}

// OddsArms are those whose odds are measured: what is priced, but for what only
// shows what recording costs.
func OddsArms() (all []Arm) {
	for _, a := range Arms() {
		if !a.Unrecorded {
			all = append(all, a)
		}
	}
	return all
}

// OddsLoad has many users with an event now and then, and a downstream that takes
// its time: many sections are open at any moment, and most lanes are free.
func OddsLoad() Load {
	return Load{
		Aimed: 24, Ordinary: 24, Burst: 1, Every: 500 * time.Millisecond, Warmup: 4 * time.Second, Tail: 3 * time.Second,
		LatencyMin: 100 * time.Millisecond, LatencyMax: 200 * time.Millisecond,
	}
}

// Odds is the scenario that strikes the arm's workers and servers with each of
// those faults so many times, one after the other in an order and at times that
// are drawn. It claims nothing. Faults that there cannot be in the arm are left
// out; false: all are.
func Odds(a Arm, load Load, workers int, times map[string]int, seed uint64) (Scenario, error) {
	r := rand.New(rand.NewPCG(seed, 6))
	sc := Scenario{
		Name: a.Name + ", unaimed", Mode: a.Mode, Guard: a.Guard, Settings: a.Settings, Load: load, Workers: workers,
		Unaimed: true, Expect: All(report.Any), odds: a.Name,
	}
	sc.Lanes = 8
	var drawn fault.Schedule
	for _, kind := range decide.Faults() { // in one order, so that a seed draws the same
		for range times[kind.Name] {
			strike := strikes[kind.Name](a, r)
			if only := (Scenario{Name: kind.Name, Mode: a.Mode, Guard: a.Guard, Settings: a.Settings, Fault: strike, Unaimed: true, Expect: sc.Expect}); only.Check() == nil {
				drawn = append(drawn, fault.Step{Fault: strike})
			}
		}
	}
	r.Shuffle(len(drawn), func(i, k int) { drawn[i], drawn[k] = drawn[k], drawn[i] })
	for i := range drawn {
		drawn[i].Name = fmt.Sprintf("strike-%d", i+1)
		drawn[i].Delay = between(r, apartLeast, apartMost)
		if i > 0 {
			drawn[i].After = drawn[i-1].Name
			if stopsAll[drawn[i-1].Fault.Spec().Kind()] {
				drawn[i].Delay += workedOff
			}
		}
	}
	sc.Fault = drawn
	return sc, sc.Check()
}

// oddsOf is what a run says of its faults. One that missed was none.
func oddsOf(h *history.History, arm string, lanes int) *decide.OddsOf {
	t := checker.Count(h)
	o := &decide.OddsOf{Arm: arm, Lanes: lanes, Struck: []decide.Struck{}}
	var faults []checker.FaultEvidence
	for _, f := range t.Faults {
		if f.Ended && !missed(f) {
			faults = append(faults, f)
		}
	}
	if len(t.Stays) == 0 || len(faults) == 0 {
		return o
	}
	users := 0
	if s := h.Scenario(); s != nil {
		o.Mode, o.Guard, users = s.Mode, s.Guard, s.Users
	}
	o.Calm = calmBefore(t, faults[0].Begin, users)
	for i, f := range faults {
		til := int64(math.MaxInt64)
		if i+1 < len(faults) {
			til = faults[i+1].Begin
		}
		struck := decide.Struck{
			Fault: fault.KindOf(f.Fault), All: openBefore(t, f.Begin, ""),
			Sections: begunIn(t, f.Begin, til), Harms: harmsIn(t, f.Begin, til),
		}
		if f.Worker != "" {
			struck.Own = openBefore(t, f.Begin, f.Worker)
		}
		o.Struck = append(o.Struck, struck)
	}
	return o
}

// Recount counts anew, from the histories in a session's folder, what the faults of
// its runs did that were aimed at nobody, so that sessions of before the counting
// changed can be added to later ones.
func Recount(folder string, s *report.Summary) error {
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		if sc.Odds == nil || sc.Error != "" {
			continue
		}
		h, err := history.ReadFile(filepath.Join(folder, sc.Folder, report.HistoryFile))
		if err != nil {
			return fmt.Errorf("counting %s anew: %w", sc.Name, err)
		}
		sc.Odds = oddsOf(h, sc.Odds.Arm, sc.Odds.Lanes)
	}
	return nil
}

func missed(f checker.FaultEvidence) bool {
	return slices.ContainsFunc(f.Evidence, func(e history.Evidence) bool { return e.Name == fault.MissedEvidence })
}

// calmBefore is the time from the first section until the first fault.
func calmBefore(t checker.Tally, til int64, users int) decide.Calm {
	from := t.Stays[0].From
	c := decide.Calm{UserS: rounded(float64(til-from) / 1e9 * float64(users)), Sections: begunIn(t, from, til), Harms: harmsIn(t, from, til)}
	inside := int64(0)
	for _, s := range t.Stays {
		if s.From < til {
			inside += min(s.Til, til) - s.From
		}
	}
	c.InsideS = rounded(float64(inside) / 1e9)
	return c
}

// rounded keeps what was measured readable.
func rounded(v float64) float64 { return math.Round(1000*v) / 1000 }

// openBefore is how many sections were open on average just before a time: of the
// worker, or of all.
func openBefore(t checker.Tally, at int64, worker string) float64 {
	from := at - justBefore.Nanoseconds()
	sum := int64(0)
	for _, s := range t.Stays {
		if worker == "" || s.Worker == worker {
			sum += max(0, min(s.Til, at)-max(s.From, from))
		}
	}
	return rounded(float64(sum) / float64(at-from))
}

func begunIn(t checker.Tally, from, til int64) (n int) {
	for _, s := range t.Stays {
		if from <= s.From && s.From < til {
			n++
		}
	}
	return n
}

func harmsIn(t checker.Tally, from, til int64) decide.Harms {
	n := decide.Harms{}
	for _, h := range t.Harms {
		if from <= h.T && h.T < til {
			n[h.Kind]++
		}
	}
	return n
}
