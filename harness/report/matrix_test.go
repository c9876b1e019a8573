package report

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"turnstile/checker"
)

func matrixOf(s *Summary) string {
	var b strings.Builder
	WriteMatrix(&b, s)
	return b.String()
}

// lineWith returns the first line that holds all of the words.
func lineWith(t *testing.T, text string, words ...string) string {
	t.Helper()
lines:
	for line := range strings.Lines(text) {
		for _, w := range words {
			if !strings.Contains(line, w) {
				continue lines
			}
		}
		return line
	}
	t.Fatalf("no line holds all of %q in:\n%s", words, text)
	return ""
}

func mustHave(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing from:\n%s", w, text)
		}
	}
}

func TestAnUnexpectedVerdictStandsOutInTheMatrix(t *testing.T) {
	s, _ := sample()
	out := matrixOf(s)
	if n := strings.Count(out, "≠ holds  "); n != 1 {
		t.Errorf("%d marks of an unexpected verdict where holds was claimed, want 1:\n%s", n, out)
	}
	mustHave(t, out, "≠ refuted", "10 scenarios: 7 as expected, 3 NOT as expected",
		"order is refuted ≠ holds expected: user u3: event u3-7 took effect before event u3-6",
		"folder:  lock-nothing-goes-wrong-42",
		"repeat:  TURNSTILE_SEED=42 go test ./suites/... -count=1 -run '^Testlock$/^nothing_goes_wrong$'")
	if strings.Contains(lineWith(t, out, "lock-expiry"), "FAIL") {
		t.Error("a refutation that was claimed counts as a failure")
	}
}

func TestAMissedFaultIsNamedWithWhatWasNotSeen(t *testing.T) {
	s, _ := sample()
	out := matrixOf(s)
	lineWith(t, out, "broker-pause", "MISSED", "FAIL")
	mustHave(t, out, "the fault MISSED: broker-pause-1: the broker dropped the frozen worker: not seen")
}

func TestARunThatFailedShowsItsError(t *testing.T) {
	s, _ := sample()
	out := matrixOf(s)
	mustHave(t, out, "the run failed: waiting for the gateway to answer: context deadline exceeded", "it was never begun")
	lineWith(t, out, "kill", "unknown", "MISSED", "FAIL")
}

func TestModesAndFaultsComeInOrder(t *testing.T) {
	s, _ := sample()
	out := matrixOf(s)
	at := -1
	for _, mode := range []string{"\nshared\n", "\nlock\n", "\nfailover\n", "\nkeyshared\n"} {
		i := strings.Index(out, mode)
		if i <= at {
			t.Errorf("%q is at %d, not after the mode before it (%d):\n%s", mode, i, at, out)
		}
		at = i
	}
	keyshared := out[at:]
	if strings.Index(keyshared, "no fault") > strings.Index(keyshared, "freeze") {
		t.Errorf("the undisturbed scenario does not come first:\n%s", keyshared)
	}
	mustHave(t, out, "a short stall of", "a stall longer") // two scenarios with one fault go by their names
}

func TestSeveralRunsOfOneScenarioShareARow(t *testing.T) {
	s := &Summary{}
	for i := range 10 {
		r := scenario("keyshared", "freeze", "a frozen consumer wakes", expect(checker.Refuted, checker.Holds, checker.Holds, checker.Refuted))
		r.Seed += uint64(i)
		r.Evidence.Opportunity.Handovers = 40 - i
		if i == 3 {
			r.Passed = false
			r.Properties[checker.Exclusivity] = Property{Expected: checker.Refuted, Verdict: checker.Holds, Reason: "it was not refuted"}
		}
		s.Scenarios = append(s.Scenarios, r)
	}
	out := matrixOf(s)
	lineWith(t, out, "freeze", "9 refuted", " 31h ", "FAIL 9/10")
	mustHave(t, out, "  1 holds   ", "1 scenario in 10 runs: 0 as expected, 1 NOT as expected (1 run)")
	s.Scenarios[3] = s.Scenarios[2]
	lineWith(t, matrixOf(s), "freeze", "refuted", "pass 10/10")
}

