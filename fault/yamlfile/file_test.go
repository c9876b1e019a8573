package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

type shop struct {
	Name    string            `yaml:"name"`
	Open    bool              `yaml:"open"`
	Doors   int               `yaml:"doors"`
	Closes  time.Duration     `yaml:"closes"`
	Staff   []string          `yaml:"staff"`
	Prices  map[string]string `yaml:"prices"`
	Tills   []till            `yaml:"tills"`
	Address struct {
		Street string `yaml:"street"`
	} `yaml:"address"`
	Folder string `yaml:"-"`
}

type till struct {
	Number uint64 `yaml:"number"`
}

var shops = Kind{Name: "shop", Lines: `"name: a" and "doors: 2"`}

func readShop(text string) (s shop, err error) {
	f, err := Read(strings.NewReader(text), "s.yaml", shops)
	if err != nil {
		return s, err
	}
	f.Decode(&s)
	return s, f.Err()
}

func TestAFileIsReadAsItStandsThere(t *testing.T) {
	want := shop{Name: "no", Open: true, Doors: 2, Closes: 90 * time.Second, Staff: []string{"ann", "7"}, Prices: map[string]string{"a.b": "0.10"}, Tills: []till{{1}, {2}}}
	want.Address.Street = "x"
	for name, text := range map[string]string{
		"in lines":               "name: no\nopen: true\ndoors: 2\ncloses: 90s\nstaff:\n- ann\n- 7\nprices: {a.b: 0.10}\ntills:\n- number: 1\n- number: 2\naddress: {street: x}\n",
		"in JSON":                `{"name": "no", "open": true, "doors": 2, "closes": "1m30s", "staff": ["ann", "7"], "prices": {"a.b": "0.10"}, "tills": [{"number": 1}, {"number": 2}], "address": {"street": "x"}}`,
		"after a mark and words": "\ufeff# a shop\n---\nname: 'no'\nopen: true\ndoors: 2\ncloses: 90s\nstaff: [ann, 7]\nprices: {a.b: 0.10}\ntills: [{number: 1}, {number: 2}]\naddress: {street: x}\n...\n",
	} {
		if got, err := readShop(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v (%v)", name, got, err)
		}
	}
	if got, err := readShop("name: a\naddress:\nprices:\n"); err != nil || !reflect.DeepEqual(got, shop{Name: "a"}) {
		t.Errorf("with keys that are left empty: got %+v (%v)", got, err)
	}
}

