package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func discardedError() Rule {
	return Rule{
		ID:      "discarded-error",
		Concern: Observability,
		Rank:    Design, // most of what is thrown away so, its callers can do without
		Title:   "the error of a remote call is thrown away",
		Fires:   "a call to another service is made, and nothing looks at its error: neither does it change the result, nor is it logged or counted.",
		Default: "warning",
		Rationale: `Calls over a network fail. Where nobody looks at the error, what should have been done is not done, or a zero value is
taken for an answer, and neither the user nor whoever is on call ever hears of it.`,
		Source:   "Yuan et al.: Simple Testing Can Prevent Most Critical Failures (OSDI 2014): most catastrophic failures come from errors that were signalled, and ignored",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/Place:
        calls: [{to: cart, operation: shop.Cart/Empty, error: discarded}]
  cart: {operations: {shop.Cart/Empty: {}}}
`,
		Right: `version: 1
services:
  checkout:
    operations:
      shop.Checkout/Place:
        calls: [{to: cart, operation: shop.Cart/Empty, error: swallowed}]
  cart: {operations: {shop.Cart/Empty: {}}}
`,
		Remedy: "return the error where the caller needs the call; else log it and count it, or hand what must be done to a queue that tries again",
		Check:  checkDiscardedError,
	}
}

func checkDiscardedError(p *Pass) {
	g := p.Graph
	seen := make(map[arch.Pos]bool)
	for _, group := range byCause(g, func(e *graph.Edge) bool { return throwsAway(e.Call) }, atDrop) {
		seen[group.pos] = true
		f := group.finding(g)
		first := group.edges[0]
		f.Message = fmt.Sprintf("%s throws away the error of %s", title(&g.Nodes[first.From]), title(&g.Nodes[first.To]))
		if len(f.Hops) == 0 {
			f.Message = fmt.Sprintf("%s throws away the errors of %s", title(&g.Nodes[first.From]), group.subject(g, &f))
		}
		discardedFinding(first.Call, &f)
		// One cause, one finding: waits-for-side-effect is silent.
		if i := slices.IndexFunc(group.edges, func(e *graph.Edge) bool { return waitsInVain(g, e) }); i >= 0 {
			f.Cost = append(f.Cost, inVain(g, group.edges[i]))
		}
		p.Report(f)
	}
	backgroundCalls(p, func(s *arch.Service, call *arch.Call) {
		at := dropped(call)
		if !throwsAway(call) || seen[at] {
			return
		}
		seen[at] = true
		f := finding.Finding{Service: s.Name, Pos: at, Hops: []finding.Hop{{Service: call.To, Operation: call.Operation.Or(""), Pos: call.Place(), Through: through(call)}}}
		f.Message = fmt.Sprintf("%s throws away the error of %s", s.Name, calleeOf(call))
		discardedFinding(call, &f)
		p.Report(f)
	})
	numbered(p)
}

// throwsAway reports whether it is known that nothing looks at the error of a call.
func throwsAway(call *arch.Call) bool { return call.Error.Or("") == arch.ErrorDiscarded }

// atDrop is the cause of an error that is thrown away: where that is done.
func atDrop(e *graph.Edge) (place, arch.Pos) {
	at := dropped(e.Call)
	return place{at: at}, at
}

// dropped is where a call's error is thrown away: by its caller, or by one of the caller's callers.
func dropped(call *arch.Call) arch.Pos {
	if at := call.Error.Pos; at.Known() && at.Source() != arch.Manifest {
		return at
	}
	return call.Pos
}

// inVain says of a call on whose outcome nothing depends that it is waited for.
func inVain(g *graph.Graph, e *graph.Edge) string {
	if e.Call.CanHang() {
		return fmt.Sprintf("yet it is waited for, and nothing ends the wait: when %s hangs, so does the request", g.Nodes[e.To].ServiceName())
	}
	return "yet it is waited for"
}

func discardedFinding(call *arch.Call, f *finding.Finding) {
	switch {
	case effectOf(call) == arch.Write:
		f.Cost = []string{"when it fails, the change is lost, and nobody hears of it"}
	case call.Reply.Or(arch.ReplyUnused) == arch.ReplyUsed:
		f.Cost = []string{"when it fails, an empty reply is taken for an answer, and nobody hears of it"}
	default:
		f.Cost = []string{"when it fails, nobody hears of it"}
	}
	f.Remedy = []string{"return the error, or log and count it", "or where it must be done, but not now, hand it to a queue that tries again"}
}
