package report

import (
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/harness/system"
)

// fromOutside is a session of a system that is not ours: one run in which it did it
// wrong, and one in which a container of it died.
func fromOutside() (*Summary, map[string]*checker.Result) {
	wrong, r := frozen()
	wrong.Name, wrong.Outside = "java / freeze", true
	for _, p := range checker.Properties() {
		v := wrong.Properties[p]
		v.Expected = Any
		switch v.Verdict {
		case checker.Refuted:
			v.SeenAt = "level 0 (the downstream)"
		case checker.Holds:
			v.SeenAt = "level 2 (each worker's link to Pulsar)"
		}
		if p == checker.Order {
			v.Verdict, v.SeenAt, v.Would = checker.Unknown, "", "level 3 (marks of the system itself)"
		}
		if p == checker.Effects || p == checker.Rules {
			v.Verdict, v.SeenAt = checker.Unknown, ""
		}
		wrong.Properties[p] = v
	}
	died := scenario("keyshared", noFault, "java / none", expect(checker.Holds, checker.Holds, checker.Holds, checker.Holds))
	died.Outside = true
	for _, p := range []checker.Property{checker.Effects, checker.Rules} {
		died.Properties[p] = Property{Expected: Any, Verdict: checker.Unknown}
	}
	died.Ended = []system.Ended{
		{Worker: "r1-w2", How: "it ended by itself with exit code 3: broken pipe", ExitCode: "3", Log: "logs/r1-w2.log.gz"},
		{Worker: "r1-w3", How: "it did not end within 10s of SIGTERM, and was killed"},
	}
	return &Summary{Scenarios: []Outcome{wrong, died}}, map[string]*checker.Result{wrong.Folder: r}
}

func TestThePageOfASystemThatIsNotOursNamesTheLevelBesideEachVerdict(t *testing.T) {
	s, details := fromOutside()
	page := htmlOf(t, s, details)
	mustHave(t, page,
		"2 runs of java: 1 with a refutation", ">ran</span>",
		`</b>refuted</span> <span class="small soft">level 0</span>`, `</b>holds</span> <span class="small soft">level 2</span>`,
		`</b>unknown</span> <span class="small soft">level 3 would</span>`,
		"<b>✕0</b>", "The number beside ✕ is the level that sees it.", "<em>level 0</em> the downstream")
	for _, no := range []string{">claimed<", "pass</span>", "as expected", "as its scenario claims", ">effects<", ">rules<", "not claimed", "porcupine.html", "no guard"} {
		if strings.Contains(page, no) {
			t.Errorf("the page speaks of %q", no)
		}
	}
	mustHave(t, page, "Who was inside at once", "what is seen from outside of critical sections")
	if n := len(drawingsIn(page)); n != 2 {
		t.Errorf("the witness is drawn %d times, want the whole and close to the overlap", n)
	}
}

func TestAContainerThatEndedByItselfIsToldWithItsOutput(t *testing.T) {
	s, details := fromOutside()
	page := htmlOf(t, s, details)
	mustHave(t, page, "a container ended by itself", "r1-w2 ended by itself, exit code 3.", `/logs/r1-w2.log.gz">logs/r1-w2.log.gz</a>`, "r1-w2 ended by itself\"")
	if strings.Contains(page, "r1-w3") {
		t.Error("one that was asked to end is told as if it had not been")
	}
}

func TestWhatNoVerdictCountsOnIsDrawnNowhere(t *testing.T) {
	s, details := fromOutside()
	x := s.Scenarios[0].Properties
	x[checker.Exclusivity] = Property{Expected: Any, Verdict: checker.Unknown, Reason: "no verdict on this mode counts: blind"}
	x[checker.Duplicates] = x[checker.Exclusivity]
	if n := len(drawingsIn(htmlOf(t, s, details))); n != 0 {
		t.Errorf("%d drawings", n)
	}
}

func TestWhereNothingOverlapsWhatElseIsRefutedIsDrawn(t *testing.T) {
	s, details := fromOutside()
	s.Scenarios[0].Properties[checker.Exclusivity] = Property{Expected: Any, Verdict: checker.Holds}
	page := htmlOf(t, s, details)
	mustHave(t, page, "What breaks duplicates, in time")
	if n := len(drawingsIn(page)); n != 1 {
		t.Errorf("%d drawings", n)
	}
	if strings.Contains(page, "Dashed frame") {
		t.Error("it tells of a frame that is not drawn")
	}
}

func TestTablesOfWhatIsClaimedHaveNoSystemThatIsNotOurs(t *testing.T) {
	s, _ := fromOutside()
	for _, table := range Tables() {
		if text := table.Write(s); text != "" && !table.Fixed {
			t.Errorf("the table %s has\n%s", table.Name, text)
		}
	}
}
