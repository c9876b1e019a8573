package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker/go-units"
)

// Leaks is what an exploration found to be left behind, at the engine and in
// its own process.
type Leaks struct {
	// Quiet are the moments at which nothing ran and no environment was open.
	Quiet []Quiet `json:"quiet,omitempty"`
	// Grown are the goroutines of which there were more at the last quiet moment
	// than at the first.
	Grown []Goroutines `json:"grown,omitempty"`
	// Memory is sampled after every run, while others go on.
	Memory []Memory `json:"memory,omitempty"`
	// AtEnd are the containers and networks that were there after the session
	// had removed all of its own.
	AtEnd []string `json:"at_end,omitempty"`
	// Stuck are empty networks that the engine refused to remove, with its words.
	Stuck []string `json:"stuck,omitempty"`
	// Unmeasured says why there are no two quiet moments to compare, if so.
	Unmeasured string `json:"unmeasured,omitempty"`
}

// Quiet is a moment at which nothing ran.
type Quiet struct {
	AfterRuns  int      `json:"after_runs"`
	Containers []string `json:"containers,omitempty"` // that were there all the same
	Goroutines int      `json:"goroutines"`
	Memory     Memory   `json:"memory"`
}

// Memory is what the process has, in bytes.
type Memory struct {
	Heap uint64 `json:"heap"`          // reachable, after a garbage collection
	RSS  uint64 `json:"rss,omitempty"` // 0: the system does not tell
}

// Goroutines are those that began in the same function.
type Goroutines struct {
	Entry  string `json:"entry"`
	Before int    `json:"before"`
	Now    int    `json:"now"`
	Stack  string `json:"stack"` // of one of them
}

// Problems names, a line each, what was certainly left behind. Memory is not
// among it: that a figure is higher than another proves nothing.
func (l *Leaks) Problems() []string {
	if l == nil {
		return nil
	}
	var lines []string
	for _, q := range l.Quiet {
		if len(q.Containers) > 0 {
			lines = append(lines, fmt.Sprintf("after %s, with nothing running, there were the containers %s", count(q.AfterRuns, "run", "runs"), strings.Join(q.Containers, ", ")))
		}
	}
	for _, g := range l.Grown {
		lines = append(lines, fmt.Sprintf("goroutines of %s: %d at the first quiet moment, %d at the last; one of them:\n%s", g.Entry, g.Before, g.Now, g.Stack))
	}
	if len(l.AtEnd) > 0 {
		lines = append(lines, "after everything was removed there were "+strings.Join(l.AtEnd, ", "))
	}
	return lines
}

// figures writes the measurements as lines of a table: name, first, highest, last.
func (l *Leaks) figures() (rows [][4]string) {
	add := func(name string, of []uint64, write func(uint64) string) {
		if len(of) > 0 && slices.Max(of) > 0 {
			rows = append(rows, [4]string{name, write(of[0]), write(slices.Max(of)), write(of[len(of)-1])})
		}
	}
	number := func(n uint64) string { return fmt.Sprint(n) }
	bytes := func(n uint64) string { return units.BytesSize(float64(n)) }
	var goroutines, quietHeap, quietRSS, heap, rss []uint64
	for _, q := range l.Quiet {
		goroutines = append(goroutines, uint64(q.Goroutines))
		quietHeap, quietRSS = append(quietHeap, q.Memory.Heap), append(quietRSS, q.Memory.RSS)
	}
	for _, m := range l.Memory {
		heap, rss = append(heap, m.Heap), append(rss, m.RSS)
	}
	add("goroutines, nothing running", goroutines, number)
	add("live heap, nothing running", quietHeap, bytes)
	add("resident memory, nothing running", quietRSS, bytes)
	add("live heap, after each run", heap, bytes)
	add("resident memory, after each run", rss, bytes)
	return rows
}
