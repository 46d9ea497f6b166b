package rule

import (
	"fmt"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func retryAmplification() Rule {
	return Rule{
		ID:      "retry-amplification",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "retries that multiply along a chain",
		Fires:   "the product of (1 + retries) along a path of calls, the attempts that one failing service receives for one request, is 9 or more: a warning; 27 or more: an error.",
		Default: "warning from 9 attempts, error from 27",
		Rationale: `Each layer that retries multiplies the attempts of the layers above it. When the service at the end is in trouble, it
gets many times its load at the worst moment and does not recover: retry storms turn a slow service into an outage.`,
		Source: "Beyer et al.: Site Reliability Engineering (2016), chapter 22, Addressing Cascading Failures: three layers of three retries make 64 attempts",
		Wrong: `version: 1
services:
  web:
    kind: gateway
    operations:
      GET /offers: {calls: [{to: offers, operation: shop.Offers/List, retries: 2}]}
  offers:
    operations:
      shop.Offers/List: {calls: [{to: stock, operation: shop.Stock/Get, retries: 2}]}
  stock: {operations: {shop.Stock/Get: {}}}
`,
		Right: `version: 1
services:
  web:
    kind: gateway
    operations:
      GET /offers: {calls: [{to: offers, operation: shop.Offers/List, retries: 2, backoff: 100ms}]}
  offers:
    operations:
      shop.Offers/List: {calls: [{to: stock, operation: shop.Stock/Get}]}
  stock: {operations: {shop.Stock/Get: {}}}
`,
		Remedy: "retry at one layer only, the one next to the failure or the outermost; give the others a retry budget",
		Params: []arch.ParamSpec{
			{Name: "warning", Doc: "Attempts from which it is a warning.", Default: 9, Min: 2, Whole: true},
			{Name: "error", Doc: "Attempts from which it is an error.", Default: 27, Min: 2, Whole: true},
		},
		Graded: true,
		Check: func(p *Pass) {
			seen := make(map[*arch.Call]bool)
			for _, kind := range []graph.View{graph.Certain, graph.Possible} {
				worth, path := p.Graph.Products(kind, attempts)
				for n := range p.Graph.Nodes {
					id := graph.NodeID(n)
					if worth(id) < p.Param("warning") || multiplied(p.Graph, id, kind) {
						continue
					}
					way := retried(p.Graph, path(id))
					if first := p.Graph.Edges[way[0]].Call; !seen[first] {
						seen[first] = true
						p.Report(retryFinding(p, way, kind))
					}
				}
			}
		},
	}
}

// attempts is how often a call is made when its callee fails.
func attempts(e *graph.Edge) float64 {
	if e.Call == nil {
		return 1
	}
	return float64(attemptsOf(e.Call))
}

// multiplied reports whether calls lead to the node: then its retries are part of a longer product.
func multiplied(g *graph.Graph, n graph.NodeID, kind graph.View) bool {
	for _, i := range g.In(n) {
		if e := &g.Edges[i]; e.From != n && (kind == graph.Possible || e.Certain) {
			return true
		}
	}
	return false
}

// retried cuts a path to what lies between its first and its last retried call.
func retried(g *graph.Graph, path []int32) []int32 {
	for attempts(&g.Edges[path[0]]) == 1 {
		path = path[1:]
	}
	for attempts(&g.Edges[path[len(path)-1]]) == 1 {
		path = path[:len(path)-1]
	}
	return path
}

func retryFinding(p *Pass, way []int32, kind graph.View) finding.Finding {
	g := p.Graph
	first, last := &g.Edges[way[0]], &g.Edges[way[len(way)-1]]
	from, to := &g.Nodes[first.From], &g.Nodes[last.To]
	product := 1.0
	loops := 0
	var factors []string
	f := finding.Finding{Service: from.ServiceName(), Operation: from.Operation(), Hops: hops(g, way), Pos: first.Call.Pos}
	for _, i := range way {
		e := &g.Edges[i]
		f.Possible = f.Possible || !e.Certain
		if e.Call == nil {
			continue
		}
		f.Size++
		if e.Call.Loop.Is() {
			loops++
		}
		if n := attempts(e); n > 1 {
			product *= n
			factors = append(factors, fmt.Sprintf("%.0f (%s → %s)", n, g.Nodes[e.From].ServiceName(), g.Nodes[e.To].ServiceName()))
		}
	}
	f.Severity = p.grade(product)
	count := fmt.Sprintf("%.0f", product)
	if product >= 1e9 {
		count = fmt.Sprintf("%.1e", product)
	}
	if loops > 0 {
		count += strings.Repeat(" × n", loops)
	}
	f.Message = fmt.Sprintf("when %s fails, it gets %s attempts for one request", title(to), count)
	f.Cost = []string{strings.Join(factors, " × ") + " = " + count}
	f.Remedy = []string{fmt.Sprintf("retry at one layer only: keep the retries of %s → %s, drop the others, or give them a retry budget",
		g.Nodes[last.From].ServiceName(), to.ServiceName())}
	return f
}
