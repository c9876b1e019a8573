package report

import (
	"io"
	"os"
)

// painter colours words for a terminal. Colour only ever repeats what a word
// says.
type painter bool

// painterFor paints if w is a terminal and the user has not asked for plain
// text (NO_COLOR, see no-color.org).
func painterFor(w io.Writer) painter {
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
