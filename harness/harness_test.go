package harness

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"turnstile/checker"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/fixtures/pulsar"
	"turnstile/harness/report"
)

func TestScenariosThatMakeNoSenseAreRefused(t *testing.T) {
	for _, c := range []struct {
		name     string
		scenario Scenario
		says     string
	}{
		{"an unknown mode", Scenario{Name: "x", Mode: "exclusive", Expect: AllHold}, `unknown mode "exclusive"`},
		{"an unknown guard", Scenario{Name: "x", Mode: mode.Shared, Guard: "prayer", Expect: AllHold}, fmt.Sprintf(`unknown guard "prayer": the guards are %v; a new one is described in fixtures/orchestrator/mode/guards.go`, mode.Guards())},
		{"an expectation of a property that there is not", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold.But(checker.Refuted, "beauty")}, `unknown property "beauty": the properties are`},
		{"a property without an expectation", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold.But("", checker.Order)}, "order"},
		{"an expectation that is no answer", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold.But(checker.Vacuous, checker.Exclusivity)}, "vacuous"},
		{"a cluster that cannot be", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Cluster: pulsar.Shape{Brokers: 2, Bookies: 2}}, "a cluster of 2 bookies: it has 1, or 3"},
		{"a fault on locks in a mode without", Scenario{Name: "x", Mode: mode.KeyShared, Expect: AllHold, Fault: fault.LockFlush{}}, "works where workers take locks only"},
		{"a classic dispatcher of another mode", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Settings: Settings{Classic: true}}, "classic has a meaning where the subscription is KEY_SHARED only"},
		{"a classic dispatcher on a cluster", Scenario{Name: "x", Mode: mode.KeyShared, Expect: AllHold, Settings: Settings{Classic: true}, Cluster: pulsar.Shape{Brokers: 2, Bookies: 1}}, "use the mode keyshared on a standalone broker"},
		{"a setting below its least", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Settings: Settings{Lanes: -1}}, "lanes is -1: give 1 to 64"},
		{"a load of nobody", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Load: Load{Burst: 1, Every: time.Second}}, "give some users"},
		{"a broker's setting by which it is found", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Settings: Settings{Broker: map[string]string{"webServicePort": "1"}}}, "the setting webServicePort of the broker is set by the fixtures"},
		{"links to a cluster that it leads around", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Settings: Settings{Links: fault.LinksProxy}, Cluster: pulsar.Shape{Brokers: 2, Bookies: 1}}, "around such a link"},
		{"a fault that needs more brokers than there are", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Fault: fault.Transfer{}}, "needs 2 brokers"},
		{"a fault of locks where there are none", Scenario{Name: "x", Mode: mode.KeyShared, Expect: AllHold, Fault: fault.LinkCut{Of: fault.ToLocks, For: time.Second}}, "where workers take locks only"},
		{"an unknown lock", Scenario{Name: "x", Mode: mode.Lock, Expect: AllHold, Settings: Settings{Lock: "padlock"}}, `the lock is "padlock": give turnstile`},
		{"the guard fenced on a lock without tokens", Scenario{Name: "x", Mode: mode.Lock, Guard: mode.Fenced, Expect: AllHold, Settings: Settings{Lock: "redislock"}}, "the lock redislock gives no fencing token"},
		{"a bug that is unknown", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Mutant: "typo"}, `unknown mutant "typo"`},
		{"a bug of the lock where there is none", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Mutant: mutants.LockIgnored}, "the mode shared takes no locks"},
		{"a bug of the guard where there is none", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Mutant: mutants.EpochUnshown}, "the guard none shows no epochs"},
		{"a bug of the configuration that changes nothing", Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Mutant: TypeShared}, "subscribe as SHARED anyway"},
		{"no name", Scenario{Mode: mode.Shared, Expect: AllHold}, "no name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := c.scenario.withDefaults(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error that says %s", err, c.says)
			}
		})
	}
}

