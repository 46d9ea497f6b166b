package trace

import (
	"maps"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// route is something that the unit answers.
type route struct {
	procedure string // of gRPC and the like: pkg.Service/Method
	protocol  string
	router    value
	methods   []string // of HTTP; none: any
	paths     []string
	whole     bool // the paths, whatever its router is below
	hosts     bool // a path may begin with a host
	handler   value
	recv      value  // of gRPC: the implementation, typed
	method    string // of gRPC: its method; none: the handler is a function of its own
	server    value  // of gRPC: what it was registered with
	stream    bool   // of gRPC: the method is a stream's
	around    []value
	mounted   bool
	translate bool   // its handler is generated, and calls the procedure that it stands for: a grpc-gateway's
	fallback  bool   // for what no other route answers: an operation only if it calls something
	below     string // of what is mounted: the path that routers do not see
	at        place
	result    int32 // the atom that the registration returned
	when      stamp
}

// usage is middleware that a router uses.
type usage struct {
	handler value
	router  int32
	below   string // a path below the router's that it is used for; "" for all
	initial bool   // an initialiser uses it: it is not used again in each round
	of      string // of which routes: of all, of those registered "later", or of those in "groups" made later
	when    stamp
}

// stamp is when something was registered: in which round, and in which order. What is registered again in a round was
// registered when it first was.
type stamp struct{ round, at int }

func (m *machine) stamp(s *stamp) {
	if s.at == 0 || s.round != m.rounds {
		m.clock++
		*s = stamp{m.rounds, m.clock}
	}
}

// mount puts the routes of one router below a path of another.
type mount struct {
	router value
	path   string
}

// register does what a library's registration function does.
func (m *machine) register(f *frame, in *summary.Instr, name string, fact *library.Fact, args, results []value) []value {
	at := m.written(f, in)
	switch fact.Does {
	case "route":
		r := &route{protocol: "http", at: at, router: m.arg(fact, "router", -1, args)}
		if name := fact.Args["router"]; strings.Contains(name, ".") {
			r.router = m.one(atom{kind: kVar, text: name})
		}
		r.handler = m.arg(fact, "handler", -1, args)
		if n, ok := fact.Arg("handlers"); ok && n < len(args) {
			chain := m.list(args[n])
			if len(chain) > 0 {
				if len(r.handler) > 0 { // fiber v3: the handlers of the list come behind
					r.around = append(r.around, r.handler)
				}
				r.handler = chain[len(chain)-1]
				r.around = append(r.around, chain[:len(chain)-1]...)
			}
		}
		if n, ok := fact.Arg("middleware"); ok && n < len(args) {
			r.around = append(r.around, m.list(args[n])...)
		}
		if n, ok := fact.Arg("route"); ok && n < len(args) {
			r.router = args[n] // the path and methods are in what the route was made by
			r.paths = []string{""}
		}
		if n, ok := fact.Arg("path"); ok && n < len(args) {
			r.paths = m.paths(args[n])
		} else if word := fact.Args["path"]; word != "" {
			r.paths = []string{word}
		}
		r.fallback, r.hosts = fact.Args["fallback"] != "", fact.Args["hosts"] != ""
		if n, ok := fact.Arg("pattern"); ok && n < len(args) {
			r.paths, r.translate = m.gatewayPaths(args[n]), true
		}
		if n, ok := fact.Arg("method"); ok && n < len(args) {
			r.methods = m.strs(args[n])
		} else if word := fact.Args["method"]; word != "" {
			r.methods = []string{word}
		}
		m.mountStripped(r)
		results = setFirst(results, m.lib(f, in, name, 0, args))
		if len(results) > 0 && len(results[0]) == 1 {
			r.result = results[0][0]
		}
		m.addRoute(r)
	case "methods":
		of := m.arg(fact, "route", 0, args)
		var methods []string
		for _, v := range m.list(m.arg(fact, "methods", 1, args)) {
			methods = append(methods, m.strs(v)...)
		}
		for _, r := range m.routes {
			if r.result != 0 && slices.Contains(of, r.result) {
				r.methods = methods
			}
		}
		results = setFirst(results, m.lib(f, in, name, 0, args))
	case "prefix":
		results = setFirst(results, m.lib(f, in, name, 0, args))
		if n, ok := fact.Arg("handlers"); ok && n < len(args) && len(results) > 0 {
			for _, id := range results[0] {
				m.use(id, m.list(args[n]), "")
			}
		}
		if len(results) > 0 {
			for _, id := range results[0] {
				made := m.groups[id]
				m.stamp(&made)
				m.groups[id] = made
			}
		}
	case "nest":
		inner := m.lib(f, in, name, 0, args)
		for _, id := range m.plain(m.arg(fact, "fn", 1, args)) {
			if a := m.atoms[id]; a.kind == kFunc && m.prog.funcs[a.text] != nil {
				_, events := m.invokeWith(a, func(string) value { return inner })
				m.compose(f, in, events)
			}
		}
		results = setFirst(results, inner)
	case "mount":
		m.mount(at, fact, args)
	case "use":
		results = setFirst(results, m.lib(f, in, name, 0, args))
		handlers := m.listOrOne(m.arg(fact, "handlers", 1, args))
		on := m.arg(fact, "router", 0, args)
		if strings.HasSuffix(name, ".With") && len(results) > 0 {
			on = results[0]
		}
		for _, id := range m.plain(on) {
			m.use(m.root(id), handlers, fact.Args["of"])
		}
	case "rpc":
		if procedure, ok := m.str(m.arg(fact, "procedure", 0, args)); ok {
			// Generated code chooses between the handlers of a service: requests go on to one of them.
			on := m.lib(f, in, name, 0, args)
			results = setFirst(results, on)
			m.addRoute(&route{protocol: "connect", procedure: procedureNamed(procedure), router: on, handler: m.arg(fact, "handler", 1, args), at: at})
		}
	case "schema":
		results = setFirst(results, m.lib(f, in, name, 0, args))
		if len(results) > 0 {
			m.schema(f, in, results[0], m.arg(fact, "of", 0, args))
		}
	case "service":
		m.service(f, in, m.arg(fact, "server", 0, args), m.arg(fact, "desc", 1, args), m.arg(fact, "impl", 2, args))
	case "receiver":
		m.receiver(at, m.arg(fact, "name", -1, args), m.arg(fact, "impl", 0, args))
	case "dials":
		results = setFirst(results, m.lib(f, in, name, 0, args))
	case "serve":
		m.serves = true
		handler := m.arg(fact, "handler", -1, args)
		if n, ok := fact.Arg("server"); ok && n < len(args) {
			for _, id := range m.plain(args[n]) {
				if a := m.atoms[id]; a.kind == kLoc {
					handler = join(handler, m.at(a.obj, a.text+".Handler"))
				}
			}
		}
		if own := m.ownHandlers(handler); len(own) > 0 {
			m.addRoute(&route{protocol: "http", paths: []string{"/"}, handler: own, at: at, fallback: m.isForeign(own)})
		}
	case "proxy":
		if in.Sig != nil && len(in.Sig.Results) > 0 && in.Sig.Results[0] == "*"+proxyType {
			results = setFirst(results, m.newProxy(f, in, m.arg(fact, "url", 0, args)))
		} else {
			results = setFirst(results, m.lib(f, in, name, 0, args))
		}
	case "pattern", "store", "gateway", "subcommand":
		results = setFirst(results, m.lib(f, in, name, 0, args))
	}
	return results
}

// use adds middleware to a router. Texts among them are the paths that they are used for.
func (m *machine) use(router int32, handlers []value, of string) {
	below := []string{""}
	for _, h := range handlers {
		if paths := m.strs(h); len(paths) > 0 {
			below = paths
			continue
		}
		if len(h) == 0 {
			continue
		}
		for _, path := range below {
			at := slices.IndexFunc(m.uses[router], func(u *usage) bool { return u.below == path && slices.Equal(u.handler, h) })
			if at < 0 {
				at = len(m.uses[router])
				m.uses[router] = append(m.uses[router], &usage{handler: h, router: router, below: path, of: of, initial: !m.initialised})
			}
			m.stamp(&m.uses[router][at].when)
		}
	}
}

// covers reports whether middleware is used for a route of its router.
func (m *machine) covers(u *usage, r *route) bool {
	if u.below == "" {
		return true
	}
	for _, prefix := range m.wayIn(value{u.router}, 0, 0, 0).paths {
		below := strings.TrimSuffix(tidy(prefix+slashed(u.below)), "/")
		for _, op := range m.operations(r) {
			_, path, _ := strings.Cut(op, " ")
			if path == below || strings.HasPrefix(path, below+"/") {
				return true
			}
		}
	}
	return false
}

func (m *machine) addMount(handler int32, at mount) {
	for _, id := range m.plain(at.router) {
		m.routers[m.base(id)] = true
	}
	for _, known := range m.mounts[handler] {
		if known.path == at.path && slices.Equal(known.router, at.router) {
			return
		}
	}
	m.mounts[handler] = append(m.mounts[handler], at)
}

// mount puts a handler below a router, where it answers all that is below a path. A router that is mounted does not see
// that path, but for the standard library's.
func (m *machine) mount(at place, fact *library.Fact, args []value) {
	router, handler := m.arg(fact, "router", 0, args), m.arg(fact, "handler", 2, args)
	own := m.ownHandlers(handler)
	paths := []string{""}
	if n, ok := fact.Arg("path"); ok && n < len(args) {
		paths = m.paths(args[n])
	}
	for _, path := range paths {
		for _, id := range m.plain(handler) {
			m.addMount(m.root(id), mount{router, m.unseen(id, path)})
		}
		if len(own) > 0 { // no router, but what may stand around one
			m.addRoute(&route{protocol: "http", router: router, paths: []string{path + "/{rest...}"}, below: path, mounted: true, handler: own, at: at})
		}
	}
}

// unseen is what a router does not see of the path that it is mounted below.
func (m *machine) unseen(router int32, path string) string {
	a := m.atoms[m.root(router)]
	if strings.HasSuffix(a.typ, "net/http.ServeMux") || a.text == "net/http.DefaultServeMux" {
		return ""
	}
	return path
}

// mountStripped puts what is behind http.StripPrefix below the prefix.
func (m *machine) mountStripped(r *route) {
	for _, id := range m.plain(r.handler) {
		a := m.atoms[id]
		if a.kind != kLib {
			continue
		}
		fact := m.know.Find(a.text, "prefix")
		if fact == nil || fact.Args["handler"] == "" {
			continue
		}
		for _, path := range m.paths(m.arg(fact, "path", 0, a.args)) {
			for _, inner := range m.plain(m.arg(fact, "handler", 1, a.args)) {
				for _, outer := range m.plain(r.router) {
					m.addMount(m.root(inner), mount{value{m.base(outer)}, path})
				}
			}
		}
	}
}

func (m *machine) addRoute(r *route) {
	if operations := m.unfold(r); len(operations) > 0 {
		for _, o := range operations {
			m.addRoute(o)
		}
		return
	}
	key := r.procedure + "\x00" + strings.Join(r.paths, " ") + "\x00" + strings.Join(r.methods, " ") + "\x00" + r.at.file() + ":" + itoa(int(r.at.pos.Line)) + ":" + itoa(int(r.at.pos.Col)) + "\x00" + r.method
	key += string(appendValue(nil, r.router)) + "/" + string(appendValue(nil, m.plain(r.handler)))
	if known, ok := m.routeAt[key]; ok {
		known.handler = join(known.handler, r.handler)
		known.recv = join(known.recv, r.recv)
		known.result = r.result
		known.around = r.around
		m.stamp(&known.when)
		return
	}
	m.stamp(&r.when)
	m.routeAt[key] = r
	m.routes = append(m.routes, r)
	for _, id := range m.plain(r.router) {
		m.routers[m.base(id)] = true
	}
}

// paths are the routes that a pattern may be: nil where it is not known.
func (m *machine) paths(v value) []string {
	var out []string
	texts := m.texts(v)
	for _, t := range texts {
		text := t.text
		if len(texts) > 1 && text == "{}" {
			continue // beside one that is known, it says nothing
		}
		configured := false
		for i, h := range t.holes {
			name := h.name
			if at := strings.LastIndexByte(name, '.'); at >= 0 {
				name = name[at+1:]
			}
			if name == "" {
				name = "p" + itoa(i)
			} else if len(texts) > 1 {
				// A prefix from configuration: its default stands beside it, and is the better reading.
				configured = true
			}
			text = strings.Replace(text, "{}", "{"+name+"}", 1)
		}
		if configured {
			continue
		}
		out = append(out, text)
	}
	return out
}

// gatewayPaths reads the pattern of a grpc-gateway: operations in pairs of code and operand.
func (m *machine) gatewayPaths(v value) []string {
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind != kLib || m.know.Find(a.text, "pattern") == nil || len(a.args) < 4 {
			continue
		}
		fact := m.know.Find(a.text, "pattern")
		var ops []int
		for _, op := range m.list(m.arg(fact, "ops", 1, a.args)) {
			n := 0
			if text, ok := m.constant(op); ok {
				for _, c := range text {
					n = n*10 + int(c-'0')
				}
			}
			ops = append(ops, n)
		}
		var pool []string
		for _, p := range m.list(m.arg(fact, "pool", 2, a.args)) {
			text, _ := m.str(p)
			pool = append(pool, text)
		}
		word := func(i int) string {
			if i < len(pool) {
				return pool[i]
			}
			return ""
		}
		var stack []string
		for i := 0; i+1 < len(ops); i += 2 {
			switch ops[i] {
			case 1: // push
				stack = append(stack, "{}")
			case 2: // literal
				stack = append(stack, word(ops[i+1]))
			case 3: // push the rest
				stack = append(stack, "{}...")
			case 4: // join the last n
				n := min(ops[i+1], len(stack))
				joined := strings.Join(stack[len(stack)-n:], "/")
				stack = append(stack[:len(stack)-n], joined)
			case 5: // name the last
				if len(stack) > 0 {
					last := stack[len(stack)-1]
					switch last {
					case "{}":
						stack[len(stack)-1] = "{" + word(ops[i+1]) + "}"
					case "{}...":
						stack[len(stack)-1] = "{" + word(ops[i+1]) + "...}"
					default:
						stack[len(stack)-1] = strings.ReplaceAll(last, "{}", "{"+word(ops[i+1])+"}")
					}
				}
			}
		}
		path := "/" + strings.Join(stack, "/")
		if verb, ok := m.str(a.args[3]); ok && verb != "" {
			path += ":" + verb
		}
		return []string{path}
	}
	return nil
}

