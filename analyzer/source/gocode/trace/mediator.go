package trace

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Mediators and registries: libraries that keep what handles things of a type, or a value of a type, and find it again by
// that type or by a name. Who registers and who asks meet by the first type argument of the two calls; who asks for an
// interface that a value implements has another. Injectors and scopes of one library are one thing here.

// offered is what a library keeps, under one key.
type offered struct {
	handlers value  // objects that handle what is sent, in interfaces
	makers   value  // functions that make such an object, or the value
	values   value  // that are there already
	method   string // of handlers
	typ      string // that it is kept by
	injector value  // that makers are given
	made     value  // what makers made, in this round
	round    int    // this round
	making   bool   // makers run
}

// keyBy is what something is kept by: the library's word for what it keeps, with a name or the first type argument.
func (m *machine) keyBy(in *summary.Instr, fact *library.Fact, word string, args []value) (key, typ string, ok bool) {
	if types, _ := splitTuple("[" + in.Type + "]"); in.Callee == summary.Static && len(types) > 0 {
		typ = types[0]
	}
	if fact.Args["name"] != "" {
		name, ok := m.str(m.argOrField(fact, "name", args))
		return word + " named " + name, typ, ok
	}
	if strings.Contains(typ, "$") {
		return "", "", false
	}
	return word + " " + typ, typ, true
}

// argOrField is an argument, or the field of the argument of=N that a word names.
func (m *machine) argOrField(fact *library.Fact, part string, args []value) value {
	field := fact.Args[part]
	if _, ok := fact.Arg("of"); !ok || field == "" || field[0] >= '0' && field[0] <= '9' {
		return m.arg(fact, part, -1, args)
	}
	return m.load(m.fieldAddr(m.arg(fact, "of", 0, args), field, ""), "", false)
}

// offers keeps what a library is given to be found, or to handle things.
func (m *machine) offers(in *summary.Instr, fact *library.Fact, args []value) {
	if n, ok := fact.Arg("of"); ok && n < len(args) { // definitions, one or a list
		for _, one := range m.listOrOne(args[n]) {
			alone := slices.Clone(args)
			alone[n] = one
			m.offer(in, fact, alone)
		}
		return
	}
	m.offer(in, fact, args)
}

func (m *machine) offer(in *summary.Instr, fact *library.Fact, args []value) {
	key, typ, ok := m.keyBy(in, fact, fact.Args["by"], args)
	if !ok {
		return
	}
	if fact.Args["alias"] != "" { // what is kept by its first type argument is found by its second, too
		if types, _ := splitTuple("[" + in.Type + "]"); len(types) > 1 {
			m.aliases[fact.Args["by"]+" "+types[1]] = key
		}
		return
	}
	k := m.offered[key]
	if k == nil {
		k = &offered{typ: typ}
		m.offered[key] = k
	}
	k.method = fact.Args["method"]
	k.handlers = join(k.handlers, m.arg(fact, "handler", -1, args))
	for _, v := range m.list(m.arg(fact, "handlers", -1, args)) {
		k.handlers = join(k.handlers, v)
	}
	k.makers = join(k.makers, m.plain(m.argOrField(fact, "fn", args)))
	k.values = join(k.values, m.arg(fact, "value", -1, args))
	k.injector = join(k.injector, m.arg(fact, "injector", -1, args))
}

// foundBy is what is kept under a key. Functions that make it run when it is asked for first.
func (m *machine) foundBy(f *frame, in *summary.Instr, key string) (value, []*event) {
	if m.offered[key] == nil || m.offered[key].makers == nil && m.offered[key].values == nil {
		if of, ok := m.aliases[key]; ok {
			key = of
		}
	}
	k := m.offered[key]
	if k == nil || k.making {
		return nil, nil
	}
	if k.round == m.rounds {
		return join(k.values, k.made), nil
	}
	k.made, k.round, k.making = nil, m.rounds, true
	var events list
	for _, id := range k.makers {
		results, inner := m.dynamic(f, m.makerCall(in, id, k.typ), value{id}, []value{m.orUnknown(k.injector)})
		if len(results) > 0 {
			k.made = join(k.made, results[0])
		}
		events.addAll(inner)
	}
	k.making = false
	if m.answering { // whoever asks first waits for it, and none of the others
		return join(k.values, k.made), nil
	}
	return join(k.values, k.made), events.events
}

