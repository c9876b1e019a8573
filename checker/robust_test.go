package checker

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"turnstile/checker/history"
)

// small is the beginning of a recorded run, as a file.
func small(t testing.TB, events int) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := history.Write(&buf, recorded(t, "lock-lost").Events[:events]); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// everyByte is the step from byte to byte: where time is short, some are enough.
func everyByte() int {
	if testing.Short() {
		return 13
	}
	return 1
}

func TestAHistoryCutAtAnyByteIsCalledCutShort(t *testing.T) {
	plain := small(t, 6)
	for n := 0; n < len(plain); n += everyByte() {
		if _, err := history.Read(bytes.NewReader(plain[:n])); !errors.Is(err, history.ErrTruncated) {
			t.Fatalf("cut to %d of %d bytes: %v", n, len(plain), err)
		}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(plain)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/history.jsonl.gz"
	for n := 0; n < packed.Len(); n += everyByte() {
		if _, err := readBytes(path, packed.Bytes()[:n]); !errors.Is(err, history.ErrTruncated) && n != 1 {
			t.Fatalf("packed and cut to %d of %d bytes: %v", n, packed.Len(), err)
		} else if err == nil {
			t.Fatalf("packed and cut to %d bytes, it is read", n) // one byte is no gzip yet, nor a history
		}
	}
}

// TestADamagedByteIsNeverAPanic changes each byte of a small history: it is
// refused, or judged.
func TestADamagedByteIsNeverAPanic(t *testing.T) {
	plain := small(t, 6)
	for i := 0; i < len(plain); i += everyByte() {
		for _, b := range []byte{'"', '9'} {
			if b == plain[i] {
				continue
			}
			damaged := slices.Clone(plain)
			damaged[i] = b
			h, err := history.Read(bytes.NewReader(damaged))
			if (err == nil) != (h != nil) {
				t.Fatalf("byte %d as %q: a history %v and an error %v", i, b, h, err)
			}
			if err == nil {
				answersWell(t, h)
			}
		}
	}
}

// TestOnlyTheOrderWithinAnObserverCounts mixes the observers' lines anew.
func TestOnlyTheOrderWithinAnObserverCounts(t *testing.T) {
	for _, c := range recordedRuns {
		h := recorded(t, c.name)
		bySrc := map[string][]history.Event{}
		var turns []string
		for _, e := range h.Events {
			bySrc[e.Src] = append(bySrc[e.Src], e)
			turns = append(turns, e.Src)
		}
		draw := rand.New(rand.NewPCG(1, uint64(len(turns))))
		draw.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
		mixed := &history.History{}
		for _, src := range turns {
			mixed.Events = append(mixed.Events, bySrc[src][0])
			bySrc[src] = bySrc[src][1:]
		}
		r := Check(mixed)
		for i, p := range fiveProperties {
			if v := r.Of(p); v.Verdict != c.want[i] {
				t.Errorf("%s: with the observers' lines mixed, %s is %s, want %s: %s", c.name, p, v.Verdict, c.want[i], v.Reason)
			}
		}
	}
}

// TestTwoClocks puts one worker after the other on a clock of its own, which is
// a second ahead.
func TestTwoClocks(t *testing.T) {
	const ahead = 1_000_000_000
	for _, c := range recordedRuns {
		if c.want[0] == Vacuous || testing.Short() && !strings.HasSuffix(c.name, "frozen") {
			continue
		}
		h := recorded(t, c.name)
		workers := map[string]bool{}
		for _, e := range h.Events {
			if e.Kind == history.KindEnter {
				workers[e.Src] = true
			}
		}
		if len(workers) < 2 {
			continue
		}
		for w := range workers {
			far := func(measured bool) *Result {
				events := slices.Clone(h.Events)
				home := events[0].Domain
				for i := range events {
					e := &events[i]
					if e.Src == w {
						e.Domain, e.T = "boot:far", e.T+ahead
						if e.From != 0 {
							e.From += ahead
						}
					}
				}
				if measured {
					for _, e := range slices.Backward(events) {
						if e.Src == history.SrcHarness {
							events = append(events, history.Event{T: e.T, Domain: home, Src: e.Src, Seq: e.Seq + 1, Kind: history.KindClockOffset,
								Peer: "boot:far", Lo: ahead - 1000, Hi: ahead + 1000})
							break
						}
					}
				}
				return Check(&history.History{Events: events})
			}
			r := far(false)
			for _, p := range []Property{Exclusivity, Effects} {
				if v := r.Of(p); v.Verdict == Holds {
					t.Errorf("%s: with %s on a clock that nobody compared, %s holds: %s", c.name, w, p, v.Reason)
				}
			}
			r = far(true)
			for i, p := range fiveProperties {
				if v := r.Of(p); v.Verdict != c.want[i] && v.Verdict != Unknown {
					t.Errorf("%s: with %s on a clock that was compared, %s is %s, want %s: %s", c.name, w, p, v.Verdict, c.want[i], v.Reason)
				}
			}
			if v := r.Of(Exclusivity); c.want[0] == Refuted && v.Verdict != Refuted {
				t.Errorf("%s: with %s on a clock that was compared to the microsecond, exclusivity is %s: %s", c.name, w, v.Verdict, v.Reason)
			}
		}
	}
}
