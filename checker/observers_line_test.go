package checker

import (
	"strings"
	"testing"

	"turnstile/checker/history"
)

func TestStampsThatAreTakenWhenALineIsWrittenDoNotRunBack(t *testing.T) {
	worker := history.WorkerSrc("w1")
	for _, c := range []struct {
		name string
		src  string
		kind history.Kind
		want bool
	}{
		{"a call at the gateway", history.SrcGateway, history.KindSendCall, true},
		{"an answer of the gateway", history.SrcGateway, history.KindSendReturn, true},
		{"a publish", history.SrcHarness, history.KindPublish, true},
		{"a fault", history.SrcHarness, history.KindFaultBegin, true},
		{"a death, which is stamped when it was confirmed", history.SrcHarness, history.KindWorkerDead, false},
		{"a commit", history.SrcStore, history.KindStateCommit, true},
		{"a delivery", worker, history.KindDeliver, true},
		{"an enter", worker, history.KindEnter, true},
		{"a send of a worker", worker, history.KindSendCall, true},
		{"a nack", worker, history.KindNack, true},
		{"a start", worker, history.KindWorkerStart, true},
		{"a stop", worker, history.KindWorkerStop, true},
		{"an answer that a worker got", worker, history.KindSendReturn, false},
		{"a read", worker, history.KindStateRead, false},
		{"an exit", worker, history.KindExit, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for back, want := range map[int64]bool{0: false, 1: c.want} {
				o := &observers{r: newRecord(&history.History{}), last: map[string]*lastLine{}}
				before := len(o.r.reported())
				o.line(&history.Event{Src: c.src, Kind: history.KindNote, Seq: 1, T: 100})
				o.line(&history.Event{Src: c.src, Kind: c.kind, Seq: 2, T: 100 - back})
				told := o.r.reported()[before:]
				if got := len(told) > 0; got != want {
					t.Errorf("stamped %d before the line before it, that is told: %t", back, got)
				}
				if want && !strings.Contains(told[0].Detail, "is stamped 1 ns before what it recorded earlier") {
					t.Error(told[0].Detail)
				}
			}
		})
	}
}

func TestALineThatIsMissingIsToldOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		seqs []uint64
		want int
	}{
		{"none", []uint64{1, 2, 3}, 0},
		{"the first", []uint64{2, 3}, 1},
		{"one between", []uint64{1, 3, 4}, 1},
		{"two in two places", []uint64{1, 3, 5}, 1},
		{"one twice", []uint64{1, 1, 2}, 1},
		{"all numbers, in a history that has none", []uint64{0, 0, 0}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := &observers{r: newRecord(&history.History{}), last: map[string]*lastLine{}}
			before := len(o.r.findings)
			for i, seq := range c.seqs {
				o.line(&history.Event{Src: history.SrcGateway, Kind: history.KindNote, Seq: seq, T: int64(i)})
			}
			got := 0
			for _, g := range o.r.findings[before:] {
				got += len(g.details)
			}
			if got != c.want {
				t.Errorf("told %d times, want %d", got, c.want)
			}
		})
	}
}

func TestALogWhoseLinesHaveNoNumbersIsInOrder(t *testing.T) {
	var b bulk
	b.inTurn("u1", 5)
	b.record()
	for _, f := range Check(&b.h).Findings {
		if f.Name == "store-disordered" {
			t.Error(f.Detail)
		}
	}
}
