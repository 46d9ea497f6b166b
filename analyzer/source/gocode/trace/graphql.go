package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// schema registers the root fields of a GraphQL schema that gqlgen has generated code for, each an operation:
// Query.orders. The generated code that answers one calls its resolver, and those of the fields below it, once per
// element where there is a list of them.
func (m *machine) schema(f *frame, in *summary.Instr, server, schema value) {
	at := m.written(f, in)
	for _, id := range schema {
		a := m.atoms[id]
		if a.kind != kTyped || m.prog.typeOf(a.typ) == nil {
			continue
		}
		pkg := packageOf(strings.TrimPrefix(a.typ, "*"))
		running := pkg + ".executionContext"
		ids := m.rootFields(running)
		if len(ids) == 0 {
			continue
		}
		recv := m.running(f, in, a, running)
		for _, id := range ids {
			field := strings.TrimPrefix(id, "(*"+running+")._")
			m.addRoute(&route{protocol: "graphql", procedure: strings.Replace(field, "_", ".", 1), router: server, at: at,
				handler: m.one(atom{kind: kFunc, text: id, num: 1, args: []value{recv}})})
		}
	}
}

// rootFields are the generated methods that answer the fields of a schema's roots, but for those by which a schema is
// asked about itself.
func (m *machine) rootFields(running string) []string {
	table := m.prog.types[running]
	if table == nil {
		return nil
	}
	var ids []string
	for name, method := range table.Methods {
		for _, root := range []string{"_Query_", "_Mutation_", "_Subscription_"} {
			field, ok := strings.CutPrefix(name, root)
			if ok && !strings.HasPrefix(field, "__") && field != "_service" && len(method.Path) == 0 {
				ids = append(ids, method.Func)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// running is what generated code holds while it answers, as the schema's own methods make it before they go on to the
// fields, which are operations of their own.
func (m *machine) running(f *frame, in *summary.Instr, schema *atom, typ string) value {
	aside, answering, deepest := m.memory, m.answering, m.deepest
	m.memory, m.answering, m.deepest = make(memory), true, len(m.stack)+2
	for _, name := range []string{"Exec", "Query", "Mutation", "Subscription"} {
		if method, ok := m.prog.typeOf(schema.typ).Methods[name]; ok {
			m.enter(f, in, m.one(atom{kind: kFunc, text: m.methodIn(schema.typ, method), num: 1, args: []value{schema.args[0]}}), nil, nil)
		}
	}
	m.memory, m.answering, m.deepest = aside, answering, deepest
	var out value
	for obj := range m.objects {
		if m.objects[obj].typ == typ {
			out = join(out, m.loc(int32(obj), "", typ))
		}
	}
	return out
}

// sendsOver are the clients of net/http that options of another client say it sends its requests over: that one which
// everybody has, where none does.
func (m *machine) sendsOver(options value) value {
	if !m.isCollection(options) && !m.isNil(options) {
		return options
	}
	var out value
	for _, v := range m.saidBy(options, "client") {
		out = join(out, v)
	}
	if len(out) == 0 {
		return m.one(atom{kind: kVar, text: defaultClient})
	}
	return out
}

// fieldsOf are the fields of a schema's roots that a query asks for: the text itself, a field that holds it, or what a
// library made of it. Nil where the text is not known as a whole.
func (m *machine) fieldsOf(fact *library.Fact, args []value) []string {
	query := m.arg(fact, "query", -1, args)
	if field := fact.Args["field"]; field != "" {
		query = m.load(m.fieldAddr(query, field, "string"), "string", false)
	}
	for _, id := range m.plain(query) {
		if a := m.atoms[id]; a.kind == kLib && len(a.args) > 0 {
			query = a.args[0]
		}
	}
	text, ok := m.str(query)
	if !ok {
		return nil
	}
	return fieldsIn(text)
}

// fieldsIn are the fields of a schema's roots that the operations of a document ask for, sorted; without those of
// fragments.
func fieldsIn(document string) []string {
	var out []string
	root, braces, parentheses := "Query", 0, 0
	name := false // whether the word that comes next is a name of something else than a field: of a spread, a directive
	for i := 0; i < len(document); i++ {
		switch c := document[i]; {
		case c == '#':
			for i < len(document) && document[i] != '\n' {
				i++
			}
		case c == '"':
			for i++; i < len(document) && document[i] != '"'; i++ {
				if document[i] == '\\' {
					i++
				}
			}
		case c == '(' || c == '[':
			parentheses++
		case c == ')' || c == ']':
			parentheses--
		case c == '{' && parentheses == 0:
			braces++
		case c == '}' && parentheses == 0:
			if braces--; braces == 0 {
				root = "Query"
			}
		case c == '.' || c == '@' || c == '$':
			name = true
		case isWord(c):
			start := i
			for i+1 < len(document) && isWord(document[i+1]) {
				i++
			}
			word := document[start : i+1]
			switch {
			case name:
				name = word == "on" // … on Type
			case parentheses > 0:
			case braces == 0:
				switch word {
				case "mutation", "subscription":
					root = strings.ToUpper(word[:1]) + word[1:]
				case "fragment":
					root = ""
				}
			case braces == 1 && root != "" && !strings.HasPrefix(word, "__"):
				rest := strings.TrimLeft(document[i+1:], " \t\r\n,")
				if strings.HasPrefix(rest, ":") { // an alias
					continue
				}
				out = append(out, root+"."+word)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// resolveFields finds who answers a request of GraphQL: by its address as any request of HTTP, or else as the only
// service that has all fields that it asks for. Each field is an operation.
func (l *linker) resolveFields(r *request, from *arch.Service) []callee {
	sent := *r
	sent.protocol = "http"
	found := l.resolveHTTP(&sent, from)
	to, known := found[0].to, found[0].known
	if to == arch.Unresolved {
		if s := l.answersAll(r.fields, from); s != nil {
			to, known = s.Name, ""
		}
	}
	if len(r.fields) == 0 {
		return []callee{{to, "", known}}
	}
	var out []callee
	for _, field := range r.fields {
		out = append(out, callee{to, field, known})
	}
	return out
}

// answersAll is the only service but one that answers some operations, each of them.
func (l *linker) answersAll(operations []string, but *arch.Service) *arch.Service {
	var found *arch.Service
	for _, s := range l.system.Services {
		own := l.operationsOf(s)
		if s == but || len(operations) == 0 || slices.ContainsFunc(operations, func(op string) bool { return !slices.Contains(own, op) }) {
			continue
		}
		if found != nil {
			return nil
		}
		found = s
	}
	return found
}
