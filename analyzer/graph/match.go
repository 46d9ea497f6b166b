package graph

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// matcher finds the declared operation that a call's operation means: the same name, else the same HTTP route with
// other names for its placeholders, else a route that any method reaches, else a route whose placeholders stand where
// the call has text, else one whose trailing wildcard stands for the rest of the call's path, the longest first; of a
// procedure, the one that is named without its package, or without its service. Cost:
// a search for the first, constant for two more; the last two look at the callee's routes of as many segments, and at
// those with a wildcard below some beginning of the path.
type matcher struct {
	services []*arch.Service
	routes   map[opKey]string    // by method and path with bare placeholders
	short    map[opKey]string    // procedures by names without their package, or their service too; "" where several have one
	shapes   map[shape][]pattern // operations with placeholders
	memo     map[opKey]string
}

// shape is what routes have in common that a path can be an instance of: how many segments, and whether any number of
// further ones may follow.
type shape struct {
	svc      int32
	segments int
	open     bool
}

// pattern is a route with placeholders, without its trailing wildcard.
type pattern struct {
	operation string
	method    string
	segments  []string
}

func newMatcher(services []*arch.Service) *matcher {
	m := &matcher{
		services: services,
		routes:   make(map[opKey]string),
		short:    make(map[opKey]string),
		shapes:   make(map[shape][]pattern),
		memo:     make(map[opKey]string),
	}
	for i, service := range services {
		svc := int32(i)
		for _, op := range service.Operations {
			method, path, ok := route(op.Name)
			if !ok {
				for _, name := range arch.ShortNames(op.Name) {
					if _, taken := m.short[opKey{svc, name}]; taken {
						m.short[opKey{svc, name}] = ""
					} else {
						m.short[opKey{svc, name}] = op.Name
					}
				}
				continue
			}
			key := opKey{svc, method + " " + bare(path)}
			if _, taken := m.routes[key]; !taken { // operations are sorted: the first name wins
				m.routes[key] = op.Name
			}
			if strings.ContainsAny(path, "{:<") {
				p := pattern{op.Name, method, segmentsOf(path)}
				last := len(p.segments) - 1
				open := wildcard(p.segments[last])
				if open {
					p.segments = p.segments[:last]
				}
				s := shape{svc, len(p.segments), open}
				m.shapes[s] = append(m.shapes[s], p)
			}
		}
	}
	return m
}

// match returns the declared operation that name means, and true; or name and false.
func (m *matcher) match(svc int32, name string) (string, bool) {
	operations := m.services[svc].Operations
	if _, ok := slices.BinarySearchFunc(operations, name, func(op *arch.Operation, name string) int { return strings.Compare(op.Name, name) }); ok {
		return name, true
	}
	method, path, ok := route(name)
	if !ok {
		if known := m.short[opKey{svc, name}]; known != "" {
			return known, true
		}
		return name, false
	}
	if known, ok := m.memo[opKey{svc, name}]; ok {
		return known, known != name
	}
	found := m.route(svc, method, path)
	if found == "" {
		found = name
	}
	m.memo[opKey{svc, name}] = found
	return found, found != name
}

func (m *matcher) route(svc int32, method, path string) string {
	plain := bare(path)
	for _, any := range []string{method, "ANY"} {
		if op, ok := m.routes[opKey{svc, any + " " + plain}]; ok {
			return op
		}
	}
	segments := segmentsOf(path)
	if op := fitting(m.shapes[shape{svc, len(segments), false}], method, segments); op != "" {
		return op
	}
	for n := len(segments); n >= 0; n-- {
		if op := fitting(m.shapes[shape{svc, n, true}], method, segments[:n]); op != "" {
			return op
		}
	}
	return ""
}

// fitting returns the first operation whose pattern has the segments as an instance; one of the method itself before
// one of any method.
func fitting(patterns []pattern, method string, segments []string) string {
	anyMethod := ""
	for i := range patterns {
		p := &patterns[i]
		switch {
		case p.method != method && (p.method != "ANY" || anyMethod != "") || !p.fits(segments):
		case p.method == method:
			return p.operation
		default:
			anyMethod = p.operation
		}
	}
	return anyMethod
}

// fits reports whether as many segments could be an instance of the pattern.
func (p *pattern) fits(segments []string) bool {
	for i, segment := range p.segments {
		if !placeholder(segment) && segment != segments[i] {
			return false
		}
	}
	return true
}

// route splits "GET /orders/{id}".
func route(operation string) (method, path string, ok bool) {
	method, path, ok = strings.Cut(operation, " ")
	return method, path, ok && strings.HasPrefix(path, "/") && method != "" && strings.ToUpper(method) == method
}

// segmentsOf are the segments of a path, without its query.
func segmentsOf(path string) []string {
	path, _, _ = strings.Cut(path, "?")
	return strings.Split(strings.TrimPrefix(path, "/"), "/")
}

// bare takes the names out of a path's placeholders, and its query: /orders/{id} and /orders/:order are both /orders/{}.
func bare(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if !strings.ContainsAny(path, "{:<*") {
		return path
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		switch {
		case wildcard(segment):
			segments[i] = "{...}"
		case placeholder(segment):
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

func placeholder(segment string) bool {
	return strings.HasPrefix(segment, ":") ||
		strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") ||
		strings.HasPrefix(segment, "<") && strings.HasSuffix(segment, ">")
}

// wildcard reports whether a segment, the last of a route, stands for any number of segments, none too.
func wildcard(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "...}")
}
