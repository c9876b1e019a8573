package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	gojson "github.com/goccy/go-json"
)

// BenchmarkRead reads one file in turns: as a history, and bare, each line
// decoded and nothing kept, by goccy/go-json, the fastest library that agrees
// with encoding/json on what a history may have, and by encoding/json.
// times-bare is the reader's time over that of the bare read through the
// former. The reader has all processors, the bare read one.
func BenchmarkRead(b *testing.B) {
	const lines = 200_000
	path := filepath.Join(b.TempDir(), "history.jsonl")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	events := make([]Event, lines)
	for i := range events {
		u := fmt.Sprintf("u%d", i/12%20)
		events[i] = Event{
			T: 4379435716990 + int64(i)*1000, From: 4379435716990, Domain: "boot:a9e05283-b4fb-4e68-aa5f-a011565f75e7", Src: "worker/w4", Seq: uint64(i + 1), Kind: KindStateWrite,
			User: u, Event: fmt.Sprintf("%s-%d", u, i/240), Attempt: fmt.Sprintf("w4-%d", i/12), Worker: "w4", Version: int64(i / 240), Outcome: OutcomeOK, Detail: map[string]string{"try": "1"},
		}
	}
	if err := Write(f, events); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	bare := func(unmarshal func([]byte, any) error) error {
		whole, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range bytes.Lines(whole) {
			var e Event
			if err := unmarshal(line, &e); err != nil {
				return err
			}
		}
		return nil
	}
	var took [3]time.Duration
	for b.Loop() {
		for i, read := range []func() error{
			func() error { _, err := ReadFile(path); return err },
			func() error { return bare(gojson.Unmarshal) },
			func() error { return bare(json.Unmarshal) },
		} {
			start := time.Now()
			if err := read(); err != nil {
				b.Fatal(err)
			}
			took[i] += time.Since(start)
		}
	}
	perLine := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(b.N) / lines }
	b.ReportMetric(perLine(took[0]), "ns/line")
	b.ReportMetric(perLine(took[1]), "ns/line-bare-goccy")
	b.ReportMetric(perLine(took[2]), "ns/line-bare-stdlib")
	b.ReportMetric(float64(took[0])/float64(took[1]), "times-bare")
}
