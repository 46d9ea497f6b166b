package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Functions that libraries and servers call: parameters get what their types allow.

// enter calls a function value as a library or a server does: parameters get what their types allow.
func (m *machine) enter(f *frame, in *summary.Instr, fn value, ctx value, given map[string]value) ([]value, []*event) {
	var out outcome
	m.unsure++
	defer func() { m.unsure-- }()
	if len(fn) > 1 {
		defer m.perhaps()()
	}
	for _, id := range m.plain(fn) {
		a := m.atoms[id]
		switch a.kind {
		case kFunc:
			if m.code(a.text) == nil { // a method or function of a library
				out.add(m.library(f, in, a.text, a.args))
				continue
			}
			out.add(m.invokeWith(a, func(typ string) value { return m.parameter(typ, ctx, given) }))
		case kBound:
			methods := m.prog.ifaceOf(a.typ)
			args := receiver(a)
			if args == nil {
				args = []value{m.parameter(a.typ, ctx, given)}
			}
			for _, method := range methods {
				if method.Name == a.text {
					for _, typ := range paramsOf(method.Sig) {
						args = append(args, m.parameter(typ, ctx, given))
					}
				}
			}
			out.add(m.method(f, in, a.text, a.typ, args))
		}
	}
	return out.results, out.events.events
}

// invokeWith calls a function value or a method value, with something for each type of its parameters.
func (m *machine) invokeWith(a *atom, parameter func(typ string) value) ([]value, []*event) {
	params, free := m.code(a.text).Params, a.args
	var args []value
	if a.num == 1 { // bound to its receiver
		args, free = append(args, a.args[0]), nil
		params = params[min(1, len(params)):]
	}
	for _, p := range params {
		args = append(args, parameter(p.Type))
	}
	return m.invoke(a.text, args, free)
}

// parameter is what a library gives for a parameter of some type: what it was told to, or what has the context.
func (m *machine) parameter(typ string, ctx value, given map[string]value) value {
	if v, ok := given[typ]; ok {
		return v
	}
	if strings.HasSuffix(typ, "context.Context") {
		if len(ctx) > 0 {
			return ctx
		}
		return m.one(atom{kind: kCtx, text: "unknown"})
	}
	if len(ctx) == 0 {
		return m.unknown(typ)
	}
	if fact := m.know.Find(typ, "carries"); fact != nil && fact.Args["request"] != "" {
		return m.withRequest(typ, fact.Args["request"], ctx)
	}
	if m.hasContext(typ) {
		return ctx // it stands for what it is asked for
	}
	return m.unknown(typ)
}

// withRequest is a framework's context that has the request in a field.
func (m *machine) withRequest(typ, field string, ctx value) value {
	request := m.requestWith(ctx)["*"+requestType]
	if len(request) == 0 { // as it came
		return m.unknown(typ)
	}
	made := strings.TrimPrefix(typ, "*")
	obj := m.objectAt(objectKey{name: made + string(appendValue(nil, ctx))}, made)
	m.put(obj, "."+field, request)
	return m.loc(obj, "", made)
}

// hasContext reports whether values of a type have the context of a request: a stream, a framework's context.
func (m *machine) hasContext(typ string) bool {
	if m.know.Find(typ, "carries") != nil {
		return true
	}
	return slices.ContainsFunc(m.prog.ifaceOf(typ), func(method summary.Method) bool {
		return method == summary.Method{Name: "Context", Sig: "()(context.Context)"} || method == summary.Method{Name: "Request", Sig: "()(*net/http.Request)"}
	})
}

// paramsOf splits the parameter types out of a signature's text.
func paramsOf(sig string) []string {
	params, _ := splitTuple(sig)
	return params
}

// resultsOf splits the result types out of a signature's text.
func resultsOf(sig string) []string {
	_, rest := splitTuple(sig)
	results, _ := splitTuple(strings.TrimPrefix(rest, "..."))
	return results
}

// splitTuple splits the types in the parentheses that a text starts with, and what comes behind.
func splitTuple(sig string) (types []string, rest string) {
	depth := 0
	start := 1
	for i := range len(sig) {
		switch sig[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
			if depth == 0 {
				if i > start {
					types = append(types, sig[start:i])
				}
				return types, sig[i+1:]
			}
		case ',':
			if depth == 1 {
				types = append(types, sig[start:i])
				start = i + 1
			}
		}
	}
	return types, ""
}

// functionsIn are the functions that a value is or has as elements.
func (m *machine) functionsIn(v value) []int32 {
	var out []int32
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		switch a.kind {
		case kFunc, kBound:
			out = append(out, id)
		case kLoc:
			for _, key := range m.elements(a.obj, a.text) {
				for _, e := range m.plain(m.at(a.obj, a.text+key)) {
					if k := m.atoms[e].kind; k == kFunc || k == kBound {
						out = append(out, e)
					}
				}
			}
		}
	}
	return out
}
