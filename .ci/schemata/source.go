package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// source is a package as the compiler sees it.
type source struct {
	dir     string
	path    string
	exports map[string]string // what each package that it imports exports, by import path
	files   []*file
	of      *types.Package
	info    *types.Info
}

type file struct {
	name string // without its folder
	text string
	tree *ast.File
	at   *token.File

	sites []*site // outer ones first, in the file's order
}

// site is a place at which mutants are chosen.
type site struct {
	node    ast.Node
	mutants []*mutant
}

// load reads the package of a folder.
func load(dir string) (*source, error) {
	cmd := exec.Command("go", "list", "-json=Dir,ImportPath,Export,GoFiles,DepOnly", "-deps", "-export", dir)
	cmd.Stderr = os.Stderr
	listed, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	s := &source{exports: map[string]string{}, info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}}
	var names []string
	for d := json.NewDecoder(bytes.NewReader(listed)); ; {
		var p struct {
			Dir, ImportPath, Export string
			GoFiles                 []string
			DepOnly                 bool
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		s.exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			s.dir, s.path, names = p.Dir, p.ImportPath, p.GoFiles
		}
	}
	set := token.NewFileSet()
	var trees []*ast.File
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			return nil, err
		}
		tree, err := parser.ParseFile(set, name, text, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, &file{name: name, text: string(text), tree: tree, at: set.File(tree.Pos())})
		trees = append(trees, tree)
	}
	s.of, err = s.check(set, trees, s.info)
	return s, err
}

func (s *source) check(set *token.FileSet, trees []*ast.File, info *types.Info) (*types.Package, error) {
	exported := func(path string) (io.ReadCloser, error) { return os.Open(s.exports[path]) }
	return (&types.Config{Importer: importer.ForCompiler(set, "gc", exported)}).Check(s.path, set, trees, info)
}

// compiles tells whether the package would with this mutant.
func (s *source) compiles(f *file, m *mutant) bool {
	set := token.NewFileSet()
	var trees []*ast.File
	for _, g := range s.files {
		text := g.text
		if g == f {
			text = f.with(m)
		}
		tree, err := parser.ParseFile(set, g.name, text, parser.SkipObjectResolution)
		if err != nil {
			return false
		}
		trees = append(trees, tree)
	}
	_, err := s.check(set, trees, nil)
	return err == nil
}

// with is the file's text with a mutant in it.
func (f *file) with(m *mutant) string {
	return f.text[:m.offset] + m.text + f.text[m.offset+len(m.old):]
}

func (f *file) raw(n ast.Node) string {
	return f.text[f.at.Offset(n.Pos()):f.at.Offset(n.End())]
}

// place finds each mutant's token. None may be left: what is not tried is not known.
func (s *source) place(mutants []*mutant) error {
	type position struct {
		file         string
		line, column int
	}
	missing := map[position][]*mutant{}
	for _, m := range mutants {
		p := position{filepath.Base(m.file), m.line, m.column}
		missing[p] = append(missing[p], m)
	}
	for _, f := range s.files {
		var above []ast.Node
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if n == nil {
				above = above[:len(above)-1]
				return true
			}
			above = append(above, n)
			tok, pos := tokenOf(n)
			if !pos.IsValid() {
				return true
			}
			at := f.at.Position(pos)
			p := position{f.name, at.Line, at.Column}
			here := &site{node: n}
			for _, m := range missing[p] {
				m.new = mutators[m.kind][tok].String()
				m.offset, m.old, m.text = f.at.Offset(pos), tok.String(), m.new
				if e, is := n.(*ast.BinaryExpr); is { // the new operator may bind more tightly
					m.offset, m.old, m.text = f.at.Offset(e.Pos()), f.raw(e), fmt.Sprintf("((%s) %s (%s))", f.raw(e.X), m.new, f.raw(e.Y))
				}
				if m.how = s.how(f, m, n, tok, above); m.how == chosen {
					here.mutants = append(here.mutants, m)
				}
			}
			delete(missing, p)
			if len(here.mutants) > 0 {
				f.sites = append(f.sites, here)
			}
			return true
		})
		slices.SortStableFunc(f.sites, func(a, b *site) int {
			if a.node.Pos() != b.node.Pos() {
				return int(a.node.Pos() - b.node.Pos())
			}
			return int(b.node.End() - a.node.End())
		})
	}
	for p := range missing {
		return fmt.Errorf("%s:%d:%d has no token that is changed", p.file, p.line, p.column)
	}
	return nil
}

// tokenOf is the token that gremlins may change in a node, and its place.
func tokenOf(n ast.Node) (token.Token, token.Pos) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		return n.Tok, n.TokPos
	case *ast.BinaryExpr:
		return n.Op, n.OpPos
	case *ast.BranchStmt:
		return n.Tok, n.TokPos
	case *ast.IncDecStmt:
		return n.Tok, n.TokPos
	case *ast.UnaryExpr:
		return n.Op, n.OpPos
	}
	return token.ILLEGAL, token.NoPos
}

// how says how a mutant is made. A choice is an expression of the same type, so it can stand in no constant and no
// type; and where a choice stands, all that can be chosen must compile.
func (s *source) how(f *file, m *mutant, n ast.Node, tok token.Token, above []ast.Node) how {
	for _, a := range above {
		d, declares := a.(*ast.GenDecl)
		_, array := a.(*ast.ArrayType)
		if declares && d.Tok == token.CONST || array {
			return alone
		}
	}
	if e, is := n.(ast.Expr); is && !decides(tok) {
		t := types.TypeString(s.info.Types[e].Type, s.qualifier(f))
		if strings.Contains(t, "untyped") || strings.Contains(t, notImported) {
			return alone
		}
	}
	switch n := n.(type) {
	case *ast.UnaryExpr:
		if tok == token.AND {
			return notViable
		}
	case *ast.BinaryExpr:
		if b, basic := s.info.Types[n].Type.Underlying().(*types.Basic); tok == token.ADD && basic && b.Info()&types.IsString != 0 {
			return notViable
		}
	default:
		if !s.compiles(f, m) {
			return notViable
		}
	}
	return chosen
}

// decides tells whether an operator's result is a bool.
func decides(tok token.Token) bool {
	switch tok {
	case token.LAND, token.LOR, token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return true
	}
	return false
}

const notImported = "?"

// qualifier names packages as a file does.
func (s *source) qualifier(f *file) types.Qualifier {
	return func(p *types.Package) string {
		if p == s.of {
			return ""
		}
		for _, i := range f.tree.Imports {
			if strings.Trim(i.Path.Value, `"`) == p.Path() {
				if i.Name != nil {
					return i.Name.Name
				}
				return p.Name()
			}
		}
		return notImported
	}
}
