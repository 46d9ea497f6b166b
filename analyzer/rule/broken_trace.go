package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func brokenTrace() Rule {
	return Rule{
		ID:      "broken-trace",
		Concern: Observability,
		Rank:    Design,
		Title:   "a trace that ends here",
		Fires:   "a service that takes part in traces calls another one over a client that does not continue them. Where all that is known of the callee is that its address is data, it may be anybody's: a note. External services are left out, and so are services that are known to hand no trace on at all. Calls over one client are one finding, where it is made.",
		Default: "warning",
		Rationale: `The trace of a slow request ends at the service that does not hand it on; what its callees do is in traces of their own,
which nobody can find from there. A trace with a hole misleads: the time seems to be spent where it is not.`,
		Source:   "W3C Trace Context (2021); Sridharan: Distributed Systems Observability (2018), chapter 4; OpenTelemetry: Context propagation",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    observability: {tracing: true}
    operations:
      shop.Order/Place:
        calls: [{to: payment, operation: shop.Payment/Charge, traced: false}]
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Right: `version: 1
services:
  order:
    observability: {tracing: true}
    operations:
      shop.Order/Place:
        calls: [{to: payment, operation: shop.Payment/Charge, traced: true}]
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Remedy: "instrument the client: otelgrpc's stats handler for a gRPC connection, otelhttp's transport for an HTTP client, and hand the request's context to the call",
		Check: func(p *Pass) {
			g := p.Graph
			broken := func(e *graph.Edge) bool {
				s := g.Nodes[e.From].Service
				return e.Call.Traced.Not() && calleeKind(g, e) != arch.External && s.Concern("observability", "tracing").Is() && !s.Concern("observability", "trace-propagation").Not()
			}
			for _, group := range byCause(g, broken, atClient(g)) {
				f := group.finding(g)
				f.Subject = group.over()
				switch calls := group.subject(g, &f); {
				case f.Subject != "":
					f.Message = fmt.Sprintf("the traces that %s continues end at %s%s", f.Service, calls, overClient(group.edges[0].Call.Client))
				default:
					f.Message = fmt.Sprintf("the traces that %s continues end at %s", f.Service, calls)
				}
				switch group.edges[0].Call.Protocol.Or("") {
				case "grpc":
					f.Remedy = []string{"give the connection an instrumentation: grpc.WithStatsHandler(otelgrpc.NewClientHandler())"}
				case "http":
					f.Remedy = []string{"give the client an instrumented transport: otelhttp.NewTransport(http.DefaultTransport)"}
				default:
					f.Remedy = []string{"instrument the client, so that it hands the trace on"}
				}
				if !slices.ContainsFunc(group.edges, func(e *graph.Edge) bool { return g.Nodes[e.To].Kind != graph.Unknown || isConfigured(e.Call) }) {
					f.Severity, f.Possible, f.Doubt = finding.Note, true, []string{"whether whom it calls is one of the system: the address is data"}
				}
				p.Report(f)
			}
			numbered(p)
		},
	}
}

// isConfigured reports whether something that names a callee is known of a call's address: a variable, a key, a host.
func isConfigured(call *arch.Call) bool { return len(arch.TargetNames(call.Target.Or(""))) > 0 }
