package trace

import (
	"cmp"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// callee is who answers a request, with which operation; "" where that is not known.
type callee struct {
	to, operation string
	known         string // of the address, where nobody is known to answer
}

// resolve finds who answers a request: by proto service, by host, by route. It never guesses: what is left open comes
// back as "?" with what is known. A request whose path is one of several has a callee for each.
func (l *linker) resolve(r *request, from *arch.Service) []callee {
	if r.msg != nil {
		if found := l.answering(r.msg); len(found) == 1 {
			return []callee{{found[0].Name, "", ""}}
		}
		return []callee{{arch.Unresolved, "", strings.Join(l.topics.to(r.msg), ", ")}}
	}
	if r.procedure != "" {
		service, _, _ := strings.Cut(r.procedure, "/")
		registered := l.byProcedure[strings.ToLower(service)]
		s := l.dialled(r, registered, from)
		if s == nil {
			registered = slices.DeleteFunc(slices.Clone(registered), func(one *arch.Service) bool { return l.replaces(one, from) })
			s = l.dialled(r, registered, from)
		}
		if len(registered) > 1 && s == nil {
			var names []string
			for _, one := range registered {
				names = append(names, one.Name)
			}
			slices.Sort(names)
			return []callee{{arch.Unresolved, r.procedure, service + " of " + strings.Join(names, " or ")}}
		}
		if s != nil {
			for _, op := range l.operationsOf(s) {
				if strings.EqualFold(op, r.procedure) {
					return []callee{{s.Name, op, ""}}
				}
			}
			return []callee{{s.Name, r.procedure, ""}}
		}
		if isStandard(r.procedure) {
			return []callee{{arch.Unresolved, r.procedure, ""}}
		}
		if s := l.byName(r.names); s != nil {
			return []callee{{s.Name, r.procedure, ""}}
		}
		return []callee{{l.infer(cmp.Or(nameOf(r.names), service)).Name, r.procedure, ""}}
	}
	if r.protocol == "graphql" {
		return l.resolveFields(r, from)
	}
	if r.protocol != "http" {
		if to := l.asks(r); to != nil {
			return []callee{*to}
		}
		return []callee{{arch.Unresolved, "", l.describe(r.address)}}
	}
	return l.resolveHTTP(r, from)
}

// aims are those that a proxy sends a request to, one or another: each is called. What is told of an address in several
// ways, as by a variable and by its default, is one.
func (l *linker) aims(r *request, from *arch.Service) []callee {
	var out []callee
	for _, url := range r.urls {
		one := *r
		one.urls = []target{url}
		for _, c := range l.resolveHTTP(&one, from) {
			if c.to != arch.Unresolved && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// replaces reports whether a service is run instead of another one, not beside it: it answers most of the other's
// operations with the same code, and more. Such are a monolith of the same parts, and a test that starts all of them.
func (l *linker) replaces(s, other *arch.Service) bool {
	if s == other {
		return false
	}
	pair := [2]*arch.Service{s, other}
	known, ok := l.replaced[pair]
	if !ok {
		known = len(l.answers[s]) > len(l.answers[other]) && l.covers(s, other)
		l.replaced[pair] = known
	}
	return known
}

// covers reports whether a service answers most of another's operations with the same code.
func (l *linker) covers(s, other *arch.Service) bool {
	same := 0
	for op := range l.answers[other] {
		if l.answers[s][op] {
			same++
		}
	}
	return 2*same > len(l.answers[other])
}

// dialled is the service among those that register a procedure which a connection was made to: the only one, or the
// one that the address, or what it is configured with, is named after, or the caller, where that is its own machine.
func (l *linker) dialled(r *request, registered []*arch.Service, from *arch.Service) *arch.Service {
	if len(registered) == 1 {
		return registered[0]
	}
	if slices.Contains(registered, from) && toItself(slices.Concat(r.urls, r.address)) {
		return from
	}
	found := l.byName(r.names)
	if found != nil && slices.Contains(registered, found) {
		return found
	}
	found = nil
	for _, t := range r.address {
		a := parseAddress(t)
		for _, s := range []*arch.Service{l.byHost(a), l.bySource(a.source)} {
			if s != nil && slices.Contains(registered, s) {
				if found != nil && found != s {
					return nil
				}
				found = s
			}
		}
	}
	return found
}

func (l *linker) operationsOf(s *arch.Service) []string {
	var out []string
	for u, known := range l.services {
		if known == s {
			for _, op := range u.ops {
				out = append(out, op.name)
			}
		}
	}
	return out
}

// infer is the service of a name that no traced code answers to.
func (l *linker) infer(name string) *arch.Service {
	if s := l.inferred[name]; s != nil {
		return s
	}
	s := &arch.Service{Name: name, Inferred: arch.Fact[bool]{Value: true, State: arch.Present}}
	l.inferred[name] = s
	return s
}

func (l *linker) resolveHTTP(r *request, from *arch.Service) []callee {
	addresses := addressesOf(r)
	named := l.byAddress(addresses, from)
	paths := pathsOf(addresses)
	if r.open {
		paths = nil
	}
	if hinted := l.hinted(addresses); named == nil && hinted != nil && l.serves(hinted, r.method, paths) {
		named = hinted
	}
	// What passes requests on answers paths of the same names: only their address tells to whom.
	if to, hits := l.byRoute(r.method, addresses, paths, named, from); to != nil && (named != nil || !r.proxy && l.tells(hits, r, to, from)) {
		return l.operations(to, r, paths, hits, named != nil)
	}
	if named == nil && !r.proxy {
		if s := l.atBase(r, from); s != nil && l.serves(s, r.method, paths) {
			_, hits := l.byRoute(r.method, addresses, paths, s, from)
			return l.operations(s, r, paths, hits, true)
		}
	}
	if named != nil {
		return l.operations(named, r, paths, nil, true)
	}
	for _, a := range addresses {
		if name := outside(a.host); name != "" && !a.listed {
			s := l.infer(name)
			s.Kind = arch.Fact[arch.Kind]{Value: arch.External, State: arch.Present}
			return l.operations(s, r, paths, nil, true)
		}
	}
	// One host that is written out, be it as the default of what is configured, names the callee.
	hosts := make(map[string]bool)
	for _, a := range addresses {
		if a.host != "" || a.source == "" {
			hosts[a.host] = true
		}
	}
	for host := range hosts {
		if len(hosts) == 1 && !isLocal(host) && !strings.Contains(host, "{") {
			return l.operations(l.infer(host), r, paths, nil, true)
		}
	}
	if r.proxy && len(r.urls) > 1 {
		if aims := l.aims(r, from); len(aims) > 0 {
			return aims
		}
	}
	path := ""
	if len(paths) > 0 { // the one that most is known of
		path = slices.MinFunc(paths, func(a, b string) int { return strings.Count(a, "{}") - strings.Count(b, "{}") })
	}
	return []callee{{arch.Unresolved, operationOf(r, path), l.describe(r.urls)}}
}

func addressesOf(r *request) []address {
	addresses := make([]address, len(r.urls))
	for i, t := range r.urls {
		addresses[i] = parseAddress(t)
	}
	return addresses
}

// byAddress is the one service that the addresses of a call name. A default beside a variable speaks of the same
// callee: the variable's name may tell what a default's port does not.
func (l *linker) byAddress(addresses []address, from *arch.Service) *arch.Service {
	for _, byHost := range []bool{true, false} {
		var named *arch.Service
		for _, a := range addresses {
			s := l.bySource(a.source)
			if byHost {
				s = l.byHost(a)
			} else if s == from { // its own address is there to be told to others
				s = nil
			}
			if s != nil && named != nil && named != s {
				return nil
			}
			if s != nil {
				named = s
			}
		}
		if named != nil {
			return named
		}
	}
	return nil
}

// pathsOf are the paths of a call's addresses. One that differs from another only in that less is known of it is none
// of its own.
func pathsOf(addresses []address) []string {
	var paths []string
	for _, a := range addresses {
		vague := slices.ContainsFunc(addresses, func(b address) bool { return a.path != b.path && vaguer(a, b) })
		if a.path != "" && !vague && !slices.Contains(paths, a.path) {
			paths = append(paths, a.path)
		}
	}
	return paths
}

// vaguer reports whether an address has the path of another one, with parts that are not known.
func vaguer(a, than address) bool {
	if strings.Contains(a.path, anything) {
		return than.path != "" && !strings.Contains(than.path, anything)
	}
	part, whole := segmentsOf(a.path), segmentsOf(than.path)
	if a.based && len(part) < len(whole) {
		whole = whole[len(whole)-len(part):]
	}
	if len(part) != len(whole) {
		return false
	}
	for i, s := range part {
		if s != whole[i] && s != "{}" {
			return false
		}
	}
	return true
}

// hinted is the service that the last words of a variable's or a key's name are the name of: SHOP_ORDERS_URL is that of
// orders, if there are any. Alone that says too little.
func (l *linker) hinted(addresses []address) *arch.Service {
	var found *arch.Service
	for _, a := range addresses {
		words := slices.DeleteFunc(wordsOf(a.source), isNoise)
		for i := 1; i < len(words); i++ {
			s := l.called(strings.Join(words[i:], "-"))
			if s == nil {
				continue
			}
			if found != nil && found != s {
				return nil
			}
			found = s
			break
		}
	}
	return found
}

// serves reports whether a service has a route of some words for each path of a call.
func (l *linker) serves(s *arch.Service, method string, paths []string) bool {
	for _, path := range paths {
		hits := l.match(method, path, s, nil)
		if len(hits) == 0 || !specific(hits[0].path) {
			return false
		}
	}
	return len(paths) > 0
}

// byRoute is the only service that has routes for the paths of a call, and those routes by path.
func (l *linker) byRoute(method string, addresses []address, paths []string, named, from *arch.Service) (*arch.Service, map[string][]served) {
	caller := from
	// A host that is written out, and is none of these services, is somebody else's, whatever its routes are called; and
	// what is asked elsewhere than on the same machine is not the service that asks.
	elsewhere := named == nil && len(addresses) > 0
	for _, a := range addresses {
		elsewhere = elsewhere && a.label != ""
		if isLocal(a.host) && a.host != "" {
			from = nil
		}
	}
	if elsewhere {
		return nil, nil
	}
	var owner *arch.Service
	hits := make(map[string][]served)
	for _, path := range paths {
		if named == nil && (strings.Contains(path, anything) || !specific(path)) {
			continue // any service's route of one parameter would fit
		}
		hits[path] = l.match(method, path, named, from)
		if named != nil && len(hits[path]) == 0 && specific(path) && slices.ContainsFunc(addresses, func(a address) bool { return a.based && a.path == path }) {
			hits[path] = l.match(method, "/"+anything+path, named, nil) // the base of its paths may be configured with its host
		}
		if len(hits[path]) > 1 && named == nil {
			hits[path] = slices.DeleteFunc(hits[path], func(h served) bool { return l.replaces(h.service, caller) })
		}
		for _, hit := range hits[path] {
			if owner != nil && hit.service != owner || named == nil && !specific(hit.path) {
				return nil, nil
			}
			owner = hit.service
		}
	}
	return owner, hits
}

// tellingWords is how many words of its own a route must have to tell by itself who answers.
const tellingWords = 2

// tells reports whether routes that only one service has tell that it answers a request, of whose address nothing else
// is known: one word, as in /orders/{id}, is also that of many a service that is none of these. It takes a second one,
// or another operation of the same service that is asked for at the same address, or a word of its name in what the
// address is configured with, or an address on the same machine, where these services run beside each other; or a path
// that still has the names of its parameters, as generated clients of the same contract have it.
func (l *linker) tells(hits map[string][]served, r *request, to, from *arch.Service) bool {
	addresses := addressesOf(r)
	if l.atBase(r, from) == to || slices.ContainsFunc(addresses, func(a address) bool { return isLocal(a.host) && a.host != "" || named(a.source, to) }) {
		return true
	}
	for path, fitting := range hits {
		for _, hit := range fitting {
			if ownWords(hit.segments) < tellingWords && !(path == hit.path && strings.Contains(path, "{")) {
				return false
			}
		}
	}
	return true
}

// named reports whether what an address is configured with has a word of a service's name.
func named(source string, s *arch.Service) bool {
	words := wordsOf(source)
	return slices.ContainsFunc(wordsOf(s.Name), func(word string) bool { return !isNoise(word) && slices.Contains(words, word) })
}

// ownWords counts the words of a route that say what it is about.
func ownWords(route []string) int {
	n := 0
	for _, s := range route {
		switch {
		case s == "", strings.HasPrefix(s, "{"), s == "api", s == "rest", s == "internal", s == "public", isVersion(s):
		default:
			n++
		}
	}
	return n
}

// operations are those that a call with one of several paths may be for. Paths that no route fits count where a service
// is known by its address.
func (l *linker) operations(s *arch.Service, r *request, paths []string, hits map[string][]served, named bool) []callee {
	var names []string
	if len(paths) == 0 {
		names = []string{operationOf(r, "")}
	}
	for _, path := range paths {
		name := operationOf(r, path)
		switch fitting := hits[path]; {
		case len(fitting) == 1:
			name = fitting[0].method + " " + fitting[0].path
		case len(fitting) > 1:
			name = "" // one of them
		case !named:
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 1 && names[0] == "" {
		names = names[1:]
	}
	var out []callee
	for _, name := range names {
		out = append(out, callee{s.Name, name, ""})
	}
	return out
}

// operationOf is the operation that a request asks for as far as its own code tells.
func operationOf(r *request, path string) string {
	if r.proxy || r.method == "" || path == "" || strings.Contains(path, anything) {
		return ""
	}
	return r.method + " " + tidy(slashed(strings.ReplaceAll(path, "{}", "{id}")))
}

// byHost is the service that a host name stands for, be it as the name that a service is registered under.
func (l *linker) byHost(a address) *arch.Service {
	if s := l.registers(a.host); s != nil {
		return s
	}
	if a.label == "" || public(a.host) {
		return nil // api.example.com is somebody's, whatever one's own services are called
	}
	return l.called(a.label)
}

// bySource is the service that a variable, flag or key is named after.
func (l *linker) bySource(source string) *arch.Service {
	if source == "" {
		return nil
	}
	from, name, _ := strings.Cut(source, " ")
	parts := strings.Split(name, ".")
	if from == "config" && len(parts) > 1 { // package and type
		parts = append([]string{ofConfig(parts[1])}, parts[2:]...)
	}
	for _, part := range slices.Backward(parts) {
		if says(part) { // user.url, say, is named after the user
			return l.called(part)
		}
	}
	return l.called(parts[len(parts)-1])
}

// called is the one service that goes by a name, apart from words that addresses have around it.
func (l *linker) called(name string) *arch.Service {
	want := bare(name)
	if want == "" {
		return nil
	}
	var found *arch.Service
	for _, s := range l.system.Services {
		if bare(s.Name) == want {
			if found != nil {
				return nil
			}
			found = s
		}
	}
	if found == nil {
		found = l.calledByPath(want)
	}
	return found
}

// calledByPath is the one service whose code's import path has a name that its directory lacks: a module is seldom
// called what nobody calls the service.
func (l *linker) calledByPath(want string) *arch.Service {
	var found *arch.Service
	for u, s := range l.services {
		segments := strings.Split(u.main.Path, "/")
		if strings.Contains(segments[0], ".") { // host and organisation
			segments = segments[min(2, len(segments)):]
		}
		if !slices.ContainsFunc(segments, func(segment string) bool { return bare(segment) == want }) {
			continue
		}
		if found != nil {
			return nil
		}
		found = s
	}
	if len(l.services) < 2 {
		return nil
	}
	return found
}

func segmentsOf(path string) []string {
	return strings.Split(strings.Trim(path, "/"), "/")
}

// specific reports whether a route has a word of its own: "/" and "/{id}" are anybody's.
func specific(path string) bool {
	for _, s := range segmentsOf(path) {
		if s != "" && !strings.HasPrefix(s, "{") {
			return true
		}
	}
	return false
}

// match lists the routes that a request may be for, of one service, or of all but one: those that fit best.
func (l *linker) match(method, path string, of, but *arch.Service) []served {
	want := segmentsOf(tidy(slashed(path)))
	best := 0
	var hits []served
	for _, r := range l.routes {
		if of != nil && r.service != of || of == nil && r.service == but || method != "" && r.method != "ANY" && r.method != method {
			continue
		}
		score := fit(want, r)
		if slices.ContainsFunc(want, func(s string) bool { return strings.Contains(s, anything) }) {
			if score = fitOpen(want, r.segments); score <= 1 {
				continue
			}
		}
		if score == 0 {
			continue
		}
		if r.method != "ANY" {
			score++
		}
		if score > best {
			best, hits = score, nil
		}
		if score == best {
			hits = append(hits, r)
		}
	}
	slices.SortFunc(hits, compareServed)
	return hits
}

// fit is how well a path fits a route; 0 where it does not.
func fit(want []string, r served) int {
	subtree := strings.HasSuffix(r.path, "/")
	score := 2
	for i, s := range r.segments {
		if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "...}") {
			return score
		}
		if i >= len(want) {
			return 0
		}
		switch {
		case s == want[i]:
			score += 8
		case strings.HasPrefix(s, "{"):
			if want[i] == "" {
				return 0
			}
			score += 4
		case s == "":
			// the root, matching a path below it
		default:
			return 0
		}
	}
	if len(want) > len(r.segments) {
		if subtree && r.path != "/" {
			return score - 1
		}
		return 0
	}
	if r.path == "/" && want[0] != "" {
		return 0
	}
	return score
}

// fitOpen is how well a path fits a route where parts of the path may be anything, of any length: 0 where it does not, 1
// where no word is the same.
func fitOpen(want, route []string) int {
	switch {
	case len(want) == 0 && len(route) == 0:
		return 1
	case len(want) == 0:
		return 0
	case strings.Contains(want[0], anything):
		best := fitOpen(want[1:], route)
		if len(route) > 0 {
			best = max(best, fitOpen(want, route[1:]))
		}
		return best
	case len(route) == 0:
		return 0
	}
	rest := fitOpen(want[1:], route[1:])
	switch {
	case rest == 0:
		return 0
	case want[0] == route[0]:
		return rest + 8
	case strings.HasPrefix(route[0], "{"):
		return rest
	}
	return 0
}
