package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
)

// What libraries put into objects that they got a pointer to. Filled at start-up, an object is configuration: its parts
// are named by their fields. Filled while a request is answered, or beside main, it came with a request or a message,
// and its fields' names say nothing.

// filling is a place that a library filled, with all that is below it.
type filling struct {
	path string
	conf bool   // with configuration
	over bool   // what was there before may be gone
	root string // the type of what was filled
	key  string // of the configuration that the root got; "" for all of it
	at   string // where in the root the place is
	file string // that it was filled from, one of those beside the main package; "" where that is not known
}

const (
	maxFilled   = 64 // objects that one decoder fills
	maxFillings = 16 // places of one object that are told apart
)

// expose notes the objects that an unknown library function gets a pointer to. At start-up it may fill what they do not
// hold, presets being defaults; what it reads for a request may be anything.
func (m *machine) expose(facts []*library.Fact, args []value) {
	if len(facts) > 0 && facts[0].Does != "call" { // a call fills the reply
		return
	}
	var lists []int32 // that were seen: one may be an element of itself
	for _, v := range args {
		lists = m.exposeIn(v, lists)
	}
}

func (m *machine) exposeIn(v value, lists []int32) []int32 {
	for _, id := range v {
		a := m.atoms[id]
		switch {
		case a.kind == kTyped && strings.HasPrefix(a.typ, "*"):
			for _, inner := range a.args[0] {
				if b := m.atoms[inner]; b.kind == kLoc {
					m.fill(b, m.answering, "")
				}
			}
		case a.kind == kLoc && (a.typ == "string" || a.typ == "[]string"): // a variable that a flag library fills
			m.fill(a, m.answering, "")
		case a.kind == kLoc && m.isCollection(value{id}) && !slices.Contains(lists, id):
			lists = append(lists, id)
			for _, element := range m.list(value{id}) {
				lists = m.exposeIn(element, lists)
			}
		}
	}
	return lists
}

// fill notes that a library may have put something unknown at a place.
func (m *machine) fill(at *atom, over bool, key string) { m.fillFrom("", at, over, key) }

// fillFrom notes the same of a library that was told which file to read.
func (m *machine) fillFrom(file string, at *atom, over bool, key string) {
	o := m.objects[at.obj]
	f := filling{path: at.text, over: over, conf: !m.answering && m.beside == 0, root: o.typ, at: at.text, key: key, file: file}
	if key != "" {
		f.root, f.at = at.typ, ""
	}
	o.fill(f)
}

// fill notes a filling. Where there are too many to tell apart, all of the object may be anything.
func (o *object) fill(f filling) {
	at := func(path string) int {
		return slices.IndexFunc(o.fills, func(known filling) bool { return known.path == path })
	}
	i := at(f.path)
	if i < 0 && len(o.fills) >= maxFillings {
		f = filling{over: f.over}
		i = at("")
	}
	if i < 0 {
		o.fills = append(o.fills, f)
		return
	}
	known := &o.fills[i]
	known.over = known.over || f.over
	if f.conf && (!known.conf || known.key == "") {
		known.conf, known.root, known.key, known.at, known.file = true, f.root, f.key, f.at, f.file
	}
}

// decode fills what a pointer leads to, also where something was before: with the part of the configuration that has a
// key, or all of it.
func (m *machine) decode(to value, key, file string) {
	var filled []int32
	add := func(v value) {
		for _, id := range m.plain(v) {
			a := m.atoms[id]
			if a.kind != kLoc || slices.ContainsFunc(filled, func(f int32) bool { return m.atoms[f].obj == a.obj }) {
				continue
			}
			if len(filled) == maxFilled {
				m.hit["objects that a library fills"] = true
				return
			}
			filled = append(filled, id)
		}
	}
	add(to)
	for i := 0; i < len(filled); i++ {
		at := m.atoms[filled[i]]
		m.fillFrom(file, at, true, key)
		for _, c := range m.objects[at.obj].heap.sorted() {
			if within(c.path, at.text) {
				add(c.v)
			}
		}
	}
}

// copyFills says of a copy of a part of an object what is known to be filled there.
func (p *pool) copyFills(obj int32, path string, from int32, fromPath string) {
	for _, f := range p.objects[from].fills {
		switch {
		case within(f.path, fromPath):
			f.path = path + f.path[len(fromPath):]
		case within(fromPath, f.path):
			f.at += fromPath[len(f.path):]
			f.path = path
		default:
			continue
		}
		if len(f.path) < maxPath {
			p.objects[obj].fill(f)
		}
	}
}

// within reports whether a place is another or a part of it.
func within(place, of string) bool {
	rest, ok := strings.CutPrefix(place, of)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// filledAt is the filling that a place belongs to, nil where nothing was filled.
func (o *object) filledAt(place string) *filling {
	var found *filling
	for i := range o.fills {
		if f := &o.fills[i]; within(place, f.path) && (found == nil || len(f.path) > len(found.path)) {
			found = f
		}
	}
	return found
}

// unread is what a library may have put at a place, nil where it put nothing there. What configuration points to is
// seen as a part of it.
func (m *machine) unread(a *atom, typ string) value {
	f := m.objects[a.obj].filledAt(a.text)
	text := typ == "string" || typ != "bool" && isBasic(typ) || typ == "time.Duration"
	if f == nil || !text && typ != "bool" && !m.fillable(typ) {
		return nil
	}
	name := f.at + a.text[len(f.path):]
	switch {
	case !f.conf || strings.Contains(strings.ReplaceAll(name, `["`, ""), "[") || len(a.text) > maxPath:
	case text:
		return m.setting(f, strings.ReplaceAll(strings.ReplaceAll(name, `["`, "."), "]", ""), typ)
	case typ == "[]string":
		if list := m.listAt(f, strings.ReplaceAll(strings.ReplaceAll(name, `["`, "."), "]", "")); len(list) > 0 {
			return list
		}
	case strings.HasPrefix(typ, "map[") && a.text != f.path, strings.HasPrefix(typ, "*"):
		return m.loc(a.obj, a.text, strings.TrimPrefix(typ, "*"))
	}
	return m.unknown(typ)
}

// replaced reports whether a decoder may have replaced a value that decides branches or addresses, or anything that
// fills what is not there yet a nil.
func (m *machine) replaced(a *atom, v value) bool {
	if len(m.objects[a.obj].fills) == 0 {
		return false
	}
	f := m.objects[a.obj].filledAt(a.text)
	return f != nil && slices.ContainsFunc(v, func(id int32) bool {
		return m.atoms[id].kind == kNil || f.over && m.atoms[id].kind == kConst
	})
}

// isBasic reports whether a type is one whose values branches hang on.
func isBasic(typ string) bool {
	switch typ {
	case "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64":
		return true
	}
	return false
}

// fillable reports whether a library that decodes something may put a value of the type there: any but a function, a
// channel and what an interface stands for.
func (m *machine) fillable(typ string) bool {
	if strings.HasPrefix(typ, "[]") || strings.HasPrefix(typ, "map[") || strings.HasPrefix(typ, "*") {
		return true
	}
	iface := m.prog.ifaceOf(typ) != nil
	return !iface && strings.Contains(typ, ".") && !strings.ContainsAny(typ, "({ ")
}

// shortType is a type's name without its package's path.
func shortType(typ string) string {
	typ = strings.TrimLeft(typ, "*[]")
	if strings.HasPrefix(typ, "struct{") {
		return "struct"
	}
	if i := strings.LastIndexByte(typ, '/'); i >= 0 {
		typ = typ[i+1:]
	}
	return typ
}
