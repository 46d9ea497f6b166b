package rule

import (
	"fmt"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func latencyBudget() Rule {
	return Rule{
		ID:      "latency-budget",
		Concern: Reliability,
		Rank:    Promised,
		Title:   "a promise of time that its calls do not allow",
		Fires:   "the calls that an operation or journey makes one after the other promise more time than it promises itself, or a callee, by its own promise or those of its calls, takes longer than its caller waits.",
		Default: "warning",
		Rationale: `Latencies of calls in series add up, and only the slowest counts of calls made side by side. A promise that is shorter
than the sum of the promises below it is kept by luck.`,
		Source:   "Dean and Barroso: The Tail at Scale (CACM, 2013)",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web:
    operations:
      GET /offers:
        latency: 300ms
        calls:
          - {to: offers, operation: shop.Offers/List}
          - {to: prices, operation: shop.Prices/Get}
  offers: {operations: {shop.Offers/List: {latency: 200ms}}}
  prices: {operations: {shop.Prices/Get: {latency: 200ms}}}
`,
		Right: `version: 1
services:
  web:
    operations:
      GET /offers:
        latency: 300ms
        calls:
          - {to: offers, operation: shop.Offers/List, concurrent: true}
          - {to: prices, operation: shop.Prices/Get, concurrent: true}
  offers: {operations: {shop.Offers/List: {latency: 200ms}}}
  prices: {operations: {shop.Prices/Get: {latency: 200ms}}}
`,
		Remedy: "make calls that do not need each other side by side; drop those that an event or a local copy can replace; or promise what can be kept",
		Graded: true,
		Check:  checkLatencyBudget,
	}
}

func checkLatencyBudget(p *Pass) {
	g := p.Graph
	// What answering takes, by the promises below: an operation's own promise, else the sum of its calls'. A caller
	// that gives up waits no longer. What a service promises itself is no promise: only the calls below count.
	takes := make([]time.Duration, len(g.Nodes))
	answers := func(e *graph.Edge) time.Duration {
		if own := promise(g, e.To); own > 0 && remote(g, e) {
			return own
		}
		return takes[e.To]
	}
	of := func(e *graph.Edge) time.Duration {
		attempt, _ := patience(e.Call)
		if limit := worst(e.Call); attempt > 0 && limit > 0 { // pauses alone are no limit
			return min(answers(e), limit)
		}
		return answers(e)
	}
	explained := func(n graph.NodeID) span {
		return inSeries(g, n, graph.Certain, of, func(e *graph.Edge) string {
			return fmt.Sprintf("%s %s", g.Nodes[e.To].ServiceName(), duration(of(e)))
		})
	}
	g.CalleesFirst(graph.Certain, func(n graph.NodeID) { takes[n] = inSeries(g, n, graph.Certain, of, nil).length })
	inverted := overrun(g)
	for n := range g.Nodes {
		id := graph.NodeID(n)
		if own := promise(g, id); own > 0 && takes[n] > own {
			p.Report(budgetFinding(g, id, own, explained(id), g.Nodes[n].Op.Latency.Pos, title(&g.Nodes[n])))
		}
		for i := range g.Out(id) {
			e := &g.Out(id)[i]
			if !remote(g, e) {
				continue
			}
			wait, _ := patience(e.Call)
			switch slow := answers(e); {
			case wait == 0 || slow <= wait:
			case promise(g, e.To) > 0:
				p.Report(impatientFinding(g, e, wait, slow))
			case inverted(e) == 0 || inverted(e) == withoutLimit: // else deadline-inversion says how long, of this call
				p.Report(tooManyFinding(g, e, wait, explained(e.To)))
			}
		}
	}
	for _, journey := range g.System.Journeys {
		if !journey.Latency.Is() {
			continue
		}
		for _, entry := range journey.Entries {
			n := g.Find(entry.Service, entry.Operation)
			if n == graph.None || promise(g, n) > 0 && promise(g, n) <= journey.Latency.Value {
				continue
			}
			total := explained(n)
			if own := promise(g, n); own > 0 {
				total = span{length: own, terms: []string{g.Nodes[n].ServiceName() + " " + duration(own)}}
			}
			if total.length > journey.Latency.Value {
				f := budgetFinding(g, n, journey.Latency.Value, total, journey.Latency.Pos, "journey "+journey.Name)
				f.Subject = "journey " + journey.Name
				f.Journeys = []string{journey.Name}
				p.Report(f)
			}
		}
	}
}

// promise is the latency that an operation promises, 0 where it promises none.
func promise(g *graph.Graph, n graph.NodeID) time.Duration {
	if op := g.Nodes[n].Op; op != nil {
		return op.Latency.Or(0)
	}
	return 0
}

func budgetFinding(g *graph.Graph, n graph.NodeID, own time.Duration, takes span, pos arch.Pos, who string) finding.Finding {
	node := &g.Nodes[n]
	f := finding.Finding{
		Pos:       pos,
		Service:   node.ServiceName(),
		Operation: node.Operation(),
		Message:   fmt.Sprintf("%s promises %s, and what it waits for promises %s", who, duration(own), takes.text("latency")),
		Cost:      []string{fmt.Sprintf("%s > %s", takes.sum(), duration(own))},
	}
	switch {
	case len(takes.calls) == 0: // of a journey, whose entry promises that itself
		f.Remedy = []string{fmt.Sprintf("let %s promise less, and keep it", title(node))}
	case takes.serial():
		f.Remedy = []string{"make calls that do not need each other side by side", "or drop calls that an event or a local copy can replace"}
	default:
		f.Remedy = []string{"drop what an event or a local copy can replace, or let the slowest promise less"}
	}
	f.Remedy = append(f.Remedy, "or promise what can be kept")
	for _, call := range takes.calls {
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: call.To, Operation: call.Operation.Or(""), Pos: call.Place()})
	}
	f.Size = len(takes.calls)
	return f
}

// tooManyFinding is about a caller that waits less long than the calls of its callee promise to take together.
func tooManyFinding(g *graph.Graph, e *graph.Edge, wait time.Duration, takes span) finding.Finding {
	f := impatientFinding(g, e, wait, takes.length)
	from, to := &g.Nodes[e.From], &g.Nodes[e.To]
	f.Message = fmt.Sprintf("%s waits %s for %s, and what that waits for promises %s", title(from), duration(wait), title(to), takes.text("latency"))
	f.Cost = []string{fmt.Sprintf("%s > %s", takes.sum(), duration(wait))}
	f.Remedy = []string{
		fmt.Sprintf("let %s make calls that do not need each other side by side, or fewer of them", to.ServiceName()),
		"or wait as long as they take",
	}
	if !takes.serial() {
		f.Remedy = []string{
			fmt.Sprintf("let %s answer without what an event or a local copy can replace, or the slowest promise less", to.ServiceName()),
			"or wait as long as that takes",
		}
	}
	f.Others = nil
	for _, call := range takes.calls {
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: call.To, Operation: call.Operation.Or(""), Pos: call.Place()})
	}
	return f
}

func impatientFinding(g *graph.Graph, e *graph.Edge, wait, slow time.Duration) finding.Finding {
	from, to := &g.Nodes[e.From], &g.Nodes[e.To]
	f := finding.Finding{
		Possible:  !e.Certain,
		Doubt:     doubts(g, e),
		Pos:       e.Call.Place(),
		Service:   from.ServiceName(),
		Operation: from.Operation(),
		Subject:   "waits for " + to.ServiceName() + " " + to.Operation(),
		Message:   fmt.Sprintf("%s waits %s for %s, which promises to answer within %s", title(from), duration(wait), title(to), duration(slow)),
		Hops:      []finding.Hop{hop(g, e)},
		Size:      1,
		Cost:      []string{fmt.Sprintf("%s > %s: an answer within the promise comes too late", duration(slow), duration(wait))},
		Remedy:    []string{fmt.Sprintf("wait as long as %s promises, or let it promise less", to.ServiceName())},
	}
	if to.Op != nil && to.Op.Latency.Is() {
		f.Others = []finding.Ref{{Role: finding.Related, Service: to.ServiceName(), Operation: to.Operation(), Pos: to.Op.Latency.Pos}}
	}
	return f
}
