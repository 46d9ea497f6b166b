package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func hub() Rule {
	return Rule{
		ID:      "hub",
		Concern: Coupling,
		Rank:    Outage,
		Whole:   true,
		Title:   "a service that many wait for",
		Fires:   "13 or more different services call one (a warning), 21 or more (an error); or 5 or more call one that half of the journeys pass through. Platform services and external ones are no hubs.",
		Default: "warning from 13 callers, error from 21; warning from 5 on half of the journeys or more",
		Rationale: `When a hub is down, so is everybody who waits for it; a change of its interface takes a meeting of all its callers;
and its load is the sum of theirs. Most often many callers ask it for the same data, which they could keep, or it answers
several unrelated questions, which could be several services.`,
		Source:   "thresholds: Huye, Shkuro, Sambasivan: Lifting the veil on Meta's microservice architecture (USENIX ATC 2023): of 18,571 services half are called by at most 2 others (p90 12, p95 21, p99 70); Taibi and Lenarduzzi: On the Definition of Microservice Bad Smells (IEEE Software, 2018)",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  pricing: {operations: {shop.Pricing/Get: {}}}
  ads: {calls: [pricing shop.Pricing/Get]}
  billing: {calls: [pricing shop.Pricing/Get]}
  cart: {calls: [pricing shop.Pricing/Get]}
  checkout: {calls: [pricing shop.Pricing/Get]}
  export: {calls: [pricing shop.Pricing/Get]}
  fraud: {calls: [pricing shop.Pricing/Get]}
  invoices: {calls: [pricing shop.Pricing/Get]}
  loyalty: {calls: [pricing shop.Pricing/Get]}
  offers: {calls: [pricing shop.Pricing/Get]}
  reports: {calls: [pricing shop.Pricing/Get]}
  returns: {calls: [pricing shop.Pricing/Get]}
  search: {calls: [pricing shop.Pricing/Get]}
  shipping: {calls: [pricing shop.Pricing/Get]}
`,
		Right: `version: 1
services:
  pricing: {publishes: [prices.changed], operations: {shop.Pricing/Get: {}}}
  ads: {consumes: [prices.changed]}
  billing: {consumes: [prices.changed]}
  cart: {consumes: [prices.changed]}
  checkout: {calls: [pricing shop.Pricing/Get]}
  export: {consumes: [prices.changed]}
  fraud: {consumes: [prices.changed]}
  invoices: {consumes: [prices.changed]}
  loyalty: {consumes: [prices.changed]}
  offers: {consumes: [prices.changed]}
  reports: {consumes: [prices.changed]}
  returns: {consumes: [prices.changed]}
  search: {consumes: [prices.changed]}
  shipping: {consumes: [prices.changed]}
`,
		Remedy: "publish changes, so that callers that only read keep a copy; split the service by what its callers ask it for",
		Params: []arch.ParamSpec{
			{Name: "warning", Doc: "Callers from which a service is reported.", Default: 13, Min: 1, Whole: true},
			{Name: "error", Doc: "Callers from which that is an error.", Default: 21, Min: 1, Whole: true},
			{Name: "services", Doc: "Callers from which a service that half of the journeys pass through is reported.", Default: 5, Min: 1, Whole: true},
		},
		Check: checkHub,
	}
}

func checkHub(p *Pass) {
	g := p.Graph
	total := len(p.System.Journeys)
	var reaching, needing func(graph.NodeID) []*arch.Journey // made when they are first needed
	seen := make(map[*arch.Service]*arch.Service)            // caller → the callee it was last seen to call
	for _, s := range p.System.Services {
		if !s.IsOwn() {
			continue
		}
		var calls []*graph.Edge // of each caller one
		first, end := g.NodesOf(s)
		for n := first; n < end; n++ {
			for _, i := range g.In(n) {
				e := &g.Edges[i]
				if from := g.Nodes[e.From].Service; remote(g, e) && seen[from] != s {
					seen[from] = s
					calls = append(calls, e)
				}
			}
		}
		severity := p.grade(float64(len(calls)))
		var journeys, down []string
		if total >= 2 && float64(len(calls)) >= min(p.Param("services"), p.Param("warning")) {
			if reaching == nil {
				reaching, needing = g.Journeys(graph.Certain), g.Needs(graph.Certain, nil).Journeys()
			}
			journeys, down = journeysOf(first, end, reaching), journeysOf(first, end, needing)
			if severity == finding.Off && 2*len(journeys) >= total && float64(len(calls)) >= p.Param("services") {
				severity = finding.Warning
			}
		}
		if severity != finding.Off {
			f := hubFinding(g, s, calls, journeys, down, total)
			f.Severity = severity
			p.Report(f)
		}
	}
}

// journeysOf names the journeys of some nodes, each once.
func journeysOf(first, end graph.NodeID, of func(graph.NodeID) []*arch.Journey) []string {
	var names []string
	for n := first; n < end; n++ {
		for _, journey := range of(n) {
			names = append(names, journey.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// hubFinding says who calls a service, which journeys pass through it, and which of those cannot do without it.
func hubFinding(g *graph.Graph, s *arch.Service, calls []*graph.Edge, journeys, down []string, total int) finding.Finding {
	slices.SortFunc(calls, func(a, b *graph.Edge) int {
		return strings.Compare(g.Nodes[a.From].ServiceName(), g.Nodes[b.From].ServiceName())
	})
	f := finding.Finding{Service: s.Name, Pos: s.Pos, Size: len(calls), Journeys: journeys}
	if !f.Pos.Known() {
		f.Pos = calls[0].Call.Place()
	}
	names := make([]string, len(calls))
	for i, e := range calls {
		names[i] = g.Nodes[e.From].ServiceName()
		f.Others = append(f.Others, callerRef(g, finding.Member, e))
	}
	f.Message = fmt.Sprintf("%s call %s and wait for it: %s", plural(len(names), "service"), s.Name, list(names, 8))
	if 2*len(journeys) >= total && total >= 2 {
		if len(down) > 0 {
			f.Cost = append(f.Cost, fmt.Sprintf("when it is down, %d of %s are", len(down), plural(total, "journey")))
		}
		if soft := len(journeys) - len(down); soft > 0 {
			f.Cost = append(f.Cost, fmt.Sprintf("%d of %s pass through it, and go on when it fails", soft, plural(total, "journey")))
		}
	}
	if s.Availability.Is() {
		f.Cost = append(f.Cost, fmt.Sprintf("at %s it is down for all of them %s a month", s.Availability.Value, minutes(s.Availability.Value.Fraction())))
	}
	f.Remedy = hubRemedy(g, s)
	return f
}

// hubRemedy says who could keep a copy, and along which operations the service could be split.
func hubRemedy(g *graph.Graph, s *arch.Service) []string {
	type asked struct {
		operation string
		callers   int
	}
	var operations []asked
	var readers []string
	first, end := g.NodesOf(s)
	for n := first; n < end; n++ {
		callers := make(map[*arch.Service]bool)
		for _, i := range g.In(n) {
			e := &g.Edges[i]
			if !remote(g, e) {
				continue
			}
			callers[g.Nodes[e.From].Service] = true
			if effectOf(e.Call) == arch.Read {
				readers = append(readers, g.Nodes[e.From].ServiceName())
			}
		}
		if g.Nodes[n].Kind == graph.Operation && len(callers) > 0 {
			operations = append(operations, asked{shortOperation(g.Nodes[n].Name), len(callers)})
		}
	}
	slices.Sort(readers)
	readers = slices.Compact(readers)
	who := "callers that only read"
	if len(readers) > 0 {
		who = list(readers, 4)
	}
	ways := []string{fmt.Sprintf("let %s publish its changes, so that %s can keep a copy and need not ask", s.Name, who)}
	if len(operations) > 1 {
		slices.SortStableFunc(operations, func(a, b asked) int { return cmp.Compare(b.callers, a.callers) })
		var parts []string
		for _, op := range operations {
			parts = append(parts, fmt.Sprintf("%s (%s)", op.operation, plural(op.callers, "caller")))
		}
		ways = append(ways, fmt.Sprintf("or split %s by what it is asked: %s", s.Name, list(parts, 4)))
	} else {
		ways = append(ways, fmt.Sprintf("or split %s by what its callers ask it for", s.Name))
	}
	return ways
}
