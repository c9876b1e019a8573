package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

//go:embed driver_test.go.txt
var driver string

//go:embed runtime.go.txt
var atRunTime string

// carryOut makes a package's mutants and says what becomes of each as it is known.
func carryOut(dir string, mutants []*mutant, say func(m *mutant, became string)) error {
	s, err := load(dir)
	if err != nil {
		return err
	}
	if err := s.place(mutants); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "schemata")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	binary, err := s.build(tmp, "chosen", func(f *file) string { return s.choices(f) }, mutants)
	if err != nil {
		return fmt.Errorf("with all mutants to choose from it does not compile: %w", err)
	}
	known, err := record(s.dir, binary)
	if err != nil {
		return err
	}

	// A mutant's time is processor time, so that as many can be tried at a time as there are processors.
	queue := make(chan *mutant)
	failed := make(chan error, 1)
	var saying sync.Mutex
	var all sync.WaitGroup
	for range runtime.NumCPU() {
		all.Go(func() {
			p := &process{dir: s.dir, binary: binary}
			defer p.end()
			for m := range queue {
				became, err := s.try(tmp, p, known, m)
				if err != nil {
					select {
					case failed <- fmt.Errorf("%s:%d:%d: %w", m.file, m.line, m.column, err):
					default:
					}
					continue
				}
				saying.Lock()
				say(m, became)
				saying.Unlock()
			}
		})
	}
	for _, m := range mutants {
		queue <- m
	}
	close(queue)
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// try finds out what becomes of one mutant.
func (s *source) try(tmp string, p *process, known *tests, m *mutant) (string, error) {
	switch {
	case m.how == notViable:
		return "NOT VIABLE", nil
	case m.how == alone:
		name := fmt.Sprint("alone", m.id)
		binary, err := s.build(tmp, name, func(f *file) string {
			if f.name == filepath.Base(m.file) {
				return f.with(m)
			}
			return f.text
		}, nil)
		if err != nil {
			return "NOT VIABLE", nil
		}
		defer func() { _ = os.Remove(binary) }()
		own := &process{dir: s.dir, binary: binary, limit: known.limit()}
		defer own.end()
		return own.try(0, known.all())
	case known.before[m.id]: // a variable of the package has its value from it before any test
		own := &process{dir: s.dir, binary: p.binary, mutant: m.id, limit: known.limit()}
		defer own.end()
		return own.try(m.id, known.all())
	}
	by := known.by(m.id)
	if len(by) == 0 {
		return "NOT COVERED", nil
	}
	became, err := p.try(m.id, by)
	if err == nil && p.gone() && became != "LIVED" {
		// It may have died of what another mutant left behind: that one's loop still runs.
		became, err = p.try(m.id, by)
	}
	return became, err
}

// build compiles the package's tests and the driver, with other texts in the place of its files.
func (s *source) build(tmp, name string, text func(*file) string, mutants []*mutant) (binary string, err error) {
	folder := filepath.Join(tmp, name+".files")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	most := 0
	for _, m := range mutants {
		most = max(most, m.id)
	}
	texts := map[string]string{
		"zz_schemata.go":      fmt.Sprintf("package %s\n%s\nconst schemataMutants = %d\n", s.of.Name(), atRunTime, most+1),
		"zz_schemata_test.go": fmt.Sprintf("package %s\n%s", s.of.Name(), driver),
	}
	for _, f := range s.files {
		texts[f.name] = text(f)
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for file, text := range texts {
		at := filepath.Join(folder, file)
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			return "", err
		}
		overlay.Replace[filepath.Join(s.dir, file)] = at
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(folder+".json", list, 0o600); err != nil {
		return "", err
	}
	binary = filepath.Join(tmp, name+".test")
	// -checklinkname: the driver sets a variable of package testing.
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w -checklinkname=0", "-gcflags=-dwarf=false", "-overlay", folder+".json", "-o", binary, ".")
	cmd.Dir = s.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
	}
	return binary, nil
}
