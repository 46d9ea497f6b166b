package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

// namesKnown is how many callees of which only the name is known a line names.
const namesKnown = 4

// Hints are lines for people below the summary, about what to do next: whose callees nobody knows, and how a finding is
// accepted where nobody will mend it now.
func Hints(r *finding.Report) []string {
	var lines []string
	if names := r.Summary.Named; len(names) > 0 {
		lines = append(lines, fmt.Sprintf("known by name only: %s; %s tells how to say who answers",
			listed(harmlessAll(names), detail{names: namesKnown}), commandLine([]string{"-only", "unresolved-call"}, r.Summary.Inputs)))
	}
	if rule, mark := acceptable(r); rule != "" {
		lines = append(lines, fmt.Sprintf("to accept a finding as debt, above its line: %sdistcheck:accept %s until=DAY owner=WHO why; more in distcheck explain %[2]s", mark, rule))
	}
	for i := range lines {
		lines[i] = guarded(lines[i])
	}
	return lines
}

// acceptable is the rule of the first finding, which is the worst, that somebody may decide to live with, "" where there is none, and what
// begins a comment where it stands.
func acceptable(r *finding.Report) (rule, mark string) {
	for _, f := range r.Findings {
		house := func(rule finding.RuleInfo) bool { return rule.ID == f.Rule && rule.Concern == housekeeping }
		if f.Severity < finding.Warning || slices.ContainsFunc(r.Rules, house) {
			continue
		}
		if strings.HasSuffix(f.Pos.Path(), ".go") {
			return harmless(f.Rule), "//"
		}
		return harmless(f.Rule), "# "
	}
	return "", ""
}

func harmlessAll(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = shortened(name, longest)
	}
	return all
}
