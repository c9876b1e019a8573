// Package report says what came out: summary.json for machines, the verdict
// matrix for the terminal, violation.md for bug reports, report.html to look
// at.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/checker/history/openfile"
	"turnstile/harness/alerting"
	"turnstile/harness/decide"
	"turnstile/harness/jsonfile"
	"turnstile/harness/system"
)

// HistoryFile is what the history of a run is called in its folder.
const HistoryFile = "history.jsonl.gz"

// MappingFile is what a run folder has of a system that is not ours: how it uses what
// was seen of it, as its manifest says.
const MappingFile = "mapping.json"

// SummaryFile is what a session's summary is called in its folder.
const SummaryFile = "summary.json"

// Summary is the outcome of one invocation: all scenarios that were run.
type Summary struct {
	Started   time.Time         `json:"started"`
	WallS     float64           `json:"wall_s"`
	Seed      uint64            `json:"seed"`
	Versions  map[string]string `json:"versions"` // of turnstile's surroundings: pulsar, redis, engine, go, …
	Scenarios []Outcome         `json:"scenarios"`
	Mutants   []MutantRow       `json:"mutants,omitempty"` // see [MutantRows]
	Leaks     *Leaks            `json:"leaks,omitempty"`   // of an exploration
	Arms      []string          `json:"arms,omitempty"`    // of a comparison of prices, in the order of tables
	Prices    []Price           `json:"prices,omitempty"`
}

// Outcome is the outcome of one run of one scenario.
type Outcome struct {
	Name      string     `json:"name"`
	Mode      string     `json:"mode"`
	Guard     string     `json:"guard"`
	Fault     string     `json:"fault"`                // kind, or "none"
	Mutant    string     `json:"mutant,omitempty"`     // a bug planted on purpose
	Twin      string     `json:"twin,omitempty"`       // the trial of planted bugs that it belongs to
	AimedAs   string     `json:"aimed_as,omitempty"`   // the scenario that this one is, but for the aim
	Drawn     *Drawn     `json:"drawn,omitempty"`      // a schedule that an exploration drew
	Danger    *Danger    `json:"danger,omitempty"`     // the point that it measured, of those at which a fault may strike
	SystemBug *SystemBug `json:"system_bug,omitempty"` // a bug of a foreign system, or the same without it
	Served    []Served   `json:"served,omitempty"`     // by fault: how long users waited
	Compared  string     `json:"compared,omitempty"`   // its name in the table of versions
	Settings  string     `json:"settings,omitempty"`   // those that are not as by default, as a schedule spells them
	// Dispatcher is what gives KEY_SHARED consumers their messages: "PIP-379", or
	// "classic", the one of before Pulsar 4.0; empty in other modes.
	Dispatcher string  `json:"dispatcher,omitempty"`
	Seed       uint64  `json:"seed"`
	Folder     string  `json:"folder"`  // relative to the summary's folder
	History    string  `json:"-"`       // the name of its history; "": as this build writes it
	Command    string  `json:"command"` // repeats this scenario with this seed
	Passed     bool    `json:"passed"`  // every verdict is the expected one, and the fault bit
	Error      string  `json:"error,omitempty"`
	Events     int     `json:"events"`   // published
	Attempts   int     `json:"attempts"` // critical sections entered
	Users      int     `json:"users"`
	Workers    int     `json:"workers"`
	WallS      float64 `json:"wall_s"`
	// RefutedAfterS is the time from the first publish to the violation that the
	// witness shows, where a mutant was caught.
	RefutedAfterS float64                       `json:"refuted_after_s,omitempty"`
	Properties    map[checker.Property]Property `json:"properties"`
	Evidence      Evidence                      `json:"evidence"`
	Left          []string                      `json:"left,omitempty"` // containers that were there when it was over
	// Unserved names the partitions that the broker did not read before the load
	// began, and that were unloaded for it; StoodStill those that it did not read
	// when the run stopped waiting for quiet.
	Unserved   string `json:"unserved,omitempty"`
	StoodStill string `json:"stood_still,omitempty"`
	// Outside: the orchestrator is not ours, recorded nothing itself, and is judged by
	// what was seen of it.
	Outside bool `json:"outside,omitempty"`
	// Ended are containers of such a one that did not end as they should.
	Ended []system.Ended `json:"ended,omitempty"`
	// Versions are those of what it ran on, so that a violation can be reported by
	// itself. Of Pulsar it may be another than its summary's.
	Versions map[string]string `json:"versions,omitempty"`
	// Alerts are those that the workers' metrics raised; nil: they were not recorded.
	Alerts *alerting.Outcome `json:"alerts,omitempty"`
	// Odds is what it measured of faults that were aimed at nobody, and Foretold the
	// harm that was expected of it before it began.
	Odds     *decide.OddsOf               `json:"odds,omitempty"`
	Foretold map[checker.HarmKind]float64 `json:"foretold,omitempty"`
}

