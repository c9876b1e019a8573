package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// choices is the file's text with a choice at each site: what a mutant makes of it while it is the one that is
// tried, and else what stands there. In a mutant's own text nothing is chosen: one is tried at a time.
func (s *source) choices(f *file) string {
	w := &writer{s: s, f: f}
	return w.text(0, len(f.text), 0)
}

type writer struct {
	s *source
	f *file
}

// text is the file from one place to another, with choices at its sites from the one given on.
func (w *writer) text(from, to, next int) string {
	var out strings.Builder
	for i := next; i < len(w.f.sites); i++ {
		n := w.f.sites[i].node
		a, b := w.f.at.Offset(n.Pos()), w.f.at.Offset(n.End())
		if a >= to {
			break
		}
		if a < from || b > to { // inside one that is written already
			continue
		}
		out.WriteString(w.f.text[from:a])
		out.WriteString(w.choice(i))
		from = b
	}
	out.WriteString(w.f.text[from:to])
	return out.String()
}

func (w *writer) choice(i int) string {
	site := w.f.sites[i]
	inner := func(n ast.Node) string { return w.text(w.f.at.Offset(n.Pos()), w.f.at.Offset(n.End()), i+1) }
	raw := w.f.raw
	first := site.mutants[0]
	var reached, none []string
	for _, m := range site.mutants {
		reached = append(reached, fmt.Sprintf("schemataReached(%d)", m.id))
		none = append(none, fmt.Sprintf("schemataMutant != %d", m.id))
	}
	either := func(kept string, mutated func(m *mutant) string) string {
		out := "if schemataRecords { " + strings.Join(reached, "; ") + " }; "
		for _, m := range site.mutants {
			out += fmt.Sprintf("if schemataMutant == %d { %s } else ", m.id, mutated(m))
		}
		return out + "{ " + kept + " }"
	}
	switch n := site.node.(type) {
	case *ast.BinaryExpr:
		x, y := "("+raw(n.X)+")", "("+raw(n.Y)+")"
		kept := fmt.Sprintf("%s %s %s", inner(n.X), n.Op, inner(n.Y))
		if !decides(n.Op) {
			return w.value(n, either("return "+kept, func(m *mutant) string { return fmt.Sprintf("return %s %s %s", x, m.new, y) }))
		}
		var chosen []string
		for k, m := range site.mutants {
			if m.kind == "CONDITIONALS_BOUNDARY" && pure(n.X) && pure(n.Y) { // the two differ where the sides are equal
				reached[k] = fmt.Sprintf("%s == %s && %s", x, y, reached[k])
			}
			chosen = append(chosen, fmt.Sprintf("schemataMutant == %d && (%s %s %s)", m.id, x, m.new, y))
		}
		return fmt.Sprintf("(schemataRecords && (%s) || %s || %s && (%s))",
			strings.Join(reached, " || "), strings.Join(chosen, " || "), strings.Join(none, " && "), kept)
	case *ast.UnaryExpr:
		return w.value(n, either("return "+n.Op.String()+inner(n.X), func(m *mutant) string { return "return " + m.new + raw(n.X) }))
	case *ast.IncDecStmt:
		return "func() { " + either(inner(n.X)+n.Tok.String(), func(m *mutant) string { return raw(n.X) + m.new }) + " }()"
	case *ast.AssignStmt:
		l, r := n.Lhs[0], n.Rhs[0]
		return "func() { " + either(fmt.Sprintf("%s %s %s", inner(l), n.Tok, inner(r)), func(m *mutant) string {
			return fmt.Sprintf("%s %s %s", raw(l), m.new, raw(r))
		}) + " }()"
	case *ast.BranchStmt:
		label := ""
		if n.Label != nil {
			label = " " + n.Label.Name
		}
		return either(n.Tok.String()+label, func(m *mutant) string { return m.new + label })
	}
	panic(fmt.Sprintf("nothing is known of a %T that %s changes", site.node, first.kind))
}

// value is an expression of the type that another has.
func (w *writer) value(of ast.Expr, body string) string {
	return "func() " + types.TypeString(w.s.info.Types[of].Type, w.s.qualifier(w.f)) + " { " + body + " }()"
}

// pure tells whether an expression may be evaluated once more.
func pure(e ast.Expr) bool {
	is := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name, named := n.Fun.(*ast.Ident)
			is = is && named && slices.Contains([]string{"len", "cap", "min", "max", "int", "int64", "uint64", "float64"}, name.Name)
		case *ast.FuncLit:
			is = false
		case *ast.UnaryExpr:
			is = is && n.Op != token.ARROW
		}
		return true
	})
	return is
}
