package manifest

import (
	"strings"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// reader reads one manifest. It collects what is wrong and reads on.
type reader struct {
	files    *arch.Files
	file     *arch.File
	limits   Limits
	log      *log
	declares bool  // Go code is read too: what was found in code is told by it
	defaults *node // the mapping that applies to services, nil where there is none
	spent    int   // values taken from defaults
	sizes    map[*node]int
	service  string      // being read
	refs     []reference // names that must be known once all files are read
}

// log is the errors of all files of one run.
type log struct {
	limit  int
	errors Errors
	full   bool // the limit is reached: readers stop as soon as they see it
}

func (l *log) add(err *Error) *Error {
	if l.full {
		return err
	}
	l.errors = append(l.errors, err)
	l.full = len(l.errors) >= l.limit
	return err
}

func (r *reader) pos(n *node) arch.Pos {
	return arch.Pos{File: r.file, Line: int32(n.Line), Column: int32(n.Column)}
}

// fail notes an error at a node. The error may be completed by the caller.
func (r *reader) fail(n *node, message, accepted string) *Error {
	return r.log.add(&Error{Pos: r.pos(n), Message: message, Accepted: accepted, width: width(n)})
}

func width(n *node) int {
	if n.Kind != scalarNode {
		return 1
	}
	if isQuoted(n) {
		return utf8.RuneCountInString(n.Value) + 2
	}
	return max(utf8.RuneCountInString(n.Value), 1)
}

// wrong notes that something else stands where accepted is accepted.
func (r *reader) wrong(n *node, accepted string) *Error {
	return r.fail(n, "found "+describe(n), accepted)
}

func describe(n *node) string {
	switch {
	case n.Kind == mappingNode:
		return "a mapping"
	case n.Kind == sequenceNode:
		return "a list"
	case isTagged(n):
		return "the tag " + quote(n.Tag)
	case isNull(n):
		return "nothing"
	case n.Tag == "!!bool":
		return strings.ToLower(n.Value)
	case n.Tag == "!!int" || n.Tag == "!!float":
		return "the number " + quote(n.Value)
	case n.Tag == "!!timestamp":
		return "the date " + quote(n.Value)
	case n.Value == "":
		return "empty text"
	}
	return "the text " + quote(n.Value)
}

// tagged reports, and notes as an error, a tag such as !foo or !!int: they have no meaning in a manifest.
func (r *reader) tagged(n *node) bool {
	if !isTagged(n) || n.Tag == "!!str" || n.Tag == "!!map" || n.Tag == "!!seq" {
		return false
	}
	r.fail(n, "found the tag "+quote(n.Tag), "values without tags")
	return true
}

// text reads a scalar that stands for itself: "1.10" stays "1.10".
func textOf(n *node) (string, bool) {
	if n.Kind != scalarNode || n.Value == "" {
		return "", false
	}
	switch n.Tag {
	case "!!str", "!!int", "!!float", "!!timestamp":
		return n.Value, true
	}
	return "", false
}

// mapping returns what n stands for as a mapping without merge keys; nil, after noting an error, if it is none.
// Nothing at all ("catalog:") is an empty mapping if empty says so.
func (r *reader) mapping(n *node, empty bool, accepted string) *node {
	n = deref(n)
	if r.tagged(n) {
		return nil
	}
	if empty && isNull(n) {
		return &node{Kind: mappingNode, Line: n.Line, Column: n.Column}
	}
	if n.Kind != mappingNode {
		r.wrong(n, accepted)
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			return r.flatten(n)
		}
	}
	return n
}

// flatten is a mapping with what its merge keys name: its own keys win, then the mappings that are named first.
// The survey has made sure that this ends.
func (r *reader) flatten(n *node) *node {
	flat := &node{Kind: mappingNode, Line: n.Line, Column: n.Column}
	has := make(map[string]bool, len(n.Content)/2)
	var bases []*node
	merges := 0
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], deref(n.Content[i+1])
		if key.Tag != "!!merge" {
			flat.Content = append(flat.Content, key, n.Content[i+1])
			has[deref(key).Value] = true
			continue
		}
		if merges++; merges > 1 {
			r.fail(key, `"<<" stands twice in one mapping`, "one <<, of a mapping or of a list of mappings")
			continue
		}
		if value.Kind == sequenceNode {
			bases = append(bases, value.Content...)
		} else {
			bases = append(bases, value)
		}
	}
	for _, base := range bases {
		base = deref(base)
		if base.Kind != mappingNode {
			r.wrong(base, "a mapping, or a list of mappings, to merge")
			continue
		}
		base = r.mapping(base, false, "")
		if base == nil {
			continue
		}
		for i := 0; i+1 < len(base.Content); i += 2 {
			if name := deref(base.Content[i]).Value; !has[name] {
				has[name] = true
				flat.Content = append(flat.Content, base.Content[i], base.Content[i+1])
			}
		}
	}
	return flat
}

