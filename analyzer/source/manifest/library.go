package manifest

import "github.com/distcheck/distcheck/analyzer/arch"

// libraryOf is what one function of a library does.
func libraryOf() *object[arch.Library] {
	parts := arch.LibraryParts()
	o := object[arch.Library]{
		name: "library function", doc: "What one function of a library does. Arguments count from 0; a method's receiver is argument 0.",
		pos: func(l *arch.Library) *arch.Pos { return &l.Pos },
		fields: []field[arch.Library]{
			key("func", "Its full name: example.com/rpc.Call, (*example.com/rpc.Client).Call.", name(), func(l *arch.Library) *string { return &l.Func }).
				required("func: the full name of the function, as in (*example.com/rpc.Client).Call"),
			key("does", "What it does.", value[string]{scalar: oneOf("verb", arch.LibraryVerbs()...), none: func(v string) bool { return v == "" }}, func(l *arch.Library) *string { return &l.Does }).required("does: what the function does, as in call or route"),
		},
	}
	for i, part := range parts {
		o.fields = append(o.fields, key(part.Name, part.Doc, of(text()), func(l *arch.Library) *arch.Fact[string] {
			if l.Parts == nil {
				l.Parts = make([]arch.Fact[string], len(parts))
			}
			return &l.Parts[i]
		}))
	}
	return newObject(o)
}
