package history

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestTheKeysAreTheFieldsOfTheStructsInTheirOrder(t *testing.T) {
	for _, c := range []struct {
		keys *keys
		of   reflect.Type
	}{
		{eventKeys, reflect.TypeFor[Event]()}, {evidenceKeys, reflect.TypeFor[Evidence]()},
		{scenarioKeys, reflect.TypeFor[Setup]()}, {requireKeys, reflect.TypeFor[Require]()},
	} {
		if got, want := len(c.keys.list), c.of.NumField(); got != want {
			t.Errorf("%s has %d keys, and %d fields", c.keys.of, got, want)
			continue
		}
		for k, key := range c.keys.list {
			name, omit, _ := strings.Cut(c.of.Field(k).Tag.Get("json"), ",")
			if name != key.name || (omit == "") != c.keys.required.has(k) {
				t.Errorf("%s: key %d is %s, required %t; the field is %s, %q", c.keys.of, k, key.name, c.keys.required.has(k), name, omit)
			}
			if found := c.keys.find([]byte(key.name)); found != k {
				t.Errorf("%s: key %s is found in place %d, not %d", c.keys.of, key.name, found, k)
			}
		}
	}
}

// TestEveryKindHasARow reads the kinds from the source, where they are declared.
func TestEveryKindHasARow(t *testing.T) {
	file, err := goparser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); !ok || of.Name != "Kind" {
			return true
		}
		name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if declared++; err != nil || rowOfKind[Kind(name)] == nil {
			t.Errorf("%s (%q) has no row: %v", spec.Names[0], name, err)
		}
		return true
	})
	if declared == 0 || declared != len(kindRows) || len(rowOfKind) != len(kindRows) {
		t.Errorf("%d kinds are declared, there are %d rows of %d kinds", declared, len(kindRows), len(rowOfKind))
	}
}