func TestWhatIsWrongIsToldWithItsLine(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", `s.yaml:1: this is no shop: it begins with lines like "name: a" and "doors: 2"`},
		{"a comment alone", "# a\n", "s.yaml:1: this is no shop"},
		{"a list", "\n- a\n", "s.yaml:1: this is no shop"},
		{"a word", "shop\n", "s.yaml:1: this is no shop"},
		{"an alias of nothing", "name: *a\n", "s.yaml:1: this is no YAML: unknown anchor 'a' referenced: write lines such as"},
		{"no YAML", "name: [", "write lines such as"},
		{"a tab", "name: a\naddress:\n\tstreet: b\n", "s.yaml:3: this is no YAML: a tab stands where only spaces can: indent with spaces"},
		{"a key that is indented by itself", "name: a\n  doors: 2\nopen: true\n", "s.yaml:2: this is no YAML: a key is indented unlike its neighbours"},
		{"a key without a colon", "name: a\ndoors 2\nopen: true\n", "s.yaml:2: this is no YAML: a key has no colon behind it"},
		{"a bracket that is not closed", "name: a\nstaff: [b\nopen: true\n", "s.yaml:2: this is no YAML: a bracket is not closed"},
		{"a quote that is not closed", "name: a\ndoors: 2\ncloses: \"90s\nopen: true\n", "s.yaml:3: this is no YAML: a quote is not closed"},
		{"bytes that are no text", "name: a\ndoors: \xff\xfe\n", "s.yaml:2: this is no YAML: it has bytes that are no text: save it as plain text in UTF-8"},
		{"a zero byte", "name: a\ndoors: 2\x00\n", "s.yaml:2: this is no YAML: it has bytes that are no text"},
		{"an alias of nothing, later", "name: a\ndoors: 2\nstaff: [*b]\n", "s.yaml:3: this is no YAML: unknown anchor 'b' referenced"},
		{"a number that the one reads as ten and the other as eight", "doors: 010\n", `s.yaml:1: doors is "010": give a whole number without a zero before it`},
		{"more than a megabyte", "name: " + strings.Repeat("a", most), "s.yaml: it has more than a megabyte: is it a shop?"},
		{"a second document", "name: a\n---\nname: b\n", "s.yaml:2: a second document begins here: a shop is one: leave the other out"},
		{"what is no YAML behind it", "name: a\n---\n[", "take away what follows the shop"},
		{"an unknown key", "name: a\nnam: b\n", "s.yaml:2: there is no key nam: there are name, open, doors, closes, staff, prices, tills, address"},
		{"an unknown key within another", "address:\n  streat: b\n", "s.yaml:2: there is no key address.streat: there are street"},
		{"an unknown key in a list", "tills:\n- number: 1\n- numbr: 2\n", "s.yaml:3: there is no key tills[2].numbr: there are number"},
		{"a field that no file holds", "folder: a\n", "s.yaml:1: there is no key folder"},
		{"the name of a field that has none in files", "\"-\": a\n", "s.yaml:1: there is no key -: there are"},
		{"a key in other case", "Name: a\n", "s.yaml:1: there is no key Name"},
		{"a key twice", "name: a\ndoors: 1\nname: a\n", "s.yaml:3: name is there twice: leave one out"},
		{"a key twice within another", "prices: {a: 1, b: 2, 'a': 1}\n", "s.yaml:1: prices.a is there twice: leave one out"},
		{"a list for a key", "[a]: b\n", "s.yaml:1: the shop: a key is one word"},
		{"a list for a key within another", "prices:\n  ? [a]\n  : b\n", "s.yaml:2: prices: a key is one word"},
		{"keys that are merged in", "prices:\n  <<: {a: 1}\n", "s.yaml:2: prices: a key is one word"},
		{"an anchor", "name: &n a\n", "s.yaml:1: name: anchors and aliases are not read here: write it out"},
		{"an anchor at the top", "&a\nname: a\n", "the shop: anchors and aliases are not read here"},
		{"an anchor in a list", "staff:\n- a\n- &b b\n", "s.yaml:3: staff[2]: anchors and aliases are not read here"},
		{"an anchor of a key", "address:\n  &a street: b\n", "s.yaml:2: address: anchors and aliases are not read here"},
		{"an alias", "name: &n a\naddress: {street: *n}\n", "s.yaml:2: address.street: anchors and aliases are not read here"},
		{"a list for a value", "name: [a]\n", "s.yaml:1: name: give one value"},
		{"nothing for a value", "doors:\n", "s.yaml:1: doors: give one value"},
		{"a value for a list", "staff: ann\n", "s.yaml:1: staff: give a list, as in [one, two]"},
		{"a list within a list", "staff: [[ann]]\n", "s.yaml:1: staff[1]: give one value"},
		{"a value for keys", "name: a\naddress: here\n", "s.yaml:2: address: give keys and values"},
		{"a list for keys", "prices: [1]\n", "s.yaml:1: prices: give keys and values"},
		{"a word for a number", "doors: many\n", `s.yaml:1: doors is "many": give a whole number`},
		{"half a door", "doors: 2.5\n", `s.yaml:1: doors is "2.5": give a whole number`},
		{"a number that is whole but for how it is written", "doors: 2.0\n", `s.yaml:1: doors is "2.0": give a whole number`},
		{"less than nothing", "tills: [{number: -1}]\n", `s.yaml:1: tills[1].number is "-1": give a whole number`},
		{"more than can be counted", "doors: 99999999999999999999\n", `s.yaml:1: doors is "99999999999999999999": give a whole number`},
		{"a word for true", "open: surely\n", `s.yaml:1: open is "surely": give true or false`},
		{"a time without a unit", "closes: 90\n", `s.yaml:1: closes is "90": give a duration such as 500ms or 6s`},
		{"what is no text", "name: !!binary '='\n", `s.yaml:1: name is "=": give a word`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := readShop(c.text); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("said %v, want %q", err, c.says)
			}
		})
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	_, err := readShop("nam: a\ndoors: many\nstaff: b\n---\nname: c\n")
	var lines []string
	for line := range strings.Lines(err.Error()) {
		at, _, _ := strings.Cut(line, ": ")
		lines = append(lines, at)
	}
	if want := []string{"s.yaml:4", "s.yaml:1", "s.yaml:2", "s.yaml:3"}; !slices.Equal(lines, want) {
		t.Errorf("told of %v, want %v", lines, want)
	}
}

func TestAFileThatCannotBeReadIsToldByName(t *testing.T) {
	gone := errors.New("the disk is gone")
	if _, err := Read(iotest.ErrReader(gone), "s.yaml", shops); !errors.Is(err, gone) || !strings.HasPrefix(err.Error(), "s.yaml: ") {
		t.Errorf("said %v", err)
	}
	if _, err := Read(strings.NewReader("name: "+strings.Repeat("a", most-len("name: "))), "s.yaml", shops); err != nil {
		t.Errorf("a file of a megabyte: %v", err)
	}
}

