package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

// explainWidth is how wide an explanation is at most: longer lines are hard to read.
const explainWidth = 100

// Explain prints all there is to know of a rule.
func Explain(w io.Writer, rule finding.RuleInfo, opt Options) error {
	width := explainWidth
	if opt.Width > 0 {
		width = min(width, opt.Width)
	}
	text := explained(rule, width)
	if opt.Color {
		first, rest, _ := strings.Cut(text, "\n")
		text = "\x1b[1m" + first + "\x1b[0m\n" + rest
	}
	_, err := io.WriteString(w, text)
	return err
}

// section is one part of an explanation. Verbatim parts are manifests: their lines stay as they are.
type section struct {
	title    string
	text     string
	verbatim bool
}

func sectionsOf(rule finding.RuleInfo) []section {
	all := []section{
		{"Fires when", rule.Fires, false},
		{"Why", rule.Rationale, false},
		{"Source", rule.Source, false},
		{"Parameters", parameters(rule.Params), false},
		{"Wrong", rule.Wrong, true},
		{"Right", rule.Right, true},
		{"What to do", rule.Remedy, false},
		{"To accept it as debt", acceptance(rule), true},
	}
	var present []section
	for _, s := range all {
		if s.text = strings.Trim(s.text, "\n"); strings.TrimSpace(s.text) != "" {
			present = append(present, s)
		}
	}
	return present
}

// acceptance shows how findings of a rule are accepted, to be copied: above the line, or in a manifest.
func acceptance(rule finding.RuleInfo) string {
	if rule.Concern == housekeeping {
		return ""
	}
	return fmt.Sprintf(`# above the line of the finding, in a manifest with a #
//distcheck:accept %[1]s until=2027-03-31 owner=team-orders why
# or in a manifest
accepted:
  - rule: %[1]s
    services: [web, checkout]
    reason: why
    owner: team-orders
    until: 2027-03-31`, rule.ID)
}

// parameters lists a rule's parameters, one a line.
func parameters(params []finding.Param) string {
	var lines []string
	for _, p := range params {
		lines = append(lines, "- "+p.Name+" (default "+strconv.FormatFloat(p.Default, 'f', -1, 64)+"): "+p.Doc)
	}
	return strings.Join(lines, "\n")
}

// explained is a rule as plain text, wrapped at width columns; 0 wraps nothing.
func explained(rule finding.RuleInfo, width int) string {
	lines := []string{harmless(rule.ID) + ": " + harmless(rule.Title)}
	subtitle := []string{}
	if rule.Concern != "" {
		subtitle = append(subtitle, concernTitle(rule.Concern))
	}
	subtitle = append(subtitle, defaultOf(rule))
	lines = append(lines, strings.Join(subtitle, " · "))
	for _, s := range sectionsOf(rule) {
		lines = append(lines, "", s.title)
		for _, line := range blocks(s, width-len(indent)) {
			lines = append(lines, strings.TrimRight(indent+line, " "))
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// defaultOf is a rule's default severity in words.
func defaultOf(rule finding.RuleInfo) string {
	if rule.Default != "" {
		return harmless(rule.Default)
	}
	return rule.Severity.String()
}

// blocks are the lines of a section. Prose is wrapped paragraph by paragraph; an item of a list, a line that begins
// with "- " or a number, stays apart, and what it wraps to is indented.
func blocks(s section, width int) []string {
	var lines []string
	if s.verbatim {
		for line := range strings.SplitSeq(s.text, "\n") {
			lines = append(lines, harmless(strings.ReplaceAll(line, "\t", "    ")))
		}
		return lines
	}
	for _, paragraph := range paragraphs(s.text) {
		if paragraph == "" {
			lines = append(lines, "")
			continue
		}
		bullet := bulletOf(paragraph)
		hang := strings.Repeat(" ", len(bullet))
		for i, line := range wrapped(strings.TrimPrefix(paragraph, bullet), max(width-len(bullet), 0)) {
			if i == 0 {
				lines = append(lines, bullet+line)
			} else {
				lines = append(lines, hang+line)
			}
		}
	}
	return lines
}

// paragraphs joins the lines of prose that belong together: a blank line or an item of a list begins a new one.
// Empty strings stand for blank lines. The texts are harmless.
func paragraphs(text string) []string {
	var all []string
	for line := range strings.SplitSeq(text, "\n") {
		line = harmless(strings.TrimSpace(line))
		last := len(all) - 1
		switch {
		case line == "" && last >= 0 && all[last] == "": // one blank line is enough
		case line == "" || last < 0 || all[last] == "" || bulletOf(line) != "":
			all = append(all, line)
		default:
			all[last] += " " + line
		}
	}
	return all
}

// bulletOf is the "- " or "1. " that makes a line an item of a list, or "".
func bulletOf(line string) string {
	if strings.HasPrefix(line, "- ") {
		return "- "
	}
	number := strings.TrimLeft(line, "0123456789")
	if len(number) < len(line) && strings.HasPrefix(number, ". ") {
		return line[:len(line)-len(number)+2]
	}
	return ""
}

// helpMarkdown is an explanation as code scanning shows it beside a result.
func helpMarkdown(rule finding.RuleInfo) string {
	parts := []string{"**" + mdEscape(rule.Title) + "** (default: " + mdEscape(defaultOf(rule)) + ")"}
	for _, s := range sectionsOf(rule) {
		parts = append(parts, "## "+s.title)
		lines := blocks(s, 0)
		if s.verbatim {
			parts = append(parts, mdFence("yaml", lines))
			continue
		}
		for i, line := range lines {
			bullet := bulletOf(line)
			lines[i] = bullet + mdEscape(strings.TrimPrefix(line, bullet))
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	return sarifBraces(strings.Join(parts, "\n\n") + "\n")
}
