package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// callMade calls a function that a library made. What is known of it stands under the name of the function that made
// it, with () behind. Else a function that was made of others with its own parameters decorates them: it calls them
// with what it is called with.
func (m *machine) callMade(f *frame, in *summary.Instr, id int32, args []value) ([]value, []*event) {
	a := m.atoms[id]
	if a.kind == kVar && len(a.args) == 0 && m.know.Has(a.text) { // a variable of the library that holds it
		return m.library(f, in, a.text, args)
	}
	all := append([]value{{id}}, args...)
	if m.know.Has(a.text + "()") {
		return m.library(f, in, a.text+"()", all)
	}
	if a.kind == kVar && len(a.args) == 0 && (m.know.Has(a.text) || m.signs(a.text) != nil) { // a variable of a library
		return m.library(f, in, a.text, args)
	}
	var out outcome
	out.add(m.opaqueResults(f, in, "result of "+a.text, all), nil)
	if m.answering || !returns(in) {
		out.add(nil, m.callArgs(f, in, a.text, args)) // an iterator calls the body of its loop
	}
	if a.kind != kLib || in.Sig == nil || len(in.Sig.Params) == 0 || m.dispatching > maxStack {
		return out.results, out.events.events
	}
	m.dispatching++
	defer func() { m.dispatching-- }()
	if fact := m.know.Find(a.text, "bounds"); fact != nil {
		args = m.bounded(args, m.boundLength(fact, a.args))
	}
	guarded := m.know.Find(a.text, "guards") != nil
	for _, fn := range m.decorated(a.args, in.Sig.Params, a.typ, 0) {
		results, events := m.dynamic(f, in, value{fn}, args)
		out.results = merge(out.results, results)
		for _, e := range events {
			if guarded {
				e = e.withCalls(func(call *event) { call.breaker = true })
			}
			out.events.add(e)
		}
	}
	return out.results, out.events.events
}

// decorated are the functions among what a function was made of that have its parameters, or are of its type.
func (m *machine) decorated(of []value, params []string, typ string, depth int) []int32 {
	var out []int32
	if depth > 6 {
		return nil
	}
	for _, v := range of {
		for _, id := range m.plain(v) {
			a := m.atoms[id]
			switch {
			case a.kind == kFunc:
				if fn := m.code(a.text); fn != nil && sameParams(fn.Params[min(int(a.num), len(fn.Params)):], params) {
					out = append(out, id)
				}
			case a.kind == kLib && a.typ == typ:
				out = append(out, id)
			case a.kind == kLib:
				out = append(out, m.decorated(a.args, params, typ, depth+1)...)
			case m.isCollection(value{id}):
				out = append(out, m.decorated(m.list(value{id}), params, typ, depth+1)...)
			}
		}
	}
	return out
}

func sameParams(own []summary.Param, params []string) bool {
	return slices.EqualFunc(own, params, func(p summary.Param, typ string) bool { return p.Type == typ })
}

// bounded are arguments whose contexts end after a while.
func (m *machine) bounded(args []value, length value) []value {
	args = slices.Clone(args)
	for i, v := range args {
		if len(m.contexts([]value{v})) > 0 {
			args[i] = m.bound(length, m.whose(v))
		}
	}
	return args
}

// madeOf are the functions that a library's object was made of, as its argument number n.
func (m *machine) madeOf(made value, n int) value {
	var out value
	for _, id := range m.plain(made) {
		if a := m.atoms[id]; a.kind == kLib && n < len(a.args) {
			out = join(out, a.args[n])
		}
	}
	return out
}

// remoteOf finds the client of one remote operation that a function was made of, and what it calls with. It returns
// what the client is made of, whose time-outs count.
func (m *machine) remoteOf(f *frame, in *summary.Instr, r *request, v, ctx value, depth int) value {
	var client value
	if depth > 6 {
		return nil
	}
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind != kLib || len(a.args) == 0 {
			continue
		}
		fact := m.know.Find(a.text, "remote")
		if fact == nil {
			client = join(client, m.remoteOf(f, in, r, a.args[0], ctx, depth+1))
			continue
		}
		if fact.Args["by"] != "" { // a function makes the request
			requests, _ := m.enter(f, in, m.arg(fact, "by", 0, a.args), ctx, nil)
			if len(requests) > 0 {
				m.readRequest(r, requests[0], 0)
			}
			client = join(client, m.setClient(m.arg(fact, "options", -1, a.args)))
			continue
		}
		if fact.Args["service"] == "" {
			if _, ok := fact.Arg("method"); ok {
				r.method = m.methodText(m.arg(fact, "method", 0, a.args))
			} else {
				r.method = fact.Args["method"]
			}
			r.urls = append(r.urls, m.texts(m.arg(fact, "url", 1, a.args))...)
			client = join(client, m.setClient(m.arg(fact, "options", -1, a.args)))
			continue
		}
		service, ok := m.str(m.arg(fact, "service", 1, a.args))
		method, also := m.str(m.arg(fact, "method", 2, a.args))
		if ok && also {
			r.procedure = strings.TrimPrefix(service, "/") + "/" + method
		}
		conn := m.arg(fact, "client", 0, a.args)
		r.address = append(r.address, m.addressOf(conn)...)
		client = join(client, conn)
	}
	return client
}

// setClient is the client that one of some options sets: none if no option does.
func (m *machine) setClient(options value) value {
	var client value
	for _, option := range m.each(options) {
		for _, id := range m.plain(option) {
			if a := m.atoms[id]; a.kind == kLib {
				if fact := m.know.Find(a.text, "client"); fact != nil {
					client = join(client, m.arg(fact, "of", 0, a.args))
				}
			}
		}
	}
	return client
}

// factory calls what makes the parts of a library's object, which holds them then.
func (m *machine) factory(f *frame, in *summary.Instr, name string, fact *library.Fact, args []value) (value, []*event) {
	parts, events := m.enter(f, in, m.arg(fact, "fn", 0, args), nil, nil)
	return m.lib(f, in, name, 0, slices.Concat(args, parts)), events
}