// key returns a key's text; false, after noting an error, where it is none.
func (r *reader) key(n *node) (string, bool) {
	n = deref(n)
	if n.Kind == scalarNode && !isTagged(n) {
		if n.Tag == "!!bool" && n.Value != "" {
			return n.Value, true // a service may be called "true": keys are text
		}
		if text, ok := textOf(n); ok {
			return text, true
		}
	}
	r.wrong(n, "text as a key")
	return "", false
}

// spend accounts for a value that the service at n takes from the defaults, and reports whether it may.
func (r *reader) spend(n, value *node) bool {
	if r.spent > r.limits.Nodes {
		return false
	}
	r.spent += r.size(value)
	if r.spent > r.limits.Nodes {
		r.fail(n, "up to here the defaults add more than "+itoa(r.limits.Nodes)+" values",
			"defaults that add up to "+itoa(r.limits.Nodes)+" values (the limit on aliases and defaults)")
		r.log.full = true
		return false
	}
	return true
}

// size is how many nodes a value of the defaults has, counted once.
func (r *reader) size(n *node) int {
	n = deref(n)
	if len(n.Content) == 0 {
		return 1
	}
	if size, ok := r.sizes[n]; ok {
		return size
	}
	size := 1
	for _, child := range n.Content {
		size += r.size(child)
	}
	if r.sizes == nil {
		r.sizes = make(map[*node]int)
	}
	r.sizes[n] = size
	return size
}

// place is the `at` and `source` of something whose origin is told.
type place struct{ at, source *node }

// pos is the position that the keys tell, or fallback.
func (r *reader) place(p place, fallback arch.Pos) arch.Pos {
	if p.at == nil && p.source == nil {
		return fallback
	}
	source := arch.Manifest
	if p.source != nil {
		n := deref(p.source)
		kind := sourceType()
		got, problem := arch.Source(""), "found "+describe(n)
		if n.Kind == scalarNode && !isTagged(n) {
			got, problem = kind.parse(n)
		}
		if problem != "" {
			err := r.fail(n, problem, kind.accepted)
			if !isTagged(n) {
				err.Suggestion = kind.suggest(n)
			}
		} else {
			source = got
		}
	}
	dropped := r.declares && source == arch.Go
	if p.at == nil {
		if dropped {
			return fallback
		}
		fallback.File = r.files.Get(r.file.Path, source)
		return fallback
	}
	n := deref(p.at)
	text, ok := textOf(n)
	if ok && !isTagged(n) {
		if pos, ok := r.parsePlace(text, source); ok {
			if dropped {
				return fallback
			}
			return pos
		}
	}
	if !ok {
		r.wrong(n, placeAccepted)
	} else {
		r.fail(n, quote(text)+" is no place", placeAccepted)
	}
	return fallback
}

const placeAccepted = "path:line or path:line:column, as in services/checkout/main.go:120:14"

// parsePlace reads path:line[:column].
func (r *reader) parsePlace(text string, source arch.Source) (arch.Pos, bool) {
	path, last, ok := cutNumber(text)
	if !ok {
		return arch.Pos{}, false
	}
	pos := arch.Pos{Line: last}
	if rest, line, ok := cutNumber(path); ok {
		path, pos.Line, pos.Column = rest, line, last
	}
	pos.File = r.files.Get(path, source)
	return pos, true
}

// cutNumber cuts ":number" off the end.
func cutNumber(text string) (before string, number int32, ok bool) {
	digits := len(text) - len(strings.TrimRight(text, "0123456789"))
	colon := len(text) - digits - 1
	if digits == 0 || digits > 9 || colon < 1 || text[colon] != ':' {
		return "", 0, false
	}
	for _, digit := range []byte(text[colon+1:]) {
		number = number*10 + int32(digit-'0')
	}
	return text[:colon], number, true
}

// placeText is what parsePlace reads back as p.
func placeText(p arch.Pos) string {
	text := p.File.Path + ":" + itoa(int(p.Line))
	if _, _, ambiguous := cutNumber(p.File.Path); p.Column > 0 || ambiguous {
		text += ":" + itoa(int(p.Column))
	}
	return text
}
