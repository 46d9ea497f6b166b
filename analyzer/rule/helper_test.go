package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/rule"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// today is the day on which tests judge debt.
var today = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// read makes a system of a manifest, which may leave out its version.
func read(t testing.TB, yaml string) *arch.System {
	t.Helper()
	if !strings.HasPrefix(yaml, "version:") {
		yaml = "version: 1\n" + strings.TrimPrefix(yaml, "\n")
	}
	var files arch.Files
	inputs := []manifest.Input{{Path: "services.yaml", Data: []byte(yaml)}}
	sys, errs := manifest.Read(&files, inputs, manifest.Vocabulary(rule.Specs(rule.All())), manifest.DefaultLimits())
	if len(errs) > 0 {
		t.Fatalf("the manifest of the test is not valid: %v\n%s", errs, yaml)
	}
	return sys
}

// lint runs every rule on a manifest.
func lint(t testing.TB, yaml string) []*finding.Finding {
	t.Helper()
	sys := read(t, yaml)
	return rule.Run(sys, graph.Build(sys), rule.All(), rule.Options{Today: today}).Findings
}

// of keeps the findings of one rule.
func of(found []*finding.Finding, id string) []*finding.Finding {
	var kept []*finding.Finding
	for _, f := range found {
		if f.Rule == id {
			kept = append(kept, f)
		}
	}
	return kept
}

// brief is what a finding says in one line: severity, whether it is only possible, line, message.
func brief(f *finding.Finding) string {
	possible := ""
	if f.Possible {
		possible = "possible "
	}
	return fmt.Sprintf("%s%s %d: %s", possible, f.Severity, f.Pos.Line, f.Message)
}

func briefs(found []*finding.Finding) string {
	lines := make([]string, len(found))
	for i, f := range found {
		lines[i] = brief(f)
	}
	return strings.Join(lines, "\n")
}

// ruleCase is a manifest and what one rule says of it, line by line as brief prints it, in the order of reports.
// Lines count from 1, the version's, which the manifests of tests leave out.
type ruleCase struct {
	name string
	yaml string
	want []string
}

func runCases(t *testing.T, id string, cases []ruleCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found := of(lint(t, c.yaml), id)
			if got, want := briefs(found), strings.Join(c.want, "\n"); got != want {
				t.Errorf("%s says\n%s\nwant\n%s", id, got, want)
			}
			complete(t, found)
		})
	}
}

// complete sees that findings have what every finding has, and that no two have one fingerprint.
func complete(t *testing.T, found []*finding.Finding) {
	t.Helper()
	seen := make(map[string]*finding.Finding)
	for _, f := range found {
		switch {
		case !f.Pos.Known():
			t.Errorf("has no position: %s", brief(f))
		case f.Service == "":
			t.Errorf("is about no service: %s", brief(f))
		case f.Possible && len(f.Doubt) == 0:
			t.Errorf("does not say why it is only possible: %s", brief(f))
		case len(f.Remedy) == 0:
			t.Errorf("has no remedy: %s", brief(f))
		case strings.HasSuffix(f.Message, ".") || strings.Contains(f.Message, "%!") || strings.Contains(f.Message, "\n"):
			t.Errorf("is no sentence: %s", brief(f))
		}
		if first, _, _ := strings.Cut(strings.Join(f.Remedy, ""), " "); first == "else" || first == "or" {
			t.Errorf("%s: the first thing to do is another one: %q", brief(f), f.Remedy[0])
		}
		for _, line := range f.Remedy {
			if strings.Contains(line, " ?") || strings.Contains(line, "unknown callee (") {
				t.Errorf("%s: advises nobody knows whom: %q", brief(f), line)
			}
		}
		for _, line := range slices.Concat(f.Doubt, f.Cost, f.Remedy) {
			if line == "" || strings.Contains(line, "%!") || strings.Contains(line, "  ") {
				t.Errorf("%s: line %q", brief(f), line)
			}
		}
		if other := seen[f.Fingerprint()]; other != nil {
			t.Errorf("one fingerprint for\n%s\n%s", brief(other), brief(f))
		}
		seen[f.Fingerprint()] = f
	}
}

// only is the one finding of a rule.
func only(t *testing.T, yaml, id string) *finding.Finding {
	t.Helper()
	found := of(lint(t, yaml), id)
	if len(found) != 1 {
		t.Fatalf("%s has %d findings, want 1:\n%s", id, len(found), briefs(found))
	}
	return found[0]
}

// mustSay compares lines.
func mustSay(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
