package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func mixedRing() Rule {
	return Rule{
		ID:      "mixed-ring",
		Concern: Coupling,
		Rank:    Design,
		Title:   "a ring that messages close",
		Fires:   "an operation, through calls and through the messages that these publish, sets itself off again, and somebody in the ring waits for a call.",
		Default: "note",
		Rationale: `A message that leads back to the operation that caused it may go round for ever, or pile up while the caller in the
ring waits. It may be meant (a saga that ends by its state): then somebody should be able to say what ends it.`,
		Source:   "Richards and Ford: Fundamentals of Software Architecture (2020), on event-driven cycles; Garcia-Molina and Salem: Sagas (1987)",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  order:
    consumes: [stock.reserved]
    operations:
      consume stock.reserved: {calls: [stock shop.Stock/Confirm]}
  stock:
    operations:
      shop.Stock/Confirm: {publishes: [stock.reserved]}
`,
		Right: `version: 1
services:
  order:
    consumes: [stock.reserved]
    operations:
      consume stock.reserved: {publishes: [orders.confirmed]}
  stock:
    consumes: [orders.confirmed]
    operations:
      shop.Stock/Reserve: {publishes: [stock.reserved]}
`,
		Remedy: "say what ends the ring; else publish another event from the callee than the one that set the caller off",
		Check: func(p *Pass) {
			for _, ring := range p.Graph.MixedRings() {
				p.Report(mixedFinding(p.Graph, ring))
			}
		},
	}
}

func mixedFinding(g *graph.Graph, ring *graph.MixedRing) finding.Finding {
	start := &g.Nodes[ring.Steps[0].From]
	f := finding.Finding{
		Possible:  ring.Possible,
		Service:   start.ServiceName(),
		Operation: start.Operation(),
		Size:      len(ring.Steps),
		Crossing:  len(ring.Services),
	}
	names := []string{f.Service}
	for _, step := range ring.Steps {
		to := &g.Nodes[step.To]
		switch {
		case step.Publish != nil:
			if g.Nodes[step.From].Kind == graph.Body {
				f.Doubt = append(f.Doubt, fmt.Sprintf("which operation of %s publishes %s", g.Nodes[step.From].ServiceName(), step.Publish.Topic))
			}
			f.Others = append(f.Others,
				finding.Ref{Role: finding.Related, Service: g.Nodes[step.From].ServiceName(), Operation: g.Nodes[step.From].Operation(), Pos: step.Publish.Pos},
				finding.Ref{Role: finding.Related, Service: to.ServiceName(), Operation: to.Operation(), Pos: step.Consumed})
			names = append(names, "("+step.Publish.Topic+")", to.ServiceName())
			if f.Subject == "" {
				f.Subject = step.Publish.Topic
			}
		default:
			f.Doubt = append(f.Doubt, doubts(g, step.Edge)...)
			if step.Edge.Call != nil {
				f.Hops = append(f.Hops, hop(g, step.Edge))
				names = append(names, to.ServiceName())
			}
		}
	}
	f.Pos = f.Hops[0].Pos
	f.Message = fmt.Sprintf("%s sets itself off again through a message: %s", title(start), path(names))
	f.Remedy = []string{"say what ends the ring, or let the callee publish another event than the one that set the caller off"}
	return f
}
