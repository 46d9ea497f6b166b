package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func noTracing() Rule {
	return Rule{
		ID:      "no-tracing",
		Concern: Observability,
		Rank:    Alone,
		Title:   "a service that leaves the trace",
		Fires:   "it is known of a service that it takes no part in distributed traces. Jobs are left out.",
		Default: "warning",
		Rationale: `A request that takes several hops can only be understood as a whole. Behind a service that does not pass the trace on
everything is dark: which call was slow, which failed, for whom. The longer the chains, the dearer the gap.`,
		Source:   "OpenTelemetry documentation, Context propagation; Sridharan: Distributed Systems Observability (2018), chapter 4; Sigelman et al.: Dapper (Google, 2010)",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {kind: bff, observability: {tracing: true}, calls: [cart]}
  cart: {observability: {tracing: false}}
`,
		Right: `version: 1
services:
  web: {kind: bff, observability: {tracing: true}, calls: [cart]}
  cart: {observability: {tracing: true}}
`,
		Remedy: "instrument its server and its clients with OpenTelemetry, in Go otelhttp and otelgrpc; set a propagator and an exporter",
		Check: trait{
			fact: concern("observability", "tracing"),
			says: "takes no part in traces", many: "no tracing",
		}.check,
	}
}
