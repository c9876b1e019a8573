package history_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

func drawHistory(t *rapid.T) []history.Event {
	return history.Merge(history.DrawPart(t, "harness"), history.DrawPart(t, "worker/w1"), history.DrawPart(t, "gateway"), history.DrawPart(t, "store"))
}

func written(t testing.TB, events []history.Event) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := history.Write(&buf, events); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// three is a small history of two sources.
func three() []history.Event {
	return []history.Event{
		{T: 1, Domain: "d", Src: "harness", Seq: 1, Kind: history.KindPublish, User: "u1", Event: "e1", From: 1, Ordinal: 1, Outcome: history.OutcomeOK},
		{T: 2, Domain: "d", Src: "worker/w1", Seq: 1, Kind: history.KindEnter, User: "u1", Event: "e1", Attempt: "a"},
		{T: 3, Domain: "d", Src: "worker/w1", Seq: 2, Kind: history.KindExit, User: "u1", Event: "e1", Attempt: "a", Outcome: history.OutcomeSent},
	}
}

func same(a, b []history.Event) bool { return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b) }

func TestWhatIsWrittenIsRead(t *testing.T) {
	tb := t
	rapid.Check(t, func(t *rapid.T) {
		events := history.Plainly(drawHistory(t))
		h, err := history.Read(bytes.NewReader(written(tb, events)))
		if err != nil {
			t.Fatal(err)
		}
		if !same(h.Events, events) {
			t.Fatalf("wrote %+v\nread %+v", events, h.Events)
		}
	})
}

func TestTheHistorysHashIsOfItsFileUnpacked(t *testing.T) {
	plain := written(t, three())
	want := fmt.Sprintf("%x", sha256.Sum256(plain))
	for name, b := range map[string][]byte{"plain": plain, "packed": packed(t, plain)} {
		h, err := history.ReadFile(fileOf(t, "history", b))
		if err != nil || h.SHA256 != want {
			t.Errorf("%s: %+v, %v, want the hash %s", name, h, err, want)
		}
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.jsonl")
	if err := history.WriteFile(path, three()); err != nil {
		t.Fatal(err)
	}
	h, err := history.ReadFile(path)
	if err != nil || !same(h.Events, three()) {
		t.Fatalf("read %+v: %v", h, err)
	}
	if err := history.WriteFile(filepath.Join(dir, "absent", "history.jsonl"), three()); err == nil {
		t.Error("a folder that does not exist was written to")
	}
	if err := history.WriteFile(path+".gz", three()); err != nil {
		t.Fatal(err)
	}
	if h, err := history.ReadFile(path + ".gz"); err != nil || !same(h.Events, three()) {
		t.Fatalf("read of the packed one %+v: %v", h, err)
	}
	if b, err := os.ReadFile(path + ".gz"); err != nil || !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		t.Errorf("a file whose name ends in .gz is not packed (%v)", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
	if _, err := history.ReadFile(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that does not exist: %v", err)
	}
	if err := os.WriteFile(path, []byte("nonsense\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := history.ReadFile(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the file: %v", err)
	}
}

func TestAHistoryThatCannotBePutInItsPlaceLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.jsonl")
	if err := os.MkdirAll(filepath.Join(path, "something"), 0o755); err != nil { // a folder is where the file should be
		t.Fatal(err)
	}
	if err := history.WriteFile(path, three()); err == nil {
		t.Error("a folder was replaced")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left beside the folder: %v, %v", left, err)
	}
}

func TestTheEndIsStampedAsTheLastEvent(t *testing.T) {
	events := three()
	last := events[len(events)-1]
	for _, c := range []struct {
		name   string
		events []history.Event
		t      int64
		domain string
	}{
		{"of some events", events, last.T, last.Domain},
		{"of one event", events[:1], events[0].T, events[0].Domain},
		{"of none", nil, 0, "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := strings.Split(strings.TrimSpace(string(written(t, c.events))), "\n")
			var end history.Event
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &end); err != nil {
				t.Fatal(err)
			}
			if want := (history.Event{T: c.t, Domain: c.domain, Src: "end", Seq: 1, Kind: history.KindEnd, Ordinal: int64(len(c.events))}); !reflect.DeepEqual(end, want) {
				t.Errorf("the end is %+v, want %+v", end, want)
			}
		})
	}
}

func TestEventsOfOneInstantAreMergedInTheOrderOfTheirParts(t *testing.T) {
	part := func(src string, stamps ...int64) (out []history.Event) {
		for i, at := range stamps {
			out = append(out, history.Event{T: at, Src: src, Seq: uint64(i + 1)})
		}
		return out
	}
	var got []string
	for _, e := range history.Merge(part("a", 5, 5, 7), part("b", 5, 6), nil, part("c", 4, 3, 7)) {
		got = append(got, fmt.Sprintf("%s%d", e.Src, e.Seq))
	}
	if want := "c1 c2 a1 a2 b1 b2 a3 c3"; strings.Join(got, " ") != want {
		t.Errorf("merged to %v, want %s", got, want)
	}
}

func TestMergeKeepsEverySourceInOrderAndLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := map[string][]history.Event{}
		var in [][]history.Event
		total := 0
		for _, src := range []string{"harness", "worker/w1", "worker/w2"} {
			p := history.DrawPart(t, src)
			parts[src] = p
			in = append(in, p)
			total += len(p)
		}
		merged := history.Merge(in...)
		if len(merged) != total {
			t.Fatalf("%d events went in, %d came out", total, len(merged))
		}
		got := map[string][]history.Event{}
		for _, e := range merged {
			got[e.Src] = append(got[e.Src], e)
		}
		for src, p := range parts {
			if !same(got[src], p) {
				t.Fatalf("%s went in as %+v and came out as %+v", src, p, got[src])
			}
		}
		// Where every source's stamps go forward, so do those of the whole.
		forward := true
		for _, p := range parts {
			for i := 1; i < len(p); i++ {
				forward = forward && p[i-1].T <= p[i].T
			}
		}
		for i := 1; forward && i < len(merged); i++ {
			if merged[i-1].T > merged[i].T {
				t.Fatalf("event %d goes back in time", i)
			}
		}
	})
}

func TestAHistoryCutAnywhereIsRefused(t *testing.T) {
	whole := written(t, three())
	for n := range whole {
		h, err := history.Read(bytes.NewReader(whole[:n]))
		if !errors.Is(err, history.ErrTruncated) || h != nil {
			t.Errorf("cut after %d of %d bytes: %v", n, len(whole), err)
		}
	}
	if _, err := history.Read(bytes.NewReader(whole)); err != nil {
		t.Errorf("the whole: %v", err)
	}
}

func TestAPartCutAnywhereKeepsItsWholeLines(t *testing.T) {
	var whole []byte
	ends := []int{} // offsets at which a line ends
	for line := range strings.Lines(string(written(t, three()))) {
		if strings.Contains(line, `"kind":"end"`) {
			break
		}
		whole = append(whole, line...)
		ends = append(ends, len(whole))
	}
	for n := ends[0]; n <= len(whole); n++ {
		lines, atEnd := 0, false
		for _, e := range ends {
			if e <= n {
				lines++
			}
			atEnd = atEnd || e == n
		}
		events, torn, err := history.ReadPart(bytes.NewReader(whole[:n]))
		if err != nil || len(events) != lines-1 || torn == atEnd {
			t.Errorf("cut after %d bytes: %d events of %d, torn %t, %v", n, len(events), lines-1, torn, err)
		}
	}
	for n := range ends[0] {
		if _, _, err := history.ReadPart(bytes.NewReader(whole[:n])); !errors.Is(err, history.ErrTruncated) {
			t.Errorf("cut after %d bytes, inside the header: %v", n, err)
		}
	}
}

