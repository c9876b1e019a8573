package alerting

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"

	"turnstile/checker/history/openfile"
)

// Samples are a run's record, as read from its file.
type Samples struct {
	Every       time.Duration // between scrapes
	first, last int64         // Unix milliseconds
	clock       map[string]int64
	series      []*series
	names       map[string]bool
}

type series struct {
	labels labels.Labels
	points []chunks.Sample
}

// point is a sample.
type point struct {
	t int64
	f float64
}

func (p point) T() int64                      { return p.t }
func (p point) F() float64                    { return p.f }
func (p point) H() *histogram.Histogram       { return nil }
func (p point) FH() *histogram.FloatHistogram { return nil }
func (p point) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (p point) Copy() chunks.Sample           { return p }

// ReadFile reads a file that [Record.WriteFile] wrote.
func ReadFile(path string) (*Samples, error) {
	f, err := openfile.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is not there: the run's workers were not scraped (make alerts runs scenarios in which they are)", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	var b []byte
	if err == nil {
		b, err = io.ReadAll(z)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is no record of metrics, or is cut short: %w", path, err)
	}
	s, err := read(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func read(b []byte) (*Samples, error) {
	s := &Samples{clock: map[string]int64{}, names: map[string]bool{}, first: math.MaxInt64, last: math.MinInt64}
	p := textparse.NewOpenMetricsParser(b, labels.NewSymbolTable())
	of := map[string]*series{}
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it is no OpenMetrics: %w", err)
		}
		if entry != textparse.EntrySeries {
			continue
		}
		_, t, v := p.Series()
		var l labels.Labels
		p.Labels(&l)
		if t == nil {
			return nil, fmt.Errorf("a sample of %s has no time", l)
		}
		switch name := l.Get(labels.MetricName); name {
		case clockName:
			s.clock[l.Get("domain")] = *t - int64(v*1e3)
			continue
		case everyName:
			s.Every = time.Duration(math.Round(v*1e3)) * time.Millisecond
			continue
		default:
			s.names[name] = true
		}
		at := of[l.String()]
		if at == nil {
			at = &series{labels: l}
			of[l.String()] = at
			s.series = append(s.series, at)
		}
		at.points = append(at.points, point{*t, v})
		s.first, s.last = min(s.first, *t), max(s.last, *t)
	}
	if s.Every <= 0 || len(s.clock) == 0 {
		return nil, errors.New("it does not say how often workers were scraped, or by what clock: it is no record of a run")
	}
	s.markStale()
	return s, s.whole()
}

// markStale ends an instance's series where it did not answer, as Prometheus does.
func (s *Samples) markStale() {
	silent := map[string][]int64{}
	for _, up := range s.series {
		if up.labels.Get(labels.MetricName) != upName {
			continue
		}
		for _, p := range up.points {
			if p.F() == 0 {
				silent[up.labels.Get("instance")] = append(silent[up.labels.Get("instance")], p.T())
			}
		}
	}
	for _, of := range s.series {
		if of.labels.Get(labels.MetricName) == upName {
			continue
		}
		for _, t := range silent[of.labels.Get("instance")] {
			of.points = append(of.points, point{t, math.Float64frombits(value.StaleNaN)})
		}
		slices.SortStableFunc(of.points, func(a, b chunks.Sample) int { return int(a.T() - b.T()) })
	}
}

// whole refuses a record of which nothing can be said.
func (s *Samples) whole() error {
	scrapes := 0
	for _, up := range s.series {
		if up.labels.Get(labels.MetricName) != upName {
			continue
		}
		scrapes += len(up.points)
		for i := 1; i < len(up.points); i++ {
			if d := time.Duration(up.points[i].T()-up.points[i-1].T()) * time.Millisecond; d > mostMissed*s.Every {
				return fmt.Errorf("for %v nobody scraped %s, which is to be scraped every %v: what fired then is not known", d, up.labels.Get("instance"), s.Every)
			}
		}
	}
	if scrapes == 0 {
		return errors.New("no worker was ever scraped")
	}
	return nil
}

// mostMissed is how far scrapes may be apart, in intervals: both of them must be
// within one window of eight at some evaluation, or what was counted between them
// is not seen.
const mostMissed = 7

// Querier implements [storage.Queryable].
func (s *Samples) Querier(int64, int64) (storage.Querier, error) { return querier{s}, nil }

type querier struct{ s *Samples }

func (q querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	found := &set{at: -1}
	for _, of := range q.s.series {
		if matches(of.labels, ms) {
			found.of = append(found.of, of)
		}
	}
	slices.SortFunc(found.of, func(a, b *series) int { return labels.Compare(a.labels, b.labels) })
	return found
}

func matches(l labels.Labels, ms []*labels.Matcher) bool {
	return !slices.ContainsFunc(ms, func(m *labels.Matcher) bool { return !m.Matches(l.Get(m.Name)) })
}

func (querier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errors.ErrUnsupported
}

func (querier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errors.ErrUnsupported
}

func (querier) Close() error { return nil }

type set struct {
	of []*series
	at int
}

func (s *set) Next() bool                        { s.at++; return s.at < len(s.of) }
func (s *set) At() storage.Series                { return storage.NewListSeries(s.of[s.at].labels, s.of[s.at].points) }
func (s *set) Err() error                        { return nil }
func (s *set) Warnings() annotations.Annotations { return nil }
