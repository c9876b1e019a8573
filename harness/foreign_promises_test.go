package harness

import (
	"strings"
	"testing"

	"turnstile/checker/history"
	"turnstile/checker/levels"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/system"
)

func TestAPromiseThatIsNotKeptOrCouldBeMadeIsToldWithWhatHangsOnIt(t *testing.T) {
	for _, c := range []struct {
		name     string
		kept     levels.Kept
		promised bool
		names    string
		reads    string
	}{
		{"made and kept", levels.Kept{Writes: 2}, true, "✓ names_event      each of 2 writes", "✓ reads_first      a read of the user's state came before"},
		{"kept and not made", levels.Kept{Writes: 2}, false, "→ promise it: without it order, delivery and progress are unknown", "→ promise it, if it keeps no copy"},
		{"made and not kept", levels.Kept{Writes: 2, Unnamed: 1, Words: "SET a b", Copies: true}, true, `– names_event      1 of 2 writes of a user's state name no event (one is "SET a b")`, "let it keep no copy, and write once"},
	} {
		both := promises(c.kept, &system.Manifest{Promises: system.Promises{NamesEvent: c.promised, ReadsFirst: c.promised}})
		for i, want := range []string{c.names, c.reads} {
			if line := both[i].line().String(); !strings.Contains(line, want) {
				t.Errorf("%s: it says %q, want %q", c.name, line, want)
			}
		}
	}
}

// The checker knows guards by their names alone.
func TestAWriteOfTheReferenceNamesItsSectionsEventButWithTheGuardThatFinishesWritesOfOthers(t *testing.T) {
	for _, g := range mode.Guards() {
		h := &history.History{Events: []history.Event{{Src: history.SrcHarness, Kind: history.KindScenario, Scenario: &history.Setup{Guard: string(g)}}}}
		if got := levels.Reference(h).NamesEvent; got != (g != mode.Intended) {
			t.Errorf("with the guard %s: %t", g, got)
		}
	}
}
