package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// A handler may ask for the method of its request, do one thing for each, and refuse all others. It is run once as if
// nothing was known of the method. Where it asks, it is run again for each method that it answers: those of its route;
// else those that it asks for, if it refuses a method that nobody asks for. Each is an operation of its own then.

// The method of the request that is being answered, as long as it is not known.
const requestMethod = "the method of the request"

// otherMethod is a method that no handler asks for.
const otherMethod = "OTHER"

// refusal is the status of a request whose method is not answered.
const refusal = "405"

// incomingRequest reports whether a value is the request that is being answered.
func (m *machine) incomingRequest(id int32) bool {
	switch a := m.atoms[id]; a.kind {
	case kUnknown:
		return strings.HasSuffix(a.typ, "net/http.Request")
	case kLib:
		fact := m.know.Find(a.text, "request")
		if fact == nil {
			return false
		}
		if fact.Args["incoming"] != "" {
			return true
		}
		n, ok := fact.Arg("of")
		return ok && n < len(a.args) && slices.ContainsFunc(a.args[n], m.incomingRequest)
	}
	return false
}

// methodNow is the method of the request that is being answered.
func (m *machine) methodNow() value {
	if m.verb != "" {
		return m.one(atom{kind: kConst, text: `"` + m.verb})
	}
	return m.one(atom{kind: kUnknown, typ: "string", text: requestMethod})
}

// asksMethod notes that code compares the method of its request with a word, or looks it up among some.
func (m *machine) asksMethod(f *frame, in *summary.Instr, asked value, words ...string) {
	if !m.answering || len(asked) != 1 || m.atoms[asked[0]].text != requestMethod {
		return
	}
	for _, word := range words {
		if word != "" && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			f.events.add(&event{kind: evAsk, at: m.place(f, in.Pos), objs: m.one(atom{kind: kConst, text: `"` + word})})
		}
	}
}

// looksUp reports whether something is in a collection under a key, where all keys are written out.
func (m *machine) looksUp(f *frame, in *summary.Instr, over, index value) (found, certain bool) {
	var words []string
	for _, id := range m.plain(over) {
		a := m.atoms[id]
		if a.kind != kLoc || m.objects[a.obj].filledAt(a.text) != nil {
			return false, false
		}
		for _, key := range m.elements(a.obj, a.text) {
			word, ok := strings.CutPrefix(strings.Trim(key, "[]"), `"`)
			if !ok {
				return false, false
			}
			words = append(words, word)
		}
	}
	m.asksMethod(f, in, index, words...)
	text, ok := m.str(index)
	return slices.Contains(words, text), ok && len(words) > 0
}

// refuses notes that code gives the status that refuses a method.
func (m *machine) refuses(f *frame, in *summary.Instr, values ...value) []*event {
	if !m.answering {
		return nil
	}
	for _, v := range values {
		if text, ok := m.constant(v); ok && text == refusal {
			return []*event{{kind: evRefusal, at: m.place(f, in.Pos)}}
		}
	}
	return nil
}

// methodsAsked are the methods that code asks for, sorted.
func (m *machine) methodsAsked(events []*event) []string {
	var out []string
	for _, e := range events {
		if e.kind == evAsk {
			out = append(out, m.strs(e.objs)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func refused(events []*event) bool {
	return slices.ContainsFunc(events, func(e *event) bool { return e.kind == evRefusal })
}

// as runs something as if the request had a method. What functions did for others is set aside.
func (m *machine) as(verb string, run func() []*event) []*event {
	aside := m.memory
	mine, ok := m.byVerb[verb]
	if !ok {
		mine = make(memory)
		m.byVerb[verb] = mine
	}
	m.memory, m.verb, m.anyVerb = mine, verb, aside
	defer func() { m.memory, m.verb = aside, "" }()
	return run()
}

// hangsOnMethod reports whether what a function did may differ with the method of the request.
func (m *machine) hangsOnMethod(act *activation) bool {
	for _, v := range act.results {
		for _, id := range m.plain(v) {
			if m.atoms[id].text == requestMethod {
				return true
			}
		}
	}
	return asksWithin(act.events)
}

func asksWithin(events []*event) bool {
	return slices.ContainsFunc(events, func(e *event) bool { return e.kind == evAsk || asksWithin(e.inner) })
}

// perMethod splits the operations of a route whose handler asks for the method of its request: each with what it leads
// to. ops come as if nothing was known of the method.
func (m *machine) perMethod(r *route, ops []operation, events []*event) []operation {
	asked := m.methodsAsked(events)
	if len(asked) == 0 {
		return ops
	}
	handle := func() []*event {
		events, _ := m.handle(r)
		return events
	}
	answered := make(map[string][]*event)
	if refused(events) && refused(m.as(otherMethod, handle)) {
		for _, verb := range asked {
			if events := m.as(verb, handle); !refused(events) {
				answered[verb] = events
			}
		}
		if _, ok := answered["GET"]; ok {
			delete(answered, "HEAD")
		}
		if len(answered) > 1 {
			delete(answered, "OPTIONS")
		}
	}
	var out []operation
	for _, op := range ops {
		verb, path, _ := strings.Cut(op.name, " ")
		switch {
		case verb != "ANY":
			if hasCalls(op.events) {
				op.events = m.as(verb, handle)
			}
			out = append(out, op)
		case len(answered) == 0:
			out = append(out, op)
		default:
			for _, verb := range asked {
				if events, ok := answered[verb]; ok {
					one := op
					one.name, one.events = verb+" "+path, events
					out = append(out, one)
				}
			}
		}
	}
	return out
}
