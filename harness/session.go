package harness

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"turnstile/checker"
	"turnstile/fault"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/images"
	"turnstile/fixtures/pulsar"
	"turnstile/harness/report"
)

const (
	// SeedVariable repeats an earlier session's draws.
	SeedVariable = "TURNSTILE_SEED"
	// VersionsVariable names the versions of Pulsar that are compared, with spaces
	// between them.
	VersionsVariable = "TURNSTILE_VERSIONS"
)

// Session is one invocation: a folder below runs/, one engine, one seed, and
// the results so far.
type Session struct {
	Folder string

	pool     *Pool
	progress io.Writer

	mu      sync.Mutex
	summary report.Summary
	times   map[string]uint64 // runs of each scenario so far
}

// OpenSession makes the session's folder and connects to the engine. Progress
// lines go to the writer. At most so many scenarios run at a time, however many
// are asked for at once.
func OpenSession(ctx context.Context, progress io.Writer, parallel int) (*Session, error) {
	return OpenSessionOn(ctx, progress, parallel, nil)
}

// OpenSessionOn is [OpenSession] on a cluster that was there already; nil: each
// scenario is run on a Pulsar that is started for it.
func OpenSessionOn(ctx context.Context, progress io.Writer, parallel int, on *Elsewhere) (*Session, error) {
	var existing *pulsar.Existing
	if on != nil {
		existing = on.Cluster
	}
	seed, err := seedFromEnvironment()
	if err != nil {
		return nil, err
	}
	root, err := images.ModuleRoot()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	s := &Session{
		progress: report.Shown(progress), times: map[string]uint64{},
		summary: report.Summary{Started: started.UTC(), Seed: seed, Scenarios: []report.Outcome{}},
	}
	runs := filepath.Join(root, "runs")
	s.Folder = filepath.Join(runs, started.Format("20060102-150405.000"))
	if err := os.MkdirAll(s.Folder, 0o755); err != nil {
		return nil, fmt.Errorf("making the folder for this session: %w", err)
	}
	if s.pool, err = OpenPool(ctx, filepath.Join(s.Folder, "logs"), parallel, existing); err != nil {
		return nil, err
	}
	version, err := images.PulsarVersion()
	if err != nil {
		return nil, err
	}
	if existing != nil {
		version = existing.Runs()
	}
	s.summary.Versions = s.pool.versions(version, s.pool.images.Pulsar)
	if err := pointLatest(runs, s.Folder); err != nil {
		_, cerr := s.pool.Close(ctx)
		return nil, errors.Join(err, cerr)
	}
	return s, nil
}

func seedFromEnvironment() (uint64, error) {
	text := os.Getenv(SeedVariable)
	if text == "" {
		var b [4]byte
		if _, err := rand.Read(b[:]); err != nil {
			return 0, err
		}
		return uint64(binary.BigEndian.Uint32(b[:])) % 1_000_000, nil // short enough to be read aloud
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s=%q is not a whole number from 0 up: take the seed that a report names, or unset it", SeedVariable, text)
	}
	return seed, nil
}

// Seed is what this session draws from.
func (s *Session) Seed() uint64 { return s.summary.Seed }

// Run executes a scenario under a test's name, judges it, prints its progress
// line and adds it to the session's summary on disk. The n-th run of one
// scenario in a session draws from the session's seed + n - 1.
func (s *Session) Run(ctx context.Context, sc Scenario, test string) *Result {
	s.mu.Lock()
	seed := s.summary.Seed + s.times[sc.Name+"\x00"+test]
	s.times[sc.Name+"\x00"+test]++
	s.mu.Unlock()

	r := s.run(ctx, sc, test, seed)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(r.Outcome)
	report.WriteProgress(s.progress, r.Outcome)
	return r
}

// add takes an outcome into the session's summary, on disk too. s.mu is held.
func (s *Session) add(o report.Outcome) {
	s.summary.Scenarios = append(s.summary.Scenarios, o)
	s.summary.WallS = time.Since(s.summary.Started).Seconds()
	if err := report.WriteSummary(s.Folder, &s.summary); err != nil {
		fmt.Fprintln(s.progress, err)
	}
}