// service registers a gRPC service from its description.
func (m *machine) service(f *frame, in *summary.Instr, server, desc, impl value) {
	m.serves = true
	at := m.written(f, in)
	for _, id := range m.plain(desc) {
		a := m.atoms[id]
		if a.kind != kLoc {
			if a.kind == kVar {
				m.serviceByName(at, strings.TrimSuffix(strings.TrimPrefix(a.text, "&"), "_ServiceDesc"), impl)
			}
			continue
		}
		name, ok := m.str(m.at(a.obj, a.text+".ServiceName"))
		if !ok {
			continue
		}
		for _, part := range []struct{ list, name string }{{".Methods", ".MethodName"}, {".Streams", ".StreamName"}} {
			for _, list := range m.plain(m.at(a.obj, a.text+part.list)) {
				l := m.atoms[list]
				if l.kind != kLoc {
					continue
				}
				for _, key := range m.elements(l.obj, l.text) {
					element := l.text + key
					if method, ok := m.str(m.at(l.obj, element+part.name)); ok {
						r := &route{protocol: "grpc", procedure: name + "/" + method, recv: impl, method: goName(method), server: server, stream: part.list == ".Streams", at: at}
						if handler := m.at(l.obj, element+".Handler"); m.handWritten(handler) {
							r.method, r.handler = "", handler
						}
						m.addRoute(r)
					}
				}
			}
		}
	}
}

