package report

import (
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

func violationOf(t *testing.T, s Outcome, r *checker.Result) string {
	t.Helper()
	var b strings.Builder
	if err := WriteViolation(&b, s, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAViolationTellsWhoOverlappedWhenAndUnderWhichFault(t *testing.T) {
	s, r := frozen()
	out := violationOf(t, s, r)
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"both attempts with worker, event and true times", []string{
			"| `r3-w2` | `u1-31` | `r3-w2/118` | 0 | +6071.2 | 6071.2 ms | its recorded exit |",
			"| `r3-w4` | `u1-31` | `r3-w4/97` | +1931.5 | +1959.9 | 28.4 ms | its recorded exit |"}},
		{"the overlap in milliseconds", []string{"Both were inside from +1931.5 ms to +1959.9 ms: **28.4 ms**."}},
		{"what the property promises", []string{"One user's events are handled one at a time."}},
		{"the fault with what proves it", []string{"`freeze-1`, during it; from +40.0 ms to +6040.0 ms (6000.0 ms)", "seen at +1890.0 ms by the observer `broker`: the broker dropped the frozen worker"}},
		{"who was inside at each step", []string{
			"| +1931.5 | ┃ | ┏ in | `r3-w4` | **enters with event u1-31** |",
			"| +1959.9 | ┃ | ┗ out | `r3-w4` | **leaves (sent)** |"}},
		{"what the user suffered", []string{
			"The text “receipt” of event u1-31 went out 2 times: from r3-w2 at +1.3 ms, from r3-w4 at +1932.8 ms.",
			"At +6071.0 ms r3-w2 wrote the user's state as version 31, from version 30 that it had read at +0.6 ms; by then, at +1959.7 ms, r3-w4 had written version 31."}},
		{"how to see it again", []string{"```sh\n" + s.Command + "\n```", "| Seed | `42` |"}},
		{"of what versions", []string{"| pulsar_image | `apachepulsar/pulsar:4.0.8` |"}},
		{"where the files are", []string{"`" + s.Folder + "`", "`history.jsonl.gz`", "`porcupine.html`"}},
	} {
		t.Run(tt.name, func(t *testing.T) { mustHave(t, out, tt.want...) })
	}
}

func TestAViolationThatWasSeenFromOutsideNamesTheLevelAndWhatJudgesItAgain(t *testing.T) {
	s, r := frozen()
	s.Outside = true
	s.Properties[checker.Exclusivity] = Property{Expected: Any, Verdict: checker.Refuted, SeenAt: "level 0 (the downstream)"}
	r.Verdicts = r.Verdicts[:1] // of the others nothing is known
	s.Properties[checker.Order] = Property{Expected: Any, Verdict: checker.Unknown, Would: "level 3 (marks of the system itself)"}
	out := violationOf(t, s, r)
	mustHave(t, out, "| Exclusivity | **refuted**, seen at level 0 (the downstream) |", "level 3 (marks of the system itself) would decide",
		"**Who saw it.** Level 0 (the downstream): the orchestrator itself recorded nothing.", "is inside a section all the while", "`turnstile levels <folder>` judges it again")
	if strings.Contains(out, "porcupine") || strings.Contains(out, "An enter is recorded") {
		t.Errorf("it speaks of what there is not:\n%s", out)
	}
}

func TestExclusivityComesFirstAndAStoryIsToldOnce(t *testing.T) {
	s, r := frozen()
	r.Verdicts[0], r.Verdicts[3] = r.Verdicts[3], r.Verdicts[0]
	out := violationOf(t, s, r)
	x, d := strings.Index(out, "## Exclusivity is refuted"), strings.Index(out, "## Duplicates is refuted")
	if x < 0 || d < x {
		t.Errorf("exclusivity is told at %d, duplicates at %d", x, d)
	}
	if n := strings.Count(out, "### What happened when"); n != 1 {
		t.Errorf("the same attempts' timeline is told %d times, want once", n)
	}
	mustHave(t, out[d:], "These are the attempts by which exclusivity is refuted")
	if strings.Contains(out, "## Order is refuted") {
		t.Error("a property that holds has a section")
	}
}

func TestAWorkersOwnRecordOfASendIsNotASecondSend(t *testing.T) {
	s, r := frozen()
	out := violationOf(t, s, r)
	if strings.Contains(out, "sends text") {
		t.Error("a send that the gateway recorded is told twice")
	}
	w := r.Of(checker.Exclusivity).Witness
	var kept []history.Event
	for _, e := range w.Timeline {
		if e.Src != history.SrcGateway {
			kept = append(kept, e)
		}
	}
	w.Timeline = kept
	mustHave(t, violationOf(t, s, r), "| +0.7 | ┃ |  | `r3-w2` | sends text “receipt” of event u1-31 |")
}

func TestAStateThatFallsBackIsNamed(t *testing.T) {
	s, r := frozen()
	w := r.Of(checker.Exclusivity).Witness
	for i := range w.Timeline {
		if e := &w.Timeline[i]; e.Kind == history.KindStateWrite && e.Worker == "r3-w4" {
			e.Version = 96
		}
	}
	mustHave(t, violationOf(t, s, r), "The state fell back from version 96 to version 31")
}

func TestTheStoresLogHasItsPositionAndNoTime(t *testing.T) {
	s, r := frozen()
	out := violationOf(t, s, r)
	mustHave(t, out, "| 410 | `u1-31` | `r3-w4` | `r3-w4/97` | 31 | 30 |")
	if strings.Contains(out, "+9000.0") {
		t.Error("the moment at which the log was read is told as one of the run's")
	}
}

func TestRecordsOnAnotherClockAreCountedNotPlaced(t *testing.T) {
	s, r := frozen()
	w := r.Of(checker.Exclusivity).Witness
	w.Faults[0].Domain, w.Attempts[1].Domain = "boot-2", "boot-2"
	out := violationOf(t, s, r)
	mustHave(t, out, "on another clock | on another clock | 28.4 ms", "`freeze-1`, during it; on another clock", "Left out: 2 records on another clock",
		"Both were provably inside for **28.4 ms**.")
}

func TestALongStoryIsFoldedAndCut(t *testing.T) {
	s, r := frozen()
	w := r.Of(checker.Exclusivity).Witness
	template := w.Timeline[1]
	for i := range 500 {
		e := template
		e.T, e.Kind = at(2200+float64(i)), history.KindLockContended
		if i >= 100 && i%2 == 0 {
			e.Kind = history.KindNack
		}
		w.Timeline = append(w.Timeline, e)
	}
	out := violationOf(t, s, r)
	mustHave(t, out, "finds the user's lock taken (100 times, until +2299.0)", "lines are left out here")
	if n := strings.Count(out, "\n| +"); n > maxMoments+20 {
		t.Errorf("%d lines of timeline", n)
	}
	mustHave(t, out, "| +6071.2 | ┗ out |") // the end is not what is cut
}

func TestMarkdownInNamesIsInert(t *testing.T) {
	s, r := frozen()
	s.Name = "a | b <b>*x*</b>"
	r.Of(checker.Exclusivity).Witness.Attempts[1].EndedBy = "one|two\n# three"
	out := violationOf(t, s, r)
	mustHave(t, out, `a \| b &lt;b&gt;\*x\*&lt;/b&gt;`, `one\|two \# three`)
}

func TestARunWithoutAResultStillGetsAPage(t *testing.T) {
	s, _ := sample()
	mustHave(t, violationOf(t, s.Scenarios[3], nil), "No violation: shared / a consumer is killed inside a section",
		"The run itself did not end well: waiting for the gateway to answer", s.Scenarios[3].Command)
}

func TestARefutationWithoutAWitnessGivesItsReason(t *testing.T) {
	s, r := frozen()
	r.Verdicts[0].Witness = nil
	mustHave(t, violationOf(t, s, r), "## Exclusivity is refuted", "inside at once for 28.412 ms")
}

func TestWhatTheGatewayDidNotSendIsToldAsSuch(t *testing.T) {
	call := func(outcome string) history.Event {
		return history.Event{Kind: history.KindSendCall, Src: history.SrcGateway, Worker: "w1", Event: "e1", Attempt: "w1-1", Text: "receipt", Outcome: outcome}
	}
	for _, tt := range []struct {
		outcome, want string
		sent          int
	}{
		{"", "accepts text “receipt” of event e1 from w1", 1},
		{history.OutcomeUnclear, "may have accepted text “receipt” of event e1 from w1", 1},
		{history.OutcomeFailed, "refuses text “receipt” of event e1 from w1", 0},
		{history.OutcomeDeduplicated, "has text “receipt” of event e1 already and does not send it again for w1", 0},
	} {
		t.Run("outcome "+tt.outcome, func(t *testing.T) {
			e := call(tt.outcome)
			if who, what := words(&e); who != "gateway" || what != tt.want {
				t.Errorf("%s %s", who, what)
			}
			sc := &scene{records: []history.Event{e}}
			if n := len(sc.sends()); n != tt.sent {
				t.Errorf("counted as %d texts, want %d", n, tt.sent)
			}
		})
	}
}
