package suites

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"turnstile/fixtures/orchestrator/mode"
)

// What a reader can take in at once.
const (
	mostOfAClaim  = 6   // lines of a scenario, between its braces and without its comment
	mostOnAClaim  = 2   // lines of that comment
	mostOfAFile   = 400 // lines of Go
	mostOfAReadme = 150 // lines of the README
	mostOfAFault  = 60  // lines of fault's median file: a fault is a declaration
)

// goFiles are the repository's, by path from this folder.
func goFiles(t *testing.T) map[string][]byte { return filesOf(t, ".go") }

// filesOf are those of the repository whose names end so, by path from this folder.
func filesOf(t *testing.T, end string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "runs" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, end) {
			files[path], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// lines is how many lines a text has.
func lines(text []byte) int { return bytes.Count(text, []byte("\n")) }

func TestFaultsAreShort(t *testing.T) {
	var all []int
	for path, text := range goFiles(t) {
		if filepath.Dir(path) == filepath.Join("..", "fault") && !strings.HasSuffix(path, "_test.go") {
			all = append(all, lines(text))
		}
	}
	if slices.Sort(all); len(all) < 50 || all[(len(all)-1)/2] > mostOfAFault {
		t.Errorf("of %d files of fault half have more than %d lines: what several faults need belongs to the runner or to the evidence", len(all), mostOfAFault)
	}
}

func TestNoGoFileIsLongerThanCanBeSeenAtOnce(t *testing.T) {
	files := goFiles(t)
	for path, text := range files {
		if n := lines(text); n > mostOfAFile {
			t.Errorf("%s has %d lines, at most %d are wanted: split it by what its parts are about", path, n, mostOfAFile)
		}
	}
	if len(files) < 100 {
		t.Errorf("%d Go files were found", len(files))
	}
}

func TestTheReadmeIsReadToTheEnd(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if n := lines(text); n == 0 || n > mostOfAReadme {
		t.Errorf("README.md has %d lines, at most %d are wanted: what is more belongs into the folders' own", n, mostOfAReadme)
	}
}

// TestEveryTestThatATargetAsksForIsThere: a pattern that matches nothing passes.
func TestEveryTestThatATargetAsksForIsThere(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for path, text := range goFiles(t) {
		if strings.HasSuffix(path, "_test.go") {
			all.Write(text)
		}
	}
	asked := 0
	for _, pattern := range regexp.MustCompile(`(?:-run|-bench) '([^']*)'`).FindAllStringSubmatch(string(makefile), -1) {
		for _, name := range strings.FieldsFunc(expanded(pattern[1]), func(r rune) bool { return !unicode.IsLetter(r) }) {
			asked++
			if !bytes.Contains(all.Bytes(), []byte("func "+name)) {
				t.Errorf("the Makefile asks for %s, and no test begins so: rename it there too", name)
			}
		}
	}
	if asked < 10 {
		t.Errorf("%d names of tests were found in the Makefile", asked)
	}
}

// expanded writes out a choice after a beginning: Test(A|B) is TestA|TestB.
func expanded(pattern string) string {
	return regexp.MustCompile(`(\w+)\(([^)]*)\)`).ReplaceAllStringFunc(pattern, func(s string) string {
		beginning, choice, _ := strings.Cut(strings.TrimSuffix(s, ")"), "(")
		return beginning + strings.ReplaceAll(choice, "|", "|"+beginning)
	})
}

func TestEveryClaimReadsAsAClaim(t *testing.T) {
	paths, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	claims := 0
	for _, path := range paths {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, literal := range scenariosIn(file) {
			claims++
			at := files.Position(literal.Lbrace)
			code, comment := linesOf(files, file, literal)
			if code > mostOfAClaim {
				t.Errorf("%s: a scenario of %d lines, at most %d are wanted: name what it shares with others, and put where it runs beside its name", at, code, mostOfAClaim)
			}
			if comment > mostOnAClaim {
				t.Errorf("%s: a comment of %d lines on a scenario, at most %d are wanted: what runs have shown belongs into FINDINGS.md", at, comment, mostOnAClaim)
			}
		}
	}
	if claims < 100 {
		t.Errorf("%d scenarios were found in %d files", claims, len(paths))
	}
}

// scenariosIn are the literals of a harness.Scenario that say anything.
func scenariosIn(file *ast.File) (found []*ast.CompositeLit) {
	isScenario := func(e ast.Expr) bool {
		sel, ok := e.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Scenario"
	}
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if isScenario(literal.Type) {
			found = append(found, literal)
		}
		if list, ok := literal.Type.(*ast.ArrayType); ok && isScenario(list.Elt) {
			for _, e := range literal.Elts {
				if element, ok := e.(*ast.CompositeLit); ok && element.Type == nil {
					found = append(found, element)
				}
			}
		}
		return true
	})
	return found
}

// linesOf counts the lines of a literal between its braces, and those of the
// comments in it and right above it.
func linesOf(files *token.FileSet, file *ast.File, literal *ast.CompositeLit) (code, comment int) {
	line := func(p token.Pos) int { return files.Position(p).Line }
	first, last := line(literal.Lbrace), line(literal.Rbrace)
	holds := map[int]bool{} // the lines on which anything but a comment stands
	ast.Inspect(literal, func(n ast.Node) bool {
		if n != nil && n != literal {
			holds[line(n.Pos())], holds[line(n.End()-1)] = true, true
		}
		return true
	})
	for at := range holds {
		if at > first && at < last {
			code++
		}
	}
	for _, group := range file.Comments {
		from, to := line(group.Pos()), line(group.End()-1)
		if from >= first && to <= last || to == first-1 {
			comment += to - from + 1
		}
	}
	return code, comment
}

// TestNoClaimSaysItsModeInItsName: the mode is a field, and names are compared
// across modes. (A lock and a failover are things, too.)
func TestNoClaimSaysItsModeInItsName(t *testing.T) {
	for _, sc := range allClaims() {
		for _, m := range mode.Modes() {
			if strings.HasPrefix(sc.Name, string(m)+",") || strings.HasSuffix(sc.Name, ", "+string(m)) {
				t.Errorf("%s / %s says its mode in its name", sc.Mode, sc.Name)
			}
		}
		if strings.Contains(sc.Name, "SHARED") || strings.Contains(sc.Name, "FAILOVER") {
			t.Errorf("%s / %s says its subscription in its name", sc.Mode, sc.Name)
		}
	}
}
