package graph

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// matcher finds the declared operation that a call's operation means: the same name, else the same HTTP route with
// other names for its placeholders, else a route that any method reaches, else a route whose placeholders stand where
// the call has text. Cost: a search for the first, constant for two more; the last looks at the callee's routes of as many segments.
type matcher struct {
	services []*arch.Service
	routes   map[opKey]string   // by method and path with bare placeholders
	shapes   map[shape][]string // operations with placeholders
	memo     map[opKey]string
}

type shape struct {
	svc      int32
	segments int
}

func newMatcher(services []*arch.Service) *matcher {
	m := &matcher{
		services: services,
		routes:   make(map[opKey]string),
		shapes:   make(map[shape][]string),
		memo:     make(map[opKey]string),
	}
	for i, service := range services {
		svc := int32(i)
		for _, op := range service.Operations {
			method, path, ok := route(op.Name)
			if !ok {
				continue
			}
			key := opKey{svc, method + " " + bare(path)}
			if _, taken := m.routes[key]; !taken { // operations are sorted: the first name wins
				m.routes[key] = op.Name
			}
			if strings.ContainsRune(path, '{') {
				s := shape{svc, strings.Count(path, "/")}
				m.shapes[s] = append(m.shapes[s], op.Name)
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
	for _, op := range m.shapes[shape{svc, strings.Count(path, "/")}] {
		opMethod, template, _ := route(op)
		if (opMethod == method || opMethod == "ANY") && fits(template, path) {
			return op
		}
	}
	return ""
}

// route splits "GET /orders/{id}".
func route(operation string) (method, path string, ok bool) {
	method, path, ok = strings.Cut(operation, " ")
	return method, path, ok && strings.HasPrefix(path, "/") && method != "" && strings.ToUpper(method) == method
}

// bare takes the names out of a path's placeholders, and its query: /orders/{id} and /orders/:order are both /orders/{}.
func bare(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if !strings.ContainsAny(path, "{:<*") {
		return path
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if placeholder(segment) {
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

// fits reports whether a path with as many segments could be an instance of the template.
func fits(template, path string) bool {
	t, p := strings.Split(template, "/"), strings.Split(path, "/")
	for i := range t {
		if !placeholder(t[i]) && t[i] != p[i] {
			return false
		}
	}
	return true
}
