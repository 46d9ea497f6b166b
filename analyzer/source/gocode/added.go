package gocode

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/load"
	"github.com/distcheck/distcheck/analyzer/spelling"
)

// What a project adds to the knowledge of libraries, in its manifest.

// Mistake is what a project says of a function that does not fit the code.
type Mistake struct {
	Pos        arch.Pos
	Message    string
	Accepted   string // may be empty
	Suggestion string // may be empty
	Note       bool   // it may be right elsewhere: no code that was read uses the package
}

// knowledge is what is built in and what a project adds, which goes before it.
func knowledge(added []arch.Library) library.Knowledge {
	all := library.All()
	for _, l := range added {
		delete(all.Known, l.Func)
		delete(all.Stores, l.Func)
	}
	for _, l := range added {
		f := library.Fact{Func: l.Func, Does: l.Does, Args: make(map[string]string)}
		for _, part := range arch.LibraryParts() {
			if value, ok := l.Part(part.Name); ok {
				f.Args[part.Name] = value
			}
		}
		if f.Does == "call" && f.Args["protocol"] == "" {
			f.Args["protocol"] = "http"
			if f.Args["procedure"] != "" {
				f.Args["protocol"] = "grpc"
			}
		}
		if f.Does == "opens" || f.Does == "changes" {
			all.Stores.Add(f)
		} else {
			all.Known.Add(f)
		}
	}
	return all
}

// mistakes compares what a project says of libraries with the types that were loaded.
func mistakes(added []arch.Library, units []*load.Unit) []Mistake {
	var own []*types.Package
	for _, u := range units {
		for _, pkg := range u.Packages {
			own = append(own, pkg.Types)
		}
	}
	return misfits(added, own)
}

