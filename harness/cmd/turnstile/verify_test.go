package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
	"turnstile/harness/system"
)

const anyones = `name: orders
image: orders:7
environment: {PULSAR: "{{.pulsar}}", TOPIC: "{{.topic}}", SUB: "{{.subscription}}", SMS: "{{.gateway}}"}
modes: {keyshared: {}}
message: {body: '{"id": "{{.event}}"}'}
downstream: {user: json /to}
`

func TestWhatASystemCannotBePutThroughIsToldInALine(t *testing.T) {
	good := file(t, "turnstile.yaml", anyones)
	bad := file(t, "turnstile.yaml", strings.Replace(anyones, "image:", "imagge:", 1))
	plan := func(text string) string { return file(t, "plan.yaml", text) }
	for _, c := range []struct {
		name string
		args []string
		says []string
	}{
		{"no manifest", []string{"verify"}, []string{"needs --system"}},
		{"a manifest that is not there", []string{"doctor", "--system", "nothing.yaml"}, []string{"the manifest", "nothing.yaml", "name the turnstile.yaml"}},
		{"a manifest that is wrong", []string{"doctor", "--system", bad}, []string{bad + ":2", "there is no key imagge"}},
		{"another mode", []string{"doctor", "--system", good, "--mode", "lock"}, []string{`names no mode "lock"`, "it names keyshared"}},
		{"no such fault", []string{"verify", "--system", good, "--fault", "earthquake"}, []string{`there is no fault "earthquake"`}},
		{"a fault and a schedule", []string{"verify", "--system", good, "--fault", "kill", "--schedule", "x"}, []string{"not both"}},
		{"a schedule with a point", []string{"verify", "--system", good, "--schedule", plan("mode: keyshared\nfaults: [{fault: kill, point: written}]\n")}, []string{"the fault kill waits for a worker at the point written", "the system orders does not report"}},
		{"a schedule with a guard", []string{"verify", "--system", good, "--schedule", plan("mode: keyshared\nguard: fenced\nfaults: [{fault: kill}]\n")}, []string{"the guard fenced", "leave it out"}},
		{"a cluster without its administration", []string{"verify", "--system", good, "--pulsar", "pulsar://a:1"}, []string{"--admin is missing"}},
		{"something of a cluster that is not named", []string{"doctor", "--system", good, "--token-file", "t"}, []string{"--token-file t says something of a cluster", "give --pulsar and --admin"}},
		{"an act that nobody can allow", []string{"verify", "--system", good, "--pulsar", "pulsar://a:1", "--admin", "http://a:1", "--may", "unload,servers"}, []string{"--may servers", "give any of unload, transfer"}},
		{"a token that is not there", []string{"verify", "--system", good, "--pulsar", "pulsar://a:1", "--admin", "http://a:1", "--token-file", "nothing"}, []string{"reading the token", "nothing", "name a file"}},
		{"a cluster that is not there", []string{"doctor", "--system", good, "--pulsar", "pulsar://127.0.0.1:1", "--admin", "http://127.0.0.1:1"}, []string{"--admin http://127.0.0.1:1: nobody listens there", "is the cluster up"}},
		{"a schedule of another mode", []string{"verify", "--system", good, "--schedule", plan("mode: shared\nfaults: [{fault: kill}]\n")}, []string{`names no mode "shared"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := turnstile(c.args...)
			if code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 {
				t.Errorf("exit code %d, want %d; stdout %q; stderr %q", code, exitUsage, out, errs)
			}
			mustHave(t, errs, c.says...)
		})
	}
}

func TestTheManifestsOfTheExamplesAreGoodAndShort(t *testing.T) {
	all, err := filepath.Glob("../../../fixtures/systems/*/turnstile.yaml")
	if err != nil || len(all) == 0 {
		t.Fatalf("found %v (%v)", all, err)
	}
	for _, path := range all {
		o := verifyOptions{systemOptions: systemOptions{manifest: path}}
		m, trials, err := o.trials(nil)
		if err != nil || len(trials) < 2 {
			t.Errorf("%s: %d modes (%v), want two at the least", path, len(trials), err)
			continue
		}
		b, err := os.ReadFile(path)
		if n := strings.Count(string(b), "\n"); err != nil || n > 30 {
			t.Errorf("%s has %d lines (%v): 30 are what a manifest takes", path, n, err)
		}
		if m.Folder == "" || !filepath.IsAbs(m.Folder) {
			t.Errorf("%s is in the folder %q", path, m.Folder)
		}
	}
}

func TestTheExamplesKnowNothingOfUs(t *testing.T) {
	all, err := filepath.Glob("../../../fixtures/systems/*/*")
	if err != nil || len(all) < 8 {
		t.Fatalf("found %v (%v)", all, err)
	}
	for _, path := range all {
		if filepath.Ext(path) == ".yaml" || filepath.Ext(path) == ".pyc" {
			continue // how we run them
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil || bytes.Contains(bytes.ToLower(b), []byte("turnstile")) {
			t.Errorf("%s speaks of turnstile (%v), which the examples were not written for", path, err)
		}
	}
}

// result is a judgement with one verdict of exclusivity, and holds else.
func result(v checker.Verdict) *levels.Result {
	r := &levels.Result{}
	for _, p := range levels.Properties() {
		one := levels.Verdict{PropertyVerdict: checker.PropertyVerdict{Property: p, Verdict: checker.Holds}}
		if p == checker.Exclusivity {
			one.Verdict = v
		}
		r.Verdicts = append(r.Verdicts, one)
	}
	return r
}

func TestTheMatrixOfASystemSaysWhatIsRefutedAndWhatNobodyCanSay(t *testing.T) {
	m := &systemMatrix{}
	m.add(mode.Shared, &harness.SystemRun{Fault: "none", Check: result(checker.Refuted)}, "")
	m.add(mode.KeyShared, &harness.SystemRun{Fault: "none", Check: result(checker.Holds)}, "")
	m.add(mode.KeyShared, &harness.SystemRun{Fault: "kill", Check: result(checker.Unknown)}, "")
	var out strings.Builder
	m.write(&out)
	mustHave(t, out.String(), "| fault | shared | keyshared |", "| none | **exclusivity (0)** | ✓ |", "| kill |  | unknown: exclusivity |")
	if strings.Contains(out.String(), "ended by") {
		t.Errorf("a container ended in\n%s", &out)
	}
	if code := m.exitCode(); code != exitRefuted {
		t.Errorf("the exit code is %d", code)
	}
	m.leaveOut(mode.KeyShared, "topic-unload")
	out.Reset()
	if m.write(&out); !strings.Contains(out.String(), "| topic-unload |  | left out: not allowed |") {
		t.Errorf("what is left out is not in\n%s", &out)
	}
	blind := &systemMatrix{}
	blind.add(mode.Shared, &harness.SystemRun{Fault: "none", Check: result(checker.Refuted)}, "blind")
	blind.add(mode.Shared, &harness.SystemRun{Fault: "kill", Check: result(checker.Holds)}, "")
	out.Reset()
	blind.write(&out)
	if code := blind.exitCode(); code != exitUnknown || strings.Contains(out.String(), "| ✓") {
		t.Errorf("of observers that are blind the exit code is %d and the matrix\n%s", code, &out)
	}
}

func TestAContainerThatEndedByItselfStandsInItsCellAndBelowTheMatrix(t *testing.T) {
	m := &systemMatrix{}
	m.add(mode.Lock, &harness.SystemRun{Fault: "none", Check: result(checker.Holds)}, "")
	m.add(mode.Lock, &harness.SystemRun{Fault: "link-reset", Dir: "runs/1/orders-lock-link-reset", Check: result(checker.Holds), Ended: []system.Ended{
		{Worker: "w2", How: "it ended by itself with exit code 3: broken pipe", ExitCode: "3", Log: "logs/w2.log.gz"},
		{Worker: "w3", How: "it did not end within 10s of SIGTERM, and was killed"},
	}}, "")
	var out strings.Builder
	m.write(&out)
	mustHave(t, out.String(), "| none | ✓ |", "| link-reset | ✓; ended by itself: w2 (3) |", "- lock, link-reset: w2, exit code 3: runs/1/orders-lock-link-reset/logs/w2.log.gz\n")
	if strings.Contains(out.String(), "w3") {
		t.Errorf("one that was asked to end is among those that were not\n%s", &out)
	}
}

func TestAnUnknownNamesTheLevelThatWouldDecide(t *testing.T) {
	r, would := result(checker.Unknown), levels.Marks
	r.Verdicts[0].Reason, r.Verdicts[0].Would = "2 pairs may have", &would
	var out strings.Builder
	writeVerdicts(&out, r)
	mustHave(t, out.String(), "exclusivity  unknown  level 0  2 pairs may have; level 3 (marks of the system itself) would decide\n")
}

func TestWhatIsToldBesideEachOtherIsReadOneAfterTheOther(t *testing.T) {
	var out strings.Builder
	first, second := inTurn{to: &out}, inTurn{to: &out}
	write := func(w *inTurn, text string) {
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	write(&second, "c")
	write(&first, "a")
	first.open()
	write(&second, "d")
	write(&first, "b")
	second.open()
	write(&second, "e")
	if out.String() != "abcde" {
		t.Errorf("it reads %q", out.String())
	}
}
