package decide

import (
	"math"
	"strings"
	"testing"

	"turnstile/checker"
)

func TestWhatIsPartOfTheProgramCanHaveBeenMeasured(t *testing.T) {
	m, err := Committed()
	if err == nil {
		err = m.Check()
	}
	if err != nil {
		t.Error(err)
	}
}

func TestFiguresThatNobodyCanHaveMeasuredAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Measured)
		says   string
	}{
		{"no odds", func(m *Measured) { m.Odds.Arms = nil }, "it has no odds"},
		{"an unknown mode", func(m *Measured) { m.Odds.Arms[0].Mode = "shred" }, `there is no mode "shred": there are shared`},
		{"an unknown guard", func(m *Measured) { m.Odds.Arms[0].Guard = "hope" }, `there is no guard "hope"`},
		{"no lanes", func(m *Measured) { m.Odds.Arms[0].Lanes = 0 }, "lanes is 0: give 1 or more"},
		{"less than no time", func(m *Measured) { m.Odds.Arms[0].Calm.UserS = -1 }, "calm.user_s is -1: give 0 or more"},
		{"less than no section", func(m *Measured) { m.Odds.Arms[0].Struck[0].All = -2 }, "all is -2"},
		{"less than no harm", func(m *Measured) { m.Odds.Arms[0].Struck[0].Harms = Harms{checker.DoubleText: -1} }, "harms: -1 of"},
		{"an unknown harm", func(m *Measured) { m.Odds.Arms[0].Calm.Harms = Harms{"hunger": 1} }, `harms: 1 of "hunger"`},
		{"one of them twice", func(m *Measured) { m.Odds.Arms[1] = m.Odds.Arms[0] }, "are there twice: leave one out"},
		{"nothing done at most", func(m *Measured) { m.Prices.Arms[0].Saturated = 0 }, "saturated is 0: give more than 0"},
		{"no number", func(m *Measured) { m.Prices.Arms[0].Saturated = math.NaN() }, "saturated is NaN"},
		{"less than no processor time", func(m *Measured) { m.Prices.Arms[0].ProcessorUS = map[string]float64{"redis": -3} }, "redis is -3"},
		{"an answer before the question", func(m *Measured) { m.Prices.Arms[0].Latencies = []Latency{{P99: -1}} }, "p99_ms is -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Committed()
			if err != nil {
				t.Fatal(err)
			}
			c.change(&m)
			if err := m.Check(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("said %v, want %q", err, c.says)
			}
		})
	}
}
