package manifest

import (
	"github.com/distcheck/distcheck/analyzer/arch"
)

// listOf is a list. Nothing at all is an empty one.
type listOf[E any] struct {
	item   kind[E]
	what   string // "calls": for messages
	single bool   // one element may stand for a list of one
	filled string // why it must not be empty; "" where it may
}

func (k listOf[E]) read(r *reader, n, under *node, into *[]E) {
	n = deref(n)
	if r.tagged(n) {
		return
	}
	items := n.Content
	switch {
	case n.Kind == sequenceNode:
	case isNull(n):
	case k.single:
		items = []*node{n}
	default:
		err := r.wrong(n, "a list of "+k.what)
		if text, ok := textOf(n); ok {
			err.Suggestion = "write [" + quote(text) + "]"
		}
		return
	}
	if len(items) == 0 {
		if k.filled != "" {
			r.fail(n, "this list is empty", k.filled)
		}
		return
	}
	*into = make([]E, len(items))
	for i, item := range items {
		if r.log.full {
			*into = (*into)[:i]
			break
		}
		k.item.read(r, item, nil, &(*into)[i])
	}
}

func (k listOf[E]) write(w *writer, from *[]E) *tree {
	if len(*from) == 0 {
		return nil
	}
	if k.single && len(*from) == 1 {
		return k.item.write(w, &(*from)[0])
	}
	t := newList()
	for i := range *from {
		t.items = append(t.items, k.item.write(w, &(*from)[i]))
	}
	return t
}

func (k listOf[E]) schema(s *schemas) *tree {
	many := newMapping().add("type", list1("array", "null"))
	if k.filled != "" {
		many = newMapping().add("type", word("array")).add("minItems", bare("1"))
	}
	item := k.item.schema(s)
	many.add("items", item)
	if k.single {
		return anyOf(item, many)
	}
	return many
}

// pointer is a kind behind a pointer.
type pointer[E any] struct{ to kind[E] }

func (k pointer[E]) read(r *reader, n, under *node, into **E) {
	*into = new(E)
	k.to.read(r, n, under, *into)
}
func (k pointer[E]) write(w *writer, from **E) *tree { return k.to.write(w, *from) }
func (k pointer[E]) schema(s *schemas) *tree         { return k.to.schema(s) }

func pointers[E any](item kind[E], what string) listOf[*E] {
	return listOf[*E]{item: pointer[E]{item}, what: what}
}

// named is a mapping from names to elements: services, operations, topics, journeys.
type named[E any] struct {
	item  kind[E]
	what  string // "service"
	begin func(e *E, name string, pos arch.Pos)
	name  func(e *E) string
	skip  func(w *writer, e *E) bool // not to be printed; may be nil
}

func (k named[E]) read(r *reader, n, under *node, into *[]*E) {
	m := r.mapping(n, true, "a mapping from the name of each "+k.what+" to what is known of it")
	if m == nil {
		return
	}
	count := len(m.Content) / 2
	if under != nil {
		count += len(under.Content) / 2
	}
	if count == 0 {
		return
	}
	*into = make([]*E, 0, count)
	// Most mappings are small, and looking through a few names is cheaper than a table of them.
	var table map[string]int
	if count > 8 {
		table = make(map[string]int, count)
	}
	find := func(name string) int {
		if table != nil {
			if i, ok := table[name]; ok {
				return i
			}
			return -1
		}
		for i, e := range *into {
			if k.name(e) == name {
				return i
			}
		}
		return -1
	}
	var firsts []arch.Pos // where each name stood; `at` may have moved the element's own position
	begin := func(key *node, name string) *E {
		e := new(E)
		k.begin(e, name, r.pos(key))
		if table != nil {
			table[name] = len(*into)
		}
		firsts = append(firsts, r.pos(key))
		*into = append(*into, e)
		return e
	}
	var defaults map[string]*node // of the same name
	if under != nil {
		defaults = make(map[string]*node, len(under.Content)/2)
		for i := 0; i+1 < len(under.Content); i += 2 {
			defaults[deref(under.Content[i]).Value] = under.Content[i+1]
		}
	}
	for i := 0; i+1 < len(m.Content) && !r.log.full; i += 2 {
		name, ok := r.key(m.Content[i])
		if !ok {
			continue
		}
		if at := find(name); at >= 0 {
			r.duplicateOf(m.Content[i], firsts[at], name)
			continue
		}
		if quoted := len(name); quoted > longestName/10 && len(appendEscaped(nil, name, false)) > longestName {
			r.fail(m.Content[i], "this name is longer than 1,000 characters", "names of at most 1,000 characters, counted as JSON writes them")
			continue
		}
		value := m.Content[i+1]
		below := plainMapping(r, defaults[name])
		k.item.read(r, value, below, begin(m.Content[i], name))
	}
	if under == nil {
		return
	}
	for i := 0; i+1 < len(under.Content); i += 2 {
		key := deref(under.Content[i])
		if find(key.Value) < 0 && r.spend(n, under.Content[i+1]) {
			k.item.read(r, under.Content[i+1], nil, begin(key, key.Value))
		}
	}
}

// longestName is how long a name may be: YAML and JSON readers give up on keys of more than 1,024 characters.
const longestName = 1000

func (k named[E]) write(w *writer, from *[]*E) *tree {
	t := newMapping()
	for _, e := range *from {
		if k.skip == nil || !k.skip(w, e) {
			t.add(k.name(e), k.item.write(w, e))
		}
	}
	if len(t.items) == 0 {
		return nil
	}
	return t
}

func (k named[E]) schema(s *schemas) *tree {
	return newMapping().add("type", list1("object", "null")).
		add("propertyNames", object1("minLength", bare("1"))).
		add("additionalProperties", k.item.schema(s))
}
