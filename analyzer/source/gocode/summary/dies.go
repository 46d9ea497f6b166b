package summary

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// What ends the process, and what only writes into a log.

// dies reports whether an instruction ends the process.
func dies(in ssa.Instruction) bool {
	switch in := in.(type) {
	case *ssa.Panic:
		return true
	case *ssa.Call:
		fn := in.Call.Method
		if callee := in.Call.StaticCallee(); callee != nil {
			fn, _ = callee.Object().(*types.Func)
		}
		if fn == nil || fn.Pkg() == nil {
			return false
		}
		path := fn.Pkg().Path()
		return path == "os" && fn.Name() == "Exit" || strings.Contains(path, "log") && endsProcess(fn.Name())
	}
	return false
}

// endsProcess reports whether a function of a package for logs does not return.
func endsProcess(name string) bool {
	for _, word := range []string{"Fatal", "Panic", "Exit"} {
		if strings.HasPrefix(name, word) {
			return true
		}
	}
	return false
}

// logs reports whether a function is one of a package for logs that goes on afterwards.
func logs(fn types.Object) bool {
	if fn.Pkg() == nil || !strings.Contains(fn.Pkg().Path(), "log") {
		return false
	}
	return !endsProcess(fn.Name())
}

// isMain reports whether a function's return ends the process.
func isMain(fn *ssa.Function) bool {
	return fn.Name() == "main" && fn.Parent() == nil && fn.Signature.Recv() == nil && fn.Pkg != nil && fn.Pkg.Pkg.Name() == "main"
}

// endsOnError reports whether a function that is given an error ends the process if that is not nil, as those that are
// called must or check. It is read from the syntax: the function may be one of a package that is not built yet.
func endsOnError(fn *ssa.Function) bool {
	if fn == nil {
		return false
	}
	decl, ok := fn.Syntax().(*ast.FuncDecl)
	if !ok || decl.Body == nil {
		return false
	}
	var errs []string // parameters that are errors
	for _, field := range decl.Type.Params.List {
		if typ, ok := field.Type.(*ast.Ident); ok && typ.Name == "error" {
			for _, name := range field.Names {
				errs = append(errs, name.Name)
			}
		}
	}
	if len(errs) != 1 {
		return false
	}
	for _, stmt := range decl.Body.List {
		switch stmt := stmt.(type) {
		case *ast.IfStmt:
			asks, ok := stmt.Cond.(*ast.BinaryExpr)
			if stmt.Init != nil || !ok || !isNamed(asks.X, errs[0]) || !isNamed(asks.Y, "nil") {
				return false
			}
			switch asks.Op {
			case token.NEQ:
				return slices.ContainsFunc(stmt.Body.List, endsHere)
			case token.EQL: // and what is behind it ends
				if len(stmt.Body.List) == 1 {
					_, returns := stmt.Body.List[0].(*ast.ReturnStmt)
					return returns && slices.ContainsFunc(decl.Body.List, endsHere)
				}
			}
			return false
		case *ast.ExprStmt: // t.Helper(), say
		default:
			return false
		}
	}
	return false
}

// endsHere reports whether a statement is a call that does not come back.
func endsHere(stmt ast.Stmt) bool {
	expr, ok := stmt.(*ast.ExprStmt)
	if !ok {
		return false
	}
	at := expr.X
	for {
		call, ok := at.(*ast.CallExpr)
		if !ok {
			return false
		}
		switch fn := call.Fun.(type) {
		case *ast.Ident:
			return fn.Name == "panic"
		case *ast.SelectorExpr:
			if endsProcess(fn.Sel.Name) {
				return true
			}
			at = fn.X // log.Fatal().Err(err).Msg("…")
		default:
			return false
		}
	}
}

func isNamed(expr ast.Expr, name string) bool {
	ident, ok := expr.(*ast.Ident)
	return ok && ident.Name == name
}
