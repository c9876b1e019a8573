package history

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// recordedRun is a recorded run's file, unpacked.
func recordedRun(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func recordedRuns(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../testdata/runs/*.jsonl.gz")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded runs: %v", err)
	}
	return paths
}

// changed are the keys in which an event is another after a damage. What was
// there is to be there still.
func changed(t interface{ Errorf(string, ...any) }, before, after *Event) []string {
	var out []string
	a, b := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	for k, key := range eventKeys.list {
		x, y := a.Field(k), b.Field(k)
		if reflect.DeepEqual(x.Interface(), y.Interface()) {
			continue
		}
		out = append(out, key.name)
		if number := y.CanInt() || y.CanUint(); !number && (x.IsZero() || y.IsZero()) {
			t.Errorf("a flipped bit took or gave %q: %+v, was %+v", key.name, after, before)
		}
	}
	return out
}

// TestAFlippedBitOfALineIsRefusedOrChangesOneValue flips every bit of a line of
// every kind and observer that the recorded runs have, and of lines of every
// other kind.
func TestAFlippedBitOfALineIsRefusedOrChangesOneValue(t *testing.T) {
	lines := map[string][]byte{}
	p := newParser(Version)
	for _, path := range recordedRuns(t) {
		for line := range bytes.Lines(recordedRun(t, path)) {
			var e Event
			if line = bytes.TrimSpace(line); p.line(line, &e) != nil { // the header
				continue
			}
			if at := string(e.Kind) + " " + observerOf(e.Src).String(); lines[at] == nil {
				lines[at] = line
			}
		}
	}
	for _, r := range kindRows {
		for _, src := range []string{SrcHarness, SrcGateway, SrcStore, WorkerSrc("w1"), LinkSrc("w1"), SrcEnd} {
			if at := string(r.kind) + " " + observerOf(src).String(); r.by&observerOf(src) != 0 && lines[at] == nil {
				e := rapid.Custom(func(t *rapid.T) Event { return drawOfKind(t, r, src, 1) }).Example(1)
				line, err := appendEvent(nil, &e)
				if err != nil {
					t.Fatal(err)
				}
				lines[at] = line
			}
		}
	}
	for at, line := range lines {
		var before Event
		if err := p.line(line, &before); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		read, refused := 0, 0
		for i := range 8 * len(line) {
			damaged := bytes.Clone(line)
			damaged[i/8] ^= 1 << (i % 8)
			var after Event
			if p.line(damaged, &after) != nil {
				refused++
				continue
			}
			read++
			if keys := changed(t, &before, &after); len(keys) > 1 || after.Kind != before.Kind {
				t.Errorf("%s\nis read with other %v, from\n%s", damaged, keys, line)
			}
		}
		if read == 0 || refused == 0 {
			t.Errorf("%s: %d were read and %d refused, so nothing was tested of one", at, read, refused)
		}
	}
}

func TestNoFlippedBitOfAHeaderIsRead(t *testing.T) {
	for _, version := range []string{"1", "2", "4"} {
		header := []byte(`{"format":"turnstile-history","version":` + version + `}`)
		if _, err := headerOf(header); err != nil {
			t.Fatal(err)
		}
		for i := range 8 * len(header) {
			damaged := bytes.Clone(header)
			damaged[i/8] ^= 1 << (i % 8)
			if _, err := headerOf(damaged); err == nil {
				t.Errorf("%s is read", damaged)
			}
		}
	}
}

// TestAFlippedBitOfAHistoryIsRefusedOrChangesOneValue flips bits anywhere, also
// in what separates the lines.
func TestAFlippedBitOfAHistoryIsRefusedOrChangesOneValue(t *testing.T) {
	whole := recordedRun(t, "../testdata/runs/lock-lost.jsonl.gz")
	before, err := Read(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(whole)-1).Draw(t, "byte")
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		after, err := Read(bytes.NewReader(damaged))
		if err != nil {
			if line := 1 + bytes.Count(whole[:i], []byte("\n")); !strings.Contains(err.Error(), "line ") {
				t.Fatalf("line %d is damaged: %v", line, err)
			}
			return
		}
		if len(after.Events) != len(before.Events) {
			t.Fatalf("%d events, were %d", len(after.Events), len(before.Events))
		}
		others := 0
		for k := range after.Events {
			keys := changed(t, &before.Events[k], &after.Events[k])
			if others += len(keys); after.Events[k].Kind != before.Events[k].Kind {
				t.Fatalf("a %s became a %s", before.Events[k].Kind, after.Events[k].Kind)
			}
		}
		if others > 1 || after.SHA256 == before.SHA256 {
			t.Fatalf("%d values are others, the hash is %s, was %s", others, after.SHA256, before.SHA256)
		}
	})
}

// TestWhatNobodyWroteIsRefused has one damage of each kind in an event's line.
func TestWhatNobodyWroteIsRefused(t *testing.T) {
	const (
		enter    = `{"t":3,"domain":"d","src":"worker/w1","seq":1,"kind":"enter","user":"u1","event":"e1","attempt":"a","detail":{"try":"1"}}`
		publish  = `{"t":3,"domain":"d","src":"harness","seq":1,"kind":"publish","user":"u1","event":"e1","from":2,"ordinal":1,"outcome":"ok"}`
		scenario = `{"t":3,"domain":"d","src":"harness","seq":1,"kind":"scenario","scenario":{"name":"n","mode":"m","guard":"g","fault":"f","seed":1,"workers":2,"users":3,"require":{"attempts":1,"contended":2,"handovers":3,"redeliveries":4,"fault_bites":true},"settings":{"k":"v"}}}`
		healed   = `{"t":3,"domain":"d","src":"harness","seq":1,"kind":"fault_end","fault":"f","outcome":"healed","evidence":[{"name":"n","observer":"o","t":2,"seen":true}]}`
	)
	for _, c := range []struct{ name, line, old, new, says string }{
		{"an unknown kind", enter, `"enter"`, `"entar"`, `the kind "entar" is unknown`},
		{"a kind in another case", enter, `"enter"`, `"Enter"`, `the kind "Enter" is unknown`},
		{"a kind that is empty", enter, `"enter"`, `""`, `the kind "" is unknown`},
		{"no kind", enter, `"kind":"enter",`, ``, `an event without "kind"`},
		{"no time", enter, `"t":3,`, ``, `an event without "t"`},
		{"no number", enter, `"seq":1,`, ``, `an event without "seq"`},
		{"no source", enter, `"src":"worker/w1",`, ``, `an event without "src"`},
		{"no clock", enter, `"domain":"d",`, ``, `an event without "domain"`},
		{"a clock without a name", enter, `"d"`, `""`, `an enter event whose "domain" is empty`},
		{"an unknown key", enter, `"user"`, `"usar"`, `the key "usar" is unknown`},
		{"a key without a name", enter, `"user"`, `""`, `the key "" is unknown`},
		{"an endless key", enter, `"user"`, `"` + strings.Repeat("x", 999) + `"`, `the key "` + strings.Repeat("x", 40) + `"… is unknown`},
		{"a key in another case", enter, `"user"`, `"User"`, `the key "User" is in another case: it is "user"`},
		{"a key in a case of another alphabet", enter, `"attempt":"a"`, `"attempt":"a","wor` + "\u212a" + `er":"w1"`, `is in another case: it is "worker"`},
		{"a key twice", enter, `"user":"u1"`, `"user":"u1","user":"u1"`, `the key "user" stands twice`},
		{"a key twice, once with an escape", enter, `"user":"u1"`, `"user":"u1","us\u0065r":"u1"`, `the key "user" stands twice`},
		{"a key of the latest version", publish, `"ordinal":1`, `"by":"a","ordinal":1`, `the key "by" came with format version 7, and line 1 names version 1`},
		{"a kind of a later version", publish, `"publish"`, `"wire_permits"`, `the kind "wire_permits" came with format version 4, and line 1 names version 1`},
		{"a key of a later version", publish, `"ordinal"`, `"at":1,"ordinal"`, `the key "at" came with format version 2, and line 1 names version 1`},
		{"a key that its kind requires", enter, `"user":"u1",`, ``, `an enter event without "user"`},
		{"what its kind requires, and empty", enter, `"u1"`, `""`, `an enter event whose "user" is empty`},
		{"what its kind requires, and null", enter, `"u1"`, `null`, `the key "user" is null where a string should stand`},
		{"a number that its kind requires", publish, `"from":2,`, ``, `a publish event without "from"`},
		{"a null that might be missing", enter, `{"try":"1"}`, `null`, `the key "detail" is null where an object of strings should stand`},
		{"a key that is another kind's", enter, `"detail"`, `"ordinal":1,"detail"`, `an enter event with the key "ordinal", which none of its kind has`},
		{"another observer", enter, `worker/w1`, `gateway`, `an enter event recorded by "gateway": its observer is worker`},
		{"a worker without a name", enter, `worker/w1`, `worker/`, `an enter event recorded by "worker/": its observer is worker`},
		{"a time in a string", enter, `3`, `"3"`, `the key "t" is a string where a whole number should stand`},
		{"a time with a fraction", enter, `3`, `3.0`, `the key "t" is another number where a whole number should stand`},
		{"a time with an exponent", enter, `3`, `3e1`, `the key "t" is another number where a whole number should stand`},
		{"a time that does not fit", enter, `3`, `9223372036854775808`, `the key "t" is another number where a whole number should stand`},
		{"a time that is null", enter, `3`, `null`, `the key "t" is null where a whole number should stand`},
		{"a time that is true", enter, `3`, `true`, `the key "t" is true or false where a whole number should stand`},
		{"a time that is a list", enter, `3`, `[3]`, `the key "t" is a list where a whole number should stand`},
		{"a number below its least", enter, `"seq":1`, `"seq":-1`, `the key "seq" is another number where a whole number of 0 or more should stand`},
		{"a word that is a number", enter, `"u1"`, `1`, `the key "user" is another number where a string should stand`},
		{"a detail that is a number", enter, `"1"`, `1`, `in "detail": the key "try" is another number where a string should stand`},
		{"a detail that is null", enter, `"1"`, `null`, `in "detail": the key "try" is null where a string should stand`},
		{"a detail twice", enter, `"try":"1"`, `"try":"1","try":"1"`, `in "detail": the key "try" stands twice`},
		{"a detail in a list", enter, `{"try":"1"}`, `["try"]`, `the key "detail" is a list where an object of strings should stand`},
		{"a name that is not UTF-8", enter, `u1`, "u\xff", `the key "user" is not text`},
		{"a name that is half a character", enter, `u1`, `u\ud83d`, `the key "user" is not text`},
		{"a scenario without its body", scenario, scenario[strings.Index(scenario, `,"scenario":`) : len(scenario)-1], ``, `a scenario event without "scenario"`},
		{"a scenario whose body is null", scenario, scenario[strings.Index(scenario, `{"name"`) : len(scenario)-1], `null`, `the key "scenario" is null where an object should stand`},
		{"a scenario whose body is empty", scenario, scenario[strings.Index(scenario, `{"name"`) : len(scenario)-1], `{}`, `in "scenario": a scenario without "name"`},
		{"a scenario's unknown key", scenario, `"mode"`, `"mood"`, `in "scenario": the key "mood" is unknown`},
		{"a scenario's key in another case", scenario, `"mode"`, `"Mode"`, `in "scenario": the key "Mode" is in another case: it is "mode"`},
		{"a scenario's key twice", scenario, `"mode":"m"`, `"mode":"m","mode":"m"`, `in "scenario": the key "mode" stands twice`},
		{"a scenario's key that is missing", scenario, `"users":3,`, ``, `in "scenario": a scenario without "users"`},
		{"a scenario's setting twice", scenario, `"k":"v"`, `"k":"v","k":"w"`, `in "scenario": in "settings": the key "k" stands twice`},
		{"an unknown requirement", scenario, `"handovers"`, `"handover"`, `in "scenario": in "require": the key "handover" is unknown`},
		{"a requirement that is missing", scenario, `"handovers":3,`, ``, `in "scenario": in "require": what a scenario requires without "handovers"`},
		{"a requirement that is no number", scenario, `"handovers":3`, `"handovers":"3"`, `in "scenario": in "require": the key "handovers" is a string where a whole number should stand`},
		{"a requirement that is null", scenario, `true`, `null`, `in "scenario": in "require": the key "fault_bites" is null where true or false should stand`},
		{"evidence with an unknown key", healed, `"seen"`, `"sean"`, `in "evidence": the key "sean" is unknown`},
		{"evidence that does not say whether it was seen", healed, `,"seen":true`, ``, `in "evidence": evidence without "seen"`},
		{"evidence that is null", healed, `{"name":"n","observer":"o","t":2,"seen":true}`, `null`, `the key "evidence" is null where an object should stand`},
		{"evidence in no list", healed, healed[strings.Index(healed, `[`) : len(healed)-1], `{}`, `the key "evidence" is an object where a list of objects should stand`},
		{"two objects in a line", enter, `}}`, `}} {}`, `not an event: invalid character`},
		{"a line cut short", enter, `}}`, `}`, `not an event: unexpected end of JSON input`},
		{"no object", enter, enter, `null`, `not an event: the line is null where an object should stand`},
		{"a time before the clock's start", enter, `3`, `-3`, `impossible time`},
		{"an end before its begin", publish, `"from":2`, `"from":4`, `impossible time (from 4 to 3)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			header, sound := `{"format":"turnstile-history","version":1}`+"\n", c.line+"\n"
			end := `{"t":3,"domain":"d","src":"end","seq":1,"kind":"end","ordinal":1}` + "\n"
			if _, err := Read(strings.NewReader(header + sound + end)); err != nil {
				t.Fatalf("without the damage: %v", err)
			}
			damaged := strings.Replace(sound, c.old, c.new, 1)
			h, err := Read(strings.NewReader(header + damaged + end))
			if err == nil || h != nil || !strings.HasPrefix(err.Error(), "line 2: ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one of line 2 that says %q", err, c.says)
			}
			events, torn, partErr := ReadPart(strings.NewReader(header + damaged))
			if events != nil || torn || text(partErr) != text(err) {
				t.Errorf("an observer's file: %v, torn %t, error %v, want %v", events, torn, partErr, err)
			}
		})
	}
}
