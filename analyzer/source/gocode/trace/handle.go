package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Handlers: what answering a request leads to, middleware first.

// answer runs a route's handler, and tells the operations that it answers.
func (m *machine) answer(r *route) []operation {
	if r.sub != nil {
		events, _ := m.handle(r)
		events = placed(handled(events), r.at)
		if r.answers != nil {
			events = append(slices.Clone(events), r.answers)
		}
		at, handler := m.handlerOf(r)
		op := operation{name: r.sub.operation(handler), protocol: r.protocol, at: at, registered: r.at, events: events, handler: handler, sub: r.sub}
		op.ack, op.acked = ackIn(events)
		return []operation{op}
	}
	events, ok := m.handle(r)
	if !ok {
		return nil
	}
	own, forwards := m.wrapAround(r, m.wayTo(r).bases, events)
	if r.fallback && !hasCalls(own) {
		return nil
	}
	at, handler := m.handlerOf(r)
	passes := passesOn(own, r.translate)
	own = placed(own, r.at)
	var ops []operation
	for _, name := range m.operations(r) {
		ops = append(ops, operation{name: name, protocol: r.protocol, at: at, registered: r.at, events: own, around: forwards && own == nil, passes: passes, handler: handler})
	}
	if m.last && r.procedure == "" && !forwards {
		ops = m.perMethod(r, ops, own)
	}
	return ops
}

// passesOn reports whether all calls among events pass a request on: they are made with the request itself, or by
// generated code that translates it.
func passesOn(events []*event, translate bool) bool {
	return hasCalls(events) && !slices.ContainsFunc(events, func(e *event) bool {
		if e.kind == evCall {
			return !e.call.passesOn() && !(translate && e.generated)
		}
		return hasCalls(e.inner)
	})
}

// placed puts calls that generated code makes for a route, without anybody in between, where the route is registered.
func placed(events []*event, at place) []*event {
	if !slices.ContainsFunc(events, func(e *event) bool { return e.generated }) {
		return events
	}
	out := make([]*event, len(events))
	for i, e := range events {
		if out[i] = e; e.generated {
			there := *e
			there.at, there.generated = at, false
			out[i] = &there
		}
	}
	return out
}

// handle runs what answers a route: middleware and handler, or the method of a remote procedure; false where that is
// none of the project's.
func (m *machine) handle(r *route) ([]*event, bool) {
	in := &summary.Instr{Op: summary.Call, Pos: r.at.pos}
	f := &frame{fn: &summary.Func{Pkg: r.at.pkg, ID: "a request"}}
	to := m.wayTo(r)
	ctx := m.contextOfRequests(r, to.bases)
	if r.sub != nil {
		ctx = m.one(atom{kind: kCtx, text: "unknown"})
	}
	var events list
	take := func(inner []*event) {
		for _, e := range inner {
			if e.kind == evWait {
				events.wait(e.objs)
			}
			if !m.isNext(e) {
				events.add(e)
			}
		}
	}
	run := func(handler value) { take(m.serve(f, in, handler, ctx, 0)) }
	around := m.aroundAll(r, to.bases)
	for _, u := range to.around {
		if m.covers(u, r) {
			around = append(around, u.handler)
		}
	}
	for _, h := range slices.Concat(around, r.around) {
		inner := m.serve(f, in, h, ctx, 0)
		take(inner)
		ctx = m.contextBehind(h, inner, ctx)
	}
	take(m.intercept(f, in, r, ctx))
	switch {
	case r.sub != nil && len(r.handler) > 0:
		_, inner := m.enter(f, in, r.handler, ctx, m.messagesFor(r))
		take(inner)
	case r.method == "" && r.protocol == "grpc":
		_, inner := m.enter(f, in, r.handler, ctx, map[string]value{"interface{}": r.recv})
		take(inner)
	case r.method == "":
		run(r.handler)
	default:
		may, left := m.present(r.recv), 0
		for _, id := range may {
			a := m.atoms[id]
			typ, recv := a.typ, value{id}
			if a.kind == kTyped {
				recv = a.args[0]
			} else if a.kind == kLoc {
				typ = "*" + a.typ
			} else {
				continue
			}
			table := m.prog.typeOf(typ)
			if table == nil {
				continue
			}
			method, ok := table.Methods[r.method]
			if !ok {
				continue
			}
			for _, field := range method.Path {
				recv = m.load(m.fieldAddr(recv, field, ""), "", false)
			}
			if method.Interface {
				embedded := strings.TrimSuffix(strings.TrimPrefix(method.Func, "("), ")."+r.method)
				run(m.one(atom{kind: kBound, text: r.method, typ: embedded, args: []value{recv}}))
				continue
			}
			if strings.Contains(method.Func, ".Unimplemented") {
				left++
				continue
			}
			run(m.one(atom{kind: kFunc, text: m.methodIn(typ, method), num: 1, args: []value{recv}}))
		}
		if left > 0 && left == len(may) { // to generated code
			return nil, false
		}
	}
	return events.events, true
}

