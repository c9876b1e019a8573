package suites

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/fault"
	"turnstile/fixtures/images"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
	"turnstile/harness/report"
)

// tables are the claims, by the test that verifies them. Whatever goes over all
// scenarios goes over these.
var tables = map[string]func() []harness.Scenario{
	"TestShared":           sharedClaims,
	"TestLock":             lockClaims,
	"TestLocks":            locksClaims,
	"TestRenewed":          renewedClaims,
	"TestFailover":         failoverClaims,
	"TestKeyShared":        keySharedClaims,
	"TestKeySharedSticky":  keySharedStickyClaims,
	"TestCluster":          clusterClaims,
	"TestFaultsBroker":     faultsBrokerClaims,
	"TestFaultsCluster":    faultsClusterClaims,
	"TestFaultsConsumers":  faultsConsumersClaims,
	"TestFaultsDispatcher": faultsDispatcherClaims,
	"TestFaultsEverybody":  faultsEverybodyClaims,
	"TestFaultsLinks":      faultsLinksClaims,
	"TestFaultsLocks":      faultsLocksClaims,
	"TestFaultsOperations": faultsOperationsClaims,
}

// apart are tables that `make verify` leaves to targets of their own.
var apart = map[string]func() []harness.Scenario{
	"TestCancelled": cancelledClaims,
	"TestLoop":      loopClaims,
	"TestRemedies":  remediesClaims,
	"TestRetries":   retriesClaims,
	"TestVariants":  variantsClaims,
	"TestWire":      wireClaims,
}

// allIn is a table of scenarios of one mode.
func allIn(m mode.Mode, scenarios []harness.Scenario) []harness.Scenario {
	for i := range scenarios {
		scenarios[i].Mode = m
	}
	return scenarios
}

// allClaims are the scenarios of all tables.
func allClaims() (all []harness.Scenario) {
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		all = append(all, tables[name]()...)
	}
	return all
}

// everyClaim are those of the tables that stand apart, too.
func everyClaim() []harness.Scenario {
	all := allClaims()
	for _, name := range slices.Sorted(maps.Keys(apart)) {
		all = append(all, apart[name]()...)
	}
	return all
}

// everyTable are all tables, those that stand apart, too.
func everyTable() map[string]func() []harness.Scenario {
	all := maps.Clone(tables)
	maps.Copy(all, apart)
	return all
}

// tableOf is the table that a test verifies.
func tableOf(t *testing.T) []harness.Scenario {
	t.Helper()
	table := everyTable()[t.Name()]
	if table == nil {
		t.Fatalf("%s is not among the tables: add it there", t.Name())
	}
	return table()
}

// verify runs the scenarios of the test's table.
func verify(t *testing.T) { verifyAll(t, tableOf(t)) }

// verifyModes runs the scenarios of the test's table, a subtest for each mode.
func verifyModes(t *testing.T) { verifyByMode(t, tableOf(t)) }

// mustBeAsked skips the test unless the variable asks for it.
func mustBeAsked(t *testing.T, variable string) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skipf("skipped: set %s to run it", variable)
	}
}

// verifyByMode runs scenarios, a subtest for each mode.
func verifyByMode(t *testing.T, scenarios []harness.Scenario) {
	t.Helper()
	for _, m := range mode.Modes() {
		var of []harness.Scenario
		for _, s := range scenarios {
			if s.Mode == m {
				of = append(of, s)
			}
		}
		if len(of) > 0 {
			t.Run(string(m), func(t *testing.T) {
				t.Parallel()
				verifyAll(t, of)
			})
		}
	}
}

// smokeVariable asks for those scenarios alone that `make test` runs.
const smokeVariable = "TURNSTILE_SMOKE"

func smokeOnly() bool { return os.Getenv(smokeVariable) != "" }

