package arch

import (
	"fmt"
	"strconv"
	"strings"
)

// Directive is a comment in code or in a manifest that speaks to distcheck, as "//distcheck:accept sync-chain …" does.
// The model keeps what was written: an entry of `accepted` that is no decision is refused by its reader, but nobody's
// run ends for a comment in somebody's code. Rules read it, and say what is wrong with it where it stands.
type Directive struct {
	Pos   Pos
	Lines Lines  // what it speaks of: its own line, or what stands below it
	Text  string // what stands behind "distcheck:", as in "accept sync-chain until=2027-03-31 owner=team-x …"
}

// CutDirective returns what a comment, with the mark that begins it, says to distcheck. It reports false for others.
func CutDirective(comment string) (text string, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimLeft(strings.TrimLeft(comment, "/#"), " \t"), "distcheck:")
	if !ok || text == "" || text[0] < 'a' || text[0] > 'z' {
		return "", false // a sentence about distcheck
	}
	return strings.TrimRight(text, " \t\r\n"), true
}

// Lines are some lines of a file that follow each other. The zero Lines are none.
type Lines struct {
	Path     string // as that of a [File]
	From, To int32  // counted from 1, both included
}

// Hold reports whether something stands on one of the lines.
func (l Lines) Hold(p Pos) bool {
	return l.From > 0 && p.Line >= l.From && p.Line <= l.To && p.Path() == l.Path
}

// String is "path:12" or "path:12-14".
func (l Lines) String() string {
	text := l.Path + ":" + strconv.Itoa(int(l.From))
	if l.To != l.From {
		text += "-" + strconv.Itoa(int(l.To))
	}
	return text
}

// ParseLines reads what [Lines.String] prints.
func ParseLines(text string) (Lines, error) {
	path, span, _ := cutLast(text, ":")
	first, last, ranged := strings.Cut(span, "-")
	from, err := strconv.ParseInt(first, 10, 32)
	to := from
	if err == nil && ranged {
		to, err = strconv.ParseInt(last, 10, 32)
	}
	if err != nil || path == "" || from < 1 || to < from {
		return Lines{}, fmt.Errorf("%q names no lines", text)
	}
	return Lines{Path: path, From: int32(from), To: int32(to)}, nil
}

func cutLast(text, mark string) (before, after string, found bool) {
	if i := strings.LastIndex(text, mark); i >= 0 {
		return text[:i], text[i+len(mark):], true
	}
	return "", text, false
}