func TestWhatIsMissingIsToldWhereItWouldStand(t *testing.T) {
	f, err := Read(strings.NewReader("# a shop\nname: a\naddress:\n  street: b\ntills:\n- number: 1\n"), "s.yaml", shops)
	if err != nil {
		t.Fatal(err)
	}
	var s shop
	f.Decode(&s)
	for path, line := range map[string]int{
		"name": 2, "doors": 2, "address": 3, "address.street": 4, "address.town": 3, "address.town.part": 3, "tills[1]": 6, "tills[1].number": 6, "prices.a": 2,
	} {
		if got := f.Line(path); got != line {
			t.Errorf("%s is told on line %d, want %d", path, got, line)
		}
	}
	if f.Has("doors") || !f.Has("address.street") {
		t.Error("it has what is not there, or lacks what is")
	}
	f.BadAt("address.town", "%d of them", 3)
	f.Bad(0, "nowhere")
	if got := f.Err().Error(); got != "s.yaml:3: address.town: 3 of them\ns.yaml:1: nowhere" || f.Wrong() != 2 {
		t.Errorf("said %q", got)
	}
}

func TestAKindOfValueThatHasNoWordsIsCalledAnother(t *testing.T) {
	f, err := Read(strings.NewReader("a: b\n"), "s.yaml", shops)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range f.Keys("", f.Root) {
		f.Value(key.Path, value, new(struct{ X int }))
	}
	if err := f.Err(); err == nil || err.Error() != `s.yaml:1: a is "b": give a value of another kind` {
		t.Errorf("said %v", err)
	}
}

func TestKeysAreThoseOfAMappingInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOf(rapid.StringMatching(`[a-z]{1,2}`)).Draw(t, "names")
		var text strings.Builder
		var once []string
		for i, name := range names {
			fmt.Fprintf(&text, "%q: %d\n", name, i)
			if !slices.Contains(once, name) {
				once = append(once, name)
			}
		}
		if len(names) == 0 {
			return
		}
		f, err := Read(strings.NewReader(text.String()), "s.yaml", shops)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for key, value := range f.Keys("", f.Root) {
			if names[key.Line-1] != key.Name || value.Value != fmt.Sprint(key.Line-1) {
				t.Fatalf("%+v has the value %s", key, value.Value)
			}
			got = append(got, key.Name)
		}
		if !slices.Equal(got, once) || f.Wrong() != len(names)-len(once) {
			t.Fatalf("got %v of %v, and %v", got, names, f.Err())
		}
		for range f.Keys("", f.Root) {
			break // whoever has seen enough is not called again
		}
	})
}

// FuzzRead: whatever is taken says the same to a reader that knows nothing of lines.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"", "name: a\n", "a: &a [*a]\n", "? [x]\n: 1\n", "<<: {a: 1}\n", "name: a\n---\nname: b\n", "\ufeffname: a\r\n", "{\"name\": \"a\", \"name\": \"b\"}",
		"prices: {a.b: 0x10, yes: no, ~: 1}\ndoors: 0o7\nopen: yes\ncloses: 1h\n", "tills: [{number: 1}, {number: 1.0}]\nstaff: [a, ~]\n", "address: {street: |\n  a\n  b}\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readShop(text)
		if err != nil {
			return
		}
		want, err := plainly(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("read %+v, and plainly %+v (%v)", got, want, err)
		}
	})
}

func TestAValueThatIsNoneIsNotTakenForOneThatWasLeftOut(t *testing.T) {
	for text, says := range map[string]string{
		"a:\n": "s.yaml:1: a has no value: give true or false", "a: ~\n": "a has no value", "a: [true]\n": "a is a list: give true or false", "a: {b: c}\n": "a has keys of its own",
	} {
		f, err := Read(strings.NewReader(text), "s.yaml", shops)
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range f.Keys("", f.Root) {
			f.Value(key.Path, value, new(bool))
		}
		if err := f.Err(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: said %v, want %q", text, err, says)
		}
	}
}

func TestEveryLineThatIsBrokenIsTheOneThatIsTold(t *testing.T) {
	const lines = 12
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(1, lines).Draw(t, "line")
		broken := rapid.SampledFrom([]string{"%s: [", "%s: \"a", "%s: a: b", "%s: *a", "%s: \x01", "%s: \xff", "%s: @a", "%s: `a"}).Draw(t, "broken")
		var text strings.Builder
		for i := range lines {
			line := "k%d: v\n"
			if i+1 == at {
				line = strings.ReplaceAll(broken, "%s", "k%d") + "\n"
			}
			fmt.Fprintf(&text, line, i)
		}
		if _, err := Read(strings.NewReader(text.String()), "s.yaml", shops); err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("s.yaml:%d: this is no YAML: ", at)) {
			t.Errorf("line %d of %q: said %v", at, text.String(), err)
		}
	})
}
