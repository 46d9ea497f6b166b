package summary

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
)

// Extract summarises the packages of one load, dependencies first. dir is the directory of the run; a package that
// SSA cannot be built of is left out and named. It takes the packages' syntax away, which is most of what they hold.
func Extract(fset *token.FileSet, pkgs []*packages.Package, dir string) (sums []*Package, failed map[string]string) {
	prog := ssa.NewProgram(fset, ssa.BuilderMode(0))
	own := make(map[*types.Package]bool, len(pkgs))
	made := make(map[*types.Package]bool)
	for _, p := range pkgs {
		own[p.Types] = true
	}
	var imports func(list []*types.Package)
	imports = func(list []*types.Package) {
		for _, p := range list {
			if made[p] || own[p] {
				continue
			}
			made[p] = true
			prog.CreatePackage(p, nil, nil, true)
			imports(p.Imports())
		}
	}
	failed = make(map[string]string)
	built := make([]*ssa.Package, len(pkgs))
	for i, p := range pkgs {
		imports(p.Types.Imports())
		built[i] = prog.CreatePackage(p.Types, p.Syntax, p.TypesInfo, true)
	}
	reasons := make([]string, len(pkgs))
	extracted := make([]*Package, len(pkgs))
	var running errgroup.Group
	running.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range pkgs {
		running.Go(func() error {
			if reasons[i] = build(built[i]); reasons[i] != "" && p.IllTyped {
				reasons[i] = "what it uses of a package does not type-check"
			} else if reasons[i] == "" {
				extracted[i] = newExtractor(fset, p, built[i], dir).run()
			}
			p.Syntax, p.TypesInfo = nil, nil
			return nil
		})
	}
	running.Wait()
	for i, p := range pkgs {
		if reasons[i] != "" {
			failed[p.PkgPath] = reasons[i]
		} else {
			sums = append(sums, extracted[i])
		}
	}
	return sums, failed
}

// build builds a package's functions. SSA construction is known to panic on some programs that type-check; that one
// package is left out then.
func build(pkg *ssa.Package) (reason string) {
	defer func() {
		if r := recover(); r != nil {
			reason = "its SSA form cannot be built"
		}
	}()
	pkg.Build()
	return ""
}

type extractor struct {
	fset      *token.FileSet
	pkg       *packages.Package
	ssa       *ssa.Package
	out       *Package
	dir       string
	files     map[string]int32
	generated map[string]bool
	loops     []span
	pausing   map[*ssa.Function]bool
	types     map[types.Type]string
	sigs      map[*types.Signature]*Sig
}

func newExtractor(fset *token.FileSet, pkg *packages.Package, built *ssa.Package, dir string) *extractor {
	e := &extractor{fset: fset, pkg: pkg, ssa: built, dir: dir,
		files: make(map[string]int32), generated: make(map[string]bool), types: make(map[types.Type]string), sigs: make(map[*types.Signature]*Sig),
		out: &Package{Path: pkg.PkgPath, Name: pkg.Name, Funcs: make(map[string]*Func), Types: make(map[string]*Type), Structs: make(map[string][]StructField),
			Ifaces: make(map[string][]Method), Consts: make(map[string]string)}}
	e.loops = loopSpans(pkg.Syntax)
	for _, f := range pkg.Syntax {
		if isGenerated(f) {
			e.generated[fset.Position(f.Package).Filename] = true
		}
	}
	if len(pkg.GoFiles) > 0 {
		e.out.Dir = e.rel(filepath.Dir(pkg.GoFiles[0]))
	}
	return e
}

// isGenerated reports whether a file says that it was generated, as the go command wants it said or, as some generators
// do, with an exclamation mark.
func isGenerated(f *ast.File) bool {
	if ast.IsGenerated(f) {
		return true
	}
	for _, group := range f.Comments {
		for _, c := range group.List {
			if c.Pos() < f.Package && strings.HasPrefix(c.Text, "// Code generated ") && strings.HasSuffix(c.Text, " DO NOT EDIT!") {
				return true
			}
		}
	}
	return false
}

func (e *extractor) rel(path string) string {
	if r, err := filepath.Rel(e.dir, path); err == nil {
		path = r
	}
	return filepath.ToSlash(path)
}

func (e *extractor) typeName(t types.Type) string {
	if name, ok := e.types[t]; ok {
		return name
	}
	name := TypeName(t)
	e.types[t] = name
	return name
}

func (e *extractor) sig(s *types.Signature) *Sig {
	if known, ok := e.sigs[s]; ok {
		return known
	}
	made := sigOf(s)
	e.sigs[s] = made
	for _, list := range []*types.Tuple{s.Params(), s.Results()} {
		for i := range list.Len() {
			e.seeInterface(list.At(i).Type())
		}
	}
	return made
}

func (e *extractor) seeInterface(t types.Type) {
	if i, ok := t.Underlying().(*types.Interface); ok && i.NumMethods() > 0 && !isTypeParam(t) {
		name := e.typeName(t)
		if _, ok := e.out.Ifaces[name]; !ok {
			e.out.Ifaces[name] = methodsOfInterface(i)
		}
	}
}

func (e *extractor) imports() {
	seen := make(map[string]bool)
	for _, f := range e.pkg.Syntax {
		for _, spec := range f.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && !seen[path] {
				seen[path] = true
				e.out.Imports = append(e.out.Imports, Import{path, e.pos(spec.Pos())})
			}
		}
	}
	slices.SortFunc(e.out.Imports, func(a, b Import) int { return strings.Compare(a.Path, b.Path) })
	e.out.Generated = len(e.generated) == len(e.pkg.Syntax)
}

