package history_test

import (
	"bytes"
	"fmt"
	"testing"

	"turnstile/checker/history"
)

func FuzzRead(f *testing.F) {
	whole := written(f, three())
	f.Add(whole)
	f.Add(bytes.Replace(whole, fmt.Appendf(nil, `"version":%d`, history.Version), []byte(`"version":1`), 1))
	f.Add(whole[:len(whole)-1])
	f.Add([]byte{})
	f.Add([]byte("\xef\xbb\xbf"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := history.Read(bytes.NewReader(data))
		if (err == nil) != (h != nil) {
			t.Fatalf("a history %v and an error %v", h, err)
		}
		if err != nil {
			return
		}
		again, err := history.Read(bytes.NewReader(written(t, h.Events)))
		if err != nil || !same(history.Plainly(again.Events), history.Plainly(h.Events)) {
			t.Fatalf("what was read does not read again: %v", err)
		}
	})
}

func FuzzReadPart(f *testing.F) {
	whole := written(f, three())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		events, torn, err := history.ReadPart(bytes.NewReader(data))
		if err != nil && (events != nil || torn) {
			t.Fatalf("%d events, torn %t, and an error: %v", len(events), torn, err)
		}
		seqs := map[string]uint64{}
		for _, e := range events {
			if seqs[e.Src]++; seqs[e.Src] != e.Seq {
				t.Fatalf("event %d of %s passed as number %d", e.Seq, e.Src, seqs[e.Src])
			}
		}
	})
}
