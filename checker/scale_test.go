package checker

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"turnstile/checker/history"
)

// validFile writes a valid history to a file without holding it in memory.
func validFile(b *testing.B, operations, users, perSection int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "history.jsonl")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintf(w, "{\"format\":%q,\"version\":%d}\n", history.Format, history.Version)
	enc := json.NewEncoder(w)
	var last history.Event
	n := int64(0)
	put := func(e *history.Event) {
		if err := enc.Encode(e); err != nil {
			b.Fatal(err)
		}
		n++
		last = *e
	}
	(&generator{operations: operations, users: users, perSection: perSection, emit: put}).run()
	put(&history.Event{T: last.T, Domain: domain, Src: "end", Seq: 1, Kind: history.KindEnd, Ordinal: n})
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return path
}

func validHistory(operations, users, perSection int) *history.History {
	h := &history.History{}
	(&generator{operations: operations, users: users, perSection: perSection, emit: func(e *history.Event) { h.Events = append(h.Events, *e) }}).run()
	return h
}

// TestWhatIsMeasuredHolds: the benchmarks' histories are still ones of which
// every property that they judge holds.
func TestWhatIsMeasuredHolds(t *testing.T) {
	for _, users := range []int{1, 20} {
		mustHold(t, Check(validHistory(2_000, users, bare)), Exclusivity, Order)
		mustHold(t, Check(validHistory(2_000, users, whole)), Properties()...)
	}
}

func mustHold(b testing.TB, r *Result, properties ...Property) {
	b.Helper()
	for _, p := range properties {
		if v := r.Of(p); v.Verdict != Holds {
			b.Fatalf("%s is %s: %s", p, v.Verdict, v.Reason)
		}
	}
}

// BenchmarkScale reads a file and judges it. peak-MiB is the most memory that
// the process had resident meanwhile.
func BenchmarkScale(b *testing.B) {
	for _, c := range []struct {
		name       string
		operations int
		perSection int
		judged     []Property
	}{
		{"1M operations of 10000 users", 1_000_000, bare, []Property{Exclusivity, Order}},
		{"1M operations of 10000 users, every property", 1_000_000, whole, Properties()},
		{"10M operations of 10000 users", 10_000_000, bare, []Property{Exclusivity, Order}},
	} {
		b.Run(c.name, func(b *testing.B) {
			if c.operations > 1_000_000 && testing.Short() {
				b.Skip("takes 2 GB of disk")
			}
			path := validFile(b, c.operations, 10_000, c.perSection)
			var reading, checking time.Duration
			forgetPeak()
			b.ResetTimer()
			for range b.N {
				b.StopTimer()
				debug.FreeOSMemory() // of the iteration before
				b.StartTimer()
				start := time.Now()
				h, err := history.ReadFile(path)
				if err != nil {
					b.Fatal(err)
				}
				read := time.Now()
				r := Check(h)
				reading, checking = reading+read.Sub(start), checking+time.Since(read)
				mustHold(b, r, c.judged...)
			}
			b.StopTimer()
			b.ReportMetric(reading.Seconds()/float64(b.N), "s-reading")
			b.ReportMetric(checking.Seconds()/float64(b.N), "s-checking")
			b.ReportMetric(peak(), "peak-MiB")
		})
	}
}

// forgetPeak and peak measure the process's high-water mark where the kernel
// tells it (Linux); elsewhere peak is 0.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

func peak() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kib / 1024
		}
	}
	return 0
}

// BenchmarkAgainstPorcupine decides exclusivity of the same sections in the same
// run: by the sweep, by all that [Check] does for it (the sweep, and porcupine
// for as many users as are within reach), and by porcupine, which takes users as
// partitions and all processors.
func BenchmarkAgainstPorcupine(b *testing.B) {
	r := newRecord(validHistory(1_000_000, 10_000, bare))
	model := mutex
	model.Partition = byUser
	var sweeping, judging, searching time.Duration
	for b.Loop() {
		runtime.GC() // none of the three pays for another's garbage
		start := time.Now()
		pairs := 0
		for _, u := range r.users() {
			pairs += sweep(intervals(r.byUser[u]), false).pairs
		}
		sweeping += time.Since(start)
		runtime.GC()
		start = time.Now()
		judged := judgeExclusivity(r, config{timeout: time.Minute, linearize: linearize, reach: usualReach})
		judging += time.Since(start)
		runtime.GC()
		start = time.Now()
		var ops []porcupine.Operation
		for _, u := range r.users() {
			ops = append(ops, operations(intervals(r.byUser[u]), true)...)
		}
		verdict := porcupine.CheckOperationsTimeout(model, ops, time.Minute)
		searching += time.Since(start)
		if pairs != 0 || judged.verdict != Holds || verdict != porcupine.Ok {
			b.Fatalf("the sweep sees %d overlaps, the judgement is %s, porcupine says %s", pairs, judged.verdict, verdict)
		}
	}
	b.ReportMetric(sweeping.Seconds()/float64(b.N), "s-sweep")
	b.ReportMetric(judging.Seconds()/float64(b.N), "s-judging")
	b.ReportMetric(searching.Seconds()/float64(b.N), "s-porcupine")
	b.ReportMetric(float64(searching)/float64(sweeping), "times-faster-sweep")
	b.ReportMetric(float64(searching)/float64(judging), "times-faster")
}

func intervals(sections []*section) []interval {
	out := make([]interval, len(sections))
	for i, s := range sections {
		out[i] = interval{s.enter, s.end, s}
	}
	return out
}

func byUser(ops []porcupine.Operation) [][]porcupine.Operation {
	var parts [][]porcupine.Operation
	at := map[string]int{}
	for _, op := range ops {
		u := op.Input.(step).s.user
		k, ok := at[u]
		if !ok {
			k = len(parts)
			at[u] = k
			parts = append(parts, nil)
		}
		parts[k] = append(parts[k], op)
	}
	return parts
}

// BenchmarkHotUser judges 100,000 operations of one user.
func BenchmarkHotUser(b *testing.B) {
	for name, perSection := range map[string]int{"exclusivity and order": bare, "every property": whole} {
		b.Run(name, func(b *testing.B) {
			h := validHistory(100_000, 1, perSection)
			for b.Loop() {
				r := Check(h)
				mustHold(b, r, Exclusivity, Order)
				if perSection == whole {
					mustHold(b, r, Properties()...)
				}
			}
		})
	}
}

// BenchmarkFiftyUnclear judges one user of whom fifty attempts never recorded
// an exit: their workers died, each only after some time. Between the deaths
// attempts of another worker go on.
func BenchmarkFiftyUnclear(b *testing.B) {
	for name, overlap := range map[string]bool{"legal": false, "with an overlap": true} {
		b.Run(name, func(b *testing.B) {
			s := newStory()
			s.publish("e", "u1", 1, 1, history.OutcomeOK)
			t := int64(1000)
			for i := range 50 {
				w := fmt.Sprintf("k%d", i)
				s.enter(w, w+"-1", "e", "u1", t).kill(w, t+10, 1_000_000)
				s.section("w", fmt.Sprintf("w-%d", i), "e", "u1", t+20, t+30)
				t += 100
			}
			want := Holds
			if overlap {
				s.section("w", "w-last", "e", "u1", t, t+10)
				s.section("x", "x-last", "e", "u1", t+5, t+15)
				want = Refuted
			}
			h := s.tell(b)
			b.ResetTimer()
			for b.Loop() {
				if v := Check(h).Of(Exclusivity); v.Verdict != want {
					b.Fatalf("%s: %s", v.Verdict, v.Reason)
				}
			}
		})
	}
}
