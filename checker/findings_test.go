package checker

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryFindingIsInTheTable compares the names in the code with the table's.
func TestEveryFindingIsInTheTable(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f, "_test.go") {
			for _, m := range regexp.MustCompile(`\bfound\("([^"]+)"`).FindAllSubmatch(b, -1) {
				used[string(m[1])] = true
			}
		}
	}
	for name := range used {
		if findingKindOf[name] == nil {
			t.Errorf("nothing says what the finding %s touches", name)
		}
	}
	seen := map[string]bool{}
	for _, k := range findingKinds {
		if !used[k.name] || seen[k.name] {
			t.Errorf("nobody finds %s, or it stands there twice", k.name)
		}
		seen[k.name] = true
		if k.why == "" {
			t.Errorf("nothing says why %s touches what it touches", k.name)
		}
		for _, p := range k.breaks {
			if !slices.Contains(findingKindOf[k.name].blocks, p) {
				t.Errorf("with %s, %s could hold and not be refuted", k.name, p)
			}
		}
	}
}

// TestTheDocumentationListsTheFindings fails with what findings.md should say.
func TestTheDocumentationListsTheFindings(t *testing.T) {
	b, err := os.ReadFile("findings.md")
	if err != nil || !strings.Contains(string(b), FindingsTable()) {
		t.Errorf("findings.md does not have this table (%v):\n%s", err, FindingsTable())
	}
}
