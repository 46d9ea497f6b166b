package trace

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Instances of generic functions. A summary is that of an origin, in whose types $0 stands for the first type parameter.
// It is run as a function of its own for each list of type arguments, with these in place: a method that is called of a
// type parameter, a type that is asserted, a value in an interface are then those of the instance. Its name is that of
// the origin with the type arguments behind it, of methods too: (*shop.Repository).Find[shop.Book].

// maxTypeArgs is how long the text of type arguments may be. What has longer ones is run as its origin, in which nothing
// is known of them.
const maxTypeArgs = 400

// instanceName is the name of an instance; that of the origin where the type arguments are not known.
func instanceName(origin, args string) string {
	if args == "" || len(args) > maxTypeArgs || strings.Contains(args, "$") {
		return origin
	}
	return origin + "[" + args + "]"
}

// originName is the name of the function that an instance is one of.
func originName(name string) string {
	origin, _, _ := strings.Cut(name, "[")
	return origin
}

// code is the function of a name, nil where it has none in the project.
func (m *machine) code(name string) *summary.Func {
	if fn := m.prog.funcs[name]; fn != nil {
		return fn
	}
	origin, args, ok := strings.Cut(name, "[")
	if !ok {
		return nil
	}
	fn, ok := m.instances[name]
	if !ok {
		if fn = m.prog.funcs[origin]; fn != nil && fn.Generic {
			types, _ := splitTuple("[" + args)
			fn = m.prog.instantiate(fn, name, types)
		}
		m.instances[name] = fn
	}
	return fn
}

// instance is the name of a function with type arguments; those of a library have none.
func (m *machine) instance(name, args string) string {
	if args == "" {
		return name
	}
	if fn := m.prog.funcs[name]; fn == nil || !fn.Generic {
		return name
	}
	return instanceName(name, args)
}

// methodIn is the name of the function that is a type's method.
func (m *machine) methodIn(typ string, method summary.TypeMethod) string {
	return m.instance(method.Func, substitute(method.TypeArgs, typeArgsOf(typ)))
}

// typeArgsOf are the type arguments of a named type, or of a pointer to one.
func typeArgsOf(typ string) []string {
	open := strings.IndexByte(typ, '[')
	if open <= 0 || !strings.HasSuffix(typ, "]") || strings.HasPrefix(typ, "map[") || strings.HasPrefix(typ, "*[") {
		return nil
	}
	args, _ := splitTuple(typ[open:])
	return args
}

// substitute puts type arguments into the text of a type.
func substitute(text string, args []string) string {
	if strings.IndexByte(text, '$') < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		end := i + 1
		if text[i] == '$' {
			for end < len(text) && text[end] >= '0' && text[end] <= '9' {
				end++
			}
		}
		if n, err := strconv.Atoi(text[i+1 : end]); err == nil && n < len(args) {
			b.WriteString(args[n])
		} else {
			b.WriteString(text[i:end])
		}
		i = end
	}
	return b.String()
}

// instantiate is a copy of a generic function with type arguments in place.
func (p *program) instantiate(origin *summary.Func, name string, args []string) *summary.Func {
	fn := *origin
	fn.ID = name
	fn.Params = slices.Clone(fn.Params)
	for i := range fn.Params {
		fn.Params[i].Type = substitute(fn.Params[i].Type, args)
	}
	fn.Pool = slices.Clone(fn.Pool)
	for i := range fn.Pool {
		v := &fn.Pool[i]
		v.Type, v.Args, v.Sig = substitute(v.Type, args), substitute(v.Args, args), substituteAll(v.Sig, args)
	}
	fn.Blocks = slices.Clone(fn.Blocks)
	for i := range fn.Blocks {
		b := &fn.Blocks[i]
		b.Code = slices.Clone(b.Code)
		for k := range b.Code {
			p.substituteIn(&b.Code[k], args)
		}
	}
	return &fn
}

// substituteIn puts type arguments into an instruction. What is done with a value whose type is a type parameter depends
// on what that stands for.
func (p *program) substituteIn(in *summary.Instr, args []string) {
	in.Sig = substituteAll(in.Sig, args)
	if !strings.Contains(in.Type, "$") {
		return
	}
	bare := in.Type[0] == '$'
	if in.Type = substitute(in.Type, args); !bare {
		return
	}
	switch in.Op {
	case summary.Load, summary.Index, summary.Field, summary.Store, summary.MapUpdate:
		in.Agg = p.isStruct(in.Type)
	case summary.MakeIface:
		if p.isInterface(in.Type) {
			in.Op = summary.Convert
		}
	case summary.Assert:
		if !p.isInterface(in.Type) {
			in.Name = "concrete"
		}
	}
}

func substituteAll(sig *summary.Sig, args []string) *summary.Sig {
	open := func(typ string) bool { return strings.Contains(typ, "$") }
	if sig == nil || !slices.ContainsFunc(sig.Params, open) && !slices.ContainsFunc(sig.Results, open) {
		return sig
	}
	out := &summary.Sig{Params: slices.Clone(sig.Params), Results: slices.Clone(sig.Results), Variadic: sig.Variadic}
	for _, types := range [][]string{out.Params, out.Results} {
		for i := range types {
			types[i] = substitute(types[i], args)
		}
	}
	return out
}

func (p *program) isStruct(typ string) bool {
	if strings.HasPrefix(typ, "struct{") || strings.HasPrefix(typ, "[") && !strings.HasPrefix(typ, "[]") {
		return true
	}
	t := p.types[withoutArgs(typ)]
	return t != nil && t.Struct
}

func (p *program) isInterface(typ string) bool {
	return typ == "error" || strings.HasPrefix(typ, "interface{") || p.ifaceOf(typ) != nil
}

// isConcrete reports whether what is called of is no interface but what stands for a type parameter.
func (p *program) isConcrete(typ string) bool {
	return p.ifaceOf(typ) == nil && p.typeOf(typ) != nil
}

// ifaceOf are the methods of an interface, none where it has none or is not known.
func (p *program) ifaceOf(name string) []summary.Method {
	methods, ok := p.ifaces[name]
	if ok || !strings.HasSuffix(name, "]") {
		return methods
	}
	args := typeArgsOf(name)
	if args == nil {
		return nil
	}
	methods = slices.Clone(p.ifaces[withoutArgs(name)])
	for i := range methods {
		methods[i].Sig = substitute(methods[i].Sig, args)
	}
	return methods
}

// zero is the zero value of what stands for a type parameter.
func (m *machine) zero(typ string) value {
	switch {
	case typ == "string":
		return m.one(atom{kind: kConst, text: `"`})
	case strings.HasPrefix(typ, "*"), strings.HasPrefix(typ, "[]"), strings.HasPrefix(typ, "map["), strings.HasPrefix(typ, "func("), m.prog.isInterface(typ):
		return m.one(atom{kind: kNil})
	}
	return m.unknown(typ)
}

// knownAs is the name without type arguments of a method of an interface, by which something may be known of it.
func (m *machine) knownAs(iface, method string) string {
	name := "(" + iface + ")." + method
	if !m.knows(name) && strings.HasSuffix(iface, "]") {
		return "(" + withoutArgs(iface) + ")." + method
	}
	return name
}
