package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator/mode"
)

// compareModes and compareGuards put what there is not last.
func compareModes(a, b string) int {
	return cmp.Or(cmp.Compare(mode.Mode(a).Rank(), mode.Mode(b).Rank()), cmp.Compare(a, b))
}

func compareGuards(a, b string) int {
	return cmp.Or(cmp.Compare(mode.Guard(a).Rank(), mode.Guard(b).Rank()), cmp.Compare(a, b))
}

// millis writes nanoseconds in milliseconds, as finely as tells something.
func millis(ns int64) string {
	ms := float64(ns) / 1e6
	if -10 < ms && ms < 10 {
		return fmt.Sprintf("%.3f ms", ms)
	}
	return fmt.Sprintf("%.1f ms", ms)
}

// since writes a time relative to the origin of a timeline.
func since(ns int64) string {
	if ns == 0 {
		return "0"
	}
	if -100_000 < ns && ns < 100_000 {
		return fmt.Sprintf("%+.3f", float64(ns)/1e6)
	}
	return fmt.Sprintf("%+.1f", float64(ns)/1e6)
}

// wall writes seconds of wall time for a summary line.
func wall(s float64) string {
	if s < 60 {
		return fmt.Sprintf("%.1f s", s)
	}
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}

// count writes a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// title makes a sentence or heading begin with a capital.
func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// visible is a name on its line: it cannot make another one.
func visible(s string) string { return history.Visible(s) }

// oneLine folds white space, and cuts what is longer than limit.
func oneLine(s string, limit int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return string(r)
}

// wrap breaks a text into lines of at most width characters, where it has
// white space.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
