package rule

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func hardDependencies() Rule {
	return Rule{
		ID:      "hard-dependencies",
		Concern: Coupling,
		Rank:    Outage,
		Title:   "services that must all be up",
		Fires:   "an operation that requests enter at needs 4 or more other services, at any depth, to succeed: a note; 5 or more where it writes, 10 or more in any case: a warning.",
		Default: "note from 4; warning from 5 where the operation writes, else from 10",
		Rationale: `Each service that must answer multiplies its failures into the operation's. What counts is not how deep the calls
go but how many different services have to be up at once: 5 to 10 are typical, and ten services of 99.9% leave 99%, seven
hours a month.

A dependency is soft, and not counted, if its error is swallowed: the operation goes on without it. Where such a call is
said to have no limit it is named, since it cannot fail the request, but hang it.`,
		Source:   "Treynor, Dahlin, Rau, Beyer: The Calculus of Service Availability (ACM Queue, 2017), who find 5 to 10 dependencies typical",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/PlaceOrder:
        calls:
          - {to: cart, operation: shop.Cart/Get}
          - {to: catalog, operation: shop.Catalog/Get}
          - {to: payment, operation: shop.Payment/Charge, effect: write}
          - {to: shipping, operation: shop.Shipping/Ship}
          - {to: mail, operation: shop.Mail/Confirm}
  cart: {}
  catalog: {}
  payment: {}
  shipping: {}
  mail: {}
`,
		Right: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/PlaceOrder:
        calls:
          - {to: cart, operation: shop.Cart/Get}
          - {to: payment, operation: shop.Payment/Charge, effect: write}
        publishes: [orders.placed]
    consumes: [catalog.changed]
  cart: {}
  catalog: {publishes: [catalog.changed]}
  payment: {}
  shipping: {consumes: [orders.placed]}
  mail: {consumes: [orders.placed]}
`,
		Remedy: "make dependencies soft first (a default, a deadline); hand over by events what the caller need not wait for; keep copies of data that is only read; join services that are always needed together",
		Params: []arch.ParamSpec{
			{Name: "note", Doc: "Services from which it is noted.", Default: 4, Min: 1, Whole: true},
			{Name: "write", Doc: "Services from which it is a warning where the operation changes something.", Default: 5, Min: 1, Whole: true},
			{Name: "warning", Doc: "Services from which it is a warning in any case.", Default: 10, Min: 1, Max: 64, Whole: true},
		},
		Check: checkHardDependencies,
	}
}

// need is what one entry operation cannot do without.
type need struct {
	node     graph.NodeID
	possible bool
	writes   bool
	cut      bool          // the walk ran out of its budget: there may be more
	hanging  []string      // services that cannot fail it, but hang it
	first    []*graph.Edge // for each service, the call that was found to lead to it, by service name
	severity finding.Severity
}

func checkHardDependencies(p *Pass) {
	g := p.Graph
	note, write, warning := int(p.Param("note")), int(p.Param("write")), int(p.Param("warning"))
	least, limit := min(note, write, warning), max(note, write, warning)
	certain, possible := g.AtLeast(graph.Certain, limit), g.AtLeast(graph.Possible, limit)
	walker := g.Walker()
	grade := func(n *need) *need {
		switch count := len(n.first); {
		case count >= warning, n.writes && count >= write:
			n.severity = finding.Warning
		case count >= note:
			n.severity = finding.Note
		}
		return n
	}
	// look finds what one root needs: what is certain, or what is only possible where that is worse.
	look := func(root graph.NodeID) *need {
		found := &need{node: root}
		if certain(root) >= least {
			found = grade(needs(g, walker, graph.Certain, root))
		}
		if possible(root) > certain(root) && found.severity < finding.Warning {
			other := grade(needs(g, walker, graph.Possible, root))
			other.possible = true
			if other.severity > found.severity {
				found = other
			}
		}
		return found
	}
	roots := slices.DeleteFunc(g.Roots(), func(n graph.NodeID) bool { return possible(n) < least })
	for len(roots) > 0 {
		service := g.Nodes[roots[0]].Service
		end := slices.IndexFunc(roots, func(n graph.NodeID) bool { return g.Nodes[n].Service != service })
		if end < 0 {
			end = len(roots)
		}
		own := roots[:end] // the roots of one service stand together
		roots = roots[end:]
		slices.SortStableFunc(own, func(a, b graph.NodeID) int { return cmp.Compare(possible(b), possible(a)) })
		worst := &need{}
		for _, root := range own[:min(len(own), mostLooks)] {
			if n := look(root); n.severity > worst.severity {
				worst = n
			}
			if worst.severity == finding.Warning {
				break
			}
		}
		if worst.severity > finding.Off {
			p.Report(needFinding(g, worst, own, func(n graph.NodeID) string {
				if count := possible(n); count < limit {
					return strconv.Itoa(count)
				}
				return fmt.Sprintf("%d or more", limit)
			}))
		}
	}
}

