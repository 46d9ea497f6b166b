package manifest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/visible"
)

// Error is one thing in a manifest that cannot be read, or that contradicts another.
type Error struct {
	Pos        arch.Pos
	Message    string   // what was found
	Accepted   string   // what is accepted here; may be empty
	Suggestion string   // what to type, a sentence without full stop; may be empty
	Frame      string   // the line and a mark under the place, each line ending in a newline; empty where the text is not at hand
	Related    arch.Pos // where the other one of two stands, if this is about two
	width      int      // of the mark, in runes; 0: up to the end of the line
}

// Error is the one-line form: position and message.
func (e *Error) Error() string {
	return visible.Text(e.Pos.String()) + ": error: " + visible.Text(e.Message)
}

// Text is the whole error as a terminal shows it, without a newline at its end. It holds no character that a
// terminal would obey, whatever the manifest holds.
func (e *Error) Text() string {
	var b strings.Builder
	b.WriteString(e.Error())
	for line := range strings.Lines(e.Frame) {
		b.WriteString("\n  " + visible.Text(strings.TrimSuffix(line, "\n")))
	}
	if other := where(e.Related); e.Related.Known() && !strings.Contains(e.Message, other) {
		b.WriteString("\n  the other: " + other)
	}
	if e.Accepted != "" {
		b.WriteString("\n  accepted: " + visible.Text(e.Accepted))
	}
	if e.Suggestion != "" {
		b.WriteString("\n  " + visible.Text(e.Suggestion))
	}
	return b.String()
}

// Errors are all errors of one run, sorted by position.
type Errors []*Error

// Error is the first error and how many more there are.
func (e Errors) Error() string {
	switch len(e) {
	case 0:
		return "no errors"
	case 1:
		return e[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", e[0].Error(), len(e)-1)
}

// sort puts errors in order and drops those that were found twice: a fact in `defaults` is read for every service.
func (e Errors) sort() Errors {
	slices.SortStableFunc(e, func(a, b *Error) int {
		if order := a.Pos.Compare(b.Pos); order != 0 {
			return order
		}
		return strings.Compare(a.Message, b.Message)
	})
	return slices.CompactFunc(e, func(a, b *Error) bool { return a.Pos == b.Pos && a.Message == b.Message })
}

// quote shows a piece of a manifest in a message.
func quote(text string) string { return `"` + visible.Short(text, 80) + `"` }

// didYouMean is the suggestion for a misspelt name, or "".
func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "did you mean " + quote(name) + "?"
}

// where says where something stands, for messages that speak of two places.
func where(p arch.Pos) string { return visible.Text(p.String()) }
