package report

import (
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/harness/alerting"
)

// raisedIn is a run of which the alerts are known.
func raisedIn(fault, mode string, broken bool, alerts ...alerting.Alert) Outcome {
	o := Outcome{Name: fault, Mode: mode, Guard: noGuard, Fault: fault, Alerts: &alerting.Outcome{Alerts: alerts}, Properties: map[checker.Property]Property{}}
	for _, p := range checker.Properties() {
		o.Properties[p] = Property{Verdict: checker.Holds}
	}
	if broken {
		o.Properties[checker.Exclusivity] = Property{Verdict: checker.Refuted}
	}
	if fault != noFault {
		o.Evidence.Faults = []checker.FaultEvidence{{Fault: fault + "-1", Bitten: true}}
	}
	return o
}

func after(name, tells string, s float64) alerting.Alert {
	return alerting.Alert{Name: name, Tells: tells, AfterS: &s}
}

func TestAlertsTellWhatCameFirstAndWhatNobodySaw(t *testing.T) {
	missed := raisedIn("freeze", "keyshared", true)
	missed.Evidence.Faults[0].Bitten = false
	unknown := raisedIn("freeze", "keyshared", true)
	unknown.Alerts = &alerting.Outcome{Unknown: "there is a hole"}
	s := &Summary{Scenarios: []Outcome{
		raisedIn("freeze", "keyshared", true, after("WorkerSilent", alerting.Cause, 0.5), after("UpdateLost", alerting.Harm, 6.5)),
		raisedIn("freeze", "keyshared", true, after("DeliveredAgain", alerting.Cause, 2), after("WorkerSilent", alerting.Cause, 2.5)),
		raisedIn("freeze", "keyshared", true),
		raisedIn("freeze", "keyshared", false, alerting.Alert{Name: "GatewaySlow", Tells: alerting.Cause, Before: true}),
		missed, unknown,
		raisedIn("kill", "failover", false, after("WorkerSilent", alerting.Cause, 1)),
		raisedIn(noFault, "shared", true, alerting.Alert{Name: "UpdateLost", Tells: alerting.Harm, Before: true}),
		{Name: "not scraped", Mode: "lock", Fault: "kill"},
	}}
	var b strings.Builder
	WriteAlerts(&b, AlertRows(s))
	for _, want := range []string{
		"| `none` | shared | 1 | – | – | – | – | – | **UpdateLost** |",
		"| `freeze` | keyshared | 4 (2 unknown) | exclusivity (3) | WorkerSilent 1.5 (0.5–2.5), 2 of 4; DeliveredAgain 2.0, 1 of 4 | **UpdateLost** 6.5, 1 of 4 | **1 of 3** | **1 of 3** | GatewaySlow, 1 of 4 |",
		"| `kill` | failover | 1 | ✓ | WorkerSilent 1.0 | – | – | – | – |",
		"Not known: keyshared under freeze, because there is a hole.",
		"Not known: keyshared under freeze, because the fault did not bite.",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks\n%s\nit is\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "lock") {
		t.Error("it tells of a run that was not scraped")
	}
	b.Reset()
	WriteAlertRules(&b, AlertRuleRows(s))
	for _, want := range []string{
		"| WorkerSilent | cause | freeze 2 of 4, kill 1 of 1 | 0 of 1 | 0 of 5 |",
		"| UpdateLost | harm | freeze 1 of 4 | **1 of 1** | 0 of 5 |",
		"| GatewaySlow | cause | **nothing** | 0 of 1 | **1 of 5** |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks\n%s\nit is\n%s", want, b.String())
		}
	}
	if rows := AlertRuleRows(&Summary{Scenarios: []Outcome{{Name: "not scraped"}}}); rows != nil {
		t.Errorf("of a session that was not scraped: %v", rows)
	}
}

func TestARowOfWhichNothingIsKnownSaysSo(t *testing.T) {
	o := raisedIn("kill", "lock", true)
	o.Alerts = &alerting.Outcome{Unknown: "no worker was ever scraped"}
	var b strings.Builder
	WriteAlerts(&b, AlertRows(&Summary{Scenarios: []Outcome{o}}))
	if want := "| `kill` | lock | 0 (1 unknown) | unknown | unknown |"; !strings.Contains(b.String(), want) {
		t.Errorf("it is\n%s", b.String())
	}
}

func TestWhyNothingIsKnownNamesNoPlaceOfTheMachine(t *testing.T) {
	for text, want := range map[string]string{
		"/home/me/runs/1/failover-1/metrics.om.gz: for 2s nobody scraped w1": "failover-1/metrics.om.gz: for 2s nobody scraped w1",
		"runs/1/failover-1/metrics.om.gz is not there":                       "failover-1/metrics.om.gz is not there",
		"the alert x asks for y":                                             "the alert x asks for y",
	} {
		if got := anywhere(text, "failover-1"); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