// makerCall is the call of a function that makes a value, on behalf of who asks for the value.
func (m *machine) makerCall(in *summary.Instr, fn int32, typ string) *summary.Instr {
	key := wiringKey{in, fn}
	call := m.wirings[key]
	if call == nil {
		call = &summary.Instr{Op: summary.Call, Callee: summary.Dynamic, Dst: summary.None, Pos: in.Pos, Sig: &summary.Sig{Params: []string{""}, Results: []string{typ, "error"}}}
		m.wirings[key] = call
	}
	return call
}

// finds is what a library has of a type or a name, nothing where it was never given it.
func (m *machine) finds(f *frame, in *summary.Instr, fact *library.Fact, args []value) (value, []*event) {
	key, typ, ok := m.keyBy(in, fact, fact.Args["in"], args)
	if !ok {
		return nil, nil
	}
	if fact.Args["implements"] == "" {
		return m.foundBy(f, in, key)
	}
	methods := m.prog.ifaceOf(typ)
	var keys []string
	for key, k := range m.offered {
		if m.prog.implements(k.typ, methods) && strings.HasPrefix(key, fact.Args["in"]+" ") {
			keys = append(keys, key)
		}
	}
	if len(keys) != 1 { // one of several, which nobody knows
		return nil, nil
	}
	v, events := m.foundBy(f, in, keys[0])
	var out value
	for _, id := range v {
		out = join(out, m.one(atom{kind: kTyped, typ: m.offered[keys[0]].typ, args: []value{{id}}}))
	}
	return out, events
}

// dispatch gives what is sent to the handlers of its type, or says that there are none. What stands around all handlers
// runs first, the first to be registered outermost: atoms are numbered as they are made.
func (m *machine) dispatch(f *frame, in *summary.Instr, fact *library.Fact, args []value) ([]value, []*event) {
	key, typ, ok := m.keyBy(in, fact, fact.Args["to"], args)
	if !ok {
		return nil, nil
	}
	var out outcome
	k := m.offered[key]
	if k == nil {
		if m.last && typ != "" && fact.Args["none"] == "" {
			m.unhandled[typ] = true
		}
		return nil, nil
	}
	handlers := k.handlers
	for _, id := range k.makers {
		results, _ := m.dynamic(f, m.makerCall(in, id, ""), value{id}, nil)
		if len(results) > 0 {
			handlers = join(handlers, results[0])
		}
	}
	around := m.offered[fact.Args["around"]+" "]
	for _, id := range handlers {
		call := append([]value{{id}}, args...)
		if around == nil {
			out.add(m.method(f, in, k.method, "", call))
			continue
		}
		next := m.partly(f, key, k.method, call)
		for _, id := range slices.Backward(around.handlers) {
			next = m.partly(f, key, around.method, append([]value{{id}}, append(slices.Clone(args), next)...))
		}
		out.add(m.dynamic(f, in, next, args[:1]))
	}
	for i, e := range out.events.events {
		handed := *e
		handed.back = true
		out.events.events[i] = &handed
	}
	return out.results, out.events.events
}

