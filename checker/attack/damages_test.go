package attack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
)

// damage spoils a file the way that a disk, a copy, an editor or a script does,
// which knows nothing of what it means. It says what it did; nothing, if the
// file gave it no chance.
type damage struct {
	name string
	do   func(draw *rand.Rand, f *file) (did string)
}

// damages are all kinds. Those that are renumbered leave each observer's
// sequence and the count at the end as the reader wants them.
var damages = []damage{
	{"one bit flipped", flipBit},
	{"one byte replaced", replaceByte},
	{"a digit replaced", replaceDigit},
	{"a line removed", removeLine},
	{"a line removed, renumbered", renumbered(removeLine)},
	{"a line doubled", doubleLine},
	{"a line doubled, renumbered", renumbered(doubleLine)},
	{"two lines exchanged", exchangeLines},
	{"two lines exchanged, renumbered", renumbered(exchangeLines)},
	{"a line moved, renumbered", renumbered(moveLine)},
	{"a value replaced by another of its field", replaceValue},
	{"a field removed", removeField},
	{"a field put in another line", plantField},
	{"a number off", numberOff},
	{"a key in another case", keyCase},
	{"a key twice", keyTwice},
	{"cut short", cutShort},
	{"cut short, renumbered", renumbered(cutShortAtLine)},
	{"a part lost in the middle, renumbered", renumbered(loseMiddle)},
	{"an observer removed", removeObserver},
	{"a kind of one observer removed, renumbered", renumbered(removeKind)},
}

func renumbered(do func(*rand.Rand, *file) string) func(*rand.Rand, *file) string {
	return func(d *rand.Rand, f *file) string {
		did := do(d, f)
		if did != "" {
			renumber(f)
		}
		return did
	}
}

var (
	seqField     = regexp.MustCompile(`"seq": ?[0-9]+`)
	srcField     = regexp.MustCompile(`"src": ?"([^"]*)"`)
	kindField    = regexp.MustCompile(`"kind": ?"([^"]*)"`)
	ordinalField = regexp.MustCompile(`"ordinal": ?[0-9]+`)
	numberField  = regexp.MustCompile(`"([a-z_]+)": ?"?(-?[0-9]+)"?`)
	anyField     = regexp.MustCompile(`"([a-z_]+)": ?("[^"\\]*"|-?[0-9]+|true|false)`)
	keyField     = regexp.MustCompile(`"([a-z_]+)":`)
)

// renumber gives every source 1, 2, 3… and the end its count.
func renumber(f *file) {
	next := map[string]int{}
	for i, l := range f.lines[1:] {
		src := string(srcField.Find(l))
		next[src]++
		l = seqField.ReplaceAll(l, fmt.Appendf(nil, `"seq":%d`, next[src]))
		if bytes.Contains(kindField.Find(l), []byte(`"end"`)) {
			l = ordinalField.ReplaceAll(l, fmt.Appendf(nil, `"ordinal":%d`, len(f.lines)-2))
		}
		f.lines[i+1] = l
	}
}

// eventLine is the place of a line that is an event: not the header, not the end.
func eventLine(d *rand.Rand, f *file) int { return 1 + d.IntN(max(1, len(f.lines)-2)) }

func lineOf(f *file, i int) string {
	var e struct {
		Src, Kind, User, Event, Attempt, Worker, Outcome string
	}
	_ = json.Unmarshal(f.lines[i], &e)
	return fmt.Sprintf("line %d (%s of %s, user %q, event %q, attempt %q %s)", i+1, e.Kind, e.Src, e.User, e.Event, e.Attempt, e.Outcome)
}

func flipBit(d *rand.Rand, f *file) string {
	i := d.IntN(len(f.lines))
	l := f.lines[i]
	at, bit := d.IntN(len(l)), d.IntN(8)
	before := string(l)
	l[at] ^= 1 << bit
	return fmt.Sprintf("line %d, byte %d, bit %d: %s", i+1, at+1, bit, around(before, at, string(l[at:at+1])))
}

