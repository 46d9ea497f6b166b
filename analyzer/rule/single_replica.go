package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func singleReplica() Rule {
	return Rule{
		ID:      "single-replica",
		Concern: Reliability,
		Rank:    Alone,
		Title:   "a service that runs once",
		Fires:   "a service is known to run in one copy. Jobs may.",
		Default: "warning",
		Rationale: `The node that it runs on is drained, the process is killed for its memory, a new version starts: each time nobody answers.
Everybody who waits for it is then as available as one process.`,
		Source:   "AWS Well-Architected Framework, REL10 (use fault isolation); kube-score, deployment-replicas; kube-linter, minimum-three-replicas; polaris, deploymentMissingReplicas",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {replicas: 1}}
`,
		Right: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {replicas: 2, spread: true, disruption-budget: true}}
`,
		Remedy: "run two or more copies; where it keeps state in memory, put that into a store first; or let its callers do without it for a while",
		Graded: true,
		Check: trait{
			fact: concern("reliability", "replicas"),
			tell: func(_ *arch.Service, replicas arch.Fact[string]) string {
				if replicas.Value != "1" {
					return ""
				}
				return "runs in one copy"
			},
			many: "1 replica",
		}.check,
	}
}
