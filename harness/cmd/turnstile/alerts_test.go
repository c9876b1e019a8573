package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"turnstile/checker"
	"turnstile/harness/alerting"
	"turnstile/harness/report"
)

// lostRule is a file of rules for what [scraped] shows.
const lostRule = "groups:\n- name: x\n  rules:\n  - {alert: Lost, expr: 'increase(lost_total[1m]) > 0', labels: {tells: harm}, annotations: {summary: s, description: d}}\n"

// scraped is a run's folder with a history and samples of a worker that counted a
// lock as lost.
func scraped(t *testing.T) string {
	t.Helper()
	in, err := open(freeze)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(freeze)); err != nil {
		t.Fatal(err)
	}
	var domain string
	var began int64
	for i := range in.events.Events {
		if e := &in.events.Events[i]; e.Fault != "" {
			domain, began = e.Domain, e.T-int64(time.Second)
			break
		}
	}
	r := alerting.NewRecord(domain, began, time.Now(), 250*time.Millisecond)
	for n := range 12 {
		lost := "0"
		if n >= 6 {
			lost = "1"
		}
		if err := r.Answered("w1", began+int64(n)*int64(250*time.Millisecond), strings.NewReader("# TYPE lost_total counter\nlost_total "+lost+"\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.WriteFile(filepath.Join(folder, alerting.File)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestAlertsOfASessionAreByTheRulesAsTheyAre: its summary tells that nothing fired,
// and its samples tell otherwise.
func TestAlertsOfASessionAreByTheRulesAsTheyAre(t *testing.T) {
	session := t.TempDir()
	if err := os.Rename(scraped(t), filepath.Join(session, "run")); err != nil {
		t.Fatal(err)
	}
	run := report.Outcome{
		Name: "frozen", Mode: "keyshared", Guard: "none", Fault: "freeze", Folder: "run", Alerts: &alerting.Outcome{},
		Evidence: report.Evidence{Faults: []checker.FaultEvidence{{Fault: "freeze-1", Bitten: true}}},
	}
	lost := run
	lost.Mode, lost.Folder = "failover", "nowhere"
	if err := report.WriteSummary(session, &report.Summary{Scenarios: []report.Outcome{run, lost}}); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(lostRule), 0o644); err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "ALERTS.md")
	if err := os.WriteFile(into, []byte("<!-- results: alerts -->\n<!-- end of results -->\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, errs := turnstile("alerts", session, "--rules", rules, "--into", into)
	text, err := os.ReadFile(into)
	if code != 0 || errs != "" || err != nil || !strings.Contains(string(text), "| `freeze` | keyshared | 1 | ✓ | **Lost** 0.5 |") {
		t.Errorf("exit code %d, stderr %q, %v, written\n%s", code, errs, err, text)
	}
	if !strings.Contains(string(text), "| `freeze` | failover | 0 (1 unknown) | unknown |") {
		t.Errorf("of a run whose folder is gone it is written\n%s", text)
	}
	if code, _, errs := turnstile("alerts", scraped(t), "--rules", rules, "--into", into); code == 0 || !strings.Contains(errs, "name their folders") {
		t.Errorf("a run in place of a session: exit code %d, %q", code, errs)
	}
}

func TestAlertsTellsWhatFiredInARun(t *testing.T) {
	folder := scraped(t)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(lostRule), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, errs := turnstile("alerts", folder, "--rules", rules)
	if code != 0 || errs != "" || !strings.Contains(out, folder) || !strings.Contains(out, "Lost") || !strings.Contains(out, "harm   500ms after the first fault had begun") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out, errs)
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("rules: []\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"no folder":                  {[]string{"alerts"}, "alerts takes the folders of sessions"},
		"a folder that there is not": {[]string{"alerts", "nowhere"}, "nowhere"},
		"a run that was not scraped": {[]string{"alerts", freeze}, "were not scraped"},
		"metrics that the run lacks": {[]string{"alerts", folder}, "of which the record has nothing"},
		"rules that there are not":   {[]string{"alerts", folder, "--rules", "nowhere.yaml"}, "nowhere.yaml"},
		"rules that are none":        {[]string{"alerts", folder, "--rules", bad}, "bad.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			if code, out, errs := turnstile(row.args...); code == 0 || out != "" || !strings.Contains(errs, row.want) {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, out, errs)
			}
		})
	}
}
