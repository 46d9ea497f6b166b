package manifest

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Schema is the JSON Schema (draft 2020-12) of a manifest, made from the table that the reader reads by. Editors
// complete and explain keys with it. The same vocabulary gives the same bytes.
func Schema(vocab Vocabulary) []byte {
	s := &schemas{}
	document := documentOf(vocab).schema(s)
	t := newMapping().
		add("$schema", word("https://json-schema.org/draft/2020-12/schema")).
		add("$id", word("https://distcheck.dev/schema/services-v1.json")).
		add("title", word("distcheck manifest, version 1")).
		merge(document)
	definitions := newMapping()
	slices.Sort(s.names)
	for _, name := range s.names {
		definitions.add(name, s.built[name])
	}
	return append(t.add("$defs", definitions).json(nil, ""), '\n')
}

// schemas collects the definitions that a schema refers to.
type schemas struct {
	names []string
	built map[string]*tree
}

// define builds a named part of the schema once, and refers to it.
func (s *schemas) define(name string, build func() *tree) *tree {
	if s.built == nil {
		s.built = make(map[string]*tree)
	}
	if s.built[name] == nil {
		s.names = append(s.names, name)
		s.built[name] = newMapping() // so that a kind that holds itself ends
		s.built[name] = build()
	}
	return object1("$ref", word("#/$defs/"+name))
}

func (s *schemas) at() *tree {
	return s.define("place", func() *tree {
		return object2("type", word("string"), "pattern", word(`^[\s\S]+:[0-9]{1,9}$`))
	})
}

func (s *schemas) source() *tree {
	return s.define("source", func() *tree {
		names := newList()
		for _, source := range arch.Sources() {
			names.items = append(names.items, word(string(source)))
		}
		return object1("enum", names)
	})
}

// described puts what a key means before how its value is made.
func described(doc string, schema *tree) *tree {
	return newMapping().add("description", word(doc)).merge(schema)
}

// merge appends the keys of another mapping.
func (t *tree) merge(other *tree) *tree {
	for i, key := range other.keys {
		if slices.Contains(t.keys, key) {
			continue // the outer description is the one that fits the place
		}
		t.add(key, other.items[i])
	}
	return t
}
