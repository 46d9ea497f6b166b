package trace

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// selector is what a binary asks for to know which of its services it is, and the answer.
type selector struct {
	kind  string // program (the name it was started by), command, argument, flag, variable; "" where it is one service
	name  string
	value string
}

// selectorOf is what a value comes from, where that may choose between services.
func selectorOf(a *atom) selector {
	switch a.kind {
	case kArg:
		switch a.text {
		case "":
			return selector{kind: "argument"}
		case program0:
			return selector{kind: "program"}
		}
	case kFlag:
		return selector{kind: "flag", name: a.text}
	case kEnv:
		return selector{kind: "variable", name: a.text}
	}
	return selector{}
}

// command is a sub-command of a binary.
type command struct {
	name string
	obj  int32
	path string
}

// operation is what a unit answers, and what answering leads to.
type operation struct {
	name       string
	protocol   string
	at         place // of the handler, where it is the project's
	registered place
	events     []*event
	around     bool   // it comes from middleware: not one of its own
	passes     bool   // all that it calls is called by generated code of a gateway, or is the request passed on
	handler    string // the function that handles it, where that is one of the project's
}

// unit is one service, or what may be one.
type unit struct {
	prog     *program
	main     *summary.Package
	choice   selector
	ops      []operation
	startup  []*event
	serves   bool
	hit      []string // budgets
	merged   []string // functions with too many callers to tell apart
	unknowns int
	opaque   map[string]int
	concerns []concern
	kind     arch.Kind       // of what answers nothing: a job, or a worker, which goes on until it is ended
	names    []string        // what it calls itself
	presets  map[string]bool // texts that configuration may replace
	injects  bool            // it hands traces on by hand
}

// traceMain finds the services of a main package.
func traceMain(prog *program, know library.Table, pkg *summary.Package) []*unit {
	first := newMachine(prog, know, selector{})
	first.mainPkg = pkg
	first.setup()
	groups := make(map[selector][]string) // by selector without value
	for s := range first.compared {
		at := selector{kind: s.kind, name: s.name}
		if !strings.HasPrefix(s.value, "-") { // no option names a service
			groups[at] = append(groups[at], s.value)
		}
	}
	var commands []string
	for _, c := range first.commands {
		commands = append(commands, c.name)
	}
	if len(commands) > 1 {
		groups[selector{kind: "command"}] = commands
	}
	var order []selector
	for at, values := range groups {
		if len(values) > 1 && len(values) <= maxUnits {
			order = append(order, at)
		}
	}
	rank := map[string]int{"program": 0, "command": 1, "argument": 2, "flag": 3, "variable": 4}
	slices.SortFunc(order, func(a, b selector) int {
		return cmp.Or(rank[a.kind]-rank[b.kind], strings.Compare(a.name, b.name))
	})
	if len(first.routes) > 0 {
		spent := 0
		for _, at := range order {
			if spent > maxSteps {
				first.hit["what was tried to tell the services of a binary apart"] = true
				break
			}
			values := groups[at]
			slices.Sort(values)
			units, steps := split(prog, know, pkg, at, slices.Compact(values))
			if units != nil {
				return units
			}
			spent += steps
		}
	}
	return []*unit{first.finish(pkg)}
}

// maxUnits is how many services one binary may hold.
const maxUnits = 60

// split runs a binary once for each value of a selector. They are services of their own if at least two of them serve,
// and not the same; else there are none, and how many instructions it took to see that is said. One that serves all
// that others serve only starts them.
func split(prog *program, know library.Table, pkg *summary.Package, at selector, values []string) (units []*unit, steps int) {
	type candidate struct {
		m      *machine
		routes map[string]bool
	}
	taken := make([]int, len(values))
	candidates := make([]*candidate, len(values))
	inParallel(len(values), func(i int) {
		choice := at
		choice.value = values[i]
		m := newMachine(prog, know, choice)
		m.mainPkg = pkg
		m.setup()
		taken[i] = m.steps
		if len(m.routes) == 0 && !hasCalls(m.runMain()) {
			return
		}
		c := candidate{m, make(map[string]bool)}
		for _, r := range m.routes {
			for _, op := range m.operations(r) {
				c.routes[op+"\x00"+r.at.file()] = true
			}
		}
		candidates[i] = &c
	})
	var found []*candidate
	for _, c := range candidates {
		if c != nil {
			found = append(found, c)
		}
	}
	for _, n := range taken {
		steps += n
	}
	different, serving := false, 0
	for i, c := range found {
		for _, o := range found[:i] {
			switch more, less := contains(c.routes, o.routes), contains(o.routes, c.routes); at.kind {
			case "flag", "variable": // it may as well only turn something on
				different = different || !more && !less
			default:
				different = different || !more || !less
			}
		}
		if len(c.routes) > 0 {
			serving++
		}
	}
	if serving < 2 || !different {
		return nil, steps
	}
	if at.value = ""; len(found) > 0 && found[0].m.choice == at { // where nothing is chosen, one of the others is meant
		if slices.ContainsFunc(found[1:], func(o *candidate) bool { return sameKeys(o.routes, found[0].routes) }) {
			found = found[1:]
		}
	}
	units = make([]*unit, len(found))
	order := make([]int, len(found)) // those with the most to answer first, so that none of them is left alone at the end
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(found[b].routes) - len(found[a].routes) })
	inParallel(len(found), func(n int) {
		i := order[n]
		c := found[i]
		others := 0
		for k, o := range found {
			if k == i || len(o.routes) >= len(c.routes) || !contains(c.routes, o.routes) {
				continue
			}
			// What all have, as for debugging, says nothing: the other must have something that no third one has.
			for route := range o.routes {
				third := false
				for n, t := range found {
					third = third || n != i && n != k && t.routes[route]
				}
				if !third {
					others++
					break
				}
			}
		}
		if others < 2 { // else it starts the others
			units[i] = c.m.finish(pkg)
		}
		c.m = nil
	})
	return slices.DeleteFunc(units, func(u *unit) bool { return u == nil }), steps
}

