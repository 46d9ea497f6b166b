package report

import (
	"io"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

// Columns of the table on a terminal.
const (
	tableWidth   = 110
	defaultWidth = 26
)

// housekeeping is the concern of rules about decisions and comments themselves: nobody accepts these as debt.
const housekeeping = "housekeeping"

// concern is a group of rules under one title, in the order in which tables show them.
type concern struct{ id, title string }

func concerns() []concern {
	return []concern{
		{"coupling", "Loose coupling"},
		{"reliability", "Reliability"},
		{"deployment", "Deployment"},
		{"observability", "Observability and data"},
		{housekeeping, "Keeping house"},
	}
}

func concernTitle(id string) string {
	for _, c := range concerns() {
		if c.id == id {
			return c.title
		}
	}
	return harmless(id)
}

// grouped is rules by concern; within a concern they keep their order. Concerns that nobody titled come last.
type grouped struct {
	title string
	rules []finding.RuleInfo
}

func groupByConcern(rules []finding.RuleInfo) []grouped {
	order := []string{}
	for _, c := range concerns() {
		order = append(order, c.id)
	}
	for _, rule := range rules {
		if !slices.Contains(order, rule.Concern) {
			order = append(order, rule.Concern)
		}
	}
	var groups []grouped
	for _, id := range order {
		group := grouped{title: concernTitle(id)}
		for _, rule := range rules {
			if rule.Concern == id {
				group.rules = append(group.rules, rule)
			}
		}
		if len(group.rules) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// RuleTable prints a table of rules by concern: rule, default severity, and when it fires.
func RuleTable(w io.Writer, rules []finding.RuleInfo) error {
	ids := 0
	for _, rule := range rules {
		ids = max(ids, columns(harmless(rule.ID)))
	}
	var b strings.Builder
	for i, group := range groupByConcern(rules) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(group.title + "\n")
		for _, rule := range group.rules {
			first := wrapped(harmless(rule.ID), 0)
			second := wrapped(defaultOf(rule), defaultWidth)
			third := wrapped(harmless(rule.Fires), max(tableWidth-ids-defaultWidth-6, 30))
			for n := range max(len(second), len(third)) {
				line := "  " + padded(nth(first, n), ids) + "  " + padded(nth(second, n), defaultWidth) + "  " + nth(third, n)
				b.WriteString(strings.TrimRight(line, " ") + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func nth(lines []string, n int) string {
	if n < len(lines) {
		return lines[n]
	}
	return ""
}

// RuleTableMarkdown is the table of the README.
func RuleTableMarkdown(rules []finding.RuleInfo) string {
	var b strings.Builder
	b.WriteString("| rule | default | fires when |\n|---|---|---|\n")
	for _, group := range groupByConcern(rules) {
		b.WriteString("| **" + mdEscape(group.title) + "** | | |\n")
		for _, rule := range group.rules {
			// A pipe ends a cell even inside of a code span.
			id := strings.ReplaceAll(mdCode(rule.ID), "|", `\|`)
			b.WriteString("| " + id + " | " + mdEscape(defaultOf(rule)) + " | " + mdEscape(rule.Fires) + " |\n")
		}
	}
	return b.String()
}