func TestTheRecordNamesTheGuardAndWhereItsEpochsComeFrom(t *testing.T) {
	for _, c := range []struct {
		mode   mode.Mode
		guard  mode.Guard
		epochs string
	}{
		{mode.KeyShared, "", ""},
		{mode.KeyShared, mode.Fenced, "a counter at the state store"},
		{mode.Lock, mode.Unguarded, ""},
		{mode.Lock, mode.Fenced, "the lock's fencing token"},
	} {
		s, err := Scenario{Name: "x", Mode: c.mode, Guard: c.guard, Expect: AllHold}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		want := cmp.Or(c.guard, mode.Unguarded)
		if r := s.record(1); r.Guard != string(want) || r.Settings["guard.epochs"] != c.epochs {
			t.Errorf("%s with guard %q: recorded guard %q, epochs from %q", c.mode, c.guard, r.Guard, r.Settings["guard.epochs"])
		}
	}
}

func TestAScenarioWithAFaultRequiresThatItBites(t *testing.T) {
	with, err := Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold, Fault: fault.Kill{}}.withDefaults()
	if err != nil || !with.Require.FaultBites {
		t.Errorf("with a fault: require=%+v err=%v", with.Require, err)
	}
	without, err := Scenario{Name: "x", Mode: mode.Shared, Expect: AllHold}.withDefaults()
	if err != nil || without.Require.FaultBites {
		t.Errorf("without a fault: require=%+v err=%v", without.Require, err)
	}
}

func TestOnlyAnswersMeetAnExpectation(t *testing.T) {
	all := []checker.Verdict{checker.Holds, checker.Refuted, checker.Unknown, checker.Vacuous}
	for _, want := range []checker.Verdict{checker.Holds, checker.Refuted, report.Open} {
		for _, got := range all {
			p := report.Property{Expected: want, Verdict: got}
			answer := got == checker.Holds || got == checker.Refuted
			if expect := answer && (want == report.Open || got == want); p.Met() != expect {
				t.Errorf("expected %s, verdict %s: met=%t", want, got, p.Met())
			}
		}
	}
}

func passing() *Result {
	r := &Result{Outcome: report.Outcome{Fault: "kill", Properties: map[checker.Property]report.Property{}},
		Check: &checker.Result{Faults: []checker.FaultEvidence{{Fault: "kill-1", Bitten: true}}}}
	for _, p := range checker.Properties() {
		r.Properties[p] = report.Property{Expected: checker.Holds, Verdict: checker.Holds}
	}
	return r
}

func TestAScenarioPassesOnlyIf(t *testing.T) {
	for _, c := range []struct {
		name   string
		breaks func(*Result)
		says   string // empty: passes
	}{
		{"everything is as expected", func(*Result) {}, ""},
		{"no verdict differs", func(r *Result) {
			r.Properties[checker.Order] = report.Property{Expected: checker.Holds, Verdict: checker.Vacuous}
		}, "order: expected holds, the verdict is vacuous"},
		{"the fault bit", func(r *Result) {
			r.Check.Faults[0] = checker.FaultEvidence{Fault: "kill-1", Missing: []string{"no death"}}
		}, "no death"},
		{"the fault was injected", func(r *Result) { r.Check.Faults = nil }, "never injected"},
		{"the run did not fail", func(r *Result) { r.Err = errors.New("w3 hung") }, "w3 hung"},
		{"what is refuted was not so before the fault", func(r *Result) {
			r.Evidence.Faults = r.Check.Faults
			r.Mode = "keyshared"
			r.Properties[checker.Exclusivity] = report.Property{Expected: checker.Refuted, Verdict: checker.Refuted, Before: []string{"kill-1"}}
		}, "violated before kill-1 had begun"},
		{"or it is refuted without a fault, too", func(r *Result) {
			r.Evidence.Faults = r.Check.Faults
			r.Mode = "shared"
			r.Properties[checker.Exclusivity] = report.Property{Expected: checker.Refuted, Verdict: checker.Refuted, Before: []string{"kill-1"}}
		}, ""},
		{"or no claim is made of it", func(r *Result) {
			r.Evidence.Faults = r.Check.Faults
			r.Mode = "keyshared"
			r.Properties[checker.Exclusivity] = report.Property{Expected: report.Open, Verdict: checker.Refuted, Before: []string{"kill-1"}}
		}, ""},
		{"or some fault had begun", func(r *Result) {
			r.Mode = "keyshared"
			r.Check.Faults = append(r.Check.Faults, checker.FaultEvidence{Fault: "kill-2", Bitten: true})
			r.Evidence.Faults = r.Check.Faults
			r.Properties[checker.Exclusivity] = report.Property{Expected: checker.Refuted, Verdict: checker.Refuted, Before: []string{"kill-2"}}
		}, ""},
		{"the planted bug did something", func(r *Result) { r.Mutant = "ack-all" }, "the bug ack-all was planted and has changed nothing"},
		{"or did, and said so", func(r *Result) { r.Mutant, r.acted = "ack-all", true }, ""},
		{"there was a history", func(r *Result) { r.Check = nil }, "no verdict"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := passing()
			c.breaks(r)
			got := strings.Join(r.Problems(), "\n")
			if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
				t.Errorf("problems %q, want %q", got, c.says)
			}
		})
	}
}

