package harness

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"turnstile/checker/history"
	"turnstile/checker/levels"
	"turnstile/fault"
	"turnstile/harness/report"
	"turnstile/harness/system"
)

// SystemRun is what became of one run of a foreign system.
type SystemRun struct {
	Name    string // of the scenario
	Fault   string
	Dir     string // the run folder
	Took    time.Duration
	Seed    uint64
	History *history.History // nil: the run left none
	Check   *levels.Result   // nil: there is nothing to judge
	Err     error            // why the run itself failed, if it did
	Wrong   []string         // what a trial of a bug did not show as it should
	Ended   []system.Ended   // how containers ended that did not as they should
	Outcome report.Outcome   // all of it, for reports
}

// RunSystem carries a scenario of a foreign system through, reads back what was
// recorded, and judges it by what can be seen from outside. The command is what a
// person gives to have it again.
func (s *Session) RunSystem(ctx context.Context, sc Scenario, command string) *SystemRun {
	return s.runSystem(ctx, sc, s.Seed(), command)
}

func (s *Session) runSystem(ctx context.Context, sc Scenario, seed uint64, command string) *SystemRun {
	r := &SystemRun{Name: sc.Name, Fault: sc.FaultKind(), Seed: seed}
	command = sc.environment(r.Seed) + " " + command
	full, err := sc.withDefaults()
	if err == nil {
		full.System, err = s.pool.withImage(ctx, *full.System, s.Folder)
	}
	if err == nil {
		r.Dir, err = makeRunFolder(s.Folder, full.System.Name+" "+string(full.Mode)+" "+full.Name, seed)
	}
	if err != nil {
		r.begun(sc, command, s.summary.Versions)
		r.Outcome.Folder, r.Err = "", err
		r.ended()
		return r
	}
	image, err := s.pool.pulsarImage(ctx, full.Pulsar)
	versions := s.pool.versions(full.Pulsar, image)
	r.begun(full, command, versions)
	if err == nil {
		err = writeJSON(filepath.Join(r.Dir, "run.json"), map[string]any{
			"scenario": full.record(seed), "seed": seed, "command": command,
			"versions": versions, "started": time.Now().UTC(),
		})
	}
	if err == nil {
		r.Took, err = s.pool.runUnlessHung(ctx, full, seed, r.Dir)
	}
	h, herr := history.ReadFile(filepath.Join(r.Dir, report.HistoryFile))
	if herr == nil {
		r.History = h
	} else if err == nil {
		err = herr
	}
	if h != nil {
		err = errors.Join(err, r.judge(full))
	}
	if r.Err = err; err == nil {
		r.Err = os.RemoveAll(filepath.Join(r.Dir, partsFolder))
	}
	r.ended()
	return r
}

// SystemScenario is a scenario of a foreign system in one of its modes: its
// replicas under the usual load, and a fault, or none if it is nil.
func SystemScenario(m *system.Manifest, base Scenario, f fault.Fault) Scenario {
	base.System, base.Expect = m, All(report.Any)
	if base.Workers == 0 {
		base.Workers = m.Replicas
	}
	if base.Load == (Load{}) {
		base.Load = systemLoad(f, base.Workers)
	}
	if f != nil { // of a schedule, a step that misses is on record, and no error
		plan := fault.Plan{Mode: string(base.Mode), Workers: base.Workers, Settings: base.Settings, Load: base.Load, Faults: asSchedule(f)}
		base.Fault, base.Plan = plan.Faults, &plan
	}
	if base.Name == "" {
		base.Name = base.FaultKind()
	}
	return base
}

// systemLoad is the load of a system with so many workers.
//
// Under a fault it has one user to aim at: how many users a container handles beside
// each other nobody has said, and one that is held for one of them may be who has
// another.
//
// Where nothing disturbs it, one user has more events than there is time for, and few
// others are there: whoever deals work out without regard to its user soon gives two
// workers the same one. Every other event of his is a campaign, to be handled beside or
// behind purchases by whatever makes a difference between them. It is short: a worker
// that has to do all of it alone has done so before anybody stands still for long.
//
// Where others join, they are given those of whom somebody had messages in hand, or
// nobody: more users are aimed at then, each of them kept by whom it comes to, and the
// users are many, with fewer events each, so that many wait behind those that are kept.
func systemLoad(f fault.Fault, workers int) Load {
	l := fault.DefaultLoadUnderFault()
	l.Aimed, l.Ordinary = 1, l.Users()-1
	if f != nil && f.Spec().Needs().Adds {
		l.Aimed, l.Ordinary, l.Burst, l.Every = 8, 2*l.Ordinary-7, 1, 500*time.Millisecond
	}
	if f == nil {
		l.Ordinary, l.Burst, l.Every = 4, 4, 320*time.Millisecond
		l.LatencyMin, l.LatencyMax = 90*time.Millisecond, 110*time.Millisecond
		l.Warmup, l.Tail = 1500*time.Millisecond, time.Second
		l.Campaigns = true
	}
	// SHARED deals events out in turn, and with a multiple of the workers, who come in
	// turn too, each worker would get the same users again and again.
	for workers > 1 && l.Users()%workers == 0 {
		l.Ordinary++
	}
	return l
}

func asSchedule(f fault.Fault) fault.Schedule {
	if s, ok := f.(fault.Schedule); ok {
		return s
	}
	return fault.Schedule{{Fault: f}}
}
