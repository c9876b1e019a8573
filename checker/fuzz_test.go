package checker

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
)

func FuzzCheck(f *testing.F) {
	for _, s := range []*story{newStory(), takeTurns(), frozen(), takeTurns().offset("d", "far", 1, 2),
		frozen().enter("w3", "x", "e1", "u1", 10).hold("x", 11).kill("w3", 12, 13), tangled()} {
		var buf bytes.Buffer
		if err := history.Write(&buf, s.tell(f).Events); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := history.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		answersWell(t, h)
	})
}

// answersWell checks what is true of every result.
func answersWell(t interface{ Fatalf(string, ...any) }, h *history.History) {
	r := Check(h, WithTimeout(time.Second))
	if _, err := json.Marshal(r); err != nil {
		t.Fatalf("the result has no JSON form: %v", err)
	}
	for i, p := range Properties() {
		v := r.Verdicts[i]
		if v.Property != p || !slices.Contains([]Verdict{Holds, Refuted, Unknown, Vacuous}, v.Verdict) || v.Reason == "" {
			t.Fatalf("verdict %d is %+v", i, v)
		}
		if (v.Verdict == Refuted) != (v.Witness != nil) {
			t.Fatalf("%s is %s with witness %+v", p, v.Verdict, v.Witness)
		}
		if strings.Contains(v.Reason, "CONTRADICTS") {
			t.Fatalf("%s: %s", p, v.Reason)
		}
		if v.Witness != nil && len(h.Events) < 1000 {
			_ = WritePicture(&bytes.Buffer{}, h, v.Witness) // there may be nothing to draw; it must not panic
		}
	}
}
