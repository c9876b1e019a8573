// Command schemata carries out the mutants that gremlins lists, without compiling the package for each. All of them
// are compiled into one test binary, each as a choice on a number that is set while the tests run ("mutant
// schemata"), and each is tried by those tests alone that come by it, the quickest first, until one fails. Which
// mutants there are says gremlins. Examples and the seeds of fuzz targets try none.
//
//	usage: gremlins unleash --dry-run . | schemata
//
// It reads gremlins' lines and prints them with what became of each mutant in the place of RUNNABLE, in gremlins'
// words:
//
//	KILLED       a test failed, or the process died of it
//	TIMED OUT    a test took many times the processor time that it takes, or waited for ever
//	LIVED        no test failed
//	NOT COVERED  no test comes by it, or, of a bound, by what lies at it
//	NOT VIABLE   it does not compile
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// mutant is one token of a file with another in its place.
type mutant struct {
	id           int // from 1
	kind, file   string
	line, column int

	new    string // the token in its place
	offset int    // in the file
	old    string // what stands there
	text   string // what stands there instead
	how    how
}

// how a mutant is made.
type how int

const (
	chosen    how = iota // while the tests run
	alone                // by a build of its own: it is in a constant or a type
	notViable            // not at all: it would not compile
)

var listed = regexp.MustCompile(`^\s*RUNNABLE ([A-Z_]+) at (.+):(\d+):(\d+)$`)

// read takes the mutants out of gremlins' lines; the others go on to out.
func read(in io.Reader, out io.Writer) (all []*mutant, err error) {
	over := false
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		switch m := listed.FindStringSubmatch(lines.Text()); {
		case m != nil:
			line, _ := strconv.Atoi(m[3])
			column, _ := strconv.Atoi(m[4])
			all = append(all, &mutant{id: len(all) + 1, kind: m[1], file: m[2], line: line, column: column})
		case strings.HasPrefix(lines.Text(), "Dry run completed"), strings.HasPrefix(lines.Text(), "No results to report"):
			over = true
		default:
			_, _ = fmt.Fprintln(out, lines.Text())
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if !over {
		return nil, errors.New("gremlins' list has no end")
	}
	return all, nil
}

// run carries the mutants out, those of one package after those of another.
func run(in io.Reader, out io.Writer) error {
	all, err := read(in, out)
	if err != nil {
		return err
	}
	of := map[string][]*mutant{}
	var dirs []string
	for _, m := range all {
		dir := path.Dir(m.file)
		if of[dir] == nil {
			dirs = append(dirs, dir)
		}
		of[dir] = append(of[dir], m)
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		err := carryOut("./"+dir, of[dir], func(m *mutant, became string) {
			_, _ = fmt.Fprintf(out, "%12s %s at %s:%d:%d\n", became, m.kind, m.file, m.line, m.column)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	_, err = fmt.Fprintln(out, "Mutation testing completed")
	return err
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "schemata: %v\n", err)
		os.Exit(1)
	}
}