func (s *Session) run(ctx context.Context, sc Scenario, test string, seed uint64) *Result {
	r := &Result{Outcome: report.Outcome{
		Name: sc.Name, Mode: string(sc.Mode), Guard: string(sc.Guard), Fault: sc.FaultKind(), Seed: seed,
		Mutant: sc.Mutant, Twin: sc.Twin, AimedAs: sc.AimedAs, Compared: sc.Compared, Drawn: sc.drawn, Foretold: sc.foretold,
		Versions: s.summary.Versions,
		Command:  fmt.Sprintf("%s go test ./suites/... -count=1 -run '%s'", sc.environment(seed), pattern(test)),
	}}
	full, err := sc.withDefaults()
	if err != nil {
		r.settle(sc, err)
		return r
	}
	r.Guard, r.Settings, r.Dispatcher = string(full.Guard), full.given, full.dispatcher()
	image, err := s.pool.pulsarImage(ctx, full.Pulsar)
	if err != nil {
		r.settle(full, err)
		return r
	}
	r.Versions = s.pool.versions(full.release(), image)
	if r.Dir, err = makeRunFolder(s.Folder, string(full.Mode)+" "+full.Name, seed); err != nil {
		r.settle(full, err)
		return r
	}
	r.Folder = filepath.Base(r.Dir)
	r.explored = full.Plan != nil || full.Unaimed
	if full.Plan != nil {
		path := filepath.Join(r.Dir, "schedule.yaml")
		r.Command = fmt.Sprintf("%s go run ./harness/cmd/turnstile run --schedule %s", sc.environment(seed), path)
		if err := writeTo(path, func(f *os.File) error { return fault.WritePlan(f, *full.Plan) }); err != nil {
			r.settle(full, err)
			return r
		}
	}
	err = writeJSON(filepath.Join(r.Dir, "run.json"), map[string]any{
		"scenario": full.record(seed), "expected": full.Expect, "seed": seed, "command": r.Command,
		"versions": r.Versions, "started": time.Now().UTC(),
	})
	if err == nil {
		var wall time.Duration
		wall, err = s.pool.runUnlessHung(ctx, full, seed, r.Dir)
		r.WallS = wall.Seconds()
	}
	r.settle(full, err)
	if err := r.tidy(); err != nil {
		fmt.Fprintln(s.progress, err)
	}
	return r
}

// environment is what a command needs that repeats a run of the scenario.
func (s Scenario) environment(seed uint64) string {
	env := fmt.Sprintf("%s=%d", SeedVariable, seed)
	if s.Compared != "" {
		env += fmt.Sprintf(" %s='%s'", VersionsVariable, strings.TrimSpace(s.Pulsar+" "+s.PulsarNext))
	}
	for _, name := range []string{images.PulsarVariable, images.PulsarImageVariable} {
		if v := os.Getenv(name); v != "" {
			env += fmt.Sprintf(" %s=%s", name, v)
		}
	}
	return env
}

