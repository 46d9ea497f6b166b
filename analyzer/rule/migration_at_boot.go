package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func migrationAtBoot() Rule {
	return Rule{
		ID:      "migration-at-boot",
		Concern: Deployment,
		Rank:    Alone,
		Title:   "a schema that changes whenever a copy starts",
		Fires:   "a service is known to change the schema of its database when it starts, and not known to run in one copy. Jobs may.",
		Default: "warning",
		Rationale: `Copies that start together change the schema together, or wait for each other; the old version, which still answers
requests, meets a schema that it does not know; and a migration that fails or is slow keeps every copy from starting, so
that the way back is closed as well.`,
		Source:   "Ambler and Sadalage: Refactoring Databases (2006), expand and contract; Humble and Farley: Continuous Delivery (2010), chapter 12; The Twelve-Factor App, XII (Admin processes)",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  orders: {reliability: {replicas: 3}, deployment: {migrates-at-start: true}}
`,
		Right: `version: 1
services:
  orders: {reliability: {replicas: 3}, deployment: {migrates-at-start: false}}
  orders-migration: {kind: job, deployment: {migrates-at-start: true}}
`,
		Remedy: "change the schema in a job of its own, before the new version starts; let each change fit the old version and the new one (expand, then contract)",
		Graded: true,
		Check: trait{
			fact: concern("deployment", "migrates-at-start"), among: several,
			tell: migration,
			doubt: func(s *arch.Service) string {
				if _, known := copies(s); known {
					return ""
				}
				return "how many copies of it run (replicas)"
			},
			many: "schema changes at start",
		}.check,
	}
}

func migration(s *arch.Service, migrates arch.Fact[string]) string {
	if !migrates.Is() {
		return ""
	}
	text := "changes the schema of its database when it starts"
	if n, known := copies(s); known {
		text += ", in each of " + n + " copies"
	}
	return text
}