// verifyAll runs scenarios as parallel subtests.
func verifyAll(t *testing.T, scenarios []harness.Scenario) {
	if testing.Short() {
		t.Skip("skipped: -short leaves out what needs Docker, and every scenario does")
	}
	if smokeOnly() {
		scenarios = slices.DeleteFunc(scenarios, func(sc harness.Scenario) bool { return !sc.Smoke })
	}
	if which := os.Getenv(aimingVariable); which != "" {
		var err error
		if scenarios, err = measured(scenarios, which); err != nil {
			t.Fatal(err)
		}
	}
	for _, sc := range scenarios {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			if err := sc.Check(); errors.Is(err, fault.ErrLacks) {
				t.Skipf("skipped: %v", err)
			}
			s, err := session()
			if err != nil {
				t.Fatal(err)
			}
			r := s.Run(ctx, sc, t.Name())
			if r.NothingTried() { // unaimed, it may
				t.Skipf("skipped: every fault missed, so nothing was tried\nto repeat: %s", r.Command)
			}
			if problems := r.Problems(); len(problems) > 0 {
				t.Errorf("%s\nrun folder: %s\nto repeat: %s", strings.Join(problems, "\n"), r.Dir, r.Command)
			}
		})
	}
}

func TestEveryClaimHasANameOfItsOwnInItsModeAndGuard(t *testing.T) {
	seen := map[string]bool{}
	for _, sc := range everyClaim() {
		if sc.Mode == "" {
			t.Errorf("%q has no mode", sc.Name)
		}
		key := string(sc.Mode) + " / " + sc.Name
		if seen[key] {
			t.Errorf("%s is claimed twice", key)
		}
		seen[key] = true
	}
}

func TestEveryClaimMakesSense(t *testing.T) {
	t.Setenv(images.PulsarVariable, "") // what another version lacks is no mistake of the claim
	all := everyClaim()
	for _, sc := range all {
		if !sc.Unaimed && sc.Fault != nil {
			all = append(all, withoutAim(sc))
		}
	}
	for _, tr := range trials() {
		sc := tr.Scenario
		sc.Twin = tr.Name
		all = append(all, sc)
	}
	for _, sc := range all {
		if err := sc.Check(); err != nil {
			t.Error(err)
		}
	}
}

// TestRulesAreClaimedOnlyWithEffects: see the package comment.
func TestRulesAreClaimedOnlyWithEffects(t *testing.T) {
	for _, sc := range allClaims() {
		if e := sc.Expect; e.Of(Effects) != Holds && e.Of(Rules) == Holds {
			t.Errorf("%s / %s: effects are %s, and rules are claimed to hold: which user a fault strikes beside the aimed is chance", sc.Mode, sc.Name, e.Of(Effects))
		}
	}
}

// TestSmokeShowsBothAnswers: what `make test` runs has, for each mode, a
// scenario that claims exclusivity and one that claims that it is refuted.
func TestSmokeShowsBothAnswers(t *testing.T) {
	answers := map[mode.Mode]map[checker.Verdict]bool{}
	for _, sc := range allClaims() {
		if sc.Smoke {
			if answers[sc.Mode] == nil {
				answers[sc.Mode] = map[checker.Verdict]bool{}
			}
			answers[sc.Mode][sc.Expect.Of(Exclusivity)] = true
		}
	}
	for _, m := range mode.Modes() {
		if !answers[m][Holds] || !answers[m][Refuted] {
			t.Errorf("%s: of its smoke scenarios the claims of exclusivity are %v, want one that holds and one that is refuted", m, answers[m])
		}
	}
}

// TestEveryModeClaimsWhatItIsWithoutAFault: what reports take a mode to break by
// itself is what the suites claim of it.
func TestEveryModeClaimsWhatItIsWithoutAFault(t *testing.T) {
	claimed := map[mode.Mode]bool{}
	for _, sc := range allClaims() {
		if sc.Fault != nil || sc.Workers == 1 || sc.Classic || sc.Links != "" || sc.Guard != "" {
			continue
		}
		claimed[sc.Mode] = true
		for _, p := range checker.Properties() {
			v := sc.Expect.Of(p)
			if anyway := report.AnywayRefuted(string(sc.Mode), string(sc.Guard), p); (v == Refuted) != anyway && v != Open {
				t.Errorf("%s / %s claims that %s is %s, and reports take it to be refuted anyway: %t", sc.Mode, sc.Name, p, v, anyway)
			}
		}
	}
	for _, m := range mode.Modes() {
		if !claimed[m] {
			t.Errorf("%s: no scenario without a fault claims what the mode is by itself", m)
		}
	}
}
