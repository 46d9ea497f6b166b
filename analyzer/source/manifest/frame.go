package manifest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// A code frame shows this many runes before and after the column: a manifest in JSON may be one line of megabytes.
const framedBefore, framedAfter = 60, 60

// frame gives each error its code frame. Errors are sorted, so one sweep over each file serves all of its errors:
// the cost is linear in the text, not in text times errors.
func (e Errors) frame(texts map[*arch.File][]byte) {
	sweeps := make(map[*arch.File]*sweep)
	for _, err := range e {
		text, ok := texts[err.Pos.File]
		if !ok || err.Pos.Line < 1 {
			continue
		}
		s := sweeps[err.Pos.File]
		if s == nil {
			s = &sweep{text: bytes.TrimPrefix(text, byteOrderMark), line: 1, column: 1}
			sweeps[err.Pos.File] = s
		}
		if s.to(int(err.Pos.Line), max(int(err.Pos.Column), 1)) {
			err.Frame = s.frame(err.width)
		}
	}
}

// sweep is a place in a text that only moves forward.
type sweep struct {
	text         []byte
	offset       int // of line and column
	start        int // of the line
	line, column int
}

func (s *sweep) to(line, column int) bool {
	for s.line < line {
		if s.offset >= len(s.text) {
			return false
		}
		if size := breakAt(s.text, s.offset); size > 0 {
			s.offset += size
			s.line++
			s.start, s.column = s.offset, 1
			continue
		}
		s.offset++
	}
	for s.column < column && s.offset < len(s.text) && breakAt(s.text, s.offset) == 0 {
		_, size := utf8.DecodeRune(s.text[s.offset:])
		s.offset += size
		s.column++
	}
	return true
}

func (s *sweep) frame(width int) string {
	from, before := s.offset, 0
	for ; from > s.start && before < framedBefore; before++ {
		_, size := utf8.DecodeLastRune(s.text[s.start:from])
		from -= size
	}
	to, after := s.offset, 0
	for ; to < len(s.text) && after < framedAfter && breakAt(s.text, to) == 0; after++ {
		_, size := utf8.DecodeRune(s.text[to:])
		to += size
	}
	marked := strings.TrimRight(string(s.text[s.offset:to]), " \t")
	if width > 0 {
		marked = firstRunes(marked, width)
	}
	left, right := "", ""
	if from > s.start {
		left = "…"
	}
	if to < len(s.text) && breakAt(s.text, to) == 0 {
		right = "…"
	}
	lead := left + oneLine(s.text[from:s.offset])
	number := strconv.Itoa(s.line)
	return fmt.Sprintf("%s | %s%s%s\n%s | %s^%s\n",
		number, lead, oneLine(s.text[s.offset:to]), right,
		strings.Repeat(" ", len(number)), strings.Repeat(" ", cells(lead)),
		strings.Repeat("~", max(cells(oneLine([]byte(marked)))-1, 0)))
}

// oneLine is text as it is shown: a tab is one column here, and so is a space.
func oneLine(text []byte) string {
	return visible.Text(strings.ReplaceAll(string(text), "\t", " "))
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// cells is about how many columns of a terminal the text fills: two for each Chinese, Japanese or Korean character
// and most pictures, so that the mark stands under what it marks.
func cells(text string) int {
	count := 0
	for _, r := range text {
		count++
		if r >= 0x1100 && r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
			r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
			r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd {
			count++
		}
	}
	return count
}
