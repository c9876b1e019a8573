package interleave

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Write tells of a result: how many merges there are and what became of them, and
// of each of the asked properties what all say, with the merge that refutes it in
// the fewest lines. That merge's history and file go into folder.
func (r *Result) Write(w io.Writer, folder string, asked []checker.Property) error {
	fmt.Fprintf(w, "%s: %s\n", r.title(), r.Pair.Meaning)
	fmt.Fprintf(w, "  of %v merges of the steps that each makes alone: %v executed, %v excluded by the lock, %v went another way at some step, %v missing\n",
		r.Own.Possible, r.Own.Executed, r.Own.Excluded, r.Own.Diverged, r.Own.Missing)
	for _, by := range slices.SortedFunc(maps.Keys(r.Own.By), func(a, b Excluder) int { return strings.Compare(a.Waits, b.Waits) }) {
		fmt.Fprintf(w, "    excluded: %v in which %s asked for the lock and the server had the name of %s on it\n", r.Own.By[by], by.Waits, by.Holds)
	}
	fmt.Fprintf(w, "  with tries and faults: %v merges, equal to %d that were executed and judged in %.1f s (%.0f a second, beside %d that were begun and left); in %d a lock kept a step out; %d missing\n",
		r.Merges, r.Executed, r.Took.Seconds(), float64(r.Executed)/r.Took.Seconds(), r.Left, r.KeptOut, len(r.Missing))
	for i, f := range r.Missing {
		if i == 5 {
			fmt.Fprintf(w, "    and %d more\n", len(r.Missing)-i)
			break
		}
		fmt.Fprintf(w, "    missing: %v\n", f)
	}
	var errs []error
	for _, v := range r.Verdicts {
		if !slices.Contains(asked, v.Property) {
			continue
		}
		fmt.Fprintf(w, "  %-12s %-8s %s\n", v.Property, v.Verdict, v.Reason)
		if v.Witness == nil {
			continue
		}
		name := filepath.Join(folder, r.file()+"-"+string(v.Property))
		errs = append(errs, os.MkdirAll(folder, 0o755), r.WriteFile(name+".merge.json", v.Witness),
			history.WriteFile(name+".jsonl.gz", v.Witness.History.Events))
		tell(w, v.Witness, v.Property, name)
	}
	if err := errors.Join(append(errs, os.MkdirAll(folder, 0o755))...); err != nil {
		return err
	}
	all := filepath.Join(folder, r.file()+"-refuting.jsonl")
	n, err := r.WriteRefuting(all, asked)
	if n > 0 {
		fmt.Fprintf(w, "  all %d that refute something: %s\n", n, all)
	}
	return err
}

// tell tells of a merge that refutes a property, and what its files are called.
func tell(w io.Writer, t *Taken, p checker.Property, name string) {
	for _, l := range t.Lines() {
		fmt.Fprintf(w, "      %s\n", l)
	}
	fmt.Fprintf(w, "      %s\n", t.Check.Of(p).Reason)
	fmt.Fprintf(w, "      history: %s\n      again:   turnstile interleave --merge %s\n", name+".jsonl.gz", name+".merge.json")
}

// title says what was put to which merges.
func (r *Result) title() string {
	s := fmt.Sprintf("%s, %s", r.Subject.Mode, r.Subject.Guard)
	if r.Subject.Mutant != "" {
		s += ", " + r.Subject.Mutant
	}
	return fmt.Sprintf("%s / %s (%v)", s, r.Pair.Name, r.Bounds)
}

// file is the beginning of the names of its files.
func (r *Result) file() string {
	s := fmt.Sprintf("%s-%s-%s-%d-%d", r.Subject.Mode, r.Subject.Guard, r.Pair.Name, r.Bounds.Tries, r.Bounds.Faults)
	for _, k := range r.Bounds.Kinds {
		s += "-" + string(k)
	}
	if r.Subject.Mutant != "" {
		s += "-" + r.Subject.Mutant
	}
	return s
}
