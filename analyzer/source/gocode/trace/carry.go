package trace

import (
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// A library that keeps values for others hands them out again: a context by its keys, a map or a pointer that several
// goroutines share. What is kept in an object stays with it; contexts are many and short-lived, so that all of them
// together are one thing here, whose keys, being types of their own as a rule, tell enough apart.

// puts keeps a value.
func (m *machine) puts(f *frame, in *summary.Instr, fact *library.Fact, args []value) {
	v := m.arg(fact, "value", -1, args)
	if _, ok := fact.Arg("in"); ok {
		m.store(f, in, m.indexAddr(m.arg(fact, "in", -1, args), m.arg(fact, "key", -1, args), ""), v, false)
		return
	}
	for _, key := range m.keysOf(m.arg(fact, "key", -1, args)) {
		m.kept[key] = join(m.kept[key], v)
	}
}

// gets is what was kept; nothing where that is not known.
func (m *machine) gets(fact *library.Fact, args []value) value {
	if _, ok := fact.Arg("in"); ok {
		return m.load(m.indexAddr(m.arg(fact, "in", -1, args), m.arg(fact, "key", -1, args), ""), "", false)
	}
	var out value
	for _, key := range m.keysOf(m.arg(fact, "key", -1, args)) {
		out = join(out, m.kept[key])
	}
	return out
}

// keysOf are the names of what a value is as a key: its type and its constant, or its address.
func (m *machine) keysOf(key value) []string {
	var out []string
	for _, id := range key {
		typ := ""
		if a := m.atoms[id]; a.kind == kTyped && m.prog.typeOf(a.typ) != nil {
			typ = a.typ
		}
		for _, of := range m.plain(value{id}) {
			switch a := m.atoms[of]; a.kind {
			case kConst, kNil:
				out = append(out, typ+" "+a.text)
			case kLoc:
				if typ != "" && typ[0] != '*' { // a key that is a struct
					out = append(out, typ)
				} else {
					out = append(out, "&"+itoa(int(a.obj))+a.text)
				}
			}
		}
	}
	return out
}
