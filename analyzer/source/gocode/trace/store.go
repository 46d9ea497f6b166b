package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// A place holds all that is ever stored there, but for what is certain to be replaced before anyone looks: the default
// that an option sets anew, a field of a copy. Such a store is dead, and left out from there on.
//
// Certain is a store in an object that was made by a call which still runs, if every way from there passes it.

// stored is one store to one place, by one activation.
type stored struct {
	site *summary.Instr
	act  int32
	obj  int32
	path string
}

// birth is where an object was made.
type birth struct {
	act    int32 // 0: it may stand for several at once
	block  int32
	beside int // calls under way that may not be made, or not in order
}

// bear notes that an object was made anew.
func (m *machine) bear(obj int32) {
	o := m.objects[obj]
	o.last, o.makers, o.born = byPath[stored]{}, nil, m.here()
}

// certain reports whether what runs now runs whenever an object is used later on.
func (m *machine) certain(obj int32) bool {
	b := m.objects[obj].born
	if b.act == 0 || b.beside != m.unsure {
		return false
	}
	for _, f := range slices.Backward(m.frames) {
		if f.act == b.act {
			return !f.bypassed(b.block) && !slices.Contains(f.left, obj)
		}
		if f.bypassed(0) {
			return false
		}
	}
	return false
}

// bypassed reports whether a way from a block leads around the one that runs.
func (f *frame) bypassed(since int32) bool {
	for _, from := range f.ledBy[f.at+1:] {
		if from >= since {
			return true
		}
	}
	return false
}

// earlier is the type of what stood at a place before something was stored there.
const earlier = "what stood there before"

// leaves notes the objects that a function returns: what it stores in them afterwards, they do not have on that way.
func (f *frame) leaves(m *machine, in *summary.Instr) {
	for _, arg := range in.Args {
		m.reach(m.get(f, arg), func(obj int32, held bool) bool {
			known := slices.Contains(f.left, obj)
			if !known {
				f.left = append(f.left, obj)
			}
			return !known && (!held || m.objects[obj].born.act == f.act)
		})
	}
}

// store puts a value into the places that an address stands for.
func (m *machine) store(f *frame, in *summary.Instr, to, from value, aggregate bool) {
	to = m.plain(to)
	for _, id := range to {
		a := m.atoms[id]
		if a.kind == kVar {
			m.hold(a, from)
		}
		if a.kind != kLoc {
			continue
		}
		set := func(path string, v value) {
			m.assign(stored{in, f.act, a.obj, path}, v, len(to) == 1 && (!aggregate || len(from) == 1))
		}
		if !aggregate {
			set(a.text, from)
			continue
		}
		if len(from) == 0 {
			m.fill(a, false, "")
		}
		for _, id := range from {
			switch b := m.atoms[id]; b.kind {
			case kLoc:
				m.look(b.obj, b.text)
				m.copyWith(a.obj, a.text, b.obj, b.text, set)
			case kConst, kNil:
			default:
				m.put(a.obj, a.text, value{id})
			}
		}
	}
}

// assign puts a value into a place, instead of what was there where that was never looked at.
func (m *machine) assign(by stored, v value, sure bool) {
	if m.dead[by] {
		return
	}
	m.changed(by.obj, v)
	o := m.objects[by.obj]
	if strings.Contains(by.path, "[") {
		m.put(by.obj, by.path, v)
		return
	}
	if !sure || len(v) == 0 || !m.certain(by.obj) {
		o.last.set(by.path, stored{}) // one of several
		m.put(by.obj, by.path, v)
		return
	}
	before, ok := o.last.get(by.path)
	if ok && before != by && before.site != nil && !m.seen[before] {
		m.dead[before] = true
		o.heap.set(by.path, v)
		m.touched = min(m.touched, by.obj)
	} else {
		m.put(by.obj, by.path, v)
	}
	o.last.set(by.path, by)
}

// look notes that what a place and those below it hold was looked at.
func (m *machine) look(obj int32, place string) {
	for _, c := range m.objects[obj].last.list {
		if c.v.site != nil && within(c.path, place) {
			m.seen[c.v] = true
		}
	}
}

// show notes that a library may look at what its arguments lead to.
func (m *machine) show(args []value) {
	for _, v := range args {
		for _, id := range m.plain(v) {
			a := m.atoms[id]
			if a.kind != kLoc {
				continue
			}
			o := m.objects[a.obj]
			m.look(a.obj, "")
			for _, c := range o.heap.list {
				for _, id := range m.plain(c.v) {
					if b := m.atoms[id]; b.kind == kLoc {
						m.look(b.obj, "")
					}
				}
			}
		}
	}
}

// write adds to the text that a builder holds.
func (m *machine) write(to, text value) {
	to = m.plain(to)
	for _, id := range to {
		a := m.atoms[id]
		if a.kind != kLoc || !builds(a.typ) {
			continue
		}
		o := m.objects[a.obj]
		before := m.at(a.obj, a.text+builtText)
		var parts []value
		if len(before) == 1 && m.atoms[before[0]].kind == kText {
			parts = slices.Clone(m.atoms[before[0]].args)
		} else if len(before) > 0 {
			parts = append(parts, before)
		}
		if len(parts) > maxAtoms {
			continue
		}
		after := m.one(atom{kind: kText, args: append(parts, m.orUnknown(text))})
		if len(to) == 1 && m.certain(a.obj) {
			o.heap.set(a.text+builtText, after)
			m.touched = min(m.touched, a.obj)
		} else {
			m.put(a.obj, a.text+builtText, join(m.built(value{id}), after))
		}
	}
}

// builtText is the part of a builder that its text is in.
const builtText = ".text"

func builds(typ string) bool { return typ == "strings.Builder" || typ == "bytes.Buffer" }

// built is the text of builders.
func (m *machine) built(of value) value {
	var out value
	for _, id := range m.plain(of) {
		a := m.atoms[id]
		switch {
		case a.kind != kLoc || !builds(a.typ):
			out = join(out, m.unknown("string"))
		case len(m.at(a.obj, a.text+builtText)) == 0:
			out = join(out, m.one(atom{kind: kConst, text: `"`}))
		default:
			out = join(out, m.at(a.obj, a.text+builtText))
		}
	}
	return m.orUnknown(out)
}
