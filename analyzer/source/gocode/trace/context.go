package trace

import (
	"strings"
)

// Contexts: which one a value is or has, whose it is, and what ends it.

// contextOf is the context in a value: of a request, of a derived context.
func (m *machine) contextOf(v value) value {
	return m.contextIn(v, 0)
}

func (m *machine) contextIn(v value, depth int) value {
	var out value
	if depth > 6 {
		return nil
	}
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		switch a.kind {
		case kCtx:
			out = join(out, value{id})
		case kLib:
			if fact := m.know.Find(a.text, "request"); fact != nil {
				if given := m.contexts(a.args); fact.Args["incoming"] != "" && len(given) > 0 {
					out = join(out, given)
				} else if fact.Args["incoming"] != "" {
					out = join(out, m.one(atom{kind: kCtx, text: "incoming"}))
				} else if n, ok := fact.Arg("ctx"); ok && n < len(a.args) {
					out = join(out, m.contextIn(a.args[n], depth+1))
				} else if a.text == "net/http.NewRequest" || fact.Args["ctx"] == "none" {
					out = join(out, m.noContext())
				}
				continue
			}
			for _, arg := range a.args {
				out = join(out, m.contextIn(arg, depth+1))
			}
		case kLoc:
			if ctx := m.at(a.obj, a.text+".ctx"); len(ctx) > 0 {
				out = join(out, ctx)
			} else if fact := m.know.Find("*"+a.typ, "carries"); fact != nil && fact.Args["request"] != "" {
				out = join(out, m.contextIn(m.at(a.obj, a.text+"."+fact.Args["request"]), depth+1))
			} else if strings.HasSuffix(a.typ, requestType) { // a literal has no context
				out = join(out, m.noContext())
			}
		case kVar:
			if a.text == underWay {
				out = join(out, a.args[0])
			}
		case kUnknown:
			if strings.HasSuffix(a.typ, "http.Request") || m.know.Find(a.typ, "carries") != nil {
				out = join(out, m.one(atom{kind: kCtx, text: "incoming"}))
			}
		}
	}
	if len(out) == 0 && depth == 0 {
		return m.one(atom{kind: kCtx, text: "unknown"})
	}
	return out
}

// bound is a context with a deadline, made of somebody's.
func (m *machine) bound(length value, whose string) value {
	text := "bounded"
	if n, ok := m.length(length); ok {
		text += " " + n
	}
	return m.one(atom{kind: kCtx, text: text, typ: whose})
}

// boundBy is a context with a deadline, made of one that may have one: of two, the sooner counts.
func (m *machine) boundBy(of value, length string) value {
	if known, before := m.boundOf(of); known {
		length = sooner(length, before)
	}
	made := m.one(atom{kind: kCtx, text: strings.TrimSpace("bounded " + length), typ: m.whose(of)})
	if said := m.saidOf(of); len(said) > 0 {
		return m.telling(made, said)
	}
	return made
}

// telling are contexts of which something is said, besides what is said of them already.
func (m *machine) telling(contexts, said value) value {
	var out value
	for _, id := range m.plain(contexts) {
		a := *m.atoms[id]
		if a.kind == kCtx {
			a.args = []value{said}
			out = join(out, m.one(a))
		}
	}
	return out
}

// saidOf is what is said of contexts.
func (m *machine) saidOf(contexts value) value {
	var out value
	for _, id := range m.plain(contexts) {
		if a := m.atoms[id]; a.kind == kCtx && len(a.args) > 0 {
			out = join(out, a.args[0])
		}
	}
	return out
}

// contexts are the contexts among arguments.
func (m *machine) contexts(args []value) value {
	var out value
	for _, v := range args {
		for _, id := range v {
			if m.atoms[id].kind == kCtx {
				out = join(out, value{id})
			}
		}
	}
	return out
}

// Whose a context is.
const (
	ofRequest = "passed" // that of the request that is answered, or made of it
	ofNobody  = "new"    // made where it is used
)

// noContext is the context of code that makes one of nothing, or gives none.
func (m *machine) noContext() value { return m.one(atom{kind: kCtx, text: "none", typ: ofNobody}) }

// whose tells whose a context is, "" where that is not known, or where it may be one or the other.
func (m *machine) whose(ctx value) string {
	found := ""
	for i, id := range m.plain(ctx) {
		a := m.atoms[id]
		of := a.typ
		switch {
		case a.kind != kCtx:
			return ""
		case a.text == "incoming":
			of = ofRequest
		}
		if of == "" || i > 0 && of != found {
			return ""
		}
		found = of
	}
	return found
}

// givenNobodys reports whether a function is given a context that is not the request's.
func (m *machine) givenNobodys(f *frame) bool {
	for _, v := range f.regs[:min(len(f.fn.Params)+f.fn.Free, len(f.regs))] {
		for _, id := range v {
			if a := m.atoms[id]; a.kind == kCtx && a.typ == ofNobody {
				return true
			}
		}
	}
	return false
}

// forAll is a request that is made for all who ask at a time: it may not end with one of them.
func (m *machine) forAll(r *request) *request {
	if r.whose == "" {
		return r
	}
	common := *r
	common.whose = ""
	return m.numbered(&common)
}