// SettingsGiven is where a history's settings tell which were not as by default,
// as a schedule spells them.
const SettingsGiven = "set"

// Drawn says where a schedule comes from.
type Drawn struct {
	Seed uint64 `json:"seed"`
}

// Open is what a scenario expects of a property that it makes no claim about,
// because both answers were seen and a race decides between them. It takes an
// answer, holds or refuted, all the same.
const Open checker.Verdict = "open"

// Any is what a planted bug's scenario, and its twin's, expect of the
// properties that they are not about: whatever comes, be it no answer. A bug
// that breaks one property may well make the record unfit to judge another by.
const Any checker.Verdict = "any"

// Unrefuted is what an exploration expects of a property that no known way
// refutes under its faults: any answer, or none, but a refutation.
const Unrefuted checker.Verdict = "not refuted"

// Property is one property's verdict beside what the scenario claims.
type Property struct {
	Expected checker.Verdict `json:"expected"`
	Verdict  checker.Verdict `json:"verdict"`
	Reason   string          `json:"reason,omitempty"`
	Before   []string        `json:"violated_before,omitempty"` // see [checker.PropertyVerdict]
	Known    string          `json:"known,omitempty"`           // of a refutation under a schedule: the known way that explains it
	SeenAt   string          `json:"seen_at,omitempty"`         // of an outcome from outside: the level that decides
	Would    string          `json:"would_decide,omitempty"`    // the same of the level that would, of an unknown
}

// Met reports whether the verdict is an answer, and the one that the scenario
// claims if it claims one.
func (p Property) Met() bool {
	switch p.Expected {
	case Any:
		return true
	case Unrefuted:
		return p.Verdict != checker.Refuted
	}
	switch p.Verdict {
	case checker.Holds, checker.Refuted:
		return p.Expected == Open || p.Verdict == p.Expected
	}
	return false
}

// Evidence is what the verdicts of a scenario rest on.
type Evidence struct {
	Opportunity checker.Opportunity     `json:"opportunity"`
	Faults      []checker.FaultEvidence `json:"faults,omitempty"`
	Findings    []checker.Finding       `json:"findings,omitempty"`
}

// WriteSummary writes summary.json into the folder by temporary file and
// rename.
func WriteSummary(folder string, s *Summary) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the summary: %w", err)
	}
	return WriteFile(filepath.Join(folder, SummaryFile), []byte(history.VisibleText(string(b))+"\n"))
}

// WriteFile replaces path by way of a temporary file and rename, so that it
// never holds half of what it should.
func WriteFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// ReadSummary reads the summary.json of a session's folder.
func ReadSummary(folder string) (*Summary, error) {
	path := filepath.Join(folder, SummaryFile)
	b, err := openfile.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not there: name the folder of a session (runs/<time>)", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: name the folder of a session (runs/<time>) that can be read", err)
	}
	var s Summary
	if err := jsonfile.Decode(path, b, false, &s); err != nil {
		return nil, fmt.Errorf("this is no summary: %w: take it as its session wrote it", err)
	}
	if reflect.ValueOf(s).IsZero() {
		return nil, fmt.Errorf("%s is no summary: it says nothing of a session: take it as its session wrote it", path)
	}
	return &s, nil
}
