package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func syncCycle() Rule {
	return Rule{
		ID:      "sync-cycle",
		Concern: Coupling,
		Rank:    Shape,
		Title:   "operations that wait for each other in a circle",
		Fires:   "an operation can, through synchronous calls, reach itself: an error. Where only the services are known to form a ring: a possible one, a warning.",
		Default: "error; possible ones warning",
		Rationale: `Services in a ring cannot be started, deployed, scaled or understood one without the other. Under load a ring
deadlocks: each service holds a thread while it waits for a thread of the next. They are one component that has been cut
in the wrong place.

A ring of services is only a ring of operations if some request can go round. Calls of unrelated operations in both
directions are no ring.`,
		Source:   "Fowler and Lewis: Microservices (2014), on smart endpoints; Taibi and Lenarduzzi: On the Definition of Microservice Bad Smells (IEEE Software, 2018), cyclic dependency",
		Severity: finding.Error,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place: {calls: [stock shop.Stock/Reserve]}
  stock:
    operations:
      shop.Stock/Reserve: {calls: [order shop.Order/Place]}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place: {calls: [stock shop.Stock/Reserve]}
      shop.Order/Get: {}
  stock:
    operations:
      shop.Stock/Reserve: {publishes: [stock.reserved]}
      shop.Stock/Report: {calls: [order shop.Order/Get]}
  mail: {consumes: [stock.reserved]}
`,
		Remedy: "pass what the callee asks back for along with the call; or turn one direction into an event; or keep the services together",
		Check: func(p *Pass) {
			for _, ring := range p.Graph.Rings() {
				p.Report(ringFinding(p.Graph, ring))
			}
		},
	}
}

func ringFinding(g *graph.Graph, ring *graph.Ring) finding.Finding {
	start := &g.Nodes[ring.Start]
	f := finding.Finding{
		Possible:  ring.Possible,
		Service:   start.ServiceName(),
		Operation: start.Operation(),
		Hops:      hops(g, ring.Edges),
	}
	shown := map[string]bool{f.Service: true}
	for i := range f.Hops {
		// A ring's own hops do count here: Free is about the length of chains.
		f.Hops[i].Free = false
		shown[f.Hops[i].Service] = true
	}
	f.Size = len(f.Hops)
	f.Crossing = len(ring.Services)
	f.Pos, f.Doubt = f.Hops[0].Pos, doubtsOf(g, ring.Edges)
	var names []string
	names = append(names, start.ServiceName())
	for _, h := range f.Hops {
		names = append(names, h.Service)
	}
	f.Message = fmt.Sprintf("%s waits for itself: %s", title(start), path(names))
	for _, s := range ring.Services {
		if !shown[s.Name] {
			f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: s.Name, Pos: s.Pos})
		}
	}
	closing := f.Hops[len(f.Hops)-1]
	last := start.ServiceName()
	if len(f.Hops) > 1 {
		last = f.Hops[len(f.Hops)-2].Service
	}
	f.Remedy = []string{
		fmt.Sprintf("pass what %s asks %s for along with the call, so that it need not call back", last, closing.Service),
		fmt.Sprintf("or let %s publish an event and %s consume it", last, closing.Service),
		"or keep " + list(serviceNames(ring.Services), 4) + " together in one service",
	}
	return f
}

// path joins names with arrows; the middle of a long one is left out.
func path(names []string) string {
	text := names[0]
	for i, name := range names[1:] {
		if len(names) > 10 && i == 4 {
			text += fmt.Sprintf(" → … %d more …", len(names)-8)
		}
		if len(names) > 10 && i >= 4 && i < len(names)-4 {
			continue
		}
		text += " → " + name
	}
	return text
}

func serviceNames(services []*arch.Service) []string {
	names := make([]string, len(services))
	for i, s := range services {
		names[i] = s.Name
	}
	return names
}
