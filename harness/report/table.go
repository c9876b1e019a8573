package report

import (
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// cell is one cell of a terminal table: lines of plain text, each with how to
// paint it.
type cell []span

type span struct {
	text  string
	paint func(string) string // nil: as it is
}

func plain(lines ...string) cell { return painted(nil, lines...) }
func width(s string) int         { return utf8.RuneCountInString(s) }

func painted(paint func(string) string, lines ...string) cell {
	var c cell
	for _, l := range lines {
		c = append(c, span{visible(l), paint})
	}
	return c
}

func (c cell) String() string {
	lines := make([]string, len(c))
	for i, s := range c {
		lines[i] = s.text
		if s.paint != nil && s.text != "" {
			lines[i] = s.paint(s.text)
		}
	}
	return strings.Join(lines, "\n")
}

// terminalTable is a table without rules or borders, two spaces between columns.
type terminalTable struct{ w table.Writer }

// newTable takes the columns (from 1) that are aligned to the right.
func newTable(right ...int) terminalTable {
	w := table.NewWriter()
	style := table.StyleDefault
	style.Box = table.BoxStyle{PaddingRight: "  "}
	style.Options = table.OptionsNoBordersAndSeparators
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
	var columns []table.ColumnConfig
	for _, n := range right {
		columns = append(columns, table.ColumnConfig{Number: n, Align: text.AlignRight})
	}
	w.SetColumnConfigs(columns)
	return terminalTable{w}
}

func (t terminalTable) add(cells ...cell) {
	row := make(table.Row, len(cells))
	for i, c := range cells {
		row[i] = c.String()
	}
	t.w.AppendRow(row)
}

// width is that of the longest line.
func (t terminalTable) width() int { return text.LongestLineLen(t.w.Render()) }

func (t terminalTable) String() string { return t.w.Render() + "\n" }
