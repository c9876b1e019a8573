package attack

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker"
	"turnstile/checker/history"
)

// wrongAnswer is an answer that a world's truth contradicts.
type wrongAnswer struct {
	property checker.Property
	verdict  checker.Verdict
	reason   string
}

// kind tells wrong answers of one sort from others: the reason without what is
// of one world only.
func (w wrongAnswer) kind() string {
	reason := names.ReplaceAllString(w.reason, "N")
	return fmt.Sprintf("%s is %s, %.60s", w.property, w.verdict, reason)
}

var names = regexp.MustCompile(`[a-z]*[-0-9.]*[0-9]+|/`)

// contradicted compares the answers on a world's record with its truth.
func (w *world) contradicted(r *checker.Result) (out []wrongAnswer) {
	for _, v := range r.Verdicts {
		is := w.truth(v.Property)
		switch {
		case v.Verdict == checker.Refuted && !is.violated,
			(v.Verdict == checker.Holds || v.Verdict == checker.Vacuous) && is.shown:
			out = append(out, wrongAnswer{v.Property, v.Verdict, v.Reason})
		}
	}
	return out
}

// written is the world's record as a file, so that the reader is attacked too.
func (w *world) written(t testing.TB) file { return written(t, w.history()) }

func written(t testing.TB, h *history.History) file {
	var buf bytes.Buffer
	if err := history.Write(&buf, h.Events); err != nil {
		t.Fatal(err)
	}
	return newFile("a world", buf.Bytes())
}

// trulySo are the findings that tell of what happens in worlds, and not of a
// damaged record.
var trulySo = []string{
	"publish-after-quiet", // the load goes on after the end now and then
	"store-missing",       // nothing took effect
	"worker-end-unknown",  // a crash that nobody saw by the end
	"type-unknown",        // some events are of a type without rules
	"parked-twice",        // as dead letters
	"parked-and-handled",  // the same
	"fault-elsewhere",     // a fault that came when its attempt had gone on
}

// TestNoAnswerOnATrueWorldIsWrong draws worlds and holds each answer against what
// was truly so. Nor may the self-check find anything amiss that was not.
func TestNoAnswerOnATrueWorldIsWrong(t *testing.T) {
	given := map[checker.Property]map[checker.Verdict]int{}
	found := map[string]int{}
	findings := map[string]int{}
	smallest := map[string]int{}
	kept := map[string]string{} // where the smallest of a kind is
	worlds := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(dice{rt})
		f := w.written(t)
		a := judge(f)
		if a.refused != nil {
			rt.Fatalf("the reader refuses an honest record: %v", a.refused)
		}
		worlds++
		for _, v := range a.result.Verdicts {
			if given[v.Property] == nil {
				given[v.Property] = map[checker.Verdict]int{}
			}
			given[v.Property][v.Verdict]++
		}
		for _, f := range a.result.Findings {
			findings[f.Name]++
			if !slices.Contains(trulySo, f.Name) {
				rt.Fatalf("found on an honest record: %s: %s\n%s", f.Name, f.Detail, w)
			}
		}
		for _, wrong := range w.contradicted(a.result) {
			why := fmt.Sprintf("%s: %s\n%s", wrong.kind(), wrong.reason, w)
			if !*survey {
				rt.Fatalf("%s\n%s", why, keep(t, "world", f, why))
			}
			found[wrong.kind()]++
			if n := smallest[wrong.kind()]; n == 0 || len(f.lines) < n {
				smallest[wrong.kind()] = len(f.lines)
				kept[wrong.kind()] = keep(t, "world-"+strings.ReplaceAll(wrong.kind(), " ", "-"), f, why)
			}
		}
	})
	say("%d worlds (seed %d)", worlds, *seed)
	for _, p := range checker.Properties() {
		say("  %-12s holds %6d  refuted %6d  unknown %6d  vacuous %6d", p, given[p][checker.Holds], given[p][checker.Refuted], given[p][checker.Unknown], given[p][checker.Vacuous])
	}
	for _, name := range sorted(findings) {
		say("  found %6d times: %s", findings[name], name)
	}
	total := 0
	for _, kind := range sorted(found) {
		say("  wrong %d times: %s", found[kind], kind)
		total += found[kind]
	}
	say("%d wrong answers on worlds", total)
	for _, kind := range sorted(kept) {
		t.Errorf("%s\n\t%s", kind, kept[kind])
	}
}
