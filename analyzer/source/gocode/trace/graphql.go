package trace

import (
	"slices"
	"strings"

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
			m.enter(f, in, m.one(atom{kind: kFunc, text: method.Func, num: 1, args: []value{schema.args[0]}}), nil, nil)
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
