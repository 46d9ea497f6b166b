package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// maxCandidates is how many types an interface call without known receiver may mean.
const maxCandidates = 6

// call runs a call instruction in the mode that it is made in.
func (m *machine) call(f *frame, in *summary.Instr) {
	args := make([]value, len(in.Args))
	for i, a := range in.Args {
		args[i] = m.get(f, a)
	}
	loops, loop, over := f.loops, f.loop, f.over
	switch in.Mode {
	case summary.Defer:
		f.defers = append(f.defers, func() {
			f.loops, f.loop, f.over = loops, loop, over
			_, events := m.apply(f, in, args)
			m.compose(f, in, events)
		})
	case summary.Go:
		m.beside++
		m.unsure++
		_, events := m.apply(f, in, args)
		m.unsure--
		m.beside--
		m.served = false
		m.spawn(f, in, events, nil)
	default:
		m.served = false
		results, events := m.apply(f, in, args)
		if m.served {
			f.serve()
		}
		m.compose(f, in, events)
		if in.Dst != summary.None {
			f.setTuple(in.Dst, results)
			var one value
			if len(results) > 0 {
				one = results[0]
			}
			m.set(f, in.Dst, one)
		}
	}
}

// compose makes a callee's events its caller's.
func (m *machine) compose(f *frame, in *summary.Instr, events []*event) {
	for _, e := range m.lift(f, in, events) {
		if e.kind == evWait {
			e.objs = f.events.wait(e.objs)
		}
		f.events.add(e)
	}
}

// lift sees events from the caller: what is in a loop there is in one here, a place in generated code becomes that of
// the hand-written call, and the way gets one step longer.
func (m *machine) lift(f *frame, in *summary.Instr, events []*event) []*event {
	out := make([]*event, len(events))
	here := m.place(f, in.Pos)
	for i, e := range events {
		if e.kind == evChange || e.kind == evWork { // it is where it stands, whoever calls
			out[i] = e
			continue
		}
		lifted := *e.tried(f.tries)
		lifted.hasty = e.hasty || f.tries > 1 && f.hasty && e.kind == evCall
		if e.path != nil { // else the call is this very one
			lifted.roots = m.rootsAbove(f, in, e.roots)
		}
		lifted.loops(m.inLoop(f, lifted.roots))
		lifted.cyclic = e.cyclic || f.cyclic
		if e.generated {
			lifted.at = here
			lifted.generated = f.fn.Generated
		}
		switch {
		case e.kind != evCall && e.kind != evDial || f.fn.Generated:
		case !e.settled:
			m.settle(&lifted, in)
		case e.fails != 0 && e.path != nil && !e.owed: // else the call is this very one
			m.hand(&lifted, in, here)
		}
		if e.open {
			lifted.cut, lifted.open = here, m.givenNobodys(f)
		}
		if e.kind == evSpawn {
			lifted.inner = m.lift(f, in, e.inner)
		}
		lifted.back = false
		spot := m.spot(f, in)
		lifted.path = &step{here, spot, e.path}
		lifted.also = slices.Clone(e.also)
		for k, way := range e.also {
			lifted.also[k] = &step{here, spot, way}
		}
		out[i] = &lifted
	}
	return out
}

// settle notes whether the first hand-written caller looks at the reply and at the error.
func (m *machine) settle(e *event, in *summary.Instr) {
	e.settled = true
	if in.Sig == nil || in.Mode != summary.Plain {
		return
	}
	for i, typ := range in.Sig.Results {
		bit := in.Unused&(1<<min(i, 7)) != 0
		switch {
		case typ == "error":
			e.discarded = bit
			e.fails = m.failing(in.Fails)
		case i == 0:
			e.unused = bit
		}
	}
}

// failing is what a failure does, as far as that says something: a process that has served ends anyway.
func (m *machine) failing(fails uint8) uint8 {
	if fails&summary.EndsProcess != 0 && !m.answering && m.pastServing() {
		return 0
	}
	return fails
}

// hand notes what becomes of a call's error, which is that of the function called, in one caller more.
func (m *machine) hand(e *event, in *summary.Instr, here place) {
	if e.fails&summary.EndsProcess != 0 {
		return // whoever calls is gone too
	}
	only := e.fails&summary.OnlyReturnsError != 0
	e.fails = 0
	if !m.callsOwn(in) && !e.back || in.Mode != summary.Plain || in.Sig == nil {
		return
	}
	at := slices.Index(in.Sig.Results, "error")
	switch {
	case at < 0:
	case in.Unused&(1<<min(at, 7)) != 0:
		if only && !e.discarded {
			e.discarded, e.lost = true, here
		}
	case only:
		e.fails = m.failing(in.Fails)
	default:
		e.fails = m.failing(in.Fails) &^ summary.OnlyReturnsError
	}
}

