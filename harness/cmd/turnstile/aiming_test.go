package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/harness/report"
)

// aimingSession writes the summary of a session with one aimed run, which was
// refuted, and one unaimed, which was not.
func aimingSession(t *testing.T, change func(*report.Summary)) string {
	t.Helper()
	evidence := report.Evidence{Opportunity: checker.Opportunity{FaultsBegun: 1, FaultsBitten: 1}}
	run := func(name, aimedAs string, expected, v checker.Verdict) report.Outcome {
		return report.Outcome{
			Name: name, AimedAs: aimedAs, Mode: "keyshared", Fault: "freeze", Events: 1, Evidence: evidence,
			Properties: map[checker.Property]report.Property{checker.Exclusivity: {Expected: expected, Verdict: v}},
		}
	}
	s := &report.Summary{Versions: map[string]string{"pulsar_image": "pulsar:1"}, Scenarios: []report.Outcome{
		run("frozen", "", checker.Refuted, checker.Refuted),
		run("frozen, unaimed", "frozen", report.Any, checker.Holds),
	}}
	change(s)
	folder := t.TempDir()
	if err := report.WriteSummary(folder, s); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestAimingAddsSessionsUp(t *testing.T) {
	as := func(*report.Summary) {}
	code, out, errs := turnstile("aiming", aimingSession(t, as), aimingSession(t, as))
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	mustHave(t, out, "| keyshared | frozen | exclusivity | 2 of 2 | 2 of 2 | 0 of 2 |")
}

func TestAimingAddsUpWhatWasDoneInParts(t *testing.T) {
	code, out, errs := turnstile("aiming", aimingSession(t, aimedAlone),
		aimingSession(t, func(s *report.Summary) { s.Scenarios = s.Scenarios[1:] }))
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	mustHave(t, out, "| keyshared | frozen | exclusivity | 1 of 1 | 1 of 1 | 0 of 1 |")
}

func aimedAlone(s *report.Summary) { s.Scenarios = s.Scenarios[:1] }

func TestAimingRefusesWhatDoesNotAddUp(t *testing.T) {
	good := aimingSession(t, func(*report.Summary) {})
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "summary.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		folders []string
		says    string
	}{
		{"no folder", nil, "takes the folders of one or more sessions"},
		{"a folder that is not there", []string{filepath.Join(good, "gone")}, "name the folder of a session"},
		{"a summary that is cut off", []string{broken}, "is no summary"},
		{"one session twice", []string{good, good + "/."}, "name each session once"},
		{"nothing unaimed", []string{aimingSession(t, aimedAlone)}, "nothing in these sessions is unaimed"},
		{"a session of something else", []string{good, aimingSession(t, func(s *report.Summary) { s.Scenarios[0].Fault = "none" })}, "keyshared / frozen"},
		{"sessions on different images", []string{good, aimingSession(t, func(s *report.Summary) { s.Versions["pulsar_image"] = "pulsar:2" })}, "pulsar:1, pulsar:2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := turnstile(append([]string{"aiming"}, c.folders...)...)
			if code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 {
				t.Errorf("exit code %d, out %q, err %q", code, out, errs)
			}
			mustHave(t, errs, c.says)
		})
	}
}
