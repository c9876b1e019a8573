package checker

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"turnstile/checker/history"
)

// An operation, in these benchmarks, is one recorded event that exclusivity or
// order is decided by. Each section is four of them (the publish, the enter,
// the exit, the commit in the store's log), so that 1,000,000 operations are
// 250,000 sections, or 500,000 operations as porcupine counts them: an acquire
// and a release a section.
const perSection = 4

const (
	domain      = "boot:a9e05283-b4fb-4e68-aa5f-a011565f75e7" // as long as a real one
	benchmarked = 4                                           // workers
)

// valid gives emit a valid history of operations events (and some twenty more)
// in the order of time: users take turns, each user's sections follow one
// another at workers that take turns.
func valid(operations, users int, emit func(*history.Event)) {
	seqs := map[string]uint64{}
	add := func(src string, e history.Event) {
		seqs[src]++
		e.Src, e.Seq, e.Domain = src, seqs[src], domain
		emit(&e)
	}
	t := int64(4_379_435_716_990)
	add(history.SrcHarness, history.Event{Kind: history.KindScenario, T: t, Scenario: &history.Scenario{
		Name: "scale", Workers: benchmarked, Users: users, Require: history.Require{Attempts: 2, Handovers: 1},
	}})
	add(history.SrcGateway, history.Event{Kind: history.KindObserverStart, T: t})
	for w := range benchmarked {
		add(history.WorkerSrc(fmt.Sprint("w", w)), history.Event{Kind: history.KindWorkerStart, T: t})
	}
	commits := make([]history.Event, 0, operations/perSection)
	for i := range operations / perSection {
		u, n := i%users, i/users+1
		user, w := "u"+strconv.Itoa(u), "w"+strconv.Itoa((u+n)%benchmarked)
		e := history.Event{User: user, Event: user + "-" + strconv.Itoa(n), Attempt: w + "-" + strconv.Itoa(i), Worker: w}
		publish := history.Event{Kind: history.KindPublish, T: t + 5, From: t + 1, User: user, Event: e.Event, Ordinal: int64(n), Outcome: history.OutcomeOK}
		enter, exit, commit := e, e, e
		enter.Kind, enter.T = history.KindEnter, t+10
		exit.Kind, exit.T, exit.Outcome = history.KindExit, t+20, history.OutcomeSent
		commit.Kind, commit.Version, commit.Ordinal = history.KindStateCommit, int64(n), int64(i+1)
		add(history.SrcHarness, publish)
		add(history.WorkerSrc(w), enter)
		add(history.WorkerSrc(w), exit)
		commits = append(commits, commit)
		t += 1000
	}
	for _, c := range commits { // the store's log is read at the end
		c.T = t
		add(history.SrcStore, c)
	}
	for w := range benchmarked {
		add(history.WorkerSrc(fmt.Sprint("w", w)), history.Event{Kind: history.KindWorkerStop, T: t})
	}
	add(history.SrcGateway, history.Event{Kind: history.KindObserverStop, T: t})
	add(history.SrcHarness, history.Event{Kind: history.KindQuiet, T: t, Outcome: history.OutcomeOK})
}

// validFile writes a valid history to a file without holding it in memory.
func validFile(b *testing.B, operations, users int) string {
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
	valid(operations, users, put)
	put(&history.Event{T: last.T, Domain: domain, Src: "end", Seq: 1, Kind: history.KindEnd, Ordinal: n})
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return path
}

func validHistory(operations, users int) *history.History {
	h := &history.History{}
	valid(operations, users, func(e *history.Event) { h.Events = append(h.Events, *e) })
	return h
}

func mustHold(b *testing.B, r *Result, properties ...Property) {
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
	for _, operations := range []int{1_000_000, 10_000_000} {
		b.Run(fmt.Sprintf("%d operations of 10000 users", operations), func(b *testing.B) {
			if operations > 1_000_000 && testing.Short() {
				b.Skip("takes 2 GB of disk")
			}
			path := validFile(b, operations, 10_000)
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
				mustHold(b, r, Exclusivity, Order)
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

// BenchmarkSweepAgainstPorcupine decides the same users in the same run: by the
// sweep, one after another, and by porcupine, which takes them as partitions
// and all processors.
func BenchmarkSweepAgainstPorcupine(b *testing.B) {
	r := newRecord(validHistory(1_000_000, 10_000))
	users := make([][]interval, 0, len(r.byUser))
	for _, u := range r.users() {
		var ivs []interval
		for _, s := range r.byUser[u] {
			ivs = append(ivs, interval{s.enter, s.end, s})
		}
		users = append(users, ivs)
	}
	model := mutex
	model.Partition = func(ops []porcupine.Operation) [][]porcupine.Operation {
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
	var sweeping, searching time.Duration
	for b.Loop() {
		start := time.Now()
		pairs := 0
		for _, ivs := range users {
			pairs += sweep(ivs, false).pairs
		}
		swept := time.Now()
		var ops []porcupine.Operation
		for _, ivs := range users {
			ops = append(ops, operations(ivs, true)...)
		}
		verdict := porcupine.CheckOperationsTimeout(model, ops, time.Minute)
		sweeping, searching = sweeping+swept.Sub(start), searching+time.Since(swept)
		if pairs != 0 || verdict != porcupine.Ok {
			b.Fatalf("the sweep sees %d overlaps, porcupine says %s", pairs, verdict)
		}
	}
	b.ReportMetric(sweeping.Seconds()/float64(b.N), "s-sweep")
	b.ReportMetric(searching.Seconds()/float64(b.N), "s-porcupine")
	b.ReportMetric(float64(searching)/float64(sweeping), "times-faster")
}

// BenchmarkHotUser judges 100,000 operations of one user.
func BenchmarkHotUser(b *testing.B) {
	h := validHistory(100_000, 1)
	for b.Loop() {
		mustHold(b, Check(h), Exclusivity, Order)
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
