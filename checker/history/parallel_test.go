package history

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// odd are pieces of JSON on which decoders are known to differ, and of damage.
var odd = []string{
	`"`, `\`, `\n`, `\/`, `\x`, `\u12`, `\u0041`, `\ud800`, `\udc00`, `\ud83d\ude00`, "\xff", "\xc3", "\xc3\xa9", "\xed\xa0\x80", "\u2028", "\xef\xbb\xbf",
	`null`, `true`, `nul`, `NaN`, `{`, `}`, `[`, `]`, `,`, `:`, ` `, "\t", "\r", "\x00", "\x1f", "\x7f", `/**/`, `'a'`,
	`-0`, `-`, `+1`, `01`, `.5`, `1.`, `1.0`, `1e3`, `1E+2`, `9223372036854775807`, `9223372036854775808`, `-9223372036854775809`, `18446744073709551615`, `18446744073709551616`,
	`"T":5,`, `"t":null,`, `"t":"5",`, `"seq":-1,`, `"seq":1.0,`, `"kind":"end",`, `"KIND":"y",`, `"ſrc":"x",`, `"wor` + "\u212a" + `er":"x",`, `"\u0074":7,`,
	`"user":5,`, `"user":{"a":"}"},`, `"extra":{"a":[1,{"b":null}],"c":"\ud800"},`, `"":1,`,
	`"detail":{"a":"b"},`, `"detail":{"try":"1"},`, `"detail":{"a":null},`, `"detail":{"a":1},`, `"detail":{},`, `"detail":null,`, `"detail":[],`,
	`"at":1,`, `"delay_ns":0,`, `"user":"",`, `"user":"\u00e9\ud83d\ude00\/",`, `"kin\u0064":"note",`, `"detail":{"a":"b","a":"b"},`, `"detail":{"a":"b","c":"d"},`, `"detail":{"\ud800":"b"},`,
	`"evidence":[{"name":"n","observer":"o","seen":true}],`, `"evidence":[{"name":"n","observer":"o","seen":null}],`, `"evidence":[{"name":"n","seen":true},null],`, `"evidence":[{}],`, `"evidence":[],`, `"evidence":{},`,
	`"scenario":{"name":"n","mode":"m","guard":"g","fault":"f","seed":1,"workers":2,"users":3,"require":{"attempts":1,"contended":2,"handovers":3,"redeliveries":4,"fault_bites":true}},`,
	`"scenario":{"seed":-1},`, `"scenario":{"seed":18446744073709551615,"settings":{"q":"w"}},`, `"scenario":null,`, `"scenario":{"require":{"attempts":1.5}},`, `"scenario":{"require":null},`,
}

// mangled draws a line that was sound, and may no longer be.
func mangled(t *rapid.T, line []byte) []byte {
	for range rapid.SampledFrom([]int{0, 0, 0, 0, 1, 1, 2, 3}).Draw(t, "mistakes") {
		piece := rapid.SampledFrom(odd).Draw(t, "piece")
		at := rapid.IntRange(0, len(line)).Draw(t, "at")
		switch rapid.SampledFrom([]string{"insert", "first", "last", "delete", "change"}).Draw(t, "how") {
		case "insert":
			line = bytes.Join([][]byte{line[:at], line[at:]}, []byte(piece))
		case "first": // a member before all others
			line = bytes.Replace(line, []byte("{"), []byte("{"+piece), 1)
		case "last":
			if end := bytes.LastIndexByte(line, '}'); end >= 0 {
				line = bytes.Join([][]byte{line[:end], line[end:]}, []byte(","+strings.TrimSuffix(piece, ",")))
			}
		case "delete":
			line = bytes.Join([][]byte{line[:at], line[min(at+1, len(line)):]}, nil)
		default:
			line = bytes.Clone(line)
			line[min(at, len(line)-1)] = rapid.Byte().Draw(t, "byte")
		}
		if len(line) == 0 {
			return []byte("{}")
		}
	}
	return line
}

// drawFile draws a history that may be mangled anywhere.
func drawFile(t *rapid.T) []byte {
	sources := []string{SrcHarness, "worker/w1", SrcGateway, SrcStore}
	seqs := map[string]uint64{}
	out := fmt.Appendf(nil, "{\"format\":%q,\"version\":%d}\n", Format, rapid.SampledFrom(versions).Draw(t, "version"))
	n := rapid.IntRange(0, 12).Draw(t, "events")
	hurt := rapid.Bool().Draw(t, "hurt")
	for i := range n + 1 {
		e := Event{T: 1, Domain: "none", Src: "end", Seq: 1, Kind: KindEnd, Ordinal: int64(n)}
		if i < n {
			src := rapid.SampledFrom(sources).Draw(t, "src")
			seqs[src]++
			e = drawEvent(t, src, seqs[src])
		}
		line, err := appendEvent(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		if hurt {
			line = mangled(t, line)
		}
		switch rapid.IntRange(0, 40).Draw(t, "repeat") {
		case 0: // left out
			continue
		case 1: // twice
			out = append(append(out, line...), '\n')
		}
		out = append(append(out, line...), '\n')
	}
	if rapid.IntRange(0, 3).Draw(t, "cut") == 0 {
		out = out[:rapid.IntRange(0, len(out)).Draw(t, "length")]
	}
	return out
}

var errBroken = errors.New("bad sector")

// source gives data in one of the ways in which files give it.
func source(t *rapid.T, data []byte) func() io.Reader {
	way := rapid.SampledFrom([]string{"plain", "by bytes", "with its end", "of unknown size", "breaks"}).Draw(t, "source")
	return func() io.Reader {
		r := bytes.NewReader(data)
		switch way {
		case "by bytes":
			return iotest.OneByteReader(r)
		case "with its end":
			return iotest.DataErrReader(r)
		case "of unknown size":
			return io.MultiReader(r)
		case "breaks":
			return io.MultiReader(r, iotest.ErrReader(errBroken))
		}
		return r
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprint(err, errors.Is(err, ErrTruncated), errors.Is(err, errBroken))
}

func TestTheReaderDoesAsOneThatReadsALineAtATime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := drawFile(t)
		open := source(t, data)
		part := rapid.Bool().Draw(t, "part")

		want := newLineScanner(open())
		want.part = part
		h, wantErr := want.all()
		var wanted []Event
		if h != nil {
			wanted = h.Events
		}
		got := newScanner(open())
		got.part = part
		got.size = rapid.IntRange(1, 600).Draw(t, "block")
		events, err := got.all()

		if text(err) != text(wantErr) {
			t.Fatalf("%q\nfails with  %v\nshould with %v", data, err, wantErr)
		}
		if len(events)+len(wanted) > 0 && !reflect.DeepEqual(events, wanted) {
			t.Fatalf("%q\nis read as   %+v\nshould be as %+v", data, events, wanted)
		}
		if err == nil && (got.torn != want.torn || got.line != want.line) {
			t.Fatalf("%q: torn %t after line %d, should be %t after line %d", data, got.torn, got.line, want.torn, want.line)
		}
	})
}

// TestSoundAndDamagedFilesAreDrawn looks at files from fixed seeds, so that it is
// not a matter of chance.
func TestSoundAndDamagedFilesAreDrawn(t *testing.T) {
	sound, refused := 0, 0
	for seed := range 200 {
		if _, err := newScanner(bytes.NewReader(rapid.Custom(drawFile).Example(seed))).all(); err == nil {
			sound++
		} else {
			refused++
		}
	}
	if sound == 0 || refused == 0 {
		t.Errorf("%d drawn files were read and %d refused, so nothing is tested of one", sound, refused)
	}
}

// agree has the parser and encoding/json read a line.
func agree(p *parser, line []byte) error {
	var got Event
	err := p.line(line, &got)
	want, wantErr := strictly(line, p.version)
	switch {
	case (err == nil) != (wantErr == nil):
		return fmt.Errorf("%q fails with %q, should with %q", line, text(err), text(wantErr))
	case err == nil && !reflect.DeepEqual(got, want):
		return fmt.Errorf("%q is read as %+v, should be as %+v", line, got, want)
	}
	var whole json.RawMessage
	if bad := json.Unmarshal(line, &whole); bad != nil && err.Error() != "not an event: "+bad.Error() {
		return fmt.Errorf("%q fails with %w, should with %w", line, err, bad)
	}
	if errors.Is(err, errSyntax) {
		return fmt.Errorf("%q is JSON, and refused as if it were none", line)
	}
	return nil
}

func TestALineMeansWhatItMeansToEncodingJSON(t *testing.T) {
	// What a parser remembers of the lines before must not show.
	parsers := map[int]*parser{}
	for _, v := range versions {
		parsers[v] = newParser(v)
	}
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvent(t, rapid.SampledFrom([]string{SrcHarness, "worker/w1", "link/w1", SrcGateway, SrcStore, "who"}).Draw(t, "src"), 1)
		line, err := appendEvent(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		p := parsers[rapid.SampledFrom(versions).Draw(t, "version")]
		if err := agree(p, mangled(t, line)); err != nil {
			t.Fatal(err)
		}
	})
	for _, depth := range []int{10, 9_998, 9_999, 10_000, 10_001, 100_000} {
		for _, nest := range []string{"[]", `{"a":}`} {
			open, shut := nest[:len(nest)-1], nest[len(nest)-1:]
			inner := "1"
			line := `{"t":1,"extra":` + strings.Repeat(open, depth) + inner + strings.Repeat(shut, depth) + `}`
			if err := agree(parsers[Version], []byte(line)); err != nil {
				t.Errorf("%d deep: %.200s", depth, err)
			}
		}
	}
}

func TestOddLinesMeanWhatTheyMeanToEncodingJSON(t *testing.T) {
	const sound = `{"t":1,"domain":"d","src":"s","seq":1,"kind":"note","user":"u1"}`
	scenario := func(seed string) string {
		return `{"t":1,"domain":"d","src":"harness","seq":1,"kind":"scenario","scenario":{"name":"n","mode":"m","guard":"g","fault":"f","seed":` + seed +
			`,"workers":1,"users":1,"require":{"attempts":1,"contended":1,"handovers":1,"redeliveries":1,"fault_bites":true}}}`
	}
	user := func(raw string) string { return strings.Replace(sound, `"u1"`, raw, 1) }
	for _, c := range []struct {
		name  string
		lines []string // of one parser; the last is meant
		read  bool
	}{
		{"space between tokens", []string{" { \"t\" :\t1 , \"domain\":\"d\",\r\"src\":\"s\",\"seq\": 1,\"kind\" : \"note\" , \"detail\" : { \"a\" : \"b\" , \"c\" : \"d\" } } "}, true},
		{"a number where a string should stand", []string{strings.Replace(sound, `"note"`, "0", 1)}, false},
		{"a line cut before a number", []string{`{"t":`}, false},
		{"a line cut after a digit", []string{`{"t":1`}, false},
		{"a line cut inside a string beyond ASCII", []string{`{"domain":"é`}, false},
		{"a line cut inside an escape", []string{`{"domain":"\u12`}, false},
		{"a line cut after half of a pair", []string{`{"domain":"\ud800`}, false},
		{"an escape that is none", []string{user(`"\q1234"`)}, false},
		{"half of a pair before what looks like the other", []string{user(`"\ud83dxudc00"`)}, false},
		{"a pair", []string{user(`"\ud83d\ude00"`)}, true},
		{"an empty list, and what comes behind it", []string{`{"t":3,"domain":"d","src":"harness","seq":1,"kind":"fault_end","fault":"f","evidence":[ ],"outcome":"healed"}`}, true},
		{"a detail of nothing, and what comes behind it", []string{strings.Replace(sound, `"user"`, `"detail":{ },"user"`, 1)}, true},
		{"the least byte beyond ASCII, by itself", []string{user("\"\x80\"")}, false},
		{"the least byte beyond ASCII, behind others", []string{user("\"é\x80\"")}, false},
		{"a string that in the line before had an escaped quote, with a bare one", []string{user(`"a\"b"`), user(`"a"b"`)}, false},
		{"a string of the line before that begins without its quote", []string{sound, user(`xu1"`)}, false},
		{"a string of the line before that ends without its quote", []string{sound, user(`"u1x`)}, false},
		{"the string of the line before, with an escape", []string{sound, user(`"\u00751"`)}, true},
		{"an empty string after another", []string{sound, user(`""`)}, true},
		{"the greatest seed", []string{scenario("18446744073709551615")}, true},
		{"a seed beyond it", []string{scenario("18446744073709551616")}, false},
		{"a seed of one digit more", []string{scenario("100000000000000000000")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newParser(Version)
			for _, line := range c.lines {
				if err := agree(p, []byte(line)); err != nil {
					t.Error(err)
				}
			}
			var e Event
			if err := p.line([]byte(c.lines[len(c.lines)-1]), &e); (err == nil) != c.read {
				t.Errorf("it is read: %t (%v), want %t", err == nil, err, c.read)
			}
		})
	}
}

func TestAPieceOfALineIsShownWholeIfItIsShort(t *testing.T) {
	forty := strings.Repeat("x", 40)
	if got := short([]byte(forty)); got != `"`+forty+`"` {
		t.Errorf("40 bytes are shown as %s", got)
	}
	if got := short([]byte(forty + "x")); got != `"`+forty+`"…` {
		t.Errorf("41 bytes are shown as %s", got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add([]byte(`{"t":3,"domain":"d","src":"worker/w1","seq":2,"kind":"exit","user":"u1","event":"e1","attempt":"a","detail":{"reason":"sent"}}`))
	f.Add([]byte(`{"t":1,"evidence":[{"name":"n","observer":"o","t":2,"seen":true,"detail":"d"}],"scenario":{"name":"n","seed":1,"require":{"fault_bites":true},"settings":{"k":"v"}}}`))
	for _, piece := range odd {
		f.Add([]byte(`{` + piece + `"t":1,"lo":-1,"user":"\u00e9"}`))
	}
	var parsers []*parser
	for _, v := range versions {
		parsers = append(parsers, newParser(v))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, p := range parsers {
			if err := agree(p, line); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestALongLineIsToldFromWhatElseIsWrong(t *testing.T) {
	header := string(headerLine())
	event := func(pad int) string {
		return `{"t":1,"domain":"d","src":"s","seq":1,"kind":"note","user":"` + strings.Repeat("x", pad) + `"}`
	}
	fits := MaxLine - 1 - len(event(0))
	end := `{"t":1,"domain":"d","src":"end","seq":1,"kind":"end","ordinal":0}` + "\n"
	for name, data := range map[string]string{
		"just fits":                         header + event(fits) + "\n",
		"a byte too long":                   header + event(fits+1) + "\n",
		"cut, and just not too long":        header + event(fits+1),
		"cut, and too long":                 header + event(fits+2),
		"after the end":                     header + end + event(fits+1) + "\n",
		"cut, after the end":                header + end + event(fits+9),
		"after a line that is not JSON":     header + "x\n" + event(fits+1) + "\n",
		"a header that is too long":         strings.Repeat(" ", MaxLine) + header,
		"a header that is cut and too long": strings.Repeat(" ", MaxLine+1),
		"a header that is cut and long":     strings.Repeat(" ", MaxLine),
	} {
		t.Run(name, func(t *testing.T) {
			for _, broken := range []bool{false, true} {
				open := func() io.Reader {
					if broken {
						return io.MultiReader(strings.NewReader(data), iotest.ErrReader(errBroken))
					}
					return strings.NewReader(data)
				}
				_, want := newLineScanner(open()).all()
				if _, err := newScanner(open()).all(); text(err) != text(want) {
					t.Errorf("fails with %.200v, should with %.200v", err, want)
				}
			}
		})
	}
}

// TestDamageTakesNoMemory reads files whose lines are far too short to be
// events, or that stop being events after the first block.
func TestDamageTakesNoMemory(t *testing.T) {
	header := string(headerLine())
	short := header + strings.Repeat("\n", 8<<20)
	sound := strings.Builder{}
	sound.WriteString(header)
	for i := range 6000 {
		fmt.Fprintf(&sound, `{"t":1,"domain":"d","src":"s","seq":%d,"kind":"note"}`+"\n", i+1)
	}
	for name, data := range map[string]string{"nothing but newlines": short, "newlines after a block of events": sound.String() + strings.Repeat("\n", 8<<20)} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if _, err := Read(strings.NewReader(data)); err == nil {
				t.Fatal("it was read")
			}
			runtime.ReadMemStats(&after)
			// A place for each of 8 million lines would be 2.5 GB.
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<28 {
				t.Errorf("%d MiB were allocated", got>>20)
			}
		})
	}
}

// TestTheSizeOfAFileIsKnown, so that room for all of its events is made at once.
func TestTheSizeOfAFileIsKnown(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(headerLine()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		bytes []byte
		want  int
	}{
		{"plain", headerLine(), len(headerLine())},
		{"packed, where the size is of something else", packed.Bytes(), 0},
		{"damaged", packed.Bytes()[:5], 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history")
			if err := os.WriteFile(path, c.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r := unpacked(f)
			if got := sizeOf(r); got != c.want {
				t.Errorf("%d bytes, want %d", got, c.want)
			}
			if _, err := Read(r); err == nil {
				t.Error("a history without an end is read")
			}
		})
	}
}
