package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
)

// target is a text as far as it is known: "{}" stands for each part that is not.
type target struct {
	text  string
	holes []hole
}

// hole is what an unknown part of a text comes from.
type hole struct {
	kind kind
	name string
}

// maxTexts is how many different texts one value may be; more mean nothing.
const maxTexts = 6

// texts are the texts that a value may be; nil where it may be any.
func (m *machine) texts(v value) []target {
	out := m.textsIn(v, 0)
	if len(out) > maxTexts {
		return nil
	}
	return out
}

func (m *machine) textsIn(v value, depth int) []target {
	var out []target
	add := func(t target) {
		if !slices.ContainsFunc(out, func(o target) bool { return o.text == t.text && slices.Equal(o.holes, t.holes) }) {
			out = append(out, t)
		}
	}
	if depth > maxDepth {
		return []target{{text: "{}", holes: []hole{{}}}}
	}
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		switch a.kind {
		case kNil:
		case kConst:
			add(target{text: strings.TrimPrefix(a.text, `"`)})
		case kEnv, kFlag, kField:
			add(target{text: "{}", holes: []hole{{a.kind, a.text}}})
		case kText:
			parts := []target{{}}
			for _, arg := range a.args {
				options := m.textsIn(arg, depth+1)
				if len(options)*len(parts) > maxTexts {
					options = writtenOut(options)
				}
				if len(options) == 0 || len(options)*len(parts) > maxTexts {
					options = []target{{text: "{}", holes: []hole{{}}}}
				}
				var next []target
				for _, p := range parts {
					for _, o := range options {
						next = append(next, target{p.text + o.text, slices.Concat(p.holes, o.holes)})
					}
				}
				parts = next
			}
			for _, p := range parts {
				add(p)
			}
		case kLoc:
			if a.typ == "net/url.URL" || strings.HasSuffix(m.objects[a.obj].typ, "net/url.URL") && a.text == "" {
				for _, t := range m.urlOf(a, depth) {
					add(t)
				}
				continue
			}
			add(target{text: "{}", holes: []hole{{}}})
		case kTyped:
		case kVar:
			if a.text == anyPath {
				add(target{text: "/{}", holes: []hole{{kVar, anyPath}}})
				continue
			}
			if a.text == ".Host" && len(a.args) == 1 {
				for _, t := range m.textsIn(a.args[0], depth+1) {
					add(hostOf(t))
				}
				continue
			}
			add(target{text: "{}", holes: []hole{{}}})
		default:
			add(target{text: "{}", holes: []hole{{}}})
		}
	}
	return out
}

// writtenOut are the texts that are known as a whole: beside what is configured, its default.
func writtenOut(texts []target) []target {
	return slices.DeleteFunc(texts, func(t target) bool { return len(t.holes) > 0 })
}

// urlOf is the text of a url.URL made field by field.
func (m *machine) urlOf(a atom, depth int) []target {
	heap := m.objects[a.obj].heap
	part := func(field string) []target {
		return m.textsIn(heap[a.text+"."+field], depth+1)
	}
	host, path := part("Host"), part("Path")
	if len(host) == 0 && len(heap[a.text+".Scheme"]) == 0 {
		return path
	}
	if len(host) == 0 {
		host = []target{{text: "{}", holes: []hole{{}}}}
	}
	if len(path) == 0 {
		path = []target{{}}
	}
	var out []target
	for _, h := range host {
		for _, p := range path {
			if p.text != "" && !strings.HasPrefix(p.text, "/") {
				p.text = "/" + p.text
			}
			out = append(out, target{"http://" + h.text + p.text, slices.Concat(h.holes, p.holes)})
		}
	}
	return out
}

// text makes a text from a library function's arguments.
func (m *machine) text(fact *library.Fact, args []value) value {
	constant := func(s string) value { return m.one(atom{kind: kConst, text: `"` + s}) }
	var parts []value
	switch fact.Does {
	case "lookup":
		return m.unknown("string")
	case "url":
		return m.arg(fact, "of", 0, args)
	case "format":
		if len(args) < 2 {
			return m.unknown("string")
		}
		operands := m.list(args[len(args)-1])
		for _, piece := range m.pieces(m.arg(fact, "format", 0, args)) {
			format, ok := m.str(piece)
			if !ok { // a format with a configured part
				parts = append(parts, m.orUnknown(piece))
				continue
			}
			for {
				before, verb, rest, found := cutVerb(format)
				parts = append(parts, constant(before))
				if !found {
					break
				}
				if verb == '%' {
					parts = append(parts, constant("%"))
				} else if len(operands) > 0 {
					parts = append(parts, m.orUnknown(operands[0]))
					operands = operands[1:]
				} else {
					parts = append(parts, value{0})
				}
				format = rest
			}
		}
	case "join", "concat":
		sep := "/"
		if s, ok := fact.Args["sep"]; ok {
			sep = s
		}
		var operands []value
		if _, ok := fact.Arg("list"); ok {
			sep, _ = m.str(args[len(args)-1])
			operands = m.list(m.arg(fact, "list", 0, args))
		} else {
			for i, v := range args {
				if i == len(args)-1 && m.isCollection(v) {
					operands = append(operands, m.list(v)...)
				} else {
					operands = append(operands, v)
				}
			}
		}
		if fact.Does == "concat" {
			sep = ""
		}
		for i, v := range operands {
			if i > 0 {
				parts = append(parts, constant(sep))
			}
			parts = append(parts, m.orUnknown(v))
		}
	}
	return m.one(atom{kind: kText, args: parts})
}

// pieces are the parts that a text was put together from.
func (m *machine) pieces(v value) []value {
	if v = m.plain(v); len(v) == 1 && m.atoms[v[0]].kind == kText {
		var out []value
		for _, arg := range m.atoms[v[0]].args {
			out = append(out, m.pieces(arg)...)
		}
		return out
	}
	return []value{v}
}

// cutVerb cuts a format at its first verb.
func cutVerb(format string) (before string, verb byte, rest string, found bool) {
	i := strings.IndexByte(format, '%')
	if i < 0 {
		return format, 0, "", false
	}
	k := i + 1
	for k < len(format) && strings.IndexByte("+-# 0123456789.[]*", format[k]) >= 0 {
		k++
	}
	if k == len(format) {
		return format, 0, "", false
	}
	return format[:i], format[k], format[k+1:], true
}

func (m *machine) isCollection(v value) bool {
	for _, id := range m.plain(v) {
		if a := m.atoms[id]; a.kind == kLoc && len(m.elements(a.obj, a.text)) > 0 {
			return true
		}
	}
	return false
}

// listOrOne are the elements of a collection, or what is none.
func (m *machine) listOrOne(v value) []value {
	if len(v) == 0 || m.isCollection(v) {
		return m.list(v)
	}
	return []value{v}
}

// list are the elements of a collection in order.
func (m *machine) list(v value) []value {
	var out []value
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		if a.kind != kLoc {
			continue
		}
		for i, key := range m.elements(a.obj, a.text) {
			element := m.objects[a.obj].heap[a.text+key]
			if len(element) == 0 {
				element = m.loc(a.obj, a.text+key, "")
			}
			if i < len(out) {
				out[i] = join(out[i], element)
			} else {
				out = append(out, element)
			}
		}
	}
	return out
}
