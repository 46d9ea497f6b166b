package rule

import (
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// What a system accepts as debt, and which findings that is about.

// acceptance is an entry of `accepted`, or a directive where the finding stands.
type acceptance struct {
	arch.Acceptance
	lines arch.Lines // of a directive: where findings must stand; of an entry none
}

// debt is all that a system accepts, and how it is judged.
type debt struct {
	where   whereabouts
	entries []acceptance
	invalid []*finding.Finding // directives that accept nothing, since they are no decision
	ran     []Rule
	config  map[string]arch.RuleConfig
	today   time.Time
	partial bool
}

func debtOf(sys *arch.System, all, ran []Rule, config map[string]arch.RuleConfig, opt Options) *debt {
	d := &debt{where: whereabouts{sys: sys}, ran: ran, config: config, today: opt.Today, partial: opt.Partial}
	for _, a := range sys.Accepted {
		d.entries = append(d.entries, acceptance{Acceptance: a})
	}
	for i := range sys.Directives {
		entries, wrong := parseDirective(&sys.Directives[i], all)
		d.entries = append(d.entries, entries...)
		if len(wrong.missing)+len(wrong.problems) > 0 && d.isOn("invalid-acceptance") {
			f := invalidFinding(&sys.Directives[i], wrong, opt.Today, config["invalid-acceptance"])
			f.Service = d.where.serviceAt(sys.Directives[i].Lines)
			d.invalid = append(d.invalid, f)
		}
	}
	return d
}

func (d *debt) isOn(id string) bool {
	return slices.ContainsFunc(d.ran, func(r Rule) bool { return r.ID == id })
}

// gone is the entries of a baseline of which it is known that nothing is found any more.
func (d *debt) gone(stale []arch.KnownFinding) []arch.KnownFinding {
	if d.partial || !d.isOn("stale-baseline") {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(stale), func(e arch.KnownFinding) bool { return !d.isOn(e.Rule) })
}

// settle takes accepted findings out, and reports debt that is overdue, and what accepts nothing. What is overdue is
// open as such a report.
func settle(d *debt, found []*finding.Finding) (open []*finding.Finding, accepted []finding.Settled, due []*finding.Finding) {
	used := make([]bool, len(d.entries))
	byRule := make(map[string][]int)
	for i := range d.entries {
		byRule[d.entries[i].Rule] = append(byRule[d.entries[i].Rule], i)
	}
	overdue := make(map[int][]*finding.Finding)
	for _, f := range found {
		covering := -1
		for _, i := range byRule[f.Rule] {
			if covers(&d.entries[i], f) {
				used[i] = true
				// Of several entries the one that holds longest counts.
				if covering < 0 || d.entries[i].Until.After(d.entries[covering].Until) {
					covering = i
				}
			}
		}
		switch {
		case covering < 0 || d.entries[covering].Until.Before(d.today) && !d.isOn("overdue-debt"):
			open = append(open, f)
		case d.entries[covering].Until.Before(d.today):
			overdue[covering] = append(overdue[covering], f)
		default:
			entry := &d.entries[covering]
			accepted = append(accepted, finding.Settled{Finding: f, Debt: &entry.Acceptance, Inline: entry.lines != (arch.Lines{})})
		}
	}
	entries := make([]int, 0, len(overdue))
	for i := range overdue {
		entries = append(entries, i)
	}
	slices.Sort(entries)
	for _, i := range entries {
		due = append(due, overdue[i]...)
		open = append(open, debtFindings(&d.entries[i].Acceptance, overdue[i], d.today, d.config["overdue-debt"])...)
	}
	// Where not all was read, nobody knows what is not there.
	if d.isOn("unused-acceptance") && !d.partial {
		ofRule := make(map[string][]*finding.Finding)
		for _, f := range found {
			ofRule[f.Rule] = append(ofRule[f.Rule], f)
		}
		for i := range d.entries {
			if !used[i] && d.isOn(d.entries[i].Rule) {
				f := unusedFinding(&d.entries[i], ofRule[d.entries[i].Rule], d.config["unused-acceptance"])
				if f.Service == "" {
					f.Service = d.where.serviceAt(d.entries[i].lines)
				}
				open = append(open, f)
			}
		}
	}
	return append(open, d.invalid...), accepted, due
}

// covers reports whether a finding is accepted: it is of the rule, no larger than what was accepted, and about every
// service and operation that an entry lists, or at the place of a directive.
func covers(a *acceptance, f *finding.Finding) bool {
	if a.Rule != f.Rule || a.Hops.Is() && f.Size > a.Hops.Value {
		return false
	}
	if a.lines != (arch.Lines{}) {
		return standsOn(f, a.lines)
	}
	return containsAll(f, &a.Acceptance)
}

// standsOn reports whether a finding stands on some lines itself, or one of its hops does: without that call there were
// no such chain. Other places that it lists are not enough: a service that calls too many others still would if one of
// these calls went, and who accepts that has to accept the whole. What a service is or lacks by itself stands where the
// service does as well.
func standsOn(f *finding.Finding, lines arch.Lines) bool {
	return lines.Hold(f.Pos) || slices.ContainsFunc(f.Hops, func(h finding.Hop) bool {
		return lines.Hold(h.Pos) || lines.Hold(h.Through)
	}) || f.Group != nil && slices.ContainsFunc(f.Others, func(r finding.Ref) bool { return lines.Hold(r.Pos) })
}

func containsAll(f *finding.Finding, a *arch.Acceptance) bool {
	services := f.Services()
	for _, s := range a.Services {
		if _, ok := slices.BinarySearch(services, s); !ok {
			return false
		}
	}
	if len(a.Operations) == 0 {
		return true
	}
	operations := f.Operations()
	for _, op := range a.Operations {
		if !slices.ContainsFunc(operations, func(name string) bool { return namesOperation(name, op) }) {
			return false
		}
	}
	return true
}

// namesOperation reports whether text, with or without its service, means the operation "service operation".
func namesOperation(operation, text string) bool {
	return operation == text || strings.HasSuffix(operation, " "+text)
}