func TestARunWhoseHistoryIsCutShortFailsAndSaysWhere(t *testing.T) {
	r := passing()
	r.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(r.Dir, "history.jsonl.gz"), []byte(`{"format":"turnstile-history","version":1}`+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r.settle(Scenario{Expect: AllHold}, nil)
	if r.Passed || !strings.Contains(r.Error, "history.jsonl") || !strings.Contains(r.Error, "cut short") {
		t.Errorf("passed=%t error=%q", r.Passed, r.Error)
	}
}

func TestTheSameSeedDrawsTheSameEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		a, b := drawEvents(DefaultLoad(), seed), drawEvents(DefaultLoad(), seed)
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("event %d: %+v and %+v", i, a[i], b[i])
			}
		}
	})
}

func TestTheFirstEventsOfEachRunPutEachRuleToTheTest(t *testing.T) {
	d := newDraw(DefaultLoad(), 42)
	reasons := map[string]bool{}
	for u := d.load.Aimed; u < d.load.Users(); u++ {
		var s journey.State
		for range 6 {
			decision := journey.Decide(s, d.next(u))
			s = decision.NewState
			reasons[decision.Reason] = true
			d.counts[u]++
		}
	}
	for _, r := range []string{journey.ReasonSent, journey.ReasonStopped, journey.ReasonWelcomed, journey.ReasonPurchased, journey.ReasonQuietHours, journey.ReasonCapped} {
		if !reasons[r] {
			t.Errorf("no text is held back for %q", r)
		}
	}
}

func TestEveryEventOfAnAimedUserLeadsToASend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var state journey.State
		l := DefaultLoad()
		l.Campaigns = rapid.Bool().Draw(t, "campaigns")
		for _, e := range drawEvents(l, rapid.Uint64().Draw(t, "seed")) {
			if e.User != userName(0) {
				continue
			}
			d := journey.Decide(state, e)
			if d.Text == "" {
				t.Fatalf("%+v leads to no send: %s", e, d.Reason)
			}
			state = d.NewState
		}
	})
}

func drawEvents(l Load, seed uint64) []journey.Event {
	p := newDraw(l, seed)
	var events []journey.Event
	for range 20 {
		for u := range p.load.Users() {
			events = append(events, p.next(u))
			p.counts[u]++
		}
	}
	return events
}

func TestThePatternOfATestPicksIt(t *testing.T) {
	for _, name := range []string{"TestLock/no_fault", "TestLock/the_lock's_lifetime_runs_out_mid-flight", "TestX/a+b_(c)"} {
		parts := strings.Split(pattern(name), "/")
		for i, want := range strings.Split(name, "/") {
			re := regexp.MustCompile(parts[i])
			if !re.MatchString(want) || re.MatchString(want+"x") || re.MatchString("x"+want) {
				t.Errorf("%s: the part %q does not pick %q alone", name, parts[i], want)
			}
		}
	}
}

func TestASeedThatIsNoNumberIsRefused(t *testing.T) {
	t.Setenv(SeedVariable, "abc")
	if _, err := seedFromEnvironment(); err == nil || !strings.Contains(err.Error(), SeedVariable) {
		t.Errorf("got %v, want an error that names %s", err, SeedVariable)
	}
	t.Setenv(SeedVariable, "42")
	if seed, err := seedFromEnvironment(); err != nil || seed != 42 {
		t.Errorf("got %d, %v, want 42", seed, err)
	}
}

