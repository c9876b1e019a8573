package suites

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/fixtures/images"
	"turnstile/harness"
	"turnstile/harness/decide"
	"turnstile/harness/report"
)

// cells splits a row of a Markdown table.
func cells(line string) []string {
	var out []string
	for _, c := range strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ") {
		out = append(out, html.UnescapeString(strings.ReplaceAll(strings.TrimSpace(c), `\`, "")))
	}
	return out
}

// resultsIn are the rows of a table that `make results` writes, without its head.
func resultsIn(t *testing.T, path, table string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(b), "<!-- results: "+table+" -->\n")
	body, _, ended := strings.Cut(rest, "<!-- end of results -->")
	if !found || !ended {
		t.Fatalf("%s has no place for the table %s", path, table)
	}
	var rows [][]string
	for _, line := range strings.Split(body, "\n") {
		if strings.HasPrefix(line, "| ") {
			rows = append(rows, cells(line))
		}
	}
	if len(rows) < 3 {
		t.Fatalf("%s has nothing in its table %s: make results", path, table)
	}
	return rows[2:]
}

// TestResultsTellOfEveryClaim: RESULTS.md is of these scenarios, and of what they
// claim.
func TestResultsTellOfEveryClaim(t *testing.T) {
	told := map[string][]string{}
	for _, row := range resultsIn(t, "RESULTS.md", "matrix") {
		told[row[0]+" / "+row[1]] = row
	}
	for _, sc := range allClaims() {
		key := string(sc.Mode) + " / " + sc.Name
		row := told[key]
		delete(told, key)
		if row == nil || row[2] != sc.FaultKind() {
			t.Errorf("it does not tell of %s under %s: make verify && make results", key, sc.FaultKind())
			continue
		}
		for i, p := range checker.Properties() {
			// A run that was not as claimed tells what was claimed: "? unknown ≠ holds".
			cell := strings.Trim(row[3+i], "*")
			v := checker.Verdict(cell[strings.LastIndexByte(cell, ' ')+1:])
			want := sc.Expect.Of(p)
			if strings.Contains(cell, "≠") {
				if v != want {
					t.Errorf("%s: it tells that %s was claimed to be %s, and the claim is %s: make verify && make results", key, p, v, want)
				}
			} else if !(report.Property{Expected: want, Verdict: v}).Met() {
				t.Errorf("%s: it tells that %s is %s, and the claim is %s: make verify && make results", key, p, v, want)
			}
		}
	}
	for key := range told {
		t.Errorf("it tells of %s, which is no scenario any more: make verify && make results", key)
	}
}

// TestFixedTablesAreOfThisCode: each is in one document, as the code has it.
func TestFixedTablesAreOfThisCode(t *testing.T) {
	documents := map[string]string{"properties": "README.md", "decision": "README.md", "coordination": "fixtures/orchestrator/README.md", "guards": "fixtures/orchestrator/README.md", "alertlist": "fixtures/orchestrator/README.md"}
	for _, table := range report.Tables() {
		if !table.Fixed {
			continue
		}
		path := documents[table.Name]
		b, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Errorf("the table %s is in no document: %v", table.Name, err)
			continue
		}
		if want := "<!-- results: " + table.Name + " -->\n" + table.Write(nil) + "<!-- end of results -->\n"; !strings.Contains(string(b), want) {
			t.Errorf("%s has not the table %s as it is: make tables", path, table.Name)
		}
	}
}

// TestTheReadmeTellsOfEveryFault: its table of modes is of these scenarios.
func TestTheReadmeTellsOfEveryFault(t *testing.T) {
	var told []string
	for _, row := range resultsIn(t, filepath.Join("..", "README.md"), "modes") {
		told = append(told, strings.Split(row[0], ", ")...)
	}
	for _, sc := range allClaims() {
		if !slices.Contains(told, sc.FaultKind()) {
			t.Errorf("it does not tell of %s (%s): make verify && make results", sc.FaultKind(), sc.Name)
		}
	}
}

// TestDecideRestsOnWhatTheDocumentsTell: its figures are those of the tables.
func TestDecideRestsOnWhatTheDocumentsTell(t *testing.T) {
	m, err := decide.Committed()
	if err != nil {
		t.Fatal(err)
	}
	const remedy = "turnstile results <session>... --into suites/%s --data harness/decide/measured.json, and make tables"
	var odds strings.Builder
	report.WriteOdds(&odds, m.Odds)
	b, err := os.ReadFile("ODDS.md")
	if err != nil || !strings.Contains(string(b), "<!-- results: odds -->\n"+strings.TrimRight(odds.String(), "\n")) {
		t.Errorf("ODDS.md does not tell of the odds that decide rests on (%v): "+remedy, err, "ODDS.md")
	}
	rows := resultsIn(t, "PRICES.md", "prices")
	if len(rows) != len(m.Prices.Arms) {
		t.Fatalf("PRICES.md tells of %d modes and remedies, and decide rests on %d: "+remedy, len(rows), len(m.Prices.Arms), "PRICES.md")
	}
	for i, p := range m.Prices.Arms {
		if rate, _, _ := strings.Cut(rows[i][1], " "); rows[i][0] != p.Arm || rate != fmt.Sprintf("%.0f", p.Saturated) {
			t.Errorf("PRICES.md tells %s of %s, and decide rests on %.0f of %s: "+remedy, rate, rows[i][0], p.Saturated, p.Arm, "PRICES.md")
		}
	}
}

var (
	// shownBy is a pattern of scenarios, as a finding gives it.
	shownBy = regexp.MustCompile("`(Test[^`]*)`")
	// named and cited are findings' short names, in the README and in a comment.
	named = regexp.MustCompile("`(\\w+(?:-\\w+)+)`")
	cited = regexp.MustCompile(`//.*\((\w+(?:-\w+)+)\)`)
)

// TestEveryFindingIsShownByAScenario: its command matches one, so that a renamed
// scenario does not leave it behind; and what comments cite is there.
func TestEveryFindingIsShownByAScenario(t *testing.T) {
	var full []string // the tests' names, as -run sees them
	for test, table := range everyTable() {
		scenarios := table()
		several := slices.ContainsFunc(scenarios, func(sc harness.Scenario) bool { return sc.Mode != scenarios[0].Mode })
		for _, sc := range scenarios {
			name := test + "/"
			if several { // see verifyModes
				name += string(sc.Mode) + "/"
			}
			full = append(full, name+strings.ReplaceAll(sc.Name, " ", "_"))
		}
	}
	for _, version := range images.PulsarVersions() {
		for _, sc := range versionsClaims(version) {
			full = append(full, "TestVersions/"+version+"/"+string(sc.Mode)+"/"+strings.ReplaceAll(sc.Name, " ", "_"))
		}
	}
	for _, c := range mergeClaims {
		full = append(full, "TestEveryMerge/"+strings.ReplaceAll(c.name(), " ", "_"))
	}
	b, err := os.ReadFile("FINDINGS.md")
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]bool{}
	for _, line := range strings.Split(string(b), "\n") {
		row := cells(line)
		if !strings.HasPrefix(line, "| ") || row[0] == "entry" || row[0] == "---" {
			continue
		}
		if len(row) != 5 || slices.Contains(row, "") {
			t.Errorf("%s: the entry has %d cells, want five that say something", row[0], len(row))
			continue
		}
		if entries[row[0]] {
			t.Errorf("%s is two entries", row[0])
		}
		entries[row[0]] = true
		for _, m := range shownBy.FindAllStringSubmatch(row[4], -1) {
			if !slices.ContainsFunc(full, func(name string) bool { return runMatches(t, m[1], name) }) {
				t.Errorf("%s: no scenario is called %s", row[0], m[1])
			}
		}
	}
	if len(entries) < 20 {
		t.Errorf("%d findings were read", len(entries))
	}
	for path, text := range goFiles(t) {
		for _, m := range cited.FindAllStringSubmatch(string(text), -1) {
			if filepath.Dir(path) == "." && m[1] != "like-this" && !entries[m[1]] {
				t.Errorf("%s cites %s, which is no finding", path, m[1])
			}
		}
	}
	b, err = os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, learned, _ := strings.Cut(string(b), "\n## What was learned\n")
	learned, _, _ = strings.Cut(learned, "\n## ")
	names := named.FindAllStringSubmatch(learned, -1)
	for _, m := range names {
		if !entries[m[1]] {
			t.Errorf("README.md cites %s, which is no finding", m[1])
		}
	}
	if len(names) < 10 {
		t.Errorf("README.md cites %d findings", len(names))
	}
}

// runMatches reports whether a pattern of `go test -run` asks for a test: each of
// its parts between slashes matches that part of the name.
func runMatches(t *testing.T, pattern, name string) bool {
	t.Helper()
	parts, names := strings.Split(pattern, "/"), strings.Split(name, "/")
	if len(parts) > len(names) {
		return false
	}
	for i, part := range parts {
		re, err := regexp.Compile(part)
		if err != nil {
			t.Fatalf("%s: %v", pattern, err)
		}
		if !re.MatchString(names[i]) {
			return false
		}
	}
	return true
}