// handWritten reports whether a function is the project's and was not generated: what generated code does for a method is
// to call it.
func (m *machine) handWritten(v value) bool {
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		fn := m.prog.funcs[a.text]
		if a.kind != kFunc || fn == nil || fn.Generated {
			return false
		}
	}
	return len(v) > 0
}

// receiver registers the methods of a value as net/rpc does: those that take an argument and a pointer for the reply,
// and return an error.
func (m *machine) receiver(at place, name, impl value) {
	m.serves = true
	given, named := m.str(name)
	for _, id := range impl {
		a := m.atoms[id]
		table := m.prog.typeOf(a.typ)
		if a.kind != kTyped || table == nil {
			continue
		}
		service := strings.TrimPrefix(withoutArgs(a.typ), "*")
		service = service[len(packageOf(service))+1:]
		if named {
			service = given
		}
		for _, method := range slices.Sorted(maps.Keys(table.Methods)) {
			sig := table.Methods[method].Sig
			params := paramsOf(sig)
			if first := method[0]; first < 'A' || first > 'Z' || len(params) != 2 || !strings.HasPrefix(params[1], "*") || !strings.HasSuffix(sig, ")error") && !strings.HasSuffix(sig, "(error)") {
				continue
			}
			m.addRoute(&route{protocol: "rpc", procedure: service + "/" + method, recv: value{id}, method: method, at: at})
		}
	}
}

