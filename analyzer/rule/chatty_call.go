package rule

import (
	"fmt"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func chattyCall() Rule {
	return Rule{
		ID:      "chatty-call",
		Concern: Coupling,
		Rank:    Design,
		Title:   "a call for each element of a loop",
		Fires:   "a call to another service is made once for each element of some data. Retries, paging and streams are no such loops.",
		Default: "warning",
		Rationale: `The time, and the chance that some call fails, grow with the data: what takes 20 ms with one line in the test takes
two seconds with a hundred in production. The callee gets a multiple of the load of its caller, and one user with much data
can take it down for all.`,
		Source:   "Fowler: Patterns of Enterprise Application Architecture (2002), Remote Facade; Newman: Building Microservices, 2nd edition, on chatty interfaces",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  cart:
    operations:
      shop.Cart/Show:
        calls: [{to: catalog, operation: shop.Catalog/Get, loop: true}]
  catalog: {operations: {shop.Catalog/Get: {}}}
`,
		Right: `version: 1
services:
  cart:
    operations:
      shop.Cart/Show:
        calls: [{to: catalog, operation: shop.Catalog/GetMany, loop: false}]
  catalog: {operations: {shop.Catalog/Get: {}, shop.Catalog/GetMany: {}}}
`,
		Remedy: "give the callee an operation that takes all elements at once; else keep a copy of what is read, or hand the elements over as messages",
		Check: func(p *Pass) {
			g := p.Graph
			var causes []*graph.Edge
			eachCall(p, func(e *graph.Edge) bool { return e.Call.Loop.Is() && e.Call.Loop.Value != 1 },
				func(e *graph.Edge, f *finding.Finding) {
					chattyFinding(g, e, f)
					causes = append(causes, e)
				})
			p.found = onePerCause(g, p.found, causes)
		},
	}
}

// cause is a call in a loop of the code, whichever operations lead there, of whichever services that share the code. The
// zero cause is like no other.
type cause struct {
	callee   string
	at, loop arch.Pos
}

func causeOf(g *graph.Graph, e *graph.Edge) cause {
	at, ok := loopPlace(e.Call)
	if !ok {
		return cause{}
	}
	return cause{title(&g.Nodes[e.To]), e.Call.Pos, at}
}

// onePerCause unites findings about one call in one loop: the first of them names the operations of the others. Where
// their ways to the call part behind the loop, it stands at the loop, which they share, and not in a helper that others
// share as well.
func onePerCause(g *graph.Graph, found []*finding.Finding, edges []*graph.Edge) []*finding.Finding {
	first := make(map[cause]*finding.Finding)
	var kept []*finding.Finding
	for i, f := range found {
		why := causeOf(g, edges[i])
		known := first[why]
		switch {
		case why == cause{}:
		case known == nil:
			first[why] = f
		default:
			if f.Pos != known.Pos {
				shared := hopAt(g, edges[i], why.loop)
				shared.Free, shared.Through = false, why.at
				known.Pos, known.Hops[0] = why.loop, shared
			}
			known.Others = append(known.Others, finding.Ref{Role: finding.Head, Service: f.Service, Operation: f.Operation, Pos: f.Pos})
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

func chattyFinding(g *graph.Graph, e *graph.Edge, f *finding.Finding) {
	from, to := &g.Nodes[e.From], &g.Nodes[e.To]
	count := e.Call.Loop.Value
	f.Size = count
	times := "once for each element of a loop"
	if count > 1 {
		times = fmt.Sprintf("%d times, once for each element of a loop", count)
	}
	f.Message = fmt.Sprintf("%s calls %s %s", title(from), title(to), times)
	if latency := promise(g, e.To); count > 1 && count < 1e6 && latency > 0 && latency < time.Hour && !e.Call.Concurrent.Is() {
		f.Cost = append(f.Cost, fmt.Sprintf("%d × %s = %s for one request", count, duration(latency), duration(time.Duration(count)*latency)))
	}
	switch {
	case count > 1:
		f.Cost = append(f.Cost, fmt.Sprintf("one request to %s is %d%s", f.Service, count, toWhom(to)))
	default:
		f.Cost = append(f.Cost, fmt.Sprintf("one request to %s is as many%s as there are elements", f.Service, toWhom(to)))
	}
	switch {
	case to.Service == nil:
		f.Remedy = append(f.Remedy, "ask for all elements at once, if the callee has an operation that takes them")
		if !e.Call.Concurrent.Is() {
			f.Remedy = append(f.Remedy, "or where each element is a callee of its own, such as a replica, call them side by side, with a bound")
		}
		return
	case to.Service.KindOf() == arch.External:
		f.Remedy = append(f.Remedy, fmt.Sprintf("use an operation of %s that takes all elements at once, if it has one", to.Service.Name))
	default:
		f.Remedy = append(f.Remedy, fmt.Sprintf("give %s an operation that takes all elements at once, and call it once", to.Service.Name))
	}
	switch external := to.Service.KindOf() == arch.External; effectOf(e.Call) {
	case arch.Write:
		if !external {
			f.Remedy = append(f.Remedy, fmt.Sprintf("or publish one message for each element, which %s consumes at its own pace", to.Service.Name))
		}
	case arch.Read:
		f.Remedy = append(f.Remedy, fmt.Sprintf("or keep a copy in %s of what it reads from %s", f.Service, to.Service.Name))
	default:
		f.Remedy = append(f.Remedy, fmt.Sprintf("or, if it only reads, keep a copy in %s of what it reads from %s", f.Service, to.Service.Name))
	}
}

// toWhom is " to stock", or "" where nobody knows the callee.
func toWhom(to *graph.Node) string {
	if to.Service == nil {
		return ""
	}
	return " to " + to.Service.Name
}
