package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func unsafeRetry() Rule {
	return Rule{
		ID:      "unsafe-retry",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "retries that make it worse",
		Fires:   "a call is tried again at once, without a pause; or one that changes something is tried again, though it carries no idempotency key. Both only where that is known.",
		Default: "warning",
		Rationale: `A service that is overloaded gets the same load again within microseconds, from everyone at once. A change whose reply
was lost has been made all the same: tried again without a key by which the callee knows it, it is made twice.`,
		Source:   "AWS Well-Architected Framework, REL05-BP03, Control and limit retry calls, and REL04-BP04, Make mutating operations idempotent; Beyer et al.: Site Reliability Engineering (2016), chapter 22",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls: [{to: payment, operation: shop.Payment/Charge, retries: 2, backoff: false, effect: write, idempotency-key: false}]
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls: [{to: payment, operation: shop.Payment/Charge, retries: 2, backoff: 100ms, effect: write, idempotency-key: true}]
  payment: {operations: {shop.Payment/Charge: {}}}
`,
		Remedy: "wait before each attempt, longer each time and with jitter; give what changes something a key that stays the same over all attempts",
		Check: func(p *Pass) {
			g := p.Graph
			for _, group := range byCause(g, func(e *graph.Edge) bool { return hasty(e.Call) || twice(e.Call) }, atCall) {
				f := group.finding(g)
				first := group.edges[0]
				unsafeFinding(title(&g.Nodes[first.From]), group.subject(g, &f), first.Call, &f)
				p.Report(f)
			}
			numbered(p)
		},
	}
}

// hasty reports whether a call is tried again without a pause.
func hasty(call *arch.Call) bool { return attemptsOf(call) > 1 && call.Backoff.Not() }

// twice reports whether a call may be done twice.
func twice(call *arch.Call) bool {
	return attemptsOf(call) > 1 && effectOf(call) == arch.Write && call.IdempotencyKey.Not()
}

func unsafeFinding(from, calls string, call *arch.Call, f *finding.Finding) {
	times := plural(attemptsOf(call)-1, "retry")
	switch {
	case hasty(call) && twice(call):
		f.Message = fmt.Sprintf("%s tries %s again at once, %s, and may do it twice: no idempotency key", from, calls, times)
	case hasty(call):
		f.Message = fmt.Sprintf("%s tries %s again at once, %s without a pause", from, calls, times)
	default:
		f.Message = fmt.Sprintf("%s tries %s again, which changes something, without an idempotency key", from, calls)
	}
	if hasty(call) {
		f.Cost = append(f.Cost, fmt.Sprintf("a callee that is overloaded gets %d times the load, at once", attemptsOf(call)))
		f.Remedy = append(f.Remedy, "wait before each attempt, longer each time and with jitter")
	}
	if twice(call) {
		f.Cost = append(f.Cost, "where the reply is lost, the change is made twice")
		f.Remedy = append(f.Remedy, "send a key that stays the same over all attempts, by which the callee knows what it has done")
	}
}
