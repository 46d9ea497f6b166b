package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func missingCircuitBreaker() Rule {
	return Rule{
		ID:      "missing-circuit-breaker",
		Concern: Reliability,
		Rank:    Design,
		Title:   "callers that do not let go",
		Fires:   "a service is called, and it is known of the calls that nothing stops them while it is down: no circuit breaker, no bulkhead, no outlier detection of a mesh. One finding for the system.",
		Default: "note",
		Rationale: `A caller that goes on asking a service which is down spends its own threads, connections and time on calls that fail, and
keeps the callee from coming back. A breaker answers at once, and asks again now and then.`,
		Source:   "Nygard: Release It!, 2nd edition (2018), Circuit Breaker, Bulkheads; Fowler: CircuitBreaker (2014)",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls: [{to: payment, operation: shop.Payment/Charge, circuit-breaker: false}]
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls: [{to: payment, operation: shop.Payment/Charge, circuit-breaker: true}]
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Remedy: "bound the calls first, then put a circuit breaker around those that the caller can do without for a while; a mesh does it for all (outlier detection)",
		Check:  checkMissingCircuitBreaker,
	}
}

func checkMissingCircuitBreaker(p *Pass) {
	g := p.Graph
	bare := func(e *graph.Edge) bool { return e.Call.CircuitBreaker.Not() && g.Nodes[e.To].Service != nil }
	for _, group := range byCause(g, bare, func(e *graph.Edge) (place, arch.Pos) { return place{}, e.Call.Place() }) {
		f := finding.Finding{Service: g.Nodes[group.edges[0].From].ServiceName(), Pos: group.pos, Others: group.callees(g)}
		callees := make([]string, len(f.Others))
		for i, callee := range f.Others {
			callees[i] = callee.Service
		}
		slices.Sort(callees)
		callees = slices.Compact(callees)
		f.Size = len(callees)
		f.Message = fmt.Sprintf("no circuit breaker in front of %s", list(callees, 4))
		f.Remedy = []string{"bound the calls, then put a circuit breaker around those that the caller can do without for a while", "or let a mesh take away what fails (outlier detection)"}
		p.Report(f)
	}
}
