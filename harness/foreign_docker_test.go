package harness

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/system"
)

// wrongly is the manifest of the example in Python with one thing in it wrong.
func wrongly(t *testing.T, instead ...string) *system.Manifest {
	t.Helper()
	const path = "../fixtures/systems/python/turnstile.yaml"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(instead); i += 2 {
		if !strings.Contains(text, instead[i]) {
			t.Fatalf("%s has no %q", path, instead[i])
		}
		text = strings.Replace(text, instead[i], instead[i+1], 1)
	}
	m := manifest(t, text)
	m.Folder = "../fixtures/systems/python" // from where its image is made
	return m
}

func TestWhatASystemDoesWrongIsToldByNameAndLeavesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short leaves out what needs Docker")
	}
	s, err := OpenSession(t.Context(), io.Discard, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(t.Context()); err != nil { // an engine that still has something is an error
			t.Error(err)
		}
	}()
	const pulsar, redis = `PULSAR_URL: "{{.pulsar}}"`, `REDIS_ADDR: "{{.redis}}"`
	for _, c := range []struct {
		name string
		of   *system.Manifest
		says []string
	}{
		{"it goes around its links to Pulsar", wrongly(t, pulsar, "UNUSED: \"{{.pulsar}}\"\n  PULSAR_URL: pulsar://pulsar-env1:6650"),
			[]string{"a consumer", "subscribed by no link", "the system goes around its links; give it {{.pulsar}} as the only address of Pulsar"}},
		{"it goes around its link to Redis", wrongly(t, redis, "UNUSED: \"{{.redis}}\"\n  REDIS_ADDR: state-env1:6379"),
			[]string{"reached Redis (state-env1) around its link", "give it {{.redis}} as its only address of Redis"}},
		{"it speaks TLS that nobody terminates", wrongly(t, pulsar, `PULSAR_URL: "pulsar+ssl://{{.pulsar_host}}:{{.pulsar_port}}"`),
			[]string{"does it speak TLS? give it the address as it is, without"}},
		{"it talks to an address that is not given to it", wrongly(t, pulsar, "UNUSED: \"{{.pulsar}}\"\n  PULSAR_URL: pulsar://elsewhere.invalid:6650"),
			[]string{"nothing came over its links to Pulsar", "does it take its address from where the manifest puts {{.pulsar}}?"}},
		{"it is never ready", wrongly(t, "ready: {log: consuming}", "ready: {log: never, within: 5s}"),
			[]string{"was not ready within 5s", `no line of its output matches "never"`, "the last output of"}},
		{"it dies as it starts", wrongly(t, "environment:", "command: [python3, -c, \"raise SystemExit('no licence')\"]\nenvironment:"),
			[]string{"ended by itself with exit code 1", "no licence"}},
		{"there is no such image", wrongly(t, "build: ../../images/systems.sh python", "image: turnstile-nowhere.invalid/no:1"),
			[]string{"there is no image turnstile-nowhere.invalid/no:1 of the system python", "build it, correct its name (image)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			load := DefaultLoad()
			load.Aimed, load.Ordinary, load.Burst, load.Warmup, load.Tail = 2, 0, 1, time.Second, time.Second
			r := s.RunSystem(t.Context(), SystemScenario(c.of, Scenario{Name: "calibration", Mode: mode.KeyShared, Workers: 1, Load: load}, nil), "")
			if r.Err == nil {
				t.Fatal("nothing is said")
			}
			for _, want := range c.says {
				if !strings.Contains(r.Err.Error(), want) {
					t.Errorf("it says %v, want %q", r.Err, want)
				}
			}
			if r.Dir == "" {
				return // it never came to a run
			}
			logs, err := os.ReadDir(r.Dir + "/logs")
			if err != nil || len(logs) == 0 {
				t.Errorf("its run folder %s has no logs: %v", r.Dir, err)
			}
		})
	}
}
