package harness

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/fault"
	"turnstile/harness/report"
	"turnstile/harness/system"
)

// SystemTrial is a bug of a foreign system, planted, or the same without it.
type SystemTrial struct {
	System  *system.Manifest
	Bug     system.Bug
	Without bool
}

// bugWorks is how long a section goes on in which a worker is to be killed, while
// the others of that worker come and go.
const bugWorks = 700 * time.Millisecond

// Name is what reports call it.
func (t SystemTrial) Name() string {
	if !t.Without {
		return t.Bug.Name
	}
	if t.Bug.Fault != "" {
		return fmt.Sprintf("%s without a bug, under %s", t.Bug.Refutes, t.Bug.Fault)
	}
	return fmt.Sprintf("%s without a bug", t.Bug.Refutes)
}

// scenario is what the system is put through.
func (t SystemTrial) scenario() (Scenario, error) {
	name := t.Bug.Fault
	if name == "" {
		name = "none"
	}
	f, err := systemFault(name)
	if err != nil {
		return Scenario{}, fmt.Errorf("the bug %s of %s: %w", t.Bug.Name, t.System.Name, err)
	}
	if k, ok := f.(fault.Kill); ok {
		k.After = bugWorks // acknowledgements that clients put off go out before
		f = k
	}
	m := t.System.Unplanted(t.Bug)
	if !t.Without {
		m = t.System.Planted(t.Bug)
	}
	base := Scenario{Name: t.Name(), Mode: t.Bug.Mode, Load: t.load()}
	if base.partitions() > 0 {
		// By Java's hash users of consecutive names are dealt to the partitions in turn, so
		// that the aimed one shares its own with others. By the other it is there alone.
		base.Hashing = fault.HashingJava
	}
	sc := SystemScenario(&m, base, f)
	return sc, sc.Check()
}

// load is such that the bug must show if it is there. How many users there are is a
// prime number: SHARED deals events out in turn, and with a multiple of the workers,
// who come in turn too, each worker would get the same users again and again.
//
// Under a fault each of a user's events is a message by itself: a batch that is
// acknowledged in part comes again whole, and with it what was acknowledged too soon.
// They come so fast that others of the same user, and of the same partition, are there
// while one is held, and that each worker has had each user before; and by a period
// that has nothing in common with the publisher's, so that the turns change.
//
// Where sections are to overlap, two users have more events than there is time for,
// and there are more workers than these: whoever deals work out without regard to its
// user gives two workers the same one. Every other event is a campaign, to be handled
// beside or behind purchases by whatever makes a difference between them.
func (t SystemTrial) load() Load {
	l := DefaultLoad()
	l.Warmup, l.Tail = 2*time.Second, 2*time.Second
	switch {
	case t.Bug.Fault != "":
		l.Aimed, l.Ordinary, l.Burst, l.Every = 1, 10, 1, 113*time.Millisecond
	case t.Bug.Refutes == checker.Exclusivity:
		l.Aimed, l.Ordinary, l.Burst, l.Every = 2, 3, 3, 180*time.Millisecond
		l.LatencyMin, l.LatencyMax = 90*time.Millisecond, 110*time.Millisecond
		l.Tail = time.Second
		l.Campaigns = true
	default:
		l.Aimed, l.Ordinary = 4, 13
		l.Campaigns = true
	}
	return l
}

// Check refuses a trial that could not be carried out.
func (t SystemTrial) Check() error {
	_, err := t.scenario()
	return err
}

// RunSystemTrial carries a trial through, adds it to the session's summary, and
// says what is not as the bug's list has it.
func (s *Session) RunSystemTrial(ctx context.Context, t SystemTrial, test string) *SystemRun {
	s.mu.Lock()
	seed := s.summary.Seed + s.times[t.System.Name+"\x00"+test]
	s.times[t.System.Name+"\x00"+test]++
	s.mu.Unlock()
	r := &SystemRun{Seed: seed}
	sc, err := t.scenario()
	if err != nil {
		r.Err = err
		return r
	}
	r = s.runSystem(ctx, sc, seed, fmt.Sprintf("TURNSTILE_SYSTEM_BUGS=1 go test ./suites/... -count=1 -run '%s'", pattern(test)))
	o := report.Outcome{
		Name: t.System.Name + " / " + t.Name(), Mode: string(sc.Mode), Fault: sc.FaultKind(), Seed: seed, Folder: filepath.Base(r.Dir), WallS: r.Took.Seconds(), Events: r.Outcome.Events,
		Versions: s.summary.Versions, Properties: map[checker.Property]report.Property{},
		SystemBug: &report.SystemBug{
			System: t.System.Name, Name: t.Bug.Name, Does: t.Bug.Does, Without: t.Without, Refutes: t.Bug.Refutes, Level: int(t.Bug.Level),
		},
	}
	if r.Err != nil {
		o.Error = r.Err.Error()
	} else {
		for _, a := range r.Check.Levels {
			o.SystemBug.At = append(o.SystemBug.At, a.Of(t.Bug.Refutes).Verdict)
		}
		r.Wrong = t.wrong(r.Check)
		o.Passed = len(r.Wrong) == 0
		v := r.Check.Of(t.Bug.Refutes)
		want := checker.Refuted
		if t.Without {
			want = report.Unrefuted
		}
		o.Properties[t.Bug.Refutes] = report.Property{Expected: want, Verdict: v.Verdict, Reason: v.Reason}
		o.Evidence = report.Evidence{Opportunity: r.Check.Opportunity, Faults: r.Check.Faults, Findings: r.Check.Findings}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(o)
	report.WriteProgress(s.progress, o)
	return r
}

// wrong is what a trial did not show as it should: a bug must be refuted, by no
// level below the one that is said to see it, and be held by none that sees it;
// without it, nothing is refuted.
func (t SystemTrial) wrong(r *levels.Result) (all []string) {
	v := r.Of(t.Bug.Refutes)
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if t.Without {
		if v.Verdict == checker.Refuted {
			say("%s is refuted without the bug, too, at %s: %s", t.Bug.Refutes, v.Level, v.Reason)
		}
		return all
	}
	switch {
	case v.Verdict != checker.Refuted:
		say("%s is %s: %s", t.Bug.Refutes, v.Verdict, v.Reason)
	case v.Level < t.Bug.Level:
		say("%s is refuted at %s already, and the list says that none below level %d sees it: %s", t.Bug.Refutes, v.Level, t.Bug.Level, v.Reason)
	}
	for _, a := range r.Levels[t.Bug.Level:] {
		if v := a.Of(t.Bug.Refutes); v.Verdict == checker.Holds {
			say("%s holds by %s, which sees it: %s", t.Bug.Refutes, a.Level, v.Reason)
		}
	}
	return all
}
