package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func chainInConsumer() Rule {
	return Rule{
		ID:      "chain-in-consumer",
		Concern: Coupling,
		Rank:    Outage,
		Title:   "a consumer whose handler starts a chain",
		Fires:   "the handler of a message starts a chain of 2 hops or more, and no request leads into the same chain.",
		Default: "warning",
		Rationale: `A message was to set its consumer free of others. A handler that waits for a chain holds up every message behind
it while any service of the chain is slow, and when one fails the message is delivered again: what the chain has already
written, it writes twice.

Chains that messages and requests share are reported as sync-chain.`,
		Source:   "Hohpe and Woolf: Enterprise Integration Patterns (2003), Idempotent Receiver; Kleppmann: Designing Data-Intensive Applications (2017), chapter 11",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order: {operations: {shop.Order/Place: {publishes: [orders.placed]}}}
  shipping:
    consumes: [orders.placed]
    operations:
      consume orders.placed: {calls: [stock shop.Stock/Take]}
  stock:
    operations:
      shop.Stock/Take: {calls: [supplier shop.Supplier/Reorder]}
  supplier: {operations: {shop.Supplier/Reorder: {}}}
`,
		Right: `version: 1
services:
  order: {operations: {shop.Order/Place: {publishes: [orders.placed]}}}
  shipping:
    consumes: [orders.placed]
    operations:
      consume orders.placed: {calls: [stock shop.Stock/Take]}
  stock:
    operations:
      shop.Stock/Take: {publishes: [stock.low]}
  supplier: {consumes: [stock.low]}
`,
		Remedy: "publish the next event instead of calling on; put into the event what the handler asks others for; make the handler idempotent",
		Params: []arch.ParamSpec{
			{Name: "warning", Doc: "Hops in a row from which a consumer's chain is reported.", Default: 2, Min: 1, Whole: true},
		},
		Check: func(p *Pass) {
			if !slices.ContainsFunc(p.Graph.Nodes, func(n graph.Node) bool { return isConsumer(&n) }) {
				return // to look for chains is most of the work
			}
			messages := ofMessages(p.Graph)
			for _, chain := range p.Graph.Chains(int(p.Param("warning"))) {
				if messages(chain) {
					p.Report(consumerFinding(p.Graph, chain))
				}
			}
		},
	}
}

func consumerFinding(g *graph.Graph, chain *graph.Chain) finding.Finding {
	head := &g.Nodes[chain.Head]
	f := finding.Finding{
		Possible:  chain.Possible,
		Service:   head.ServiceName(),
		Operation: head.Operation(),
		Hops:      chainHops(g, chain),
		Size:      chain.Hops,
	}
	f.Pos, f.Doubt = f.Hops[0].Pos, doubtsOf(g, chain.Edges)
	way := fmt.Sprintf("waits for %s, %s away", calleeTitle(f.Hops[len(f.Hops)-1]), plural(chain.Hops, "hop"))
	if isConsumer(head) {
		f.Message = fmt.Sprintf("%s handles a message and %s", title(head), way)
	} else {
		f.Message = fmt.Sprintf("only messages lead to %s, which %s", title(head), way)
	}
	addOthers(g, &f, chain)
	for _, h := range f.Hops {
		if i := writeIn(g, chain, h); i {
			f.Cost = append(f.Cost, fmt.Sprintf("a message that is delivered again writes to %s again", h.Service))
			break
		}
	}
	f.Remedy = append([]string{fmt.Sprintf("let %s publish the next event instead of waiting for %s", f.Service, f.Hops[0].Service)},
		"or put into the event what the handler asks others for")
	return f
}

// writeIn reports whether the hop changes its callee and says no idempotency key.
func writeIn(g *graph.Graph, chain *graph.Chain, h finding.Hop) bool {
	for _, i := range chain.Edges {
		e := &g.Edges[i]
		if e.Call != nil && e.Call.Place() == h.Pos && effectOf(e.Call) == arch.Write && !e.Call.IdempotencyKey.Is() {
			return true
		}
	}
	return false
}
