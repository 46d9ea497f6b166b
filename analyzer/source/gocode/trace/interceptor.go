package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Interceptors of gRPC servers run before each method of the services that are registered there. They are told which
// method it is, so that those which leave out some are followed.

// What interceptors of servers are given, by kind: what they call to go on, and what they are told of the call.
const (
	unaryHandler  = "grpc.UnaryHandler"
	streamHandler = "grpc.StreamHandler"
	unaryInfo     = "google.golang.org/grpc.UnaryServerInfo"
	streamInfo    = "google.golang.org/grpc.StreamServerInfo"
)

// interceptors are the project's own among the options that a server was made with, and among those that it was given
// later, for methods of one kind.
func (m *machine) interceptors(server value, handler string) []int32 {
	var out []int32
	add := func(v value) {
		for _, fn := range m.functionsIn(v) {
			if called := m.code(m.funcName(m.atoms[fn])); called != nil && takes(called, handler) && !slices.Contains(out, fn) {
				out = append(out, fn)
			}
		}
	}
	m.within([]value{server}, func(_ int32, a *atom) bool {
		if a.kind != kLib || !strings.Contains(a.text, "Interceptor") {
			return true
		}
		for _, arg := range m.flatten(a.args) {
			add(arg)
		}
		return true
	})
	for _, id := range m.plain(server) {
		for _, u := range m.uses[m.root(id)] {
			add(u.handler)
		}
	}
	return out
}

// funcName is the function that a function value or a method value calls.
func (m *machine) funcName(a *atom) string {
	if a.kind != kBound {
		return a.text
	}
	if t := m.prog.typeOf(a.typ); t != nil {
		return m.methodIn(a.typ, t.Methods[a.text])
	}
	return ""
}

// intercept runs what stands before a method of a gRPC server.
func (m *machine) intercept(f *frame, in *summary.Instr, r *route, ctx value) []*event {
	handler, info := unaryHandler, unaryInfo
	if r.stream {
		handler, info = streamHandler, streamInfo
	}
	var events list
	for _, fn := range m.interceptors(r.server, handler) {
		told := m.objectAt(objectKey{name: "what is told of " + r.procedure}, info)
		m.put(told, ".FullMethod", m.one(atom{kind: kConst, text: `"/` + r.procedure}))
		_, inner := m.enter(f, in, value{fn}, ctx, map[string]value{"*" + info: m.loc(told, "", info)})
		events.addAll(inner)
	}
	return events.events
}
