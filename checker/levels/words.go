package levels

import (
	"fmt"
	"strings"
)

// some joins the first few of many.
func some(items []string) string {
	const show = 3
	if len(items) <= show {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:show], ", "), len(items)-show)
}

// many is a number of things in words.
func many(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// sentence joins clauses.
func sentence(clauses []string) string { return strings.Join(clauses, "; ") }

// inMS is a time in words, of nanoseconds.
func inMS(ns int64) string { return fmt.Sprintf("%.3f ms", float64(ns)/1e6) }
