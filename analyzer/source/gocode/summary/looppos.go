package summary

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// span is a for or range statement.
type span struct{ from, to token.Pos }

// loopSpans lists the loops of some files by where they begin: one within another comes later.
func loopSpans(files []*ast.File) []span {
	var spans []span
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				spans = append(spans, span{n.Pos(), n.End()})
			}
			return true
		})
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return spans
}

// loopAt is the innermost loop statement of a function that all code of a natural loop stands in.
func (e *extractor) loopAt(fn *ssa.Function, l *loop) token.Pos {
	var first, last token.Pos
	for b := range l.body {
		for _, in := range b.Instrs {
			if _, ok := in.(*ssa.Phi); ok || !in.Pos().IsValid() {
				continue // a phi has the place of its variable
			}
			if first == token.NoPos || in.Pos() < first {
				first = in.Pos()
			}
			last = max(last, in.Pos())
		}
	}
	if first == token.NoPos {
		return token.NoPos
	}
	at, _ := slices.BinarySearchFunc(e.loops, first, func(s span, pos token.Pos) int {
		if s.from <= pos {
			return -1
		}
		return 1
	})
	for at--; at >= 0 && e.loops[at].from >= fn.Pos(); at-- {
		if e.loops[at].to > last {
			return e.loops[at].from
		}
	}
	return token.NoPos
}
