package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func blindCanary() Rule {
	return Rule{
		ID:      "blind-canary",
		Concern: Deployment,
		Rank:    Alone,
		Title:   "a canary that nobody looks at",
		Fires:   "new versions of a service are known to reach a few users first (canary, feature-flag), without an analysis of how these fare, and are not taken back by themselves.",
		Default: "warning",
		Rationale: `A canary is sent ahead to be watched. When nothing compares its errors and latencies with those of the old version, a bad
one goes on to everybody, only later: the outage is the same, and its cause is harder to see.`,
		Source:   "Beyer et al.: The Site Reliability Workbook (2018), chapter 16, Canarying Releases; Humble and Farley: Continuous Delivery (2010), chapter 10",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {deployment: {strategy: canary, analysis: false, rollback: manual}}
`,
		Right: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {deployment: {strategy: canary, analysis: true, rollback: automatic}}
`,
		Remedy: "let a metric of its users, errors or latency, decide whether the new version goes on; take it back by itself when that is bad",
		Graded: true,
		Check: trait{
			fact: concern("deployment", "analysis"), among: progressive,
			tell:   blindness,
			beside: concern("deployment", "rollback"),
			many:   "canary without analysis",
		}.check,
	}
}

// progressive reports whether new versions of a service reach a few users first.
func progressive(_ *audience, s *arch.Service) bool {
	strategy := s.Concern("deployment", "strategy").Or("")
	return strategy == "canary" || strategy == "feature-flag"
}

func blindness(s *arch.Service, analysis arch.Fact[string]) string {
	rollback := s.Concern("deployment", "rollback")
	if !analysis.Not() || rollback.Or("") == "automatic" {
		return ""
	}
	text := "sends new versions ahead (" + s.Concern("deployment", "strategy").Value + ") and does not look how they fare"
	switch {
	case rollback.Not():
		text += ", nor can take them back"
	case rollback.Or("") == "manual":
		text += ", and takes them back only by hand"
	}
	return text
}
