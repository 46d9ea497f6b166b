package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func missingRunbook() Rule {
	return Rule{
		ID:      "missing-runbook",
		Concern: Reliability,
		Rank:    Alone,
		Title:   "a service without a runbook",
		Fires:   "it is known of a service that others call that it has no runbook. It is silent in a system that records such things (an owner, an slo, on-call, a runbook) of no service, and of services that nobody calls.",
		Default: "note",
		Rationale: `Whoever is called at night has not written the service. A page that says how to see what is wrong, what to try first and
whom to ask shortens an outage to about a third.`,
		Source:   "Beyer et al.: Site Reliability Engineering (2016), chapter 1: playbooks made repairs three times as fast",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  web: {owner: team-web, calls: [payment]}
  payment: {owner: team-money, reliability: {runbook: false}}
`,
		Right: `version: 1
services:
  web: {owner: team-web, calls: [payment]}
  payment: {owner: team-money, reliability: {runbook: "https://runbooks.example/payment"}}
`,
		Remedy: "write down what was done the last time it failed, and link it (runbook)",
		Check: trait{
			fact: concern("reliability", "runbook"), among: recorded,
			says: "has no runbook", many: "no runbook",
		}.check,
	}
}
