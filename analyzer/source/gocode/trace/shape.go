package trace

import (
	"maps"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Routers that nothing is known of look like those that are known: a method named after a method of HTTP, or Handle,
// that is given a path and a handler, registers a route; one named Group or the like that is given a path and returns
// something makes a router below, and Mount puts one there.

// shaped are the facts of a library's method that looks like a router's, for what it is given here. They are kept for
// the unit.
func (m *machine) shaped(in *summary.Instr, name string, args []value) []*library.Fact {
	typ, method, ok := strings.Cut(name, ").")
	if !ok || len(args) < 2 || m.prog.ownsType(strings.TrimPrefix(typ, "(")) {
		return nil
	}
	fact := &library.Fact{Func: name, Args: map[string]string{"router": "0", "path": "1"}}
	switch verb := strings.ToUpper(method); verb {
	case "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS":
		fact.Args["method"] = verb
	case "ANY", "ALL", "HANDLE", "HANDLEFUNC":
	case "MOUNT":
		if len(args) < 3 || !m.isPath(args[1]) {
			return nil
		}
		fact.Does, fact.Args["handler"] = "mount", "2"
		return m.learn(fact)
	case "GROUP", "ROUTE", "PARTY", "SUBROUTER", "PATHPREFIX", "NAMESPACE":
		if !m.isPath(args[1]) || !returns(in) || len(m.handlersFrom(args, 2)) > 0 {
			return nil
		}
		fact.Does = "prefix"
		return m.learn(fact)
	default:
		return nil
	}
	at := 1
	if text, _ := m.str(args[1]); fact.Args["method"] == "" && isVerb(text) && len(args) > 2 {
		fact.Args["method"], fact.Args["path"], at = "1", "2", 2
	}
	handlers := m.handlersFrom(args, at+1)
	if !m.isPath(args[at]) || len(handlers) == 0 {
		return nil
	}
	fact.Does = "route"
	for part, n := range handlers {
		fact.Args[part] = itoa(n)
	}
	if use := typ + ").Use"; m.know[use] == nil {
		m.learn(&library.Fact{Func: use, Does: "use", Args: map[string]string{"router": "0", "handlers": "1"}})
	}
	return m.learn(fact)
}

// madeWith is the middleware that a router which nothing else is known of was made with.
func (m *machine) madeWith(router *atom) []*usage {
	if m.know[router.text] != nil {
		return nil
	}
	var out []*usage
	for _, v := range m.flatten(router.args) {
		for _, id := range m.plain(v) {
			fn := m.code(m.atoms[id].text)
			if m.atoms[id].kind == kFunc && fn != nil && slices.ContainsFunc(fn.Params, func(p summary.Param) bool { return p.Type == "net/http.Handler" }) {
				out = append(out, &usage{handler: value{id}})
			}
		}
	}
	return out
}

// learn keeps a fact for this unit.
func (m *machine) learn(fact *library.Fact) []*library.Fact {
	if !m.learned {
		m.know, m.learned = maps.Clone(m.know), true
	}
	m.know.Add(*fact)
	return m.know[fact.Func]
}

func isVerb(text string) bool {
	return slices.Contains([]string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}, text)
}

// isPath reports whether a value is a text that begins with a slash.
func (m *machine) isPath(v value) bool {
	texts := m.texts(v)
	return len(texts) > 0 && !slices.ContainsFunc(texts, func(t target) bool { return !strings.HasPrefix(t.text, "/") })
}

// handlersFrom tells which of the arguments from one on are handlers of requests: one, a list of them, or one and a
// list of what stands around it.
func (m *machine) handlersFrom(args []value, from int) map[string]int {
	found := make(map[string]int)
	for i := from; i < len(args); i++ {
		switch {
		case m.isCollection(args[i]):
			list := m.list(args[i])
			switch _, ok := found["handler"]; {
			case ok:
				found["middleware"] = i
			case len(list) > 0 && m.handlesRequests(list[len(list)-1]):
				found["handlers"] = i
			}
		case found["handler"] == 0 && m.handlesRequests(args[i]):
			found["handler"] = i
		}
	}
	return found
}

// handlesRequests reports whether a value is the project's and takes a request: a handler of net/http, or a function
// with a parameter that libraries have for one.
func (m *machine) handlesRequests(v value) bool {
	for _, id := range v {
		if a := m.atoms[id]; a.kind == kTyped {
			if table := m.prog.typeOf(a.typ); table != nil && table.Methods["ServeHTTP"].Func != "" {
				return true
			}
		}
	}
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		fn := m.code(a.text)
		if a.kind != kFunc || fn == nil {
			continue
		}
		for _, p := range fn.Params {
			if strings.HasSuffix(p.Type, "Context") && p.Type != "context.Context" || strings.HasSuffix(p.Type, "Ctx") || p.Type == "*"+requestType {
				return true
			}
		}
	}
	return false
}