// misfits looks up what a project says of functions in the types of its packages and of what these import. Where modules
// have different versions of a package, it is enough that one of them fits.
//
// The cost is one walk over the imports, and one look-up for each entry and version.
func misfits(entries []arch.Library, own []*types.Package) []Mistake {
	if len(entries) == 0 {
		return nil
	}
	near, far := imported(own)
	var paths []string
	for path := range near {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var mistakes []Mistake
	for i := range entries {
		entry := &entries[i]
		name, ok := arch.FuncNameOf(entry.Func)
		if !ok {
			continue // manifests are read without
		}
		known := near[name.Package]
		if known == nil {
			known = far[name.Package]
		}
		var first *Mistake
		fits := false
		for _, pkg := range known {
			if wrong := checkIn(pkg, entry, name); wrong == nil {
				fits = true
			} else if first == nil {
				first = wrong
			}
		}
		switch {
		case fits:
		case near[name.Package] != nil:
			mistakes = append(mistakes, *first)
		case methodOf(near, name) != "":
			full := inFull(entry, methodOf(near, name))
			mistakes = append(mistakes, Mistake{Pos: entry.Pos, Message: entry.Func + " is the method of a type", Accepted: "its full name", Suggestion: "write " + full})
		default:
			// What is imported by others only is known in part: if nothing is found there, no own code can use it.
			wrong := Mistake{Pos: entry.Pos, Message: "no code that was read imports " + name.Package, Note: true}
			if other := spelling.Nearest(name.Package, paths); other != "" {
				wrong.Suggestion = fmt.Sprintf("did you mean %q?", other)
			}
			mistakes = append(mistakes, wrong)
		}
	}
	return mistakes
}

// methodOf is the full name of the method that is written like a function of a package: example.com/rpc.Client.Ask; "" where
// it is none.
func methodOf(known map[string][]*types.Package, name arch.FuncName) string {
	dot := strings.LastIndexByte(name.Package, '.')
	if name.Type != "" || dot < strings.LastIndexByte(name.Package, '/') {
		return ""
	}
	for _, pkg := range known[name.Package[:max(dot, 0)]] {
		if typ, ok := pkg.Scope().Lookup(name.Package[dot+1:]).(*types.TypeName); ok {
			if obj, _, _ := types.LookupFieldOrMethod(typ.Type(), true, pkg, name.Name); obj != nil {
				if fn, ok := obj.(*types.Func); ok {
					return fn.Origin().FullName()
				}
			}
		}
	}
	return ""
}

// imported is own packages and those that they import, and all others that these know of.
func imported(own []*types.Package) (near, far map[string][]*types.Package) {
	near, far = make(map[string][]*types.Package), make(map[string][]*types.Package)
	seen := make(map[*types.Package]bool)
	queue := slices.Clone(own)
	for _, pkg := range own {
		queue = append(queue, pkg.Imports()...)
	}
	direct := len(queue)
	for i := 0; i < len(queue); i++ {
		pkg := queue[i]
		if seen[pkg] {
			continue
		}
		seen[pkg] = true
		into := far
		if i < direct {
			into = near
		}
		into[pkg.Path()] = append(into[pkg.Path()], pkg)
		queue = append(queue, pkg.Imports()...)
	}
	return near, far
}

// checkIn compares an entry with one version of its package; nil where they fit.
func checkIn(pkg *types.Package, entry *arch.Library, name arch.FuncName) *Mistake {
	fn, wrong := find(pkg, entry, name)
	if wrong != nil {
		return wrong
	}
	if full := inFull(entry, fn.Origin().FullName()); full != entry.Func {
		return &Mistake{Pos: entry.Pos, Message: fmt.Sprintf("%s is called %s", entry.Func, full), Accepted: "the full name, as the type has it that declares it", Suggestion: "write " + full}
	}
	if strings.HasSuffix(entry.Func, arch.Returned) {
		return nil // its arguments are those of what this returns
	}
	arguments := argumentsOf(fn)
	for i, part := range arch.LibraryParts() {
		if i >= len(entry.Parts) || !entry.Parts[i].Is() {
			continue
		}
		given := entry.Parts[i]
		n, err := strconv.Atoi(given.Value)
		argument, fields, nested := arch.FieldOf(given.Value)
		if nested && part.Field {
			n, err = argument, nil
		}
		if err != nil {
			continue
		}
		if n < len(arguments) {
			wrong := misplaced(entry, part.Name, fn, n, given.Pos)
			if nested {
				wrong = withoutField(entry, part.Name, fn, n, fields, given.Pos)
			}
			if wrong != nil {
				return wrong
			}
			continue
		}
		wrong := &Mistake{Pos: given.Pos, Message: fmt.Sprintf("%s has no argument %d to be the %s", entry.Func, n, part.Name), Accepted: "none, it has no arguments"}
		if len(arguments) > 0 {
			wrong.Accepted = strings.Join(arguments, ", ")
		}
		return wrong
	}
	return nil
}

// inFull is how an entry about a function is written, or about what that returns.
func inFull(entry *arch.Library, function string) string {
	if strings.HasSuffix(entry.Func, arch.Returned) {
		return function + arch.Returned
	}
	return function
}

// find is the function of a name.
func find(pkg *types.Package, entry *arch.Library, name arch.FuncName) (*types.Func, *Mistake) {
	scope := pkg.Scope()
	if name.Type == "" {
		switch obj := scope.Lookup(name.Name).(type) {
		case *types.Func:
			return obj, nil
		case nil:
			funcs, methods := functionsOf(scope, name.Name)
			return nil, missing(entry, fmt.Sprintf("package %s has no function %s", name.Package, name.Name), name.Name, funcs, methods)
		default:
			return nil, &Mistake{Pos: entry.Pos, Message: entry.Func + " is no function", Accepted: "a function or a method"}
		}
	}
	typ, ok := scope.Lookup(name.Type).(*types.TypeName)
	if !ok {
		var names []string
		for _, other := range scope.Names() {
			if _, is := scope.Lookup(other).(*types.TypeName); is && token.IsExported(other) {
				names = append(names, other)
			}
		}
		return nil, missing(entry, fmt.Sprintf("package %s has no type %s", name.Package, name.Type), name.Type, names, nil)
	}
	obj, _, _ := types.LookupFieldOrMethod(typ.Type(), true, pkg, name.Name)
	if fn, ok := obj.(*types.Func); ok {
		return fn, nil
	}
	return nil, missing(entry, fmt.Sprintf("%s.%s has no method %s", name.Package, name.Type, name.Name), name.Name, methodsOf(typ), nil)
}

// missing says that something is not there, and what is. Instead is what has that very name elsewhere.
func missing(entry *arch.Library, message, name string, names, instead []string) *Mistake {
	const shown = 8
	slices.Sort(names)
	wrong := &Mistake{Pos: entry.Pos, Message: message, Accepted: "nothing there can be named"}
	if len(names) > 0 {
		wrong.Accepted = strings.Join(names[:min(len(names), shown)], ", ")
		if more := len(names) - shown; more > 0 {
			wrong.Accepted += fmt.Sprintf(" and %d more", more)
		}
	}
	if near := spelling.Nearest(name, names); near != "" {
		wrong.Suggestion = fmt.Sprintf("did you mean %q?", near)
	} else if len(instead) > 0 {
		wrong.Suggestion = fmt.Sprintf("did you mean %q?", instead[0])
	}
	return wrong
}

// functionsOf lists the functions of a package that others can call, and the methods there of one name, in full.
func functionsOf(scope *types.Scope, name string) (functions, methods []string) {
	for _, other := range scope.Names() {
		switch obj := scope.Lookup(other).(type) {
		case *types.Func:
			if token.IsExported(other) {
				functions = append(functions, other)
			}
		case *types.TypeName:
			if found, _, _ := types.LookupFieldOrMethod(obj.Type(), true, obj.Pkg(), name); found != nil {
				if fn, ok := found.(*types.Func); ok {
					methods = append(methods, fn.Origin().FullName())
				}
			}
		}
	}
	return functions, methods
}

// methodsOf lists the methods of a type that others can call.
func methodsOf(typ *types.TypeName) []string {
	var names []string
	of := types.Type(types.NewPointer(typ.Type()))
	if types.IsInterface(typ.Type()) {
		of = typ.Type()
	}
	set := types.NewMethodSet(of)
	for i := range set.Len() {
		if name := set.At(i).Obj().Name(); token.IsExported(name) {
			names = append(names, name)
		}
	}
	return names
}

// misplaced says of an argument that it cannot be the part that it is given; nil where it can.
func misplaced(entry *arch.Library, part string, fn *types.Func, n int, pos arch.Pos) *Mistake {
	typesOf := argumentTypes(fn)
	if mayBe(part, typesOf[n]) {
		return nil
	}
	arguments := argumentsOf(fn)
	wrong := &Mistake{Pos: pos, Message: fmt.Sprintf("argument %s of %s cannot be the %s", arguments[n], entry.Func, part), Accepted: "no argument of it can"}
	var fitting []string
	for i, typ := range typesOf {
		if mayBe(part, typ) && (i > 0 || fn.Signature().Recv() == nil) {
			fitting = append(fitting, arguments[i])
		}
	}
	if len(fitting) > 0 {
		wrong.Accepted = strings.Join(fitting, ", ")
	}
	return wrong
}

// withoutField says of an argument that it has no such field to be a part; nil where it has.
func withoutField(entry *arch.Library, part string, fn *types.Func, n int, fields []string, pos arch.Pos) *Mistake {
	typ := argumentTypes(fn)[n]
	for _, name := range fields {
		obj, _, _ := types.LookupFieldOrMethod(typ, true, fn.Pkg(), name)
		field, ok := obj.(*types.Var)
		if !ok {
			wrong := &Mistake{Pos: pos, Message: fmt.Sprintf("argument %s of %s has no field %s to be the %s", argumentsOf(fn)[n], entry.Func, name, part), Accepted: "the number of an argument"}
			if names := fieldsOf(typ); len(names) > 0 {
				wrong.Accepted = strings.Join(names, ", ")
				if near := spelling.Nearest(name, names); near != "" {
					wrong.Suggestion = fmt.Sprintf("did you mean %q?", near)
				}
			}
			return wrong
		}
		typ = field.Type()
	}
	if !mayBe(part, typ) {
		return &Mistake{Pos: pos, Message: fmt.Sprintf("field %s of argument %s of %s cannot be the %s", strings.Join(fields, "."), argumentsOf(fn)[n], entry.Func, part), Accepted: "a text"}
	}
	return nil
}

// fieldsOf lists the fields of a struct, or of what leads to one.
func fieldsOf(typ types.Type) []string {
	if pointer, ok := typ.Underlying().(*types.Pointer); ok {
		typ = pointer.Elem()
	}
	var names []string
	if fields, ok := typ.Underlying().(*types.Struct); ok {
		for field := range fields.Fields() {
			if field.Exported() {
				names = append(names, field.Name())
			}
		}
	}
	return names
}

// mayBe reports whether a value of a type can play a part. Interfaces may hold what fits.
func mayBe(part string, typ types.Type) bool {
	_, generic := typ.(*types.TypeParam)
	iface, isInterface := typ.Underlying().(*types.Interface)
	if generic || isInterface && iface.NumMethods() == 0 {
		return true
	}
	basic, isBasic := typ.Underlying().(*types.Basic)
	switch part {
	case "database":
		return isBasic && basic.Info()&(types.IsString|types.IsInteger) != 0 || !isBasic && (isInterface || has(typ, "String")) && !isContext(typ)
	case "url", "path", "procedure", "method", "name", "kind", "dsn", "server", "sql":
		if list, ok := typ.Underlying().(*types.Slice); ok {
			elem, ok := list.Elem().Underlying().(*types.Basic)
			return ok && (elem.Kind() == types.Byte || elem.Info()&types.IsString != 0)
		}
		return isBasic && basic.Info()&types.IsString != 0 || !isBasic && (isInterface || has(typ, "String")) && !isContext(typ)
	case "ctx":
		return isContext(typ) || holdsContext(typ)
	case "handler", "handlers", "fn", "request", "client":
		return !isBasic && !isContext(typ)
	}
	return true
}

func has(typ types.Type, method string) bool {
	obj, _, _ := types.LookupFieldOrMethod(typ, true, nil, method)
	_, ok := obj.(*types.Func)
	return ok
}

// isContext reports whether a type has what a context.Context has.
func isContext(typ types.Type) bool {
	return has(typ, "Deadline") && has(typ, "Done") && has(typ, "Err") && has(typ, "Value")
}

// holdsContext reports whether a type hands out a context, or is a struct with one, as the contexts of frameworks are.
func holdsContext(typ types.Type) bool {
	if has(typ, "Context") {
		return true
	}
	if pointer, ok := typ.Underlying().(*types.Pointer); ok {
		typ = pointer.Elem()
	}
	fields, ok := typ.Underlying().(*types.Struct)
	for i := 0; ok && i < fields.NumFields(); i++ {
		if isContext(fields.Field(i).Type()) {
			return true
		}
	}
	return false
}

// argumentTypes are the types of what can be passed, the receiver first.
func argumentTypes(fn *types.Func) []types.Type {
	var list []types.Type
	if recv := fn.Signature().Recv(); recv != nil {
		list = append(list, recv.Type())
	}
	for p := range fn.Signature().Params().Variables() {
		list = append(list, p.Type())
	}
	return list
}

// argumentsOf lists what can be passed, as a person counts it: "0 (*Client), 1 url string".
func argumentsOf(fn *types.Func) []string {
	short := func(*types.Package) string { return "" }
	signature := fn.Signature()
	var list []string
	if recv := signature.Recv(); recv != nil {
		list = append(list, "0 the receiver "+types.TypeString(recv.Type(), short))
	}
	for i := range signature.Params().Len() {
		p := signature.Params().At(i)
		typ := types.TypeString(p.Type(), (*types.Package).Name)
		if signature.Variadic() && i == signature.Params().Len()-1 {
			typ = "..." + strings.TrimPrefix(typ, "[]")
		}
		list = append(list, strings.Join(strings.Fields(fmt.Sprintf("%d %s %s", len(list), p.Name(), typ)), " "))
	}
	return list
}
