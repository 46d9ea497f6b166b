package trace

import (
	"maps"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Servers that ogen generates route requests by themselves, letter by letter, and its clients put paths together part by
// part. Which operation a method is for is written in it all the same: method and route are attributes of its span.

// generatedServer is a server with a router of its own, and the path that is cut off before it sees a request.
type generatedServer struct {
	recv  value
	table *summary.Type
	below string
}

// generated is the generated server that a handler is, bare or with a library's handlers around it.
func (m *machine) generated(handler value, depth int) (generatedServer, bool) {
	handler = slices.DeleteFunc(slices.Clone(handler), func(id int32) bool { return m.isNil(m.plain(value{id})) })
	if len(handler) != 1 || depth > 3 {
		return generatedServer{}, false
	}
	a := m.atoms[handler[0]]
	switch a.kind {
	case kTyped:
		table := m.prog.typeOf(a.typ)
		if table == nil {
			return m.generated(a.args[0], depth+1)
		}
		if fn := m.code(table.Methods["ServeHTTP"].Func); fn != nil && fn.Generated && len(table.Methods["ServeHTTP"].Path) == 0 {
			return generatedServer{recv: a.args[0], table: table}, true
		}
	case kLib:
		for _, arg := range a.args {
			s, ok := m.generated(arg, depth+1)
			if !ok {
				continue
			}
			if fact := m.know.Find(a.text, "prefix"); fact != nil {
				if paths := m.paths(m.arg(fact, "path", 0, a.args)); len(paths) == 1 {
					s.below = paths[0] + s.below
				}
			}
			return s, true
		}
	}
	return generatedServer{}, false
}

// unfold is a route for each operation of a generated server; none for other handlers. A router that such a server is
// mounted on leaves the path as it came.
func (m *machine) unfold(r *route) []*route {
	s, ok := m.generated(r.handler, 0)
	if !ok || r.protocol != "http" {
		return nil
	}
	var out []*route
	for _, name := range slices.Sorted(maps.Keys(s.table.Methods)) {
		fn := m.code(s.table.Methods[name].Func)
		if fn == nil || !fn.Generated || !strings.HasPrefix(name, "handle") || !strings.HasSuffix(name, "Request") {
			continue
		}
		verb, path := writtenRoute(fn)
		if verb == "" || path == "" {
			continue
		}
		out = append(out, &route{protocol: "http", router: r.router, whole: true, methods: []string{verb}, paths: []string{s.below + path}, around: r.around,
			handler: m.one(atom{kind: kFunc, text: fn.ID, num: 1, args: []value{s.recv}}), at: r.at})
	}
	return out
}

// withWrittenPath are the arguments of what makes a request in a generated client: with the path of the operation behind
// the client's address.
func (m *machine) withWrittenPath(fn *summary.Func, fact *library.Fact, args []value) []value {
	_, path := writtenRoute(fn)
	n, ok := fact.Arg("url")
	if path == "" || !ok || n >= len(args) {
		return args
	}
	parts := []value{m.orUnknown(args[n])}
	for i, piece := range strings.Split(path, "{") {
		if i > 0 {
			parts = append(parts, m.unknown("string"))
			_, piece, _ = strings.Cut(piece, "}")
		}
		parts = append(parts, m.one(atom{kind: kConst, text: `"` + piece}))
	}
	args = slices.Clone(args)
	args[n] = m.one(atom{kind: kText, args: parts})
	return args
}

// writtenRoute is the one HTTP method among the constants of a function, and the one path: others may be parts of it.
func writtenRoute(fn *summary.Func) (verb, path string) {
	var paths []string
	for _, v := range fn.Pool {
		text, ok := strings.CutPrefix(v.Text, `"`)
		if v.Kind != summary.Const || !ok {
			continue
		}
		switch {
		case strings.HasPrefix(text, "/"):
			paths = append(paths, text)
			if len(text) > len(path) {
				path = text
			}
		case slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}, text):
			if verb != "" && verb != text {
				return "", ""
			}
			verb = text
		}
	}
	if slices.ContainsFunc(paths, func(part string) bool { return !strings.Contains(path, part) }) {
		return "", ""
	}
	return verb, path
}
