package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func noAlerts() Rule {
	return Rule{
		ID:      "no-alerts",
		Concern: Observability,
		Rank:    Alone,
		Title:   "a service whose failure nobody hears of",
		Fires:   "it is known of a service that nobody is alerted when it fails. Jobs are left out.",
		Default: "note",
		Rationale: `An outage begins when users feel it and ends when somebody repairs it. Without an alert the time between is as long as it
takes a user to complain to the right person.`,
		Source:   "Beyer et al.: The Site Reliability Workbook (2018), chapter 5, Alerting on SLOs",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  cart: {observability: {alerts: false}}
`,
		Right: `version: 1
services:
  cart: {observability: {alerts: true}}
`,
		Remedy: "alert on what users feel: on its objective, when the error budget burns fast",
		Check: trait{
			fact: concern("observability", "alerts"),
			says: "alerts nobody when it fails", many: "no alerts",
		}.check,
	}
}
