package report

import (
	"bytes"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

func TestTheTableOfFaults(t *testing.T) {
	ns := func(seconds float64) *int64 { n := int64(seconds * 1e9); return &n }
	injected := func(id string, bitten bool, first *int64, evidence ...history.Evidence) checker.FaultEvidence {
		return checker.FaultEvidence{Fault: id, Bitten: bitten, Healed: true, Evidence: evidence, Recovery: &checker.Recovery{FirstEffectNS: first, WaitedNS: ns(3)}}
	}
	paused, back := history.Evidence{Name: "the broker is paused", Observer: "engine", Seen: true}, history.Evidence{Name: "it is back", Observer: "broker", Seen: true}
	missed := back
	missed.Seen = false
	run := func(mode string, faults ...checker.FaultEvidence) Outcome {
		return Outcome{Mode: mode, Evidence: Evidence{Faults: faults}}
	}
	unaimed, planted := run("shared", injected("broker-pause-1", true, ns(9), paused)), run("shared", injected("broker-pause-1", true, ns(9), paused))
	unaimed.AimedAs, planted.Twin = "another", "another"
	rows := FaultRows(&Summary{Scenarios: []Outcome{
		// Two pauses of one fault: its second return was not seen.
		run("keyshared", injected("broker-pause-1", false, ns(1), paused, back, paused, missed)),
		run("failover", injected("broker-pause-1", true, ns(2), paused, back), injected("a-b-2", true, nil)),
		run("failover", injected("broker-pause-3", true, ns(6), paused)),
		unaimed, planted,
	}})
	var b bytes.Buffer
	WriteFaults(&b, rows)
	for _, want := range []string{
		"| `a-b` | failover | 1 |  | 1 | 1 | – | 3.0 s | – |\n",
		"| `broker-pause` | failover, keyshared | 3 | the broker is paused (engine); it is back (broker) in 1 of 2 | 2 | 3 | 2.0 s | 3.0 s | – |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("got\n%s\nwithout the row\n%s", b.String(), want)
		}
	}
	if len(rows) != 2 {
		t.Errorf("%d rows of 2 kinds", len(rows))
	}
}
