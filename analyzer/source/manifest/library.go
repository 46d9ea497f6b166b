package manifest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

const funcAccepted = "the full name of a function, as in example.com/rpc.Call or (*example.com/rpc.Client).Call"

// libraryOf is what one function of a library does.
func libraryOf() library {
	parts, verbs := arch.LibraryParts(), arch.LibraryVerbs()
	names, docs := make([]string, len(verbs)), make([]string, len(verbs))
	for i, verb := range verbs {
		names[i], docs[i] = verb.Name, verb.Name+" "+verb.Doc
	}
	o := object[arch.Library]{
		name: "library function", doc: "What one function of a library does. Arguments count from 0; a method's receiver is argument 0.",
		pos: func(l *arch.Library) *arch.Pos { return &l.Pos },
		fields: []field[arch.Library]{
			key("func", "Its full name: example.com/rpc.Call, (*example.com/rpc.Client).Call.", name().noting(func(r *reader, n *node, v string) {
				if _, ok := arch.FuncNameOf(v); !ok {
					r.fail(n, quote(v)+" is no full name of a function", funcAccepted)
				}
			}), func(l *arch.Library) *string { return &l.Func }).
				required("func: the full name of the function, as in (*example.com/rpc.Client).Call"),
			key("does", "What it does: "+strings.Join(docs, ". ")+".", value[string]{scalar: oneOf("verb", names...), none: func(v string) bool { return v == "" }}, func(l *arch.Library) *string { return &l.Does }).required("does: what the function does, as in call or route"),
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
	return library{newObject(o), parts, verbs}
}

// library is a function whose parts fit what it does.
type library struct {
	*object[arch.Library]
	parts []arch.LibraryPart
	verbs []arch.LibraryVerb
}

func (k library) read(r *reader, n, under *node, into *arch.Library) {
	errors := len(r.log.errors)
	k.object.read(r, n, under, into)
	at := slices.IndexFunc(k.verbs, func(v arch.LibraryVerb) bool { return v.Name == into.Does })
	if at < 0 || len(r.log.errors) > errors {
		return
	}
	verb := k.verbs[at]
	takes := append(slices.Concat(verb.Needs...), verb.Takes...)
	wants := "func and does alone"
	if len(takes) > 0 {
		wants = "of " + verb.Name + ": " + strings.Join(takes, ", ")
	}
	for i := range into.Parts {
		part, given := k.parts[i], &into.Parts[i]
		if !given.Known() {
			continue
		}
		wrong := &Error{Pos: given.Pos, width: len([]rune(given.Value))}
		_, _, isField := arch.FieldOf(given.Value)
		accepted := "0, 1, 2, …: the argument that is the " + part.Name
		if part.Field {
			accepted += ", or a field of it, as in 0.Addr"
		}
		switch argument, err := strconv.Atoi(given.Value); {
		case !slices.Contains(takes, part.Name):
			wrong.Message, wrong.Accepted = quote(part.Name)+" is no part of "+quote(verb.Name), wants
		case given.Is() && (err == nil && argument < 0 || err != nil && !part.Word && !(part.Field && isField)):
			wrong.Message, wrong.Accepted = quote(given.Value)+" is no number of an argument", accepted+"; a method's receiver is argument 0"
		default:
			continue
		}
		r.log.add(wrong)
	}
	for _, group := range verb.Needs {
		if !slices.ContainsFunc(group, func(part string) bool { _, ok := into.Part(part); return ok }) {
			err := r.fail(deref(n), quote(verb.Name)+" needs "+quotedOr(group), "the number of the argument that it is, as in "+group[0]+": 1; a method's receiver is argument 0")
			err.width = 0
		}
	}
}

// quotedOr is "a", "b" or "c".
func quotedOr(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = quote(word)
	}
	if last := len(quoted) - 1; last > 0 {
		return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
	}
	return quoted[0]
}
