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

func retryAmplification() Rule {
	return Rule{
		ID:      "retry-amplification",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "retries that multiply along a chain",
		Fires:   "the product of (1 + retries), and of the counts of loops between them, along a path of calls, the attempts that one failing service receives for one request, is 9 or more: a warning; 27 or more: an error. A loop of unknown length is shown as a factor.",
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
		Check:  checkRetryAmplification,
	}
}

func checkRetryAmplification(p *Pass) {
	reported := make(map[int32]bool) // the calls that lead to what is certain
	for _, kind := range []graph.View{graph.Certain, graph.Possible} {
		loads := p.Graph.Loads(kind, loadOf)
		var callers []graph.NodeID
		peaks := make(map[graph.NodeID][]graph.Peak) // by caller: what it repeats, all of it repeats
		for _, peak := range loads.Peaks() {
			// Loops alone are chatty-call's, and nobody is told of a service that repeats what it asks itself.
			e := &p.Graph.Edges[peak.Edge]
			if peak.Load.Attempts == 1 || peak.Load.Total() < p.Param("warning") || reported[peak.Edge] || !remote(p.Graph, e) {
				continue
			}
			from := e.From
			if peaks[from] == nil {
				callers = append(callers, from)
			}
			peaks[from] = append(peaks[from], peak)
		}
		certain := make(map[int32]bool)
		for _, from := range callers {
			all := peaks[from]
			slices.SortStableFunc(all, func(a, b graph.Peak) int { return cmp.Compare(b.Load.Total(), a.Load.Total()) })
			way := loads.Path(all[0].Edge)
			if slices.ContainsFunc(way, func(e int32) bool { return reported[e] }) {
				continue
			}
			for _, peak := range all {
				certain[peak.Edge] = true
			}
			p.Report(retryFinding(p, way, all))
		}
		reported = certain
	}
}

// loadOf is how often a call is made for one request when its callee fails.
func loadOf(e *graph.Edge) graph.Load {
	load := graph.Single()
	if e.Call == nil {
		return load
	}
	load.Attempts = float64(attemptsOf(e.Call))
	switch {
	case e.Call.Loop.Is() && e.Call.Loop.Value > 1:
		load.Times = float64(e.Call.Loop.Value)
	case e.Call.Loop.Is() && e.Call.Loop.Value == 0:
		load.Loops = 1
	}
	return load
}

// attempted prints how often something is asked.
func attempted(load graph.Load) string {
	count := fmt.Sprintf("%.0f", load.Total())
	if load.Total() >= 1e9 {
		count = fmt.Sprintf("%.1e", load.Total())
	}
	return count + strings.Repeat(" × n", min(load.Loops, 4))
}

// retryFinding is about what one operation calls at the end of a way: peaks, the worst of which the way ends with.
func retryFinding(p *Pass, way []int32, peaks []graph.Peak) finding.Finding {
	g := p.Graph
	worst := peaks[0]
	first, last := &g.Edges[way[0]], &g.Edges[worst.Edge]
	from, to := &g.Nodes[first.From], &g.Nodes[last.To]
	f := finding.Finding{
		Severity: p.grade(worst.Load.Total()), Service: from.ServiceName(), Operation: from.Operation(), Hops: hops(g, way), Pos: first.Call.Place(),
	}
	var factors []string
	var retried *graph.Edge // the last that is
	for _, i := range way {
		e := &g.Edges[i]
		f.Possible = f.Possible || !e.Certain
		if e.Call == nil {
			continue
		}
		f.Size++
		hop := fmt.Sprintf(" (%s → %s)", g.Nodes[e.From].ServiceName(), g.Nodes[e.To].ServiceName())
		load := loadOf(e)
		if load.Attempts > 1 {
			retried = e
			factors = append(factors, fmt.Sprintf("%.0f", load.Attempts)+hop)
		}
		switch {
		case load.Times > 1:
			factors = append(factors, fmt.Sprintf("%.0f in a loop", load.Times)+hop)
		case load.Loops > 0:
			factors = append(factors, "n in a loop"+hop)
		}
	}
	f.Doubt = doubtsOf(g, way)
	f.Message = fmt.Sprintf("when %s fails, it gets %s attempts for one request", title(to), attempted(worst.Load))
	f.Cost = []string{strings.Join(factors, " × ") + " = " + attempted(worst.Load)}
	var others []string
	for _, peak := range peaks[1:] {
		e := &g.Edges[peak.Edge]
		others = append(others, fmt.Sprintf("%s (%s)", title(&g.Nodes[e.To]), attempted(peak.Load)))
		f.Others = append(f.Others, callRef(g, finding.Member, e))
	}
	if len(others) > 0 {
		f.Cost = append(f.Cost, "so it is with "+list(others, 8))
	}
	f.Remedy = []string{fmt.Sprintf("retry at one layer only: keep the retries of %s → %s, drop the others, or give them a retry budget",
		g.Nodes[retried.From].ServiceName(), nameOf(&g.Nodes[retried.To]))}
	return f
}
