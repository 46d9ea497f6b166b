package rule

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func staleBaseline() Rule {
	return Rule{
		ID:      "stale-baseline",
		Concern: Housekeeping,
		Title:   "a baseline with findings that are gone",
		Fires:   "the baseline of the run (-baseline) has findings that are no longer found, although the run reads what the baseline was written of and their rules run.",
		Default: "warning",
		Rationale: `What is mended should stay mended. As long as a finding stays in the baseline, it may come back unseen; so it is dropped
with the change that mends it, and the baseline tells, shrinking, how far a team has come.`,
		Source:   "ESLint's bulk suppressions and PHPStan's baselines fail on entries that match nothing any more",
		Severity: finding.Warning,
		Wrong: `version: 1
# Compared with a baseline that has a sync-chain about web GET /: it is no longer there.
services:
  web: {operations: {GET /: {calls: [shop GET /offers]}}}
  shop: {operations: {GET /offers: {}}}
`,
		Right: `version: 1
# Compared with a baseline that has a sync-chain about web GET /: it is still there, and known.
services:
  web: {operations: {GET /: {calls: [shop GET /offers]}}}
  shop: {operations: {GET /offers: {calls: [stock GET /stock]}}}
  stock: {operations: {GET /stock: {}}}
`,
		Remedy: "distcheck -write-baseline FILE drops them; commit that with the change that mended them",
	}
}

// compared is what was found, beside a baseline.
type compared struct {
	fresh []*finding.Finding // not in it, or larger or worse than there
	known []*finding.Finding
	kept  []arch.KnownFinding // entries of the known ones, as these are now
	grown []arch.KnownFinding // entries of new ones that were less when they became known
	stale []arch.KnownFinding // entries of what is gone
}

// identity is what a finding and its entry have in common.
type identity struct{ rule, fingerprint string }

// compare tells new findings from known ones. Of findings with one fingerprint each takes the smallest entry that it
// fits into. One that fits into none has grown where an entry of its own is left. A chain that got longer or shorter has
// another fingerprint: entries that are left are compared with findings about the same operation. settled are findings
// that are accepted or overdue; entries about them are neither kept nor stale.
//
// The cost is linear but for sorting, and for entries that are gone times findings of their rule and operation.
func compare(base *arch.Baseline, open, settled []*finding.Finding, all []Rule) compared {
	var c compared
	if base == nil {
		c.fresh = open
		return c
	}
	baselined := make(map[string]bool, len(all))
	for _, r := range all {
		baselined[r.ID] = r.Check != nil
	}
	entries := make(map[identity][]*arch.KnownFinding)
	for i := range base.Findings {
		e := &base.Findings[i]
		entries[identity{e.Rule, e.Fingerprint}] = append(entries[identity{e.Rule, e.Fingerprint}], e)
	}
	for _, group := range entries {
		slices.SortStableFunc(group, func(a, b *arch.KnownFinding) int { return cmp.Compare(a.Size, b.Size) })
	}
	taken := make(map[*arch.KnownFinding]bool)
	take := func(f *finding.Finding, fits func(*arch.KnownFinding) bool) *arch.KnownFinding {
		for _, e := range entries[identity{f.Rule, f.Fingerprint()}] {
			if !taken[e] && fits(e) {
				taken[e] = true
				return e
			}
		}
		return nil
	}
	holds := func(f *finding.Finding) func(*arch.KnownFinding) bool {
		return func(e *arch.KnownFinding) bool { return f.Extent() <= e.Size && !worse(f, e) }
	}
	for _, f := range settled {
		take(f, func(*arch.KnownFinding) bool { return true })
	}
	var rest []*finding.Finding
	for _, f := range largestFirst(open) {
		if baselined[f.Rule] && take(f, holds(f)) != nil {
			c.known, c.kept = append(c.known, f), append(c.kept, f.Known())
		} else {
			rest = append(rest, f)
		}
	}
	matched := make(map[*finding.Finding]bool)      // with an entry
	abouts := make(map[identity][]*finding.Finding) // the others, by rule and what they are about
	for _, f := range rest {
		if e := take(f, func(*arch.KnownFinding) bool { return baselined[f.Rule] }); e != nil {
			c.grown, c.fresh = append(c.grown, *e), append(c.fresh, f)
			hasGrown(f, e)
			matched[f] = true
		} else {
			abouts[identity{f.Rule, f.About()}] = append(abouts[identity{f.Rule, f.About()}], f)
		}
	}
	for i := range base.Findings {
		e := &base.Findings[i]
		if taken[e] || !baselined[e.Rule] {
			continue
		}
		group := abouts[identity{e.Rule, e.About}]
		at := slices.IndexFunc(group, func(f *finding.Finding) bool { return isPartOf(f, e) && holds(f)(e) })
		if at >= 0 {
			c.known, c.kept = append(c.known, group[at]), append(c.kept, group[at].Known())
		} else if at = slices.IndexFunc(group, func(f *finding.Finding) bool { return goesBeyond(f, e) }); at >= 0 {
			c.grown, c.fresh = append(c.grown, *e), append(c.fresh, group[at])
			hasGrown(group[at], e)
		} else {
			c.stale = append(c.stale, *e)
			continue
		}
		matched[group[at]] = true
		abouts[identity{e.Rule, e.About}] = slices.Delete(group, at, at+1)
	}
	for _, f := range rest {
		if !matched[f] {
			c.fresh = append(c.fresh, f)
		}
	}
	return c
}

