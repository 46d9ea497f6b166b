package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func waitsForSideEffect() Rule {
	return Rule{
		ID:      "waits-for-side-effect",
		Concern: Coupling,
		Rank:    Design,
		Title:   "waiting for what cannot change the result",
		Fires:   "a request waits for a call although the reply is not used and its error is not returned. Nobody waits for the handler of a message, except where a call sent it. Where the error is thrown away, discarded-error says so, and of the wait.",
		Default: "warning",
		Rationale: `A confirmation mail, an audit record, a notification: whether the call succeeds makes no difference to who asked, yet
he waits for it, and when it hangs he hangs. When it fails, what it should have done is lost, for nobody tries again. An event
is quicker for the caller and safer for the side effect.`,
		Source:   "Hohpe and Woolf: Enterprise Integration Patterns (2003), Guaranteed Delivery; AWS Well-Architected Framework, REL04-BP02",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls: [{to: mail, operation: shop.Mail/Confirm, reply: unused, error: swallowed}]
  mail: {operations: {shop.Mail/Confirm: {}}}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place: {publishes: [orders.placed]}
  mail: {consumes: [orders.placed]}
`,
		Remedy: "publish an event that the callee consumes; where messages cannot be had, put the call into a queue of the caller's own",
		Check: func(p *Pass) {
			g := p.Graph
			eachCall(p, func(e *graph.Edge) bool {
				return !throwsAway(e.Call) && waitsInVain(g, e)
			},
				func(e *graph.Edge, f *finding.Finding) { sideEffectFinding(g, e, f) })
		},
	}
}

// waitsInVain reports whether a request waits for a call that is known not to change its result.
func waitsInVain(g *graph.Graph, e *graph.Edge) bool {
	return e.Weight > 0 && sideEffect(e.Call) && g.Nodes[e.To].Service != nil && somebodyWaits(g, e.From)
}

// somebodyWaits reports whether a node answers: messages that set off a handler wait for nothing, unless a call sent
// them, which waits for the reply.
func somebodyWaits(g *graph.Graph, n graph.NodeID) bool {
	return !isConsumer(&g.Nodes[n]) ||
		slices.ContainsFunc(g.In(n), func(i int32) bool { return g.Edges[i].Call != nil })
}

// sideEffect reports whether it is known of a call, which its caller waits for, that nothing depends on its outcome.
// One that is made beside others is waited for as well.
func sideEffect(call *arch.Call) bool {
	return call.Reply.Is() && call.Error.Is() && call.Unused() && !call.Detached.Is()
}

func sideEffectFinding(g *graph.Graph, e *graph.Edge, f *finding.Finding) {
	from, to := title(&g.Nodes[e.From]), &g.Nodes[e.To]
	f.Message = fmt.Sprintf("%s waits for %s, though neither its reply nor its error can change the result", from, title(to))
	if lost := e.Call.Error.Pos; lost.Known() && lost.Source() != arch.Manifest {
		h := &f.Hops[0]
		h.Note = notes(h.Note, "its error is dropped at "+nearby(lost, h.Pos))
		f.Pos = lost // that is what shows it, not the call
	}
	switch latency := promise(g, e.To); {
	case latency > 0 && e.Call.Concurrent.Is():
		f.Cost = append(f.Cost, fmt.Sprintf("%s of every request, when %s is well, unless a call beside it takes as long", duration(latency), to.Service.Name))
	case latency > 0:
		f.Cost = append(f.Cost, fmt.Sprintf("%s of every request, when %s is well", duration(latency), to.Service.Name))
	}
	switch attempt, _ := patience(e.Call); {
	case e.Call.CanHang():
		f.Cost = append(f.Cost, fmt.Sprintf("nothing ends the wait: when %s hangs, so does the request", to.Service.Name))
	case attempt > 0:
		f.Cost = append(f.Cost, fmt.Sprintf("up to %s when %s hangs", duration(attempt), to.Service.Name))
	}
	if effectOf(e.Call) != arch.Read {
		f.Cost = append(f.Cost, "when the call fails, what it should have done is lost")
	}
	if to.Service.KindOf() == arch.External {
		f.Remedy = []string{fmt.Sprintf("put it into a queue and let a worker call %s", to.Service.Name)}
		return
	}
	f.Remedy = []string{fmt.Sprintf("let %s publish an event and %s consume it", f.Service, to.Service.Name)}
}
