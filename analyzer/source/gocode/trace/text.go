package trace

import (
	"path"
	"slices"
	"strconv"
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

func unknownText() target { return target{text: "{}", holes: []hole{{}}} }

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
		return []target{unknownText()}
	}
	v = m.plain(v)
	for _, id := range v {
		a := m.atoms[id]
		switch a.kind {
		case kNil:
		case kConst:
			if a.text == `"` && m.isData(v) {
				continue // the text beside an error, or before there is one: nobody asks for it
			}
			add(target{text: strings.TrimPrefix(a.text, `"`)})
		case kEnv, kFlag, kField:
			add(target{text: "{}", holes: []hole{{a.kind, a.text}}})
		case kText:
			if a.typ == reference {
				for _, t := range m.referred(a, depth) {
					add(t)
				}
				continue
			}
			parts := []target{{}}
			for _, arg := range a.args {
				options := m.textsIn(arg, depth+1)
				if len(options)*len(parts) > maxTexts {
					options = writtenOut(options)
					for _, o := range options {
						m.presets[o.text] = true
					}
				}
				if len(options) == 0 || len(options)*len(parts) > maxTexts {
					options = []target{unknownText()}
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
			if a.typ == urlType || strings.HasSuffix(m.objects[a.obj].typ, urlType) && a.text == "" {
				for _, t := range m.urlOf(a, depth) {
					add(t)
				}
				continue
			}
			add(unknownText())
		case kCame:
			add(target{text: "/{}", holes: []hole{{kind: kCame}}})
		case kVar:
			if a.text == anyPath {
				add(target{text: "/{}", holes: []hole{{kVar, anyPath}}})
				continue
			}
			parts, ok := m.urlPart(a, depth)
			if !ok {
				parts = []target{unknownText()}
			}
			for _, t := range parts {
				add(t)
			}
		default:
			add(unknownText())
		}
	}
	return out
}

// isData reports whether a value may be something that came with a request, out of a library, or was put together.
func (m *machine) isData(v value) bool {
	return slices.ContainsFunc(v, func(id int32) bool {
		a := m.atoms[id]
		return a.kind != kConst && a.kind != kNil && !configuration(a)
	})
}

// writtenOut are the texts that are known as a whole: beside what is configured, its default.
func writtenOut(texts []target) []target {
	return slices.DeleteFunc(texts, func(t target) bool { return len(t.holes) > 0 })
}

// text makes a text from a library function's arguments.
func (m *machine) text(fact *library.Fact, args []value) value {
	constant := func(s string) value { return m.one(atom{kind: kConst, text: `"` + s}) }
	var parts []value
	switch fact.Does {
	case "last":
		return m.lastOf(m.arg(fact, "of", 0, args))
	case "url":
		return m.arg(fact, "of", 0, args)
	case "refer":
		return m.one(atom{kind: kText, typ: reference, args: []value{m.orUnknown(m.arg(fact, "of", 0, args)), m.orUnknown(m.arg(fact, "to", 1, args))}})
	case "replace":
		return m.replace(m.arg(fact, "of", 0, args), m.arg(fact, "old", 1, args), m.arg(fact, "new", 2, args))
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
					operand := operands[0]
					if verb == 'T' {
						operand = m.ofType(m.typed(operand), "string")
					}
					parts = append(parts, m.orUnknown(operand))
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
	if text, ok := m.writtenText(parts); ok && fact.Does == "format" {
		return constant(text)
	}
	return m.one(atom{kind: kText, args: parts})
}

// writtenText is a text whose parts are all written out.
func (m *machine) writtenText(parts []value) (string, bool) {
	var b strings.Builder
	for _, part := range parts {
		text, ok := m.str(part)
		if !ok {
			return "", false
		}
		b.WriteString(text)
	}
	return b.String(), true
}

// addition is the text that a call adds to a builder.
func (m *machine) addition(fact *library.Fact, args []value) value {
	if _, ok := fact.Arg("format"); ok {
		return m.text(&library.Fact{Does: "format", Args: fact.Args}, args)
	}
	if _, ok := fact.Arg("template"); ok {
		return m.templated(m.arg(fact, "template", 0, args))
	}
	text := m.arg(fact, "text", 1, args)
	if n, ok := m.constant(text); ok && !strings.HasPrefix(n, `"`) { // a byte or a rune
		if r, err := strconv.ParseInt(n, 10, 32); err == nil {
			return m.one(atom{kind: kConst, text: `"` + string(rune(r))})
		}
	}
	return text
}

// templated is what a template makes: what it has in braces is not known.
func (m *machine) templated(template value) value {
	var out value
	for _, id := range m.plain(template) {
		a := m.atoms[id]
		if a.kind != kLib || !strings.HasSuffix(a.text, ".Parse") || len(a.args) < 2 {
			return m.unknown("string")
		}
		text, ok := m.str(a.args[1])
		if !ok {
			return m.unknown("string")
		}
		var parts []value
		for text != "" {
			before, rest, _ := strings.Cut(text, "{{")
			parts = append(parts, m.one(atom{kind: kConst, text: `"` + before}))
			_, after, open := strings.Cut(rest, "}}")
			if open {
				parts = append(parts, m.unknown("string"))
			}
			text = after
		}
		out = join(out, m.one(atom{kind: kText, args: parts}))
	}
	return m.orUnknown(out)
}

// replace is a text with each occurrence of another one replaced. Where the other one may be in a part that is not known,
// the text is left as it is.
func (m *machine) replace(of, old, by value) value {
	was, ok := m.str(old)
	if !ok && m.isWithout(of, old) {
		return of
	}
	if !ok || was == "" {
		return m.unknown("string")
	}
	var parts []value
	for _, piece := range m.pieces(of) {
		text, ok := m.str(piece)
		if !ok {
			parts = append(parts, m.orUnknown(m.cut(piece)))
			continue
		}
		for i, between := range strings.Split(text, was) {
			if i > 0 {
				parts = append(parts, m.orUnknown(by))
			}
			parts = append(parts, m.one(atom{kind: kConst, text: `"` + between}))
		}
	}
	return m.one(atom{kind: kText, args: parts})
}

// isWithout reports whether texts lack another one, of which only a part is known: {NAME}, say. What is configured is taken
// to lack it.
func (m *machine) isWithout(texts, other value) bool {
	known := ""
	for _, piece := range m.pieces(other) {
		if text, ok := m.str(piece); ok && len(text) > len(known) {
			known = text
		}
	}
	return known != "" && len(texts) > 0 && !slices.ContainsFunc(m.plain(texts), func(id int32) bool {
		a := m.atoms[id]
		return !configuration(a) && (a.kind != kConst || strings.Contains(a.text, known))
	})
}

// firstByte is what a text begins with, as a number.
func (m *machine) firstByte(v value) (value, bool) {
	for _, piece := range m.pieces(v) {
		text, ok := m.str(piece)
		if !ok {
			return nil, false
		}
		if text != "" {
			return m.one(atom{kind: kConst, text: strconv.Itoa(int(text[0]))}), true
		}
	}
	return nil, false
}

// lastOf is the last element of a path. The name that a program was started by, and one that is configured, stay what
// they come from.
func (m *machine) lastOf(v value) value {
	var out value
	for _, id := range m.plain(v) {
		switch a := m.atoms[id]; {
		case a.kind == kConst:
			out = join(out, m.one(atom{kind: kConst, text: `"` + path.Base(strings.TrimPrefix(a.text, `"`))}))
		case a.kind == kArg || configuration(a):
			out = join(out, value{id})
		default:
			out = join(out, m.unknown("string"))
		}
	}
	return out
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
			element := m.at(a.obj, a.text+key)
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
