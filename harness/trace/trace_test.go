package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker/history"
)

// recorded are histories of real runs.
func recorded(t *testing.T) map[string]*history.History {
	t.Helper()
	files, err := filepath.Glob("../../checker/levels/testdata/runs/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded run: %v", err)
	}
	all := map[string]*history.History{}
	for _, f := range files {
		h, err := history.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(f)] = h
	}
	return all
}

func TestEverySpanOfARecordedRunHasItsPlace(t *testing.T) {
	for name, h := range recorded(t) {
		spans := Spans(h, "")
		byID := map[[8]byte]Span{}
		for _, s := range spans {
			if _, twice := byID[s.ID]; twice {
				t.Fatalf("%s: two spans have the id of %s of %s", name, s.Name, s.Service)
			}
			byID[s.ID] = s
		}
		for _, s := range spans {
			parent, known := byID[s.Parent]
			switch root := s.Parent == [8]byte{}; {
			case s.From > s.To:
				t.Errorf("%s: %s ends before it begins", name, s.Name)
			case root != (s.Name == "event" || s.Service == serviceFaults):
				t.Errorf("%s: %s of %s is the root of a trace: %v", name, s.Name, s.Service, root)
			case root:
			case !known || parent.Trace != s.Trace:
				t.Errorf("%s: the parent of %s is of another trace", name, s.Name)
			case s.Service == parent.Service && (s.From < parent.From || s.To > parent.To):
				t.Errorf("%s: %s of %s [%d, %d] is not within %s [%d, %d]", name, s.Name, s.Service, s.From, s.To, parent.Name, parent.From, parent.To)
			}
			if s.Link != [8]byte{} && (byID[s.Link].Trace != s.Trace || byID[s.Link].From > s.From) {
				t.Errorf("%s: a handling is linked to what is not an earlier one of the same event", name)
			}
		}
		if want, got := counted(h), counts(spans); fmt.Sprint(want) != fmt.Sprint(got) {
			t.Errorf("%s: there are %v on record and %v in the traces", name, want, got)
		}
	}
}

// counted is how often something is on record that has a span of its own.
func counted(h *history.History) map[string]int {
	n := map[string]int{}
	for i := range h.Events {
		e := &h.Events[i]
		switch {
		case e.Kind == history.KindPublish:
			n["event"]++
			n["publish"]++
		case e.Kind == history.KindEnter:
			n["section"]++
		case e.Kind == history.KindSendCall && e.FromWorker():
			n["send"]++
		case e.Kind == history.KindStateWrite:
			n["write"]++
		case e.Kind == history.KindAck:
			n["ack"]++
		case e.Kind == history.KindFaultBegin:
			n[e.Fault]++
		}
	}
	return n
}

func counts(spans []Span) map[string]int {
	n := map[string]int{}
	for _, s := range spans {
		name, _, _ := strings.Cut(s.Name, " ")
		if slices.Contains([]string{"event", "publish", "section", "send", "write", "ack"}, name) || s.Service == serviceFaults {
			n[name]++
		}
	}
	return n
}

func TestARedeliveryIsLinkedToTheHandlingBefore(t *testing.T) {
	w := func(worker string, kind history.Kind, from, at int64) history.Event {
		e := history.Event{Kind: kind, Src: history.WorkerSrc(worker), Domain: "d", Worker: worker, Attempt: worker + "-1", User: "u1", Event: "u1-1", From: from, T: at, Outcome: history.OutcomeOK}
		if kind == history.KindSendCall {
			e.Text = "welcome"
		}
		return e
	}
	h := &history.History{SHA256: "x", Events: []history.Event{
		{Kind: history.KindPublish, Src: history.SrcHarness, Domain: "d", User: "u1", Event: "u1-1", From: 1, T: 2, Outcome: history.OutcomeOK},
		w("w1", history.KindDeliver, 0, 10), w("w1", history.KindEnter, 0, 20), w("w1", history.KindSendCall, 0, 30), // and then it died
		w("w2", history.KindDeliver, 0, 50), w("w2", history.KindLockAcquired, 51, 55), w("w2", history.KindEnter, 0, 60), w("w2", history.KindExit, 0, 70), w("w2", history.KindAck, 71, 80),
		{Kind: history.KindDeliver, Src: history.WorkerSrc("w3"), Domain: "of nobody's bounds", Worker: "w3", Attempt: "w3-1", User: "u1", Event: "u1-1", T: 5},
	}}
	var told []string
	var first, second Span
	for _, s := range Spans(h, "u1") {
		told = append(told, fmt.Sprintf("%s %s %d-%d %q", s.Service, s.Name, s.From, s.To, s.Failed))
		switch {
		case s.Name == "handling" && s.Service == "w1":
			first = s
		case s.Name == "handling":
			second = s
		}
	}
	want := []string{
		`publisher publish 0-1 ""`, `publisher event 0-79 ""`,
		`w1 handling 9-29 "it is not on record that the worker was done with it"`, `w1 section 19-29 "its end is not on record"`, `w1 send welcome 29-29 "its end is not on record"`,
		`w2 handling 49-79 ""`, `w2 lock 50-54 ""`, `w2 section 59-69 ""`, `w2 ack 70-79 ""`,
	}
	slices.Sort(told)
	slices.Sort(want)
	if !slices.Equal(told, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	if second.Link != first.ID || first.Link != [8]byte{} {
		t.Error("the second handling is not linked to the first")
	}
	if len(Spans(h, "u2")) != 0 {
		t.Error("another user has spans")
	}
}

func TestTracesAreWrittenAsTheirFormatsSay(t *testing.T) {
	for name, h := range recorded(t) {
		spans := Spans(h, "")
		var b bytes.Buffer
		if err := Write(&b, "otlp", spans); err != nil {
			t.Fatal(err)
		}
		var request otlpRequest
		strict := json.NewDecoder(&b)
		strict.DisallowUnknownFields()
		if err := strict.Decode(&request); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, r := range request.ResourceSpans {
			for _, s := range r.ScopeSpans[0].Spans {
				n++
				if len(s.TraceID) != 32 || len(s.SpanID) != 16 || s.Start > s.End || len(s.Start) != len("1795707436209000000") {
					t.Fatalf("%s: a span is written as %+v", name, s)
				}
			}
		}
		if n != len(spans) {
			t.Errorf("%s: %d spans are written of %d", name, n, len(spans))
		}
		b.Reset()
		if err := Write(&b, "perfetto", spans); err != nil {
			t.Fatal(err)
		}
		var events struct{ TraceEvents []traceEvent }
		if err := json.Unmarshal(b.Bytes(), &events); err != nil {
			t.Fatal(err)
		}
		open, pairs := map[string]int{}, 0
		for _, e := range events.TraceEvents {
			switch e.Ph {
			case "b":
				open[e.Cat+e.ID+e.Name]++
				pairs++
			case "e":
				if open[e.Cat+e.ID+e.Name]--; open[e.Cat+e.ID+e.Name] < 0 {
					t.Fatalf("%s: %s of %s ends before it begins", name, e.Name, e.Cat)
				}
			}
		}
		if pairs != len(spans) {
			t.Errorf("%s: %d spans are written of %d", name, pairs, len(spans))
		}
	}
	if err := Write(&bytes.Buffer{}, "zipkin", nil); err == nil || !strings.Contains(err.Error(), "otlp") {
		t.Errorf("a format that there is not: %v", err)
	}
}
