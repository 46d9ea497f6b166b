package trace

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Frameworks for services do by themselves what others ask for: they end calls and requests after a while, guard calls
// by a breaker, continue traces. An option says otherwise, or the configuration that they are given.

// part is what is known of a part of the configuration that a framework is given.
type part uint8

const (
	leftOut    part = iota // the code makes the configuration, and leaves the part out
	written                // the code says what it is
	configured             // it is read from somewhere, where the framework's default is what it is if nothing is said
	unclear
)

// partOf is what is known of a field of a configuration, with the value if the code says it.
func (m *machine) partOf(conf value, field string) (part, string) {
	found, text := leftOut, ""
	for _, id := range m.plain(conf) {
		a := m.atoms[id]
		if a.kind != kLoc {
			found = max(found, unclear)
			continue
		}
		at := m.atoms[m.loc(a.obj, a.text+"."+field, "")[0]]
		v := m.at(at.obj, at.text)
		filling := m.objects[at.obj].filledAt(at.text)
		filled := filling != nil
		said, ok := m.length(v)
		if filled && !ok {
			said, ok, _ = m.readFrom(filling, at.text)
		}
		switch {
		case ok && (text == "" || text == said):
			found, text = max(found, written), said
		case ok || len(m.whole(at)) > 0 && !filled:
			found = max(found, unclear)
		case filled:
			found = max(found, configured)
		case len(v) > 0:
			found = unclear
		}
	}
	if found == configured && text != "" {
		found = written
	}
	return found, text
}

// does reports whether a framework does something that a field of its configuration switches on: unknown where nobody
// knows how it is set. What is read from somewhere is on by default; what the code leaves out was in older versions.
func (m *machine) does(fact *library.Fact, what string, args []value) arch.State {
	field := fact.Args[what]
	if field == "" || field == "yes" {
		return stateOf(field == "yes")
	}
	switch found, text := m.partOf(m.arg(fact, "conf", -1, args), field); found {
	case written:
		return stateOf(text == "true")
	case configured:
		return arch.Present
	}
	return arch.Unknown
}

// setIn reports whether one of some fields of a configuration is set, and neither it nor its field Enabled to false: not
// known where it was read from a file that is not known.
func (m *machine) setIn(conf value, fields []string) arch.State {
	state := arch.Absent
	for _, id := range m.plain(conf) {
		a := m.atoms[id]
		if a.kind != kLoc {
			return arch.Unknown
		}
		for _, field := range fields {
			place := a.text + "." + field
			filling := m.objects[a.obj].filledAt(place)
			if filling == nil {
				if len(m.at(a.obj, place)) > 0 || len(m.whole(a)) > 0 {
					state = arch.Unknown
				}
				continue
			}
			root, named := filling.at+place[len(filling.path):], 1+strings.Count(field, ".")
			said, there, read := m.readAt(filling, root, named)
			off, _, _ := m.readAt(filling, root+".Enabled", named+1)
			switch {
			case !read:
				return arch.Unknown
			case there && said != "false" && off != "false":
				return arch.Present
			}
		}
	}
	return state
}

func stateOf(does bool) arch.State {
	if does {
		return arch.Present
	}
	return arch.Absent
}

// lasts reports whether what a framework made ends after a while by itself, be it calls of a client or requests of a
// server, and how long that takes if it is known: what an option says, or the configuration, or else the default.
func (m *machine) lasts(fact *library.Fact, args []value) (bounded bool, length string) {
	if limited, length, ok := m.expiry(m.optionsOf(fact, args)); ok {
		return limited, length
	}
	byDefault, err := time.ParseDuration(fact.Args["default"])
	if err != nil {
		return false, ""
	}
	length = strconv.FormatInt(int64(byDefault), 10)
	conf := m.arg(fact, "conf", -1, args)
	switched, on := configured, ""
	if field := fact.Args["switch"]; field != "" {
		if switched, on = m.partOf(conf, field); switched == written && on == "false" {
			return false, ""
		}
	}
	if field := fact.Args["field"]; field != "" {
		switch found, text := m.partOf(conf, field); found {
		case leftOut:
			return false, ""
		case written:
			n, err := strconv.ParseInt(text, 10, 64)
			switch unit, _ := time.ParseDuration(fact.Args["unit"]); {
			case err == nil && n <= 0:
				return false, ""
			case err != nil || switched == leftOut: // what is not switched on may still be, in older versions
				return true, ""
			default:
				return true, strconv.FormatInt(n*int64(max(unit, 1)), 10)
			}
		case unclear:
			return true, ""
		}
	}
	return true, length
}

