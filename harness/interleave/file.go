package interleave

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history/openfile"
	"turnstile/harness/jsonfile"
)

// File is a merge that can be driven again: what `turnstile interleave --merge`
// reads.
type File struct {
	Subject Subject  `json:"subject"`
	Pair    string   `json:"pair"`
	Bounds  Bounds   `json:"bounds"`
	Refutes []string `json:"refutes"` // the properties that it refuted
	Moves   []Choice `json:"moves"`
}

// WriteFile writes the merge to a file, to be driven again.
func (r *Result) WriteFile(path string, t *Taken) error {
	return writeFile(path, r.Subject, r.Pair, r.Bounds, t)
}

func writeFile(path string, s Subject, p Pair, b Bounds, t *Taken) error {
	f := File{Subject: s, Pair: p.Name, Bounds: b, Refutes: []string{}, Moves: t.Moves()}
	for _, v := range t.Check.Verdicts {
		if v.Verdict == checker.Refuted {
			f.Refutes = append(f.Refutes, string(v.Property))
		}
	}
	text, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// refuting is a merge that refutes something, as a line of the list of all that do.
type refuting struct {
	Refutes []checker.Property `json:"refutes"`
	Equal   *big.Int           `json:"equal"` // merges that are equal to it, itself among them
	Merge   []string           `json:"merge"` // as [Taken.Lines] tells it
}

// WriteRefuting writes the executed merges that refute one of the properties, each
// as a line of JSON, and returns how many there are. Where there are none it writes
// nothing.
func (r *Result) WriteRefuting(path string, asked []checker.Property) (n int, err error) {
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	for _, t := range r.all {
		line := refuting{Equal: newClass(t.merged()).size(), Merge: t.Lines()}
		for _, p := range asked {
			if t.Check.Of(p).Verdict == checker.Refuted {
				line.Refutes = append(line.Refutes, p)
			}
		}
		if line.Refutes == nil {
			continue
		}
		n++
		if err := lines.Encode(line); err != nil {
			return n, err
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, os.WriteFile(path, b.Bytes(), 0o644)
}

// ReadFile reads a merge to be driven again.
func ReadFile(path string) (File, error) {
	b, err := openfile.Read(path)
	if err != nil {
		return File{}, err
	}
	var f File
	if err := jsonfile.Decode(path, b, true, &f); err != nil {
		return f, fmt.Errorf("this is no merge: %w: give a file that turnstile interleave wrote", err)
	}
	if len(f.Moves) == 0 {
		return f, fmt.Errorf("%s names no moves: give a file that turnstile interleave wrote", path)
	}
	return f, nil
}

// PairNamed is the pair of that name, of two or of three.
func PairNamed(name string) (Pair, error) {
	all := slices.Concat(pairs, trios)
	if i := slices.IndexFunc(all, func(p Pair) bool { return p.Name == name }); i >= 0 {
		return all[i], nil
	}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	return Pair{}, fmt.Errorf("there is no pair %q: give one of %v", name, names)
}

// Repeat drives the merge of a file again and judges it. It fails if a move cannot
// be made any more.
func (x *Explorer) Repeat(_ context.Context, f File) (*Taken, error) {
	p, err := PairNamed(f.Pair)
	if err != nil {
		return nil, err
	}
	e := &Exploration{Subject: f.Subject, Pair: p, Bounds: f.Bounds, taken: func(*Taken) {}, pick: func([]move) int { return 0 }}
	return x.drive(e, job{begin: f.Moves}, nil)
}