func TestWhatIsNotAHistoryIsRefused(t *testing.T) {
	const header = `{"format":"turnstile-history","version":1}` + "\n"
	const end = `{"t":3,"domain":"none","src":"end","seq":1,"kind":"end","ordinal":1}` + "\n"
	const one = `{"t":1,"domain":"d","src":"s","seq":1,"kind":"note"}` + "\n"
	for _, c := range []struct {
		name, text, says string
	}{
		{"a foreign header", `{"format":"another"}` + "\n" + one + end, "line 1: not a Turnstile history"},
		{"no header", one + end, "line 1: not a Turnstile history"},
		{"a version that one flipped bit makes of another", `{"format":"turnstile-history","version":5}` + "\n" + one + end, "unknown format version 5, this build reads"},
		{"a version that there never was", `{"format":"turnstile-history","version":3}` + "\n" + one + end, "line 1: unknown format version 3, this build reads versions 1, 2, 4 and 7: use the build that wrote it"},
		{"a version of before the first", `{"format":"turnstile-history","version":0}` + "\n" + one + end, "line 1: unknown format version 0"},
		{"a header without a version", `{"format":"turnstile-history"}` + "\n" + one + end, `line 1: a header that is damaged: a header without "version"`},
		{"a header with another key", `{"format":"turnstile-history","version":2,"x":1}` + "\n" + one + end, `line 1: a header that is damaged: the key "x" is unknown`},
		{"a header and more", `{"format":"turnstile-history","version":2} {}` + "\n" + one + end, `line 1: a header that is damaged`},
		{"a byte order mark", "\xef\xbb\xbf" + header + one + end, "line 1: a byte order mark stands before the header"},
		{"a byte order mark and no line", "\xef\xbb\xbf", "line 1: a byte order mark stands before the header"},
		{"UTF-16, the low byte first", utf16(header+one+end, true), "line 1: it is UTF-16"},
		{"UTF-16, the high byte first", utf16(header+one+end, false), "line 1: it is UTF-16"},
		{"UTF-16 with its mark", "\xff\xfe" + utf16(header+one+end, true), "line 1: it is UTF-16"},
		{"a line that is not JSON", header + one + "nonsense\n" + end, "line 3: not an event"},
		{"a line that is not an object", header + "[]\n" + one + end, "line 2: not an event"},
		{"an empty line", header + one + "\n" + end, "line 3: not an event"},
		{"an event without a kind", header + `{"t":1,"domain":"d","src":"s","seq":1}` + "\n" + end, `line 2: an event without "kind"`},
		{"an event without a source", header + `{"t":1,"domain":"d","seq":1,"kind":"note"}` + "\n" + end, `line 2: an event without "src"`},
		{"an event without a clock", header + `{"t":1,"src":"s","seq":1,"kind":"note"}` + "\n" + end, `line 2: an event without "domain"`},
		{"an event that ends before it begins", header + `{"t":1,"from":2,"domain":"d","src":"s","seq":1,"kind":"note"}` + "\n" + end, "impossible time (from 2 to 1)"},
		{"an event before the clock's start", header + `{"t":-1,"domain":"d","src":"s","seq":1,"kind":"note"}` + "\n" + end, "impossible time"},
		{"an event that begins before the clock's start", header + `{"t":1,"from":-1,"domain":"d","src":"s","seq":1,"kind":"note"}` + "\n" + end, "a note event with an impossible time (from -1 to 1)"},
		{"a publish that is held back for less than no time", fmt.Sprintf(`{"format":"turnstile-history","version":%d}`, history.Version) + "\n" +
			`{"t":2,"from":1,"domain":"d","src":"harness","seq":1,"kind":"publish","user":"u","event":"e","ordinal":1,"outcome":"ok","delay_ns":-1}` + "\n" + end, "line 2: a publish event with an impossible delay (-1 ns)"},
		{"an ack without its event", header + `{"t":1,"domain":"d","src":"worker/w1","seq":1,"kind":"ack"}` + "\n" + end, "line 2: an ack event without"},
		{"a line twice", header + one + one + end, "line 3: event 1 of s where event 2 should stand"},
		{"a line left out", header + one + strings.Replace(one, `"seq":1`, `"seq":3`, 1) + end, "line 3: event 3 of s where event 2 should stand"},
		{"a first line left out", header + strings.Replace(one, `"seq":1`, `"seq":2`, 1) + end, "line 2: event 2 of s where event 1 should stand"},
		{"an end that counts more", header + one + strings.Replace(end, `"ordinal":1`, `"ordinal":2`, 1), "counts 2 events, 1 are there"},
		{"an end that counts fewer", header + one + strings.Replace(end, `"ordinal":1`, `"ordinal":0`, 1), "counts 0 events, 1 are there"},
		{"something after the end", header + one + end + one, "line 4: something follows the"},
		{"an endless line", header + `{"t":1,"user":"` + strings.Repeat("x", history.MaxLine), "line 2: longer than 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := history.Read(strings.NewReader(c.text))
			if err == nil || h != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
	t.Run("a line of the longest length is read", func(t *testing.T) {
		e := three()[:1]
		e[0].User = strings.Repeat("x", history.MaxLine-200)
		if _, err := history.Read(bytes.NewReader(written(t, e))); err != nil {
			t.Error(err)
		}
	})
	t.Run("a reader that fails is not the end of the history", func(t *testing.T) {
		r := &failAfter{data: written(t, three())[:120]}
		if _, err := history.Read(r); !errors.Is(err, errDisk) {
			t.Errorf("error %v", err)
		}
	})
}

var errDisk = errors.New("bad sector")

type failAfter struct{ data []byte }

func (f *failAfter) Read(p []byte) (int, error) {
	if len(f.data) == 0 {
		return 0, errDisk
	}
	n := copy(p, f.data)
	f.data = f.data[n:]
	return n, nil
}

func utf16(s string, low bool) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if low {
			b.Write([]byte{c, 0})
		} else {
			b.Write([]byte{0, c})
		}
	}
	return b.String()
}

func TestTheScenarioIsFound(t *testing.T) {
	h := &history.History{Events: three()}
	if h.Scenario() != nil {
		t.Error("a scenario where there is none")
	}
	h.Events = append(h.Events, history.Event{Kind: history.KindScenario, Scenario: &history.Setup{Name: "x"}})
	if s := h.Scenario(); s == nil || s.Name != "x" {
		t.Errorf("the scenario is %+v", s)
	}
	if !h.Events[1].FromWorker() || h.Events[0].FromWorker() || h.Events[1].Src != history.WorkerSrc("w1") {
		t.Error("a worker's events are told by their source")
	}
}
