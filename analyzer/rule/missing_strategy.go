package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func missingStrategy() Rule {
	return Rule{
		ID:      "missing-strategy",
		Concern: Deployment,
		Rank:    Alone,
		Title:   "a service whose releases nobody has thought about",
		Fires:   "it is known of a service that nothing tells how its new versions reach users. Jobs need no strategy.",
		Default: "note",
		Rationale: `Most outages follow a change. How a change reaches users decides how many of them notice a bad one, and for how long:
all at once, copy by copy, or a few first.`,
		Source:   "Beyer et al.: Site Reliability Engineering (2016), chapter 8, Release Engineering; Humble and Farley: Continuous Delivery (2010), chapter 10",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  cart: {deployment: {strategy: false}}
`,
		Right: `version: 1
services:
  cart: {deployment: {strategy: rolling}}
`,
		Remedy: "begin with rolling; where a bad version is dear, let a few users have it first (canary, feature-flag) and take it back by metrics",
		Check: trait{
			fact: concern("deployment", "strategy"),
			says: "has no deployment strategy", many: "no deployment strategy",
		}.check,
	}
}
