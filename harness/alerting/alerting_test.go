package alerting

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
)

const every = 250 * time.Millisecond

// recorded is a record of scrapes of w1, which said at each what say returns, "" being
// no answer.
func recorded(t *testing.T, scrapes int, say func(n int) string) string {
	t.Helper()
	began := int64(5e9)
	r := NewRecord("here", began, time.UnixMilli(1_795_707_436_209), every)
	for n := range scrapes {
		at := began + int64(n)*int64(every)
		if body := say(n); body == "" {
			r.Silent("w1", at)
		} else if err := r.Answered("w1", at, strings.NewReader(body)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), File)
	if err := r.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func counts(n int) string {
	return fmt.Sprintf("# TYPE lost_total counter\nlost_total %d\n# TYPE old_client_gone counter\nold_client_gone 7\n", n)
}

func rulesOf(t *testing.T, yaml string) []Rule {
	t.Helper()
	rules, err := ParseRules([]byte("groups:\n- name: x\n  rules:\n" + yaml))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

const (
	lostRule   = "  - {alert: Lost, expr: 'increase(lost_total[1m]) > 0', labels: {tells: harm}, annotations: {summary: s, description: d}}\n"
	silentRule = "  - {alert: Silent, expr: 'up{job=\"orchestrator\"} == 0', for: 30s, labels: {tells: cause}, annotations: {summary: s, description: d}}\n"
	clientRule = "  - {alert: Client, expr: 'increase(old_client_gone[1m]) > 0', labels: {tells: cause}, annotations: {summary: s, description: d}}\n"
)

// fault is a history with a fault that began so long after the record.
func fault(domain string, after time.Duration) *history.History {
	return &history.History{Events: []history.Event{{Kind: history.KindFaultBegin, Fault: "kill-1", Domain: domain, T: int64(5e9) + int64(after)}}}
}

func TestWhatCountersSayAfterAFaultIsToldWithItsDelay(t *testing.T) {
	path := recorded(t, 20, func(n int) string {
		if n < 8 {
			return counts(3)
		}
		return counts(4)
	})
	s, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o, err := JudgeBy(s, rulesOf(t, lostRule+silentRule+clientRule), fault("here", 1500*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Alerts) != 1 || o.Alerts[0].Name != "Lost" || o.Alerts[0].Tells != Harm || o.Alerts[0].Before || *o.Alerts[0].AfterS != 0.5 {
		t.Errorf("told: %+v", o.Alerts)
	}
	if o, err = JudgeBy(s, rulesOf(t, lostRule), fault("here", 4*time.Second)); err != nil || len(o.Alerts) != 1 || !o.Alerts[0].Before || o.Alerts[0].AfterS != nil {
		t.Errorf("of what was before the fault: %+v, %v", o, err)
	}
	if o, err = JudgeBy(s, rulesOf(t, lostRule), &history.History{}); err != nil || !o.Alerts[0].Before {
		t.Errorf("without a fault: %+v, %v", o, err)
	}
}

func TestAWorkerThatDoesNotAnswerIsSilentOnceThatHasLasted(t *testing.T) {
	path := recorded(t, 20, func(n int) string {
		if n >= 8 && n != 13 {
			return ""
		}
		return counts(0)
	})
	s, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fired, err := Evaluate(s, rulesOf(t, silentRule+clientRule+"  - {alert: Shown, expr: 'lost_total == 0', labels: {tells: cause}, annotations: {summary: s, description: d}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, f := range fired {
		told = append(told, fmt.Sprintf("%s %d-%d", f.Rule.Name, (f.From-s.first)/every.Milliseconds(), (f.To-s.first)/every.Milliseconds()))
	}
	// Half a minute is four scrapes; and what a silent worker said last is no longer so.
	if want := "[Shown 0-7 Silent 12-12 Shown 13-13 Silent 18-19]"; fmt.Sprint(told) != want {
		t.Errorf("fired %v, want %s", told, want)
	}
}

func TestOfWhatIsNotKnownNothingIsTold(t *testing.T) {
	calm := func(int) string { return counts(0) }
	whole := recorded(t, 8, calm)
	holed := filepath.Join(t.TempDir(), File)
	r := NewRecord("here", 0, time.Now(), every)
	for _, n := range []int64{0, 1, 2, 10} {
		if err := r.Answered("w1", n*int64(every), strings.NewReader(counts(0))); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.WriteFile(holed); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		path, rules string
		in          *history.History
		want        string
	}{
		"no file":                        {filepath.Join(t.TempDir(), File), lostRule, fault("here", 0), "were not scraped"},
		"no scrape":                      {recorded(t, 0, calm), lostRule, fault("here", 0), "ever scraped"},
		"a hole":                         {holed, lostRule, fault("here", 0), "nobody scraped w1"},
		"a metric that nobody shows":     {whole, strings.Replace(lostRule, "lost_total", "list_total", 1), fault("here", 0), "list_total, of which the record has nothing"},
		"a fault on another clock":       {whole, lostRule, fault("there", 0), "and the metrics by another"},
		"a worker that never answered":   {recorded(t, 8, func(int) string { return "" }), lostRule, fault("here", 0), "of which the record has nothing"},
		"a rule that Prometheus forbids": {whole, strings.Replace(lostRule, "increase(lost_total[1m])", "sum(lost_total[1m])", 1), fault("here", 0), "Lost"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ReadFile(row.path)
			if err == nil {
				var rules []Rule
				if rules, err = ParseRules([]byte("groups:\n- name: x\n  rules:\n" + row.rules)); err == nil {
					_, err = JudgeBy(s, rules, row.in)
				}
			}
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("the error is %v, want one that says %q", err, row.want)
			}
		})
	}
	if o := Judge(filepath.Join(t.TempDir(), File), &history.History{}); o.Unknown == "" || len(o.Alerts) != 0 {
		t.Errorf("without samples the outcome is %+v", o)
	}
}

func TestRulesAreAsPrometheusTakesThem(t *testing.T) {
	rules, err := Rules()
	if err != nil || len(rules) < 10 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	for _, r := range rules {
		shorter, err := r.at(every)
		if err != nil {
			t.Error(err)
		}
		if strings.Contains(r.Expr, "[1m]") && (strings.Count(shorter.Expr, "[2s]") != strings.Count(r.Expr, "[1m]") || strings.Contains(shorter.Expr, "[1m]")) {
			t.Errorf("%s is evaluated as %s", r.Name, shorter.Expr)
		}
	}
	for name, yaml := range map[string]string{
		"tells of nothing":   "  - {alert: A, expr: up, annotations: {summary: s, description: d}}\n",
		"has no description": "  - {alert: A, expr: up, labels: {tells: harm}, annotations: {summary: s}}\n",
		"no expression":      "  - {alert: A, expr: 'up >', labels: {tells: harm}, annotations: {summary: s, description: d}}\n",
		"an unknown key":     "  - {alert: A, when: up}\n",
	} {
		if _, err := ParseRules([]byte("groups:\n- name: x\n  rules:\n" + yaml)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := ParseRules(nil); err == nil {
		t.Error("no rules: no error")
	}
}