func around(line string, at int, now string) string {
	from, to := max(0, at-20), min(len(line), at+20)
	return fmt.Sprintf("%q became %q", line[from:to], line[from:at]+now+line[at+1:to])
}

func replaceByte(d *rand.Rand, f *file) string {
	i := d.IntN(len(f.lines))
	l := f.lines[i]
	at, b := d.IntN(len(l)), byte(d.IntN(256))
	before := string(l)
	if l[at] == b {
		return ""
	}
	l[at] = b
	return fmt.Sprintf("line %d, byte %d: %s", i+1, at+1, around(before, at, string([]byte{b})))
}

func replaceDigit(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	l := f.lines[i]
	var digits []int
	for k, c := range l {
		if c >= '0' && c <= '9' {
			digits = append(digits, k)
		}
	}
	at, b := digits[d.IntN(len(digits))], byte('0'+d.IntN(10))
	before := string(l)
	if l[at] == b {
		return ""
	}
	l[at] = b
	return fmt.Sprintf("%s: %s", lineOf(f, i), around(before, at, string([]byte{b})))
}

func removeLine(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	did := lineOf(f, i)
	f.lines = slices.Delete(f.lines, i, i+1)
	return did
}

func doubleLine(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	f.lines = slices.Insert(f.lines, i, slices.Clone(f.lines[i]))
	return lineOf(f, i)
}

func exchangeLines(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	k := min(len(f.lines)-2, i+1+d.IntN(8))
	if d.IntN(4) == 0 {
		k = eventLine(d, f)
	}
	if i == k || i > len(f.lines)-2 {
		return ""
	}
	did := lineOf(f, i) + " and " + lineOf(f, k)
	f.lines[i], f.lines[k] = f.lines[k], f.lines[i]
	return did
}

func moveLine(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	l, did := f.lines[i], lineOf(f, i)
	f.lines = slices.Delete(f.lines, i, i+1)
	k := eventLine(d, f)
	f.lines = slices.Insert(f.lines, k, l)
	return fmt.Sprintf("%s went to line %d", did, k+1)
}

// replaceValue gives a field of one line the value that the same field has in
// another.
func replaceValue(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	l := f.lines[i]
	all := anyField.FindAllSubmatchIndex(l, -1)
	m := all[d.IntN(len(all))]
	field := string(l[m[2]:m[3]])
	for range 50 {
		other := f.lines[eventLine(d, f)]
		for _, o := range anyField.FindAllSubmatch(other, -1) {
			if string(o[1]) == field && !bytes.Equal(o[2], l[m[4]:m[5]]) {
				did := fmt.Sprintf("%s: %s from %s to %s", lineOf(f, i), field, l[m[4]:m[5]], o[2])
				f.lines[i] = slices.Concat(l[:m[4]], o[2], l[m[5]:])
				return did
			}
		}
	}
	return ""
}

func removeField(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	l := f.lines[i]
	all := anyField.FindAllIndex(l, -1)
	m := all[d.IntN(len(all))]
	did := fmt.Sprintf("%s: without %s", lineOf(f, i), l[m[0]:m[1]])
	from, to := m[0], m[1]
	if l[to] == ',' {
		to++
	} else {
		for from > 0 && l[from] != ',' && l[from] != '{' {
			from--
		}
		if l[from] == '{' {
			from++
		}
	}
	f.lines[i] = slices.Concat(l[:from], l[to:])
	return did
}

// plantField puts a field with its value from one line at the end of another.
func plantField(d *rand.Rand, f *file) string {
	i, k := eventLine(d, f), eventLine(d, f)
	all := anyField.FindAll(f.lines[k], -1)
	field := all[d.IntN(len(all))]
	l := bytes.TrimRight(f.lines[i], "}\n")
	did := fmt.Sprintf("%s: with %s", lineOf(f, i), field)
	depth := bytes.Count(f.lines[i], []byte("}")) - bytes.Count(l, []byte("}"))
	f.lines[i] = slices.Concat(l, bytes.Repeat([]byte("}"), depth-1), []byte(","), field, []byte("}\n"))
	return did
}

