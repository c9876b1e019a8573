package harness

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"turnstile/checker"
	"turnstile/fault"
	"turnstile/harness/decide"
)

// ForetoldOdds is the n-th of the scenarios that check predictions: the arms in
// turn, each with users, workers, a downstream and faults that are drawn, and with
// the harm that decide expects of it.
func ForetoldOdds(m decide.Measured, n int, seed uint64) (Scenario, error) {
	arms := slices.DeleteFunc(OddsArms(), func(a Arm) bool {
		d, _ := a.Mode.Describe()
		_, unmeasured := m.Odds.Of(a.Name)
		return !d.Apart() || unmeasured != nil // of the others less is known, or nothing
	})
	if len(arms) == 0 {
		return Scenario{}, errors.New("no odds were measured: make odds")
	}
	a := arms[n%len(arms)]
	r := rand.New(rand.NewPCG(seed, 7))
	load := OddsLoad()
	load.Aimed = 16 + r.IntN(17)
	load.Ordinary = load.Aimed // so that as many events lead to a text as when the odds were measured
	load.Every = between(r, 400*time.Millisecond, 800*time.Millisecond)
	load.LatencyMin = between(r, 50*time.Millisecond, 150*time.Millisecond)
	load.LatencyMax = load.LatencyMin + between(r, 50*time.Millisecond, 150*time.Millisecond)
	measured, err := m.Odds.Of(a.Name)
	if err != nil {
		return Scenario{}, err
	}
	times, all := map[string]int{}, foretold(measured)
	if len(all) == 0 {
		return Scenario{}, fmt.Errorf("of %s no fault was measured: make odds", a.Name)
	}
	for range 10 {
		times[all[r.IntN(len(all))]]++
	}
	sc, err := Odds(a, load, 3+r.IntN(3), times, seed)
	if err != nil {
		return sc, err
	}
	sc.Name = fmt.Sprintf("%s, foretold %d", a.Name, n+1)
	sc.foretold, err = foretell(measured, sc)
	return sc, err
}

// foretold are the faults that strike in them: those that were measured, but for
// those that have a broker of their own.
func foretold(measured *decide.OddsOf) (kinds []string) {
	for _, f := range decide.Faults() {
		if _, known := measured.Of(f.Name, f.Reach, checker.OverlappedSection); known && f.Name != "broker-kill" {
			kinds = append(kinds, f.Name)
		}
	}
	return kinds
}

// usualLength is about how long a fault of each kind takes until it is healed, where
// that is not its own setting.
const usualLength = 2500 * time.Millisecond

// foretell asks decide, as a team would, about a day like the run, and takes the
// run's part of it.
func foretell(measured *decide.OddsOf, sc Scenario) (map[checker.HarmKind]float64, error) {
	struck := map[string]float64{}
	lasts := sc.Load.Warmup + sc.Load.Tail
	for _, st := range sc.Fault.(fault.Schedule) {
		kind := st.Fault.Spec().Kind()
		struck[kind]++
		lasts += st.Delay + usualLength
		if kind == "freeze" || kind == "lock-pause" {
			lasts += beyondPatience
		}
	}
	const day = 24 * 3600 // seconds
	rates := decide.Rates{
		Users: float64(sc.Load.Users()), Events: float64(sc.Load.Users()) / sc.Load.Every.Seconds() * day, Workers: sc.Workers,
		// All that takes time in a section is the downstream's answer.
		HandlerTime: time.Duration(float64(measured.Calm.HandlerTime()) * float64(answer(sc.Load)) / float64(answer(OddsLoad()))),
	}
	return measured.Foretell(rates, struck, lasts.Seconds()/day)
}

// answer is how long the downstream takes to answer, on average.
func answer(l Load) time.Duration { return (l.LatencyMin + l.LatencyMax) / 2 }
