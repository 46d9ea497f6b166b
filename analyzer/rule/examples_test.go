package rule_test

import (
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// The documentation of a rule is executed: its wrong example makes it fire, its right one makes it silent.
func TestExamples(t *testing.T) {
	for _, r := range rule.All() {
		if r.ID == "stale-baseline" {
			continue // its examples need a baseline, as TestBaseline has it
		}
		t.Run(r.ID, func(t *testing.T) {
			if found := of(lint(t, r.Wrong), r.ID); len(found) == 0 {
				t.Errorf("the wrong example does not make it fire:\n%s", r.Wrong)
			} else {
				complete(t, found)
			}
			for _, f := range lint(t, r.Right) {
				switch {
				case f.Rule == r.ID:
					t.Errorf("the right example makes it fire: %s\n%s", brief(f), r.Right)
				case f.Severity >= finding.Warning:
					t.Errorf("the right example makes %s fire: %s\n%s", f.Rule, brief(f), r.Right)
				}
			}
		})
	}
}

// Every rule says what it is, when it fires, why, where that comes from and what to do.
func TestDocumentation(t *testing.T) {
	concerns := map[string]bool{rule.Coupling: true, rule.Reliability: true, rule.Deployment: true, rule.Observability: true, rule.Housekeeping: true}
	ids := make(map[string]bool)
	for _, r := range rule.All() {
		if ids[r.ID] {
			t.Errorf("two rules are called %s", r.ID)
		}
		ids[r.ID] = true
		if !concerns[r.Concern] {
			t.Errorf("%s: no such concern: %q", r.ID, r.Concern)
		}
		for field, text := range map[string]string{
			"ID": r.ID, "Title": r.Title, "Fires": r.Fires, "Rationale": r.Rationale, "Source": r.Source,
			"Wrong": r.Wrong, "Right": r.Right, "Remedy": r.Remedy, "Default": r.Default,
		} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", r.ID, field)
			}
		}
		if strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("%s is no kebab-case", r.ID)
		}
		if !strings.HasPrefix(r.Wrong, "version: 1\n") || !strings.HasPrefix(r.Right, "version: 1\n") {
			t.Errorf("%s: examples begin with their version", r.ID)
		}
		for _, p := range r.Params {
			if p.Name == "" || p.Doc == "" || p.Default < p.Min || p.Max > 0 && p.Default > p.Max {
				t.Errorf("%s: parameter %+v", r.ID, p)
			}
		}
	}
}