// serviceByName registers a service whose generated code is in a dependency: constants name its methods.
func (m *machine) serviceByName(at place, name string, impl value) {
	var keys []string
	for key := range m.prog.consts {
		if rest, ok := strings.CutPrefix(key, name+"_"); ok && strings.HasSuffix(rest, "_FullMethodName") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		procedure := strings.TrimPrefix(m.prog.consts[key], "/")
		_, method, _ := strings.Cut(procedure, "/")
		m.addRoute(&route{protocol: "grpc", procedure: procedure, recv: impl, method: goName(method), at: at})
	}
}

// goName is the Go method that generated code makes of a remote one: get_user and getUser are both GetUser.
func goName(method string) string {
	var b strings.Builder
	for _, word := range strings.Split(method, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
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
		if a := m.atoms[id]; a.kind != kLib || m.know.Find(a.text, "proxy") != nil {
			return false
		}
	}
	return true
}

// root is the router that a value belongs to: of a field of one, that one.
func (m *machine) root(id int32) int32 {
	for m.atoms[id].kind == kVar && len(m.atoms[id].args) == 1 && len(m.atoms[id].args[0]) == 1 {
		id = m.atoms[id].args[0][0]
	}
	switch a := m.atoms[id]; {
	case a.kind == kTyped && len(a.args[0]) == 1:
		return m.root(a.args[0][0])
	case a.kind == kVar && len(a.args) == 0: // of a library, in whichever of its types
		return m.intern(atom{kind: kVar, text: a.text})
	}
	return id
}

