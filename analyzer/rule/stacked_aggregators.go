package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func stackedAggregators() Rule {
	return Rule{
		ID:      "stacked-aggregators",
		Concern: Coupling,
		Rank:    Design,
		Whole:   true,
		Title:   "a bff that calls a bff",
		Fires:   "a bff calls another bff: a user interface reaches services through more than one tier that aggregates. A gateway before a bff is none.",
		Default: "warning",
		Rationale: `A backend for one frontend exists so that the frontend's team can change it at will. Once another backend depends on
it, it has two masters, and every request pays for a tier that only passes on what it gathered.`,
		Source:   "Newman: Building Microservices, 2nd edition, chapter 14, and his pattern Backends For Frontends (2015)",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  mobile:
    kind: bff
    operations:
      GET /home: {calls: [web GET /offers]}
  web:
    kind: bff
    operations:
      GET /offers: {calls: [catalog shop.Catalog/Offers]}
  catalog: {operations: {shop.Catalog/Offers: {}}}
`,
		Right: `version: 1
services:
  mobile:
    kind: bff
    operations:
      GET /home: {calls: [catalog shop.Catalog/Offers]}
  web:
    kind: bff
    operations:
      GET /offers: {calls: [catalog shop.Catalog/Offers]}
  catalog: {operations: {shop.Catalog/Offers: {}}}
`,
		Remedy: "call the services behind the other bff directly; move what both need into a service; if both serve the same frontend, make them one",
		Check:  checkStackedAggregators,
	}
}

func checkStackedAggregators(p *Pass) {
	g := p.Graph
	for _, s := range p.System.Services {
		if s.KindOf() != arch.BFF {
			continue
		}
		var found []*finding.Finding // one for each bff that it calls, in the order of the calls
		byCallee := make(map[*arch.Service]*finding.Finding)
		first, end := g.NodesOf(s)
		for n := first; n < end; n++ {
			out := g.Out(n)
			for i := range out {
				e := &out[i]
				if !remote(g, e) || calleeKind(g, e) != arch.BFF {
					continue
				}
				to := g.Nodes[e.To].Service
				f := byCallee[to]
				if f == nil {
					f = &finding.Finding{
						Service: s.Name,
						Subject: to.Name,
						Pos:     e.Call.Place(),
						Message: fmt.Sprintf("%s, a bff, calls %s, another: requests pass two tiers that aggregate", s.Name, to.Name),
						Remedy: []string{
							fmt.Sprintf("let %s call the services behind %s itself", s.Name, to.Name),
							"or move what both need into a service of its own",
							fmt.Sprintf("or, if one frontend uses both, make %s and %s one", s.Name, to.Name),
						},
					}
					byCallee[to] = f
					found = append(found, f)
				}
				f.Size++
				f.Others = append(f.Others, callRef(g, finding.Related, e))
			}
		}
		for _, f := range found {
			p.Report(*f)
		}
	}
}