// callsOwn reports whether a call is one of code with a summary, and so of the very function whose error it gives: what
// a library does with the error of a function that it is given is known of some only.
func (m *machine) callsOwn(in *summary.Instr) bool {
	switch in.Callee {
	case summary.Static:
		return m.prog.funcs[in.Name] != nil && m.know[in.Name] == nil
	case summary.Iface:
		return m.prog.ownsType(in.Type)
	}
	return in.Callee == summary.Dynamic
}

// apply calls what the instruction calls.
func (m *machine) apply(f *frame, in *summary.Instr, args []value) ([]value, []*event) {
	m.sites = append(m.sites, site{m.place(f, in.Pos), f.fn.Generated})
	defer func() { m.sites = m.sites[:len(m.sites)-1] }()
	switch in.Callee {
	case summary.BuiltinCall:
		return m.builtin(f, in, args), nil
	case summary.Static:
		return m.function(f, in, m.instance(in.Name, in.Type), args, nil)
	case summary.Iface:
		return m.method(f, in, in.Name, in.Type, args)
	}
	return m.dynamic(f, in, args[0], args[1:])
}

// function calls a function by name.
func (m *machine) function(f *frame, in *summary.Instr, name string, args, free []value) ([]value, []*event) {
	if m.code(name) != nil && m.know[name] == nil {
		return m.invoke(name, args, free)
	}
	return m.library(f, in, name, args)
}

// dynamic calls what a value holds.
func (m *machine) dynamic(f *frame, in *summary.Instr, fn value, args []value) ([]value, []*event) {
	var out outcome
	if len(fn) > 1 { // one of them
		defer m.perhaps()()
	}
	for _, id := range m.plain(fn) {
		a := m.atoms[id]
		switch a.kind {
		case kFunc:
			if a.num == 1 { // a bound method
				out.add(m.function(f, in, a.text, append([]value{a.args[0]}, args...), nil))
			} else {
				out.add(m.function(f, in, a.text, args, a.args))
			}
		case kBound:
			out.add(m.method(f, in, a.text, a.typ, append(receiver(a), args...)))
		case kLib, kVar:
			if a.text == nextHandler && len(args) > 1 {
				ctx := m.contexts(args[:1]) // of an endpoint; a handler's is in its request
				if len(ctx) == 0 {
					ctx = m.contextOf(args[1])
				}
				out.events.add(m.forward(f, in, id, ctx))
			}
			if m.recorder != nil && a.kind == kVar && a.text == invoker {
				*m.recorder = join(*m.recorder, m.contexts(args))
			}
			out.add(m.callMade(f, in, id, args))
		}
	}
	return out.results, out.events.events
}

// perhaps begins calls that may not be made, one of them or none: then no server is sure to have run. What it returns
// ends them.
func (m *machine) perhaps() func() {
	m.unsure++
	return func() {
		m.unsure--
		m.served = false
	}
}

// receiver is what a method value is bound to, nothing for a method expression.
func receiver(a *atom) []value {
	if len(a.args) == 0 {
		return nil
	}
	return a.args[:1:1]
}

// written is the innermost call under way that people wrote.
func (m *machine) written(f *frame, in *summary.Instr) place {
	for _, s := range slices.Backward(m.sites) {
		if !s.generated {
			return s.at
		}
	}
	return m.place(f, in.Pos)
}

// outcome unites what several callees do.
type outcome struct {
	results []value
	events  list
}

func (o *outcome) add(results []value, events []*event) {
	o.results = merge(o.results, results)
	o.events.addAll(events)
}

func merge(a, b []value) []value {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) == 0 {
		return a
	}
	out := slices.Clone(a)
	for i, v := range b {
		out[i] = join(out[i], v)
	}
	return out
}