// way is how requests get to a router.
type way struct {
	paths   []string // that its routes are below
	around  []*usage // middleware, outermost first
	methods []string // that it is narrowed to
	bases   []int32  // the routers on the way, innermost first
}

func (m *machine) wayTo(r *route) way { return m.wayIn(r.router, r.when.at, r.when.at, 0) }

// wayIn is the way to a route that was registered at a time, in a group that was made at a time.
func (m *machine) wayIn(router value, registered, grouped, depth int) way {
	var w way
	if depth > 8 {
		return way{paths: []string{""}}
	}
	up := func(router value, own []string, grouped int) {
		above := m.wayIn(router, registered, grouped, depth+1)
		w.around = append(above.around, w.around...)
		w.methods = append(w.methods, above.methods...)
		w.bases = append(w.bases, above.bases...)
		for _, p := range above.paths {
			for _, o := range own {
				w.paths = append(w.paths, p+slashed(o))
			}
		}
	}
	for _, id := range m.plain(router) {
		id = m.root(id)
		a := m.atoms[id]
		for _, u := range m.uses[id] {
			if u.of == "" || u.of == "later" && u.when.at < registered || u.of == "groups" && u.when.at < grouped {
				w.around = append(w.around, u)
			}
		}
		w.bases = append(w.bases, id)
		found := false
		if a.kind == kLib {
			w.around = append(w.around, m.madeWith(a)...)
			for _, fact := range m.know[a.text] {
				own, of, grouped := []string{""}, "router", grouped
				switch fact.Does {
				case "prefix":
					if made, ok := m.groups[id]; ok {
						grouped = made.at
					}
					own = m.paths(m.arg(fact, "path", 1, a.args))
				case "nest":
					if _, ok := fact.Arg("path"); ok {
						own = m.paths(m.arg(fact, "path", 1, a.args))
					}
				case "same":
					of = "of"
				case "use", "route":
				case "methods":
					of = "route"
					for _, v := range m.list(m.arg(fact, "methods", 1, a.args)) {
						w.methods = append(w.methods, m.strs(v)...)
					}
				default:
					continue
				}
				up(m.arg(fact, of, 0, a.args), own, grouped)
				found = true
			}
		}
		for _, at := range m.mounts[id] {
			up(at.router, []string{at.path}, grouped)
			found = true
		}
		if !found {
			w.paths = append(w.paths, "")
		}
	}
	if len(w.paths) == 0 {
		w.paths = []string{""}
	}
	slices.Sort(w.paths)
	w.paths = slices.Compact(w.paths)
	return w
}