// inParallel runs n independent pieces of work on all processors.
func inParallel(n int, work func(i int)) {
	var running errgroup.Group
	running.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		running.Go(func() error {
			work(i)
			return nil
		})
	}
	running.Wait()
}

func sameKeys(a, b map[string]bool) bool { return len(a) == len(b) && contains(a, b) }

func contains(a, b map[string]bool) bool {
	for k := range b {
		if !a[k] {
			return false
		}
	}
	return true
}

// setup runs initialisers and main once, to see what the unit registers and asks for.
func (m *machine) setup() {
	m.round()
	_, m.initial = m.invoke(m.mainPkg.Path+".init", nil, nil)
	m.initialised = true
	m.runMain()
}

func (m *machine) runMain() []*event {
	m.sites = m.sites[:0]
	_, events := m.invoke(m.mainPkg.Path+".main", nil, nil)
	return events
}

// finish runs main again, since what is stored late may be read early, and then the handlers; all of it twice, since
// handlers store too. Then it says what the unit does.
func (m *machine) finish(pkg *summary.Package) *unit {
	u := &unit{prog: m.prog, main: pkg, choice: m.choice}
	var startup []*event
	for round := range 2 {
		m.round()
		m.last = round == 1
		startup = m.runMain()
		u.ops = nil
		m.answering = true
		m.wraps, m.wrapsBefore = make(map[int32]*wrap), m.wraps
		var of []*route
		for i := 0; i < len(m.routes); i++ { // handlers may register more
			for _, op := range m.answer(m.routes[i]) {
				u.ops, of = append(u.ops, op), append(of, m.routes[i])
			}
		}
		for i, op := range u.ops {
			u.ops[i] = m.wrapped(op, of[i])
		}
		m.answering = false
	}
	u.ops = m.settleRoutes(u.ops)
	u.concerns, u.kind = m.concerns(u), m.kind()
	u.startup = slices.Concat(m.initial, startup)
	u.serves = m.serves
	u.hit, u.merged = slices.Sorted(maps.Keys(m.hit)), slices.Sorted(maps.Keys(m.merged))
	u.unknowns = len(m.unknownIn)
	u.opaque = m.opaque
	u.presets, u.injects = m.presets, m.injects
	return u
}

// answer runs a route's handler, and tells the operations that it answers.
func (m *machine) answer(r *route) []operation {
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

// gateway reports whether a unit does nothing but to pass requests on: all that it answers over HTTP, and it answers
// nothing else.
func (u *unit) gateway() bool {
	passes := false
	for _, op := range u.ops {
		if op.protocol != "http" || hasCalls(op.events) && !op.passes {
			return false
		}
		passes = passes || op.passes
	}
	return passes
}

// handle runs what answers a route: middleware and handler, or the method of a remote procedure; false where that is
// none of the project's.
func (m *machine) handle(r *route) ([]*event, bool) {
	in := &summary.Instr{Op: summary.Call, Pos: r.at.pos}
	f := &frame{fn: &summary.Func{Pkg: r.at.pkg, ID: "a request"}}
	to := m.wayTo(r)
	ctx := m.contextBelow(to.bases)
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
	var around []value
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
	case r.method == "" && r.protocol == "grpc":
		_, inner := m.enter(f, in, r.handler, ctx, map[string]value{"interface{}": r.recv})
		take(inner)
	case r.method == "":
		run(r.handler)
	default:
		for _, id := range m.present(r.recv) {
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
				return nil, false
			}
			run(m.one(atom{kind: kFunc, text: method.Func, num: 1, args: []value{recv}}))
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
			if fn := m.prog.funcs[name]; fn != nil && !fn.Generated && fn.Pos.File >= 0 {
				return place{fn.Pkg, fn.Pos}, name
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
						events.addAll(m.serve(f, in, m.one(atom{kind: kFunc, text: method.Func, num: 1, args: []value{recv}}), ctx, depth+1))
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
			case a.text == "" && !m.prog.ownsType(a.typ):
				for _, field := range m.objects[a.obj].heap.sorted() {
					events.addAll(m.serve(f, in, field.v, ctx, depth+1))
				}
			}
		}
	}
	return events.events
}

