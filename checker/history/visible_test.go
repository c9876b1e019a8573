package history_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

func TestWhatHasNoPlaceOfItsOwnIsShownEscaped(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a plain name, of any script", "u1 – ü 用户", "u1 – ü 用户"},
		{"an escape sequence", "\x1b[31mred\x07", `\u001b[31mred\u0007`},
		{"a C1 control", "\u009b31m", `\u009b31m`},
		{"a byte that is no character, and a C1 control to some terminals", "\x9b31m", `\x9b31m`},
		{"DEL", "a\x7f", `a\u007f`},
		{"a turn of the direction", "a\u202eb", `a\u202eb`},
		{"a line separator", "a\u2028b", `a\u2028b`},
		{"a tag beyond the basic plane", "\U000e0001", `\udb40\udc01`},
		{"a new line", "a\nb", `a\u000ab`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := history.Visible(c.in); got != c.want {
				t.Errorf("%q is shown as %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestWhateverIsShownHoldsNothingToObey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		for _, shown := range []string{history.Visible(s), strings.NewReplacer("\n", "", "\t", "").Replace(history.VisibleText(s))} {
			if !utf8.ValidString(shown) || strings.IndexFunc(shown, func(r rune) bool {
				return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
			}) >= 0 {
				t.Fatalf("%q is shown as %q", s, shown)
			}
		}
	})
}

func TestJSONThatIsShownSaysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := map[string]string{rapid.String().Draw(t, "key"): rapid.String().Draw(t, "value")}
		b, err := json.MarshalIndent(in, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]string
		if err := json.Unmarshal([]byte(history.VisibleText(string(b))), &out); err != nil {
			t.Fatal(err)
		}
		for k, v := range in {
			if out[k] != v {
				t.Fatalf("wrote %q, read %q", in, out)
			}
		}
	})
}
