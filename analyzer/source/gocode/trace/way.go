package trace

import (
	"slices"
	"strings"
)

// Ways to routes: what they are below, and what stands around them.

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
	if r.sub != nil {
		_, handler := m.handlerOf(r)
		return []string{r.sub.operation(handler)}
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
			name, pattern, _ := strings.Cut(s, ":")
			if pattern == "*}" { // fasthttp's router: the rest of the path
				name += "..."
			}
			segments[i] = name + "}"
		}
	}
	return strings.Join(segments, "/")
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
