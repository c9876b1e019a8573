package jsonfile

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

type shop struct {
	Name  string   `json:"name"`
	Doors int      `json:"doors"`
	Staff []string `json:"staff"`
	Till  struct {
		Open bool `json:"open"`
	} `json:"till"`
}

func TestWhatIsWrongIsToldWithItsLine(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "s.json: it is empty"},
		{"space", " \n", "s.json: it is empty"},
		{"a null", "null", "s.json:1: it does not begin with {"},
		{"a list", "\n[]", "s.json:2: it does not begin with {"},
		{"a word", "# notes\n", "s.json:1: it does not begin with {"},
		{"an end that is missing", "{\"name\": \"a\",\n", "s.json:1: it ends too early"},
		{"something behind the end", "{}\n}", "s.json:"},
		{"another behind the end", "{\"name\": \"a\"}\n{}", "something stands behind its end"},
		{"a list for a number", "{\n\"doors\": []}", "s.json:2: doors cannot be an array"},
		{"a number for a word", "{\"name\": 5}", "s.json:1: name cannot be a number"},
		{"half a door", "{\"doors\": 0.5}", "s.json:1: doors cannot be a number 0.5"},
		{"a word within", "{\"till\": {\n\"open\": \"yes\"}}", "s.json:2: till.open cannot be a string"},
		{"no JSON", "{\"name\": \"a\",\n\"doors\": 1,,}", "s.json:2: it is no JSON: invalid character ','"},
		{"a key that nobody knows", "{\"nam\": \"a\"}", `s.json: unknown field "nam"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Decode("s.json", []byte(c.text), true, new(shop))
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "Go ") || strings.Contains(strings.TrimPrefix(err.Error(), "s."), " json: ") {
				t.Errorf("said %v, want %q", err, c.says)
			}
		})
	}
	if err := Decode("s.json", []byte(`{"nam": "a", "doors": 2}`+"\n"), false, new(shop)); err != nil {
		t.Errorf("a key that nobody knows, not strictly: %v", err)
	}
}

// FuzzDecode: what is taken says the same to whoever asks the library, and nothing
// that it refuses is taken.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{"", "{}", "null", `{"name": "a"} x`, `{"doors": 1e400}`, "{\"till\": {\"open\": 1}}", "\xff{", `{"staff": ["a"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var got, want shop
		err, plain := Decode("s.json", text, false, &got), json.Unmarshal(text, &want)
		if err == nil && (plain != nil || !reflect.DeepEqual(got, want)) {
			t.Errorf("read %+v, and plainly %+v (%v)", got, want, plain)
		}
	})
}
