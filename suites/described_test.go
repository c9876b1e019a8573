package suites

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
)

// What the code declares, and nobody could forget to register: it is read from
// the source.

// parsed are the Go files of a folder but for its tests, by their paths.
func parsed(t *testing.T, folder string) map[string]*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s has no Go files (%v)", folder, err)
	}
	files := map[string]*ast.File{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		if files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// faultTypes are the types with a method Spec, and the file of each.
func faultTypes(t *testing.T) map[string]string {
	t.Helper()
	types := map[string]string{}
	for path, file := range parsed(t, "fault") {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "Spec" || f.Recv == nil {
				continue
			}
			of := f.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			types[of.(*ast.Ident).Name] = path
		}
	}
	return types
}

func TestEveryFaultThatThereIsHasADescriptor(t *testing.T) {
	described := map[string]bool{"Schedule": true} // it has its steps' names
	for _, d := range fault.Descriptors() {
		described[reflect.TypeOf(d.From).Name()] = true
	}
	types := faultTypes(t)
	for name, path := range types {
		if !described[name] {
			t.Errorf("%s: the fault %s has no descriptor, so no schedule can name it and no list tells of it: add `var _ = describe(Descriptor{From: %s{}, …})`", path, name, name)
		}
	}
	if len(types) < 30 {
		t.Errorf("%d types with a Spec were found", len(types))
	}
}

// constants are the values of the constants of a type, and the file of each.
func constants(t *testing.T, folder, of string) map[string]string {
	t.Helper()
	values := map[string]string{}
	for path, file := range parsed(t, folder) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != of {
				return true
			}
			for _, v := range spec.Values {
				if literal, ok := v.(*ast.BasicLit); ok {
					value, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					values[value] = path
				}
			}
			return true
		})
	}
	return values
}

func TestEveryNameThatThereIsIsDescribed(t *testing.T) {
	for _, c := range []struct {
		folder, of string
		described  []string
		where      string // the file and the variable to edit
	}{
		{"fixtures/orchestrator/mode", "Mode", names(mode.Modes()), "`modes` in fixtures/orchestrator/mode/modes.go"},
		{"fixtures/orchestrator/mode", "Guard", names(mode.Guards()), "`guards` in fixtures/orchestrator/mode/guards.go"},
		{"checker", "Property", names(checker.Properties()), "`properties` in checker/properties.go"},
		{"fault", "Point", names(fault.Points()), "`Points` in fault/point.go"},
		{"fault", "Metric", names(fault.Metrics()), "`Metrics` in fault/condition.go"},
	} {
		t.Run(c.of, func(t *testing.T) {
			values := constants(t, c.folder, c.of)
			for value, path := range values {
				if !slices.Contains(c.described, value) {
					t.Errorf("%s: the %s %q is described nowhere, so no list tells of it: add it to %s", path, c.of, value, c.where)
				}
			}
			if len(values) < len(c.described) {
				t.Errorf("%d constants were found, and %d are described: name each by a constant of the type", len(values), len(c.described))
			}
		})
	}
}

func names[N ~string](of []N) (all []string) {
	for _, n := range of {
		all = append(all, string(n))
	}
	return all
}