// isPartOf reports whether a chain or ring is what is left of a known one: it goes another way, which makes another
// fingerprint, through some of the same services.
func isPartOf(f *finding.Finding, e *arch.KnownFinding) bool {
	return len(f.Hops) > 1 && !slices.ContainsFunc(f.Services(), func(s string) bool { return !slices.Contains(e.Services, s) })
}

// goesBeyond reports whether a finding is a known one and more: a chain that got longer.
func goesBeyond(f *finding.Finding, e *arch.KnownFinding) bool {
	return f.Extent() > e.Size && containsAll(f, &arch.Acceptance{Services: e.Services})
}

// largestFirst sorts a copy, so that which of several alike takes which entry does not hang on the order of the input.
func largestFirst(found []*finding.Finding) []*finding.Finding {
	sorted := slices.Clone(found)
	slices.SortStableFunc(sorted, func(a, b *finding.Finding) int {
		return cmp.Or(cmp.Compare(b.Extent(), a.Extent()), finding.Compare(a, b))
	})
	return sorted
}

// worse reports whether a finding weighs more than when it became known.
func worse(f *finding.Finding, e *arch.KnownFinding) bool {
	was, ok := finding.ParseSeverity(e.Severity)
	return ok && f.Severity > was
}

// hasGrown says of a finding that it is known, but was less.
func hasGrown(f *finding.Finding, e *arch.KnownFinding) {
	text := fmt.Sprintf("it has grown since %s, from %s to %d", e.Pos, plural(e.Size, "place"), f.Extent())
	if f.Extent() <= e.Size {
		text = fmt.Sprintf("%s since %s", e.Severity+" has become "+f.Severity.String(), e.Pos)
	}
	f.Remedy = append([]string{"bring it back to what the baseline has: " + text}, f.Remedy...)
}

// staleFinding says that a baseline has findings that are gone: one for all of them, since one command drops them.
func staleFinding(gone []arch.KnownFinding, config arch.RuleConfig) *finding.Finding {
	first := gone[0]
	f := &finding.Finding{
		Rule:     "stale-baseline",
		Severity: configured(config, finding.Warning),
		Pos:      first.Pos,
		Subject:  first.Pos.Path(),
		Remedy:   []string{fmt.Sprintf("distcheck -write-baseline %s, with the inputs of this run, drops them: commit that with the change that mended them", first.Pos.Path())},
	}
	if len(first.Services) > 0 {
		f.Service = first.Services[0]
	}
	names := make([]string, len(gone))
	for i, e := range gone {
		names[i] = e.Rule + " about " + e.About
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Pos: e.Pos})
	}
	f.Message = fmt.Sprintf("%d findings of the baseline are gone: %s", len(gone), list(names, 3))
	if len(gone) == 1 {
		f.Message = "a finding of the baseline is gone: " + names[0]
		f.Others = nil
	}
	return f
}

// Shrunk is the baseline of the run without what is gone: new findings are not in it, and one that has grown is in it as
// it was.
func (r *Result) Shrunk() []arch.KnownFinding {
	entries := slices.Concat(r.baseline.kept, r.baseline.grown)
	finding.SortKnown(entries)
	return entries
}

// Grown is a baseline of all that was found, but for what is about acceptances and baselines themselves: that is never
// known. rest is those findings.
func (r *Result) Grown() (entries []arch.KnownFinding, known, rest []*finding.Finding) {
	own := make(map[string]bool, len(r.Rules))
	for _, rule := range r.Rules {
		own[rule.ID] = rule.Check != nil
	}
	entries = slices.Clone(r.baseline.kept)
	known = slices.Clone(r.Known)
	for _, f := range r.Findings {
		if own[f.Rule] {
			entries, known = append(entries, f.Known()), append(known, f)
		} else {
			rest = append(rest, f)
		}
	}
	finding.SortKnown(entries)
	return entries, known, rest
}

// New counts the findings that a baseline could have, and that of the run has not.
func (r *Result) New() int {
	_, known, _ := r.Grown()
	return len(known) - len(r.Known)
}
