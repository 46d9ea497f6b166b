package trace

import (
	"maps"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// library calls a function without a body: what is known of it is done; else it is taken to call the functions that it
// is given, and what it returns to hold all that it got.
func (m *machine) library(f *frame, in *summary.Instr, name string, args []value) ([]value, []*event) {
	facts := m.know[name]
	if facts == nil {
		facts = m.shaped(in, name, args)
	}
	results := m.opaqueResults(f, in, name, args)
	m.sight(f, in, name, args)
	if m.answering && m.isPage(name) {
		f.events.add(&event{kind: evPage, at: m.place(f, in.Pos)})
	}
	var events list
	if m.opened.know[name] != nil {
		var changes []*event
		results, changes = m.opens(f, in, name, args, results)
		events.addAll(changes)
	}
	calls := true
	events.addAll(m.refuses(f, in, args...))
	m.expose(facts, args)
	m.show(args)
	for _, fact := range m.meant(f, in, facts, args) {
		switch fact.Does {
		case "call":
			events.addAll(m.remote(f, in, fact, args))
			calls = false
		case "dials":
			results = setFirst(results, m.lib(f, in, name, 0, args))
			events.addAll(m.dial(f, in, fact, args, results))
			calls = false
		case "request":
			if fact.Args["path"] == "written" {
				args = m.withWrittenPath(f.fn, fact, args)
			}
			results = setFirst(results, m.lib(f, in, name, 0, args))
		case "same":
			of := m.arg(fact, "of", 0, args)
			if strings.HasPrefix(name, "strings.Trim") {
				of = m.cut(of)
			}
			if fact.Args["as"] == "result" && in.Sig != nil && len(in.Sig.Results) > 0 {
				of = m.libraryAs(of, in.Sig.Results[0])
			}
			results = setFirst(results, of)
			calls = false
		case "came":
			came := m.one(atom{kind: kCame})
			if fact.Args["part"] == "method" {
				came = m.methodNow()
			}
			results = setFirst(results, came)
			calls = false
		case "ends":
			results = setFirst(results, m.setField(m.arg(fact, "of", 0, args), ".Timeout", m.arg(fact, "length", 1, args)))
			calls = false
		case "retries":
			results = setFirst(results, m.setField(m.arg(fact, "of", 0, args), retriesField, m.arg(fact, "count", 1, args)))
			calls = false
		case "intercepts":
			client := m.setField(m.arg(fact, "of", 0, args), interceptorsField, m.arg(fact, "handlers", 1, args))
			if in.Sig != nil && len(in.Sig.Results) > 0 && isClient(in.Sig.Results[0]) {
				results = setFirst(results, client)
			}
			calls = false
		case "forwards":
			events.addAll(m.serve(f, in, m.arg(fact, "router", 0, args), m.contextOf(m.arg(fact, "ctx", 1, args)), 0))
			calls = false
		case "sets":
			m.sets(fact, args)
			results = setFirst(results, m.arg(fact, "of", 0, args))
			calls = false
		case "base":
			of := m.arg(fact, "of", 0, args)
			for _, id := range m.plain(of) {
				m.bases[id] = join(m.bases[id], m.arg(fact, "url", 1, args))
			}
			results = setFirst(results, of)
			calls = false
		case "either":
			var any value
			for i, v := range args {
				if in.Sig != nil && in.Sig.Variadic && i == len(args)-1 {
					for _, element := range m.list(v) {
						any = join(any, element)
					}
				} else {
					any = join(any, v)
				}
			}
			results = setFirst(results, m.orUnknown(any))
			calls = false
		case "writes":
			m.write(m.arg(fact, "to", 0, args), m.addition(fact, args))
			calls = false
		case "built":
			results = setFirst(results, m.built(m.arg(fact, "of", 0, args)))
			calls = false
		case "parse":
			results = setFirst(results, m.parseURL(f, in, m.arg(fact, "text", 0, args)))
			calls = false
		case "format", "join", "concat", "url", "refer", "replace", "last":
			results = setFirst(results, m.text(fact, args))
			calls = false
		case "env":
			results = setFirst(results, m.configured(kEnv, m.arg(fact, "name", 0, args)))
		case "flag":
			obj := m.object(in, f.act, "")
			m.setFlag(obj, "", fact, args)
			results = setFirst(results, m.loc(obj, "", ""))
		case "flagvar":
			for _, id := range m.plain(m.arg(fact, "to", 0, args)) {
				if a := m.atoms[id]; a.kind == kLoc {
					m.setFlag(a.obj, a.text, fact, args)
				}
			}
		case "puts":
			m.puts(f, in, fact, args)
			calls = false
		case "gets":
			if v := m.gets(fact, args); len(v) > 0 {
				results = setFirst(results, v)
			}
			calls = false
		case "number":
			results = setFirst(results, m.number(m.arg(fact, "of", 0, args)))
		case "limited":
			if len(results) > 1 {
				results[1] = m.limited(m.arg(fact, "of", 0, args))
			}
		case "args":
			results = setFirst(results, m.one(atom{kind: kArg}))
		case "none":
			made := m.noContext()
			if len(m.arg(fact, "of", -1, args)) > 0 { // it is cut off on purpose
				made = m.one(atom{kind: kCtx, text: "none"})
			}
			results = setFirst(results, made)
		case "context":
			of := m.contextOf(m.arg(fact, "of", 0, args))
			options := m.arg(fact, "options", -1, args)
			if limited, length, _ := m.expiry(options); limited {
				of = m.boundBy(of, length)
			}
			if len(m.saidBy(options, "reaches")) > 0 {
				of = m.telling(of, options)
			}
			results = setFirst(results, of)
		case "deadline":
			length, _ := m.length(m.arg(fact, "length", -1, args))
			made := m.boundBy(m.contextOf(m.arg(fact, "of", 0, args)), length)
			if in.Unused&1 != 0 {
				m.wasted[f.fn.ID] = m.place(f, in.Pos)
			}
			results = setFirst(results, made)
		case "spawns":
			m.beside++
			ctx := m.contexts(args)
			if on := m.arg(fact, "on", -1, args); len(ctx) == 0 && len(on) > 0 {
				ctx = m.contextOf(on)
			}
			_, inner := m.enter(f, in, m.arg(fact, "fn", 0, args), ctx, nil)
			m.beside--
			if fact.Args["error"] == "waits" {
				inner = owed(inner)
			}
			m.spawn(f, in, inner, m.identities(m.arg(fact, "on", -1, args)))
			calls = false
		case "gathers":
			m.sideBySide(f, in, fact, args)
			calls = false
		case "registers":
			server, inner := m.registers(f, in, name, fact, args)
			results = setFirst(results, server)
			events.addAll(inner)
			calls = false
		case "table":
			m.table(m.written(f, in), fact, args)
			calls = false
		case "named":
			m.registered(m.arg(fact, "options", -1, args))
			m.registersAs(m.arg(fact, "name", -1, args))
		case "around":
			results = setFirst(results, m.lib(f, in, name, 0, args))
			calls = false
		case "waits":
			m.waitFor(f, in, m.arg(fact, "on", 0, args))
		case "signals":
			events.add(&event{kind: evSignal, at: m.place(f, in.Pos), objs: m.identities(m.arg(fact, "on", 0, args))})
		case "calls", "each":
			fn := m.arg(fact, "fn", 0, args)
			if made, ok := fact.Arg("made"); ok && made < len(args) {
				n, _ := fact.Arg("fn")
				fn := m.madeOf(args[made], n)
				if field := fact.Args["field"]; field != "" {
					fn = m.load(m.fieldAddr(fn, field, ""), "", false)
				}
				_, inner := m.dynamic(f, in, fn, args[1:])
				events.addAll(inner)
				calls = false
				continue
			}
			if field := fact.Args["field"]; field != "" {
				fn = m.load(m.fieldAddr(fn, field, ""), "", false)
			}
			got, inner := m.enter(f, in, fn, m.contexts(args), nil)
			for i, v := range got { // it returns what the function does, and perhaps more
				if fact.Does == "calls" && (len(got) <= len(results) || fact.Args["field"] != "" && i < len(results)) && len(v) > 0 {
					results = slices.Clone(results)
					results[i] = v
				}
			}
			tries := m.triedBy(fact, args)
			for _, e := range inner {
				each := e.withCalls(func(call *event) {
					*call = *call.tried(tries)
					call.breaker = call.breaker || fact.Args["breaker"] != ""
					if fact.Args["once"] != "" { // for all who ask, not for this request alone
						call.call = m.forAll(call.call)
					}
				})
				each.loops(fact.Does == "each" && !ofParameter(e.roots), m.place(f, in.Pos))
				each.again = each.again || fact.Args["tries"] != ""
				each.back = fact.Does == "calls" && !m.fallsBack(fact, args)
				events.add(each)
			}
			calls = false
		case "fills":
			key, _ := m.str(m.arg(fact, "key", -1, args))
			m.decode(m.arg(fact, "to", 0, args), key, m.fileOf(fact, args))
		case "loads":
			if in.Sig != nil && len(in.Sig.Results) > 0 {
				typ := strings.TrimPrefix(in.Sig.Results[0], "*")
				loaded := m.loc(m.objectAt(objectKey{site: in, name: f.round, act: f.act}, typ), "", typ)
				m.decode(loaded, "", "")
				results = setFirst(results, loaded)
			}
		case "configured":
			m.configuredFrom(fact, args)
		case "default":
			m.byDefault(m.arg(fact, "name", 0, args), m.arg(fact, "default", 1, args))
		case "setting":
			typ := "string"
			if in.Sig != nil && len(in.Sig.Results) > 0 {
				typ = in.Sig.Results[0]
			}
			results = setFirst(results, m.asked(fact, typ, args))
		case "factory":
			made, inner := m.factory(f, in, name, fact, args)
			results = setFirst(results, made)
			events.addAll(inner)
			calls = false
		case "traces":
			m.injects = m.injects || fact.Args["by"] == "hand"
			calls = false
		case "publish", "consume", "receives", "binds", "declares", "tells":
			made, inner := m.messagesOf(f, in, name, fact, args, results)
			results = made
			events.addAll(inner)
			calls = false
		case "topic":
			results = setFirst(results, m.lib(f, in, name, 0, args))
			calls = false
		case "acks":
			at := m.place(f, in.Pos)
			events.add(&event{kind: evAck, at: at, made: at, spot: m.spot(f, in)})
			calls = false
		case "keeps", "reads", "tries", "plain", "encrypts", "lasts", "below", "expires", "over", "names", "reaches", "varies", "surrounds", "asks":
			calls = false
		case "holds":
			got, inner := m.method(f, in, fact.Args["method"], "", []value{m.arg(fact, "of", 0, args)})
			if len(got) > 0 {
				results = setFirst(results, m.lib(f, in, name, 0, append(args[:len(args):len(args)], got[0])))
			}
			events.addAll(inner)
			calls = false
		case "makes":
			if _, ok := fact.Arg("of"); ok {
				results = setFirst(results, m.fillIn(fact, args))
			} else {
				results = setFirst(results, m.holder(f, in, fact, args))
			}
			calls = false
		case "cases":
			results = setFirst(results, m.cases(f, in))
			calls = false
		case "container", "options", "provides", "supplies", "decorates", "invokes", "populates", "annotates":
			events.addAll(m.wire(f, in, fact, args))
			calls = false
		case "offers":
			m.offers(in, fact, args)
			calls = false
		case "finds":
			v, inner := m.finds(f, in, fact, args)
			if len(v) > 0 {
				results = setFirst(results, v)
			}
			events.addAll(inner)
			calls = false
		case "dispatches":
			got, inner := m.dispatch(f, in, fact, args)
			if len(got) == len(results) {
				results = got
			}
			events.addAll(inner)
			calls = false
		case "typed":
			of := m.arg(fact, "of", -1, args)
			switch asked := fact.Args["asked"]; {
			case asked != "":
				if v := m.ofType(of, asked); len(v) > 0 {
					results = setFirst(results, v)
				}
			case fact.Args["of"] == "":
				if in.Callee == summary.Static && in.Type != "" && !strings.Contains(in.Type, "$") {
					results = setFirst(results, m.typeValue(in.Type))
				}
			default:
				results = setFirst(results, m.typed(of))
			}
			calls = false
		case "renews":
			events.add(m.renew(f, in, m.arg(fact, "request", -1, args)))
			calls = false
		case "path":
			path := m.somePath()
			for _, id := range m.plain(m.arg(fact, "of", 0, args)) {
				if a := m.atoms[id]; a.kind == kLoc && m.came(m.at(a.obj, a.text+".Path")) {
					path = m.one(atom{kind: kCame})
				}
			}
			results = setFirst(results, path)
			calls = false
		case "pass":
			if url := m.arg(fact, "url", -1, args); len(url) > 0 {
				events.add(m.requestEvent(f, in, &request{protocol: "http", proxy: true, urls: m.texts(url)}))
			}
			for _, id := range m.plain(m.arg(fact, "proxy", -1, args)) {
				events.addAll(m.pass(f, in, id, m.contexts(args)))
			}
			calls = false
		case "commands":
			for _, e := range m.runCommands(f, in, m.arg(fact, "command", 0, args)) {
				ran := *e
				ran.back = true
				events.add(&ran)
			}
			calls = false
		default:
			results = m.register(f, in, name, fact, args, results)
			calls = false
		}
	}
	if calls && strings.HasSuffix(name, ").ServeHTTP") && len(args) == 3 { // a library's handler answers with those that it holds
		events.addAll(m.serve(f, in, args[0], m.contextOf(args[2]), 0))
		calls = false
	}
	m.served = m.comesBackFrom(name, facts)
	if calls && (m.answering && !wraps(in) || !returns(in)) {
		// At start-up, what returns something has made it of the functions that it was given; a request that is being
		// answered waits for them, but for handlers, which may be wrapped at any time.
		events.addAll(m.callArgs(f, in, name, args))
	}
	if len(facts) == 0 && (m.opened.know[name] != nil || !standard(name)) {
		events.addAll(m.mayWork(in))
	}
	return results, events.events
}

// fallsBack reports whether a library function may have something else to do where what it calls fails.
func (m *machine) fallsBack(fact *library.Fact, args []value) bool {
	n, ok := fact.Arg("fallback")
	return ok && n < len(args) && !m.isNil(m.plain(args[n]))
}

// returns reports whether a call has a result other than an error.
func returns(in *summary.Instr) bool {
	if in.Sig == nil {
		return false
	}
	for _, typ := range in.Sig.Results {
		if typ != "error" {
			return true
		}
	}
	return false
}

// wraps reports whether a call returns a handler.
func wraps(in *summary.Instr) bool {
	return in.Sig != nil && len(in.Sig.Results) == 1 && handles(in.Sig.Results[0])
}

// callArgs calls the functions among a library function's arguments, and takes over the contexts that it is given.
func (m *machine) callArgs(f *frame, in *summary.Instr, name string, args []value) []*event {
	var events list
	if !m.answering {
		m.callMethods(f, in, args)
	}
	given := m.handed(name, args)
	for _, v := range args {
		for _, fn := range m.functionsIn(v) {
			m.repeating++
			_, inner := m.enter(f, in, value{fn}, m.contexts(args), given)
			m.repeating--
			for _, e := range inner {
				events.add(e.withCalls(func(call *event) { call.opaque = true }))
			}
		}
	}
	return events.events
}

// callMethods calls, at start-up, the methods of the project's types that a library is given as an interface of its
// own: it is there to call them, at some time.
func (m *machine) callMethods(f *frame, in *summary.Instr, args []value) {
	if in.Sig == nil {
		return
	}
	receivers := len(args) - len(in.Sig.Params)
	for i, v := range args {
		if i < receivers {
			continue
		}
		typ := in.Sig.Params[i-receivers]
		if host, _, _ := strings.Cut(typ, "/"); !strings.Contains(host, ".") || m.prog.owns(typ) {
			continue // of the standard library, or the project's own
		}
		for _, id := range v {
			a := m.atoms[id]
			own := m.prog.typeOf(a.typ)
			if a.kind != kTyped || own == nil {
				continue
			}
			for _, method := range m.prog.ifaceOf(typ) {
				if known, ok := own.Methods[method.Name]; ok {
					m.repeating++
					m.unsure++
					_, events := m.enter(f, in, m.one(atom{kind: kFunc, text: m.methodIn(a.typ, known), num: 1, args: []value{a.args[0]}}), nil, nil)
					m.unsure--
					m.repeating--
					m.spawn(f, in, events, nil)
				}
			}
		}
	}
}

// opaqueResults are the results of a function without a body: they hold what it was given.
func (m *machine) opaqueResults(f *frame, in *summary.Instr, name string, args []value) []value {
	if in == nil || in.Sig == nil {
		return nil
	}
	results := make([]value, len(in.Sig.Results))
	for i, typ := range in.Sig.Results {
		switch typ {
		case "error", "bool", "string", "int", "int64", "float64", "uint64", "int32", "uint32", "[]uint8", "byte":
			results[i] = m.unknown(typ) // no branch on it is certain
		case "context.Context":
			results[i] = m.contextOf(m.contexts(args))
		default:
			results[i] = m.lib(f, in, name, i, args)
			if strings.HasPrefix(name, "result of ") && len(in.Sig.Results) == 1 && strings.HasPrefix(typ, "func") {
				results[i] = m.unknown(typ)
			}
		}
	}
	return results
}

// lib is what a library function returns.
func (m *machine) lib(f *frame, in *summary.Instr, name string, result int, args []value) value {
	kept := make([]value, len(args))
	for i, v := range args {
		for _, id := range v {
			a := m.atoms[id]
			switch a.kind {
			case kUnknown:
				if m.know[name] != nil {
					kept[i] = join(kept[i], value{id})
				}
			default:
				kept[i] = join(kept[i], value{id})
			}
		}
	}
	typ := ""
	if in.Sig != nil && result < len(in.Sig.Results) {
		typ = in.Sig.Results[result]
	}
	obj := m.object(in, f.act, typ)
	if isClient(typ) {
		m.clients[obj] = m.making(f, in)
	}
	return m.one(atom{kind: kLib, text: name, typ: typ, num: int32(result), obj: obj, args: kept})
}

// libraryAs are values, what a library made as being of a type.
func (m *machine) libraryAs(v value, typ string) value {
	var out value
	for _, id := range v {
		for _, of := range m.plain(value{id}) {
			if a := *m.atoms[of]; a.kind == kLib {
				a.typ = typ
				out = join(out, m.one(a))
			} else {
				out = join(out, value{id})
			}
		}
	}
	return out
}

// holder is a new object of a library, whose fields hold arguments.
func (m *machine) holder(f *frame, in *summary.Instr, fact *library.Fact, args []value) value {
	obj := m.object(in, f.act, "")
	for _, field := range slices.Sorted(maps.Keys(fact.Args)) {
		m.put(obj, "."+field, m.arg(fact, field, -1, args))
	}
	return m.loc(obj, "", "")
}

// fillIn is an argument, whose fields hold others then.
func (m *machine) fillIn(fact *library.Fact, args []value) value {
	of := m.arg(fact, "of", 0, args)
	for _, field := range slices.Sorted(maps.Keys(fact.Args)) {
		if field == "of" {
			continue
		}
		v := m.arg(fact, field, -1, args)
		for _, id := range m.plain(m.setField(of, "."+field, v)) {
			if a := m.atoms[id]; a.kind == kLoc {
				m.put(a.obj, a.text+"."+field, v)
			}
		}
	}
	return of
}

// cases is a list whose elements the code tells apart: a loop over it does each thing once.
func (m *machine) cases(f *frame, in *summary.Instr) value {
	obj := m.object(in, f.act, "")
	m.put(obj, "[case]", m.unknown(""))
	return m.loc(obj, "", "")
}

func (m *machine) arg(fact *library.Fact, part string, other int, args []value) value {
	n, ok := fact.Arg(part)
	if !ok {
		if spec := fact.Args[part]; strings.ContainsAny(spec, "<~") { // a path to it
			return m.part(spec, args)
		}
		n = other
	}
	if n < 0 || n >= len(args) {
		return nil
	}
	return args[n]
}

// boundLength is how long something lasts at most, by itself or as a field of an argument.
func (m *machine) boundLength(fact *library.Fact, args []value) value {
	length := m.arg(fact, "length", -1, args)
	if field := fact.Args["field"]; field != "" {
		return m.load(m.fieldAddr(length, field, "time.Duration"), "time.Duration", false)
	}
	return length
}

func setFirst(results []value, v value) []value {
	if len(results) == 0 {
		return results
	}
	results = slices.Clone(results)
	results[0] = v
	return results
}
