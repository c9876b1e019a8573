package history

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Visible makes every character of a text take its place where it is shown. A
// history may come from anyone: what it holds must not move a terminal's cursor,
// change what stands elsewhere, or turn the direction of writing. Such characters
// are shown escaped, as in JSON: \u001b.
func Visible(s string) string { return escape(s, "") }

// VisibleText is [Visible] of a whole output: line ends and tabs lay it out, and
// stay. JSON says the same as before.
func VisibleText(s string) string { return escape(s, "\n\t") }

// hidden reports whether a character has no place of its own where it is shown:
// controls, format characters such as those of direction, and line separators.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

func escape(s, layout string) string {
	if strings.IndexFunc(s, hidden) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1: // a terminal may know the byte as a control
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r) || strings.ContainsRune(layout, r):
			b.WriteString(s[i : i+n])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += n
	}
	return b.String()
}