// method calls a method of an interface on whatever is behind it.
func (m *machine) method(f *frame, in *summary.Instr, name, iface string, args []value) ([]value, []*event) {
	if len(args) == 0 {
		return nil, nil
	}
	// A type that embeds an interface may be taken for what stands behind it, without end.
	m.dispatching++
	defer func() { m.dispatching-- }()
	if m.prog.isConcrete(iface) { // of what stands for a type parameter
		return m.methodOf(f, in, iface, name, iface, args[0], args)
	}
	if len(args[0]) != 1 || m.atoms[args[0][0]].kind == kUnknown { // one of several
		defer m.perhaps()()
	}
	if m.dispatching > maxStack {
		m.hit["calls through interfaces within calls"] = true
		return nil, nil
	}
	var out outcome
	unknown := len(args[0]) == 0
	for _, id := range m.present(args[0]) {
		a := m.atoms[id]
		switch a.kind {
		case kTyped:
			out.add(m.methodOf(f, in, a.typ, name, iface, a.args[0], args))
		case kLoc:
			out.add(m.methodOf(f, in, "*"+a.typ, name, iface, value{id}, args))
		case kLib, kVar:
			typ := a.typ
			if isIface := m.prog.ifaceOf(typ) != nil; typ == "" || isIface || !strings.Contains(typ, ".") {
				typ = iface
			}
			if procedure := m.prog.stubs[typ][strings.ToLower(name)]; procedure != "" && a.kind == kLib && len(a.args) > 0 {
				out.add(m.throughStub(f, in, "("+typ+")."+name, procedure, a.args[0], args))
				continue
			}
			call := slices.Clone(args)
			call[0] = value{id}
			fn := m.methodName(typ, name)
			if known := m.knownAs(iface, name); !m.knows(fn) && m.knows(known) { // nothing of the type, but of what it stands for
				fn = known
			}
			if as := m.methodName(a.typ, name); !m.knows(fn) && m.knows(as) { // an interface narrowed by hand
				fn = as
			}
			out.add(m.library(f, in, fn, call))
		case kUnknown:
			unknown = true
		case kNil:
		case kCtx:
			fn := "(" + iface + ")." + name
			if !m.know.Has(fn) {
				fn = "(context.Context)." + name
			}
			out.add(m.library(f, in, fn, args))
		default:
			unknown = true
		}
	}
	if !unknown {
		return out.results, out.events.events
	}
	out.events.addAll(m.refuses(f, in, args...))
	// Nothing is known of the receiver. A client's interface tells what is called all the same.
	if r := m.stubCall(f, in, name, iface, args); r != nil {
		out.add(nil, []*event{r})
		return merge(out.results, m.opaqueResults(f, in, "("+iface+")."+name, args)), out.events.events
	}
	if known := m.knownAs(iface, name); m.knows(known) || m.prog.signs[known] != nil {
		out.add(m.library(f, in, known, args))
		return out.results, out.events.events
	}
	methods := m.prog.ifaceOf(iface)
	if methods != nil && m.prog.ownsType(iface) {
		var types []string
		for typ := range m.made {
			if m.prog.implements(typ, methods) {
				types = append(types, typ)
			}
		}
		slices.Sort(types)
		// A type that embeds the interface, or wraps one, leads back here: all types are being tried then as it is, and to try
		// them again for each would take as long as there are ways through them.
		trying := iface + " " + name
		if m.trying[trying] {
			return merge(out.results, m.opaqueResults(f, in, "("+iface+")."+name, args)), out.events.events
		}
		if len(types) <= maxCandidates {
			m.trying[trying] = true
			defer delete(m.trying, trying)
			for _, typ := range types {
				out.add(m.methodOf(f, in, typ, name, iface, m.made[typ], args))
			}
			if len(types) > 0 {
				return out.results, out.events.events
			}
		}
	} else if !m.prog.ownsType(iface) {
		m.expose(nil, args[1:])
	}
	out.events.addAll(m.mayWork(in))
	return merge(out.results, m.opaqueResults(f, in, "("+iface+")."+name, args)), out.events.events
}

// present are the values behind an interface, without the nil pointers where anything else of their type is there: what
// failed to make a client returns one beside its error, and nobody calls it.
func (m *machine) present(v value) value {
	made := make(map[string]bool)
	absent := 0
	for _, id := range v {
		if a := m.atoms[id]; a.kind == kTyped {
			if m.isNil(a.args[0]) {
				absent++
			} else {
				made[a.typ] = true
			}
		}
	}
	if absent == 0 || len(made) == 0 {
		return v
	}
	var out value
	for _, id := range v {
		if a := m.atoms[id]; a.kind != kTyped || !m.isNil(a.args[0]) || !made[a.typ] {
			out = append(out, id)
		}
	}
	return out
}

