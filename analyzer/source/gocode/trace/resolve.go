package trace

import (
	"slices"
	"strings"
	"unicode"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// resolve finds who answers a request: by proto service, by host, by route. It never guesses: what is left open comes
// back as "?" with what is known.
func (l *linker) resolve(r *request, from *arch.Service) (to, operation, known string) {
	if r.procedure != "" {
		service, method, _ := strings.Cut(r.procedure, "/")
		registered := l.byProcedure[strings.ToLower(service)]
		s := l.dialled(r, registered)
		if len(registered) > 1 && s == nil {
			var names []string
			for _, one := range registered {
				names = append(names, one.Name)
			}
			slices.Sort(names)
			return arch.Unresolved, r.procedure, service + " of " + strings.Join(names, " or ")
		}
		if s != nil {
			for _, op := range l.operationsOf(s) {
				if strings.EqualFold(op, r.procedure) {
					return s.Name, op, ""
				}
			}
			return s.Name, r.procedure, ""
		}
		if isStandard(r.procedure) {
			return arch.Unresolved, r.procedure, ""
		}
		_ = method
		return l.infer(service).Name, r.procedure, ""
	}
	if r.protocol != "http" {
		return arch.Unresolved, "", l.describe(r.address)
	}
	return l.resolveHTTP(r, from)
}

// aims takes a request apart that a proxy sends to one service or another: each is called. What is told of an address
// in several ways, as by a variable and by its default, is one.
func (l *linker) aims(e *event, from *arch.Service) []*event {
	if !e.call.proxy || len(e.call.urls) < 2 {
		return []*event{e}
	}
	if to, _, _ := l.resolveHTTP(e.call, from); to != arch.Unresolved {
		return []*event{e}
	}
	var out []*event
	var known []string
	for _, url := range e.call.urls {
		r := *e.call
		r.urls = []target{url}
		if to, _, _ := l.resolveHTTP(&r, from); to != arch.Unresolved && !slices.Contains(known, to) {
			known = append(known, to)
			one := *e
			one.call = &r
			out = append(out, &one)
		}
	}
	if len(out) == 0 {
		return []*event{e}
	}
	return out
}

// dialled is the service among those that register a procedure which a connection was made to: the only one, or the
// one that the address, or what it is configured with, is named after.
func (l *linker) dialled(r *request, registered []*arch.Service) *arch.Service {
	if len(registered) == 1 {
		return registered[0]
	}
	var found *arch.Service
	for _, t := range r.address {
		a := split2(t)
		for _, s := range []*arch.Service{l.byHost(a.host), l.bySource(a.source)} {
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

// address is a URL taken apart: its host, what an unknown host comes from, its path.
type address struct {
	host   string
	source string
	path   string
	known  bool // the path is
}

func split2(t target) address {
	text := t.text
	var a address
	holes := slices.Clone(t.holes)
	if i := strings.Index(text, "://"); i >= 0 && i < 8 {
		text = text[i+3:]
	}
	if strings.HasPrefix(text, "{}") && len(holes) > 0 {
		// The first part is configured: a host, or a whole base URL.
		a.source = holes[0].describe()
		text = text[2:]
		text = strings.TrimPrefix(text, ":{}")
		if i := strings.IndexByte(text, '/'); i > 0 && strings.HasPrefix(text, ":") {
			text = text[i:]
		}
	} else if !strings.HasPrefix(text, "/") {
		host, rest, found := strings.Cut(text, "/")
		if found {
			text = "/" + rest
		} else {
			text = ""
		}
		host, _, _ = strings.Cut(host, "?")
		a.host, _, _ = strings.Cut(host, ":")
		if strings.Contains(a.host, "{}") {
			if len(holes) > 0 {
				a.source = holes[0].describe()
			}
			a.host = ""
		}
	}
	text, _, _ = strings.Cut(text, "?")
	text, _, _ = strings.Cut(text, "#")
	a.path = text
	a.known = strings.Trim(text, "/{}") != "" || text == "/"
	return a
}

func (h hole) describe() string {
	switch h.kind {
	case kEnv:
		return "env " + h.name
	case kFlag:
		return "flag -" + h.name
	case kField:
		return "config " + h.name
	}
	return ""
}

func (l *linker) describe(targets []target) string {
	var parts []string
	for _, t := range targets {
		a := split2(t)
		text := a.source
		if text == "" {
			text = t.text
		}
		if a.source != "" && a.path != "" {
			text += " " + a.path
		}
		if text != "" && text != "{}" && !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " or ")
}

func (l *linker) resolveHTTP(r *request, from *arch.Service) (to, operation, known string) {
	var addresses []address
	for _, t := range r.urls {
		addresses = append(addresses, split2(t))
	}
	// A default beside a variable speaks of the same callee: the variable's name may tell what a default's port does not.
	var named *arch.Service
	ambiguous := false
	for _, byHost := range []bool{true, false} {
		for _, a := range addresses {
			var s *arch.Service
			if byHost {
				s = l.byHost(a.host)
			} else {
				s = l.bySource(a.source)
			}
			if s == nil {
				continue
			}
			if named != nil && named != s {
				ambiguous = true
			}
			named = s
		}
		if named != nil {
			break
		}
	}
	if ambiguous {
		named = nil
	}
	// A host that is written out, and is none of these services, is somebody else's, whatever its routes are called.
	elsewhere := named == nil && len(addresses) > 0
	for _, a := range addresses {
		elsewhere = elsewhere && !isLocal(a.host)
	}
	method := r.method
	var hits []served
	path := ""
	for _, a := range addresses {
		if a.path == "" {
			continue
		}
		if path == "" || strings.Count(path, "{}") > strings.Count(a.path, "{}") {
			path = a.path
		}
		if elsewhere || named == nil && !a.known {
			continue // any service's route of one parameter would fit
		}
		for _, hit := range l.match(method, a.path, named) {
			if !slices.ContainsFunc(hits, func(h served) bool { return h.service == hit.service && h.path == hit.path && h.method == hit.method }) {
				hits = append(hits, hit)
			}
		}
	}
	if len(hits) > 0 {
		owner := hits[0].service
		for _, h := range hits {
			if h.service != owner {
				owner = nil
				break
			}
		}
		if owner != nil && (named != nil || specific(hits[0].path)) {
			return owner.Name, hits[0].method + " " + hits[0].path, ""
		}
	}
	operation = ""
	if !r.proxy {
		full := tidy(slashed(holesAsParams(path)))
		if path == "" && len(addresses) > 0 {
			full = "/"
		}
		if len(addresses) > 0 && method != "" {
			operation = method + " " + full
		}
	}
	if named != nil {
		return named.Name, operation, ""
	}
	for _, a := range addresses {
		if name := outside(a.host); name != "" {
			s := l.infer(name)
			s.Kind = arch.Fact[arch.Kind]{Value: arch.External, State: arch.Present}
			return s.Name, operation, ""
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
			return l.infer(host).Name, operation, ""
		}
	}
	return arch.Unresolved, operation, l.describe(r.urls)
}

func holesAsParams(path string) string { return strings.ReplaceAll(path, "{}", "{id}") }

// byHost is the service that a host name stands for.
func (l *linker) byHost(host string) *arch.Service {
	if host == "" || isLocal(host) {
		return nil
	}
	label, _, _ := strings.Cut(host, ".")
	return l.called(label)
}

// bySource is the service that a variable, flag or key is named after.
func (l *linker) bySource(source string) *arch.Service {
	if source == "" {
		return nil
	}
	_, name, _ := strings.Cut(source, " ")
	if i := strings.LastIndexAny(name, "."); i >= 0 {
		name = name[i+1:]
	}
	return l.called(name)
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
	return found
}

// bare is a name in lower case, without separators and without the words that addresses have around a service's name.
func bare(name string) string {
	var words []string
	word := ""
	flush := func() {
		if word != "" {
			words = append(words, strings.ToLower(word))
			word = ""
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]),
			unicode.IsUpper(r) && i > 0 && unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1]):
			flush()
		}
		word += string(r)
	}
	flush()
	noise := map[string]bool{"addr": true, "address": true, "url": true, "uri": true, "host": true, "port": true, "endpoint": true,
		"service": true, "svc": true, "srv": true, "base": true, "api": true, "http": true, "grpc": true, "server": true, "target": true, "client": true}
	var kept []string
	for _, w := range words {
		if !noise[w] {
			kept = append(kept, w)
		}
	}
	joined := strings.Join(kept, "")
	if joined == "" {
		joined = strings.Join(words, "")
	}
	return strings.TrimSuffix(joined, "service")
}

func isLocal(host string) bool {
	return host == "localhost" || host == "" || strings.Trim(host, "0123456789.") == "" || host == "host.docker.internal"
}

// outside is a public host's name, "" for what may be inside.
func outside(host string) string {
	if isLocal(host) || !strings.Contains(host, ".") || strings.Contains(host, "{") {
		return ""
	}
	for _, inner := range []string{".local", ".svc", ".internal", ".consul", ".cluster", ".lan"} {
		if strings.HasSuffix(host, inner) || strings.Contains(host, inner+".") {
			return ""
		}
	}
	return host
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

// match lists the routes that a request may be for: those that fit best.
func (l *linker) match(method, path string, of *arch.Service) []served {
	want := segmentsOf(tidy(slashed(path)))
	best := 0
	var hits []served
	for _, r := range l.routes {
		if of != nil && r.service != of || method != "" && r.method != "ANY" && r.method != method {
			continue
		}
		score := fit(want, r)
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