func numberOff(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	l := f.lines[i]
	all := numberField.FindAllSubmatchIndex(l, -1)
	m := all[d.IntN(len(all))]
	n, err := strconv.ParseInt(string(l[m[4]:m[5]]), 10, 64)
	if err != nil {
		return ""
	}
	var by int64
	switch d.IntN(4) {
	case 0:
		by = []int64{-1, 1}[d.IntN(2)]
	case 1:
		by = d.Int64N(2e6) - 1e6
	case 2:
		by = d.Int64N(2e9) - 1e9
	default:
		by = -2 * n
	}
	if by == 0 {
		return ""
	}
	did := fmt.Sprintf("%s: %s %+d", lineOf(f, i), l[m[0]:m[1]], by)
	f.lines[i] = slices.Concat(l[:m[4]], strconv.AppendInt(nil, n+by, 10), l[m[5]:])
	return did
}

func keyCase(d *rand.Rand, f *file) string {
	i := d.IntN(len(f.lines))
	l := f.lines[i]
	all := keyField.FindAllSubmatchIndex(l, -1)
	m := all[d.IntN(len(all))]
	did := fmt.Sprintf("%s: key %s", lineOf(f, i), l[m[2]:m[3]])
	if at := m[2] + d.IntN(m[3]-m[2]); d.IntN(2) == 0 && l[at] != '_' {
		l[at] ^= 0x20
	} else {
		copy(l[m[2]:m[3]], bytes.ToUpper(l[m[2]:m[3]]))
	}
	return did
}

// keyTwice gives a line one of its keys again, with the value of another line.
func keyTwice(d *rand.Rand, f *file) string {
	i := eventLine(d, f)
	l := f.lines[i]
	all := anyField.FindAllSubmatch(l, -1)
	m := all[d.IntN(len(all))]
	for range 50 {
		for _, o := range anyField.FindAllSubmatch(f.lines[eventLine(d, f)], -1) {
			if bytes.Equal(o[1], m[1]) && !bytes.Equal(o[2], m[2]) {
				did := fmt.Sprintf("%s: %s twice, then %s", lineOf(f, i), m[0], o[2])
				f.lines[i] = bytes.Replace(l, m[0], slices.Concat(m[0], []byte(","), o[0]), 1)
				return did
			}
		}
	}
	return ""
}

func cutShort(d *rand.Rand, f *file) string {
	whole := f.bytes()
	at := d.IntN(len(whole))
	f.lines = bytes.SplitAfter(whole[:at], []byte("\n"))
	return fmt.Sprintf("cut to %d of %d bytes", at, len(whole))
}

func cutShortAtLine(d *rand.Rand, f *file) string {
	last := f.lines[len(f.lines)-1]
	at := eventLine(d, f)
	f.lines = append(f.lines[:at], last)
	return fmt.Sprintf("the lines from %d on are lost, but for the end", at+1)
}

func loseMiddle(d *rand.Rand, f *file) string {
	from := eventLine(d, f)
	to := min(len(f.lines)-1, from+1+d.IntN(20))
	f.lines = slices.Delete(f.lines, from, to)
	return fmt.Sprintf("lines %d to %d are lost", from+1, to)
}

func removeObserver(d *rand.Rand, f *file) string {
	src := srcField.Find(f.lines[eventLine(d, f)])
	f.lines = slices.DeleteFunc(f.lines, func(l []byte) bool { return bytes.Contains(l, src) })
	renumber(f)
	return "nothing of " + string(src)
}

func removeKind(d *rand.Rand, f *file) string {
	l := f.lines[eventLine(d, f)]
	src, kind := srcField.Find(l), kindField.Find(l)
	f.lines = slices.DeleteFunc(f.lines, func(l []byte) bool { return bytes.Contains(l, src) && bytes.Contains(l, kind) })
	return fmt.Sprintf("no %s of %s", kind, src)
}