// pattern makes a -run pattern that picks exactly one test.
func pattern(test string) string {
	var b []byte
	b = append(b, '^')
	for i := range len(test) {
		switch c := test[i]; c {
		case '/':
			b = append(b, "$/^"...)
		case '.', '(', ')', '+', '*', '?', '[', ']', '{', '}', '|', '^', '$', '\\':
			b = append(b, '\\', c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '$'))
}

// Close writes the reports, prints the verdict matrix, and removes everything
// that the session started.
func (s *Session) Close(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	left, err := s.pool.Close(ctx)
	errs := []error{err, s.settleLeaks(left)}
	s.summary.WallS = time.Since(s.summary.Started).Seconds()
	s.summary.Mutants = report.MutantRows(&s.summary)
	errs = append(errs, report.WriteSummary(s.Folder, &s.summary))
	if len(s.summary.Mutants) > 0 {
		errs = append(errs, writeTo(filepath.Join(s.Folder, "mutants.md"), func(f *os.File) error {
			report.WriteMutants(f, &s.summary)
			return nil
		}))
	}
	aiming := report.AimingRows(&s.summary)
	if len(aiming) > 0 {
		errs = append(errs, writeTo(filepath.Join(s.Folder, "aiming.md"), func(f *os.File) error {
			report.WriteAiming(f, aiming)
			return nil
		}))
		fmt.Fprintln(s.progress)
		report.WriteAiming(s.progress, aiming)
	}
	if danger := report.DangerRows(&s.summary); len(danger) > 0 {
		errs = append(errs, writeTo(filepath.Join(s.Folder, "danger.md"), func(f *os.File) error {
			report.WriteDanger(f, danger)
			return nil
		}), writeTo(filepath.Join(s.Folder, "danger.svg"), func(f *os.File) error { return report.DrawDanger(f, danger) }))
		fmt.Fprintln(s.progress)
		report.WriteDanger(s.progress, danger)
	}
	if odds := report.OddsOf(&s.summary); len(odds.Arms) > 0 {
		errs = append(errs, writeTo(filepath.Join(s.Folder, "odds.md"), func(f *os.File) error { report.WriteOdds(f, odds); return nil }))
		fmt.Fprintln(s.progress)
		report.WriteOdds(s.progress, odds)
	}
	if checks := report.ChecksOf(&s.summary); len(checks) > 0 {
		errs = append(errs, writeTo(filepath.Join(s.Folder, "foretold.md"), func(f *os.File) error { report.WriteChecks(f, checks); return nil }))
		fmt.Fprintln(s.progress)
		report.WriteChecks(s.progress, checks)
	}
	bugs := report.SystemBugRows(&s.summary)
	if len(bugs) > 0 {
		errs = append(errs, writeTo(filepath.Join(s.Folder, "system-bugs.md"), func(f *os.File) error {
			report.WriteSystemBugs(f, bugs)
			return nil
		}))
		fmt.Fprintln(s.progress)
		report.WriteSystemBugs(s.progress, bugs)
	}
	if faults := report.FaultRows(&s.summary); len(faults) > 0 {
		errs = append(errs, writeTo(filepath.Join(s.Folder, "faults.md"), func(f *os.File) error {
			report.WriteFaults(f, faults)
			return nil
		}))
	}
	if len(s.summary.Scenarios) > 0 {
		errs = append(errs, writeTo(filepath.Join(s.Folder, "report.html"), func(f *os.File) error {
			return report.WriteHTML(f, &s.summary, s.verdicts())
		}))
		fmt.Fprintln(s.progress)
		explored := report.Explored(&s.summary)
		if explored != nil {
			errs = append(errs, report.WriteExplored(s.Folder, explored))
			report.WriteExploration(s.progress, explored)
		}
		switch {
		case s.summary.OnlyExplored(), s.summary.IsMeasurement(), len(bugs) > 0, s.summary.OnlyOutside():
		case s.summary.OnlyPlanted():
			report.WriteMutants(s.progress, &s.summary)
		default:
			report.WriteMatrix(s.progress, &s.summary)
			if len(s.summary.Mutants) > 0 {
				fmt.Fprintln(s.progress)
				report.WriteMutants(s.progress, &s.summary)
			}
		}
		fmt.Fprintf(s.progress, "\nreport: %s\n", filepath.Join(s.Folder, "report.html"))
	}
	return errors.Join(errs...)
}

// settleLeaks adds what is left at the session's end to what an exploration
// found. A container or a network that stays is an error; an empty network that
// the engine refuses to remove is the engine's own.
func (s *Session) settleLeaks(left engine.Holdings) error {
	if s.summary.Leaks != nil {
		s.summary.Leaks.AtEnd = slices.Concat(left.Containers, left.Networks)
		s.summary.Leaks.Stuck = left.Stuck
	}
	if left.Empty() {
		return nil
	}
	return fmt.Errorf("the session is over and the engine still has %s", left)
}

// explored notes what an exploration left behind, for the session's summary.
func (s *Session) explored(l *report.Leaks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.summary.Leaks = l
}

// verdicts reads the results of all runs, as they were written. They are not
// kept: a session may have hundreds, and each holds on to its history. One that
// cannot be read is shown by its summary.
func (s *Session) verdicts() map[string]*checker.Result {
	all := map[string]*checker.Result{}
	for _, sc := range s.summary.Scenarios {
		var r checker.Result
		b, err := os.ReadFile(filepath.Join(s.Folder, sc.Folder, "verdict.json"))
		if err == nil && json.Unmarshal(b, &r) == nil {
			all[sc.Folder] = &r
		}
	}
	return all
}

// pointLatest makes runs/latest name the newest session.
func pointLatest(runs, folder string) error {
	tmp, err := os.MkdirTemp(runs, ".latest-")
	if err != nil {
		return fmt.Errorf("pointing runs/latest to this session: %w", err)
	}
	defer os.RemoveAll(tmp)
	link := filepath.Join(tmp, "latest")
	if err := os.Symlink(filepath.Base(folder), link); err != nil {
		return fmt.Errorf("pointing runs/latest to this session: %w", err)
	}
	if err := os.Rename(link, filepath.Join(runs, "latest")); err != nil {
		return fmt.Errorf("pointing runs/latest to this session: %w", err)
	}
	return nil
}

// versions are those of what a run with that version of Pulsar runs on.
func (p *Pool) versions(version, image string) map[string]string {
	all := map[string]string{
		"go": runtime.Version(), "engine": p.engine.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH,
		"redis_image": p.images.Redis, "programs_image": p.images.Programs,
	}
	if image != "" {
		all["pulsar_image"] = image
	}
	if images.PulsarIsKnown(version) || p.existing != nil {
		all["pulsar"] = version
	}
	return all
}
