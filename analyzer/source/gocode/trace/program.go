package trace

import (
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// program is the summaries of one load, put together.
type program struct {
	pkgs    map[string]*summary.Package
	funcs   map[string]*summary.Func
	types   map[string]*summary.Type
	structs map[string][]summary.StructField
	ifaces  map[string][]summary.Method
	stubs   map[string]map[string]string // client interface → method → procedure
	consts  map[string]string
	signs   library.Signs
	stores  library.Table
}

func newProgram(pkgs []*summary.Package, signs library.Signs, stores library.Table) *program {
	p := &program{signs: signs, stores: stores, pkgs: make(map[string]*summary.Package), funcs: make(map[string]*summary.Func), types: make(map[string]*summary.Type),
		structs: make(map[string][]summary.StructField), ifaces: make(map[string][]summary.Method), consts: make(map[string]string)}
	for _, pkg := range pkgs {
		p.pkgs[pkg.Path] = pkg
		for id, fn := range pkg.Funcs {
			p.funcs[id] = fn
		}
		for name, t := range pkg.Types {
			p.types[name] = t
		}
		for name, fields := range pkg.Structs {
			p.structs[name] = fields
		}
		for name, methods := range pkg.Ifaces {
			p.ifaces[name] = methods
		}
		for name, text := range pkg.Consts {
			p.consts[name] = text
		}
	}
	p.stubs = p.findStubs()
	return p
}

// owns reports whether a name belongs to a package with a summary.
func (p *program) owns(name string) bool { return p.pkgs[packageOf(name)] != nil }

func (p *program) ownsType(typ string) bool { return p.owns(strings.TrimLeft(withoutArgs(typ), "*")) }

// packageOf is the package's path in "path.Name".
func packageOf(name string) string {
	slash := strings.LastIndexByte(name, '/')
	dot := strings.IndexByte(name[slash+1:], '.')
	if dot < 0 {
		return ""
	}
	return name[:slash+1+dot]
}

// typeOf is the method table of an own named type or of a pointer to one.
func (p *program) typeOf(typ string) *summary.Type {
	return p.types[strings.TrimPrefix(withoutArgs(typ), "*")]
}

// implements reports whether a type has all methods of an interface. Signatures with type parameters match any.
func (p *program) implements(typ string, methods []summary.Method) bool {
	table := p.typeOf(typ)
	if table == nil || len(methods) == 0 {
		return false
	}
	args := typeArgsOf(typ)
	for _, want := range methods {
		got, ok := table.Methods[want.Name]
		if !ok || table.Pointer[want.Name] && !strings.HasPrefix(typ, "*") {
			return false
		}
		got.Sig = substitute(got.Sig, args)
		if got.Sig != want.Sig && !strings.Contains(got.Sig, "$") && !strings.Contains(want.Sig, "$") {
			return false
		}
	}
	return true
}

// findStubs reads from generated constructors which interface is the client of which remote service, so that a call
// through such an interface is known even where the value behind it is not: NewXClient returns an XClient, whose
// methods name their procedures in constants.
func (p *program) findStubs() map[string]map[string]string {
	stubs := make(map[string]map[string]string)
	put := func(iface, method, procedure string) {
		if stubs[iface] == nil {
			stubs[iface] = make(map[string]string)
		}
		stubs[iface][strings.ToLower(method)] = strings.TrimPrefix(procedure, "/")
	}
	for name, text := range p.consts {
		// path.Service_Method_FullMethodName = "/pkg.Service/Method"
		full, ok := strings.CutSuffix(name, "_FullMethodName")
		if !ok {
			continue
		}
		path := packageOf(full)
		service, method, ok := strings.Cut(strings.TrimPrefix(full, path+"."), "_")
		if ok {
			put(path+"."+service+"Client", method, text)
		}
	}
	for typ, table := range p.types {
		// type xClient struct{…} of generated code, whose methods call Invoke with a literal
		path := packageOf(typ)
		name := strings.TrimPrefix(typ, path+".")
		if !strings.HasSuffix(name, "Client") || name[:1] == strings.ToUpper(name[:1]) {
			continue
		}
		iface := path + "." + strings.ToUpper(name[:1]) + name[1:]
		if p.ifaces[iface] == nil {
			continue
		}
		for method, m := range table.Methods {
			fn := p.funcs[m.Func]
			if fn == nil || !fn.Generated {
				continue
			}
			for _, v := range fn.Pool {
				if v.Kind == summary.Const && strings.HasPrefix(v.Text, `"/`) && strings.Count(v.Text, "/") == 2 {
					put(iface, method, v.Text[1:])
				}
			}
		}
	}
	return stubs
}
