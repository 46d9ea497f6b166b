package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// byteOrderMark may stand before UTF-8, and is no part of the first line.
var byteOrderMark = []byte("\xef\xbb\xbf")

// clean checks that data is UTF-8 text and makes what JSON allows and YAML does not into the same in YAML, without
// moving anything to another line or column.
func clean(data []byte) ([]byte, *syntaxError) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, &syntaxError{line: 1, column: 1, width: 1, message: "the file is in UTF-16", accepted: "UTF-8"}
	}
	data = bytes.TrimPrefix(data, byteOrderMark)
	if at := bytes.IndexByte(data, 0); at >= 0 {
		return nil, badByte(data, at, "the file has a NUL byte: it is no text", `text; in double quotes \0 stands for NUL`)
	}
	if !utf8.Valid(data) {
		at := 0
		for {
			r, size := utf8.DecodeRune(data[at:])
			if r == utf8.RuneError && size == 1 {
				return nil, badByte(data, at, fmt.Sprintf("the byte 0x%02x is not UTF-8", data[at]), "UTF-8")
			}
			at += size
		}
	}
	return fromJSON(data), nil
}

func badByte(data []byte, at int, message, accepted string) *syntaxError {
	starts := lineStarts(data[:at+1])
	line, start := len(starts), starts[len(starts)-1]
	return &syntaxError{line: line, column: utf8.RuneCount(data[start:at]) + 1, width: 1, message: message, accepted: accepted}
}

// fromJSON makes two things of JSON readable to YAML: tabs around the braces, and inside strings the escapes \/
// and \ud83d\ude00, which YAML lacks. What gets shorter is made up for by spaces after the string.
// Everything else in JSON is YAML already, as far as yaml.v3 reads it.
func fromJSON(data []byte) []byte {
	body := bytes.TrimLeft(data, " \t\r\n")
	if len(body) == 0 || body[0] != '{' {
		return data
	}
	lead := len(data) - len(body)
	tail := body[len(bytes.TrimRight(body, " \t\r\n")):]
	body = body[:len(body)-len(tail)]
	if !bytes.Contains(body, []byte(`\/`)) && !bytes.Contains(body, []byte(`\u`)) &&
		bytes.IndexByte(data[:lead], '\t') < 0 && bytes.IndexByte(tail, '\t') < 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	out = append(out, bytes.ReplaceAll(data[:lead], []byte("\t"), []byte(" "))...)
	inString, owed := false, 0
	last := byte('{') // that is no blank, outside of strings
	for i := 0; i < len(body); {
		rest := body[i:]
		switch {
		case !inString:
			// What looks like JSON may be YAML in braces: its comments and single quotes are none of JSON's.
			if size := notJSON(body, i, last); size > 0 {
				out = append(out, rest[:size]...)
				i += size
				if rest[0] == '\'' {
					last = '\''
				}
				continue
			}
			inString = rest[0] == '"'
			if !isBlank(rest[0]) {
				last = rest[0]
			}
		case rest[0] == '"':
			inString = false
			out = append(out, '"')
			out = append(out, strings.Repeat(" ", owed)...)
			owed = 0
			i++
			continue
		case rest[0] == '\\' && len(rest) > 1 && rest[1] == '/':
			out = append(out, '/')
			owed++
			i += 2
			continue
		case rest[0] == '\\':
			if r, ok := surrogates(rest); ok {
				out = fmt.Appendf(out, `\U%08x`, r)
				owed += 2
				i += 12
				continue
			}
			out = append(out, rest[0])
			if len(rest) > 1 {
				out = append(out, rest[1])
			}
			i += 2
			continue
		}
		out = append(out, rest[0])
		i++
	}
	return append(out, bytes.ReplaceAll(tail, []byte("\t"), []byte(" "))...)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// notJSON is the length of a comment, or of text in single quotes, at data[i:]; 0 where there is none.
func notJSON(data []byte, i int, last byte) int {
	rest := data[i:]
	switch {
	case rest[0] == '#' && i > 0 && isBlank(data[i-1]):
		if end := bytes.IndexAny(rest, "\r\n"); end >= 0 {
			return end
		}
		return len(rest)
	case rest[0] == '\'' && strings.IndexByte("{[,:'", last) >= 0:
		if end := bytes.IndexByte(rest[1:], '\''); end >= 0 {
			return end + 2 // two in a row stand for one: the next call finds the rest
		}
		return len(rest)
	}
	return 0
}

// surrogates reads a character beyond 16 bits as JSON writes it: two escapes of four digits.
func surrogates(text []byte) (rune, bool) {
	if len(text) < 12 || text[6] != '\\' {
		return 0, false
	}
	var half [2]rune
	for i := range half {
		part := text[i*6 : i*6+6]
		if part[1] != 'u' {
			return 0, false
		}
		for _, digit := range part[2:] {
			value := strings.IndexByte("0123456789abcdef", digit|0x20)
			if digit <= '9' {
				value = strings.IndexByte("0123456789", digit)
			}
			if value < 0 {
				return 0, false
			}
			half[i] = half[i]<<4 | rune(value)
		}
	}
	if half[0] < 0xd800 || half[0] > 0xdbff || half[1] < 0xdc00 || half[1] > 0xdfff {
		return 0, false
	}
	return 0x10000 + (half[0]-0xd800)<<10 + half[1] - 0xdc00, true
}

// breakAt is the length of the line break at data[i:], 0 where there is none. YAML 1.1 has more of them than one
// thinks; positions are right only if frames break lines where the YAML reader does.
func breakAt(data []byte, i int) int {
	switch c := data[i]; {
	case c == '\n':
		return 1
	case c == '\r':
		if i+1 < len(data) && data[i+1] == '\n' {
			return 2
		}
		return 1
	case c == 0xc2 && i+1 < len(data) && data[i+1] == 0x85:
		return 2
	case c == 0xe2 && i+2 < len(data) && data[i+1] == 0x80 && (data[i+2] == 0xa8 || data[i+2] == 0xa9):
		return 3
	}
	return 0
}

// lineStarts are the offsets at which lines begin. A break at the very end begins no line.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i := 0; i < len(data); {
		if size := breakAt(data, i); size > 0 {
			i += size
			if i < len(data) {
				starts = append(starts, i)
			}
			continue
		}
		i++
	}
	return starts
}

// lineAt is the text of a line, counted from 1, without its break.
func lineAt(data []byte, line int) string {
	starts := lineStarts(data)
	if line < 1 || line > len(starts) {
		return ""
	}
	start := starts[line-1]
	end := start
	for end < len(data) && breakAt(data, end) == 0 {
		end++
	}
	return string(data[start:end])
}
