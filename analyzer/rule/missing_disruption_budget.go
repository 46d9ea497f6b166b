package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func missingDisruptionBudget() Rule {
	return Rule{
		ID:      "missing-disruption-budget",
		Concern: Reliability,
		Rank:    Alone,
		Title:   "a service that maintenance may take down whole",
		Fires:   "it is known of a service that may run in several copies that it has no disruption budget.",
		Default: "note",
		Rationale: `Nodes are drained for upgrades, and several at once. Without a budget nothing keeps all copies from being evicted in the
same minute: several copies are worth as much as one.`,
		Source:   "Kubernetes documentation, Disruptions; kube-score, deployment-has-poddisruptionbudget; polaris, missingPodDisruptionBudget",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {replicas: 3, disruption-budget: false}}
`,
		Right: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {replicas: 3, disruption-budget: true}}
`,
		Remedy: "declare how many copies may be missing (in Kubernetes a PodDisruptionBudget with maxUnavailable: 1)",
		Check: trait{
			fact: concern("reliability", "disruption-budget"), among: several,
			says: "has no disruption budget", many: "no disruption budget",
		}.check,
	}
}
