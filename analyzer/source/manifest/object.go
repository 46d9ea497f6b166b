package manifest

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/spelling"
)

// kind is how one type of the model stands in a manifest. Everything that a manifest may hold is a kind; the three
// methods are the three uses of the one table.
type kind[V any] interface {
	// read fills into from n. under is what the defaults have in the same place, or nil; only mappings look at it.
	read(r *reader, n, under *node, into *V)
	// write is nil where there is nothing to print.
	write(w *writer, from *V) *tree
	schema(s *schemas) *tree
}

// field is one key of an object of type T: a row of the table.
type field[T any] struct {
	key, doc string
	why      string // it must be given: why; "" where it may be left out
	hint     string // what to type where it is missing; may be empty
	own      bool   // means something for one service only, so defaults cannot have it
	merges   bool   // a mapping that unites with that of the defaults, key by key
	read     func(r *reader, n, under *node, into *T)
	write    func(w *writer, from *T) *tree
	schema   func(s *schemas) *tree
}

// key makes a field of what of finds in a T.
func key[T, V any](key, doc string, k kind[V], of func(*T) *V) field[T] {
	return field[T]{
		key: key, doc: doc,
		read:   func(r *reader, n, under *node, into *T) { k.read(r, n, under, of(into)) },
		write:  func(w *writer, from *T) *tree { return k.write(w, of(from)) },
		schema: k.schema,
	}
}

func (f field[T]) required(why string) field[T] { f.why = why; return f }
func (f field[T]) onlyOwn() field[T]            { f.own = true; return f }
func (f field[T]) merging() field[T]            { f.merges = true; return f }

// inside makes fields of a part of T into fields of T.
func inside[T, P any](part func(*T) *P, fields ...field[P]) []field[T] {
	var outer []field[T]
	for _, f := range fields {
		outer = append(outer, field[T]{
			key: f.key, doc: f.doc, why: f.why, own: f.own, merges: f.merges, schema: f.schema,
			read:  func(r *reader, n, under *node, into *T) { f.read(r, n, under, part(into)) },
			write: func(w *writer, from *T) *tree { return f.write(w, part(from)) },
		})
	}
	return outer
}

// object is a mapping with known keys.
type object[T any] struct {
	name    string // "call": for messages and the schema
	called  string // with its article, where that is not "a" or "an"
	doc     string
	fields  []field[T]
	index   map[string]int
	pos     func(*T) *arch.Pos // where it stands; nil for what has no place of its own, and so no `at`
	short   *short[T]          // a text that stands for it
	nothing bool               // nothing at all is an empty one
	sparse  bool               // an empty one is not printed
}

// short is the form of an object that is one text.
type short[T any] struct {
	accepted string
	read     func(r *reader, n *node, text string, into *T) bool
	write    func(w *writer, from *T) *tree // nil where something would be lost
	schema   func() *tree
}

// The keys of an object that is told where it was found stand behind those of its fields.
const atKey, sourceKey = "at", "source"

func newObject[T any](o object[T]) *object[T] {
	o.index = make(map[string]int, len(o.fields)+2)
	for i, f := range o.fields {
		o.index[f.key] = i
	}
	if o.pos != nil {
		o.index[atKey], o.index[sourceKey] = len(o.fields), len(o.fields)+1
	}
	return &o
}

func (o *object[T]) keys() []string {
	names := make([]string, len(o.index))
	for name, i := range o.index {
		names[i] = name
	}
	return names
}

func (o *object[T]) accepted() string {
	text := "a mapping with the keys " + strings.Join(o.keys(), ", ")
	if o.short != nil {
		text = o.short.accepted + ", or " + text
	}
	return text
}

func (o *object[T]) read(r *reader, n, under *node, into *T) {
	n = deref(n)
	if o.pos != nil && !o.pos(into).Known() {
		*o.pos(into) = r.pos(n)
	}
	if o.short != nil && n.Kind == scalarNode {
		if r.tagged(n) {
			return
		}
		if text, ok := textOf(n); !ok || !o.short.read(r, n, text, into) {
			r.wrong(n, o.accepted())
		}
		return
	}
	errors := len(r.log.errors)
	m := r.mapping(n, o.nothing, "")
	if m == nil {
		if len(r.log.errors) > errors && r.log.errors[errors].Accepted == "" {
			r.log.errors[errors].Accepted = o.accepted() // made only where it is needed
		}
		return
	}
	var seen uint64 // no object has 64 keys
	var told place
	for i := 0; i+1 < len(m.Content) && !r.log.full; i += 2 {
		name, ok := r.key(m.Content[i])
		if !ok {
			continue
		}
		at, ok := o.index[name]
		if !ok {
			o.unknown(r, m.Content[i], name)
			continue
		}
		if seen&(1<<at) != 0 {
			r.duplicate(m, i, name)
			continue
		}
		seen |= 1 << at
		value := m.Content[i+1]
		switch at - len(o.fields) {
		case 0:
			told.at = value
		case 1:
			told.source = value
		default:
			f := &o.fields[at]
			var below *node
			if under != nil && f.merges {
				below = plainMapping(r, valueOf(under, name))
			}
			f.read(r, value, below, into)
		}
	}
	if under != nil {
		for i := 0; i+1 < len(under.Content); i += 2 {
			at, ok := o.index[deref(under.Content[i]).Value]
			if ok && at < len(o.fields) && seen&(1<<at) == 0 {
				seen |= 1 << at
				f := &o.fields[at]
				if value := under.Content[i+1]; f.merges {
					// Everything in it is the default's: it unites with nothing.
					f.read(r, &node{Kind: mappingNode, Line: value.Line, Column: value.Column}, plainMapping(r, value), into)
				} else if r.spend(n, value) {
					f.read(r, value, nil, into)
				}
			}
		}
	}
	if told != (place{}) {
		*o.pos(into) = r.place(told, *o.pos(into))
	}
	for i := range o.fields {
		if f := &o.fields[i]; f.why != "" && seen&(1<<i) == 0 {
			err := r.fail(n, "this "+o.name+" has no "+quote(f.key), f.why)
			err.Suggestion = f.hint
		}
	}
}

