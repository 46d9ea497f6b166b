package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func missingSLO() Rule {
	return Rule{
		ID:      "missing-slo",
		Concern: Reliability,
		Rank:    Alone,
		Title:   "a service that promises nothing",
		Fires:   "the slo of a service that others call is known to be absent, and none of its operations has one. It is silent in a system that records such things (an owner, an slo, on-call, a runbook) of no service, and of services that nobody calls.",
		Default: "note",
		Rationale: `A caller has to know what it may build on. Without an objective nobody can say whether a service was good enough this
month, whether a release may go out, or what those who wait for it can promise in turn: their own arithmetic has a hole.`,
		Source:   "Beyer et al.: Site Reliability Engineering (2016), chapter 4, Service Level Objectives",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  web: {owner: team-web, slo: 99.5%, calls: [payment]}
  payment: {owner: team-money, slo: false}
`,
		Right: `version: 1
services:
  web: {owner: team-web, slo: 99.5%, calls: [payment]}
  payment: {owner: team-money, slo: 99.9%}
`,
		Remedy: "measure for a month how often it answers in time, and promise a little less (slo)",
		Check: trait{
			fact: promises, among: recorded,
			says: "promises nothing", many: "no SLO",
		}.check,
	}
}