func (e *extractor) run() *Package {
	scope := e.pkg.Types.Scope()
	for _, p := range e.pkg.Types.Imports() {
		e.remoteConsts(p)
	}
	e.remoteConsts(e.pkg.Types)
	e.imports()
	e.literals()
	var functions []*ssa.Function
	for _, name := range scope.Names() {
		if tn, ok := scope.Lookup(name).(*types.TypeName); ok && !tn.IsAlias() {
			if named, ok := tn.Type().(*types.Named); ok {
				e.out.Types[e.originName(named)] = methodsOf(named)
				e.seeInterface(named)
				if !e.generated[e.fset.Position(tn.Pos()).Filename] {
					e.structs(e.originName(named), named.Underlying())
				}
				for i := range named.NumMethods() {
					if fn := e.ssa.Prog.FuncValue(named.Method(i)); fn != nil {
						functions = append(functions, fn)
					}
				}
			}
		}
	}
	names := make([]string, 0, len(e.ssa.Members))
	for name := range e.ssa.Members {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if fn, ok := e.ssa.Members[name].(*ssa.Function); ok {
			functions = append(functions, fn)
		}
	}
	e.pausing = pausingOf(withAnonymous(functions)) // before bodies are let go
	for _, fn := range functions {
		e.function(fn)
	}
	e.out.Files = make([]string, len(e.files))
	for path, i := range e.files {
		e.out.Files[i] = path
	}
	return e.out
}

// structs keeps what the fields of a struct say of where they are filled from.
func (e *extractor) structs(name string, t types.Type) {
	s, ok := t.(*types.Struct)
	if !ok {
		return
	}
	var fields []StructField
	for i := range s.NumFields() {
		inner := s.Field(i).Type()
		of := deref(inner)
		if m, ok := of.Underlying().(*types.Map); ok {
			of = deref(m.Elem())
		}
		holds := types.Unalias(of)
		_, isStruct := holds.Underlying().(*types.Struct)
		if s.Tag(i) == "" && !isStruct {
			continue
		}
		if anonymous, ok := holds.(*types.Struct); ok {
			e.structs(e.typeName(anonymous), anonymous)
		}
		fields = append(fields, StructField{s.Field(i).Name(), e.typeName(of), s.Tag(i), s.Field(i).Embedded()})
	}
	if len(fields) > 0 {
		e.out.Structs[name] = fields
	}
}

// originName is the name of a generic type without its parameters.
func (e *extractor) originName(named *types.Named) string {
	name := e.typeName(named.Origin())
	if i := strings.IndexByte(name, '['); i > 0 {
		name = name[:i]
	}
	return name
}

// remoteConsts keeps the constants in which generated code names remote methods: where a dependency's body is not
// there, they are all that tells.
func (e *extractor) remoteConsts(p *types.Package) {
	scope := p.Scope()
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if !ok || c.Val().Kind() != constant.String {
			continue
		}
		if strings.HasSuffix(name, "_FullMethodName") || strings.HasSuffix(name, "Procedure") || strings.HasSuffix(name, "PathPrefix") {
			e.out.Consts[p.Path()+"."+name] = constant.StringVal(c.Val())
		}
	}
}

func (e *extractor) pos(p token.Pos) Pos {
	if !p.IsValid() {
		return Pos{File: -1}
	}
	at := e.fset.Position(p)
	file := e.rel(at.Filename)
	index, ok := e.files[file]
	if !ok {
		index = int32(len(e.files))
		e.files[file] = index
	}
	return Pos{index, int32(at.Line), int32(at.Column)}
}

// FuncName is the full name of a function, of its origin where it is an instance.
func FuncName(fn *ssa.Function) string {
	if origin := fn.Origin(); origin != nil {
		fn = origin
	}
	if parent := fn.Parent(); parent != nil {
		return FuncName(parent) + strings.TrimPrefix(fn.Name(), parent.Name())
	}
	// A package may declare several functions init, which SSA numbers.
	if obj, ok := fn.Object().(*types.Func); ok && !strings.HasPrefix(fn.Name(), "init#") {
		return fullName(obj)
	}
	if fn.Pkg != nil {
		return fn.Pkg.Pkg.Path() + "." + fn.Name()
	}
	return fn.String()
}

// fullName is a function's or method's name with its package's path, without type parameters: "(*net/http.Client).Do".
func fullName(fn *types.Func) string {
	name := fn.Origin().FullName()
	if open := strings.IndexByte(name, '['); open > 0 && strings.HasPrefix(name, "(") {
		if end := strings.LastIndex(name, "])."); end > open {
			return name[:open] + name[end+1:]
		}
	}
	return name
}

// withAnonymous are some functions and those that are written in them.
func withAnonymous(functions []*ssa.Function) []*ssa.Function {
	all := slices.Clone(functions)
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].AnonFuncs...)
	}
	return all
}

func (e *extractor) function(fn *ssa.Function) {
	if fn.Blocks == nil || fn.Origin() != nil && fn.Origin() != fn {
		return
	}
	id := FuncName(fn)
	if _, ok := e.out.Funcs[id]; ok {
		return
	}
	f := &lowering{e: e, fn: fn, regs: make(map[ssa.Value]Operand), pool: make(map[string]Operand)}
	e.out.Funcs[id] = f.run(id)
	for _, anon := range fn.AnonFuncs {
		e.function(anon)
	}
	fn.Blocks, fn.Locals = nil, nil // its body has been read
}
