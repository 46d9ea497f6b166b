package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/finding"
)

const (
	manyFindings = 3 // from so many on, findings of a group are one paragraph
	groupNames   = 6 // services that its first line names
)

// statement is what people read as one: a finding, or several that say the same of one service each.
type statement struct {
	*finding.Finding // as it is printed
	of               []*finding.Finding
}

// statements puts together the sorted findings that are of one group. The order is that of the first of each, which is
// the worst, and its severity is that of the statement.
func statements(sorted []*finding.Finding) []statement {
	type kind struct {
		group    *finding.Group
		possible bool
	}
	kindOf := func(f *finding.Finding) kind { return kind{f.Group, f.Possible} }
	members := make(map[kind][]*finding.Finding)
	for _, f := range sorted {
		if f.Group != nil {
			members[kindOf(f)] = append(members[kindOf(f)], f)
		}
	}
	all := make([]statement, 0, len(sorted))
	for _, f := range sorted {
		switch many := members[kindOf(f)]; {
		case len(many) < manyFindings:
			all = append(all, statement{f, []*finding.Finding{f}})
		case f == many[0]:
			all = append(all, statement{together(many), many})
		}
	}
	return all
}

// together makes one finding of many that are of one group, the worst first.
func together(many []*finding.Finding) *finding.Finding {
	first := many[0]
	f := &finding.Finding{
		Rule: first.Rule, Severity: first.Severity, Possible: first.Possible, Pos: first.Pos,
		Service: first.Service, Owner: first.Owner, Remedy: first.Remedy,
	}
	names := make([]string, len(many))
	samePlace := !slices.ContainsFunc(many, func(one *finding.Finding) bool { return one.Pos != first.Pos })
	for i, one := range many {
		names[i] = one.Service
		member := finding.Ref{Role: finding.Member, Service: one.Service, Pos: one.Pos}
		if samePlace && len(one.Others) > 0 { // services of one binary: what shows it tells more
			member.Pos = one.Others[0].Pos
		}
		f.Others = append(f.Others, member)
		f.Doubt = append(f.Doubt, one.Doubt...)
		f.Journeys = append(f.Journeys, one.Journeys...)
		if one.Owner != f.Owner {
			f.Owner = ""
		}
	}
	slices.Sort(f.Journeys)
	f.Journeys = slices.Compact(f.Journeys)
	slices.Sort(f.Doubt)
	f.Doubt = slices.Compact(f.Doubt)
	f.Message = fmt.Sprintf("%s (%s)", shareOf(many), listed(names, detail{names: groupNames}))
	if first.Crossing > 1 {
		f.Cost = append(f.Cost, first.Message) // the worst of them, in its own words
	}
	if severities := severitiesOf(many); severities != "" {
		f.Cost = append(f.Cost, severities)
	}
	for _, line := range first.Cost {
		if !slices.ContainsFunc(many, func(one *finding.Finding) bool { return !slices.Contains(one.Cost, line) }) {
			f.Cost = append(f.Cost, line)
		}
	}
	return f
}

// severitiesOf says how severe each of some findings is, worst first; "" where all are equally so.
func severitiesOf(many []*finding.Finding) string {
	if many[0].Severity == many[len(many)-1].Severity {
		return ""
	}
	var parts []string
	for _, severity := range []finding.Severity{finding.Error, finding.Warning, finding.Note} {
		var names []string
		for _, one := range many {
			if one.Severity == severity {
				names = append(names, one.Service)
			}
		}
		if len(names) > 0 {
			parts = append(parts, count(len(names), severity.String())+" ("+listed(names, detail{names: groupNames})+")")
		}
	}
	return strings.Join(parts, ", ")
}

// shareOf says what findings of one group lack, and how many they are of the services of which it is known.
func shareOf(many []*finding.Finding) string {
	group := many[0].Group
	if group.Silent > 0 {
		return fmt.Sprintf("%s: %d of the %d services of which it is known", group.What, len(many), group.Judged)
	}
	return fmt.Sprintf("%s: %d of %s", group.What, len(many), count(group.Judged, "service"))
}

// apart tells the statements that stand for one finding from those that stand for many.
func apart(all []statement) (single, many []statement) {
	for _, s := range all {
		if len(s.of) > 1 {
			many = append(many, s)
		} else {
			single = append(single, s)
		}
	}
	return single, many
}

// flat are the findings that statements stand for.
func flat(all []statement) []*finding.Finding {
	var findings []*finding.Finding
	for _, s := range all {
		findings = append(findings, s.of...)
	}
	return findings
}