func TestRunFoldersOfOneScenarioAndSeedDoNotCollide(t *testing.T) {
	parent := t.TempDir()
	a, err := makeRunFolder(parent, "A fault: once", 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := makeRunFolder(parent, "A fault: once", 1)
	if err != nil {
		t.Fatal(err)
	}
	if a == b || filepath.Base(a) != "a-fault-once-1" {
		t.Errorf("folders %s and %s", a, b)
	}
}

func TestARunFolderLiesWhereItShouldWhateverItsName(t *testing.T) {
	parent := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.Just("../../etc/\x00"), rapid.StringN(300, 400, -1), rapid.StringMatching(`[a-z]{200,300}`)).Draw(t, "name")
		folder, err := makeRunFolder(parent, name, 1)
		if err != nil || filepath.Dir(folder) != parent {
			t.Fatalf("the run %q is put at %s (%v)", name, folder, err)
		}
	})
}

func TestNoScenarioWithAFaultHoldsUnlessItBites(t *testing.T) {
	explored, err := Explore(fault.Plan{Mode: "keyshared", Faults: fault.Schedule{{Fault: fault.Kill{}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Scenario{explored, {Name: "x", Mode: mode.KeyShared, Fault: fault.Kill{}, Unaimed: true, Expect: AllHold}} {
		full, err := s.withDefaults()
		if err != nil || !full.Require.FaultBites {
			t.Errorf("%s: %v, requires %+v", s.Name, err, full.Require)
		}
	}
}

func TestARefutationIsExplainedByFaultsThatHadBegunAlone(t *testing.T) {
	for _, c := range []struct {
		name      string
		mode      mode.Mode
		before    []string
		explained bool
	}{
		{"by one that breaks the mode, once it has begun", mode.KeyShared, []string{"kill-2"}, true},
		{"not by one that breaks the mode, before it has", mode.KeyShared, []string{"freeze-1"}, false},
		{"by what happens to whom a fault waits for", mode.Lock, []string{"freeze-1", "kill-2"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := &fault.Plan{Mode: string(c.mode), Faults: fault.Schedule{{Fault: fault.Freeze{AtLeast: time.Second}}, {Fault: fault.Kill{}}}}
			sc, err := Explore(*plan)
			if err != nil {
				t.Fatal(err)
			}
			r := passing()
			r.explored = true
			r.Check.Faults = []checker.FaultEvidence{{Fault: "freeze-1", Bitten: true}, {Fault: "kill-2", Bitten: true}}
			r.Properties[checker.Exclusivity] = report.Property{Expected: sc.Expect.Of(checker.Exclusivity), Verdict: checker.Refuted, Before: c.before}
			r.explain(sc)
			if got := r.Properties[checker.Exclusivity]; (got.Known != "") != c.explained || (len(r.Problems()) == 0) != c.explained {
				t.Errorf("explained by %q, problems %q", got.Known, r.Problems())
			}
		})
	}
}

func TestAPartitionThatTheBrokerDoesNotReadExplainsThatSomebodyStandsStill(t *testing.T) {
	sc, err := Explore(fault.Plan{Mode: string(mode.Failover), Faults: fault.Schedule{{Fault: fault.Kill{}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		stood     string
		property  checker.Property
		explained bool
	}{
		{"where there is one", "events-partition-1", checker.Progress, true},
		{"not where there is none", "", checker.Progress, false},
		{"and nothing else", "events-partition-1", checker.Delivery, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := passing()
			r.explored = true
			r.Check.Faults = []checker.FaultEvidence{{Fault: "kill-1", Bitten: true}}
			r.StoodStill = c.stood
			r.Properties[c.property] = report.Property{Expected: sc.Expect.Of(c.property), Verdict: checker.Refuted}
			r.explain(sc)
			if got := r.Properties[c.property]; (got.Known != "") != c.explained || (len(r.Problems()) == 0) != c.explained {
				t.Errorf("explained by %q, problems %q", got.Known, r.Problems())
			}
		})
	}
}

func TestOnlyASkipExplainsThatSomebodyOfKeySharedStandsStill(t *testing.T) {
	for _, c := range []struct {
		name      string
		fault     fault.Fault
		explained bool
	}{
		{"a skip", fault.Skip{Messages: 10}, true},
		{"not an event that is given up", fault.Poison{Times: 5, Given: true}, false},
		{"not a worker that dies", fault.Kill{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			known := Known(mode.KeyShared, mode.Unguarded, fault.Harms(c.fault), checker.Progress)
			if (known != "") != c.explained {
				t.Errorf("explained by %q", known)
			}
		})
	}
}
