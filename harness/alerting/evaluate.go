package alerting

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// lookback is Prometheus' own, for [Usual] scrapes: how old a sample may be.
const lookback = 5 * time.Minute

// Firing is a time during which an alert fired, of whichever series.
type Firing struct {
	Rule     Rule
	From, To int64 // Unix milliseconds: the first and the last evaluation
}

// Evaluate evaluates rules at each interval of a record, as Prometheus would have
// done meanwhile. What fired is in the order of time.
func Evaluate(s *Samples, rules []Rule) (all []Firing, err error) {
	engine := promql.NewEngine(promql.EngineOpts{
		Logger: slog.New(slog.DiscardHandler), MaxSamples: 50_000_000, Timeout: time.Minute,
		LookbackDelta: time.Duration(float64(lookback) * float64(s.Every) / float64(Usual)),
	})
	defer engine.Close()
	for _, rule := range rules {
		names, err := rule.asks()
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !s.names[name] {
				return nil, fmt.Errorf("the alert %s asks for %s, of which the record has nothing: either the name is wrong or the workers do not show it", rule.Name, name)
			}
		}
		fired, err := s.evaluate(engine, rule)
		if err != nil {
			return nil, fmt.Errorf("the alert %s: %w", rule.Name, err)
		}
		all = append(all, fired...)
	}
	slices.SortStableFunc(all, func(a, b Firing) int { return cmp.Compare(a.From, b.From) })
	return all, nil
}

func (s *Samples) evaluate(engine *promql.Engine, rule Rule) (all []Firing, err error) {
	scaled, err := rule.at(s.Every)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	// The last evaluation is the one that has the last sample.
	every := s.Every.Milliseconds()
	end := s.first + (s.last-s.first+every-1)/every*every
	q, err := engine.NewRangeQuery(ctx, s, nil, scaled.Expr, time.UnixMilli(s.first), time.UnixMilli(end), s.Every)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	res := q.Exec(ctx)
	if res.Err != nil {
		return nil, res.Err
	}
	// What it remarks besides is of names: the Pulsar client's counters have none of the
	// usual endings.
	if warnings, _ := res.Warnings.AsStrings(scaled.Expr, 0, 0); len(warnings) > 0 {
		return nil, fmt.Errorf("a warning of Prometheus': %s", strings.Join(warnings, "; "))
	}
	m, err := res.Matrix()
	if err != nil {
		return nil, err
	}
	for _, series := range m {
		all = append(all, firings(rule, scaled.For, s.Every, series.Floats)...)
	}
	return all, nil
}

// firings are the times during which a condition had been met for long enough.
func firings(rule Rule, long, every time.Duration, met []promql.FPoint) (all []Firing) {
	for i := 0; i < len(met); {
		first := met[i].T
		last := first
		for i++; i < len(met) && met[i].T-last <= every.Milliseconds(); i++ {
			last = met[i].T
		}
		if from := first + long.Milliseconds(); from <= last {
			all = append(all, Firing{rule, from, last})
		}
	}
	return all
}
