package summary

import (
	"go/ast"
	"go/constant"
	"go/token"
	"slices"
	"strings"
)

// Literal is a text that code spells out, and where. One that is put together of constants is one text.
type Literal struct {
	Text string
	Pos  Pos
}

// literals keeps the texts in hand-written code that may be the address of a peer, or the beginning of one, in the order
// of the code.
func (e *extractor) literals() {
	for _, f := range e.pkg.Syntax {
		if e.generated[e.fset.Position(f.Package).Filename] {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec, *ast.Field: // the latter for its tag, and a type has no texts
				_, parameters := n.(*ast.Field)
				return parameters && n.(*ast.Field).Tag == nil
			case *ast.BasicLit, *ast.BinaryExpr:
				value := e.pkg.TypesInfo.Types[n.(ast.Expr)].Value
				if value == nil || value.Kind() != constant.String {
					return true
				}
				if text := constant.StringVal(value); addressLike(text) && !e.namesAddress(n.(ast.Expr)) {
					e.out.Literals = append(e.out.Literals, Literal{text, e.pos(firstText(n.(ast.Expr)))})
				}
				return false
			}
			return true
		})
	}
	slices.SortStableFunc(e.out.Literals, func(a, b Literal) int { return strings.Compare(a.Text, b.Text) })
}

// namesAddress reports whether an expression begins with a constant that has the address: that is where it stands.
func (e *extractor) namesAddress(expr ast.Expr) bool {
	for {
		switch x := ast.Unparen(expr).(type) {
		case *ast.BinaryExpr:
			expr = x.X
		case *ast.BasicLit:
			return false
		default:
			value := e.pkg.TypesInfo.Types[x].Value
			return value != nil && value.Kind() == constant.String && addressLike(constant.StringVal(value)) && !strings.HasSuffix(constant.StringVal(value), "://")
		}
	}
}

// firstText is where the first text begins that an expression spells out; the expression, where it spells out none.
func firstText(expr ast.Expr) token.Pos {
	at := expr.Pos()
	found := false
	ast.Inspect(expr, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && !found {
			at, found = lit.Pos(), true
		}
		return !found
	})
	return at
}

// addressLike reports whether a text has a scheme, or a port behind a name.
func addressLike(text string) bool {
	if strings.ContainsAny(text, " \t\n") {
		return false
	}
	if strings.Contains(text, "://") {
		return true
	}
	host, port, ok := strings.Cut(text, ":")
	return ok && host != "" && port != "" && port[0] >= '0' && port[0] <= '9'
}
