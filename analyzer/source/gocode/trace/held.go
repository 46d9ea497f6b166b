package trace

import "strings"

// held is a field of an object that a library made, or one further down: a client's time-out, or that of the client
// below it. Such an object has no places of its own here, but what is stored in its fields is kept.
type held struct {
	of   int32 // the atom of the object
	path string
}

// heldAt are the fields that the address of a field of a library's object stands for.
func (m *machine) heldAt(address *atom) []held {
	if address.kind != kVar || len(address.args) != 1 || address.text == "" || address.text[0] != '.' {
		return nil
	}
	var out []held
	for _, id := range address.args[0] {
		above := m.heldAt(m.atoms[id])
		if above == nil {
			above = []held{{of: id}}
		}
		for _, h := range above {
			out = append(out, held{h.of, h.path + address.text})
		}
	}
	return out
}

// hold stores a value in a field of a library's object.
func (m *machine) hold(address *atom, v value) {
	if name, ok := strings.CutPrefix(address.text, "&"); ok {
		m.altered[name] = true
	} else if address.text == ".Transport" && len(address.args) == 1 {
		for _, id := range address.args[0] {
			m.altered[m.atoms[id].text] = true
		}
	}
	for _, field := range m.heldAt(address) {
		m.fields[field] = join(m.fields[field], v)
	}
}

// setField stores a value in a field of objects that a library made, and tells those.
func (m *machine) setField(of value, path string, v value) value {
	for _, id := range m.plain(of) {
		field := held{id, path}
		m.fields[field] = join(m.fields[field], v)
	}
	return of
}

// heldIn is what was stored in a field of a library's object.
func (m *machine) heldIn(address *atom) value {
	var out value
	for _, field := range m.heldAt(address) {
		out = join(out, m.fields[field])
	}
	return out
}
