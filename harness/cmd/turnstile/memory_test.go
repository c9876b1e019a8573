package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
)

func TestAHistoryBeyondItsMemoryIsUnknown(t *testing.T) {
	big := scaled(t, 15) // its events alone take 35 MiB
	code, out, errs := turnstile("check", big, "--max-memory", "32MiB", "--out", filepath.Join(t.TempDir(), "out"))
	if code != exitUnknown || errs != "" {
		t.Fatalf("exit code %d, stderr %q", code, errs)
	}
	mustHave(t, out, "was not judged: it needs more than the 32MiB of memory", "exclusivity unknown", "effects unknown", "give it more with --max-memory", "nothing is written to")

	code, out, errs = turnstile("show", big, "--max-memory", "32MiB", "--user", "u1/0")
	if code != exitUsage || out != "" || !strings.Contains(errs, "cannot be shown: it needs more than the 32MiB of memory") {
		t.Errorf("show: exit code %d, %q, stderr %q", code, out, errs)
	}

	code, out, errs = turnstile("check", big, "--max-memory", "32m", "--json", "--property", "order")
	if code != exitUnknown || !strings.Contains(errs, "--max-memory") {
		t.Fatalf("exit code %d, stderr %q", code, errs)
	}
	if r := resultOf(t, []byte(out)); len(r.Verdicts) != 1 || r.Of(checker.Order).Verdict != checker.Unknown || !strings.Contains(r.Of(checker.Order).Reason, "32MiB") {
		t.Errorf("the result is %s", out)
	}
}

func TestWithinItsMemoryWorkIsDone(t *testing.T) {
	n, err := within(1<<40, func() (int, error) { return 7, errors.New("as it is") })
	if n != 7 || err == nil || err.Error() != "as it is" {
		t.Errorf("got %d, %v", n, err)
	}
}

// TestWorkThatTakesTooMuchIsGivenUp takes memory until it is told to stop.
func TestWorkThatTakesTooMuchIsGivenUp(t *testing.T) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	budget := memory(taken() + 128<<20)
	_, err := within(budget, func() (int, error) {
		defer close(stopped)
		var kept [][]byte
		for {
			select {
			case <-stop:
				return len(kept), nil
			case <-time.After(time.Millisecond):
				kept = append(kept, make([]byte, 1<<20))
			}
		}
	})
	close(stop)
	<-stopped
	if tooMuch := (memoryError{}); !errors.As(err, &tooMuch) || tooMuch.budget != budget {
		t.Errorf("got %v", err)
	}
}

func TestMemoryIsNamedAsASize(t *testing.T) {
	for _, c := range []struct {
		text string
		want memory
	}{
		{"64MiB", 64 << 20}, {"4g", 4 << 30}, {"1.5GiB", 3 << 29},
		{"31MiB", 0}, {"0", 0}, {"-1", 0}, {"much", 0}, {"", 0},
	} {
		t.Run(c.text, func(t *testing.T) {
			var m memory
			err := m.Set(c.text)
			if (err == nil) != (c.want > 0) || m != c.want {
				t.Errorf("%d, %v", m, err)
			}
			if code, _, errs := turnstile("check", alone, "--max-memory="+c.text); c.want == 0 && (code != exitUsage || !strings.Contains(errs, "name at least 32MiB")) {
				t.Errorf("exit code %d, stderr %q", code, errs)
			}
		})
	}
	if usual := usualMemory(); usual < leastMemory {
		t.Errorf("the usual budget is %v", usual)
	}
}

// scaled writes a sound history as long as the recorded run, times over: one run
// after the other, each with users, events and attempts of its own, at the same
// workers.
func scaled(t testing.TB, times int) string {
	t.Helper()
	h, err := history.ReadFile(filepath.Join(alone, "history.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "history.jsonl")
	w := newScaler(t, path)
	first, last := h.Events[0].T, h.Events[len(h.Events)-1].T
	for k := range times {
		w.shift, w.log = int64(k)*(last-first+1_000_000_000), w.commits
		for _, e := range h.Events {
			begins, ends := once(&e)
			if begins && k > 0 || ends && k < times-1 {
				continue
			}
			w.put(e, fmt.Sprintf("/%d", k))
		}
	}
	w.end()
	return path
}

// once reports whether an event begins or ends a run.
func once(e *history.Event) (begins, ends bool) {
	switch e.Kind {
	case history.KindScenario, history.KindWorkerStart, history.KindObserverStart:
		return true, false
	case history.KindWorkerStop, history.KindWorkerDead, history.KindObserverStop, history.KindQuiet:
		return false, true
	}
	return false, false
}

// scaler writes events without holding them.
type scaler struct {
	t            testing.TB
	f            *os.File
	enc          *json.Encoder
	seqs         map[string]uint64
	n            int64
	shift        int64 // of time
	log, commits int64 // positions in the store's log before this run, and so far
}

func newScaler(t testing.TB, path string) *scaler {
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := &scaler{t: t, f: f, enc: json.NewEncoder(f), seqs: map[string]uint64{}}
	w.encode(map[string]any{"format": history.Format, "version": history.Version})
	return w
}

func (w *scaler) encode(v any) {
	if err := w.enc.Encode(v); err != nil {
		w.t.Fatal(err)
	}
}

func (w *scaler) put(e history.Event, suffix string) {
	w.seqs[e.Src]++
	e.Seq, e.T = w.seqs[e.Src], e.T+w.shift
	if e.From > 0 {
		e.From += w.shift
	}
	for _, name := range []*string{&e.User, &e.Event, &e.Attempt} {
		if *name != "" {
			*name += suffix
		}
	}
	if e.Kind == history.KindStateCommit {
		e.Ordinal += w.log
		w.commits = max(w.commits, e.Ordinal)
	}
	w.n++
	w.encode(&e)
}

func (w *scaler) end() {
	w.encode(&history.Event{T: 1, Domain: "none", Src: "end", Seq: 1, Kind: history.KindEnd, Ordinal: w.n})
	if err := w.f.Close(); err != nil {
		w.t.Fatal(err)
	}
}
