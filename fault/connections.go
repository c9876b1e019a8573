package fault

import (
	"fmt"
	"maps"
	"slices"
)

// Connections are the consumers that the broker has, by worker and by part of
// the topic: words that identify each, so that another consumer of the same
// worker on the same part has other words.
type Connections map[string]map[string]string

// kept reports whether the worker has all the consumers that it had before.
func (c Connections) kept(before Connections, worker string) bool {
	for part, was := range before[worker] {
		if c[worker][part] != was {
			return false
		}
	}
	return len(before[worker]) > 0
}

// made looks for another consumer of the worker than before, on that part of
// the topic, or on any that it was on if that is "". One that it no longer has
// is none.
func (c Connections) made(before Connections, worker, part string) (what string, anew bool) {
	parts := slices.Sorted(maps.Keys(before[worker]))
	if part != "" {
		parts = []string{part}
	}
	gone := 0
	for _, p := range parts {
		was, is := before[worker][p], c[worker][p]
		switch {
		case is == "":
			gone++
		case was != "" && is != was:
			return fmt.Sprintf("%s on %s: before %s, now %s", worker, p, was, is), true
		}
	}
	return fmt.Sprintf("%s has %d of the %d consumers that it had, and none anew", worker, len(parts)-gone, len(parts)), false
}

// madeWholly looks for another consumer than before of the worker's on that part
// of the topic, or on all that it was on if that is "".
func (c Connections) madeWholly(before Connections, worker, part string) (what string, anew bool) {
	parts := before[worker]
	if part != "" {
		parts = map[string]string{part: ""}
	}
	what = worker + " had no consumer before"
	for _, p := range slices.Sorted(maps.Keys(parts)) {
		if what, anew = c.made(before, worker, p); !anew {
			break
		}
	}
	return what, anew
}