// partly is a function that takes a context and calls a method with it: on the first of some values, with all those that
// follow but the one in the place of the context. There is one for each receiver and each key, or it would have too many
// callers to tell apart.
func (m *machine) partly(f *frame, key, method string, call []value) value {
	name := "what goes on[" + key + "," + method + "," + string(appendValue(nil, call[0])) + "]"
	if m.instances[name] == nil {
		n := summary.Operand(len(call) - 1)   // captured, behind the context
		bound, result, first := n+1, n+2, n+3 // registers
		given := []summary.Operand{bound, 0}  // what is called, with the context
		captured := func(i summary.Operand) summary.Operand { return 1 + i }
		for i := summary.Operand(1); i < n; i++ {
			given = append(given, captured(i))
		}
		sig := &summary.Sig{Params: make([]string, len(call)-1), Results: []string{"interface{}", "error"}}
		at := summary.Pos{File: -1}
		m.instances[name] = &summary.Func{ID: name, Pkg: f.fn.Pkg, Pos: at, Params: []summary.Param{{Name: "ctx", Type: "context.Context"}}, Free: int(n), Regs: int(n) + 5,
			Generated: true, Results: 2, ErrorResult: 1, Blocks: []summary.Block{{Code: []summary.Instr{
				{Op: summary.Bound, Callee: summary.Iface, Name: method, Dst: bound, Args: []summary.Operand{captured(0)}, Pos: at},
				{Op: summary.Call, Callee: summary.Dynamic, Dst: result, Args: given, Sig: sig, Fails: summary.ReturnsError | summary.OnlyReturnsError, Pos: at},
				{Op: summary.Result, Dst: first, Args: []summary.Operand{result}, Pos: at},
				{Op: summary.Result, Dst: first + 1, Num: 1, Args: []summary.Operand{result}, Pos: at},
				{Op: summary.Return, Dst: summary.None, Args: []summary.Operand{first, first + 1}, Pos: at},
			}}}}
	}
	captured := append([]value{call[0]}, call[2:]...)
	return m.one(atom{kind: kFunc, text: name, args: captured})
}

// typed is what reflection tells of a value: its type, as a constant.
func (m *machine) typed(v value) value {
	var out value
	for _, id := range v {
		a := m.atoms[id]
		if a.kind != kTyped {
			return m.unknown(reflectType)
		}
		out = join(out, m.typeValue(a.typ))
	}
	return m.orUnknown(out)
}

// reflectType is the type of what reflection tells.
const reflectType = "reflect.Type"

func (m *machine) typeValue(typ string) value {
	return m.one(atom{kind: kTyped, typ: "*reflect.rtype", args: []value{m.one(atom{kind: kConst, text: `"` + typ})}})
}

// ofType is what is asked of a type: its element, its name with or without its package, its kind.
func (m *machine) ofType(v value, asked string) value {
	typ, ok := m.str(v)
	if !ok {
		return nil
	}
	text := func(s string) value { return m.one(atom{kind: kConst, text: `"` + s}) }
	switch asked {
	case "element":
		for _, prefix := range []string{"*", "[]"} {
			if elem, ok := strings.CutPrefix(typ, prefix); ok {
				return m.typeValue(elem)
			}
		}
	case "string":
		return text(m.printedType(typ))
	case "name":
		if strings.HasPrefix(typ, "*") || strings.HasPrefix(typ, "[") {
			return text("")
		}
		_, name, _ := strings.Cut(m.printedType(typ), ".")
		return text(name)
	case "kind":
		switch {
		case strings.HasPrefix(typ, "*"):
			return m.one(atom{kind: kConst, text: itoa(int(reflect.Pointer))})
		case strings.HasPrefix(typ, "func("):
			return m.one(atom{kind: kConst, text: itoa(int(reflect.Func))})
		case m.prog.isStruct(typ) && !strings.HasPrefix(typ, "["):
			return m.one(atom{kind: kConst, text: itoa(int(reflect.Struct))})
		}
	}
	return nil
}

// printedType is a type as it is printed: its package by name.
func (m *machine) printedType(typ string) string {
	name := strings.TrimLeft(typ, "*[]")
	bare := withoutArgs(name)
	printed := path.Base(bare)
	if pkg := m.prog.pkgs[packageOf(bare)]; pkg != nil {
		printed = pkg.Name + bare[len(pkg.Path):]
	}
	return typ[:len(typ)-len(name)] + printed + name[len(bare):]
}
