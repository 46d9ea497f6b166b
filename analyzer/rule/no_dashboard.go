package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func noDashboard() Rule {
	return Rule{
		ID:      "no-dashboard",
		Concern: Observability,
		Rank:    Alone,
		Title:   "a service that nobody can look at",
		Fires:   "it is known of a service that no dashboard shows it. Jobs are left out.",
		Default: "note",
		Rationale: `Whoever is called looks first for what has changed. A page with traffic, errors, latency and saturation of the service,
and the times of its releases, answers that in a minute.`,
		Source:   "Beyer et al.: Site Reliability Engineering (2016), chapter 6; Grafana Labs: The RED Method",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  cart: {observability: {dashboard: false}}
`,
		Right: `version: 1
services:
  cart: {observability: {dashboard: "https://dashboards.example/cart"}}
`,
		Remedy: "make one dashboard for all services that export the same metrics, with the service as a variable, and link it",
		Check: trait{
			fact: concern("observability", "dashboard"),
			says: "is on no dashboard", many: "no dashboard",
		}.check,
	}
}