// handlerOf is where a route's handler is written, or the route if that is not the project's code, and what it is called.
func (m *machine) handlerOf(r *route) (place, string) {
	names := make(map[string]bool)
	for _, id := range m.plain(r.handler) {
		if a := m.atoms[id]; a.kind == kFunc {
			names[a.text] = true
		}
	}
	for _, id := range r.recv {
		if table := m.prog.typeOf(m.atoms[id].typ); table != nil && r.method != "" {
			if method, ok := table.Methods[r.method]; ok && len(method.Path) == 0 {
				names[method.Func] = true
			}
		}
	}
	if len(names) == 1 {
		for name := range names {
			if fn := m.code(name); fn != nil && !fn.Generated && fn.Pos.File >= 0 {
				return place{fn.Pkg, fn.Pos}, originName(name)
			}
		}
	}
	return r.at, ""
}

// serve runs a handler of whatever kind: a function, an object with a handler's method, or a library's object that
// holds such things.
func (m *machine) serve(f *frame, in *summary.Instr, handler value, ctx value, depth int) []*event {
	var events list
	if depth > 6 {
		return nil
	}
	for _, id := range m.present(handler) {
		a := m.atoms[id]
		switch a.kind {
		case kFunc, kBound:
			results, inner := m.enter(f, in, value{id}, ctx, m.requestWith(ctx))
			events.addAll(m.goesOn(inner))
			for _, r := range results { // middleware returns the handler that it makes
				if own := m.ownHandlers(r); len(own) > 0 {
					events.addAll(m.serve(f, in, own, ctx, depth+1))
				}
			}
		case kTyped:
			if table := m.prog.typeOf(a.typ); table != nil {
				if method, ok := table.Methods["ServeHTTP"]; ok {
					recv := a.args[0]
					if len(method.Path) > 0 || method.Interface {
						_, inner := m.methodOf(f, in, a.typ, "ServeHTTP", "net/http.Handler", recv, []value{recv, m.unknown("net/http.ResponseWriter"), m.unknown("*net/http.Request")})
						events.addAll(m.goesOn(inner))
					} else {
						events.addAll(m.serve(f, in, m.one(atom{kind: kFunc, text: m.methodIn(a.typ, method), num: 1, args: []value{recv}}), ctx, depth+1))
					}
					continue
				}
			}
			events.addAll(m.serve(f, in, a.args[0], ctx, depth+1))
		case kLib:
			if m.know.Has(a.text + "()") {
				_, inner := m.callMade(f, in, id, []value{ctx, m.unknown("")})
				events.addAll(inner)
				continue
			}
			if fact := m.know.Find(a.text, "bounds"); fact != nil {
				events.addAll(m.serve(f, in, m.arg(fact, "handler", 0, a.args), m.bound(m.boundLength(fact, a.args), ofRequest), depth+1))
				continue
			}
			if m.know.Find(a.text, "proxy") != nil {
				events.addAll(m.pass(f, in, id, ctx))
				continue
			}
			if m.isPage(a.text) {
				events.add(&event{kind: evPage, at: m.place(f, in.Pos)})
				continue
			}
			if m.routers[m.base(id)] {
				events.add(m.forward(f, in, id, ctx))
				continue
			}
			if fact := m.know.Find(a.text, "prefix"); fact != nil && fact.Args["handler"] != "" {
				stripping := m.stripping
				m.stripping = true
				inner := m.serve(f, in, m.arg(fact, "handler", 1, a.args), ctx, depth+1)
				m.stripping = stripping
				for _, path := range m.paths(m.arg(fact, "path", 0, a.args)) {
					events.addAll(stripped(inner, path))
				}
				continue
			}
			for _, arg := range a.args {
				events.addAll(m.serve(f, in, arg, ctx, depth+1))
			}
		case kVar:
			if a.text == nextHandler || m.routers[m.base(id)] {
				events.add(m.forward(f, in, id, ctx))
			}
		case kLoc:
			switch {
			case m.routers[m.base(id)]:
				events.add(m.forward(f, in, id, ctx))
			case a.typ == proxyType:
				events.addAll(m.pass(f, in, id, ctx))
			case m.isCollection(value{id}):
				for _, v := range m.list(value{id}) {
					events.addAll(m.serve(f, in, v, ctx, depth+1))
				}
			case a.text == "" && !m.prog.ownsType(a.typ), a.typ == "" && m.isOfLibrary(a.obj):
				for _, field := range m.objects[a.obj].heap.sorted() {
					if !strings.HasPrefix(field.path, a.text) {
						continue
					}
					events.addAll(m.serve(f, in, field.v, ctx, depth+1))
				}
			}
		}
	}
	return events.events
}

