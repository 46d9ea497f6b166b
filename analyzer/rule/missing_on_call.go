package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func missingOnCall() Rule {
	return Rule{
		ID:      "missing-on-call",
		Concern: Reliability,
		Rank:    Alone,
		Title:   "a service for which nobody is called",
		Fires:   "it is known of a service that others call that nobody is on call for it. It is silent in a system that records such things (an owner, an slo, on-call, a runbook) of no service, and of services that nobody calls.",
		Default: "note",
		Rationale: `A service is as available as the people who repair it. When nobody is called, an outage at night lasts until the
morning, for everybody who waits for it.`,
		Source:   "Beyer et al.: Site Reliability Engineering (2016), chapter 11, Being On-Call",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  web: {owner: team-web, calls: [payment]}
  payment: {owner: team-money, reliability: {on-call: false}}
`,
		Right: `version: 1
services:
  web: {owner: team-web, calls: [payment]}
  payment: {owner: team-money, reliability: {on-call: money-primary}}
`,
		Remedy: "say who is called when it fails (on-call); else promise no more than office hours, and let its callers do without it",
		Check: trait{
			fact: concern("reliability", "on-call"), among: recorded,
			says: "has nobody on call", many: "nobody on call",
		}.check,
	}
}