// mostLooks is how many operations of one service are looked at for the worst.
const mostLooks = 8

// mostNamed is how many services a finding names: beyond that it says "at least".
const mostNamed = 24

func needs(g *graph.Graph, w *graph.Walker, kind graph.View, from graph.NodeID) *need {
	n := &need{node: from}
	n.cut = !w.Walk(kind, from, func(e *graph.Edge) bool {
		if e.Call == nil {
			return true
		}
		if !e.Call.Hard() {
			if e.Call.CanHang() {
				n.hanging = append(n.hanging, g.Nodes[e.To].ServiceName())
			}
			return false
		}
		n.writes = n.writes || effectOf(e.Call) == arch.Write
		if w.Meets(e.To) {
			n.first = append(n.first, e)
		}
		if len(n.first) == mostNamed {
			w.Stop()
		}
		return true
	})
	slices.SortFunc(n.first, func(a, b *graph.Edge) int {
		return cmp.Compare(g.Nodes[a.To].ServiceName(), g.Nodes[b.To].ServiceName())
	})
	return n
}

// needFinding reports the worst of a service's operations, and names the others.
func needFinding(g *graph.Graph, n *need, roots []graph.NodeID, count func(graph.NodeID) string) finding.Finding {
	node := &g.Nodes[n.node]
	f := finding.Finding{
		Severity:  n.severity,
		Possible:  n.possible,
		Service:   node.ServiceName(),
		Operation: node.Operation(),
		Size:      len(n.first),
		Crossing:  len(n.first) + 1,
		Omitted:   n.cut,
	}
	names := make([]string, 0, len(n.first))
	f.Others = make([]finding.Ref, 0, len(n.first))
	product, known := 1.0, 0
	for _, e := range n.first {
		to := &g.Nodes[e.To]
		names = append(names, to.Service.Name)
		f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: to.Service.Name, Operation: to.Operation(), Pos: e.Call.Pos})
		if to.Service.Availability.Is() {
			product *= to.Service.Availability.Value.Fraction()
			known++
		}
	}
	f.Pos = firstCall(g, n.node)
	atLeast := ""
	if n.cut {
		atLeast = "at least "
	}
	f.Message = fmt.Sprintf("%s cannot succeed unless %s%s are up: %s", title(node), atLeast, plural(len(names), "other service"), list(names, 8))
	if known == len(names) {
		f.Cost = append(f.Cost, fmt.Sprintf("together they allow %s: %s a month", percent(product), minutes(product)))
	} else {
		assumed := math.Pow(0.999, float64(len(names)))
		f.Cost = append(f.Cost, fmt.Sprintf("if each keeps 99.9%%: 0.999^%d = %s, %s a month", len(names), percent(assumed), minutes(assumed)))
	}
	if len(n.hanging) > 0 {
		slices.Sort(n.hanging)
		f.Cost = append(f.Cost, "cannot fail it, but hang it, for want of a deadline: "+list(slices.Compact(n.hanging), 8))
	}
	var others []string
	for _, other := range roots {
		if other != n.node {
			others = append(others, fmt.Sprintf("%s (%s)", entryName(&g.Nodes[other]), count(other)))
		}
	}
	if len(others) > 0 {
		f.Cost = append(f.Cost, "so it is with "+list(others, 4)+" of this service")
	}
	f.Remedy = []string{
		"make soft what the answer can do without: a default value and a deadline",
		"hand over by an event what the caller need not wait for; keep a copy of what is only read",
	}
	return f
}

// firstCall is where the first of a node's own calls stands.
func firstCall(g *graph.Graph, n graph.NodeID) arch.Pos {
	for _, e := range g.Out(n) {
		if e.Call != nil {
			return e.Call.Pos
		}
	}
	if op := g.Nodes[n].Op; op != nil {
		return op.Pos
	}
	return g.Nodes[n].Service.Pos
}

// entryName names an operation among those of its own service.
func entryName(n *graph.Node) string {
	if n.Kind == graph.Operation {
		return shortOperation(n.Name)
	}
	return "its own calls"
}