// methodOf calls a type's method.
func (m *machine) methodOf(f *frame, in *summary.Instr, typ, name, iface string, recv value, args []value) ([]value, []*event) {
	call := slices.Clone(args)
	call[0] = recv
	table := m.prog.typeOf(typ)
	if table == nil {
		if m.prog.ownsType(typ) {
			return nil, nil
		}
		fn := m.methodName(typ, name)
		if known := m.knownAs(iface, name); !m.knows(fn) && m.knows(known) {
			fn = known
		}
		return m.library(f, in, fn, call)
	}
	method, ok := table.Methods[name]
	if !ok {
		return nil, nil
	}
	for _, field := range method.Path {
		call[0] = m.load(m.fieldAddr(call[0], field, ""), "", false)
	}
	if method.Interface {
		if len(call[0]) == 0 {
			return nil, nil // nothing was ever put there
		}
		embedded := strings.TrimPrefix(method.Func, "(")
		embedded = instanceName(strings.TrimSuffix(embedded, ")."+name), substitute(method.TypeArgs, typeArgsOf(typ)))
		return m.method(f, in, name, embedded, call)
	}
	if len(method.Path) > 0 && len(call[0]) == 0 {
		call[0] = m.unknown("")
	}
	return m.function(f, in, m.methodIn(typ, method), call, nil)
}

// methodName is the full name of a method of a library's type, in the spelling that something is known of.
func (m *machine) methodName(typ, name string) string {
	typ = withoutArgs(typ)
	for _, candidate := range []string{"(" + typ + ")." + name, "(*" + strings.TrimPrefix(typ, "*") + ")." + name, "(" + strings.TrimPrefix(typ, "*") + ")." + name} {
		if m.knows(candidate) {
			return candidate
		}
	}
	return "(" + typ + ")." + name
}

// knows reports whether anything is known of a library's function.
func (m *machine) knows(fn string) bool { return m.know.Has(fn) || m.opened.know.Has(fn) }

// withoutArgs is a type's name without type arguments.
func withoutArgs(typ string) string {
	if i := strings.IndexByte(typ, '['); i > 0 && !strings.HasPrefix(typ, "map[") && typ[0] != '[' {
		return typ[:i]
	}
	return typ
}

func (m *machine) builtin(f *frame, in *summary.Instr, args []value) []value {
	switch in.Name {
	case "append":
		if len(args) < 2 {
			return args
		}
		obj, most := m.grown(f, in, args[0])
		many := "" // an append that runs more than once stands for many elements
		if f.cyclic && (f.round == "" || f.loop) || m.repeating > 0 {
			many = "*"
		}
		for k, v := range args {
			round := ""
			if k == 1 && f.round != "" {
				round = strings.ReplaceAll(strings.ReplaceAll(f.round, "[", "."), "]", "")
			}
			for _, id := range m.plain(v) {
				a := m.atoms[id]
				if a.kind != kLoc {
					if a.kind == kUnknown || a.kind == kLib {
						m.put(obj, "[*]", value{id})
					}
					continue
				}
				if a.obj == obj {
					continue
				}
				m.copyElements(obj, a.obj, a.text, itoa(k)+many+round, most, func(key string) string {
					if k == 1 { // what is appended gets keys of its own, in each round
						key = "[" + many + "+" + itoa(int(obj)) + "." + strings.Trim(key, "[]") + round + "]"
					}
					if len(key) > 60 {
						return "[*]"
					}
					return key
				})
			}
		}
		return []value{m.loc(obj, "", "")}
	case "copy":
		for _, to := range m.plain(args[0]) {
			for _, from := range m.plain(args[1]) {
				a, b := m.atoms[to], m.atoms[from]
				if a.kind == kLoc && b.kind == kLoc {
					m.copyTo(a.obj, a.text, b.obj, b.text)
				}
			}
		}
	case "len":
		if v := m.plain(args[0]); m.isNil(v) {
			return []value{m.one(atom{kind: kConst, text: "0"})}
		} else if text, ok := m.str(v); ok {
			return []value{m.one(atom{kind: kConst, text: itoa(len(text))})}
		}
		return []value{m.unknown("int")}
	case "close":
		f.events.add(&event{kind: evSignal, at: m.place(f, in.Pos), objs: m.identities(args[0])})
	}
	return nil
}

// grown is the object that an append makes of a list. A list that lies in a field, and that each activation makes
// longer by the same append, would be one list more for each of them, and each would be copied into the next: from a few
// on, it stays the first of these. most is how many of its elements are told apart.
func (m *machine) grown(f *frame, in *summary.Instr, list value) (obj int32, most int) {
	if len(list) > few {
		first, made := int32(0), 0
		for _, id := range m.plain(list) {
			if a := m.atoms[id]; a.kind == kLoc && m.objects[a.obj].site == in {
				if made == 0 || a.obj < first {
					first = a.obj
				}
				made++
			}
		}
		if made > few {
			return first, maxRounds / 4
		}
	}
	return m.object(in, f.act, ""), maxRounds
}
