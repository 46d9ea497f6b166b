package report

import (
	"fmt"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

// unseenNamed is how much of what was not judged, or not analysed, the summary line names.
const unseenNamed = 3

// SummaryLine says in one line, without a newline, what was seen, what was not, and what was found. It says nothing
// about the health of what was not read.
func SummaryLine(r *finding.Report) string {
	s := r.Summary
	var b strings.Builder
	if s.System != "" {
		b.WriteString(harmless(s.System) + ": ")
	}
	b.WriteString(seen(s))
	b.WriteString(": ")
	b.WriteString(found(s))
	if s.Refuted > 0 {
		fmt.Fprintf(&b, ". Operations refute %d of %s A→B→C that a graph of services would chain",
			s.Refuted, count(s.Triples, "service triple"))
	}
	if len(s.Unread) > 0 {
		b.WriteString(". Not analysed: " + some(s.Unread, r.All))
	}
	if len(s.Unseen) > 0 {
		unseen := s.Unseen
		if !r.All {
			unseen = brief(unseen)
		}
		b.WriteString(". Not judged: " + some(unseen, r.All))
	}
	return guarded(b.String())
}

// seen is what the run knows of the system, with what it could not resolve.
func seen(s finding.Summary) string {
	services := count(s.Services, "service")
	var beside []string
	if s.External > 0 {
		beside = append(beside, fmt.Sprintf("%d external", s.External))
	}
	if s.Platform > 0 {
		beside = append(beside, fmt.Sprintf("%d platform", s.Platform))
	}
	if len(beside) > 0 {
		services += " (and " + strings.Join(beside, ", ") + ")"
	}
	parts := []string{services, count(s.Operations, "operation"), calls(s)}
	if s.Topics > 0 {
		parts = append(parts, count(s.Topics, "topic"))
	}
	if s.Stores > 0 {
		parts = append(parts, count(s.Stores, "store"))
	}
	return strings.Join(parts, ", ")
}

func calls(s finding.Summary) string {
	text := count(s.Calls, "call")
	if s.Calls == 0 {
		return text
	}
	// Rounded down: 100% is said only of all.
	text += fmt.Sprintf(" (%d of %d resolved, %d%%", s.Resolved, s.Calls, 100*s.Resolved/s.Calls)
	switch {
	case s.Possible == 1:
		text += "; 1 names no operation"
	case s.Possible > 1:
		text += fmt.Sprintf("; %d name no operation", s.Possible)
	}
	return text + ")"
}

func found(s finding.Summary) string {
	text := tally{s.Errors, s.Warnings, s.Notes}.String()
	if text == "" {
		text = nothing(s)
	}
	if s.Accepted > 0 {
		text += fmt.Sprintf("; %d accepted", s.Accepted)
	}
	if s.Baseline > 0 {
		text += fmt.Sprintf("; %d in the baseline", s.Baseline)
	}
	return text
}

// nothing says that nothing was found, which speaks of what was read only.
func nothing(s finding.Summary) string {
	text := "nothing found"
	if s.Baseline > 0 {
		text = "nothing new found"
	}
	if len(s.Unseen)+len(s.Unread) > 0 {
		text += " in what was read"
	}
	return text
}

// brief leaves out what lines end with in brackets: why it is so, and what to do about it.
func brief(lines []string) []string {
	short := make([]string, len(lines))
	for i, line := range lines {
		short[i] = line
		if open := strings.LastIndex(line, " ("); open > 0 && strings.HasSuffix(line, ")") {
			short[i] = line[:open]
		}
	}
	return short
}

// some is a list of what was left out, of which everything is named only if that is asked for.
func some(lines []string, all bool) string {
	shown := lines
	if !all && len(lines) > unseenNamed+1 {
		shown = lines[:unseenNamed]
	}
	parts := make([]string, len(shown))
	for i, line := range shown {
		parts[i] = strings.TrimRight(harmless(line), ".")
	}
	text := strings.Join(parts, "; ")
	if rest := len(lines) - len(shown); rest > 0 {
		text += fmt.Sprintf("; and %d more (-all)", rest)
	}
	return text
}
