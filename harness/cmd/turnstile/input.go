package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/harness/report"
)

// historyNames are how a run folder's history may be called. Earlier runs did not
// pack it, and anyone may unpack it.
var historyNames = []string{report.HistoryFile, "history.jsonl"}

// input is a recorded history, with the run folder that it lies in, if any.
type input struct {
	arg    string // as it was named
	path   string // the history
	folder string // "" if the history stands alone
	events *history.History
}

// open finds and reads what the command line names: a run folder or a history.
func open(arg string) (*input, error) {
	in := &input{arg: arg, path: arg}
	info, err := os.Stat(arg)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not there: name a run folder (runs/<time>/<scenario>) or a history", arg)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: name a run folder or a history that can be read", err)
	}
	if info.IsDir() {
		in.folder = arg
		if in.path = historyIn(arg); in.path == "" {
			return nil, fmt.Errorf("%s has no %s: %s", arg, report.HistoryFile, instead(arg))
		}
	} else if dir, name := filepath.Split(arg); name == historyNames[0] || name == historyNames[1] {
		in.folder = filepath.Clean(dir)
	}
	if in.events, err = history.ReadFile(in.path); err != nil {
		return nil, fmt.Errorf("%w%s", err, remedy(err))
	}
	return in, nil
}

// mapping is the path of what the run folder has of a system that is not ours; empty:
// it is ours.
func (in *input) mapping() string {
	path := filepath.Join(in.folder, report.MappingFile)
	if info, err := os.Stat(path); in.folder == "" || err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return path
}

// historyIn is the path of a folder's history, or "".
func historyIn(folder string) string {
	for _, name := range historyNames {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path
		}
	}
	return ""
}

// instead says what to name in place of a folder without a history.
func instead(folder string) string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err.Error()
	}
	runs, first := 0, ""
	for _, e := range entries {
		if path := filepath.Join(folder, e.Name()); e.IsDir() && historyIn(path) != "" {
			if runs++; first == "" {
				first = path
			}
		}
	}
	if runs > 0 {
		return fmt.Sprintf("it is the folder of %d runs; name one, such as %s", runs, first)
	}
	return "name a run folder or a history (a run that failed early has none; its logs/ say why)"
}

// remedy says what to do about a history that cannot be read, where the error
// does not say it.
func remedy(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return ": let yourself read it, or copy it"
	case errors.Is(err, history.ErrTruncated):
		return ": copy it again from its run folder; a history is judged whole or not at all"
	case errors.Is(err, history.ErrVersion), errors.Is(err, history.ErrNoFile):
		return ""
	}
	return ": take the file as its run wrote it"
}

// runFile is what check uses of a run folder's run.json.
type runFile struct {
	Scenario history.Setup              `json:"scenario"`
	Expected map[string]checker.Verdict `json:"expected"`
	Command  string                     `json:"command"`
	Versions map[string]string          `json:"versions"`
}

// scenario describes the run to a report: by its history and, as far as it
// belongs to the same run, by its run.json. The note says why the latter is
// not used, if it is there.
func (in *input) scenario(r *checker.Result) (s report.Outcome, note string) {
	s = report.Outcome{
		Name: "a run that does not say what it was", Mode: "unknown", Guard: "unknown",
		Attempts: r.Opportunity.Attempts, Users: r.Opportunity.Users, Workers: r.Opportunity.Workers,
		Properties: map[checker.Property]report.Property{},
		Evidence:   report.Evidence{Opportunity: r.Opportunity, Faults: r.Faults, Findings: r.Findings},
	}
	if r.Scenario != nil {
		s.Name, s.Mode, s.Guard, s.Fault, s.Seed = r.Scenario.Name, r.Scenario.Mode, r.Scenario.Guard, r.Scenario.Fault, r.Scenario.Seed
		s.Settings = r.Scenario.Settings[report.SettingsGiven]
	}
	for i := range in.events.Events {
		if in.events.Events[i].Kind == history.KindPublish {
			s.Events++
		}
	}
	file, note := in.runFile(s)
	expected := map[string]checker.Verdict{}
	if file != nil {
		s.Folder, s.Command, s.Versions = in.name(), file.Command, file.Versions
		s.History = filepath.Base(in.path)
		for name, verdict := range file.Expected {
			expected[strings.ToLower(name)] = verdict
		}
	}
	for _, v := range r.Verdicts {
		s.Properties[v.Property] = report.Property{Expected: expected[string(v.Property)], Verdict: v.Verdict, Reason: v.Reason}
	}
	return s, note
}

// runFile reads the run.json beside the history.
func (in *input) runFile(s report.Outcome) (*runFile, string) {
	if in.folder == "" {
		return nil, ""
	}
	path := filepath.Join(in.folder, "run.json")
	b, err := readRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ""
	}
	var file runFile
	if err == nil {
		err = json.Unmarshal(b, &file)
	}
	switch {
	case err != nil:
		return nil, fmt.Sprintf("%s cannot be used (%v): violation.md goes without the command, the versions and the claims", path, err)
	case file.Scenario.Name != s.Name || file.Scenario.Mode != s.Mode || file.Scenario.Seed != s.Seed:
		return nil, fmt.Sprintf("%s is of another run (%s / %s, seed %d): it is not used", path, file.Scenario.Mode, file.Scenario.Name, file.Scenario.Seed)
	}
	return &file, ""
}

// name is the run folder's own name, however it was pointed to.
func (in *input) name() string {
	if abs, err := filepath.Abs(in.folder); err == nil {
		return filepath.Base(abs)
	}
	return filepath.Base(in.folder)
}

// heading says what is being read.
func (in *input) heading() string {
	n := len(in.events.Events)
	text := fmt.Sprintf("%s: %d events", in.path, n)
	if s := in.events.Scenario(); s != nil {
		text += fmt.Sprintf("\n%s / %s, guard %s, fault %s, seed %d", s.Mode, s.Name, s.Guard, s.Fault, s.Seed)
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = oneLine(lines[i])
	}
	return strings.Join(lines, "\n") + "\n"
}

// readRegular reads a file that is one: what only bears its name, such as a FIFO,
// might keep whoever opens it waiting.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
