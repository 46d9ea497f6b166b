package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func hiddenRequestReply() Rule {
	return Rule{
		ID:      "hidden-request-reply",
		Concern: Coupling,
		Rank:    Design,
		Title:   "request and reply over a broker",
		Fires:   "a call goes over a broker and its caller waits for the reply. It is a hop like any other, and counted in chains.",
		Default: "warning",
		Rationale: `It looks like messaging and is a call: the caller cannot go on until the callee has answered, and now the broker has to
be up too. What a broker is good for, that the other side may be down for a while, is lost, and so is what a direct call has:
an error at once when nobody is there.`,
		Source:   "Hohpe and Woolf: Enterprise Integration Patterns (2003), Request-Reply; Newman: Building Microservices, 2nd edition, chapter 4",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place: {calls: [{to: ledger, via: ledger.requests}]}
  ledger: {operations: {consume ledger.requests: {}}}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place: {publishes: [orders.placed]}
  ledger: {consumes: [orders.placed]}
`,
		Remedy: "if the caller need not wait: publish an event and let the callee publish the outcome; if it must: call directly, with a deadline",
		Check: func(p *Pass) {
			g := p.Graph
			eachCall(p, func(e *graph.Edge) bool { return e.Call.Via.Is() },
				func(e *graph.Edge, f *finding.Finding) {
					from, to := &g.Nodes[e.From], g.Nodes[e.To].ServiceName()
					who := to
					if to == arch.Unresolved {
						who, to = "nobody knows whom", "who consumes it"
					}
					f.Message = fmt.Sprintf("%s sends a message to %s over %s and waits for the reply", title(from), who, e.Call.Via.Value)
					if !e.Call.Bounded() && (e.Call.Timeout.Not() || e.Call.Deadline.Not()) {
						f.Cost = append(f.Cost, "nothing ends the wait: a lost message holds the request for ever")
					}
					f.Cost = append(f.Cost, fmt.Sprintf("to answer, %s needs the broker up, and %s too", f.Service, to))
					if e.Call.Unused() {
						f.Remedy = append(f.Remedy, fmt.Sprintf("%s does not use the reply: do not wait for it", f.Service))
						return
					}
					f.Remedy = append(f.Remedy,
						fmt.Sprintf("if %s need not wait: answer once the message is handed over, and let %s publish the outcome", title(from), to),
						fmt.Sprintf("if it must: call %s directly, with a deadline", to))
				})
		},
	}
}
