package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func contextNotPropagated() Rule {
	return Rule{
		ID:      "context-not-propagated",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "a call that is cut off from its request",
		Fires:   "code that answers a request calls another service with a context of its own making, or with none, though the request has one. Goroutines that nobody waits for are exempt, and so is what is done once for all who ask.",
		Default: "warning",
		Rationale: `The context of a request carries its deadline, its cancellation and its trace. A call without it goes on when nobody
waits for the answer any more, waits longer than its caller does, and is missing from the trace, where it is looked for first.`,
		Source:   "Go documentation of package context: pass a Context to each function that needs it; Beyer et al.: Site Reliability Engineering (2016), chapter 22, Deadline propagation",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/Place:
        calls: [{to: currency, operation: shop.Currency/Convert, context: new, timeout: 1s}]
  currency: {operations: {shop.Currency/Convert: {}}}
`,
		Right: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/Place:
        calls: [{to: currency, operation: shop.Currency/Convert, context: passed, timeout: 1s}]
  currency: {operations: {shop.Currency/Convert: {}}}
`,
		Remedy: "hand the request's context down to the call; where the work must go on without the request, use context.WithoutCancel, which keeps the trace, and a deadline",
		Check: func(p *Pass) {
			g := p.Graph
			lost := func(e *graph.Edge) bool { return e.Call.Context.Or("") == arch.ContextNew }
			for _, group := range byCause(g, lost, atCut) {
				f := group.finding(g)
				from := title(&g.Nodes[group.edges[0].From])
				f.Message = fmt.Sprintf("%s is made without the context of the request to %s", group.subject(g, &f), from)
				if len(f.Hops) == 0 && f.Size > 1 {
					f.Message = fmt.Sprintf("%s are made without the context of the request to %s", group.subject(g, &f), from)
				}
				f.Cost = []string{"the deadline, the cancellation and the trace of the request are lost"}
				if group.edges[0].Call.Protocol.Or("") == "http" {
					f.Remedy = []string{"hand the request's context down, and make the request with http.NewRequestWithContext"}
				} else {
					f.Remedy = []string{"hand the request's context down to the call"}
				}
				f.Remedy = append(f.Remedy, "or where the work must go on without the request, use context.WithoutCancel and a deadline")
				p.Report(f)
			}
			numbered(p)
		},
	}
}

// atCut is the cause of a call that is cut off: where its context is made.
func atCut(e *graph.Edge) (place, arch.Pos) {
	at := e.Call.Place()
	if cut := e.Call.Context.Pos; cut.Known() && cut.Source() != arch.Manifest {
		at = cut
	}
	return place{at: at}, at
}
