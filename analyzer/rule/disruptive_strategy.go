package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func disruptiveStrategy() Rule {
	return Rule{
		ID:      "disruptive-strategy",
		Concern: Deployment,
		Rank:    Alone,
		Title:   "a deployment during which nobody answers",
		Fires:   "new versions of a service are known to replace the old one only after that is gone (recreate), while others call it and wait, or a journey enters there.",
		Default: "warning",
		Rationale: `From the end of the old version to the start of the new one the service is down, on purpose, for everybody who waits for
it. Each of its releases is an outage of theirs, so that releases have to be agreed upon: that is how one deployment
schedule for all begins.`,
		Source:   "Forsgren, Humble, Kim: Accelerate (2018), deployability; Kubernetes documentation, Deployments, Recreate; kube-linter, no-rolling-update-strategy",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {deployment: {strategy: recreate}}
`,
		Right: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {deployment: {strategy: rolling}}
`,
		Remedy: "start the new version before the old one stops (rolling, blue-green, canary); where both cannot use one volume or schema, change that first; else hand work over by messages, which wait until it is back",
		Graded: true,
		Check: trait{
			fact: concern("deployment", "strategy"), among: awaited,
			tell: func(_ *arch.Service, strategy arch.Fact[string]) string {
				if strategy.Value != "recreate" {
					return ""
				}
				return "is down during each of its deployments (recreate)"
			},
			many: "down during deployments (recreate)",
		}.check,
	}
}
