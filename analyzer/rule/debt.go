package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func overdueDebt() Rule {
	return Rule{
		ID:      "overdue-debt",
		Concern: Housekeeping,
		Title:   "accepted debt that is past its date",
		Fires:   "an entry of accepted, or a distcheck:accept comment, covers a finding, and its day (until) has passed. It replaces the finding.",
		Default: "error",
		Rationale: `Going distributed is a business decision, and so is living with a chain for a while. A decision has a reason, somebody
who answers for it, and a day on which it is looked at again. Debt without a date is not paid.`,
		Source:   "Cunningham: The WyCash Portfolio Management System (1992)",
		Severity: finding.Error,
		Wrong: `version: 1
services:
  web: {operations: {GET /: {calls: [shop GET /offers]}}}
  shop: {operations: {GET /offers: {calls: [stock GET /stock]}}}
  stock: {operations: {GET /stock: {}}}
accepted:
  - {rule: sync-chain, services: [web, shop, stock], reason: offers move into a read model, owner: team-shop, until: 2020-01-31}
`,
		Right: `version: 1
services:
  web: {operations: {GET /: {calls: [shop GET /offers]}}}
  shop: {operations: {GET /offers: {calls: [stock GET /stock]}}}
  stock: {operations: {GET /stock: {}}}
accepted:
  - {rule: sync-chain, services: [web, shop, stock], reason: offers move into a read model, owner: team-shop, until: 9999-12-31}
`,
		Remedy: "pay it down; or decide again, with a new date and a reason that says what has changed",
	}
}

func unusedAcceptance() Rule {
	return Rule{
		ID:      "unused-acceptance",
		Concern: Housekeeping,
		Title:   "an acceptance that matches nothing",
		Fires:   "no finding of the rule contains every service and operation that an entry of accepted lists and is no larger than its hops; or none stands, or has a hop, where a distcheck:accept comment does.",
		Default: "warning",
		Rationale: `An entry that matches nothing is either debt that has been paid, which deserves to be seen, or a typing error that
would accept something else one day.`,
		Source:   "staticcheck and Rust's expect attribute treat suppressions in the same way",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {operations: {GET /: {calls: [shop GET /offers]}}}
  shop: {operations: {GET /offers: {}}}
accepted:
  - {rule: sync-chain, services: [web, shop], reason: offers move into a read model, owner: team-shop, until: 9999-12-31}
`,
		Right: `version: 1
services:
  web: {operations: {GET /: {calls: [shop GET /offers]}}}
  shop: {operations: {GET /offers: {}}}
`,
		Remedy: "delete the entry or comment; if the finding has grown beyond its `hops`, decide again",
	}
}

// debtFindings says that an entry is overdue: one finding for each that it covers, since each needs a decision.
func debtFindings(a *arch.Acceptance, covered []*finding.Finding, today time.Time, config arch.RuleConfig) []*finding.Finding {
	late := int(today.Sub(a.Until).Hours() / 24)
	var out []*finding.Finding
	for _, f := range covered {
		due := *f
		due.Rule = "overdue-debt"
		due.Subject = strings.TrimSpace(f.Rule + " " + f.Subject)
		due.Severity = configured(config, finding.Error)
		due.Possible = false
		due.Group = nil // each needs a decision of its own
		due.Owner = a.Owner
		due.Message = fmt.Sprintf("accepted until %s, %s ago, by %s (%s): %s (%s)",
			a.Until.Format(time.DateOnly), plural(late, "day"), a.Owner, a.Reason, f.Message, f.Rule)
		due.Others = append(append([]finding.Ref(nil), f.Others...),
			finding.Ref{Role: finding.Related, Service: f.Service, Pos: a.Pos})
		due.Remedy = append([]string{fmt.Sprintf("pay it down, or let %s decide again with a new date at %s", a.Owner, a.Pos)}, f.Remedy...)
		out = append(out, &due)
	}
	return out
}

// unusedFinding says that an entry covers nothing, and why as far as that can be seen: the finding may have grown. Found
// is what its rule found.
func unusedFinding(entry *acceptance, found []*finding.Finding, config arch.RuleConfig) *finding.Finding {
	if entry.lines != (arch.Lines{}) {
		return unusedDirective(entry, found, config)
	}
	a := &entry.Acceptance
	f := &finding.Finding{
		Rule:     "unused-acceptance",
		Severity: configured(config, finding.Warning),
		Pos:      a.Pos,
		Subject:  a.Rule + " " + strings.Join(a.Services, " ") + " " + strings.Join(a.Operations, " "),
		Message:  fmt.Sprintf("nothing of %s is found about %s", a.Rule, list(a.Services, 6)),
		Owner:    a.Owner,
		Remedy:   []string{"if the debt is paid, delete the entry"},
	}
	if len(a.Services) > 0 {
		f.Service = a.Services[0]
	}
	unbounded := *entry
	unbounded.Hops = arch.Fact[int]{}
	for _, other := range found {
		if covers(&unbounded, other) {
			f.Message = fmt.Sprintf("%s about %s was accepted up to %d, and has grown to %d", a.Rule, list(a.Services, 6), a.Hops.Value, other.Size)
			f.Remedy = []string{"bring it back to what was accepted, or decide again"}
			break
		}
	}
	return f
}

// unusedDirective says that a directive covers nothing, and where a finding of its rule stands that lists its lines.
func unusedDirective(entry *acceptance, found []*finding.Finding, config arch.RuleConfig) *finding.Finding {
	f := &finding.Finding{
		Rule:     "unused-acceptance",
		Severity: configured(config, finding.Warning),
		Pos:      entry.Pos,
		Subject:  entry.Rule + " " + entry.lines.Path,
		Message:  fmt.Sprintf("nothing of %s is found at %s", entry.Rule, entry.lines),
		Owner:    entry.Owner,
		Remedy:   []string{"if the debt is paid, delete the comment"},
	}
	unbounded := *entry
	unbounded.Hops = arch.Fact[int]{}
	for _, other := range found {
		lists := func(r finding.Ref) bool { return entry.lines.Hold(r.Pos) }
		switch {
		case covers(&unbounded, other):
			f.Message = fmt.Sprintf("%s at %s was accepted up to %d, and has grown to %d", entry.Rule, entry.lines, entry.Hops.Value, other.Size)
			f.Remedy = []string{"bring it back to what was accepted, or decide again"}
			return f
		case slices.ContainsFunc(other.Others, lists):
			f.Message += fmt.Sprintf("; one that lists it stands at %s", other.Pos)
			f.Remedy = []string{"put the comment where the finding stands, if all of it is accepted"}
			return f
		}
	}
	return f
}

// configured is the severity that the manifest sets for a rule, or its own.
func configured(config arch.RuleConfig, own finding.Severity) finding.Severity {
	if severity, ok := finding.ParseSeverity(config.Severity.Value); ok && config.Severity.Is() {
		return severity
	}
	return own
}
