package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// escapes is a history whose every name holds what a terminal, a browser or
// Markdown would obey.
const escapes = "../../../checker/testdata/cases/20-escapes.jsonl"

// hostile is what its names end in.
const hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31mRED\x1b]0;t\x07|`**[a](javascript:alert(3))\n# H\u202e\x00"

// obeyed finds what a terminal would obey.
func obeyed(s string) string {
	if i := strings.IndexFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp))
	}); i >= 0 {
		return s[max(0, i-40):min(len(s), i+20)]
	}
	return ""
}

// everyOutput is what all commands say and write about a history, by what it is.
func everyOutput(t interface {
	Helper()
	Fatal(...any)
}, path, user, dir string,
) map[string]string {
	t.Helper()
	all := map[string]string{}
	report := filepath.Join(dir, "report")
	for name, args := range map[string][]string{
		"check":           {"check", path, "--out", report},
		"check --json":    {"check", path, "--json"},
		"show":            {"show", path, "--user", user},
		"show, no user":   {"show", path},
		"show, another":   {"show", path, "--user", user + "\x1b]0;x\x07"},
		"trim":            {"trim", path, "--user", user, "--out", filepath.Join(dir, "small.jsonl.gz")},
		"no such command": {user},
		"no such file":    {"check", path + user},
		"no such flag":    {"check", "--" + user},
		"aiming":          {"aiming", dir + "/" + user},
		"run":             {"run", "--schedule", path},
	} {
		var stdout, stderr bytes.Buffer
		run(args, &stdout, &stderr)
		all[name] = stdout.String() + stderr.String()
	}
	files, err := filepath.Glob(filepath.Join(report, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(f)] = string(b)
	}
	return all
}

func TestNothingInAHistorysNamesIsObeyed(t *testing.T) {
	all := everyOutput(t, escapes, "u1"+hostile, t.TempDir())
	for _, file := range []string{"verdict.json", "violation.md", "porcupine.html"} {
		if all[file] == "" {
			t.Errorf("no %s was written: the case shows nothing of it", file)
		}
	}
	for name, text := range all {
		if bad := obeyed(text); bad != "" {
			t.Errorf("%s has %q", name, bad)
		}
		if strings.HasSuffix(name, ".html") && (strings.Contains(text, "<img src=x") || strings.Contains(text, "<script>alert")) {
			t.Errorf("%s has an element out of a name", name)
		}
	}
	if text := all["violation.md"]; strings.Contains(text, "\n# H") {
		t.Error("violation.md has a heading out of a name")
	}
	// Porcupine's page takes a state's description for HTML.
	for _, page := range []string{"porcupine.html", "porcupine-effects.html"} {
		for _, part := range strings.Split(all[page], `"StateDescription":"`)[1:] {
			var said string
			if text, _, _ := strings.Cut(part, `"`); json.Unmarshal([]byte(`"`+text+`"`), &said) != nil || strings.Contains(said, "<") {
				t.Errorf("%s describes a state as %q", page, text)
			}
		}
	}
}

func TestNoOutputHoldsWhatATerminalObeys(t *testing.T) {
	h, err := history.ReadFile(escapes)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		evil := rapid.StringOf(rapid.OneOf(rapid.RuneFrom(nil, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp), rapid.Rune())).Draw(rt, "name")
		events := renamed(t, h.Events, evil)
		dir := t.TempDir()
		path := filepath.Join(dir, "history.jsonl")
		if err := history.WriteFile(path, events); err != nil {
			rt.Fatal(err)
		}
		for name, text := range everyOutput(rt, path, "u1"+evil, dir) {
			if bad := obeyed(text); bad != "" {
				rt.Fatalf("with names that end in %q %s has %q", evil, name, bad)
			}
		}
	})
}

// renamed is the history with another ending of its names.
func renamed(t *testing.T, events []history.Event, evil string) []history.Event {
	t.Helper()
	var out []history.Event
	for i := range events {
		b, err := json.Marshal(&events[i])
		if err != nil {
			t.Fatal(err)
		}
		inside := func(s string) []byte {
			q, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			return q[1 : len(q)-1]
		}
		var e history.Event
		if err := json.Unmarshal(bytes.ReplaceAll(b, inside(hostile), inside(evil)), &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}
