package harness

import (
	"strings"
	"testing"
	"time"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/system"
)

// judgedAs is what levels 0, 1 and on say of exclusivity.
func judgedAs(at ...checker.Verdict) *levels.Result {
	r := &levels.Result{}
	for l, v := range at {
		of := levels.Verdict{Level: levels.Level(l), PropertyVerdict: checker.PropertyVerdict{Property: checker.Exclusivity, Verdict: v}}
		if l > 0 {
			if below := r.Levels[l-1].Of(checker.Exclusivity); below.Decided() {
				of.Level = below.Level
			}
		}
		r.Levels = append(r.Levels, levels.AtLevel{Level: levels.Level(l), Verdicts: []levels.Verdict{of}})
		r.Verdicts = r.Levels[l].Verdicts
	}
	return r
}

func TestWhatATrialOfABugDidNotShowIsTold(t *testing.T) {
	const u, r, h = checker.Unknown, checker.Refuted, checker.Holds
	for _, c := range []struct {
		name    string
		without bool
		said    *levels.Result
		wrong   []string
	}{
		{"it is refuted by the level that sees it", false, judgedAs(u, r, r), nil},
		{"it is refuted by one above", false, judgedAs(u, u, r), nil},
		{"by one below", false, judgedAs(r, r, r), []string{"refuted at level 0"}},
		{"by none", false, judgedAs(u, u, u), []string{"exclusivity is unknown"}},
		{"it holds by those that see it", false, judgedAs(u, h, h), []string{"exclusivity is holds", "holds by level 1", "holds by level 2"}},
		{"without it nothing is refuted", true, judgedAs(u, u, h), nil},
		{"without it nothing is known", true, judgedAs(u, u, u), nil},
		{"without it the same is refuted", true, judgedAs(u, u, r), []string{"without the bug, too"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			trial := SystemTrial{Bug: system.Bug{Name: "b", Refutes: checker.Exclusivity, Level: levels.Store}, Without: c.without}
			got := trial.wrong(c.said)
			if len(got) != len(c.wrong) {
				t.Fatalf("told %q, want %q", got, c.wrong)
			}
			for i, want := range c.wrong {
				if !strings.Contains(got[i], want) {
					t.Errorf("told %q, want %q", got[i], want)
				}
			}
		})
	}
}

func TestABugIsTriedUnderItsFault(t *testing.T) {
	m := manifest(t, anyones)
	bug := system.Bug{Name: "b", Does: "wrong", Mode: mode.KeyShared, Fault: "kill", Refutes: checker.Delivery, Level: levels.Store}
	sc, err := SystemTrial{System: m, Bug: bug}.scenario()
	if err != nil || sc.FaultKind() != "kill" || sc.System.Environment[system.BugVariable] != "b" || sc.Load.Burst != 1 {
		t.Errorf("it is %+v (%v)", sc, err)
	}
	if sc, err = (SystemTrial{System: m, Bug: bug, Without: true}).scenario(); err != nil || sc.System.Environment[system.BugVariable] != "" {
		t.Errorf("without it is %+v (%v)", sc, err)
	}
	bug.Fault = "earthquake"
	if err := (SystemTrial{System: m, Bug: bug}).Check(); err == nil || !strings.Contains(err.Error(), "the bug b of orders") {
		t.Errorf("said %v", err)
	}
}

// TestInATrialNothingKeepsWhatABugNeedsFromHappening: the users do not go round with
// the workers, the aimed one has others on its partition, and there is more to do for
// it than there is time for where sections are to overlap.
func TestInATrialNothingKeepsWhatABugNeedsFromHappening(t *testing.T) {
	m := manifest(t, anyones)
	m.Modes[string(mode.Failover)] = nil
	for _, p := range checker.Properties() {
		for _, of := range []system.Bug{{Mode: mode.KeyShared}, {Mode: mode.Failover, Fault: "kill"}} {
			of.Name, of.Refutes = "b", p
			sc, err := SystemTrial{System: m, Bug: of}.scenario()
			if err != nil {
				t.Fatal(err)
			}
			l := sc.Load
			for workers := 2; workers <= 4; workers++ {
				if l.Users()%workers == 0 {
					t.Errorf("%s: %d users are dealt to %d workers in the same turns", p, l.Users(), workers)
				}
			}
			work := time.Duration(l.Aimed*l.Burst) * (l.LatencyMin + l.LatencyMax) / 2
			if p == checker.Exclusivity && of.Fault == "" && (work <= time.Duration(m.Replicas)*l.Every || l.Aimed >= m.Replicas) {
				t.Errorf("%d users have %s of work every %s for %d workers", l.Aimed, work, l.Every, m.Replicas)
			}
			if of.Mode == mode.Failover {
				if others := beside(userName(0), l.Users(), sc.partitions()); sc.Hashing != fault.HashingJava || len(others) < 2 {
					t.Errorf("by the hash %q the aimed user shares its partition with %v", sc.Hashing, others)
				}
			}
		}
	}
}

// beside are the users on the same partition as one of them, by Java's hash.
func beside(user string, users, partitions int) (others []string) {
	of := func(key string) int {
		var h int32
		for _, c := range []byte(key) {
			h = 31*h + int32(c)
		}
		return int(h&0x7fffffff) % partitions
	}
	for u := range users {
		if name := userName(u); name != user && of(name) == of(user) {
			others = append(others, name)
		}
	}
	return others
}
