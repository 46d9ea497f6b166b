package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Transports of the project's own: each request of a client goes through its transport, which may call others first,
// try again or bound the wait.

// underWay is the name of a request that goes through a transport, whose body does not know which one it is.
const underWay = "a request under way"

// through sends a request through the transports that are the project's own.
func (m *machine) through(f *frame, in *summary.Instr, transport value, e *event) []*event {
	own := m.ownTransports(transport, 0)
	if len(own) == 0 {
		return []*event{e}
	}
	request := m.one(atom{kind: kVar, text: underWay, typ: "*" + requestType, args: []value{e.call.context(m)}})
	_, inner := m.method(f, in, "RoundTrip", "net/http.RoundTripper", []value{own, m.one(atom{kind: kTyped, typ: "*" + requestType, args: []value{request}})})
	sent := false
	out := m.carried(inner, e, &sent)
	if !sent {
		out = append(out, e)
	}
	return out
}

// carried puts a request in the place of what stands for it in the events of a transport.
func (m *machine) carried(events []*event, e *event, sent *bool) []*event {
	out := slices.Clone(events)
	for i, inner := range out {
		switch {
		case inner.kind == evSpawn:
			spawned := *inner
			spawned.inner = m.carried(inner.inner, e, sent)
			out[i] = &spawned
		case inner.kind == evCall && inner.call.underWay:
			one := *e.tried(inner.tries)
			one.breaker = e.breaker || inner.breaker
			one.loops(inner.loop, inner.over)
			if inner.call.bounded && !e.call.bounded {
				bounded := *e.call
				bounded.bounded, bounded.length, bounded.none = true, inner.call.length, false
				one.call = m.numbered(&bounded)
			}
			out[i], *sent = &one, true
		}
	}
	return out
}

// ownTransports are the transports among values, and in what libraries made of them, whose code is the project's.
func (m *machine) ownTransports(v value, depth int) value {
	var out value
	for _, id := range v {
		switch a := m.atoms[id]; {
		case a.kind == kTyped && m.prog.typeOf(a.typ) != nil:
			if _, ok := m.prog.typeOf(a.typ).Methods["RoundTrip"]; ok {
				out = join(out, value{id})
			}
		case a.kind == kTyped && depth < 6:
			out = join(out, m.ownTransports(a.args[0], depth+1))
		case a.kind == kLib && depth < 6:
			for _, arg := range a.args {
				out = join(out, m.ownTransports(arg, depth+1))
			}
		}
	}
	return out
}

// transportOf is what a client sends its requests through.
func (m *machine) transportOf(client value, depth int) value {
	var out value
	for _, id := range m.plain(client) {
		a := m.atoms[id]
		if a.kind != kLoc || depth > 4 {
			continue
		}
		if strings.Contains(m.objects[a.obj].typ+a.typ, "http.Client") {
			out = join(out, m.at(a.obj, a.text+".Transport"))
		}
		out = join(out, m.transportOf(m.at(a.obj, a.text+".HTTPClient"), depth+1))
	}
	return out
}

// isUnderWay reports whether a request is, or is a copy of, one that goes through a transport.
func (m *machine) isUnderWay(v value, depth int) bool {
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind == kVar && a.text == underWay {
			return true
		}
		if fact := m.know.Find(a.text, "request"); a.kind == kLib && fact != nil && depth < 6 && m.isUnderWay(m.arg(fact, "of", -1, a.args), depth+1) {
			return true
		}
	}
	return false
}

// context is the context of a request, as far as it is known what ends it.
func (r *request) context(m *machine) value {
	text := "unknown"
	switch {
	case r.bounded:
		text = strings.TrimSpace("bounded " + r.length)
	case r.incoming:
		text = "incoming"
	case r.none:
		text = "none"
	}
	return m.one(atom{kind: kCtx, text: text, typ: r.whose})
}
