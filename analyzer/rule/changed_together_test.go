package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// Services that call each other and change together: 5 commits each, 5 of both, 30 of 100.
func TestChangedTogether(t *testing.T) {
	const shop = "services:\n  a: {operations: {GET /: {calls: [b GET /b]}}}\n  b: {operations: {GET /b: {}}}\n  c: {}\n"
	said := func(text string, commits ...string) string {
		sys := read(t, text)
		for _, c := range commits {
			times, services, _ := strings.Cut(c, " ")
			var n int
			fmt.Sscan(times, &n)
			for range n {
				file := &arch.File{Path: fmt.Sprintf("<commit %d>", len(sys.Commits)), Source: arch.Git}
				sys.Commits = append(sys.Commits, arch.Commit{Pos: arch.Pos{File: file}, Services: strings.Fields(services)})
			}
		}
		found := of(rule.Run(sys, graph.Build(sys), rule.All(), rule.Options{Today: today}).Findings, "lock-step")
		for _, f := range found {
			if len(f.Others) > 0 && (len(f.Others) != 3 || f.Others[0].Pos.Source() != arch.Git) {
				t.Errorf("it names %v", f.Others)
			}
		}
		return briefs(found)
	}
	const says = "warning 3: a calls b, and %s of twelve months that change one of them change both (%s)"
	for _, c := range []struct {
		name    string
		text    string
		commits []string
		want    string
	}{
		{"always", shop, []string{"5 a b"}, fmt.Sprintf(says, "5 of the 5 commits", "100%")},
		{"30 of 100", shop, []string{"6 a b", "7 a", "7 b c"}, fmt.Sprintf(says, "6 of the 20 commits", "30%")},
		{"less than 30 of 100", shop, []string{"6 a b", "8 a", "7 b"}, ""},
		{"too few of both", shop, []string{"4 a b", "1 a", "1 b"}, ""},
		{"they do not call", shop, []string{"9 a c", "9 b c"}, ""},
		{"the callee calls", "services:\n  a: {operations: {GET /a: {}}}\n  b: {operations: {GET /: {calls: [a GET /a]}}}\n", []string{"5 a b"},
			"warning 4: b calls a, and 5 of the 5 commits of twelve months that change one of them change both (100%)"},
		{"other thresholds", "rules: {lock-step: {share: 80, commits: 6, shared: 2}}\n" + shop, []string{"5 a b", "1 a", "1 b"}, ""},
		{"and they hold", "rules: {lock-step: {share: 70, commits: 6, shared: 2}}\n" + shop, []string{"5 a b", "1 a", "1 b"},
			"warning 4: a calls b, and 5 of the 7 commits of twelve months that change one of them change both (71%)"},
		{"somebody else's", "services:\n  a: {operations: {GET /: {calls: [b GET /b]}}}\n  b: {kind: external, operations: {GET /b: {}}}\n", []string{"9 a b"}, ""},
	} {
		if got := said(c.text, c.commits...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
