// Package visible makes names from manifests and source code harmless to look at.
//
// A service may be called anything: a name with a newline could forge a line of output, an escape character could
// drive the terminal, a bidirectional override could show text in another order than it has. Every printer passes
// what it did not write itself through [Text] first, and then escapes it for its own format.
//
// This package may change until version 1.
package visible

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s with everything that a reader could not see, or that a terminal would obey, spelt out as Go spells
// it in a string: newlines, control and escape characters, format characters such as bidirectional overrides and
// zero-width spaces, line and paragraph separators, private and unassigned characters, invalid UTF-8.
// Text without such characters is returned as it is. The cost is linear.
func Text(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case shown(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

// Short is [Text] cut to at most limit runes, with "…" as the last where something was cut.
func Short(s string, limit int) string {
	s = Text(s)
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	runes := []rune(s)
	return string(runes[:max(limit-1, 0)]) + "…"
}

func plain(s string) bool {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		if !shown(r) {
			return false
		}
	}
	return true
}

// shown reports whether a reader sees r as something, in the place where it stands.
func shown(r rune) bool {
	if r < 0x80 {
		return r >= 0x20 && r != 0x7f
	}
	return unicode.IsGraphic(r) && !(unicode.Is(unicode.Zs, r) && r != '\u00a0')
}
