package rule

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
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
		Fires:   "the slo of an operation, service or journey is more than its own availability times that of each different service that it needs, at any depth; or a journey's is more than that of the operation or service where it enters.",
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
	from      []graph.NodeID // for a service's promise only one of these: the worst
	own       *arch.Service  // whose own availability counts; nil for a journey, which needs where it enters
	service   string
	operation string
	subject   string
	journey   *arch.Journey
}

// ceiling is the most that what a target needs allows.
type ceiling struct {
	share    float64
	factors  []graph.Factor // smallest share first; those of own services and entries have no edge
	entry    graph.NodeID   // of a journey that enters where less is promised: there; else graph.None
	possible bool
	missing  []string      // services of which no availability is known
	edges    []*graph.Edge // the calls that lead to those
	unsure   []*graph.Edge // that are not certain, on the ways there
	perhaps  int           // calls on the ways there that are perhaps soft
	cut      bool
}

// mostFactors is how many of the services that allow least a ceiling counts.
const mostFactors = 64

func checkAvailabilityCeiling(p *Pass) {
	g := p.Graph
	all := targets(g)
	if len(all) == 0 {
		return
	}
	var needs [2]*graph.Needs
	var views [2]func(...graph.NodeID) []graph.Factor
	for i, kind := range []graph.View{graph.Certain, graph.Possible} {
		needs[i] = g.Needs(kind, func(e *graph.Edge) bool { return stands(g, e) })
		views[i] = needs[i].Least(mostFactors, func(e *graph.Edge) float64 { return allows(g, e) })
	}
	walker := g.Walker()
	for _, t := range all {
		for i, least := range views {
			c, from := lowest(g, t, least)
			if c.share >= t.slo.Value.Fraction()-1e-12 {
				continue
			}
			t.from, c.possible = from, i > 0
			if len(from) > 0 {
				t.operation = g.Nodes[from[0]].Operation()
			}
			c.leftOut(g, walker, needs[i], t)
			p.Report(ceilingFinding(g, t, c))
			break
		}
	}
}

