package history

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// names are what strings are drawn from: of the kind that is found in histories,
// and of the kind that readers trip over.
var names = rapid.OneOf(
	rapid.SampledFrom([]string{"u1", "u2", "w1-7", "receipt", "ok", "purchased", "é\"\\\n<", "\U0001f600\u2028\x7f", "\ufffd", "/\b\f\r\t\x00"}),
	rapid.StringMatching(`[a-z0-9"\\ <é\n]{1,6}`),
)

// drawWords draws an object of strings.
func drawWords(t *rapid.T, label string) map[string]string {
	return rapid.MapOfN(names, names, 0, 3).Draw(t, label)
}

// drawEvent draws an event of any kind that a source may record, with what the
// kind must have and some of what it may have.
func drawEvent(t *rapid.T, src string, seq uint64) Event {
	var rows []*kindRow
	for _, r := range kindRows {
		if r.by&observerOf(src) != 0 && r.kind != KindEnd {
			rows = append(rows, r)
		}
	}
	return drawOfKind(t, rapid.SampledFrom(rows).Draw(t, "row"), src, seq)
}

func drawOfKind(t *rapid.T, row *kindRow, src string, seq uint64) Event {
	e := Event{T: rapid.Int64Range(0, 1<<62).Draw(t, "t"), Domain: rapid.SampledFrom([]string{"boot:a", "boot:b"}).Draw(t, "domain"), Src: src, Seq: seq, Kind: row.kind}
	fields := reflect.ValueOf(&e).Elem()
	for k, key := range eventKeys.list {
		if eventKeys.required.has(k) || !row.allows.has(k) || !row.requires.has(k) && rapid.Bool().Draw(t, "without "+key.name) {
			continue
		}
		switch v := fields.Field(k).Addr().Interface().(type) {
		case *string:
			*v = names.Draw(t, key.name)
		case *int64:
			switch k {
			case keyFrom:
				*v = rapid.Int64Range(0, e.T).Draw(t, key.name)
			case keyDelayNS:
				*v = rapid.Int64Range(0, 1<<62).Draw(t, key.name)
			default:
				*v = rapid.Int64().Draw(t, key.name)
			}
		case *map[string]string:
			if *v = drawWords(t, key.name); len(*v) == 0 && row.requires.has(k) {
				*v = map[string]string{"conn": "1"} // one that must be there says something
			}
		case *[]Evidence:
			*v = rapid.SliceOfN(rapid.Custom(drawEvidence), 0, 3).Draw(t, key.name)
		case **Setup:
			*v = drawScenario(t)
		default:
			t.Fatalf("no way to draw a %T", v)
		}
	}
	return e
}

func drawEvidence(t *rapid.T) Evidence {
	return Evidence{Name: names.Draw(t, "name"), Observer: names.Draw(t, "observer"), T: rapid.Int64Range(0, 9).Draw(t, "t"), Seen: rapid.Bool().Draw(t, "seen"), Detail: names.Draw(t, "detail")}
}

func drawScenario(t *rapid.T) *Setup {
	n := rapid.IntRange(-1, 9)
	return &Setup{
		Name: names.Draw(t, "name"), Mode: names.Draw(t, "mode"), Guard: "none", Fault: "none",
		Seed: rapid.Uint64().Draw(t, "seed"), Workers: n.Draw(t, "workers"), Users: n.Draw(t, "users"),
		Require:         Require{Attempts: n.Draw(t, "attempts"), Contended: 1, Handovers: 2, Redeliveries: 3, FaultBites: rapid.Bool().Draw(t, "bites")},
		RecoverWithinNS: rapid.Int64Range(0, 9).Draw(t, "recover"), Settings: drawWords(t, "settings"),
	}
}

// drawPart draws what one observer recorded, numbered and in order.
func drawPart(t *rapid.T, src string) []Event {
	events := make([]Event, rapid.IntRange(0, 6).Draw(t, "events"))
	for i := range events {
		events[i] = drawEvent(t, src, uint64(i+1))
	}
	return events
}

// plainly is an event as it is read: what is empty is not there.
func plainly(events []Event) []Event {
	for i := range events {
		e := &events[i]
		if len(e.Detail) == 0 {
			e.Detail = nil
		}
		if len(e.Evidence) == 0 {
			e.Evidence = nil
		}
		if e.Scenario != nil && len(e.Scenario.Settings) == 0 {
			e.Scenario.Settings = nil
		}
	}
	return events
}

// For the tests in history_test.
var (
	DrawPart = drawPart
	Plainly  = plainly
)

func TestEveryKindCanBeDrawn(t *testing.T) {
	for _, src := range []string{SrcHarness, SrcGateway, SrcStore, WorkerSrc("w1"), LinkSrc("w1")} {
		for _, r := range kindRows {
			if r.by&observerOf(src) == 0 {
				continue
			}
			rapid.Check(t, func(t *rapid.T) {
				e := drawOfKind(t, r, src, 1)
				line, err := appendEvent(nil, &e)
				if err != nil {
					t.Fatal(err)
				}
				var got Event
				if err := newParser(Version).line(line, &got); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
			})
		}
	}
}
