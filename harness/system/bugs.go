package system

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history/openfile"
	"turnstile/checker/levels"
	"turnstile/fault/yamlfile"
	"turnstile/fixtures/orchestrator/mode"
)

// Bug is a mistake that a system makes when it is told to: what a suite tries, to
// measure who sees it.
type Bug struct {
	Name    string           `yaml:"name"`
	Does    string           `yaml:"does"`
	Mode    mode.Mode        `yaml:"mode"`
	Fault   string           `yaml:"fault"` // by its name; empty: none is needed
	Refutes checker.Property `yaml:"refutes"`
	Level   levels.Level     `yaml:"level"` // the least that can see it
	// Set is what the environment is to have for the trial, with the bug and without.
	Set map[string]string `yaml:"set"`
}

// BugVariable is the environment variable that names a bug to a system.
const BugVariable = "BUG"

var bugsKind = yamlfile.Kind{Name: "list of bugs", Lines: `"bugs:" and "- name: no-lock"`}

// BugsFile is where a system's folder lists them.
const BugsFile = "bugs.yaml"

// ReadBugs reads the bugs that can be planted in a system, from beside its manifest.
func ReadBugs(m Manifest) ([]Bug, error) {
	path := filepath.Join(m.Folder, BugsFile)
	b, err := openfile.Read(path)
	if err != nil {
		return nil, fmt.Errorf("%w: list the bugs of %s there", err, m.Name)
	}
	f, err := yamlfile.Read(bytes.NewReader(b), path, bugsKind)
	if err != nil {
		return nil, err
	}
	var list struct {
		Bugs []Bug `yaml:"bugs"`
	}
	f.Decode(&list)
	seen := map[string]bool{}
	for i, bug := range list.Bugs {
		at := yamlfile.Item("bugs", i)
		if seen[bug.Name] {
			f.BadAt(at, "%s is there twice", bug.Name)
		}
		seen[bug.Name] = true
		if err := bug.check(m); err != nil {
			f.BadAt(at, "%s: %w", bug.Name, err)
		}
	}
	if len(list.Bugs) == 0 && f.Wrong() == 0 {
		f.BadAt("bugs", "it lists none")
	}
	return list.Bugs, f.Err()
}

// check refuses what could not be planted, or of which nobody could tell.
func (b Bug) check(m Manifest) error {
	highest := levels.Broker
	if m.Marked() {
		highest = levels.Marks
	}
	switch _, known := m.Modes[string(b.Mode)]; {
	case b.Name == "" || strings.TrimSpace(b.Does) == "":
		return errors.New("give it a name, and say what it does")
	case !known:
		return fmt.Errorf("the manifest has no mode %q", b.Mode)
	case !slices.Contains(checker.Properties(), b.Refutes):
		return fmt.Errorf("it refutes %q, which is no property: there are %v", b.Refutes, checker.Properties())
	case b.Level < levels.Downstream || b.Level > highest:
		return fmt.Errorf("level %d sees it, and %s is seen at levels 0 to %d", b.Level, m.Name, highest)
	}
	return nil
}

// Unplanted is the system as a bug is tried in it, without the bug.
func (m Manifest) Unplanted(b Bug) Manifest {
	m.Environment = m.Variables("") // a copy
	maps.Copy(m.Environment, b.Set)
	return m
}

// Planted is the system with a bug in it.
func (m Manifest) Planted(b Bug) Manifest {
	m = m.Unplanted(b)
	m.Environment[BugVariable] = b.Name
	return m
}