// isOfLibrary reports whether an object is of a type that a library names: a list or map of what it answers with.
func (m *machine) isOfLibrary(obj int32) bool {
	typ := m.objects[obj].typ
	return typ != "" && !strings.ContainsAny(typ, "[]*") && strings.Contains(typ, ".") && !m.prog.ownsType(typ)
}

// requestWith is what a handler or middleware is given: the handler that it goes on to, and an HTTP request that has a
// context of its own, if it has one.
func (m *machine) requestWith(ctx value) map[string]value {
	next := m.one(atom{kind: kVar, text: nextHandler})
	given := map[string]value{"net/http.Handler": next, "net/http.HandlerFunc": next, "github.com/cloudwego/kitex/pkg/endpoint.Endpoint": next}
	if len(ctx) == 1 && m.atoms[ctx[0]].text != "incoming" {
		given["*net/http.Request"] = m.one(atom{kind: kLib, text: "(*net/http.Request).WithContext", typ: "*net/http.Request",
			args: []value{m.unknown("*net/http.Request"), ctx}})
	}
	return given
}

// base is the router at the bottom of groups and wrappers.
func (m *machine) base(id int32) int32 {
	for range 10 {
		id = m.root(id)
		a := m.atoms[id]
		if a.kind != kLib {
			return id
		}
		up := value(nil)
		for _, fact := range m.know[a.text] {
			switch fact.Does {
			case "nest", "use", "route", "prefix":
				up = m.arg(fact, "router", 0, a.args)
			case "methods":
				up = m.arg(fact, "route", 0, a.args)
			case "same":
				up = m.arg(fact, "of", 0, a.args)
			}
		}
		if len(up) != 1 {
			return id
		}
		id = up[0]
	}
	return id
}

// ownHandlers are the handlers in a value whose code is the project's, and proxies.
func (m *machine) ownHandlers(v value) value {
	var out value
	for _, id := range v {
		a := m.atoms[id]
		switch a.kind {
		case kTyped:
			if m.prog.typeOf(a.typ) != nil {
				out = join(out, value{id})
			} else if inner := m.ownHandlers(a.args[0]); len(inner) > 0 {
				out = join(out, value{id})
			}
		case kFunc, kBound:
			out = join(out, value{id})
		case kLoc:
			if a.typ == proxyType {
				out = join(out, value{id})
			}
		case kLib:
			if m.know.Find(a.text, "proxy") != nil || handles(a.typ) && m.holdsHandler(a, 0) {
				out = join(out, value{id})
			}
		}
	}
	return out
}

// handles reports whether a type is that of a handler which a library makes of another.
func handles(typ string) bool { return typ == "net/http.Handler" || typ == "net/http.HandlerFunc" }

// holdsHandler reports whether a library's handler was made of one whose code is the project's, or bounds its requests.
func (m *machine) holdsHandler(a *atom, depth int) bool {
	for _, arg := range a.args {
		if len(m.functionsIn(arg)) > 0 {
			return true
		}
		for _, id := range arg {
			switch inner := m.atoms[id]; inner.kind {
			case kTyped:
				if len(m.ownHandlers(value{id})) > 0 {
					return true
				}
			case kLib:
				if depth < 4 && m.holdsHandler(inner, depth+1) {
					return true
				}
			}
		}
	}
	return m.know.Find(a.text, "bounds") != nil
}

// isForeign reports whether handlers are a library's, whatever they hold: what those answer may not be known.
func (m *machine) isForeign(v value) bool {
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind == kFunc && m.code(a.text) == nil { // a router's method
			continue
		}
		if a.kind != kLib || m.know.Find(a.text, "proxy") != nil {
			return false
		}
	}
	return true
}
