package rule_test

import (
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/rule"
)

func beside(t *testing.T, base *arch.Baseline, yaml string) rule.Result {
	t.Helper()
	sys := read(t, yaml)
	return rule.Run(sys, graph.Build(sys), rule.All(), rule.Options{Today: today, Baseline: base, Stale: base != nil})
}

// Whatever a rule finds stays known when lines move, and nothing is gone then.
func TestBaselineOfMovedLines(t *testing.T) {
	for _, r := range rule.All() {
		if r.Check == nil {
			continue
		}
		was := beside(t, nil, r.Wrong)
		entries, _, _ := was.Grown()
		if len(entries) == 0 {
			t.Fatalf("%s: nothing to know", r.ID)
		}
		base := &arch.Baseline{Findings: entries}
		now := beside(t, base, strings.Replace(r.Wrong, "version: 1\n", "version: 1\n# moved\n\n", 1))
		for _, f := range now.Findings {
			t.Errorf("%s: no longer known: %s\n%s", r.ID, brief(f), r.Wrong)
		}
		if len(now.Known) != len(entries) {
			t.Errorf("%s: %d known, want %d", r.ID, len(now.Known), len(entries))
		}
		if again := now.Shrunk(); len(again) != len(entries) {
			t.Errorf("%s: %d entries kept, want %d", r.ID, len(again), len(entries))
		}
	}
}

// The examples of stale-baseline, beside a baseline of what the right one has.
func TestStaleBaseline(t *testing.T) {
	var stale rule.Rule
	for _, r := range rule.All() {
		if r.ID == "stale-baseline" {
			stale = r
		}
	}
	right := beside(t, nil, stale.Right)
	entries, _, _ := right.Grown()
	base := &arch.Baseline{Findings: entries}
	if found := beside(t, base, stale.Right).Findings; len(found) > 0 {
		t.Errorf("the right example makes it fire: %s", brief(found[0]))
	}
	found := beside(t, base, stale.Wrong).Findings
	if len(found) != 1 || found[0].Severity != finding.Warning || found[0].Message != "a finding of the baseline is gone: sync-chain about web GET /" {
		t.Errorf("the wrong example does not make it fire: %v", whole(found))
	}
}

// Of findings with one fingerprint each takes an entry of its own; those that are left are new.
func TestBaselineOfTwins(t *testing.T) {
	const one = "services:\n  a: {calls: [{to: '?', target: env X, at: 'a.go:1'}]}\n"
	was := beside(t, nil, one)
	entries, _, _ := was.Grown()
	twice := append(append([]arch.KnownFinding(nil), entries...), entries...)
	result := beside(t, &arch.Baseline{Findings: twice}, one)
	if gone := of(result.Findings, "stale-baseline"); len(gone) != 1 || len(result.Known) != len(entries) {
		t.Errorf("known %d, findings %v", len(result.Known), whole(result.Findings))
	}
}
