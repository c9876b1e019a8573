package history

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// everyone is a source of each kind of observer.
var everyone = []string{SrcHarness, SrcGateway, SrcStore, WorkerSrc("w1"), LinkSrc("w1")}

func TestALineSaysWhatJSONSaysOfTheEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvent(t, rapid.SampledFrom(everyone).Draw(t, "source"), rapid.Uint64().Draw(t, "seq"))
		line, err := appendEvent([]byte("before"), &e)
		if err != nil {
			t.Fatal(err)
		}
		if string(line[:6]) != "before" {
			t.Errorf("appended to %q", line[:6])
		}
		line = line[6:]
		var back Event
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if want := plainly([]Event{e})[0]; !reflect.DeepEqual(plainly([]Event{back})[0], want) {
			t.Errorf("%s is read as %+v and was %+v", line, back, want)
		}
		// Byte by byte, where no number that must be there is 0.
		row, fields := rowOfKind[e.Kind], reflect.ValueOf(e)
		for k := range eventKeys.list {
			if row.requires.has(k) && fields.Field(k).IsZero() {
				return
			}
		}
		if want, err := json.Marshal(e); err != nil || !slices.Equal(line, want) {
			t.Errorf("%s\nand JSON has\n%s (%v)", line, want, err)
		}
	})
}

func TestANumberThatMustBeThereIsWrittenAlsoIfItIsZero(t *testing.T) {
	for _, row := range kindRows {
		e := Event{T: 1, Domain: "d", Src: "s", Seq: 1, Kind: row.kind}
		line, err := appendEvent(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		var said map[string]any
		if err := json.Unmarshal(line, &said); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for k, key := range eventKeys.list {
			if _, is := said[key.name]; key.shape == shapeInt && is != row.requires.has(k) {
				t.Errorf("%s: %s", row.kind, line)
			}
		}
	}
}

func TestWhatIsRecordedOfEachEventIsRecordedWithoutGarbage(t *testing.T) {
	out := discard{}
	w, err := NewWriter(&out, WorkerSrc("w1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []Event{
		{Kind: KindEnter, User: "u1", Event: "e1", Attempt: "w1-1"},
		{Kind: KindStateWrite, User: "u1", Event: "e1", Attempt: "w1-1", From: 1, Version: 2, Outcome: OutcomeOK},
		{Kind: KindNote, User: "u1", Detail: map[string]string{"point": "before the lock"}},
	} {
		if n := testing.AllocsPerRun(100, func() {
			if _, err := w.Record(e); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%.0f allocations to record %+v", n, e)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
