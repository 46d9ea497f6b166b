package trace

import (
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Places in objects: their addresses, and what is there.

// fieldAddr is the address of a field of what a pointer points to, or of what a struct is.
func (m *machine) fieldAddr(v value, name, typ string) value {
	var out value
	for _, id := range m.plain(v) {
		if name == "Method" && m.incomingRequest(id) {
			out = join(out, m.methodNow())
			continue
		}
		if name == "RequestURI" && m.incomingRequest(id) {
			out = join(out, m.one(atom{kind: kCame}))
			continue
		}
		switch a := m.atoms[id]; a.kind {
		case kLoc:
			if len(a.text) > 160 {
				out = join(out, m.unknown(typ))
				continue
			}
			out = join(out, m.loc(a.obj, a.text+"."+name, typ))
		case kLib, kVar:
			out = join(out, m.one(atom{kind: kVar, text: "." + name, typ: "*" + typ, args: []value{{id}}}))
		case kUnknown:
			out = join(out, m.unknown("*"+typ))
		case kConst, kText, kEnv, kFlag, kField:
			if name == "Host" || name == "Path" || name == "Scheme" { // of a URL, which is its text
				out = join(out, m.one(atom{kind: kVar, text: "." + name, typ: "*" + typ, args: []value{{id}}}))
			}
		}
	}
	return out
}

// indexAddr is the address of an element.
func (m *machine) indexAddr(v, index value, typ string) value {
	var out value
	key := "[*]"
	if text, ok := m.constant(index); ok {
		key = "[" + text + "]"
	} else if len(index) == 1 && m.atoms[index[0]].kind == kKey {
		key = m.atoms[index[0]].text
	} else if m.choice.kind == "argument" && len(index) == 1 && m.atoms[index[0]].kind == kArg {
		key = `["` + m.choice.value + "]"
	}
	for _, id := range m.plain(v) {
		switch a := m.atoms[id]; a.kind {
		case kLoc:
			out = join(out, m.loc(a.obj, a.text+key, typ))
		case kArg:
			if a.text == allWords && key == "[0]" {
				out = join(out, m.one(atom{kind: kArg, text: program0}))
			} else {
				out = join(out, m.one(atom{kind: kArg}))
			}
		case kUnknown, kLib, kVar, kEnv, kFlag, kText, kField:
			if a.kind == kLib || a.kind == kVar {
				if _, ok := m.sourceOf(value{id}, 0); ok { // one of some messages
					out = join(out, m.one(atom{kind: kVar, text: ".[*]", typ: "*" + typ, args: []value{{id}}}))
					continue
				}
			}
			out = join(out, m.unknown("*"+typ))
		}
	}
	return out
}

// load is what stands at the places that a value points to.
func (m *machine) load(v value, typ string, aggregate bool) value {
	var out value
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		switch a.kind {
		case kLoc:
			out = join(out, m.loadPlace(a, typ, aggregate))
		case kVar:
			if name, ok := strings.CutPrefix(a.text, "&"); ok {
				if name == "os.Args" {
					out = join(out, m.one(atom{kind: kArg, text: allWords}))
				} else {
					out = join(out, m.one(atom{kind: kVar, text: name, typ: typ}))
				}
			} else if v := m.heldIn(a); len(v) > 0 && !m.asMade(a) {
				out = join(out, v)
			} else {
				out = join(out, value{id})
			}
		case kArg, kEnv, kFlag, kCame:
			out = join(out, value{id})
		case kLib:
			out = join(out, value{id})
		case kConst: // the method of a request
			out = join(out, value{id})
		case kUnknown:
			if a.text == requestMethod {
				out = join(out, value{id})
				continue
			}
			out = join(out, m.unknown(typ))
		}
	}
	return out
}

