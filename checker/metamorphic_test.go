package checker

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// bases are histories that the metamorphic tests change: stories of every sort,
// the cases that are read, and recorded runs.
var bases = sync.OnceValue(func() map[string]*history.History {
	out := map[string]*history.History{
		"turns": takeTurns().history(), "frozen": frozen().history(), "tangled": tangled().delivered().history(),
		"back": killedAndBack().kill("w1", 220, 250).history(), "made for another": madeFor().history(),
	}
	for name, file := range map[string]string{
		"refused and answered": "23-refused-call-ok-answer.jsonl", "text twice": "18a-text-twice.jsonl", "back under its name": "36-back-under-its-name.jsonl",
		"killed at written": "01-killed-at-written.jsonl", "parked twice": "34-dead-letter-twice.jsonl", "parked and handled": "35-parked-and-handled.jsonl",
		"clock behind": "09-clock-behind.jsonl", "start missing": "07-start-publish-missing.jsonl",
	} {
		out[name] = mustRead("testdata/cases/" + file)
	}
	for _, name := range []string{"shared-killed", "lock-killed", "failover-frozen", "keyshared-killed", "lock-lost", "keyshared-frozen-fenced", "failover-undisturbed"} {
		out[name] = mustRead("testdata/runs/" + name + ".jsonl.gz")
	}
	return out
})

func mustRead(path string) *history.History {
	h, err := history.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return h
}

// drawBase draws one of the bases; the recorded runs take longest and are drawn
// less often.
func drawBase(t *rapid.T) (string, *history.History) {
	names := slices.Sorted(maps.Keys(bases()))
	name := rapid.SampledFrom(names).Draw(t, "history")
	return name, &history.History{Events: slices.Clone(bases()[name].Events)}
}

var judgedBases sync.Map // by name

func judgedBase(name string) *Result {
	if r, ok := judgedBases.Load(name); ok {
		return r.(*Result)
	}
	r := Check(bases()[name])
	judgedBases.Store(name, r)
	return r
}

// mixed puts the observers' lines into any order that keeps each one's own.
func mixed(h *history.History, seed uint64) *history.History {
	bySrc := map[string][]history.Event{}
	var turns []string
	for _, e := range h.Events {
		bySrc[e.Src] = append(bySrc[e.Src], e)
		turns = append(turns, e.Src)
	}
	draw := rand.New(rand.NewPCG(seed, 1))
	draw.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	out := &history.History{}
	for _, src := range turns {
		out.Events = append(out.Events, bySrc[src][0])
		bySrc[src] = bySrc[src][1:]
	}
	return out
}

// bySource puts one observer's lines behind another's.
func bySource(h *history.History, seed uint64) *history.History {
	out := &history.History{Events: slices.Clone(h.Events)}
	rank := map[string]uint64{}
	draw := rand.New(rand.NewPCG(seed, 2))
	for _, e := range h.Events {
		if rank[e.Src] == 0 {
			rank[e.Src] = 1 + draw.Uint64N(1<<32)
		}
	}
	slices.SortStableFunc(out.Events, func(a, b history.Event) int {
		switch {
		case rank[a.Src] < rank[b.Src]:
			return -1
		case rank[a.Src] > rank[b.Src]:
			return 1
		}
		return strings.Compare(a.Src, b.Src)
	})
	return out
}

// tiesTurned puts lines of equal stamp of different observers the other way
// round.
func tiesTurned(h *history.History, _ uint64) *history.History {
	out := &history.History{Events: slices.Clone(h.Events)}
	for i := 1; i < len(out.Events); i++ {
		if a, b := &out.Events[i-1], &out.Events[i]; a.T == b.T && a.Src != b.Src {
			*a, *b = *b, *a
		}
	}
	return out
}

// renamed calls everybody something else, so that their order by name changes
// too.
func renamed(h *history.History, seed uint64) *history.History {
	draw := rand.New(rand.NewPCG(seed, 3))
	names := map[string]string{}
	as := func(kind, name string) string {
		if name == "" {
			return ""
		}
		k := kind + name
		if names[k] == "" {
			names[k] = fmt.Sprintf("%s%06x-%d", kind, draw.Uint32N(1<<24), len(names))
		}
		return names[k]
	}
	out := &history.History{Events: slices.Clone(h.Events)}
	for i := range out.Events {
		e := &out.Events[i]
		e.User, e.Attempt, e.Worker, e.Event = as("u", e.User), as("a", e.Attempt), as("w", e.Worker), as("e", e.Event)
		if e.By = as("a", e.By); e.Kind == history.KindStateComplete {
			e.Peer = as("a", e.Peer)
		}
		if name, ok := workerOf(e); ok {
			e.Src = history.WorkerSrc(as("w", name))
		}
		if users := e.Detail[history.DetailUsers]; users != "" {
			e.Detail = maps.Clone(e.Detail)
			var again []string
			for _, u := range strings.Fields(users) {
				again = append(again, as("u", u))
			}
			e.Detail[history.DetailUsers] = strings.Join(again, " ")
		}
	}
	return out
}

