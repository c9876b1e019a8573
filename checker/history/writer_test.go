package history_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"turnstile/checker/history"
)

// calls keeps what each Write call brought.
type calls struct {
	mu    sync.Mutex
	lines []string
	fail  error
}

func (c *calls) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return 0, c.fail
	}
	c.lines = append(c.lines, string(p))
	return len(p), nil
}

func TestEveryEventIsOneWrite(t *testing.T) {
	out := &calls{}
	w, err := history.NewWriter(out, "worker/w1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		e, err := w.Record(history.Event{Kind: history.KindNote, Src: "someone else", Seq: 99, Domain: "elsewhere"})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.lines) != i+2 {
			t.Fatalf("%d writes for a header and %d events", len(out.lines), i+1)
		}
		if e.Seq != uint64(i+1) || e.Src != "worker/w1" || e.Domain == "elsewhere" || e.T <= 0 {
			t.Errorf("recorded as %+v", e)
		}
	}
	for _, line := range out.lines {
		if bytes.IndexByte([]byte(line), '\n') != len(line)-1 {
			t.Errorf("a write is not one whole line: %q", line)
		}
	}
}

func TestAChosenStampIsKept(t *testing.T) {
	w, err := history.NewWriter(&calls{}, "harness")
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Record(history.Event{Kind: history.KindNote, T: 42})
	if err != nil || e.T != 42 {
		t.Errorf("recorded as %+v, %v", e, err)
	}
}

func TestManyRecordAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "worker.jsonl")
	w, f, err := history.CreateFile(path, "worker/w1")
	if err != nil {
		t.Fatal(err)
	}
	const writers, each = 8, 50
	var wg sync.WaitGroup
	for g := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := w.Record(history.Event{Kind: history.KindNote, User: fmt.Sprintf("%d-%d", g, i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Record(history.Event{Kind: history.KindNote}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("recording to a closed file: %v", err)
	}

	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	events, torn, err := history.ReadPart(file)
	if err != nil || torn || len(events) != writers*each {
		t.Fatalf("%d events, torn %t: %v", len(events), torn, err)
	}
	next := map[string]int{}
	for i, e := range events {
		if i > 0 && e.T < events[i-1].T {
			t.Fatalf("event %d is stamped before its predecessor", i)
		}
		var g, n int
		if _, err := fmt.Sscanf(e.User, "%d-%d", &g, &n); err != nil {
			t.Fatal(err)
		}
		if k := fmt.Sprint(g); n != next[k] {
			t.Fatalf("writer %s's event %d stands where %d should", k, n, next[k])
		} else {
			next[k]++
		}
	}
}

func TestAFileIsNeverTruncated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "worker.jsonl")
	_, f, err := history.CreateFile(path, "worker/w1")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, _, err := history.CreateFile(path, "worker/w1"); !errors.Is(err, os.ErrExist) {
		t.Errorf("creating it again: %v", err)
	}
}

func TestAFailedWriteIsReported(t *testing.T) {
	full := errors.New("no space left")
	if _, err := history.NewWriter(&calls{fail: full}, "worker/w1"); !errors.Is(err, full) {
		t.Errorf("a header that cannot be written: %v", err)
	}
	out := &calls{}
	w, err := history.NewWriter(out, "worker/w1")
	if err != nil {
		t.Fatal(err)
	}
	out.fail = full
	if _, err := w.Record(history.Event{Kind: history.KindNote}); !errors.Is(err, full) {
		t.Errorf("an event that cannot be written: %v", err)
	}
}

func TestTheClockGoesForwardAndHasAName(t *testing.T) {
	a, err := history.Domain()
	if err != nil || a == "" {
		t.Fatalf("domain %q, %v", a, err)
	}
	if b, _ := history.Domain(); a != b {
		t.Errorf("one clock has two names, %s and %s", a, b)
	}
	if t1, t2 := history.Now(), history.Now(); t1 <= 0 || t2 < t1 {
		t.Errorf("the clock read %d and then %d", t1, t2)
	}
}
