package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func notSpread() Rule {
	return Rule{
		ID:      "not-spread",
		Concern: Reliability,
		Rank:    Alone,
		Title:   "copies that may all be in one place",
		Fires:   "it is known of a service that may run in several copies that these are not spread over nodes or zones.",
		Default: "note",
		Rationale: `Copies guard against the loss of a node only if they are on several. A scheduler that is told nothing may put all of them
on one.`,
		Source:   "Kubernetes documentation, Pod Topology Spread Constraints; AWS Well-Architected Framework, REL10-BP01; kube-linter, no-anti-affinity",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {replicas: 3, spread: false}}
`,
		Right: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {replicas: 3, spread: true}}
`,
		Remedy: "spread the copies over nodes, and over zones where there are several (in Kubernetes topologySpreadConstraints)",
		Check: trait{
			fact: concern("reliability", "spread"), among: several,
			says: "does not spread its copies over nodes", many: "copies not spread",
		}.check,
	}
}
