package report

import (
	"io"
	"os"
	"regexp"
	"strings"

	"turnstile/checker/history"
)

// Shown is where text for people is written: all of it is shown and none of it
// obeyed, whatever the names in it hold, by [history.VisibleText]. To a terminal
// it lets the painter's own colours through. Each write is to end where a
// character does.
func Shown(w io.Writer) io.Writer {
	if _, ok := w.(*shown); ok {
		return w
	}
	return &shown{w, painterFor(w)}
}

type shown struct {
	w     io.Writer
	paint painter
}

// colours are what the painter writes.
var colours = regexp.MustCompile("\x1b\\[(?:32|1;31|1|2|0)m")

func (s *shown) Write(b []byte) (int, error) {
	text := string(b)
	var out strings.Builder
	if s.paint {
		for at := colours.FindStringIndex(text); at != nil; at = colours.FindStringIndex(text) {
			out.WriteString(history.VisibleText(text[:at[0]]) + text[at[0]:at[1]])
			text = text[at[1]:]
		}
	}
	out.WriteString(history.VisibleText(text))
	if _, err := io.WriteString(s.w, out.String()); err != nil {
		return 0, err
	}
	return len(b), nil
}

// painter colours words for a terminal. Colour only ever repeats what a word
// says.
type painter bool

// painterFor paints if w is a terminal and the user has not asked for plain
// text (NO_COLOR, see no-color.org).
func painterFor(w io.Writer) painter {
	if s, ok := w.(*shown); ok {
		return s.paint
	}
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return painter(err == nil && info.Mode()&os.ModeCharDevice != 0)
}

func (p painter) paint(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p painter) good(s string) string   { return p.paint("32", s) }
func (p painter) bad(s string) string    { return p.paint("1;31", s) }
func (p painter) strong(s string) string { return p.paint("1", s) }
func (p painter) faint(s string) string  { return p.paint("2", s) }