// targets lists the promises: operations', then for a service's own the operations that promise nothing themselves,
// then journeys'.
func targets(g *graph.Graph) []target {
	var all []target
	for _, s := range g.System.Services {
		if !s.IsOwn() {
			continue
		}
		whole := target{who: s.Name, slo: s.SLO, own: s, service: s.Name, subject: "service"}
		first, end := g.NodesOf(s)
		for n := first; n < end; n++ {
			node := &g.Nodes[n]
			switch {
			case node.Op != nil && node.Op.SLO.Is():
				all = append(all, target{who: title(node), slo: node.Op.SLO, from: []graph.NodeID{n}, own: s, service: s.Name, operation: node.Operation()})
			case node.Kind != graph.Any:
				whole.from = append(whole.from, n)
			}
		}
		if s.SLO.Is() {
			all = append(all, whole)
		}
	}
	for _, j := range g.System.Journeys {
		if !j.SLO.Is() {
			continue
		}
		t := target{who: "journey " + j.Name, slo: j.SLO, subject: "journey " + j.Name, journey: j}
		for _, entry := range j.Entries {
			if n := g.Find(entry.Service, entry.Operation); n != graph.None {
				t.from = append(t.from, n)
				if t.service == "" {
					t.service = entry.Service
				}
			}
		}
		if len(t.from) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// promised is what a node promises: its operation, or else its service.
func promised(n *graph.Node) arch.Fact[arch.Percent] {
	switch {
	case n.Op != nil && n.Op.SLO.Is():
		return n.Op.SLO
	case n.Service != nil:
		return n.Service.SLO
	}
	return arch.Fact[arch.Percent]{}
}

// standsFor reports whether the promise of a node stands for its service and for everything below it: that is so where
// no more is known of the service.
func standsFor(n *graph.Node) bool {
	return n.Service != nil && !n.Service.Availability.Is() && promised(n).Is()
}

// share is what a node that is needed allows.
func share(n *graph.Node) float64 {
	switch {
	case n.Service == nil:
		return 1
	case n.Service.Availability.Is():
		return n.Service.Availability.Value.Fraction()
	}
	return promised(n).Or(100).Fraction()
}

// stands reports whether nothing behind a call counts any more. A service's own promises are what is in question: a
// call to itself is followed.
func stands(g *graph.Graph, e *graph.Edge) bool { return remote(g, e) && standsFor(&g.Nodes[e.To]) }

func allows(g *graph.Graph, e *graph.Edge) float64 {
	if !remote(g, e) {
		return 1
	}
	return share(&g.Nodes[e.To])
}

// lowest finds what a target's needs allow, and the nodes whose needs these are: all of a journey's, else the one that
// allows least.
func lowest(g *graph.Graph, t target, least func(...graph.NodeID) []graph.Factor) (ceiling, []graph.NodeID) {
	if t.journey != nil {
		return journeyCeiling(g, t, least), t.from
	}
	own := []graph.Factor{{Service: t.own, Share: t.own.Availability.Or(100).Fraction(), Edge: graph.None}}
	if own[0].Share == 1 {
		own = nil
	}
	c := product(own)
	var from []graph.NodeID
	for _, n := range t.from {
		others := slices.DeleteFunc(least(n), func(f graph.Factor) bool { return f.Service == t.own })
		if here := product(append(others, own...)); from == nil || here.share < c.share {
			c, from = here, []graph.NodeID{n}
		}
	}
	return c, from
}

// journeyCeiling is what the entries of a journey and their needs allow together, or the promise of one entry, where
// that is less.
func journeyCeiling(g *graph.Graph, t target, least func(...graph.NodeID) []graph.Factor) ceiling {
	entries := make(map[*arch.Service]float64)
	var below []graph.NodeID
	lowest, entry := 1.0, graph.None
	for _, n := range t.from {
		node := &g.Nodes[n]
		if s, ok := entries[node.Service]; !ok || share(node) < s {
			entries[node.Service] = share(node)
		}
		if !standsFor(node) {
			below = append(below, n)
		}
		if own := promised(node).Or(100).Fraction(); own < lowest {
			lowest, entry = own, n
		}
	}
	factors := least(below...)
	for i := range factors {
		if s, ok := entries[factors[i].Service]; ok {
			factors[i].Share = min(factors[i].Share, s)
			delete(entries, factors[i].Service)
		}
	}
	for _, n := range t.from {
		s := g.Nodes[n].Service
		if allowed, ok := entries[s]; ok && allowed < 1 {
			factors = append(factors, graph.Factor{Service: s, Share: allowed, Edge: graph.None})
		}
		delete(entries, s)
	}
	if c := product(factors); entry == graph.None || c.share < lowest {
		return c
	}
	c := product([]graph.Factor{{Service: g.Nodes[entry].Service, Share: lowest, Edge: graph.None}})
	c.entry = entry
	return c
}

func product(factors []graph.Factor) ceiling {
	slices.SortStableFunc(factors, func(a, b graph.Factor) int { return cmp.Compare(a.Share, b.Share) })
	c := ceiling{share: 1, factors: factors, entry: graph.None}
	for _, f := range factors {
		c.share *= f.Share
	}
	return c
}

// leftOut finds the services that a target needs and of which nothing is known.
func (c *ceiling) leftOut(g *graph.Graph, w *graph.Walker, needs *graph.Needs, t target) {
	if c.entry != graph.None {
		return // what is below has no part in it
	}
	seen := make(map[*arch.Service]bool)
	leave := func(n *graph.Node) bool {
		if seen[n.Service] || share(n) < 1 || n.Service.Availability.Is() || promised(n).Is() {
			return false
		}
		seen[n.Service] = true
		c.missing = append(c.missing, n.Service.Name)
		return true
	}
	if t.own != nil {
		seen[t.own] = true
		if !t.own.Availability.Is() {
			c.missing = append(c.missing, t.own.Name)
		}
	} else {
		for _, n := range t.from {
			leave(&g.Nodes[n])
		}
	}
	for _, f := range c.factors {
		seen[f.Service] = true
	}
	kind := graph.Certain
	if c.possible {
		kind = graph.Possible
	}
	from := slices.DeleteFunc(slices.Clone(t.from), func(n graph.NodeID) bool { return t.own == nil && standsFor(&g.Nodes[n]) })
	c.cut = !w.Walk(kind, from, func(e *graph.Edge) bool {
		if !e.Certain && len(c.unsure) < mostFactors {
			c.unsure = append(c.unsure, e)
		}
		if e.Call == nil {
			return true
		}
		to := &g.Nodes[e.To]
		if !e.Call.Hard() || !needs.Takes(e) || to.Service == nil {
			return false
		}
		if perhapsSoft(e.Call) {
			c.perhaps++
		}
		if remote(g, e) && leave(to) {
			c.edges = append(c.edges, e)
		}
		return !stands(g, e)
	}) || len(c.factors) >= mostFactors
	slices.Sort(c.missing)
}

func ceilingFinding(g *graph.Graph, t target, c ceiling) finding.Finding {
	slo := t.slo.Value.Fraction()
	f := finding.Finding{
		Possible:  c.possible,
		Doubt:     doubts(g, c.unsure...),
		Pos:       t.slo.Pos,
		Service:   t.service,
		Operation: t.operation,
		Subject:   t.subject,
		Omitted:   c.cut,
	}
	if c.perhaps > 0 {
		f.Possible, f.Doubt = true, append(f.Doubt, errorsOf(c.perhaps))
	}
	allowed := percentBelow(c.share, t.slo.Value)
	var others []string
	edges := slices.Clone(c.edges)
	var terms []string
	for _, factor := range c.factors {
		term := factor.Service.Name + " " + shareText(factor.Share)
		if !factor.Service.Availability.Is() || c.entry != graph.None {
			term += " (its objective)"
		}
		terms = append(terms, term)
		if factor.Edge != graph.None {
			edges = append(edges, &g.Edges[factor.Edge])
		}
		if factor.Service != t.own {
			others = append(others, factor.Service.Name)
		}
	}
	what := "what it needs allows at most"
	switch {
	case c.entry != graph.None:
		what = title(&g.Nodes[c.entry]) + ", where it enters, promises"
	case len(others) == 0 && t.journey == nil:
		what = "its own availability is"
	case t.subject == "service" && f.Operation != "":
		what = "what " + shortOperation(f.Operation) + " needs allows at most"
	}
	f.Message = fmt.Sprintf("%s promises %s, and %s %s", t.who, t.slo.Value, what, allowed)
	if t.journey != nil {
		f.Journeys = []string{t.journey.Name}
	}
	sum := strings.Join(terms, " × ")
	if len(terms) > 1 {
		sum += " = " + allowed
	}
	f.Cost = append(f.Cost, sum, minutesApart(c.share, slo))
	if len(c.missing) > 0 {
		f.Cost = append(f.Cost, "left out, since their availability is not given: "+list(c.missing, 6))
	}
	slices.SortFunc(edges, func(a, b *graph.Edge) int {
		return cmp.Compare(g.Nodes[a.To].ServiceName(), g.Nodes[b.To].ServiceName())
	})
	for _, e := range edges {
		f.Others = append(f.Others, callRef(g, finding.Member, e))
	}
	f.Size, f.Crossing = len(edges), len(edges)+1
	weakest := c.factors[0].Service
	f.Remedy = []string{
		fmt.Sprintf("make %s soft (a default and a deadline), or replace the call to it by an event or a local copy", weakest.Name),
		"else promise what can be kept",
	}
	switch {
	case c.entry != graph.None:
		f.Remedy = []string{"promise no more than where it enters", fmt.Sprintf("or let %s promise more, and keep it", title(&g.Nodes[c.entry]))}
	case weakest.Name == t.service:
		f.Remedy[0] = fmt.Sprintf("%s itself is the weakest part: more replicas, safer deployments", weakest.Name)
	}
	return f
}

// shareText prints a share as a manifest has it.
func shareText(share float64) string {
	return arch.Percent(math.Round(share*1e14) / 1e12).String()
}

// percentBelow prints a share with as many digits as tell it from the greater one that is promised.
func percentBelow(share float64, promised arch.Percent) string {
	text := percent(share)
	for digits := 3; digits <= 12; digits++ {
		if shown, err := arch.ParsePercent(text); err == nil && shown < promised {
			break
		}
		text = strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(share*100, 'f', digits, 64), "0"), ".") + "%"
	}
	return text
}

// minutesApart says what a share costs a month, and what is promised, with as many digits as tell them apart.
func minutesApart(share, promised float64) string {
	lost, allowed := minutes(share), minutes(promised)
	if lost == allowed {
		const month = 30 * 24 * 60
		for digits := 1; digits <= 9 && lost == allowed; digits++ {
			lost = fmt.Sprintf("%.*f min", digits, (1-share)*month)
			allowed = fmt.Sprintf("%.*f min", digits, (1-promised)*month)
		}
	}
	return fmt.Sprintf("%s a month where %s are promised", lost, allowed)
}
