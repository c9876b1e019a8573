package harness

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"

	"turnstile/harness/report"
)

// goroutines are this process's, grouped by the function that each began in:
// the same one may wait at another line the next time it is looked at.
type goroutines map[string]sameEntry

type sameEntry struct {
	n     int
	stack string // of the first of them
}

func (g goroutines) total() (n int) {
	for _, s := range g {
		n += s.n
	}
	return n
}

// presentGoroutines are all goroutines but the one that asks.
func presentGoroutines() (goroutines, error) {
	var b bytes.Buffer
	const withStacks = 2 // of each one, as a panic prints them
	if err := pprof.Lookup("goroutine").WriteTo(&b, withStacks); err != nil {
		return nil, fmt.Errorf("listing the goroutines: %w", err)
	}
	return parseGoroutines(b.String()), nil
}

func parseGoroutines(profile string) goroutines {
	g := goroutines{}
	for block := range strings.SplitSeq(strings.TrimSpace(profile), "\n\n") {
		stack := plainStack(block)
		entry := entryOf(stack)
		if entry == "" || strings.Contains(block, "harness.presentGoroutines") {
			continue
		}
		same := g[entry]
		g[entry] = sameEntry{same.n + 1, cmp.Or(same.stack, stack)}
	}
	return g
}

var (
	arguments = regexp.MustCompile(`\((?:0x[0-9a-f]+\??|\{|\}|\.\.\.|, )*\)$`)
	offset    = regexp.MustCompile(` \+0x[0-9a-f]+$`)
	header    = regexp.MustCompile(`^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[`)
	creator   = regexp.MustCompile(` in goroutine \d+$`)
)

// plainStack is a goroutine's stack without what differs from one to the next:
// numbers, addresses, arguments.
func plainStack(block string) string {
	var lines []string
	for line := range strings.Lines(block) {
		line = strings.TrimRight(line, "\n")
		if header.MatchString(line) {
			continue
		}
		line = creator.ReplaceAllString(offset.ReplaceAllString(line, ""), "")
		lines = append(lines, arguments.ReplaceAllString(line, ""))
	}
	return strings.Join(lines, "\n")
}

// entryOf is the function that a stack begins in: the last one, whoever started it.
func entryOf(stack string) (entry string) {
	for line := range strings.Lines(stack) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "created by ") {
			break
		}
		if !strings.HasPrefix(line, "\t") {
			entry = line
		}
	}
	return entry
}

// grownSince names the groups of which there are more than before.
func (g goroutines) grownSince(before goroutines) (grown []report.Goroutines) {
	for _, entry := range slices.Sorted(maps.Keys(g)) {
		if now := g[entry]; now.n > before[entry].n {
			grown = append(grown, report.Goroutines{Entry: entry, Before: before[entry].n, Now: now.n, Stack: now.stack})
		}
	}
	return grown
}

// connections is how many goroutines serve HTTP connections that are kept for
// another request. They end by themselves.
func (g goroutines) connections() (n int) {
	for entry, same := range g {
		if strings.HasPrefix(entry, "net/http.(*persistConn).") {
			n += same.n
		}
	}
	return n
}
