package alerting

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/proto"

	"turnstile/fixtures/orchestrator/alerts"
)

// File is what a run's samples are called in its folder: OpenMetrics with
// timestamps, packed by gzip, which `promtool tsdb create-blocks-from openmetrics`
// loads into a Prometheus.
const File = "metrics.om.gz"

// Names of what a record says of itself.
const (
	upName    = "up"
	clockName = "turnstile_history_seconds" // the history's clock, by domain, at the sample's time
	everyName = "turnstile_scrape_interval_seconds"
)

// Record is what workers answered when they were scraped. Times are those of the
// history's clock; the file has them by the wall's, as it was when the record
// began.
type Record struct {
	began int64 // by the history's clock, nanoseconds
	wall  time.Time
	parse expfmt.TextParser

	mu       sync.Mutex
	families map[string]*family
}

type family struct {
	*dto.MetricFamily                          // without its metrics
	of                map[string][]*dto.Metric // by labels, in the order of time
}

// NewRecord begins a record at a time of the history's clock in that domain, of
// scrapes so far apart.
func NewRecord(domain string, now int64, wall time.Time, every time.Duration) *Record {
	r := &Record{began: now, wall: wall, parse: expfmt.NewTextParser(model.UTF8Validation), families: map[string]*family{}}
	r.add(clockName, dto.MetricType_GAUGE, "The clock of the run's history, by domain.", gauge(float64(now)/1e9, label("domain", domain)), now)
	r.add(everyName, dto.MetricType_GAUGE, "How far scrapes are apart.", gauge(every.Seconds()), now)
	return r
}

// Answered adds what an instance answered to a scrape that began at that time. What
// cannot be read is no answer, and an error: nothing of it is added.
func (r *Record) Answered(instance string, at int64, body io.Reader) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	said, err := r.parse.TextToMetricFamilies(body)
	if err != nil {
		return fmt.Errorf("what %s shows as its metrics cannot be read: %w", instance, err)
	}
	for _, f := range said {
		kind := f.GetType()
		if kind == dto.MetricType_COUNTER && !strings.HasSuffix(f.GetName(), "_total") {
			kind = dto.MetricType_UNTYPED // OpenMetrics would give it another name
			for _, m := range f.Metric {
				m.Untyped, m.Counter = &dto.Untyped{Value: m.Counter.Value}, nil
			}
		}
		for _, m := range f.Metric {
			m.Label = append(m.Label, label("job", alerts.Job), label("instance", instance))
			r.add(f.GetName(), kind, f.GetHelp(), m, at)
		}
	}
	r.up(instance, at, 1)
	return nil
}

// Silent adds that an instance did not answer the scrape that began at that time.
func (r *Record) Silent(instance string, at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.up(instance, at, 0)
}

func (r *Record) up(instance string, at int64, v float64) {
	r.add(upName, dto.MetricType_GAUGE, "Whether the scrape was answered.", gauge(v, label("job", alerts.Job), label("instance", instance)), at)
}

func (r *Record) add(name string, kind dto.MetricType, help string, m *dto.Metric, at int64) {
	m.TimestampMs = proto.Int64(r.wall.Add(time.Duration(at - r.began)).UnixMilli())
	f := r.families[name]
	if f == nil {
		f = &family{&dto.MetricFamily{Name: proto.String(name), Help: proto.String(help), Type: kind.Enum()}, map[string][]*dto.Metric{}}
		r.families[name] = f
	}
	var key strings.Builder
	for _, l := range m.Label {
		fmt.Fprintf(&key, "%s=%q,", l.GetName(), l.GetValue())
	}
	f.of[key.String()] = append(f.of[key.String()], m)
}

func gauge(v float64, labels ...*dto.LabelPair) *dto.Metric {
	return &dto.Metric{Gauge: &dto.Gauge{Value: proto.Float64(v)}, Label: labels}
}

func label(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: proto.String(name), Value: proto.String(value)}
}

// Write writes the record as OpenMetrics.
func (r *Record) Write(w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(r.families)) {
		f := r.families[name]
		f.Metric = nil
		for _, key := range slices.Sorted(maps.Keys(f.of)) {
			slices.SortStableFunc(f.of[key], func(a, b *dto.Metric) int { return int(a.GetTimestampMs() - b.GetTimestampMs()) })
			f.Metric = append(f.Metric, f.of[key]...)
		}
		if _, err := expfmt.MetricFamilyToOpenMetrics(w, f.MetricFamily); err != nil {
			return err
		}
	}
	_, err := expfmt.FinalizeOpenMetrics(w)
	return err
}

// WriteFile writes the record into a new file.
func (r *Record) WriteFile(path string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(f)
	if err := errors.Join(r.Write(z), z.Close(), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
