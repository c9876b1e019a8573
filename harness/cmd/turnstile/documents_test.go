package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"turnstile/fault"
	"turnstile/harness"
)

// documents are the repository's Markdown files, by path from this folder.
func documents(t *testing.T) map[string]string {
	t.Helper()
	const root = "../../.."
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (d.Name() == "runs" || strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		b, err := os.ReadFile(path)
		found[path] = string(b)
		return err
	})
	if err != nil || len(found) < 10 {
		t.Fatalf("%d documents were found: %v", len(found), err)
	}
	return found
}

func TestEveryCommandInADocumentIsOneThatThereIs(t *testing.T) {
	// What stands in a line of a block, or between back quotes.
	quoted := regexp.MustCompile("(?m)(?:^|`|&& )(?:go run \\./harness/cmd/)?turnstile ([a-z]+)([^`\\n#]*)")
	option := regexp.MustCompile(`--[a-z-]+`)
	commands := 0
	for path, text := range documents(t) {
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			commands++
			code, help, _ := turnstile(m[1], "--help")
			if code != 0 || !strings.Contains(help, "  turnstile "+m[1]+" ") {
				t.Errorf("%s: turnstile has no command %s", path, m[1])
				continue
			}
			for _, o := range option.FindAllString(m[2], -1) {
				if !regexp.MustCompile(regexp.QuoteMeta(o) + `\b`).MatchString(help) {
					t.Errorf("%s: turnstile %s has no %s", path, m[1], o)
				}
			}
		}
	}
	if commands < 30 {
		t.Errorf("%d commands were found", commands)
	}
}

func TestEveryScheduleInADocumentCanBeRun(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	names := regexp.MustCompile(`fault: ([a-z-]+)`)
	schedules := 0
	for path, text := range documents(t) {
		for _, m := range block.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[1], "faults:") {
				continue
			}
			schedules++
			p, err := fault.ReadPlan(strings.NewReader(m[1]), path, harness.Terms())
			if err == nil {
				_, err = harness.Explore(p)
			}
			if err != nil {
				t.Errorf("a schedule is refused: %v", err)
			}
			for _, name := range names.FindAllStringSubmatch(m[1], -1) {
				if fault.Meaning(name[1]) == "" {
					t.Errorf("%s: no list has the fault %s: it was called so before", path, name[1])
				}
			}
		}
	}
	if schedules < 2 {
		t.Errorf("%d schedules were found", schedules)
	}
}