// dialled is what is known of how a client was made, and what with; nil where that is nothing.
func (m *machine) dialled(id int32) (*library.Fact, []value) {
	for range maxDepth {
		a := m.atoms[id]
		if a.kind != kLib {
			break
		}
		if fact := m.know.Find(a.text, "dials"); fact != nil {
			return fact, a.args
		}
		if !strings.HasPrefix(a.text, "(") || len(a.args) == 0 || len(m.plain(a.args[0])) != 1 {
			break
		}
		id = m.plain(a.args[0])[0] // what a client's method made
	}
	return nil, nil
}

// reachedBy is where clients connect to, as options say that they were made with.
func (m *machine) reachedBy(clients value) value {
	var out value
	for _, id := range m.plain(clients) {
		if fact, args := m.dialled(id); fact != nil {
			for _, v := range m.saidBy(m.arg(fact, "options", -1, args), "reaches") {
				out = join(out, v)
			}
		}
	}
	return out
}

// senders are the clients that others send their requests over.
func (m *machine) senders(clients value) value {
	var out value
	for _, id := range m.plain(clients) {
		a := m.atoms[id]
		fact := m.know.Find(a.text, "over")
		switch {
		case a.kind != kLib || fact == nil:
			out = join(out, value{id})
		case strings.Contains(fact.Args["client"], "."):
			out = join(out, m.one(atom{kind: kVar, text: fact.Args["client"]}))
		default:
			out = join(out, m.orUnknown(m.arg(fact, "client", 0, a.args)))
		}
	}
	return out
}

// guarded reports whether each client that a value may be puts its calls behind a breaker by itself.
func (m *machine) guarded(clients value) bool {
	clients = m.plain(clients)
	return len(clients) > 0 && !slices.ContainsFunc(clients, func(id int32) bool {
		fact, args := m.dialled(id)
		if fact == nil {
			return true
		}
		guarded := m.does(fact, "breaker", args) == arch.Present
		m.within([]value{m.arg(fact, "options", -1, args)}, func(_ int32, a *atom) bool {
			guarded = guarded || m.know.Find(a.text, "guards") != nil
			return !guarded
		})
		return !guarded
	})
}

// contextOfRequests is the context of the requests that a route answers: what stands around its routers may end them,
// and so may the server by itself, or an option that the route is registered with.
func (m *machine) contextOfRequests(r *route, bases []int32) value {
	ctx := m.contextBelow(bases)
	if r.stream || m.isBounded(ctx) {
		return ctx
	}
	if len(r.length) > 0 {
		if bounded, _ := m.timeOut(r.length); bounded {
			return m.bound(r.length, ofRequest)
		}
		return ctx
	}
	for _, a := range m.serversOf(r, bases) {
		if bounded, length := m.lasts(m.know.Find(a.text, "lasts"), a.args); bounded {
			return m.one(atom{kind: kCtx, text: strings.TrimSpace("bounded " + length), typ: ofRequest})
		}
	}
	return ctx
}

// serversOf are the servers of frameworks among those that a route is registered with.
func (m *machine) serversOf(r *route, bases []int32) []*atom {
	var out []*atom
	servers := slices.Clone(bases)
	for _, id := range m.plain(r.server) {
		servers = append(servers, m.root(id))
	}
	for _, id := range servers {
		if a := m.atoms[id]; a.kind == kLib && m.know.Find(a.text, "lasts") != nil {
			out = append(out, a)
		}
	}
	return out
}

// aroundAll is the project's own middleware among the options of a route's servers, which stands around all that they
// answer. What a library made of some may be for some requests only.
func (m *machine) aroundAll(r *route, bases []int32) []value {
	var out []value
	for _, h := range m.saidBy(join(r.server, slices.Compact(slices.Sorted(slices.Values(bases)))), "surrounds") {
		if m.isFunction(m.plain(h)) {
			out = append(out, h)
		}
	}
	return out
}

// registers calls a function with the server that a framework made, for it to register there what it answers.
func (m *machine) registers(f *frame, in *summary.Instr, name string, fact *library.Fact, args []value) (server value, events []*event) {
	server = m.lib(f, in, name, 0, args)
	fn := m.arg(fact, "fn", 1, args)
	if field := fact.Args["field"]; field != "" {
		fn = m.load(m.fieldAddr(fn, field, ""), "", false)
	}
	for _, id := range m.plain(fn) {
		if a := m.atoms[id]; a.kind == kFunc && m.code(a.text) != nil {
			_, inner := m.invokeWith(a, func(string) value { return server })
			events = append(events, inner...)
		}
	}
	return server, events
}

