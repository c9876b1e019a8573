package report

import (
	"bytes"
	"strings"
	"testing"

	"turnstile/checker"
)

func TestRecoveryIsOfFaultsThatBitInRunsThatTellOfThem(t *testing.T) {
	run := func(mode string, bitten bool, all ...Served) Outcome {
		o := Outcome{Mode: mode, Served: all}
		for _, s := range all {
			o.Evidence.Faults = append(o.Evidence.Faults, checker.FaultEvidence{Fault: s.Fault, Bitten: bitten})
		}
		return o
	}
	kill := func(never int, waited ...float64) Served {
		return Served{Fault: "kill-1", Struck: Waits{waited, never}, Others: Waits{WaitedS: []float64{0.5}}}
	}
	planted, failed := run("shared", true, kill(0, 90)), run("shared", true, kill(0, 90))
	planted.Twin, failed.Error = "another", "the engine went away"
	rows := RecoveryRows(&Summary{Scenarios: []Outcome{
		run("keyshared", true, kill(0, 1, 3), Served{Fault: "freeze-2", Struck: Waits{Never: 2}}),
		run("keyshared", true, kill(1, 2, 8)),
		run("shared", false, kill(0, 90)),
		run("shared", true, kill(0, 0.25)),
		planted, failed,
	}})
	var b bytes.Buffer
	WriteRecovery(&b, rows)
	for _, want := range []string{
		"| `kill` | shared | 1 | 0.2, 0.2, 0.2 of 1 | 0.5, 0.5, 0.5 of 1 |\n",
		"| `kill` | keyshared | 2 | 2.5, 8.0, 8.0 of 4; 1 never | 0.5, 0.5, 0.5 of 2 |\n",
		"| `freeze` | keyshared | 1 | –; 2 never | – |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("got\n%s\nwithout the row\n%s", b.String(), want)
		}
	}
	if len(rows) != 3 {
		t.Errorf("%d rows, want 3", len(rows))
	}
}
