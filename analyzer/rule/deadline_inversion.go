package rule

import (
	"fmt"
	"time"

	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func deadlineInversion() Rule {
	return Rule{
		ID:      "deadline-inversion",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "a caller that gives up before its callee can",
		Fires:   "a caller waits less long than the calls which its callee makes to answer may take by their own timeouts, retries and pauses.",
		Default: "warning",
		Rationale: `The caller is gone while its callee still works for it: work that nobody waits for, and, if it writes, an outcome
that the caller never learns. With retries the callee works for the same request several times at once. Limits have to
shrink from the outside in.`,
		Source:   "Beyer et al.: Site Reliability Engineering (2016), chapter 22, on deadline propagation",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web:
    kind: gateway
    operations:
      GET /offers: {calls: [{to: offers, operation: shop.Offers/List, timeout: 1s}]}
  offers:
    operations:
      shop.Offers/List: {calls: [{to: stock, operation: shop.Stock/Get, timeout: 800ms, retries: 2}]}
  stock: {operations: {shop.Stock/Get: {}}}
`,
		Right: `version: 1
services:
  web:
    kind: gateway
    operations:
      GET /offers: {calls: [{to: offers, operation: shop.Offers/List, timeout: 1s}]}
  offers:
    operations:
      shop.Offers/List: {calls: [{to: stock, operation: shop.Stock/Get, timeout: 300ms, retries: 2, deadline: 900ms}]}
  stock: {operations: {shop.Stock/Get: {}}}
`,
		Remedy: "bound all attempts of the callee by a deadline shorter than what its caller waits, best by passing the caller's deadline on",
		Graded: true,
		Check: func(p *Pass) {
			g := p.Graph
			works := overrun(g)
			for i := range g.Edges {
				if e := &g.Edges[i]; works(e) > 0 {
					wait, _ := patience(e.Call)
					may := inSeries(g, e.To, graph.Possible, ofWorst, func(e *graph.Edge) string { return explainWorst(g, e) })
					p.Report(inversionFinding(g, e, wait, may))
				}
			}
		},
	}
}

func ofWorst(e *graph.Edge) time.Duration { return worst(e.Call) }

// overrun returns how long the callee of a call to another service may work for it by the limits of its own calls,
// where that is longer than the caller waits; else 0.
func overrun(g *graph.Graph) func(e *graph.Edge) time.Duration {
	sums := make([]time.Duration, len(g.Nodes))
	summed := make([]bool, len(g.Nodes))
	return func(e *graph.Edge) time.Duration {
		if !remote(g, e) {
			return 0
		}
		wait, _ := patience(e.Call)
		if wait == 0 {
			return 0
		}
		if !summed[e.To] {
			sums[e.To], summed[e.To] = inSeries(g, e.To, graph.Possible, ofWorst, nil).length, true
		}
		if sums[e.To] <= wait {
			return 0
		}
		return sums[e.To]
	}
}

func inversionFinding(g *graph.Graph, e *graph.Edge, wait time.Duration, may span) finding.Finding {
	from, to := &g.Nodes[e.From], &g.Nodes[e.To]
	f := finding.Finding{
		Possible:  !e.Certain,
		Pos:       e.Call.Pos,
		Service:   from.ServiceName(),
		Operation: from.Operation(),
		Message:   fmt.Sprintf("%s gives up on %s after %s, and that may work for %s", title(from), title(to), duration(wait), duration(may.length)),
		Hops:      []finding.Hop{hop(g, e)},
		Size:      1,
		Cost:      []string{fmt.Sprintf("%s > %s", may.sum(), duration(wait))},
		Remedy: []string{fmt.Sprintf("let %s bound all its calls together by less than %s, best by passing on the deadline that it is given",
			to.ServiceName(), duration(wait))},
	}
	for _, call := range may.calls {
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: call.To, Operation: call.Operation.Or(""), Pos: call.Pos})
	}
	return f
}
