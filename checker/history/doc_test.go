package history

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// tables are what the package's documentation says of the format, by the tables
// that the reader goes by.
func tables() map[string]string {
	var kinds, all strings.Builder
	row := func(cells ...string) {
		line := fmt.Sprintf("//\t%-21s %-15s %-34s %s", cells[0], cells[1], cells[2], cells[3])
		kinds.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	row("kind", "observer", "must have", "may have")
	for _, r := range kindRows {
		may := r.may
		if r.since > 1 {
			may = strings.TrimSpace(fmt.Sprintf("%s (since version %d)", may, r.since))
		}
		row(string(r.kind), r.by.String(), r.must, may)
	}
	for _, o := range []*keys{eventKeys, evidenceKeys, scenarioKeys, requireKeys} {
		for i, k := range o.list {
			note := ""
			if k.since > 1 {
				note = fmt.Sprintf(", since version %d", k.since)
			}
			if o != eventKeys && !o.required.has(i) {
				note += ", may be missing"
			}
			name := k.name
			if o != eventKeys {
				name = o.of + "." + name
			}
			fmt.Fprintf(&all, "//\t%-26s %s%s\n", name, shapeNames[k.shape], note)
		}
	}
	return map[string]string{"kinds": kinds.String(), "keys": all.String()}
}

// TestTheDocumentationIsThatOfTheTables compares the tables in doc.go with those
// that the reader goes by. With UPDATE=1 in the environment it writes them.
func TestTheDocumentationIsThatOfTheTables(t *testing.T) {
	b, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	for name, want := range tables() {
		begin := map[string]string{"kinds": "depends on its kind. A string that must be there is not empty.\n//\n", "keys": "since version 1 where no other is named:\n//\n"}[name]
		_, rest, ok := strings.Cut(doc, begin)
		if !ok {
			t.Fatalf("doc.go has no place for the table of %s", name)
		}
		got, _, _ := strings.Cut(rest, "//\n")
		if got == want {
			continue
		}
		if os.Getenv("UPDATE") == "" {
			t.Errorf("doc.go has another table of %s than the reader: UPDATE=1 go test ./checker/history -run Documentation writes it. It should be\n%s", name, want)
		}
		doc = strings.Replace(doc, begin+got, begin+want, 1)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("doc.go", []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
