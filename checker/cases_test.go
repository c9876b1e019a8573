package checker

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker/history"
)

// caseFor is one alternative of the right answer to a case: that the reader
// refuses the file, or a verdict for each of some properties.
type caseFor struct {
	refused  bool
	verdicts map[Property][]string
}

// expectedCases reads expected.json, in which an answer is "refused", an object
// of verdicts, or a list of such alternatives.
func expectedCases(t *testing.T) map[string][]caseFor {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "cases", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]json.RawMessage
	if err := json.Unmarshal(b, &files); err != nil {
		t.Fatal(err)
	}
	one := func(raw json.RawMessage) caseFor {
		var word string
		if json.Unmarshal(raw, &word) == nil {
			if word != "refused" {
				t.Fatalf("expected.json: %q is no answer", word)
			}
			return caseFor{refused: true}
		}
		c := caseFor{}
		if err := json.Unmarshal(raw, &c.verdicts); err != nil {
			t.Fatal(err)
		}
		return c
	}
	out := map[string][]caseFor{}
	for name, raw := range files {
		var several []json.RawMessage
		if json.Unmarshal(raw, &several) != nil {
			several = []json.RawMessage{raw}
		}
		for _, raw := range several {
			out[name] = append(out[name], one(raw))
		}
	}
	return out
}

// caseResult is what the checker says of a case's file; nil if it is refused.
func caseResult(t *testing.T, name string) *Result {
	t.Helper()
	h, err := history.ReadFile(filepath.Join("testdata", "cases", name))
	if err != nil {
		t.Logf("refused: %v", err)
		return nil
	}
	return Check(h)
}

// wrong says in words what of a result is not as expected; empty if all is.
func (c caseFor) wrong(t *testing.T, r *Result) string {
	t.Helper()
	switch {
	case c.refused && r != nil:
		return "it is not refused"
	case c.refused:
		return ""
	case r == nil:
		return "it is refused"
	}
	var out []string
	for p, want := range c.verdicts {
		v := r.Of(p)
		for _, w := range want {
			if other, ok := strings.CutPrefix(w, "as "); ok {
				w = string(caseResult(t, other).Of(p).Verdict)
			}
			if string(v.Verdict) == w {
				want = nil
				break
			}
		}
		if want != nil {
			out = append(out, string(p)+" is "+string(v.Verdict)+", want "+strings.Join(want, " or ")+": "+v.Reason)
		}
	}
	slices.Sort(out)
	return sentence(out)
}

func TestEveryCaseGetsARightAnswer(t *testing.T) {
	for name, alternatives := range expectedCases(t) {
		t.Run(name, func(t *testing.T) {
			r := caseResult(t, name)
			var wrong []string
			for _, c := range alternatives {
				w := c.wrong(t, r)
				if w == "" {
					return
				}
				wrong = append(wrong, w)
			}
			t.Errorf("%s", strings.Join(wrong, " / "))
			if r != nil {
				t.Logf("findings: %+v", r.Findings)
			}
		})
	}
}

// TestTheSameHistoryIsToldInTheSameWords, also one that lacks what leaves several
// things open: no answer, and no word of it, depends on the order of a map.
func TestTheSameHistoryIsToldInTheSameWords(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "cases", "*.jsonl"))
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d cases: %v", len(paths), err)
	}
	for _, path := range paths {
		h, err := history.ReadFile(path)
		if err != nil { // one that is to be refused
			continue
		}
		h.Events = slices.DeleteFunc(h.Events, func(e history.Event) bool { return e.Kind == history.KindAck })
		var first []byte
		for range 20 {
			said, err := json.Marshal(Check(h))
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = said
			}
			if !bytes.Equal(first, said) {
				t.Errorf("%s is told in two ways:\n%s\n%s", path, first, said)
				break
			}
		}
	}
}
