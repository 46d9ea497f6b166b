package gocode

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
)

// Comments that speak to distcheck. They are read from the syntax that is there anyway: looking costs one comparison a
// comment, and only files that have one are looked at closer. Generated files say nothing: nobody decided there.

// directives finds the comments of own code that speak to distcheck, each once, also where two modules compile its file.
func directives(files *arch.Files, units []*load.Unit, dir string) []arch.Directive {
	var found []arch.Directive
	seen := make(map[arch.Pos]bool)
	for _, u := range units {
		for _, pkg := range u.Packages {
			for _, file := range pkg.Syntax {
				for _, d := range inFile(files, u.Fset, file, dir) {
					if !seen[d.Pos] {
						seen[d.Pos] = true
						found = append(found, d)
					}
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b arch.Directive) int { return a.Pos.Compare(b.Pos) })
	return found
}

func inFile(files *arch.Files, fset *token.FileSet, file *ast.File, dir string) []arch.Directive {
	var found []arch.Directive
	var code *lines
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if !strings.HasPrefix(comment.Text, "//") {
				continue
			}
			said, ok := arch.CutDirective(comment.Text)
			if !ok {
				continue
			}
			if code == nil {
				if ast.IsGenerated(file) {
					return nil
				}
				code = linesOf(fset, file)
			}
			at := fset.Position(comment.Pos())
			path := at.Filename
			if rel, err := filepath.Rel(dir, path); err == nil {
				path = rel
			}
			d := arch.Directive{
				Pos:  arch.Pos{File: files.Get(filepath.ToSlash(path), arch.Go), Line: int32(at.Line), Column: int32(at.Column)},
				Text: said,
			}
			from, to := at.Line, at.Line
			if !code.before(comment.Pos(), at.Line) {
				from, to = code.below(fset.Position(group.End()).Line + 1)
			}
			d.Lines = arch.Lines{Path: d.Pos.Path(), From: int32(from), To: int32(to)}
			found = append(found, d)
		}
	}
	return found
}

// lines is where the code of a file stands.
type lines struct {
	first map[int]token.Pos // of what begins or ends in a line
	ends  map[int]int       // where the first thing that begins in a line ends
}

// linesOf looks at a file's code. What begins in a line reaches as far as it goes, but no further than the first block
// in it: a comment above a call that goes over several lines speaks of all of them, one above an if or a function only
// of its head.
func linesOf(fset *token.FileSet, file *ast.File) *lines {
	code := &lines{first: make(map[int]token.Pos), ends: make(map[int]int)}
	mark := func(p token.Pos) int {
		line := fset.Position(p).Line
		if old, ok := code.first[line]; !ok || p < old {
			code.first[line] = p
		}
		return line
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.CommentGroup, *ast.Comment:
			return false
		case *ast.File:
			return true
		}
		begin := mark(n.Pos())
		mark(max(n.End()-1, n.Pos()))
		if _, ok := code.ends[begin]; !ok {
			code.ends[begin] = fset.Position(headOf(n)).Line
		}
		return true
	})
	return code
}

// headOf is where a piece of code ends, or the first block in it begins.
func headOf(n ast.Node) token.Pos {
	end := n.End()
	ast.Inspect(n, func(part ast.Node) bool {
		switch part := part.(type) {
		case *ast.BlockStmt:
			end = min(end, part.Lbrace)
		case *ast.CaseClause:
			end = min(end, part.Colon)
		case *ast.CommClause:
			end = min(end, part.Colon)
		}
		return part != nil && part.Pos() < end
	})
	return end
}

// before reports whether code stands in a line before a place.
func (l *lines) before(p token.Pos, line int) bool {
	first, ok := l.first[line]
	return ok && first < p
}

// below is the lines of what begins in a line.
func (l *lines) below(line int) (from, to int) {
	if end, ok := l.ends[line]; ok {
		return line, end
	}
	return line, line
}
