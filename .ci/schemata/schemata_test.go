package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The mutants of this package, and what becomes of each. Its tests are below.
const small = `package small

const size = 3 * 4

var start = first() + 1

func first() (n int) {
	for n < 2 {
		n++
	}
	return n
}

func sum(n int) (all int) {
	for i := 0; i < n; i++ {
		all += i
	}
	return all
}

func least(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func never(a int) bool { return a == 3 }

func beyond(a, b int) bool { return a > b }

func greet(name string) string { return "hello " + name }

func firstOf(all []int, n int) int {
	for i, a := range all {
		if i < n {
			continue
		}
		return a
	}
	return size
}

func address(a int) *int { return &a }

func any(a, b, c bool) bool { return a || b || c }

func hear(n int) int {
	c, done := make(chan int, n), make(chan int)
	go func() {
		if n > 0 {
			c <- n
		}
		done <- 100 / ((n + n) * n)
	}()
	return <-c + <-done
}
`

const smallTest = `package small

import "testing"

func TestSums(t *testing.T) {
	if sum(4) != 6 || size != 12 || start != 3 || *address(1) != 1 || greet("you") != "hello you" || !any(true, false, false) {
		t.Fatal()
	}
}

func TestLeast(t *testing.T) {
	if least(1, 2) != 1 || least(2, 1) != 1 || least(1, 1) != 1 || !beyond(2, 1) || beyond(1, 2) {
		t.Fatal()
	}
}

func TestFirst(t *testing.T) {
	if firstOf([]int{5, 6, 7}, 1) != 6 || firstOf(nil, 0) != 12 {
		t.Fatal()
	}
}

func TestHear(t *testing.T) {
	if hear(2) != 14 {
		t.Fatal()
	}
}
`

func TestWhatBecomesOfEachKindOfMutant(t *testing.T) {
	rows := []struct{ name, became, kind, line string }{
		{"in a constant", "KILLED", "ARITHMETIC_BASE", "const size = 3 ⟦*⟧ 4"},
		{"that is done before any test", "KILLED", "ARITHMETIC_BASE", "var start = first() ⟦+⟧ 1"},
		{"that never ends, before any test", "KILLED", "INCREMENT_DECREMENT", "n⟦++⟧"},
		{"that never ends", "TIMED OUT", "INCREMENT_DECREMENT", "for i := 0; i < n; i⟦++⟧ {"},
		{"in an assignment", "KILLED", "INVERT_ASSIGNMENTS", "all ⟦+=⟧ i"},
		{"another at its place", "KILLED", "REMOVE_SELF_ASSIGNMENTS", "all ⟦+=⟧ i"},
		{"that makes no difference", "LIVED", "CONDITIONALS_BOUNDARY", "if a ⟦<⟧ b {"},
		{"that makes one there", "KILLED", "CONDITIONALS_NEGATION", "if a ⟦<⟧ b {"},
		{"that no test runs", "NOT COVERED", "CONDITIONALS_NEGATION", "func never(a int) bool { return a ⟦==⟧ 3 }"},
		{"of a bound at which no test is", "NOT COVERED", "CONDITIONALS_BOUNDARY", "func beyond(a, b int) bool { return a ⟦>⟧ b }"},
		{"of the whole of what is before it", "KILLED", "INVERT_LOGICAL", "func any(a, b, c bool) bool { return a || b ⟦||⟧ c }"},
		{"that does not compile", "NOT VIABLE", "ARITHMETIC_BASE", `func greet(name string) string { return "hello " ⟦+⟧ name }`},
		{"of a loop", "KILLED", "INVERT_LOOPCTRL", "⟦continue⟧"},
		{"of an address", "NOT VIABLE", "INVERT_BITWISE", "func address(a int) *int { return ⟦&⟧a }"},
		{"after which tests wait for ever", "TIMED OUT", "CONDITIONALS_NEGATION", "if n ⟦>⟧ 0 {"},
		{"of which the process dies", "KILLED", "ARITHMETIC_BASE", "done <- 100 / ((n ⟦+⟧ n) * n)"},
		{"around another", "KILLED", "ARITHMETIC_BASE", "done <- 100 / ((n + n) ⟦*⟧ n)"},
	}
	was, had := still, grace
	still, grace = time.Second, time.Second
	defer func() { still, grace = was, had }()
	var list strings.Builder
	want := make([]string, len(rows))
	for i, r := range rows {
		before, rest, _ := strings.Cut(r.line, "⟦")
		line := before + strings.Replace(rest, "⟧", "", 1)
		at := strings.Index(small, line)
		if at < 0 {
			t.Fatalf("%s: there is no line %q", r.name, line)
		}
		at += len(before)
		place := fmt.Sprintf("%s at small/small.go:%d:%d", r.kind, 1+strings.Count(small[:at], "\n"), at-strings.LastIndex(small[:at], "\n"))
		_, _ = fmt.Fprintf(&list, "    RUNNABLE %s\n", place)
		want[i] = fmt.Sprintf("%12s %s\n", r.became, place)
	}
	got := carriedOut(t, smallTest, list.String()+"     SKIPPED ARITHMETIC_BASE at small/small.go:15:3\n\nDry run completed in 1 second\n")
	for i, r := range rows {
		if !strings.Contains(got, want[i]) {
			t.Errorf("a mutant %s: it is not said: %s\n%s", r.name, want[i], got)
		}
	}
	for _, line := range []string{"     SKIPPED ARITHMETIC_BASE at small/small.go:15:3\n", "\nMutation testing completed\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("it is not said: %q\n%s", line, got)
		}
	}
}

func TestNoAnswerIsGivenThatIsNotKnown(t *testing.T) {
	const one = "    RUNNABLE ARITHMETIC_BASE at small/small.go:5:21\n"
	for _, r := range []struct{ name, tests, list, want string }{
		{"tests that fail by themselves", strings.Replace(smallTest, "!= 14", "!= 15", 1), one + "Dry run completed\n", "the tests fail without any change"},
		{"a list without its end", smallTest, one, "gremlins' list has no end"},
		{"a mutant of nothing", smallTest, strings.Replace(one, "5:21", "5:22", 1) + "Dry run completed\n", "has no token that is changed"},
	} {
		t.Run(r.name, func(t *testing.T) {
			put(t, r.tests)
			if err := run(strings.NewReader(r.list), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), r.want) {
				t.Errorf("the answer is %v, want one with %q", err, r.want)
			}
		})
	}
}

func carriedOut(t *testing.T, tests, list string) string {
	t.Helper()
	put(t, tests)
	var out bytes.Buffer
	if err := run(strings.NewReader(list), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// put has the test run where the small package is.
func put(t *testing.T, tests string) {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "small"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": "module root\n\ngo 1.26.0\n", "small/small.go": small, "small/small_test.go": tests} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
}