func slashed(path string) string {
	if path == "" || strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + path
}

// operations are the names of what a route answers.
func (m *machine) operations(r *route) []string {
	if r.procedure != "" {
		return []string{r.procedure}
	}
	to := m.wayTo(r)
	if r.whole {
		to.paths = []string{""}
	}
	methods := r.methods
	if len(methods) == 0 {
		methods = to.methods
	}
	var out []string
	for _, prefix := range to.paths {
		for _, path := range r.paths {
			// A pattern of net/http may carry a method and a host.
			verb, rest, ok := strings.Cut(path, " ")
			verbs := methods
			if ok && verb == strings.ToUpper(verb) && strings.Trim(verb, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
				verbs, path = []string{verb}, strings.TrimSpace(rest)
			}
			if i := strings.IndexByte(path, '/'); i > 0 && r.hosts && prefix == "" && !strings.HasPrefix(path, "{") {
				path = path[i:]
			}
			full := tidy(prefix + slashed(path))
			if len(verbs) == 0 {
				out = append(out, "ANY "+full)
			}
			for _, v := range verbs {
				v = strings.ToUpper(v)
				if v == "HEAD" && slices.Contains(verbs, "GET") || v == "OPTIONS" && len(verbs) > 1 {
					continue
				}
				if v == "" || v == "*" {
					v = "ANY"
				}
				out = append(out, v+" "+full)
			}
		}
	}
	return out
}

// tidy writes a path in one way: parameters as {name}, a wildcard as {name...}, single slashes.
func tidy(path string) string {
	for strings.Contains(path, "/./") { // what a relative reference was joined with
		path = strings.ReplaceAll(path, "/./", "/")
	}
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if path == "" {
		return "/"
	}
	if path == "/{$}" {
		return "/"
	}
	path = strings.TrimSuffix(path, "{$}")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		switch {
		case strings.HasPrefix(s, ":"):
			segments[i] = "{" + strings.TrimSuffix(strings.TrimPrefix(s, ":"), "?") + "}"
		case strings.HasPrefix(s, "*"):
			name := strings.TrimPrefix(s, "*")
			if name == "" {
				name = "rest"
			}
			segments[i] = "{" + name + "...}"
		case strings.HasPrefix(s, "{") && strings.Contains(s, ":") && strings.HasSuffix(s, "}"):
			name, _, _ := strings.Cut(s, ":")
			segments[i] = name + "}"
		}
	}
	return strings.Join(segments, "/")
}