// shifted moves every clock, each by as much.
func shifted(h *history.History, seed uint64) *history.History {
	by := rand.New(rand.NewPCG(seed, 4)).Int64N(1 << 50)
	out := &history.History{Events: slices.Clone(h.Events)}
	for i := range out.Events {
		e := &out.Events[i]
		e.T += by
		if e.From != 0 || e.Kind == history.KindPublish {
			e.From += by
		}
		e.Evidence = slices.Clone(e.Evidence)
		for k := range e.Evidence {
			if e.Evidence[k].T != 0 {
				e.Evidence[k].T += by
			}
		}
	}
	return out
}

// countedAnew counts each observer's lines anew, as if what is gone had never
// been written.
func countedAnew(events []history.Event) *history.History {
	seqs := map[string]uint64{}
	for i := range events {
		seqs[events[i].Src]++
		events[i].Seq = seqs[events[i].Src]
	}
	return &history.History{Events: events}
}

// withoutNotes leaves out what is never judged.
func withoutNotes(h *history.History, _ uint64) *history.History {
	return countedAnew(slices.DeleteFunc(slices.Clone(h.Events), func(e history.Event) bool { return e.Kind == history.KindNote }))
}

// withNotes has observers say more that is never judged, before their last line.
func withNotes(h *history.History, seed uint64) *history.History {
	draw := rand.New(rand.NewPCG(seed, 5))
	left := map[string]int{}
	for _, e := range h.Events {
		left[e.Src]++
	}
	var out []history.Event
	for _, e := range h.Events {
		left[e.Src]--
		if out = append(out, e); left[e.Src] > 0 && draw.IntN(8) == 0 {
			out = append(out, history.Event{T: e.T, Domain: e.Domain, Src: e.Src, Kind: history.KindNote, User: e.User, Attempt: e.Attempt})
		}
	}
	return countedAnew(out)
}

// same lists ways to tell the same history otherwise.
var same = map[string]func(h *history.History, seed uint64) *history.History{
	"observers' lines mixed": mixed, "observer behind observer": bySource, "ties turned": tiesTurned, "renamed": renamed, "clocks shifted": shifted,
	"without notes": withoutNotes, "with notes": withNotes,
}

// TestTheSameHistoryToldOtherwiseGetsTheSameVerdicts changes what no verdict may
// rest on.
func TestTheSameHistoryToldOtherwiseGetsTheSameVerdicts(t *testing.T) {
	property(t, 200, nil, func(t *rapid.T, _ *tally) {
		name, h := drawBase(t)
		how := rapid.SampledFrom(slices.Sorted(maps.Keys(same))).Draw(t, "how")
		told := same[how](h, rapid.Uint64().Draw(t, "seed"))
		was, is := judgedBase(name), Check(told)
		for i, v := range is.Verdicts {
			if was.Verdicts[i].Verdict != v.Verdict {
				t.Errorf("%s, %s: %s is %s, was %s:\n%s\n%s\nfindings %+v", name, how, v.Property, v.Verdict, was.Verdicts[i].Verdict, v.Reason, was.Verdicts[i].Reason, is.Findings)
			}
		}
		if got, want := foundNames(is), foundNames(was); got != want {
			t.Errorf("%s, %s: found %s, was %s", name, how, got, want)
		}
	})
}

func foundNames(r *Result) string {
	var names []string
	for _, f := range r.Findings {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

// TestARecordThatIsGoneNeverMakesAnythingHold takes one record away, and lets
// the numbers of the others stand.
func TestARecordThatIsGoneNeverMakesAnythingHold(t *testing.T) {
	property(t, 200, []string{"found amiss"}, func(t *rapid.T, n *tally) {
		name, h := drawBase(t)
		i := rapid.IntRange(0, len(h.Events)-1).Draw(t, "line")
		e := h.Events[i]
		last := true
		for _, o := range h.Events {
			last = last && (o.Src != e.Src || o.Seq <= e.Seq)
		}
		h.Events = slices.Delete(h.Events, i, i+1)
		is := Check(h)
		told(n, judgedBase(name), is)
		if w := worse(judgedBase(name), is); w != "" && !last { // of last ones see TestALostTailNeverMakesARefutationHold
			t.Fatalf("%s: without %+v: %s", name, e, w)
		}
	})
}

// told tallies whether a change was noticed.
func told(n *tally, was, is *Result) {
	if foundNames(was) != foundNames(is) {
		n.drew("found amiss")
	} else {
		n.drew("all the same")
	}
}

// worse says what a damaged history's verdicts are that they must not be.
func worse(was, is *Result) string {
	out := []string{held(was, is)}
	for i, v := range is.Verdicts {
		if before := was.Verdicts[i].Verdict; v.Verdict == Refuted && before != Refuted && before != Holds && len(is.Findings) == 0 {
			out = append(out, fmt.Sprintf("%s was %s and is refuted, and nothing is found amiss: %s", v.Property, before, v.Reason))
		}
	}
	return sentence(slices.DeleteFunc(out, func(s string) bool { return s == "" }))
}

// held says which of them hold that did not.
func held(was, is *Result) string {
	var out []string
	for i, v := range is.Verdicts {
		if before := was.Verdicts[i].Verdict; v.Verdict == Holds && before != Holds {
			out = append(out, fmt.Sprintf("%s was %s and holds: %s", v.Property, before, v.Reason))
		}
	}
	return sentence(out)
}
