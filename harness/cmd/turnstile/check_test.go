package main

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

func resultOf(t *testing.T, text []byte) *checker.Result {
	t.Helper()
	r := &checker.Result{}
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return r
}

// runFolder is a copy of a recorded run's folder.
func runFolder(t *testing.T, folder string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "the-run-42")
	if err := os.CopyFS(dir, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sumOfPacked is the SHA-256 of what was packed into a file.
func sumOfPacked(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, z); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// verdict is a property's in a result, to be changed.
func verdict(r *checker.Result, p checker.Property) *checker.PropertyVerdict {
	return &r.Verdicts[slices.IndexFunc(r.Verdicts, func(v checker.PropertyVerdict) bool { return v.Property == p })]
}

func TestCheckAgreesWithTheRunsOwnVerdict(t *testing.T) {
	code, out, errs := turnstile(untimed("check", "--json", alone)...)
	if code != exitHolds || strings.Contains(errs, "DIFFERS") || !strings.Contains(errs, "verdict.json") {
		t.Fatalf("exit code %d, stderr %q", code, errs)
	}
	b, err := os.ReadFile(alone + "/verdict.json")
	if err != nil {
		t.Fatal(err)
	}
	got, want := resultOf(t, []byte(out)), resultOf(t, b)
	for _, v := range want.Verdicts {
		if g := got.Of(v.Property); g.Verdict != v.Verdict || g.Reason != v.Reason {
			t.Errorf("%s is %s (%s); the run said %s (%s)", v.Property, g.Verdict, g.Reason, v.Verdict, v.Reason)
		}
	}
}

func TestCheckSaysWhenTheSavedVerdictDiffers(t *testing.T) {
	saved := func(change func(*checker.Result)) string {
		dir := runFolder(t, freeze)
		_, out, _ := turnstile("check", "--json", dir)
		r := resultOf(t, []byte(out))
		change(r)
		b, err := json.Marshal(r)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "verdict.json"), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	another := saved(func(r *checker.Result) { r.HistorySHA256 = "0123" })
	garbled := runFolder(t, freeze)
	if err := os.WriteFile(filepath.Join(garbled, "verdict.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	refuted := saved(func(r *checker.Result) { verdict(r, checker.Order).Verdict = checker.Refuted })
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"not at all", []string{saved(func(*checker.Result) {})}, "verdict.json says the same"},
		{"in the history that it judged", []string{another}, "DIFFERS: " + filepath.Join(another, "verdict.json") + " judged another history than this: the SHA-256 of what it judged, unpacked, is 0123"},
		{"by not naming its history", []string{saved(func(r *checker.Result) { r.HistorySHA256 = "" })}, "does not name the history that it judged"},
		{"in a verdict", []string{refuted}, "verdict.json says that order is refuted"},
		{"in a verdict that is not asked for", []string{refuted, "--property", "delivery"}, "verdict.json says the same"},
		{"in a count", []string{saved(func(r *checker.Result) { verdict(r, checker.Exclusivity).Counts["sections"]++ })}, "the same verdict with another reason, counts or witness for: exclusivity"},
		{"in what it judges", []string{saved(func(r *checker.Result) { verdict(r, checker.Exclusivity).Property = "an older one" })}, "does not judge exclusivity"},
		{"in judging more", []string{saved(func(r *checker.Result) {
			r.Verdicts = append(r.Verdicts, checker.PropertyVerdict{Property: "punctuality", Verdict: checker.Holds})
		})}, "says that punctuality is holds, which this build does not judge"},
		{"in that it cannot be read", []string{garbled}, "cannot be compared with"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := turnstile(append([]string{"check"}, c.args...)...)
			if code == exitUsage || errs != "" {
				t.Errorf("exit code %d, stderr %q", code, errs)
			}
			mustHave(t, out, c.says)
			code, out, errs = turnstile(append([]string{"check", "--json"}, c.args...)...)
			if code == exitUsage || !strings.Contains(errs, c.says) {
				t.Errorf("as JSON: exit code %d, stderr %q", code, errs)
			}
			resultOf(t, []byte(out))
		})
	}
}

func TestCheckWritesWhatABugReportNeeds(t *testing.T) {
	dir, out := runFolder(t, freeze), filepath.Join(t.TempDir(), "new", "folder")
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Error(err)
		}
		return string(b)
	}
	code, text, errs := turnstile("check", dir, "--out", out, "--property", "order")
	if code != exitHolds || errs != "" {
		t.Fatalf("exit code %d, stderr %q", code, errs)
	}
	mustHave(t, text, "written: "+filepath.Join(out, "violation.md"), "written: "+filepath.Join(out, "porcupine.html"))
	if r := resultOf(t, []byte(read("verdict.json"))); r.HistorySHA256 != sumOfPacked(t, freeze+"/history.jsonl.gz") {
		t.Errorf("verdict.json names the history %q", r.HistorySHA256)
	} else if len(r.Verdicts) != len(checker.Properties()) {
		t.Errorf("verdict.json has %d verdicts: it is to be whole whatever is printed", len(r.Verdicts))
	}
	mustHave(t, read("violation.md"),
		"# Exclusivity, ", " refuted: keyshared / a consumer freezes mid-flight", "| Exclusivity | **refuted**, as the scenario claims |",
		"TURNSTILE_SEED=1208927500 go test", "`turnstile-pulsar:4.0.8`", "`the-run-42`")
	mustHave(t, read("porcupine.html"), "<html", "w3-45")

	t.Run("a history alone has no claims and no command", func(t *testing.T) {
		history := each(t, freeze, func(*history.Event) {})
		if code, _, errs := turnstile("check", history, "--out", out); code != exitRefuted || errs != "" {
			t.Fatalf("exit code %d, stderr %q", code, errs)
		}
		text := read("violation.md")
		mustHave(t, text, "| Exclusivity | **refuted**; what the scenario claims is not known here |")
		if strings.Contains(text, "go test") {
			t.Error("a command from nowhere")
		}
	})
	t.Run("another run's run.json is not used", func(t *testing.T) {
		b, err := os.ReadFile(alone + "/run.json")
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "run.json"), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := turnstile("check", dir, "--out", out)
		mustHave(t, text, "run.json is of another run (shared / one consumer alone")
		if strings.Contains(read("violation.md"), "389649241") {
			t.Error("it is used")
		}
	})
	t.Run("an earlier picture does not stay where nothing is refuted", func(t *testing.T) {
		if code, text, errs := turnstile(untimed("check", alone, "--out", out)...); code != exitHolds {
			t.Fatalf("exit code %d: %s%s", code, text, errs)
		}
		mustHave(t, read("violation.md"), "# No violation")
		if _, err := os.Stat(filepath.Join(out, "porcupine.html")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the picture: %v", err)
		}
	})
	for _, c := range []struct{ name, out, says string }{
		{"the run's own folder is not written to", dir, "name another folder"},
		{"a file is no folder", filepath.Join(dir, "run.json"), "name a folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, text, errs := turnstile("check", dir, "--out", c.out)
			if code != exitUsage || text != "" || !strings.Contains(errs, c.says) {
				t.Errorf("exit code %d, stderr %q", code, errs)
			}
		})
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAnAnswerThatCannotBePrintedIsNone(t *testing.T) {
	for _, args := range [][]string{{"check", alone}, {"check", "--json", alone}, {"show", alone, "--user", "u1"}} {
		var errs strings.Builder
		if code := run(args, full{}, &errs); code != exitUsage || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("%v: exit code %d, %q", args, code, errs.String())
		}
	}
}
