package checker

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tally counts what was drawn: the answers first, then, behind a comma, what
// else there is to say of a draw.
type tally struct {
	draws int
	seen  map[string]int
}

func (n *tally) drew(format string, args ...any) { n.seen[fmt.Sprintf(format, args...)]++ }

// property holds what rapid draws against prop: as often as -rapid.checks says,
// and at least so often (a fifth of it where tests are to be short).
//
// Before that it draws from a fixed seed, and of these draws prop must have told
// each of reach: a generator that hardly makes an answer tests nothing of it. For
// that the seed is fixed, so that no run fails for what it happened to draw.
func property(t *testing.T, least int, reach []string, prop func(t *rapid.T, n *tally)) {
	t.Helper()
	const fixed = 1000
	n := &tally{seen: map[string]int{}}
	draw := func(checks int) {
		before := n.draws
		rapid.Check(t, func(t *rapid.T) {
			n.draws++
			prop(t, n)
		})
		// rapid takes it for a success if the time that tests have is all but over.
		if made := n.draws - before; made < checks {
			t.Fatalf("the time was up after %d of %d draws: give it more with -timeout", made, checks)
		}
	}
	func() {
		defer setFlag(t, "rapid.seed", "1")()
		defer setFlag(t, "rapid.checks", strconv.Itoa(unshortened(fixed)))()
		draw(fixed)
	}()
	for _, want := range reach {
		if n.seen[want] == 0 {
			t.Fatalf("of %d fixed draws none was %q, so nothing was tested of it: %v", fixed, want, n.seen)
		}
	}
	asked, err := strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	if err != nil {
		t.Fatal(err)
	}
	asked = max(asked, least)
	defer setFlag(t, "rapid.checks", strconv.Itoa(asked))()
	draw(asked / unshortened(1))
	n.share(t)
}

// unshortened is how many checks to ask of rapid to have n of them made.
func unshortened(n int) int {
	if testing.Short() {
		return 5 * n // it makes a fifth
	}
	return n
}

// setFlag sets a flag, and tells how to set it back.
func setFlag(t *testing.T, name, value string) (back func()) {
	t.Helper()
	f := flag.Lookup(name)
	old := f.Value.String()
	set := func(v string) {
		if err := f.Value.Set(v); err != nil {
			t.Fatal(err)
		}
	}
	set(value)
	return func() { set(old) }
}

// share logs how often each answer was drawn.
func (n *tally) share(t *testing.T) {
	t.Helper()
	answers := map[string]int{}
	for what, times := range n.seen {
		answer, _, _ := strings.Cut(what, ", ")
		answers[answer] += times
	}
	for _, answer := range slices.Sorted(maps.Keys(answers)) {
		t.Logf("%s: %d of %d drawn (%.1f %%)", answer, answers[answer], n.draws, 100*float64(answers[answer])/float64(n.draws))
	}
}
