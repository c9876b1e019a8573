package decide

import (
	"maps"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"turnstile/checker"
)

// drawnHarms are often none.
func drawnHarms(t *rapid.T) Harms {
	n := rapid.IntRange(0, 255).Draw(t, "harms")
	h := Harms{}
	for _, kind := range checker.HarmKinds() {
		h[kind] = max(0, n%8-4)
		n /= 2
	}
	return h
}

// drawnMeasured is what may have been measured, of two modes that differ in what is
// at stake.
func drawnMeasured(t *rapid.T) (m Measured) {
	for _, name := range []string{"failover", "lock"} {
		o := OddsOf{Arm: name, Mode: name, Lanes: 32, Calm: Calm{
			UserS: 100, InsideS: rapid.Float64Range(0.1, 90).Draw(t, "inside"), Sections: rapid.IntRange(10, 1000).Draw(t, "sections"), Harms: drawnHarms(t),
		}}
		for _, f := range Faults() {
			for range rapid.IntRange(1, 2).Draw(t, f.Name) {
				own := rapid.Float64Range(0.1, 8).Draw(t, "own")
				o.Struck = append(o.Struck, Struck{Fault: f.Name, Own: own, All: 2*own + 1, Sections: int(10 * own), Harms: drawnHarms(t)})
			}
		}
		m.Odds.Arms = append(m.Odds.Arms, o)
		m.Prices.Arms = append(m.Prices.Arms, Price{
			Arm: name, Saturated: rapid.Float64Range(100, 5000).Draw(t, "saturated"), Latencies: []Latency{{Share: Busy, P50: 1, P99: 2, P999: 3}},
			ProcessorUS: map[string]float64{ofWorkers: rapid.Float64Range(10, 500).Draw(t, "workers"), ofBroker: 200, ofRedis: 50},
		})
	}
	return m
}

func drawnRates(t *rapid.T) Rates {
	r := Rates{
		Events: rapid.Float64Range(1e5, 1e9).Draw(t, "events"), Users: rapid.Float64Range(1e3, 1e5).Draw(t, "users"), PeakFactor: 3,
		Workers: rapid.IntRange(1, 1000).Draw(t, "workers"), Lanes: 8, HandlerTime: time.Duration(rapid.Int64Range(1e6, 1e9).Draw(t, "handler")),
		Patience: Patience{Broker: time.Minute, Lock: 30 * time.Second}, Faults: map[string]Happens{},
	}
	for _, k := range kinds {
		r.Faults[k.Key] = Happens{ADay: rapid.Float64Range(0, 50).Draw(t, k.Key), For: time.Duration(rapid.Int64Range(1, 2e11).Draw(t, "for"))}
		if k.OfLocks { // a short one of the lock server was never measured
			r.Faults[k.Key] = Happens{ADay: r.Faults[k.Key].ADay, For: time.Hour}
		}
	}
	return r
}

// everyHarm compares what is expected at two rates.
func everyHarm(t *rapid.T, m Measured, a, b Rates, same func(a, b *Expected) bool, what string) {
	as, bs := Predict(m, a), Predict(m, b)
	for i := range as {
		for _, h := range checker.HarmKinds() {
			if x, y := as[i].Harms[h], bs[i].Harms[h]; !same(x, y) {
				t.Fatalf("%s, %s: %s: %+v, then %+v", as[i].Arm, h, what, x, y)
			}
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

func scaled(r Rates, by float64) Rates {
	r.Faults = maps.Clone(r.Faults)
	for k, h := range r.Faults {
		r.Faults[k] = Happens{h.ADay * by, h.For}
	}
	return r
}

func TestAnIntervalHasItsEstimateInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawnRates(t)
		everyHarm(t, drawnMeasured(t), r, r, func(e, _ *Expected) bool {
			return e.Known() && 0 <= e.Low && e.Low <= e.Value+1e-9 && e.Value <= e.High+1e-9
		}, "no interval of it")
	})
}

func TestMoreFaultsDoNotDoLessHarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, less := drawnMeasured(t), drawnRates(t)
		more := scaled(less, 1)
		k := rapid.SampledFrom(kinds).Draw(t, "kind").Key
		more.Faults[k] = Happens{less.Faults[k].ADay + rapid.Float64Range(0.1, 100).Draw(t, "more"), less.Faults[k].For}
		everyHarm(t, m, less, more, func(a, b *Expected) bool { return b.Value >= a.Value-1e-9 && b.High >= a.High-1e-9 }, "less with more "+k)
	})
}

func TestTheHarmOfFaultsGrowsAsTheyDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := drawnMeasured(t), drawnRates(t)
		by := rapid.Float64Range(0.1, 10).Draw(t, "by")
		none, once, more := Predict(m, scaled(r, 0)), Predict(m, r), Predict(m, scaled(r, by))
		for i := range none {
			for _, h := range checker.HarmKinds() {
				calm, a, b := none[i].Harms[h].Value, once[i].Harms[h].Value, more[i].Harms[h].Value
				if want := calm + by*(a-calm); !near(b, want) {
					t.Fatalf("%s, %s: %g without faults, %g with them, and %g with %g times as many, want %g", none[i].Arm, h, calm, a, b, by, want)
				}
			}
		}
	})
}

func TestTheHarmOfFaultsGrowsWithHowLongSectionsAreOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := drawnMeasured(t), drawnRates(t)
		longer := r
		longer.HandlerTime = 2 * r.HandlerTime
		everyHarm(t, m, r, longer, func(a, b *Expected) bool { return near(2*a.Value, b.Value) }, "not twice as much with sections twice as long")
	})
}

func TestWithoutFaultsThereIsOnlyWhatThereIsWithoutFaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := drawnMeasured(t), scaled(drawnRates(t), 0)
		for i := range m.Odds.Arms {
			m.Odds.Arms[i].Calm.Harms = nil
		}
		everyHarm(t, m, r, r, func(e, _ *Expected) bool { return e.Value == 0 && e.High > 0 && len(e.Parts) == 1 }, "harm of nothing")
	})
}

func TestADayThatIsForetoldInPartsIsTheDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := drawnMeasured(t), drawnRates(t)
		part := rapid.Float64Range(0.001, 1).Draw(t, "part")
		for i, o := range Predict(m, r) {
			struck := map[string]float64{}
			for _, s := range r.strikes(o.Mode == "lock") {
				n := s.aDay * part
				if s.reach == EachWorker {
					n *= float64(r.Workers)
				}
				struck[s.fault] += n
			}
			got, err := m.Odds.Arms[i].Foretell(r, struck, part)
			if err != nil {
				t.Fatal(err)
			}
			for h, e := range o.Harms {
				if !near(got[h], e.Value*part) {
					t.Fatalf("%s, %s: %g in %g of a day with %g", o.Arm, h, got[h], part, e.Value)
				}
			}
		}
	})
}

func TestWorkersAndProcessorsGrowWithTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := drawnMeasured(t), drawnRates(t)
		for _, o := range Predict(m, r) {
			mean, peak := o.Size.Mean, o.Size.Peak
			if peak.Workers < mean.Workers || peak.Partitions < mean.Partitions || !near(peak.All(), r.PeakFactor*mean.All()) || mean.Workers < 1 {
				t.Fatalf("%s: %+v, %+v", o.Arm, mean, peak)
			}
			if busy := mean.Rate * r.HandlerTime.Seconds() / (mean.Workers * float64(r.Lanes)); busy > Busy+1e-9 {
				t.Fatalf("%s: lanes are busy %g of the time", o.Arm, busy)
			}
		}
	})
}
