package trace

import (
	"slices"
	"strings"
)

// Functions that make objects: two calls with the same arguments are one run, and what they make is one object. That is
// wrong where callers change it: such a function is run for each of its calls, from the next round on.

// maxSites is how many calls of one function are told apart by their places.
const maxSites = 64

// toldBySite is what tells a call from others with the same arguments, where that matters.
func (m *machine) toldBySite(id string, known *record) string {
	if !m.makers[id] || known.sites >= maxSites || len(m.frames) == 0 || len(m.sites) == 0 {
		return ""
	}
	f, at := m.frames[len(m.frames)-1], m.sites[len(m.sites)-1].at
	return "@" + itoa(int(f.act)) + f.round + ":" + itoa(int(at.pos.Line)) + ":" + itoa(int(at.pos.Col))
}

// handOver makes the objects that a call made and returned those of its caller, with those that they hold. What is put
// into a list, map or channel that they hold replaces nothing there: these stay with the call.
func (m *machine) handOver(id string, act int32, results []value) {
	m.fresh(results, func(o *object, held bool) bool {
		own := o.born.act == act && (!held || !isContainer(o.typ))
		if own {
			o.makers = append(o.makers, id)
			o.born = m.here()
		}
		return own
	})
}

// makeAgain notes that a call whose outcome is known made its objects anew. What two callers have is nobody's.
func (m *machine) makeAgain(id string, results []value) {
	var again []*object
	m.fresh(results, func(o *object, _ bool) bool {
		if len(o.makers) == 0 || slices.Contains(again, o) {
			return false
		}
		again = append(again, o)
		for _, c := range o.last.list { // what is stored from now on does not replace what was stored before
			m.seen[c.v] = true
		}
		if here := m.here(); o.born != here {
			o.born = birth{}
		}
		return slices.Contains(o.makers, id)
	})
}

// here is where an object is born that is made now.
func (m *machine) here() birth {
	if len(m.frames) == 0 {
		return birth{}
	}
	f := m.frames[len(m.frames)-1]
	if f.cyclic && f.round == "" {
		return birth{}
	}
	return birth{f.act, int32(f.at), m.unsure}
}

// fresh does something with the objects that are returned, and as far as it says so with those that they hold.
func (m *machine) fresh(results []value, do func(o *object, held bool) bool) {
	for _, v := range results {
		m.reach(v, func(obj int32, held bool) bool { return do(m.objects[obj], held) })
	}
}

// isContainer reports whether a type is a list, a map or a channel.
func isContainer(typ string) bool {
	return strings.HasPrefix(typ, "[") || strings.HasPrefix(typ, "map[") || strings.HasPrefix(typ, "chan ") || strings.HasPrefix(typ, "<-chan ") || strings.HasPrefix(typ, "chan<- ")
}

// reach goes through the objects that a value leads to, and as far as do says so through those that they hold.
func (m *machine) reach(v value, do func(obj int32, held bool) bool) { m.reachFrom(v, false, do) }

func (m *machine) reachFrom(v value, held bool, do func(obj int32, held bool) bool) {
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind != kLoc || !do(a.obj, held) {
			continue
		}
		for _, c := range m.objects[a.obj].heap.list {
			m.reachFrom(c.v, true, do)
		}
	}
}

// changed notes that something is stored in an object. After it was returned, its makers' calls are to be told apart.
func (m *machine) changed(obj int32, v value) {
	o := m.objects[obj]
	if len(o.makers) > 0 && slices.ContainsFunc(v, func(id int32) bool { return m.atoms[id].kind != kUnknown }) {
		for _, id := range o.makers {
			m.makers[id] = true
		}
	}
}
