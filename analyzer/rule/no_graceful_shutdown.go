package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func noGracefulShutdown() Rule {
	return Rule{
		ID:      "no-graceful-shutdown",
		Concern: Deployment,
		Rank:    Alone,
		Title:   "a service that drops what it has begun",
		Fires:   "it is known of a service that it does not finish, when it is told to stop, what it has begun. Jobs need not.",
		Default: "warning",
		Rationale: `Each deployment, each scaling down, each drained node stops the service. Requests that it was answering fail then, half
of their writes done; messages are handled a second time. The more often a team deploys, the more often it happens.`,
		Source:   "The Twelve-Factor App, IX (Disposability); Kubernetes documentation, Termination of Pods; net/http documentation, Server.Shutdown",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {graceful-shutdown: false}}
`,
		Right: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {graceful-shutdown: 20s}}
`,
		Remedy: "on SIGTERM stop taking requests, finish those that have begun, then end (in Go Server.Shutdown, GracefulStop); allow it as long as the slowest request takes",
		Graded: true,
		Check: trait{
			fact: concern("reliability", "graceful-shutdown"),
			tell: func(_ *arch.Service, fact arch.Fact[string]) string {
				switch {
				case !fact.Not():
					return ""
				case fact.Value == arch.OnlyInterrupt:
					return "drops what it has begun when SIGTERM stops it, since it asks for os.Interrupt alone"
				case fact.Value == arch.NotAwaited:
					return "drops what it has begun when it is stopped: main does not wait for its Shutdown, and ends as soon as that begins"
				case fact.Value == arch.BehindServer:
					return "drops what it has begun when it is stopped, since what would end its server runs only when that has ended"
				}
				return "drops what it has begun when it is stopped"
			},
			many: "no graceful shutdown",
		}.check,
	}
}