// requestWith is what a handler or middleware is given: the handler that it goes on to, and an HTTP request that has a
// context of its own, if it has one.
func (m *machine) requestWith(ctx value) map[string]value {
	next := m.one(atom{kind: kVar, text: nextHandler})
	given := map[string]value{"net/http.Handler": next, "net/http.HandlerFunc": next}
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

// settleRoutes drops what is no operation: routes that only pass on to routers, and the paths under which generated
// handlers of remote procedures are mounted.
func (m *machine) settleRoutes(ops []operation) []operation {
	services := make(map[string]bool)
	for _, op := range ops {
		if service, _, ok := strings.Cut(op.name, "/"); ok && !strings.Contains(op.name, " ") {
			services["/"+service+"/"] = true
		}
	}
	var out []operation
	at := make(map[string]int)
	for _, op := range ops {
		if _, path, ok := strings.Cut(op.name, " "); ok && (services[path] || op.around) {
			continue
		}
		if i, ok := at[op.name]; ok {
			var both list
			both.addAll(out[i].events)
			both.addAll(op.events)
			out[i].events = both.events
			continue
		}
		at[op.name] = len(out)
		out = append(out, op)
	}
	return out
}

// runCommands runs the chosen sub-command of a command-line library, or all of them where none is chosen.
func (m *machine) runCommands(f *frame, in *summary.Instr, root value) []*event {
	var events list
	fields := map[string][2]string{
		"github.com/spf13/cobra.Command":   {"Use", "PersistentPreRun PersistentPreRunE PreRun PreRunE Run RunE"},
		"github.com/urfave/cli/v2.Command": {"Name", "Before Action"},
		"github.com/urfave/cli/v2.App":     {"", "Before Action"},
		"github.com/urfave/cli/v3.Command": {"Name", "Before Action"},
		"github.com/urfave/cli.Command":    {"Name", "Before Action"},
		"github.com/urfave/cli.App":        {"", "Before Action"},
	}
	rootObjects := make(map[int32]bool)
	for _, id := range m.plain(root) {
		rootObjects[m.atoms[id].obj] = true
	}
	m.flagLiterals()
	m.commands = nil
	several := m.choice.kind != "command" && m.severalCommands(fields)
	for obj := range m.objects {
		o := m.objects[obj]
		for _, path := range m.commandPlaces(o, fields) {
			spec := fields[path[1]]
			name, _ := m.str(m.at(int32(obj), path[0]+"."+spec[0]))
			name, _, _ = strings.Cut(name, " ")
			runs, forAll := false, false
			before := m.sights.alone()
			for _, field := range strings.Fields(spec[1]) {
				run := m.at(int32(obj), path[0]+"."+field)
				if len(run) == 0 {
					continue
				}
				persistent := forAllCommands(field)
				if !persistent {
					runs = true
				}
				isRoot := rootObjects[int32(obj)]
				if m.choice.kind == "command" && name != m.choice.value && !(isRoot && persistent) {
					continue
				}
				forAll = forAll || persistent
				_, inner := m.enter(f, in, run, m.one(atom{kind: kCtx, text: "none"}), nil)
				events.addAll(inner)
			}
			m.sights.together(before, several && !forAll)
			if runs && name != "" && !rootObjects[int32(obj)] {
				m.commands = append(m.commands, command{name, int32(obj), path[0]})
			}
		}
	}
	return events.events
}

// severalCommands reports whether more than one command of a binary does something, the root among them.
func (m *machine) severalCommands(fields map[string][2]string) bool {
	n := 0
	for obj := range m.objects {
		for _, path := range m.commandPlaces(m.objects[obj], fields) {
			if slices.ContainsFunc(strings.Fields(fields[path[1]][1]), func(field string) bool {
				return !forAllCommands(field) && len(m.at(int32(obj), path[0]+"."+field)) > 0
			}) {
				n++
			}
		}
	}
	return n > 1
}

// forAllCommands reports whether a field of a command holds what the commands below it do first.
func forAllCommands(field string) bool {
	return strings.HasPrefix(field, "Persistent") || field == "Before"
}

// commandPlaces are the places in an object where a command stands, each with its type.
func (m *machine) commandPlaces(o *object, fields map[string][2]string) [][2]string {
	typ := strings.TrimLeft(o.typ, "*")
	if _, ok := fields[typ]; ok {
		return [][2]string{{"", typ}}
	}
	return nil
}
