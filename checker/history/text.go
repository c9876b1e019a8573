package history

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// errText says that a string holds what no writer of a history writes, and what
// readers would replace: two names might become one.
const errText = valueError("is not text: it has bytes or escapes that are not UTF-8")

// text is what a string says. It is valid until the next string of the same
// scratch.
func (p *parser) text(scratch int) ([]byte, error) {
	if !p.at('"') {
		return nil, p.mistyped(shapeString)
	}
	start := p.i + 1
	for i := start; i < len(p.b); i++ {
		switch c := p.b[i]; {
		case c == '"':
			p.i = i + 1
			return p.b[start:i], nil
		case c == '\\' || c >= utf8.RuneSelf:
			return p.oddText(scratch, start, i)
		case c < ' ':
			return nil, errSyntax
		}
	}
	return nil, errSyntax
}

// oddText is text with escapes, or beyond ASCII, of which the bytes from start to
// i are plain.
func (p *parser) oddText(scratch, start, i int) ([]byte, error) {
	out := p.scratch[scratch][:0]
	out = append(out, p.b[start:i]...)
	for i < len(p.b) {
		c := p.b[i]
		switch {
		case c == '"':
			p.i = i + 1
			p.scratch[scratch] = out
			return out, nil
		case c < ' ':
			return nil, errSyntax
		case c == '\\':
			r, n, err := p.escape(i)
			if err != nil {
				return nil, err
			}
			out = utf8.AppendRune(out, r)
			i += n
		case c < utf8.RuneSelf:
			out = append(out, c)
			i++
		default:
			r, n := utf8.DecodeRune(p.b[i:])
			if r == utf8.RuneError && n == 1 {
				return nil, errText
			}
			out = append(out, p.b[i:i+n]...)
			i += n
		}
	}
	return nil, errSyntax
}

// escape is the character of the escape at i, and its length.
func (p *parser) escape(i int) (rune, int, error) {
	rest := p.b[i:]
	if len(rest) < 2 {
		return 0, 0, errSyntax
	}
	if at := strings.IndexByte(`"\/bfnrt`, rest[1]); at >= 0 {
		return rune("\"\\/\b\f\n\r\t"[at]), 2, nil
	}
	r, ok := hex4(rest)
	if !ok {
		return 0, 0, errSyntax
	}
	if !utf16.IsSurrogate(r) {
		return r, 6, nil
	}
	low, _ := hex4(rest[6:])
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, 0, errText
	}
	return r, 12, nil
}

// hex4 is the number of an escape \uXXXX.
func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}
