package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func multiServiceWrite() Rule {
	return Rule{
		ID:      "multi-service-write",
		Concern: Coupling,
		Rank:    Wrong,
		Title:   "one operation that writes to several services",
		Fires:   "one operation makes state-changing calls to two or more services, and an earlier one is not undone when a later one fails.",
		Default: "warning",
		Rationale: `No transaction spans two services. When the second write fails, the first stands, and the data of the two no longer
agree; when the process dies between them, not even an error path runs.`,
		Source:   "Garcia-Molina and Salem: Sagas (SIGMOD, 1987); Helland: Life beyond Distributed Transactions (CIDR, 2007); Richardson: Microservices Patterns (2018), chapter 4",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - {to: payment, operation: shop.Payment/Charge, effect: write, undo: false}
          - {to: shipping, operation: shop.Shipping/Ship, effect: write}
  payment: {operations: {shop.Payment/Charge: {}}}
  shipping: {operations: {shop.Shipping/Ship: {}}}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - {to: payment, operation: shop.Payment/Charge, effect: write}
        publishes: [orders.placed]
  payment: {operations: {shop.Payment/Charge: {}}}
  shipping: {consumes: [orders.placed]}
`,
		Remedy: "write to one service and let the others follow from an event of it; or make it a saga: undo what was done when a later write fails",
		Graded: true,
		Check:  checkMultiServiceWrite,
	}
}

func checkMultiServiceWrite(p *Pass) {
	g := p.Graph
	for n := range g.Nodes {
		if g.Nodes[n].Op == nil {
			continue
		}
		writes, missing, possible := worstWrites(g, g.Out(graph.NodeID(n)))
		if len(missing) > 0 {
			f := multiWriteFinding(g, writes, missing)
			if possible {
				f.Possible, f.Doubt = true, []string{"whether the earlier writes are undone (undo)"}
			}
			if doubts := named(g, writes...); len(doubts) > 0 {
				f.Possible, f.Doubt = true, append(f.Doubt, doubts...)
			}
			p.Report(f)
		}
	}
}

// worstWrites are the writes of the run of an operation that leaves most of them standing when a later one fails, and
// those that stand then.
func worstWrites(g *graph.Graph, calls []graph.Edge) (writes, missing []*graph.Edge, possible bool) {
	runs(calls, func(run []graph.Edge) {
		var all []*graph.Edge
		for i := range run {
			if e := &run[i]; remote(g, e) && g.Nodes[e.To].Service != nil && effectOf(e.Call) == arch.Write {
				all = append(all, e)
			}
		}
		all = upToLastHard(all)
		if len(all) < 2 {
			return
		}
		left, unsure := notUndone(g, all)
		if len(left) == 0 || len(missing) > 0 && (unsure && !possible || unsure == possible && len(left) <= len(missing)) {
			return // what is certain is worse than what is possible
		}
		writes, missing, possible = all, left, unsure
	})
	return writes, missing, possible
}

// upToLastHard leaves out the writes after the last whose failure is noticed: nothing has to be undone for them.
func upToLastHard(writes []*graph.Edge) []*graph.Edge {
	for len(writes) > 0 && !writes[len(writes)-1].Call.Hard() {
		writes = writes[:len(writes)-1]
	}
	return writes
}

// notUndone lists the writes that stand although a later one to another service can fail, one that is not known to be
// harmless; if of some it is known that nothing undoes them, only those.
func notUndone(g *graph.Graph, writes []*graph.Edge) (missing []*graph.Edge, possible bool) {
	var unknown []*graph.Edge
	for i, e := range writes {
		to := g.Nodes[e.To].Service
		if e.Call.Undo.Is() || !slices.ContainsFunc(writes[i+1:], func(later *graph.Edge) bool {
			return later.Call.Hard() && g.Nodes[later.To].Service != to && follows(later.Call, e.Call)
		}) {
			continue
		}
		if e.Call.Undo.Not() {
			missing = append(missing, e)
		} else {
			unknown = append(unknown, e)
		}
	}
	if len(missing) == 0 {
		missing, possible = unknown, true
	}
	return missing, possible
}

func multiWriteFinding(g *graph.Graph, writes, missing []*graph.Edge) finding.Finding {
	node := &g.Nodes[writes[0].From]
	services := once(callees(g, writes))
	f := finding.Finding{
		Service:   node.ServiceName(),
		Operation: node.Operation(),
		Pos:       missing[0].Call.Place(),
		Size:      len(services),
	}
	var left []string
	for _, e := range missing {
		left = append(left, title(&g.Nodes[e.To]))
	}
	left = once(left)
	verb := "is"
	if len(left) > 1 {
		verb = "are"
	}
	f.Message = fmt.Sprintf("%s writes to %s: %s; when a later write fails, %s %s not undone",
		title(node), plural(len(services), "service"), list(services, 4), list(left, 2), verb)
	for _, e := range writes {
		f.Others = append(f.Others, callRef(g, finding.Member, e))
	}
	final := g.Nodes[writes[len(writes)-1].To].Service
	f.Cost = append(f.Cost, fmt.Sprintf("when the write to %s fails, or %s dies before it, the data of %s no longer agree", final.Name, f.Service, list(services, 4)))
	if final.KindOf() != arch.External {
		f.Remedy = append(f.Remedy, fmt.Sprintf("write to %s, publish an event, and let %s consume it", services[0], list(services[1:], 4)))
	}
	undo := fmt.Sprintf("undo %s when a later write fails (a saga)", list(left, 4))
	if len(f.Remedy) > 0 {
		undo = "or " + undo
	}
	f.Remedy = append(f.Remedy, undo)
	return f
}
