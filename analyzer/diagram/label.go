package diagram

import (
	"strings"
	"unicode"

	"github.com/distcheck/distcheck/analyzer/visible"
)

const (
	nodeColumns = 22 // of a node's label, in runes
	nodeLines   = 3
	edgeColumns = 22
	rowColumns  = 100 // of a line of the legend
)

// shortOperation is the part of an operation that tells it apart beside an arrow: the method of pkg.Service/Method,
// all of METHOD /route.
func shortOperation(name string) string {
	if strings.Contains(name, " ") || strings.HasPrefix(name, "/") {
		return name
	}
	if slash := strings.LastIndexByte(name, '/'); slash >= 0 && slash < len(name)-1 {
		return name[slash+1:]
	}
	return name
}

// clip makes a name visible and no longer than limit runes. A blank name would be an empty box, or an error.
func clip(name string, limit int) string {
	if strings.Trim(name, " ") == "" {
		return "(no name)"
	}
	return visible.Short(name, limit)
}

// wrap makes a name visible and breaks it into at most count lines of at most columns runes: between words where it
// has any, anywhere else where it has none. What does not fit is cut, with "…" at the end.
func wrap(name string, columns, count int) []string {
	rest := []rune(clip(name, columns*count))
	var lines []string
	for len(rest) > columns {
		if len(lines) == count-1 {
			return append(lines, visible.Short(string(rest), columns))
		}
		cut := breakAt(rest, columns, count-len(lines)-1)
		lines = append(lines, strings.TrimRight(string(rest[:cut]), " "))
		rest = rest[cut:]
		for len(rest) > 0 && rest[0] == ' ' {
			rest = rest[1:]
		}
	}
	return append(lines, string(rest))
}

// breakAt is how many runes of the text its first line takes, of columns that it may have. A break that leaves the
// line almost empty is taken only where the rest fits into the further lines.
func breakAt(text []rune, columns, further int) int {
	for cut := columns; cut > 0; cut-- {
		if wordStarts(text, cut) && (3*cut >= columns || len(text)-cut <= further*columns) {
			return cut
		}
	}
	return columns
}

// wordStarts reports whether a word begins at text[at]: at a space, after a separator, or at a capital of camel case,
// where "HTTPServer" is two words.
func wordStarts(text []rune, at int) bool {
	before, here := text[at-1], text[at]
	switch {
	case here == ' ', before == ' ':
		return true
	case strings.ContainsRune("/-_.:", before):
		return at > 1 && text[at-2] != ' ' // a separator that begins a word stays with it
	case !unicode.IsUpper(here):
		return false
	case unicode.IsUpper(before):
		return at+1 < len(text) && unicode.IsLower(text[at+1])
	}
	return unicode.IsLetter(before) || unicode.IsDigit(before)
}