// invoked registers a handler of whatever comes in: what that is, the types of its parameters say. It comes by itself or not,
// and what runs the handler ends that after a while.
func (m *machine) invoked(at place, fact *library.Fact, args []value) {
	handler := m.arg(fact, "handler", 0, args)
	for _, id := range m.functionsOf(handler, 0) {
		r := &route{protocol: "http", paths: []string{"/{path...}"}, handler: value{id}, length: m.unknown("time.Duration"), at: at}
		name := m.atoms[id].text
		of := m.know.Find(name, "forwards") // what a library made of a router
		for _, typ := range m.parametersOf(id) {
			for _, does := range []string{"consume", "route"} {
				if said := m.know.Find(strings.TrimLeft(typ, "*"), does); said != nil {
					of, r.batch = said, typ
				}
			}
		}
		switch {
		case of == nil:
			r.protocol, r.procedure = "", fact.Args["name"]
		case of.Does == "consume":
			r.protocol, r.sub = "message", m.messageOf(of, nil)
			m.used[r.sub.broker] = at
		}
		m.addRoute(r)
	}
	if recv := m.handlersIn(handler, fact.Args["method"], 0); len(recv) > 0 {
		m.addRoute(&route{procedure: fact.Args["name"], recv: recv, method: fact.Args["method"], length: m.unknown("time.Duration"), at: at})
	}
}

// parametersOf are the types of a function's parameters, but for its receiver.
func (m *machine) parametersOf(id int32) []string {
	a := m.atoms[id]
	var out []string
	switch fn := m.prog.funcs[a.text]; {
	case a.kind == kFunc && fn != nil:
		for _, p := range fn.Params[min(int(a.num), len(fn.Params)):] {
			out = append(out, p.Type)
		}
	case a.kind == kBound:
		for _, method := range m.prog.ifaces[a.typ] {
			if method.Name == a.text {
				out = append(out, paramsOf(method.Sig)...)
			}
		}
	}
	return out
}

// table registers the routes of a list of structs.
func (m *machine) table(at place, fact *library.Fact, args []value) {
	prefix, length := "", value(nil)
	for _, option := range m.each(m.arg(fact, "options", -1, args)) {
		for _, id := range m.plain(option) {
			a := m.atoms[id]
			if a.kind != kLib {
				continue
			}
			if below := m.know.Find(a.text, "below"); below != nil {
				if paths := m.paths(m.arg(below, "path", 0, a.args)); len(paths) == 1 {
					prefix = paths[0]
				}
			}
			if bounds := m.know.Find(a.text, "expires"); bounds != nil {
				length = m.orUnknown(m.arg(bounds, "length", 0, a.args))
			}
		}
	}
	for _, r := range m.tabled(m.arg(fact, "routes", 1, args), fact, 0) {
		r.protocol, r.at, r.router, r.length = "http", at, m.arg(fact, "router", 0, args), length
		for i, p := range r.paths {
			if prefix != "" {
				r.paths[i] = path.Join(prefix, p)
			}
		}
		m.addRoute(r)
	}
}

// tabled are the routes in a list of structs, or in one of them, with the middleware that a library put around them.
func (m *machine) tabled(v value, fact *library.Fact, depth int) []*route {
	var out []*route
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		switch {
		case depth > maxDepth:
		case a.kind == kLib:
			if around := m.know.Find(a.text, "around"); around != nil {
				handlers := m.listOrOne(m.arg(around, "handlers", 0, a.args))
				for _, r := range m.tabled(m.arg(around, "routes", 1, a.args), fact, depth+1) {
					r.around = slices.Concat(handlers, r.around)
					out = append(out, r)
				}
			}
		case a.kind == kLoc && m.isCollection(value{id}):
			for _, element := range m.list(value{id}) {
				out = append(out, m.tabled(element, fact, depth+1)...)
			}
		case a.kind == kLoc:
			field := func(part string) value {
				return m.load(m.fieldAddr(value{id}, fact.Args[part], ""), "", false)
			}
			if handler := field("handler"); len(handler) > 0 {
				out = append(out, &route{paths: m.paths(field("path")), methods: m.strs(field("method")), handler: handler})
			}
		}
	}
	return out
}

// sideBySide runs functions beside one another, or one of them for each of many elements, and waits for all.
func (m *machine) sideBySide(f *frame, in *summary.Instr, fact *library.Fact, args []value) {
	group := m.loc(m.objectAt(objectKey{site: in, name: "what is gathered", act: f.act}, ""), "", "")
	run := func(fn value) {
		m.beside++
		_, inner := m.enter(f, in, fn, m.contexts(args), nil)
		m.beside--
		if fact.Args["error"] == "waits" {
			inner = owed(inner)
		}
		m.spawn(f, in, inner, m.identities(group))
	}
	if fns := m.arg(fact, "fns", -1, args); len(fns) > 0 {
		for _, fn := range m.each(fns) {
			run(fn)
		}
	}
	if each := m.arg(fact, "each", -1, args); len(each) > 0 {
		loop, over, cyclic := f.loop, f.over, f.cyclic
		f.listed, f.loop, f.over, f.cyclic = true, true, m.place(f, in.Pos), true
		run(each)
		f.listed, f.loop, f.over, f.cyclic = false, loop, over, cyclic
	}
	m.waitFor(f, in, group)
}
