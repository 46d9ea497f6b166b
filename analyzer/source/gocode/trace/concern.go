package trace

import (
	"maps"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// What a service has besides operations: health endpoints, an orderly end, tracing, metrics, logs. It is shown by calls
// of libraries (shown.txt) in code that really runs. What no call shows is absent only where the service answers
// something and no library that was not looked at may do it.

// sighting is one thing that a unit showed, and where.
type sighting struct {
	value string
	at    place
}

// sights are what a unit showed so far.
type sights struct {
	goesOn  bool                       // it receives from a library in a loop, or waits for signals: it does not end by itself
	types   map[string]bool            // that it made, and that were looked at
	signs   map[string][]*library.Fact // of the library functions that it called
	had     map[string]sighting        // by the manifest's key
	perhaps map[string]bool            // what its configuration may say that it has, by that key
	hears   place                      // where it asks for SIGTERM
	breaks  place                      // where it asks for os.Interrupt alone
	stops   place                      // where it ends a server in an orderly way
	late    place                      // where it would, had the server not to end before
	blocks  place                      // where a server runs
	apart   place                      // where a goroutine ends one, beside what ran it and goes on at once
	awaits  bool                       // something waits behind a server, or ends one in another way: it may be for that
	ends    bool                       // main comes to its end behind a server
	runs    []running                  // the HTTP servers that run
	others  place                      // where one of which the handler is not known
	probed  bool                       // it compares something with a path that orchestrators ask for
	house   map[string]bool            // library functions of the unit's own organisation
	foreign map[string]bool            // packages of libraries of which nothing is known
	inHouse bool                       // one of its own organisation, whose code was not read, may have set something up
	otel    bool                       // its spans are those of OpenTelemetry
	open    []running                  // its servers without time limits of which the handler is known
}

// running is an HTTP server with what it answers by.
type running struct {
	handler value
	at      place
}

func newSights() sights {
	return sights{types: make(map[string]bool), signs: make(map[string][]*library.Fact), had: make(map[string]sighting), perhaps: make(map[string]bool), house: make(map[string]bool), foreign: make(map[string]bool)}
}

// sight notes what a call of a library shows.
func (m *machine) sight(f *frame, in *summary.Instr, name string, args []value) {
	if strings.HasSuffix(name, ".init") { // what is only imported shows nothing
		return
	}
	signs := m.signs(name)
	if signs == nil && !m.answering && m.sights.house[name] && setsUp(in) {
		m.sights.inHouse = true
	}
	at := m.written(f, in)
	m.sights.awaits = m.sights.awaits || mayWait(name) && m.behindServer()
	if strings.HasPrefix(name, "strings.") {
		m.asksFor(args...)
	}
	for _, sign := range signs {
		switch sign.Does {
		case "shows":
			for _, key := range arch.ConcernKeys() {
				switch value := sign.Args[key.Key]; {
				case value == "":
				case key.Key == serverTimeouts && value == "false" && sign.Args["handler"] != "":
					one := running{m.arg(sign, "handler", 0, args), at}
					m.sights.open, m.sights.runs = append(m.sights.open, one), append(m.sights.runs, one)
				default:
					m.saw(key.Key, value, at)
				}
			}
			m.sights.otel = m.sights.otel || sign.Args["tracing"] != "" && strings.HasPrefix(strings.TrimLeft(name, "(*"), "go.opentelemetry.io/")
		case "perhaps":
			for _, key := range arch.ConcernKeys() {
				if fields := sign.Args[key.Key]; fields != "" {
					if sign.Args["conf"] == "" { // it is not the code that would say so
						m.sights.perhaps[key.Key] = true
						continue
					}
					switch m.setIn(m.arg(sign, "conf", 0, args), strings.Split(fields, ",")) {
					case arch.Present:
						m.saw(key.Key, "true", at)
					case arch.Unknown:
						m.sights.perhaps[key.Key] = true
					}
				}
			}
		case "hears":
			m.sights.goesOn = true
			switch asked := m.signalsAsked(sign, args); {
			case m.pastServing():
			case asked == term:
				first(&m.sights.hears, at)
			case asked == interrupt:
				first(&m.sights.breaks, at)
			}
		case "stops":
			if m.pastServing() {
				first(&m.sights.late, at)
				break
			}
			first(&m.sights.stops, at)
			if sign.Args["early"] != "" && m.beside > 0 {
				first(&m.sights.apart, at)
			} else {
				m.sights.awaits = true
			}
		case "drains":
			first(&m.sights.hears, at)
			first(&m.sights.stops, at)
			first(&m.sights.blocks, at)
		case "blocks":
			first(&m.sights.blocks, at)
			if server := m.know.Find(name, "serve"); server != nil {
				m.sights.runs = append(m.sights.runs, m.runningOf(server, args, at)...)
			} else if !slices.ContainsFunc(signs, func(s *library.Fact) bool { return s.Args["handler"] != "" }) {
				first(&m.sights.others, at)
			}
		case "exact":
			m.limitsOf(m.arg(sign, "limits", 0, args), at)
		}
	}
}

// behindServer reports whether what runs goes on where a server has run, in no goroutine beside that.
func (m *machine) behindServer() bool { return m.beside == 0 && !m.answering && m.pastServing() }

// mayWait reports whether a function is called like one that waits for something to end.
func mayWait(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	for _, word := range []string{"Wait", "Sleep", "Join", "Stop", "Shutdown", "Close", "Drain", "Done", "Run"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// sightType notes what making an object of a library's type shows: as much as calling something of its package.
func (m *machine) sightType(f *frame, in *summary.Instr) {
	if m.sights.types[in.Type] {
		return
	}
	m.sights.types[in.Type] = true
	if pkg := packageOf(in.Type); strings.Contains(pkg, ".") && !m.prog.owns(in.Type) && !strings.ContainsAny(pkg, "[]* ") {
		m.sight(f, in, in.Type, nil)
	}
}

// signs are what calls of a library function show.
func (m *machine) signs(name string) []*library.Fact {
	signs, ok := m.sights.signs[name]
	if !ok {
		fn, _ := arch.FuncNameOf(name)
		signs = m.prog.signs.Of(name, fn.Package)
		m.sights.signs[name] = signs
		if signs == nil && fn.Package != "" {
			m.sights.foreign[fn.Package] = true
			m.sights.house[name] = m.houseOf(name)
		}
	}
	return signs
}

// isPage reports whether a library function answers with a file or a page.
func (m *machine) isPage(name string) bool {
	return slices.ContainsFunc(m.signs(name), func(sign *library.Fact) bool { return sign.Does == "page" })
}

func first(into *place, at place) {
	if into.pkg == nil {
		*into = at
	}
}

// migration is the key of what changes a schema.
const migration = "migrates-at-start"

// serverTimeouts is the key of whether servers end requests that are never fully sent.
const serverTimeouts = "server-timeouts"

// saw notes a concern. Of several servers one without limits counts, of several logs the structured one.
func (m *machine) saw(key, value string, at place) {
	if key == migration && m.answering {
		return
	}
	before, ok := m.sights.had[key]
	if !ok || before.value != value && (value == "false" || value == "structured") {
		m.sights.had[key] = sighting{value, at}
	}
}

// alone begins one of several commands, and keeps what was seen before of things that one command must do together.
func (s *sights) alone() (before sights) {
	before = sights{blocks: s.blocks, had: map[string]sighting{migration: s.had[migration]}}
	s.blocks = place{}
	return before
}

// together ends what began with alone. A command changes a schema at the start only if it also serves, where others may
// be chosen in its place: one that does nothing else is a job.
func (s *sights) together(before sights, chosen bool) {
	if chosen && s.blocks.pkg == nil && before.had[migration].value == "" {
		delete(s.had, migration)
	}
	if before.blocks.pkg != nil {
		s.blocks = before.blocks
	}
}

// asked are the signals that a program asks for, as far as they end it.
type asked uint8

const (
	others    asked = iota
	interrupt       // SIGINT, and not SIGTERM
	term            // SIGTERM, or nobody knows which
)

// signalsAsked are the signals that a program asks for.
func (m *machine) signalsAsked(sign *library.Fact, args []value) asked {
	n, ok := sign.Arg("which")
	if !ok || n >= len(args) {
		return term
	}
	signals := m.list(args[n])
	if len(signals) == 0 && (!m.isCollection(args[n]) || m.isNil(m.plain(args[n]))) { // all of them, or nobody knows
		return term
	}
	found := others
	for _, signal := range signals {
		for _, id := range m.plain(signal) {
			switch a := m.atoms[id]; {
			case a.kind != kConst && a.kind != kVar || a.text == "15":
				return term
			case a.text == "os.Interrupt" || a.text == "2":
				found = interrupt
			}
		}
	}
	return found
}

// limitsOf notes whether a server ends requests that are never fully sent.
func (m *machine) limitsOf(server value, at place) {
	for _, id := range m.plain(server) {
		a := m.atoms[id]
		if a.kind != kLoc {
			continue
		}
		limited := "false"
		for _, field := range []string{".ReadHeaderTimeout", ".ReadTimeout"} {
			if v := m.at(a.obj, a.text+field); len(v) > 0 {
				if text, ok := m.constant(v); !ok || text != "0" {
					limited = "true"
				}
			}
		}
		if limited == "false" {
			m.sights.open = append(m.sights.open, running{m.at(a.obj, a.text+".Handler"), at})
			continue
		}
		m.saw(serverTimeouts, limited, at)
	}
}

// runningOf are the servers that a call of a library runs.
func (m *machine) runningOf(serve *library.Fact, args []value, at place) []running {
	if serve.Args["server"] == "" {
		return []running{{m.arg(serve, "handler", 0, args), at}}
	}
	var out []running
	for _, id := range m.plain(m.arg(serve, "server", 0, args)) {
		if a := m.atoms[id]; a.kind == kLoc {
			out = append(out, running{m.at(a.obj, a.text+".Handler"), at})
		}
	}
	return out
}

// defaultMux answers for servers without a handler.
const defaultMux = "net/http.DefaultServeMux"

// answeredBy are the handlers of a server: where it has none of its own, the default one.
func (m *machine) answeredBy(s running) value {
	handler := m.plain(s.handler)
	if len(handler) == 0 || m.isNil(handler) {
		return m.one(atom{kind: kVar, text: defaultMux})
	}
	return handler
}

// isAside reports whether all that a server is known to answer is for metrics, profiles or health: it is asked from
// inside, and its limits say nothing of those that users reach. Imports may register profiles: where nothing else is
// on the default handler, that is all there is.
func (m *machine) isAside(s running) bool {
	routers := make(map[int32]bool)
	aside := false
	for _, id := range m.answeredBy(s) {
		a := m.atoms[id]
		routers[m.base(id)] = true
		aside = aside || a.kind == kVar && a.text == defaultMux || a.kind == kLib && slices.ContainsFunc(m.signs(a.text), showsProbe)
	}
	for _, r := range m.routes {
		if !slices.ContainsFunc(m.plain(r.router), func(id int32) bool { return routers[m.base(id)] }) {
			continue
		}
		if r.procedure != "" || len(r.paths) == 0 || slices.ContainsFunc(r.paths, func(path string) bool { return !isAside(pathOf(path)) }) {
			return false
		}
		aside = true
	}
	return aside
}

// asksFor notes that code compares something with a path that orchestrators ask for: then it may answer on it without a
// route.
func (m *machine) asksFor(texts ...value) {
	for _, v := range texts {
		if text, ok := m.str(v); ok && strings.HasPrefix(text, "/") && probeOf(text) != "" {
			m.sights.probed = true
		}
	}
}

// showsProbe reports whether what a sign is of answers for metrics or health.
func showsProbe(sign *library.Fact) bool {
	return sign.Args["metrics"] != "" || sign.Args["health"] != "" || sign.Args["readiness"] != ""
}

// isHidden reports whether a server answers by a router of a library of which nothing is known: it may have routes that
// were not seen.
func (m *machine) isHidden(s running) bool {
	return slices.ContainsFunc(m.answeredBy(s), func(id int32) bool { return m.hides(id, 0) })
}

func (m *machine) hides(id int32, depth int) bool {
	a := m.atoms[m.root(id)]
	if a.kind != kLib || depth > 6 {
		return false
	}
	for _, arg := range a.args { // middleware around a router that is known
		for _, inner := range m.plain(arg) {
			if m.routers[m.base(inner)] {
				return m.hides(inner, depth+1)
			}
		}
	}
	pkg := packageOf(a.text)
	first, _, _ := strings.Cut(pkg, "/")
	return strings.Contains(first, ".") && !m.know.HasPackage(pkg)
}

// concern is something that a unit has or lacks.
type concern struct {
	key   string
	value string // "" where it lacks it
	at    place

	instead string // of what it lacks: what it has in its place
}

// concerns are what a unit has and lacks. Of the rest nobody knows.
func (m *machine) concerns(u *unit) []concern {
	s := &m.sights
	for _, server := range s.open { // now that all routes are known
		if !m.isAside(server) {
			m.saw(serverTimeouts, "false", server.at)
		}
	}
	had := maps.Clone(s.had)
	for _, op := range u.ops {
		if _, path, ok := strings.Cut(op.name, " "); ok {
			if key := probeOf(path); key != "" && had[key].value == "" {
				had[key] = sighting{path, op.registered}
			}
		}
	}
	// Whoever serves comes back as soon as a server is told to end: a main that ends then, ends the requests as well.
	unawaited := s.apart.pkg != nil && s.ends && !s.awaits
	if s.hears.pkg != nil && s.stops.pkg != nil && !unawaited {
		had["graceful-shutdown"] = sighting{"true", s.stops}
	}
	if had[serverTimeouts].value == "false" && slices.ContainsFunc(u.ops, operation.overRPC) && !slices.ContainsFunc(u.ops, operation.overHTTP) {
		delete(had, serverTimeouts) // requests come by another server: this one is asked for metrics and the like, from inside
	}
	lacks := make(map[string]place)
	if slices.ContainsFunc(u.ops, operation.forUsers) && len(m.hit) == 0 && !m.sights.inHouse {
		at := m.mainServer()
		first(&at, place{u.main, u.main.Funcs[u.main.Path+".main"].Pos})
		if s.blocks.pkg != nil && !m.may("shutdown", "graceful", "signal", "lifecycle", "server", "daemon") {
			lacks["graceful-shutdown"] = at
		}
		if !m.may("health", "probe", "server") && !s.probed && !slices.ContainsFunc(s.runs, m.isHidden) {
			lacks["health"], lacks["readiness"] = at, at
		}
		if !m.may("trac", "otel", "telemetry", "apm", "observ", "instrument", "zipkin", "jaeger") {
			lacks["tracing"] = at
		}
		if !m.may("metric", "prom", "stats", "telemetry", "observ", "monitor", "instrument") {
			lacks["metrics"] = at
		}
		if had["tracing"].value != "" && s.otel && !m.may("trac", "telemetry", "observ") {
			lacks["trace-export"], lacks["trace-propagation"] = had["tracing"].at, had["tracing"].at
		}
	}
	if had["health"].value != "" || had["readiness"].value != "" || slices.ContainsFunc(u.ops, operation.looksAfter) { // one endpoint is asked for both
		delete(lacks, "health")
		delete(lacks, "readiness")
	}
	for key := range s.perhaps {
		if delete(lacks, key); key == "health" {
			delete(lacks, "readiness")
		}
	}
	instead := make(map[string]string)
	if _, lacking := lacks["graceful-shutdown"]; lacking {
		switch {
		case s.hears.pkg != nil && unawaited:
			lacks["graceful-shutdown"], instead["graceful-shutdown"] = s.apart, arch.NotAwaited
		case s.breaks.pkg != nil && s.stops.pkg != nil:
			lacks["graceful-shutdown"], instead["graceful-shutdown"] = s.breaks, arch.OnlyInterrupt
		case s.late.pkg != nil && s.stops.pkg == nil:
			lacks["graceful-shutdown"], instead["graceful-shutdown"] = s.late, arch.BehindServer
		}
	}
	var out []concern
	for _, key := range arch.ConcernKeys() {
		if seen := had[key.Key]; seen.value == "false" {
			out = append(out, concern{key: key.Key, at: seen.at})
		} else if seen.value != "" {
			out = append(out, concern{key: key.Key, value: seen.value, at: seen.at})
		} else if at, ok := lacks[key.Key]; ok {
			out = append(out, concern{key: key.Key, at: at, instead: instead[key.Key]})
		}
	}
	return out
}

// mainServer is where the server runs that users reach: the first that does not answer for metrics, profiles or health
// alone.
func (m *machine) mainServer() place {
	for _, one := range m.sights.runs {
		if !m.isAside(one) {
			return one.at
		}
	}
	at := m.sights.others
	first(&at, m.sights.blocks)
	return at
}

// may reports whether a library of which nothing is known is called like something that does it.
func (m *machine) may(words ...string) bool {
	for pkg := range m.sights.foreign {
		if first, _, _ := strings.Cut(pkg, "/"); !strings.Contains(first, ".") {
			continue // of the standard library
		}
		for _, word := range words {
			if strings.Contains(strings.ToLower(pkg), word) && !m.know.HasPackage(pkg) {
				return true
			}
		}
	}
	return false
}

// setsUp reports whether a call may set something up: it takes or gives what serves, or takes nothing.
func setsUp(in *summary.Instr) bool {
	if in.Sig == nil || len(in.Sig.Params) == 0 {
		return true
	}
	for _, typ := range slices.Concat(in.Sig.Params, in.Sig.Results) {
		for _, word := range []string{"net/http", "grpc", "Server", "Router", "Engine", "Handler", "Mux", "App", "func("} {
			if strings.Contains(typ, word) {
				return true
			}
		}
	}
	return false
}

// houseOf reports whether a function is of the same organisation as the unit, and not generated from a contract.
func (m *machine) houseOf(name string) bool {
	fn, ok := arch.FuncNameOf(name)
	house := houseOf(m.mainPkg.Path)
	return ok && house != "" && houseOf(fn.Package) == house && !strings.Contains(fn.Package, "proto") && !strings.HasSuffix(fn.Package, "pb")
}

// houseOf is whose a package is: host and organisation, or the host alone where it is nobody else's.
func houseOf(pkg string) string {
	parts := strings.Split(pkg, "/")
	switch host := parts[0]; {
	case !strings.Contains(host, "."), host == "example.com":
		return ""
	case host == "github.com" || host == "gitlab.com" || host == "bitbucket.org" || host == "codeberg.org" || host == "gitee.com" || host == "gopkg.in" || host == "golang.org" || host == "google.golang.org":
		if len(parts) < 2 {
			return ""
		}
		return host + "/" + parts[1]
	default:
		return host
	}
}

// overRPC reports whether a request for an operation comes by a server of its own kind.
func (op operation) overRPC() bool { return op.protocol == "grpc" || op.protocol == "rpc" }

// forUsers reports whether an operation is one of the service's own, and none for metrics, profiles or health.
func (op operation) forUsers() bool { return op.overRPC() || op.overHTTP() }

// overHTTP reports whether a request for an operation comes over HTTP, and is none for metrics, profiles or health.
func (op operation) overHTTP() bool {
	_, path, ok := strings.Cut(op.name, " ")
	return !op.overRPC() && (!ok || !isAside(path))
}

// isAside reports whether a path is for metrics, profiles or health.
func isAside(path string) bool {
	return path == "/metrics" || strings.HasPrefix(path, "/debug/") || probeOf(path) != ""
}

// pathOf is the path of a pattern, which may begin with a method.
func pathOf(pattern string) string {
	if method, path, ok := strings.Cut(pattern, " "); ok && !strings.Contains(method, "/") {
		return path
	}
	return pattern
}

// looksAfter reports whether an operation is called like one that tells whether the service is well, though nothing says
// that an orchestrator asks it: a remote procedure, or what handles a path that says nothing.
func (op operation) looksAfter() bool {
	name := op.handler
	method, _, http := strings.Cut(op.name, " ")
	switch {
	case !http:
		name = op.name
	case method != "GET" && method != "HEAD" && method != "ANY":
		return false
	}
	word := strings.ToLower(strings.ReplaceAll(name[strings.LastIndexAny(name, "./")+1:], "_", ""))
	for _, after := range []string{"handler", "handle", "service", "endpoint", "status"} {
		word = strings.TrimSuffix(word, after)
	}
	for _, before := range []string{"get", "handle", "check", "is"} {
		word = strings.TrimPrefix(word, before)
	}
	switch word {
	case "ping", "alive", "live", "ready", "liveness", "readiness", "heartbeat", "health", "healthz", "healthy", "healthcheck", "livez", "readyz":
		return true
	}
	return false
}

// probeOf is whether a path is one that an orchestrator asks: health, or readiness; "" for others.
func probeOf(path string) string {
	segments := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' })
	if n := len(segments); n > 1 && strings.HasPrefix(segments[n-1], "{") && strings.HasPrefix(segments[n-2], "health") {
		segments = segments[:n-1] // which of them is asked
	}
	if strings.Contains(strings.Join(segments, ""), "{") {
		return ""
	}
	if len(segments) == 0 {
		return ""
	}
	word := strings.NewReplacer("-", "", "_", "", ".", "").Replace(segments[len(segments)-1])
	switch word {
	case "ready", "readyz", "readiness", "readinesscheck", "readycheck", "isready":
		return "readiness"
	case "health", "healthz", "healthy", "healthcheck", "checkhealth", "livez", "liveness", "livenesscheck", "healthcheckz", "isalive", "heartbeat":
		return "health"
	case "ping", "live", "alive", "status", "up", "statusz":
		above := segments[:len(segments)-1]
		for _, s := range above {
			if s != "api" && s != "-" && s != "_" && s != "health" && s != "internal" && !isVersion(s) {
				return ""
			}
		}
		return "health"
	}
	return ""
}
