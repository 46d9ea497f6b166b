package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// route is something that the unit answers.
type route struct {
	sub       *message // of consumers: what they consume
	procedure string   // of gRPC and the like: pkg.Service/Method
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
	length    value // how long a request may take, if it is registered with that
	mounted   bool
	translate bool   // its handler is generated, and calls the procedure that it stands for: a grpc-gateway's
	fallback  bool   // for what no other route answers: an operation only if it calls something
	below     string // of what is mounted: the path that routers do not see
	at        place
	result    int32 // the atom that the registration returned
	when      stamp
	batch     string // of consumers: the type of what some messages come in at once
	answers   *event // of consumers: what a library publishes of what they return
	initial   bool   // an initialiser registered it: it is not registered again in each round
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
		} else if spec := fact.Args["path"]; strings.Contains(spec, "~") {
			if r.paths = m.paths(m.part(spec, args)); len(r.paths) == 0 {
				r.paths = []string{"/"}
			}
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
		if n, ok := fact.Arg("methods"); ok && n < len(args) {
			for _, v := range m.list(args[n]) {
				r.methods = append(r.methods, m.strs(v)...)
			}
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
			if a := m.atoms[id]; a.kind == kFunc && m.code(a.text) != nil {
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
		server, desc, impl := m.arg(fact, "server", 0, args), m.arg(fact, "desc", 1, args), m.arg(fact, "impl", 2, args)
		m.registered(server)
		if fact.Args["methods"] == "keys" {
			m.serviceByKeys(at, fact.Args["protocol"], server, desc, impl)
		} else {
			m.service(f, in, fact, server, desc, impl)
		}
	case "processor":
		m.processor(at, m.arg(fact, "of", 0, args))
		results = setFirst(results, m.lib(f, in, name, 0, args))
	case "receiver":
		if fact.Args["takes"] == "context" {
			m.receiverOfContexts(at, m.arg(fact, "server", -1, args), m.arg(fact, "impl", 0, args))
			results = setFirst(results, m.lib(f, in, name, 0, args))
		} else {
			m.receiver(at, m.arg(fact, "name", -1, args), m.arg(fact, "impl", 0, args))
		}
	case "serve":
		handler := m.arg(fact, "handler", -1, args)
		if n, ok := fact.Arg("server"); ok && n < len(args) {
			for _, id := range m.plain(args[n]) {
				if a := m.atoms[id]; a.kind == kLoc {
					handler = join(handler, m.at(a.obj, a.text+".Handler"))
				}
			}
		}
		if fact.Args["ends"] == "yes" {
			for _, id := range m.plain(handler) {
				m.ended[m.base(id)] = true
			}
		}
		if own := m.ownHandlers(handler); len(own) > 0 {
			r := &route{protocol: "http", paths: []string{"/"}, handler: own, at: at, fallback: m.isForeign(own)}
			if fact.Args["ends"] == "yes" {
				r.length = m.unknown("time.Duration")
			}
			m.addRoute(r)
		}
	case "invoked":
		m.invoked(at, fact, args)
	case "proxy":
		if in.Sig != nil && len(in.Sig.Results) > 0 && in.Sig.Results[0] == "*"+proxyType {
			results = setFirst(results, m.newProxy(f, in, m.arg(fact, "url", 0, args)))
		} else {
			results = setFirst(results, m.lib(f, in, name, 0, args))
		}
	case "pattern":
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
	m.mountStripped(&route{router: router, handler: handler})
	for _, path := range paths {
		for _, id := range m.plain(handler) {
			if m.strips(id) != nil {
				continue
			}
			below := m.unseen(id, path)
			if sees := fact.Args["strips"]; sees != "" && m.isRouterOfOthers(id, sees) {
				below = ""
			}
			m.addMount(m.root(id), mount{router, below})
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

// isRouterOfOthers reports whether a handler was made by another library than one, whose routers are told apart from what
// they are mounted on by the context of the request: others see its path as it came.
func (m *machine) isRouterOfOthers(id int32, library string) bool {
	a := m.atoms[m.root(id)]
	return a.kind == kLib && strings.Contains(packageOf(a.text), ".") && !strings.HasPrefix(packageOf(a.text), library)
}

// strips is what takes a prefix off the path before a handler sees it; nil where nothing does.
func (m *machine) strips(id int32) *library.Fact {
	if a := m.atoms[id]; a.kind == kLib {
		if fact := m.know.Find(a.text, "prefix"); fact != nil && fact.Args["handler"] != "" {
			return fact
		}
	}
	return nil
}

// mountStripped puts what is behind http.StripPrefix below the prefix.
func (m *machine) mountStripped(r *route) {
	for _, id := range m.plain(r.handler) {
		a, fact := m.atoms[id], m.strips(id)
		if fact == nil {
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
	if r.sub != nil {
		key += "\x00" + itoa(r.sub.id)
	}
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
	r.initial = !m.initialised
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
