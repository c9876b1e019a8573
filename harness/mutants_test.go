package harness

import (
	"path/filepath"
	"strings"
	"testing"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"

	"turnstile/checker/history"
	"turnstile/fixtures/images"
	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/harness/report"
)

func TestABugOfTheOrchestratorIsRunByTheWorkersThatHaveIt(t *testing.T) {
	for _, c := range []struct{ mutant, program, told string }{
		{"", images.OrchestratorProgram, ""},
		{mutants.LockIgnored, images.PlantedProgram, mutants.LockIgnored},
		{LockTTLShort, images.OrchestratorProgram, ""},
	} {
		s, env := Scenario{Mode: mode.Lock, Mutant: c.mutant, Load: DefaultLoad()}, map[string]string{"LOCK_TTL": "3s"}
		changed := s.misconfigure("w1", env)
		if s.program() != c.program || env["MUTANT"] != c.told || changed != (c.mutant == LockTTLShort) {
			t.Errorf("%q: runs %s, told %q, configured otherwise: %t", c.mutant, s.program(), env["MUTANT"], changed)
		}
	}
}

func TestABugOfTheConfigurationSaysWhenItChangesSomething(t *testing.T) {
	acts := 0
	acted := func() { acts++ }
	key := Scenario{Mutant: Unkeyed}.keys(acted)
	if k := key(journey.Event{ID: "u1-4", User: "u1"}); k != "u1" || acts != 0 {
		t.Errorf("the key is %q, acted %d times", k, acts)
	}
	if k := key(journey.Event{ID: "u1-5", User: "u1"}); k != "" || acts != 1 {
		t.Errorf("the key is %q, acted %d times", k, acts)
	}
	Scenario{}.mispublish(&pulsargo.ProducerOptions{}, acted)
	if acts != 1 {
		t.Error("without a bug something has acted")
	}
	if (Scenario{Mutant: BatchDefault}).mispublish(&pulsargo.ProducerOptions{}, acted); acts != 2 {
		t.Error("the batcher was not changed")
	}
	env := map[string]string{"SUBSCRIPTION": defaultSubscription}
	apart := Scenario{Mutant: SubscriptionApart}
	if apart.misconfigure("w2", env) || !apart.misconfigure(theStray, env) || env["SUBSCRIPTION"] != strayed(defaultSubscription) {
		t.Errorf("the subscription is %q", env["SUBSCRIPTION"])
	}
}

func TestWhetherAPlantedBugActedIsReadFromTheHistory(t *testing.T) {
	scenario := Scenario{Name: "x", Mode: mode.Lock, Mutant: mutants.LockIgnored, Twin: "y", Expect: AllHold}
	for _, c := range []struct {
		name  string
		of    string // the bug that says it has acted
		acted bool
	}{
		{"it says so", mutants.LockIgnored, true},
		{"another says so", mutants.AckAll, false},
		{"nobody says so", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Result{Dir: t.TempDir(), Outcome: report.Outcome{Mutant: scenario.Mutant}}
			events := []history.Event{{Kind: history.KindScenario, Src: history.SrcHarness, Domain: "d", Seq: 1, T: 1, Scenario: scenario.record(1)}}
			if c.of != "" {
				events = append(events, history.Event{Kind: history.KindNote, Src: history.SrcHarness, Domain: "d", Seq: 2, T: 2, Detail: map[string]string{mutants.Acted: c.of}})
			}
			if err := history.WriteFile(filepath.Join(r.Dir, report.HistoryFile), events); err != nil {
				t.Fatal(err)
			}
			r.settle(scenario, nil)
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			if told := strings.Contains(strings.Join(r.Problems(), "\n"), "has changed nothing"); r.acted != c.acted || told == c.acted {
				t.Errorf("acted: %t, want %t; told that it changed nothing: %t", r.acted, c.acted, told)
			}
		})
	}
}
