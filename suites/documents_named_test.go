package suites

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// What documents name is there: files, headings, targets, variables, tests.

// anchorsOf are the names by which links lead to a document's headings.
func anchorsOf(text string) (all []string) {
	inBlock := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			inBlock = !inBlock
		}
		if heading := strings.TrimLeft(line, "#"); !inBlock && heading != line {
			all = append(all, strings.Map(func(r rune) rune {
				switch {
				case r == ' ':
					return '-'
				case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
					return unicode.ToLower(r)
				}
				return -1
			}, strings.TrimSpace(heading)))
		}
	}
	return all
}

func TestEveryLinkOfADocumentLeadsSomewhere(t *testing.T) {
	links := 0
	all := filesOf(t, ".md")
	for path, text := range all {
		for _, m := range regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`).FindAllStringSubmatch(string(text), -1) {
			links++
			to := path
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(path), m[1])
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s is not there", path, to)
			} else if m[2] != "" && !slices.Contains(anchorsOf(string(all[to])), m[2]) {
				t.Errorf("%s: %s has no heading #%s", path, to, m[2])
			}
		}
	}
	if links < 80 {
		t.Errorf("%d links were found", links)
	}
}

func TestEveryTargetAndVariableThatADocumentNamesIsThere(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	var code bytes.Buffer
	code.Write(makefile)
	for _, ext := range []string{".go", ".sh"} {
		for _, text := range filesOf(t, ext) {
			code.Write(text)
		}
	}
	targets := 0
	for path, text := range filesOf(t, ".md") {
		for _, m := range regexp.MustCompile("(?m)(?:^|`|&& )make ((?:[a-z-]+ ?)+)((?:[A-Z_]+=[^ `]*)?)").FindAllStringSubmatch(string(text), -1) {
			for _, target := range strings.Fields(m[1]) {
				targets++
				if !bytes.Contains(makefile, []byte("\n"+target+":")) {
					t.Errorf("%s: there is no make %s", path, target)
				}
			}
			if name, _, set := strings.Cut(m[2], "="); set && !bytes.Contains(makefile, []byte("\n"+name+" ?=")) {
				t.Errorf("%s: make takes no %s", path, name)
			}
		}
		for _, name := range regexp.MustCompile(`\bTURNSTILE_[A-Z_]+`).FindAllString(string(text), -1) {
			if !regexp.MustCompile(name + `\b`).Match(code.Bytes()) {
				t.Errorf("%s: nothing asks for %s", path, name)
			}
		}
	}
	if targets < 50 {
		t.Errorf("%d targets were found", targets)
	}
}

// TestEveryTestThatADocumentNamesIsInItsPackage: FINDINGS.md's are tried by
// TestEveryFindingIsShownByAScenario, too.
func TestEveryTestThatADocumentNamesIsInItsPackage(t *testing.T) {
	tests := filesOf(t, "_test.go")
	named := 0
	for path, text := range filesOf(t, ".md") {
		for _, m := range regexp.MustCompile(`go test (\./[a-z/]+)(?:/\.\.\.)?[^`+"`"+`\n]*?-(?:run|bench) '?\^?(\w+)([^\n`+"`"+`]*)`).FindAllStringSubmatch(string(text), -1) {
			named++
			there := m[2] == "TestX" // which stands for any
			for file, code := range tests {
				there = there || filepath.Dir(file) == filepath.Join("..", m[1]) && regexp.MustCompile(`func (?:Test|Benchmark)\w*`+strings.TrimPrefix(m[2], "Test")).Match(code)
			}
			if !there {
				t.Errorf("%s: %s has no test %s", path, m[1], m[2])
			}
		}
	}
	if named < 8 {
		t.Errorf("%d tests were found", named)
	}
}
