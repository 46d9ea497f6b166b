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

func availabilityCeiling() Rule {
	return Rule{
		ID:      "availability-ceiling",
		Concern: Reliability,
		Rank:    Promised,
		Title:   "a promise of availability that its dependencies do not allow",
		Fires:   "the slo of an operation, service or journey is more than its own availability times that of each different service that it needs, at any depth.",
		Default: "warning",
		Rationale: `A service cannot be more available than what it cannot do without. Availabilities of hard dependencies multiply, each
counted once; what is soft does not count. Where only a dependency's objective is known, it stands for the dependency
and everything below it. What is not known is named and left out, so that the real ceiling is lower still.`,
		Source:   "Treynor, Dahlin, Rau, Beyer: The Calculus of Service Availability (ACM Queue, 2017)",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  checkout:
    availability: 99.95%
    operations:
      shop.Checkout/PlaceOrder: {slo: 99.9%, calls: [payment shop.Payment/Charge]}
  payment:
    availability: 99.9%
    operations: {shop.Payment/Charge: {}}
`,
		Right: `version: 1
services:
  checkout:
    availability: 99.95%
    operations:
      shop.Checkout/PlaceOrder: {slo: 99.8%, calls: [payment shop.Payment/Charge]}
  payment:
    availability: 99.9%
    operations: {shop.Payment/Charge: {}}
`,
		Remedy: "make the weakest dependency soft (a default and a deadline), or replace the call by an event or a local copy; else promise what can be kept",
		Graded: true,
		Check:  checkAvailabilityCeiling,
	}
}

// target is a promise of availability, and the nodes that have to keep it.
type target struct {
	who       string
	slo       arch.Fact[arch.Percent]
	from      []graph.NodeID
	service   string
	operation string
	subject   string
	journey   string
}

// ceiling is the most that dependencies allow.
type ceiling struct {
	share   float64
	factors []string
	weakest string
	missing []string
	cut     bool
	edges   []*graph.Edge // the call that was found to lead to each factor but the own one
}

func checkAvailabilityCeiling(p *Pass) {
	walker := p.Graph.Walker()
	for _, t := range targets(p.Graph) {
		possible := false
		c := ceilingOf(p.Graph, walker, graph.Certain, t.from)
		if c.share >= t.slo.Value.Fraction() {
			possible = true
			c = ceilingOf(p.Graph, walker, graph.Possible, t.from)
		}
		if c.share < t.slo.Value.Fraction()-1e-12 && len(c.edges) > 0 {
			f := ceilingFinding(p.Graph, t, c)
			f.Possible = possible
			p.Report(f)
		}
	}
}

// targets lists the promises: operations', then for a service's own the operations that promise nothing themselves,
// then journeys'.
func targets(g *graph.Graph) []target {
	var all []target
	for _, s := range g.System.Services {
		first, end := g.NodesOf(s)
		for n := first; n < end; n++ {
			node := &g.Nodes[n]
			t := target{who: title(node), from: []graph.NodeID{n}, service: s.Name, operation: node.Operation()}
			switch {
			case node.Op != nil && node.Op.SLO.Is():
				t.slo = node.Op.SLO
			case s.SLO.Is() && node.Kind != graph.Any && len(g.Out(n)) > 0:
				t.slo, t.subject = s.SLO, "service"
			default:
				continue
			}
			all = append(all, t)
		}
	}
	for _, j := range g.System.Journeys {
		if !j.SLO.Is() {
			continue
		}
		t := target{who: "journey " + j.Name, slo: j.SLO, subject: "journey " + j.Name, journey: j.Name}
		for _, entry := range j.Entries {
			if n := g.Find(entry.Service, entry.Operation); n != graph.None {
				t.from = append(t.from, n)
				if t.service == "" {
					t.service, t.operation = entry.Service, entry.Operation
				}
			}
		}
		if len(t.from) > 0 {
			all = append(all, t)
		}
	}
	return worstOfService(g, all)
}

// worstOfService keeps, of the operations that share their service's promise, the one that needs most services: one
// promise, one finding.
func worstOfService(g *graph.Graph, all []target) []target {
	if !slices.ContainsFunc(all, func(t target) bool { return t.subject == "service" }) {
		return all
	}
	needs := g.AtLeast(graph.Possible, 64)
	best := make(map[string]int)
	var kept []target
	for _, t := range all {
		if t.subject != "service" {
			kept = append(kept, t)
			continue
		}
		i, ok := best[t.service]
		switch {
		case !ok:
			best[t.service] = len(kept)
			kept = append(kept, t)
		case needs(t.from[0]) > needs(kept[i].from[0]):
			kept[i] = t
		}
	}
	return kept
}

func ceilingOf(g *graph.Graph, w *graph.Walker, kind graph.View, from []graph.NodeID) ceiling {
	c := ceiling{share: 1}
	lowest := 1.0
	seen := make(map[*arch.Service]bool)
	take := func(name string, value arch.Percent, promised bool) {
		factor := value.Fraction()
		c.share *= factor
		text := name + " " + value.String()
		if promised {
			text += " (its objective)"
		}
		c.factors = append(c.factors, text)
		if factor < lowest {
			lowest, c.weakest = factor, name
		}
	}
	for _, n := range from {
		if s := g.Nodes[n].Service; !seen[s] {
			seen[s] = true
			if s.Availability.Is() {
				take(s.Name, s.Availability.Value, false)
			} else {
				c.missing = append(c.missing, s.Name)
			}
		}
	}
	for _, n := range from {
		done := w.Walk(kind, n, func(e *graph.Edge) bool {
			if e.Call == nil {
				return true
			}
			if !e.Call.Hard() {
				return false
			}
			to := &g.Nodes[e.To]
			if to.Service == nil {
				return false
			}
			slo := to.Service.SLO
			if to.Op != nil && to.Op.SLO.Is() {
				slo = to.Op.SLO
			}
			stands := !to.Service.Availability.Is() && slo.Is() // for everything below
			if seen[to.Service] {
				return !stands
			}
			seen[to.Service] = true
			c.edges = append(c.edges, e)
			switch {
			case to.Service.Availability.Is():
				take(to.Service.Name, to.Service.Availability.Value, false)
			case slo.Is():
				take(to.Service.Name, slo.Value, true)
			default:
				c.missing = append(c.missing, to.Service.Name)
			}
			return !stands
		})
		c.cut = c.cut || !done
	}
	return c
}

func ceilingFinding(g *graph.Graph, t target, c ceiling) finding.Finding {
	f := finding.Finding{
		Pos:       t.slo.Pos,
		Service:   t.service,
		Operation: t.operation,
		Subject:   t.subject,
		Size:      len(c.edges),
		Crossing:  len(c.edges) + 1,
		Omitted:   c.cut,
		Message: fmt.Sprintf("%s promises %s, and what it needs allows at most %s",
			t.who, t.slo.Value, percent(c.share)),
	}
	if t.journey != "" {
		f.Journeys = []string{t.journey}
	}
	sum := strings.Join(c.factors, " × ") + " = " + percent(c.share)
	f.Cost = append(f.Cost, sum, fmt.Sprintf("%s a month where %s are promised", minutes(c.share), minutes(t.slo.Value.Fraction())))
	if len(c.missing) > 0 {
		slices.Sort(c.missing)
		f.Cost = append(f.Cost, "left out, since their availability is not given: "+list(c.missing, 6))
	}
	edges := append([]*graph.Edge(nil), c.edges...)
	slices.SortFunc(edges, func(a, b *graph.Edge) int {
		return cmp.Compare(g.Nodes[a.To].ServiceName(), g.Nodes[b.To].ServiceName())
	})
	for _, e := range edges {
		to := &g.Nodes[e.To]
		f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: to.ServiceName(), Operation: to.Operation(), Pos: e.Call.Pos})
	}
	f.Remedy = []string{
		fmt.Sprintf("make %s soft (a default and a deadline), or replace the call to it by an event or a local copy", c.weakest),
		"else promise what can be kept",
	}
	if c.weakest == t.service {
		f.Remedy[0] = fmt.Sprintf("%s itself is the weakest part: more replicas, safer deployments", c.weakest)
	}
	return f
}
