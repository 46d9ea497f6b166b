package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func noMetrics() Rule {
	return Rule{
		ID:      "no-metrics",
		Concern: Observability,
		Rank:    Alone,
		Title:   "a service that measures nothing",
		Fires:   "it is known of a service that it exports no metrics. Jobs need none.",
		Default: "note",
		Rationale: `How many requests there are, how many fail and how long they take: without these nobody can say whether a service keeps
what it promises, or whether the last release made it worse. Its users tell first.`,
		Source:   "Beyer et al.: Site Reliability Engineering (2016), chapter 6, The Four Golden Signals",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  cart: {observability: {metrics: false}}
`,
		Right: `version: 1
services:
  cart: {observability: {metrics: true}}
`,
		Remedy: "export rate, errors and duration of each operation; middleware does so once for all",
		Check: trait{
			fact: concern("observability", "metrics"),
			says: "exports no metrics", many: "no metrics",
		}.check,
	}
}
