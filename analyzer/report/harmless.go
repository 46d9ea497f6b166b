package report

import (
	"strings"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// longest is how much of one name a row shows unless everything is asked for.
const longest = 80

// harmless makes a text of a finding fit to be printed on a terminal or into the log of a build. Beyond what a
// terminal obeys, the runner of GitHub Actions takes "##[" anywhere in a line for a command.
func harmless(s string) string {
	return strings.ReplaceAll(visible.Text(s), "##[", `##\[`)
}

// shortened is harmless, cut to limit runes; 0 cuts nothing.
func shortened(s string, limit int) string {
	s = harmless(s)
	if limit == 0 {
		return s
	}
	return visible.Short(s, limit)
}

// guarded makes a whole line harmless for runners that read commands in logs: "::" at the start of a line, blanks
// left out, is one.
func guarded(line string) string {
	rest := strings.TrimLeft(line, " \u00a0\u3000")
	if !strings.HasPrefix(rest, "::") {
		return line
	}
	return line[:len(line)-len(rest)] + `\` + rest
}

// position is where something stands, as editors and compilers spell it.
func position(p arch.Pos) string { return harmless(p.String()) }

// named is a service and its operation in one text. An operation that begins with its service's name says both: of a
// proto service that nothing else is known of.
func named(service, operation string) string {
	switch {
	case operation == "":
		return service
	case service != "" && strings.HasPrefix(operation, service+"/"):
		return operation
	}
	return service + " " + operation
}

// columns is how many columns text takes, about: a rune is a column.
func columns(s string) int { return utf8.RuneCountInString(s) }

// padded fills text with blanks up to width.
func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(width-columns(s), 0))
}

// wrapped breaks text at blanks into lines of at most width columns; a longer word stays whole. Width 0 breaks nothing.
func wrapped(text string, width int) []string {
	if width <= 0 || columns(text) <= width {
		return []string{text}
	}
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		if n := columns(word); line == "" {
			line, used = word, n
		} else if used+1+n <= width {
			line, used = line+" "+word, used+1+n
		} else {
			lines = append(lines, line)
			line, used = word, n
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