func TestAnyVerdictIsAsExpectedWhereNothingIsClaimed(t *testing.T) {
	r := scenario("failover", "kill", "healthy consumers exchange partitions", expect(checker.Refuted, checker.Holds, checker.Holds, checker.Refuted))
	r.Properties[checker.Order] = Property{Expected: Open, Verdict: checker.Refuted}
	table, _, _ := strings.Cut(matrixOf(&Summary{Scenarios: []Outcome{r}}), "\n\n")
	if strings.Contains(table, "≠") {
		t.Errorf("a verdict that nobody claims is marked as unexpected:\n%s", table)
	}
}

func TestTheMatrixFitsIntoATerminal(t *testing.T) {
	s, _ := sample()
	for i := range s.Scenarios {
		s.Scenarios[i].Seed = 4_294_967_295
	}
	table, _, _ := strings.Cut(matrixOf(s), "\n\n")
	for line := range strings.Lines(table) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > pageWidth() {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestThereIsNoColourWhereThereIsNoTerminal(t *testing.T) {
	s, _ := sample()
	f, err := os.Create(t.TempDir() + "/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	WriteMatrix(f, s)
	WriteProgress(f, s.Scenarios[0])
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if len(b) == 0 || strings.Contains(string(b), "\x1b") {
		t.Errorf("escape sequences, or nothing at all, in a file:\n%q", b)
	}
}

func TestColourNeitherWidensTheMatrixNorReplacesWords(t *testing.T) {
	s, _ := sample()
	gs := groups(s)
	coloured := matrix(gs, painter(true), mostLabel).String()
	if !strings.Contains(coloured, "\x1b[") {
		t.Fatal("a terminal gets no colour")
	}
	bare := coloured
	for _, code := range []string{"0", "1", "2", "32", "1;31"} {
		bare = strings.ReplaceAll(bare, "\x1b["+code+"m", "")
	}
	if want := matrix(gs, painter(false), mostLabel).String(); bare != want {
		t.Errorf("without its colour it says\n%s\nand plain\n%s", bare, want)
	}
}

func TestASummaryWithoutScenariosSaysSo(t *testing.T) {
	mustHave(t, matrixOf(&Summary{Seed: 7}), "no scenario was run", "seed 7")
}

func TestTheMatrixNamesTheRunsWhosePartitionsTheBrokerDidNotServe(t *testing.T) {
	s, _ := sample()
	if strings.Contains(matrixOf(s), "unloaded") {
		t.Error("it names some where there are none")
	}
	s.Scenarios[4].Unserved = "events-partition-1"
	mustHave(t, strings.Join(strings.Fields(matrixOf(s)), " "),
		"the partition was unloaded: "+s.Scenarios[4].Mode+" / "+s.Scenarios[4].Name+" (events-partition-1)")
}

func TestProgressIsOneLine(t *testing.T) {
	s, _ := sample()
	s.Scenarios[3].Error = "one\ntwo"
	for _, tt := range []struct {
		name string
		run  Outcome
		want []string
	}{
		{"of a run as expected, with its verdicts", s.Scenarios[0], []string{"ok ", "keyshared / a frozen consumer wakes after its user moved on", "refuted: exclusivity, effects, duplicates · holds: order, delivery", "12.3 s", "seed 42"}},
		{"of an unexpected verdict, with what differed", s.Scenarios[1], []string{"FAIL", "lock / nothing goes wrong", "order is refuted ≠ holds expected"}},
		{"of a missed fault", s.Scenarios[2], []string{"FAIL", "exclusivity is vacuous ≠ refuted expected", "the fault MISSED"}},
		{"of a run that failed, with its error", s.Scenarios[3], []string{"FAIL", "the run failed: one two"}},
		{"of a run in which all holds", s.Scenarios[6], []string{"ok ", "all hold"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			WriteProgress(&b, tt.run)
			mustHave(t, b.String(), tt.want...)
			if strings.Count(b.String(), "\n") != 1 || !strings.HasSuffix(b.String(), "\n") {
				t.Errorf("not one line: %q", b.String())
			}
		})
	}
}
