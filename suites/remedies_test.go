package suites

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// remediesVariable asks for what `make remedies` runs.
const remediesVariable = "TURNSTILE_REMEDIES"

// TestRemedies: wherever a scenario without a guard refutes exclusivity, the same
// scenario with the guard fenced keeps what users feel: nobody is sent a text
// twice, no write is lost, and no rule is broken. The twins are made of the
// claims, beside those that are written out in the tables. Where the guard fenced
// leaves effects or rules to chance (fenced-text-is-out), there is one with the guard
// intended besides, with which they hold. They run only when asked for (`make
// remedies`), and REMEDIES.md counts what came of them.
func TestRemedies(t *testing.T) {
	mustBeAsked(t, remediesVariable)
	t.Parallel()
	verifyModes(t)
}

// remediesClaims are the fenced twins that the tables lack, and the intended ones.
func remediesClaims() (twins []harness.Scenario) {
	all := allClaims()
	written := map[string]bool{}
	for _, sc := range all {
		written[string(sc.Mode)+sc.Name] = true
	}
	for _, sc := range all {
		if !needsFence(sc) || orchestrator.CheckLock(cmp.Or(sc.Lock, fault.DefaultLock), mode.Fenced) != nil {
			continue
		}
		if twin := fencedTwin(sc); !written[string(twin.Mode)+twin.Name] {
			twins = append(twins, twin)
		}
	}
	for _, sc := range slices.Concat(all, twins) {
		if sc.Guard == mode.Fenced && (sc.Expect.Of(Effects) == Open || sc.Expect.Of(Rules) == Open) {
			twins = append(twins, intendedTwin(sc))
		}
	}
	return twins
}

// intendedTwin is a fenced scenario with the guard intended.
func intendedTwin(sc harness.Scenario) harness.Scenario {
	sc.Name = strings.Replace(sc.Name, "fenced", "intended", 1)
	sc.Guard, sc.Smoke = mode.Intended, false
	sc.Expect = sc.Expect.But(Holds, Effects, Duplicates, Rules)
	return sc
}

func needsFence(sc harness.Scenario) bool {
	return sc.Guard == "" && sc.Expect.Of(Exclusivity) == Refuted
}

// fencedTwin is the scenario with the guard fenced. Exclusivity and order are as
// they are without it, and where order is not kept, effects and rules are left to
// chance (see the package comment).
func fencedTwin(sc harness.Scenario) harness.Scenario {
	kept := Open
	if sc.Expect.Of(Order) == Holds {
		kept = Holds
	}
	sc.Name += ", fenced"
	sc.Guard, sc.Smoke = mode.Fenced, false
	sc.Expect = sc.Expect.But(kept, Effects, Rules).But(Holds, Duplicates)
	return sc
}

// TestEveryRefutedCellHasAFencedTwin needs no Docker. A cell is a mode and a
// fault. Locks without fencing tokens are refused with the guard, and have no twin.
func TestEveryRefutedCellHasAFencedTwin(t *testing.T) {
	type cell struct {
		mode  mode.Mode
		fault string
	}
	fenced := map[cell]bool{}
	for _, sc := range append(allClaims(), remediesClaims()...) {
		if sc.Guard == mode.Fenced {
			fenced[cell{sc.Mode, sc.FaultKind()}] = true
		}
	}
	for _, sc := range allClaims() {
		if c := (cell{sc.Mode, sc.FaultKind()}); needsFence(sc) && !fenced[c] {
			t.Errorf("%s / %s claims that exclusivity is refuted under %s, and no scenario shows what the guard fenced restores there", sc.Mode, sc.Name, c.fault)
		}
	}
	if len(fenced) < 30 {
		t.Errorf("%d cells have a fenced scenario", len(fenced))
	}
}
