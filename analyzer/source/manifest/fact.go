package manifest

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/spelling"
)

// fact is a [arch.Fact]: its value; or false, which is absent; or {value: …, at: …, source: …} where its origin is told.
type fact[V any] struct{ scalar[V] }

func of[V any](s scalar[V]) kind[arch.Fact[V]] { return fact[V]{s} }

// alternatives leaves out the long form: people do not write it, and it would be in every message.
func (k fact[V]) alternatives() string {
	if k.noFalse {
		return k.accepted
	}
	return k.accepted + "; false where it is absent"
}

func (k fact[V]) read(r *reader, n, _ *node, into *arch.Fact[V]) {
	n = deref(n)
	if n.Kind != mappingNode {
		k.readValue(r, n, into)
		return
	}
	m := r.mapping(n, false, "")
	if m == nil {
		return
	}
	var value *node
	var told place
	for i := 0; i+1 < len(m.Content); i += 2 {
		name, ok := r.key(m.Content[i])
		if !ok {
			continue
		}
		slot := &value
		switch name {
		case "value":
		case atKey:
			slot = &told.at
		case sourceKey:
			slot = &told.source
		default:
			err := r.fail(m.Content[i], quote(name)+" is no key of a fact", "value, at, source")
			err.Suggestion = didYouMean(spelling.Nearest(name, []string{"value", atKey, sourceKey}))
			continue
		}
		if *slot != nil {
			r.duplicate(m, i, name)
			continue
		}
		*slot = m.Content[i+1]
	}
	if value == nil {
		r.fail(n, `this has no "value"`, "a fact, or {value: …, at: …, source: …} where its origin is told; the fact is "+k.alternatives())
		return
	}
	k.readValue(r, deref(value), into)
	if into.Known() {
		into.Pos = r.place(told, into.Pos)
	}
}

func (k fact[V]) readValue(r *reader, n *node, into *arch.Fact[V]) {
	if n.Kind != scalarNode {
		r.wrong(n, k.alternatives())
		return
	}
	if r.tagged(n) {
		return
	}
	if !k.noFalse && isFalse(n) {
		*into = arch.Fact[V]{State: arch.Absent, Pos: r.pos(n)}
		return
	}
	value, problem := k.parse(n)
	if problem != "" {
		err := r.fail(n, problem, k.alternatives())
		err.Suggestion = k.suggest(n)
		return
	}
	*into = arch.At(value, r.pos(n))
}

func (k fact[V]) write(w *writer, from *arch.Fact[V]) *tree {
	if !from.Known() {
		return nil
	}
	value := bare("false")
	if from.Is() {
		value = k.print(from.Value)
	}
	return w.told(value, from.Pos)
}

func (k fact[V]) schema(s *schemas) *tree {
	build := func() *tree {
		value := k.scalar.schema()
		if !k.noFalse {
			value = anyOf(value, object1("const", bare("false")))
		}
		long := newMapping().add("type", word("object"))
		long.add("properties", newMapping().
			add("value", described("The fact itself.", value)).
			add(atKey, described("Where it was found: path:line or path:line:column.", s.at())).
			add(sourceKey, described("What kind of input it was found in.", s.source())))
		long.add("required", list1("value")).add("additionalProperties", bare("false"))
		return anyOf(value, long)
	}
	if k.name == "" {
		return build()
	}
	return s.define("fact-"+k.name, build)
}

// value is a scalar without a state of its own: a name, a reason, a date.
type value[V any] struct {
	scalar[V]
	then func(r *reader, n *node, v V) // may be nil: notes a reference, or checks further
	none func(V) bool                  // whether there is nothing to print
}

func name() value[string] {
	return value[string]{scalar: text(), none: func(v string) bool { return v == "" }}
}

func (k value[V]) noting(then func(r *reader, n *node, v V)) value[V] { k.then = then; return k }

func (k value[V]) read(r *reader, n, _ *node, into *V) {
	n = deref(n)
	if n.Kind == scalarNode && r.tagged(n) {
		return
	}
	problem := "found " + describe(n)
	var v V
	if n.Kind == scalarNode {
		v, problem = k.parse(n)
	}
	if problem != "" {
		err := r.fail(n, problem, k.accepted)
		err.Suggestion = k.suggest(n)
		return
	}
	*into = v
	if k.then != nil {
		k.then(r, n, v)
	}
}

func (k value[V]) write(_ *writer, from *V) *tree {
	if k.none(*from) {
		return nil
	}
	return k.print(*from)
}

func (k value[V]) schema(s *schemas) *tree { return s.define(k.name, k.scalar.schema) }
