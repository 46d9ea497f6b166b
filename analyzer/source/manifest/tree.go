package manifest

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tree is a document to be printed, as YAML or as JSON: a mapping whose keys have an order, a list, or a scalar.
//
// It prints itself rather than through yaml.v3: what the printer writes, every YAML reader must read back, names with
// control characters, line separators or byte order marks among it, and long lines must stay lines.
type tree struct {
	shape shape
	text  string   // of scalars
	keys  []string // of mappings
	items []*tree  // of mappings and lists
}

type shape uint8

const (
	quotable  shape = iota // text: quoted where it must be
	literal                // true, false or a number: never quoted
	plainText              // text: quoted in JSON, never in YAML
	mapping
	sequence
)

func word(text string) *tree      { return &tree{text: text} }
func bare(text string) *tree      { return &tree{shape: literal, text: text} }
func plainWord(text string) *tree { return &tree{shape: plainText, text: text} }
func newMapping() *tree           { return &tree{shape: mapping} }
func newList() *tree              { return &tree{shape: sequence} }

func object1(key string, value *tree) *tree { return newMapping().add(key, value) }
func object2(k1 string, v1 *tree, k2 string, v2 *tree) *tree {
	return object1(k1, v1).add(k2, v2)
}
func object3(k1 string, v1 *tree, k2 string, v2 *tree, k3 string, v3 *tree) *tree {
	return object2(k1, v1, k2, v2).add(k3, v3)
}
func list1(words ...string) *tree {
	l := newList()
	for _, text := range words {
		l.items = append(l.items, word(text))
	}
	return l
}
func anyOf(of ...*tree) *tree {
	l := newList()
	l.items = of
	return object1("anyOf", l)
}

// add appends a key to a mapping; a nil value is left out.
func (t *tree) add(key string, value *tree) *tree {
	if value != nil {
		t.keys = append(t.keys, key)
		t.items = append(t.items, value)
	}
	return t
}

func (t *tree) isScalar() bool { return t.shape < mapping }

// json appends the tree as indented JSON.
func (t *tree) json(out []byte, indent string) []byte {
	switch {
	case t.shape == literal:
		return append(out, t.text...)
	case t.isScalar():
		return appendJSONString(out, t.text)
	}
	open, shut := byte('{'), byte('}')
	if t.shape == sequence {
		open, shut = '[', ']'
	}
	if len(t.items) == 0 {
		return append(out, open, shut)
	}
	out = append(out, open)
	for i, item := range t.items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, '\n'), indent...)
		out = append(out, "  "...)
		if t.shape == mapping {
			out = append(appendJSONString(out, t.keys[i]), ": "...)
		}
		out = item.json(out, indent+"  ")
	}
	out = append(append(out, '\n'), indent...)
	return append(out, shut)
}

// appendJSONString escapes what JSON must have escaped and what a reader of YAML would take for a line break or
// refuse: exported JSON is read back by the YAML reader.
func appendJSONString(out []byte, text string) []byte {
	return appendEscaped(out, text, false)
}

func appendEscaped(out []byte, text string, yaml bool) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for _, r := range text { // what is not UTF-8 becomes U+FFFD: neither format can have it
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r == '\n':
			out = append(out, `\n`...)
		case r == '\t':
			out = append(out, `\t`...)
		case r == '\r':
			out = append(out, `\r`...)
		case r >= 0x20 && r < 0x7f || unicode.IsGraphic(r) && (r == ' ' || !unicode.IsSpace(r)):
			out = utf8.AppendRune(out, r)
		case r <= 0xffff:
			out = append(out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		case yaml:
			out = append(out, `\U00`...)
			for shift := 20; shift >= 0; shift -= 4 {
				out = append(out, hex[r>>shift&15])
			}
		default:
			high, low := 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff
			for _, half := range []rune{high, low} {
				out = append(out, '\\', 'u', hex[half>>12&15], hex[half>>8&15], hex[half>>4&15], hex[half&15])
			}
		}
	}
	return append(out, '"')
}

// lineWidth is how long a line may get by writing things beside each other.
const lineWidth = 110

// yaml appends the entries of a mapping or list, each on lines of its own that begin with indent.
func (t *tree) yaml(out []byte, indent string) []byte {
	for i, item := range t.items {
		out = append(out, indent...)
		deeper := indent + "  "
		head := "-"
		if t.shape == mapping {
			key := yamlText(t.keys[i], false)
			if len(key) > 1000 {
				// YAML reads longer keys only where a question mark announces them.
				out = append(append(append(append(out, "? "...), key...), '\n'), indent...)
				key = ""
			}
			head = key + ":"
		}
		out = append(out, head...)
		switch {
		case item.isScalar():
			out = append(append(append(out, ' '), yamlScalar(item, false)...), '\n')
		case len(item.items) == 0, item.fits(lineWidth - len(indent) - len(head)):
			out = append(item.flow(append(out, ' ')), '\n')
		case t.shape == sequence && item.shape == mapping:
			// The first key stands beside the dash.
			start := len(out)
			out = item.yaml(out, deeper)
			out = slices.Replace(out, start, start+len(deeper), ' ')
		default:
			out = item.yaml(append(out, '\n'), deeper)
		}
	}
	return out
}

// fits reports whether the tree is better written in one line: short, and nothing in it has parts of parts.
func (t *tree) fits(width int) bool {
	for _, item := range t.items {
		for _, part := range item.items {
			if !part.isScalar() {
				return false
			}
		}
	}
	if len(t.items) > width/4 {
		return false
	}
	return utf8.RuneCount(t.flow(nil)) < width
}

// isFlat reports whether all parts are scalars. What is not begins a chapter of its own at the top of a document.
func (t *tree) isFlat() bool {
	return !slices.ContainsFunc(t.items, func(item *tree) bool { return !item.isScalar() })
}

// flow appends the tree in one line, in brackets.
func (t *tree) flow(out []byte) []byte {
	if t.isScalar() {
		return append(out, yamlScalar(t, true)...)
	}
	open, shut := byte('{'), byte('}')
	if t.shape == sequence {
		open, shut = '[', ']'
	}
	out = append(out, open)
	for i, item := range t.items {
		if i > 0 {
			out = append(out, ", "...)
		}
		if t.shape == mapping {
			out = append(append(out, yamlText(t.keys[i], true)...), ": "...)
		}
		out = item.flow(out)
	}
	return append(out, shut)
}

func yamlScalar(t *tree, flow bool) string {
	if t.shape == quotable {
		return yamlText(t.text, flow)
	}
	return t.text
}

func yamlText(text string, flow bool) string {
	if plain(text, flow) {
		return text
	}
	return string(appendEscaped(nil, text, true))
}

// plain reports whether every YAML reader takes text for itself without quotes. Rather too few than too many: marks
// are allowed inside a word only, braces and colons only outside of brackets.
func plain(text string, flow bool) bool {
	if text == "" || !isText(text) || slices.Contains([]string{"y", "n", "yes", "no", "on", "off"}, strings.ToLower(text)) {
		return false
	}
	for i, r := range text {
		switch {
		case r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '/' || r == '_'):
		case r >= 0xa1 && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		case i > 0 && (r == '.' || r == '-' || r == '+'):
		case i > 0 && r == '%' && i == len(text)-1:
		case i > 0 && r == ' ' && i < len(text)-1 && text[i-1] != ' ':
		case i > 0 && !flow && (r == '{' || r == '}'):
		case i > 0 && !flow && r == ':' && i < len(text)-1 && text[i+1] != ' ' && !(text[0] >= '0' && text[0] <= '9'):
		default:
			return false
		}
	}
	return true
}
