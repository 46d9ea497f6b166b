package rule

import (
	"fmt"
	"math"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func deadlineInversion() Rule {
	return Rule{
		ID:      "deadline-inversion",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "a caller that gives up before its callee can",
		Fires:   "a caller waits less long than the calls which its callee makes to answer may take by their own timeouts, retries and pauses, or one of them is known to have no limit. Calls that are given the context of the request end with it.",
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
				e := &g.Edges[i]
				work := works(e)
				if work == 0 {
					continue
				}
				wait, _ := patience(e.Call)
				if work == withoutLimit {
					p.Report(limitlessFinding(g, e, wait))
					continue
				}
				may := inSeries(g, e.To, graph.Possible, ofWorst, func(e *graph.Edge) string { return explainWorst(g, e) })
				for _, call := range may.calls {
					if attempt, _ := patience(call); attempt == 0 { // only its pauses are in the sum
						may.silent = append(may.silent, call.To)
					}
				}
				p.Report(inversionFinding(g, e, wait, may))
			}
		},
	}
}

// ofWorst is the longest that a call may take; -1 where that is never longer than the caller's caller waits: the request's
// context ends when that gives up, by the deadline that gRPC hands on, or since its connection is closed.
func ofWorst(e *graph.Edge) time.Duration {
	if incoming(e.Call.Deadline) || incoming(e.Call.Timeout) || givesUp(e.Call) {
		return -1
	}
	return worst(e.Call)
}

// givesUp reports whether a call ends when whoever asked for it gives up.
func givesUp(call *arch.Call) bool { return call.Context.Or("") == arch.ContextPassed }

// withoutLimit is how long a callee may work one of whose calls is known to have no limit.
const withoutLimit = time.Duration(math.MaxInt64)

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
			if len(limitless(g, e.To)) > 0 {
				sums[e.To] = withoutLimit
			}
		}
		if sums[e.To] <= wait {
			return 0
		}
		return sums[e.To]
	}
}

// limitless are the calls out of a node of which it is known that nothing ends the wait for them: not that of one
// attempt, and not that of all.
func limitless(g *graph.Graph, n graph.NodeID) (calls []*graph.Edge) {
	out := g.Out(n)
	for i := range out {
		if call := out[i].Call; call != nil && call.Timeout.Not() && !call.Bounded() && !incoming(call.Deadline) && !givesUp(call) {
			calls = append(calls, &out[i])
		}
	}
	return calls
}

func limitlessFinding(g *graph.Graph, e *graph.Edge, wait time.Duration) finding.Finding {
	f := inversionFinding(g, e, wait, span{})
	f.Message = fmt.Sprintf("%s gives up on %s after %s, and that may work without limit", title(&g.Nodes[e.From]), title(&g.Nodes[e.To]), duration(wait))
	var names []string
	for _, call := range limitless(g, e.To) {
		names = append(names, title(&g.Nodes[call.To]))
		f.Others = append(f.Others, callRef(g, finding.Related, call))
	}
	f.Cost = []string{fmt.Sprintf("%s without limit > %s", list(once(names), 3), duration(wait))}
	return f
}

func inversionFinding(g *graph.Graph, e *graph.Edge, wait time.Duration, may span) finding.Finding {
	from, to := &g.Nodes[e.From], &g.Nodes[e.To]
	f := finding.Finding{
		Possible:  !e.Certain,
		Doubt:     doubts(g, e),
		Pos:       e.Call.Place(),
		Service:   from.ServiceName(),
		Operation: from.Operation(),
		Message:   fmt.Sprintf("%s gives up on %s after %s, and that may work for %s", title(from), title(to), duration(wait), may.text("timeout")),
		Hops:      []finding.Hop{hop(g, e)},
		Size:      1,
		Cost:      []string{fmt.Sprintf("%s > %s", may.sum(), duration(wait))},
		Remedy: []string{fmt.Sprintf("let %s bound all its calls together by less than %s, best by passing on the deadline that it is given",
			to.ServiceName(), duration(wait))},
	}
	for _, call := range may.calls {
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: call.To, Operation: call.Operation.Or(""), Pos: call.Place()})
	}
	return f
}