func (m *machine) loadPlace(a *atom, typ string, aggregate bool) value {
	v := m.at(a.obj, a.text)
	if o := m.objects[a.obj]; len(o.fills) > 0 && o.filledAt(a.text) != nil {
		m.preset(v)
	}
	if aggregate {
		m.look(a.obj, a.text)
		return join(v, m.loc(a.obj, a.text, typ))
	}
	if by, ok := m.objects[a.obj].last.get(a.text); ok {
		m.seen[by] = true
	}
	if open := strings.LastIndexByte(a.text, '['); open >= 0 && strings.HasSuffix(a.text, "]") {
		// An element: any that was stored may be it, and one that was stored anywhere may be the one asked for.
		base := a.text[:open]
		if a.text[open:] == "[*]" || len(v) == 0 && !strings.HasPrefix(a.text[open:], "[\"") {
			for _, key := range m.elements(a.obj, base) {
				v = join(v, m.at(a.obj, base+key))
			}
		} else {
			v = join(v, m.at(a.obj, base+"[*]"))
		}
	} else if strings.Contains(a.text, "[*]") {
		// A part of an element that is not known.
		open := strings.Index(a.text, "[*]")
		base, rest := a.text[:open], a.text[open+3:]
		for _, key := range m.elements(a.obj, base) {
			v = join(v, m.at(a.obj, base+key+rest))
		}
	} else if open >= 0 {
		// A part of a known element may have been stored through one that was not.
		if end := strings.LastIndexByte(a.text, ']'); end > open {
			v = join(v, m.at(a.obj, a.text[:open]+"[*]"+a.text[end+1:]))
		}
	}
	if len(v) == 0 {
		// The whole may be something that is not followed.
		for path := a.text; path != ""; {
			cut := max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['))
			if cut < 0 {
				break
			}
			rest := path[cut:]
			path = path[:cut]
			for _, id := range m.at(a.obj, path) {
				switch whole := m.atoms[id]; whole.kind {
				case kUnknown:
					v = join(v, m.unknown(typ))
				case kLib, kVar:
					v = join(v, m.one(atom{kind: kVar, text: rest, typ: typ, args: []value{{id}}}))
				}
			}
		}
		if len(v) == 0 {
			v = m.parsedPart(a)
		}
		if len(v) == 0 {
			v = m.unread(a, typ)
		}
		if len(v) == 0 && typ == "string" && !strings.Contains(a.text, "[") {
			v = m.one(atom{kind: kConst, text: `"`})
		}
		if len(v) == 0 && (typ == "string" || isBasic(typ)) {
			v = m.unknown(typ)
		}
	} else if m.replaced(a, v) {
		v = join(v, m.unread(a, typ))
	}
	return v
}

// whole is what was stored as a whole at a place or around it, and is not followed: its parts may be anything.
func (m *machine) whole(a *atom) value {
	var out value
	path := a.text
	for {
		for _, id := range m.at(a.obj, path) {
			if k := m.atoms[id].kind; k == kUnknown || k == kLib || k == kVar {
				out = join(out, value{id})
			}
		}
		cut := max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['))
		if cut < 0 {
			return out
		}
		path = path[:cut]
	}
}

func (m *machine) index(f *frame, block int, in *summary.Instr) {
	over := m.get(f, in.Args[0])
	if in.Name == "next" {
		key := f.forced[block]
		var k value
		at := m.indexAddr(over, nil, in.Type)
		if key != "" {
			at = m.indexAddr(over, m.one(atom{kind: kKey, text: key}), "")
			if text, ok := strings.CutPrefix(strings.Trim(key, "[]"), `"`); ok {
				k = m.one(atom{kind: kConst, text: `"` + text})
			}
		}
		if k == nil {
			k = m.unknown("")
		}
		f.setTuple(in.Dst, []value{m.unknown("bool"), k, m.load(at, "", in.Agg)})
		return
	}
	index := m.get(f, in.Args[1])
	if first, ok := m.firstByte(over); ok {
		if at, ok := m.constant(index); ok && at == "0" {
			m.set(f, in.Dst, first)
			return
		}
	}
	if len(index) == 1 && m.atoms[m.plain(index)[0]].kind == kArg {
		for _, id := range m.plain(over) {
			if a := m.atoms[id]; a.kind == kLoc {
				for _, key := range m.elements(a.obj, a.text) {
					if text, ok := strings.CutPrefix(strings.Trim(key, "[]"), `"`); ok {
						m.compared[selector{"argument", "", text}] = true
					}
				}
			}
		}
	}
	v := m.load(m.indexAddr(over, index, in.Type), in.Type, in.Agg)
	ok := m.unknown("bool")
	found, certain := m.looksUp(f, in, over, index)
	switch _, told := m.constant(index); {
	case !told && isBasic(in.Type):
		v = join(v, m.unknown(in.Type)) // there may be nothing under a key that is not known
	case certain && !found && in.Type == "bool":
		v = m.truth(false) // a set does not have it
	}
	if text, _ := m.str(index); certain && text != "" && text == m.verb {
		ok = m.truth(found)
	}
	if f.fn.Generated && m.lacks(over, index) {
		ok = m.truth(false)
	}
	m.set(f, in.Dst, v)
	if in.Num == 1 {
		f.setTuple(in.Dst, []value{v, ok})
	}
}

// lacks reports whether nothing was ever put under a key that is written out into maps that the program made, and that
// no library fills. People fill maps while they run; generated code asks for what somebody may have set.
func (m *machine) lacks(maps, key value) bool {
	text, ok := m.str(key)
	if !ok || len(maps) == 0 {
		return false
	}
	for _, id := range m.plain(maps) {
		a := m.atoms[id]
		if a.kind != kLoc || m.objects[a.obj].filledAt(a.text) != nil {
			return false
		}
		for _, element := range m.elements(a.obj, a.text) {
			if !strings.HasPrefix(element, `["`) || element == `["`+text+"]" {
				return false
			}
		}
	}
	return true
}
