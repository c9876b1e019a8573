package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// still is how long a process may do nothing before its tests are taken to wait for ever.
var still = 20 * time.Second

// grace is the processor time that a process may take beside many times that of all its tests.
var grace = 10 * time.Second

// tests are a package's, with the processor time that each takes and the mutants that it comes by.
type tests struct {
	taken  map[string]int64
	comes  map[string]map[int]bool
	before map[int]bool // come by before any test
}

// record runs all tests as they are, twice: tests that fail by chance, or already, would catch everything.
func record(dir, binary string) (*tests, error) {
	known := &tests{taken: map[string]int64{}, comes: map[string]map[int]bool{}}
	for range 2 {
		cmd, answers, err := command(dir, binary, 0, "SCHEMATA_RECORD=1")
		if err != nil {
			return nil, err
		}
		var said strings.Builder
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := start(cmd); err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(answers)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			words := strings.Fields(lines.Text())
			taken, _ := strconv.ParseInt(words[1], 10, 64)
			if known.comes[words[0]] == nil {
				known.comes[words[0]] = map[int]bool{}
			}
			known.taken[words[0]] = max(known.taken[words[0]], taken)
			for _, word := range words[2:] {
				id, _ := strconv.Atoi(word)
				known.comes[words[0]][id] = true
			}
		}
		if err := cmp.Or(lines.Err(), cmd.Wait()); err != nil {
			return nil, fmt.Errorf("the tests fail without any change: %w\n%s", err, said.String())
		}
	}
	known.before = known.comes["-"]
	delete(known.comes, "-")
	delete(known.taken, "-")
	return known, nil
}

// all are the names of the tests, the quickest first.
func (t *tests) all() []string { return t.quickestFirst(slices.Collect(maps.Keys(t.taken))) }

// by are those that come by a mutant.
func (t *tests) by(mutant int) []string {
	return t.quickestFirst(slices.DeleteFunc(slices.Collect(maps.Keys(t.comes)), func(name string) bool { return !t.comes[name][mutant] }))
}

func (t *tests) quickestFirst(names []string) []string {
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(t.taken[a], t.taken[b]), cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s:%d", name, t.taken[name])
	}
	return names
}

// limit is the processor time in which a process that tries one mutant has run all tests.
func (t *tests) limit() time.Duration {
	var all int64
	for _, taken := range t.taken {
		all += taken
	}
	return grace + 8*time.Duration(all)
}

// process tries mutants, one after another, for as long as it lives.
type process struct {
	dir, binary string
	mutant      int           // from its start on, before any test
	limit       time.Duration // of the processor time in all; 0: none. Before any test nothing else stops a loop.

	cmd     *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Reader
}

// try says what becomes of a mutant by the tests given, or of the process's own.
func (p *process) try(mutant int, by []string) (string, error) {
	if p.cmd == nil {
		if err := p.begin(); err != nil {
			return "", err
		}
	}
	_, asked := fmt.Fprintln(p.ask, mutant, strings.Join(by, " "))
	answer, err := p.answers.ReadString('\n')
	if err := cmp.Or(asked, err); err != nil { // it died
		p.end()
		return "KILLED", nil
	}
	switch strings.TrimSpace(answer) {
	case "killed":
		return "KILLED", nil
	case "spoilt":
		p.end()
		return "KILLED", nil
	case "lived":
		return "LIVED", nil
	case "over":
		p.end()
		return "TIMED OUT", nil
	}
	return "", fmt.Errorf("the tests answered %q", answer)
}

// gone tells whether the process has ended with its last answer.
func (p *process) gone() bool { return p.cmd == nil }

func (p *process) begin() error {
	cmd, answers, err := command(p.dir, p.binary, p.limit, fmt.Sprint("SCHEMATA_MUTANT=", p.mutant))
	if err != nil {
		return err
	}
	ask, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := start(cmd); err != nil {
		return err
	}
	p.cmd, p.ask, p.answers = cmd, ask, bufio.NewReader(answers)
	return nil
}

func (p *process) end() {
	if p.cmd == nil {
		return
	}
	_ = p.ask.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // killed: how it ended says nothing
	p.cmd = nil
}

// command is a test binary whose answers can be read. Growth without an end is stopped by the memory, several times
// what the tests need, on systems that limit it.
func command(dir, binary string, limit time.Duration, env string) (*exec.Cmd, io.Reader, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	limits := "ulimit -v 4000000 2>/dev/null; "
	if limit > 0 {
		limits += fmt.Sprintf("ulimit -t %.0f 2>/dev/null; ", limit.Seconds())
	}
	cmd := exec.Command("sh", "-c", limits+`exec "$0" "$@"`, binary, "-test.short", "-test.failfast", "-test.timeout=0")
	cmd.Dir, cmd.Env, cmd.ExtraFiles = dir, append(os.Environ(), env, "SCHEMATA_STILL="+still.String()), []*os.File{write}
	return cmd, read, nil
}

// start leaves the writing end of the answers to the process alone, so that they end with it.
func start(cmd *exec.Cmd) error {
	return errors.Join(cmd.Start(), cmd.ExtraFiles[0].Close())
}