// plainMapping is a mapping of defaults without merge keys, nil where it is none. Defaults are read on their own
// first, so that what is wrong with them is said there.
func plainMapping(r *reader, n *node) *node {
	n = deref(n)
	if n == nil || n.Kind != mappingNode {
		return nil
	}
	return r.mapping(n, false, "")
}

// valueOf returns the value of a key. Its cost is that of looking through the mapping.
func valueOf(m *node, name string) *node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if deref(m.Content[i]).Value == name {
			return m.Content[i+1]
		}
	}
	return nil
}

func (o *object[T]) unknown(r *reader, n *node, name string) {
	err := r.fail(n, quote(name)+" is no key of "+o.article(), strings.Join(o.keys(), ", "))
	if here := elsewhere()[strings.ReplaceAll(name, "-", "_")]; slices.Contains(o.keys(), here) {
		err.Suggestion = didYouMean(here)
		return
	}
	err.Suggestion = didYouMean(spelling.Nearest(name, o.keys()))
}

// elsewhere are keys by which other formats say what one here does.
func elsewhere() map[string]string {
	return map[string]string{
		"depends_on": "calls", "dependencies": "calls", "dependson": "calls", "needs": "calls", "uses": "calls", "requires": "calls",
		"url": "hosts", "urls": "hosts", "host": "hosts", "address": "hosts", "endpoint": "hosts", "endpoints": "operations", "routes": "operations", "aliases": "hosts",
		"team": "owner", "owned_by": "owner", "maintainer": "owner", "type": "kind", "lang": "language", "path": "code", "dir": "code",
		"databases": "stores", "database": "stores", "db": "stores", "subscribes": "consumes", "produces": "publishes", "emits": "publishes",
		"service": "to", "callee": "to", "method": "operation",
	}
}

func (o *object[T]) article() string {
	switch {
	case o.called != "":
		return o.called
	case strings.IndexByte("aeio", o.name[0]) >= 0:
		return "an " + o.name
	}
	return "a " + o.name
}

// duplicate notes that the key at m.Content[i] stood there before.
func (r *reader) duplicate(m *node, i int, name string) {
	for j := 0; j < i; j += 2 {
		if first := deref(m.Content[j]); first.Value == name {
			r.duplicateOf(m.Content[i], r.pos(m.Content[j]), name)
			return
		}
	}
}

func (r *reader) duplicateOf(n *node, first arch.Pos, name string) {
	err := r.fail(n, quote(name)+" stands twice in one mapping; the first is at "+where(first), "each key once")
	err.Related = first
}

func (o *object[T]) write(w *writer, from *T) *tree {
	showPos := o.pos != nil && w.positions && o.pos(from).Known()
	if o.short != nil && !showPos {
		if t := o.short.write(w, from); t != nil {
			return t
		}
	}
	t := newMapping()
	for i := range o.fields {
		t.add(o.fields[i].key, o.fields[i].write(w, from))
	}
	if showPos {
		w.addPlace(t, *o.pos(from))
	}
	if o.sparse && len(t.items) == 0 {
		return nil
	}
	return t
}

func (o *object[T]) schema(s *schemas) *tree {
	return s.define(strings.ReplaceAll(o.name, " ", "-"), func() *tree {
		whole := newMapping().add("type", word("object"))
		if o.nothing {
			whole = newMapping().add("type", list1("object", "null"))
		}
		properties := newMapping()
		var required []string
		for i := range o.fields {
			f := &o.fields[i]
			properties.add(f.key, described(f.doc, f.schema(s)))
			if f.why != "" {
				required = append(required, f.key)
			}
		}
		if o.pos != nil {
			properties.add(atKey, described("Where this was found, if not here: path:line or path:line:column.", s.at()))
			properties.add(sourceKey, described("What kind of input it was found in.", s.source()))
		}
		whole.add("properties", properties)
		if required != nil {
			whole.add("required", list1(required...))
		}
		whole.add("additionalProperties", bare("false"))
		if o.short != nil {
			whole = anyOf(o.short.schema(), whole)
		}
		return newMapping().add("description", word(o.doc)).merge(whole)
	})
}
