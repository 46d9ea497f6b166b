package rule

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func fanOut() Rule {
	return Rule{
		ID:      "fan-out",
		Concern: Coupling,
		Rank:    Outage,
		Title:   "an operation that waits for many services",
		Fires:   "one operation waits for 4 or more different services, 7 or more in a bff or gateway, or may, with the calls that stand on its service; or a service as a whole calls 13 or more (a warning), 21 or more (an error). A ui may call as many as it likes, a gateway route to as many.",
		Default: "warning from 4 services (7 for a bff or gateway); for a service as a whole warning from 13, error from 21",
		Rationale: `Each further callee is one more service that has to be up, and one more chance to be slow. Made side by side, the
calls take as long as the slowest: with five callees almost 5% of requests meet at least one callee's slowest 1%. Made one
after the other, they add up.

An operation that gathers from many is often a sign that data is kept where it is written, not where it is needed.`,
		Source:   "thresholds: Huye, Shkuro, Sambasivan: Lifting the veil on Meta's microservice architecture (USENIX ATC 2023): of 18,571 services half call at most 4 others (p90 13, p95 21, p99 93); tail: Dean and Barroso: The Tail at Scale (CACM, 2013)",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/PlaceOrder:
        calls:
          - catalog shop.Catalog/Price
          - payment shop.Payment/Charge
          - shipping shop.Shipping/Ship
          - loyalty shop.Loyalty/Collect
  catalog: {}
  payment: {}
  shipping: {}
  loyalty: {}
`,
		Right: `version: 1
services:
  checkout:
    consumes: [prices.changed]
    operations:
      shop.Checkout/PlaceOrder:
        calls: [payment shop.Payment/Charge]
        publishes: [orders.placed]
  catalog: {publishes: [prices.changed]}
  payment: {}
  shipping: {consumes: [orders.placed]}
  loyalty: {consumes: [orders.placed]}
`,
		Remedy: "make calls that do not need each other side by side; publish one event instead of telling several services; keep copies of data that is only read; join services that are always asked together",
		Params: []arch.ParamSpec{
			{Name: "operation", Doc: "Services that one operation waits for, from which it is reported.", Default: 4, Min: 1, Whole: true},
			{Name: "aggregator", Doc: "The same for operations of a bff or gateway.", Default: 7, Min: 1, Whole: true},
			{Name: "warning", Doc: "Services that a service as a whole calls, from which it is a warning.", Default: 13, Min: 1, Whole: true},
			{Name: "error", Doc: "Services that a service as a whole calls, from which it is an error.", Default: 21, Min: 1, Whole: true},
		},
		Graded: true,
		Check:  checkFanOut,
	}
}

// fan is the services that a node, or a service, calls: for each the first call.
type fan struct {
	node  graph.NodeID
	calls []*graph.Edge
}

func checkFanOut(p *Pass) {
	g := p.Graph
	byNode := make(map[*arch.Service]graph.NodeID)     // the node that was last seen to call it
	byService := make(map[*arch.Service]*arch.Service) // the service that was last seen to call it
	standing := make(map[*arch.Service]*arch.Service)  // the service on which a call to it was last seen to stand
	for _, s := range p.System.Services {
		kind := s.KindOf()
		if !s.IsOwn() || kind == arch.UI {
			continue
		}
		bound := p.Param("operation")
		if kind == arch.BFF || kind == arch.Gateway {
			bound = p.Param("aggregator")
		}
		whole, body := fan{node: graph.None}, fan{node: graph.None}
		var wide []fan
		most := fan{node: graph.None} // of the operations that are not wide by themselves, what adds most to the body
		first, end := g.NodesOf(s)
		for n := first; n < end; n++ {
			node := &g.Nodes[n]
			one, more := fan{node: n}, fan{node: n}
			out := g.Out(n)
			for i := range out {
				e := &out[i]
				if to := g.Nodes[e.To].Service; remote(g, e) && to != nil && byService[to] != s {
					byService[to] = s
					whole.calls = append(whole.calls, e)
				}
			}
			out = widest(g, out)
			for i := range out {
				e := &out[i]
				to := g.Nodes[e.To].Service
				if !remote(g, e) || to == nil {
					continue
				}
				if seen, ok := byNode[to]; !ok || seen != n {
					byNode[to] = n
					one.calls = append(one.calls, e)
					if standing[to] != s {
						more.calls = append(more.calls, e)
					}
				}
			}
			switch {
			case node.Kind == graph.Body: // which comes before the operations
				body = one
				for _, e := range one.calls {
					standing[g.Nodes[e.To].Service] = s
				}
			case float64(len(one.calls)) >= bound:
				wide = append(wide, one)
			case len(more.calls) > len(most.calls):
				most = more
			}
		}
		// A gateway routes: that it calls many says nothing of any one request.
		if severity := p.grade(float64(len(whole.calls))); severity != finding.Off && kind != arch.Gateway {
			p.Report(serviceFan(g, s, whole, wide, severity))
			continue
		}
		for _, one := range wide {
			p.Report(operationFan(g, one, p.Param("aggregator")))
		}
		if len(body.calls) > 0 && float64(len(body.calls)+len(most.calls)) >= bound && kind != arch.Gateway {
			p.Report(bodyFan(g, body, most, p.Param("aggregator")))
		}
	}
}

// widest is the run of an operation in which it calls most services.
func widest(g *graph.Graph, calls []graph.Edge) []graph.Edge {
	var most []graph.Edge
	count := -1
	runs(calls, func(run []graph.Edge) {
		services := make(map[*arch.Service]bool)
		for i := range run {
			if to := g.Nodes[run[i].To].Service; to != nil && remote(g, &run[i]) {
				services[to] = true
			}
		}
		if len(services) > count {
			most, count = run, len(services)
		}
	})
	return most
}

// bodyFan is about the calls that stand on a service, which any of its operations may make besides its own: most is what
// one of them adds.
func bodyFan(g *graph.Graph, body, most fan, aggregator float64) finding.Finding {
	all := fan{body.node, slices.Concat(body.calls, most.calls)}
	f := operationFan(g, all, aggregator)
	f.Possible, f.Doubt = true, doubts(g, body.calls...)
	f.Message = fmt.Sprintf("%s may wait for %s to answer one request: %s", f.Service, plural(len(all.calls), "service"), list(callees(g, all.calls), 8))
	if len(most.calls) > 0 {
		f.Cost = append(f.Cost, fmt.Sprintf("%d of them for %s alone: %s", len(most.calls), entryName(&g.Nodes[most.node]), list(callees(g, most.calls), 8)))
	}
	return f
}

// operationFan is about the calls of one operation; aggregator is the bound of one that a bff or gateway answers.
func operationFan(g *graph.Graph, one fan, aggregator float64) finding.Finding {
	node := &g.Nodes[one.node]
	f := finding.Finding{
		Service:   node.ServiceName(),
		Operation: node.Operation(),
		Pos:       one.calls[0].Call.Place(),
		Size:      len(one.calls),
		Message:   fmt.Sprintf("%s waits for %s: %s", title(node), plural(len(one.calls), "service"), list(callees(g, one.calls), 8)),
		Cost:      fanCost(g, one.node),
	}
	for _, e := range one.calls {
		f.Others = append(f.Others, callRef(g, finding.Member, e))
	}
	f.Remedy = fanRemedy(g, node.ServiceName(), one.calls)
	if s := node.Service; float64(len(one.calls)) < aggregator && looksLikeBFF(g, s) {
		f.Remedy = append([]string{fmt.Sprintf("if %s puts answers together for users, and decides nothing, say so in a manifest: services: {%s: {kind: bff}}; it may then call up to %.0f",
			s.Name, s.Name, math.Ceil(aggregator)-1)}, f.Remedy...)
	}
	return f
}

// looksLikeBFF reports whether a service of which no kind is said may be one that puts together what users see: it
// answers over HTTP only, and nobody calls it.
func looksLikeBFF(g *graph.Graph, s *arch.Service) bool {
	if s.Kind.Known() || len(s.Operations) == 0 {
		return false
	}
	for _, op := range s.Operations {
		if !strings.Contains(op.Name, " /") {
			return false
		}
	}
	for n, end := g.NodesOf(s); n < end; n++ {
		if slices.ContainsFunc(g.In(n), func(i int32) bool { return remote(g, &g.Edges[i]) }) {
			return false
		}
	}
	return true
}

func serviceFan(g *graph.Graph, s *arch.Service, whole fan, wide []fan, severity finding.Severity) finding.Finding {
	f := finding.Finding{
		Severity: severity,
		Service:  s.Name,
		Pos:      whole.calls[0].Call.Place(),
		Size:     len(whole.calls),
		Message:  fmt.Sprintf("%s calls %s: %s", s.Name, plural(len(whole.calls), "service"), list(callees(g, whole.calls), 8)),
	}
	for _, e := range whole.calls {
		f.Others = append(f.Others, callRef(g, finding.Member, e))
	}
	for _, one := range wide {
		r := ref(g, finding.Related, one.node)
		r.Pos = one.calls[0].Call.Place()
		f.Others = append(f.Others, r)
		if len(f.Cost) < 3 {
			f.Cost = append(f.Cost, fmt.Sprintf("%s alone waits for %s", title(&g.Nodes[one.node]), plural(len(one.calls), "service")))
		}
	}
	percentile := "more than nine in ten"
	if len(whole.calls) >= 21 {
		percentile = "more than 95%"
	}
	if len(whole.calls) >= 13 {
		f.Cost = append(f.Cost, percentile+" of 18,571 services at Meta call")
	}
	f.Remedy = append(fanRemedy(g, s.Name, whole.calls),
		fmt.Sprintf("or split %s by what its operations are about, so that each part calls few", s.Name))
	return f
}

// callees names the services that some calls reach.
func callees(g *graph.Graph, calls []*graph.Edge) []string {
	names := make([]string, len(calls))
	for i, e := range calls {
		names[i] = g.Nodes[e.To].ServiceName()
	}
	return names
}

// fanCost says what waiting for many costs: the tail of calls made side by side, the sum of those made in series.
func fanCost(g *graph.Graph, n graph.NodeID) []string {
	var cost []string
	beside := make(map[*arch.Service]bool)
	out := g.Out(n)
	for i := range out {
		if e := &out[i]; remote(g, e) && e.Call.Concurrent.Is() && g.Nodes[e.To].Service != nil {
			beside[g.Nodes[e.To].Service] = true
		}
	}
	if count := len(beside); count > 1 {
		cost = append(cost, fmt.Sprintf("made side by side: 1 − 0.99^%d = %s of requests meet at least one callee's slowest 1%%",
			count, percent(1-math.Pow(0.99, float64(count)))))
	}
	view := graph.Certain
	if g.Nodes[n].Kind == graph.Body {
		return cost // nobody says that one request makes all of these
	}
	sum := inSeries(g, n, view, func(e *graph.Edge) time.Duration { return promise(g, e.To) }, func(e *graph.Edge) string {
		return g.Nodes[e.To].ServiceName() + " " + duration(promise(g, e.To))
	})
	if len(sum.terms) > 1 {
		cost = append(cost, "as long as each callee promises: "+sum.sum())
	}
	return cost
}

// fanRemedy names the ways out for the calls that each suits.
func fanRemedy(g *graph.Graph, service string, calls []*graph.Edge) []string {
	var told, written, read, other []string
	serial := 0
	for _, e := range calls {
		name := g.Nodes[e.To].ServiceName()
		if e.Call.Concurrent.Not() {
			serial++
		}
		switch effect := effectOf(e.Call); {
		case e.Call.Unused():
			told = append(told, name)
		case effect == arch.Write:
			written = append(written, name)
		case effect == arch.Read:
			read = append(read, name)
		default:
			other = append(other, name)
		}
	}
	var ways []string
	if serial > 1 {
		ways = append(ways, "make the calls that do not need each other side by side: quicker, though no safer")
	}
	if len(told) > 0 {
		ways = append(ways, fmt.Sprintf("%s does not use what %s %s: publish an event instead", service, list(told, 4), verb(told, "answer")))
	}
	if len(written) > 0 {
		ways = append(ways, fmt.Sprintf("let %s publish an event that %s %s, where its caller need not wait for the outcome", service, list(written, 4), verb(written, "consume")))
	}
	if len(read) > 0 {
		ways = append(ways, fmt.Sprintf("keep a copy in %s of what it reads from %s, fed by their events", service, list(read, 4)))
	}
	switch {
	case len(other) == len(calls):
		ways = append(ways, fmt.Sprintf("publish an event for those that %s only tells something, keep a copy of what it only reads", service))
	case len(other) > 0:
		ways = append(ways, fmt.Sprintf("of %s: publish an event for those that %s only tells something, keep a copy of what it only reads", list(other, 8), service))
	}
	return ways
}
