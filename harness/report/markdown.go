package report

import (
	"fmt"
	"strings"
	"unicode"
)

// inert makes Markdown of a text that may hold anything: it is shown as it is,
// on one line, in a table too.
func inert(s string) string {
	var b strings.Builder
	before := ' '
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if r == '_' && (unicode.IsLetter(before) || unicode.IsDigit(before)) {
			b.WriteRune(r) // within a word it means nothing
			before = r
			continue
		}
		before = r
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\\', '`', '*', '_', '|', '[', ']', '~', '#':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code makes a code span for a table cell or a paragraph.
func code(s string) string {
	if s == "" {
		return "–"
	}
	s = strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "`", "'")
	return "`" + strings.ReplaceAll(s, "|", `\|`) + "`"
}

// markdown collects the lines of a page.
type markdown struct{ strings.Builder }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

// para writes a paragraph.
func (m *markdown) para(format string, args ...any) { fmt.Fprintf(m, format+"\n\n", args...) }

func (m *markdown) row(cells ...string) { m.line("| %s |", strings.Join(cells, " | ")) }

// head writes a table's head; names that end in ":" are aligned to the right.
func (m *markdown) head(names ...string) {
	rule := make([]string, len(names))
	for i, n := range names {
		rule[i] = "---"
		if strings.HasSuffix(n, ":") {
			names[i], rule[i] = strings.TrimSuffix(n, ":"), "---:"
		}
	}
	m.row(names...)
	m.row(rule...)
}

// bold, in Markdown.
func bold(s string) string { return "**" + s + "**" }
