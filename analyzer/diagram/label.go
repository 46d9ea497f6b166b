package diagram

import (
	"strings"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/visible"
)

const (
	nodeColumns = 18 // of a node's label, in runes
	nodeLines   = 3
	edgeColumns = 18
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

// clip makes a name visible and no longer than limit runes. An empty name would be an empty box, or an error.
func clip(name string, limit int) string {
	if name == "" {
		return "(no name)"
	}
	return visible.Short(name, limit)
}

// wrap makes a name visible and breaks it into at most count lines of at most columns runes: after a space or a
// separator where there is one, anywhere else where there is none. What does not fit is cut, with "…" at the end.
func wrap(name string, columns, count int) []string {
	rest := clip(name, columns*count)
	var lines []string
	for utf8.RuneCountInString(rest) > columns {
		if len(lines) == count-1 {
			rest = visible.Short(rest, columns)
			break
		}
		cut := breakAt(rest, columns)
		lines = append(lines, strings.TrimRight(rest[:cut], " "))
		rest = strings.TrimLeft(rest[cut:], " ")
	}
	return append(lines, rest)
}

// breakAt is the byte after which the first line of text ends.
func breakAt(text string, columns int) int {
	best, runes := 0, 0
	for i, r := range text {
		if runes == columns {
			if best < i/3 { // a break this early leaves a ragged label
				return i
			}
			return best
		}
		runes++
		if strings.ContainsRune(" -_./:", r) {
			best = i + utf8.RuneLen(r)
		}
	}
	return len(text)
}
