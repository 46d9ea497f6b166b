package diagram

import (
	"strconv"
	"strings"
)

// quoteDOT makes a string in the DOT language of text that passed [visible.Text]. Graphviz replaces \N, \G and
// others in labels, and reads \n, \l and \r as ends of lines: with every backslash doubled, none is left.
func quoteDOT(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// escapeHTML makes text that passed [visible.Text] harmless in an HTML-like label, where Graphviz replaces
// \N and others as well. Characters outside ASCII become references: gographviz reads no others in HTML.
func escapeHTML(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r >= 0x80, strings.ContainsRune(`&<>"'`, r):
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escapeMermaid makes text that passed [visible.Text] harmless between the quotes of a Mermaid label.
// Letters, digits and what no grammar of Mermaid's knows stay; every other ASCII character becomes an entity code:
// quotes and brackets end labels, # begins codes, %% and ::: are syntax, ` begins markdown, \n ends a line. A label that begins like
// a list ("1." or "-") would be taken for one.
func escapeMermaid(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r >= 0x80, r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case strings.ContainsRune(" ,?!=/()", r), i > 0 && strings.ContainsRune("-+_", r), r == '.' && !numbered(text[:i]):
			b.WriteRune(r)
		default:
			b.WriteString(mermaidCode(r))
		}
	}
	return b.String()
}

func numbered(before string) bool { return strings.Trim(before, "0123456789") == "" }

func mermaidCode(r rune) string {
	switch r {
	case '"':
		return "#quot;"
	case '<':
		return "#lt;"
	case '>':
		return "#gt;"
	case '&':
		return "#amp;"
	}
	return "#" + strconv.Itoa(int(r)) + ";"
}
