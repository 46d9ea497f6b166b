package report

import (
	"strings"
	"unicode"
)

// mdCode is a text as a code span: nothing in it is markup, a mention or a reference. The fence is longer than any
// run of backticks inside.
func mdCode(s string) string {
	s = harmless(s)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") ||
		strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " " // markdown takes one blank off either side
	}
	return fence + s + fence
}

// mdFence is lines as a fenced block of code in a language.
func mdFence(language string, lines []string) string {
	longest := 0
	for _, line := range lines {
		longest = max(longest, longestRun(line, '`'))
	}
	fence := strings.Repeat("`", max(longest+1, 3))
	return fence + language + "\n" + strings.Join(lines, "\n") + "\n" + fence
}

func longestRun(s string, char rune) int {
	longest, run := 0, 0
	for _, r := range s {
		if run++; r != char {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// mdProse is a sentence with names in it. Who wrote which word is not known any more, so every word that is more than
// letters and numbers becomes a code span: escaping alone would not keep "@team" from calling a team, nor "#12" from
// being a reference.
func mdProse(s string) string {
	words := strings.Fields(harmless(s))
	for i, word := range words {
		words[i] = mdWord(word)
	}
	return strings.Join(words, " ")
}

func mdWord(word string) string {
	core := strings.TrimLeft(word, "(")
	open := word[:len(word)-len(core)]
	core = strings.TrimRight(core, ",.;:)?")
	rest := word[len(open)+len(core):]
	if core == "" {
		return mdCode(word)
	}
	if mdPlain(core) {
		return word
	}
	return open + mdCode(core) + rest
}

// mdPlain reports whether GitHub makes nothing of a word. It makes links of what may be the hash of a commit, and
// of GH-12.
func mdPlain(word string) bool {
	lower := strings.ToLower(word)
	if len(word) >= 7 && strings.Trim(lower, "0123456789abcdef") == "" || strings.HasPrefix(lower, "gh-") {
		return false
	}
	runes := []rune(word)
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune("×→·≥≤≈…%–—’−", r):
		case r == '.' || r == ',':
			if i == 0 || i == len(runes)-1 || !unicode.IsDigit(runes[i-1]) || !unicode.IsDigit(runes[i+1]) {
				return false
			}
		case r == '=' && len(runes) == 1: // in a sum; alone on a line it cannot be
		case r == '-' || r == '\'':
			if i == 0 { // "- " begins an item of a list
				return false
			}
		default:
			return false
		}
	}
	return true
}

// mdEscape keeps a text of distcheck's own from being taken for markup: the texts of rules, which hold no names.
func mdEscape(s string) string {
	s = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(harmless(s))
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]|~$#@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
