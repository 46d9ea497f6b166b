package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func insecureTransport() Rule {
	return Rule{
		ID:      "insecure-transport",
		Concern: Observability,
		Rank:    Design,
		Title:   "plaintext between services",
		Fires:   "a connection to another service is not encrypted, and no mesh is known to encrypt it; a warning where the callee is external. One finding for the system, one for each external callee.",
		Default: "note; warning to external services",
		Rationale: `Whoever is on the network, in a pod that was taken over or at a switch, reads and changes what services tell each other:
tokens, addresses, orders. To the outside it is everyone on the way.`,
		Source:   "NIST SP 800-204, Security Strategies for Microservices-based Application Systems (2019), 4.6 Secure communication",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls: [{to: payment, operation: shop.Payment/Charge, encrypted: false}]
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls: [{to: payment, operation: shop.Payment/Charge, encrypted: true}]
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Remedy: "let a mesh encrypt what goes between services; else give servers certificates and clients the authority that signed them",
		Check:  checkInsecureTransport,
	}
}

func checkInsecureTransport(p *Pass) {
	g := p.Graph
	plain := func(e *graph.Edge) bool { return e.Call.Encrypted.Not() && !local(e.Call.Address.Or("?")) }
	for _, group := range byCause(g, plain, func(e *graph.Edge) (place, arch.Pos) {
		if calleeKind(g, e) == arch.External {
			return place{service: g.Nodes[e.To].Service, name: "external"}, e.Call.Place()
		}
		return place{name: "inside"}, e.Call.Place()
	}) {
		f := finding.Finding{Service: g.Nodes[group.edges[0].From].ServiceName(), Pos: group.pos, Others: group.callees(g)}
		places := make(map[place]bool)
		for _, e := range group.edges {
			places[place{at: e.Call.Pos, name: g.Nodes[e.To].ServiceName()}] = true
		}
		f.Size = len(places)
		if to := group.edges[0]; calleeKind(g, to) == arch.External {
			f.Severity, f.Subject = finding.Warning, g.Nodes[to.To].ServiceName()
			f.Message = fmt.Sprintf("%s is called without encryption: %s", f.Subject, plural(f.Size, "call"))
			f.Cost = []string{"everyone on the way can read and change it"}
			f.Remedy = []string{fmt.Sprintf("call %s over https", f.Subject)}
		} else {
			f.Message = fmt.Sprintf("%s between services are not encrypted, and no mesh is known to do so", plural(f.Size, "call"))
			if f.Size == 1 {
				f.Message = "1 call between services is not encrypted, and no mesh is known to do so"
			}
			f.Remedy = []string{"let a mesh encrypt what goes between services", "or say that one does: encrypted: true on the calls"}
		}
		p.Report(f)
	}
	numbered(p)
}
