package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func failsAfterWrite() Rule {
	return Rule{
		ID:      "fails-after-write",
		Concern: Coupling,
		Rank:    Wrong,
		Title:   "done, and reported as failed",
		Fires:   "after an operation has changed another service by a call, a later call of it can still fail it, and nothing undoes the change.",
		Default: "warning; error on a journey",
		Rationale: `The card is charged, then the call to shipping fails, and the user reads that the order failed. He orders again and
pays twice; or he does not, and has paid for nothing. Each service was right; the operation between them was not.`,
		Source:   "Garcia-Molina and Salem: Sagas (SIGMOD, 1987); Richardson: Microservices Patterns (2018), chapter 4",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - {to: payment, operation: shop.Payment/Charge, effect: write}
          - {to: shipping, operation: shop.Shipping/Ship, error: returned}
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
		Remedy: "make the calls that may fail before the one that changes something; let the rest follow from an event; else undo the change when a later call fails",
		Check:  checkFailsAfterWrite,
	}
}

func checkFailsAfterWrite(p *Pass) {
	g := p.Graph
	var reaching func(graph.NodeID) []*arch.Journey // made when it is first needed
	for n := range g.Nodes {
		if g.Nodes[n].Op == nil || len(g.Out(graph.NodeID(n))) < 2 {
			continue
		}
		write, later, possible := failingAfter(g, g.Out(graph.NodeID(n)))
		if write == nil {
			continue
		}
		if reaching == nil {
			reaching = g.Journeys(graph.Certain)
		}
		f := failsAfterFinding(g, write, later)
		if possible {
			f.Possible, f.Doubt = true, []string{"what becomes of the errors of the later calls (error)"}
		}
		if doubts := named(g, write); len(doubts) > 0 {
			if !slices.ContainsFunc(later, func(e *graph.Edge) bool { return e.To != write.To }) {
				continue // the same again may be what undoes it
			}
			f.Possible, f.Doubt = true, append(f.Doubt, doubts...)
		}
		if len(reaching(graph.NodeID(n))) > 0 {
			f.Severity = finding.Error
		}
		p.Report(f)
	}
}

// failingAfter finds the first write, among the calls of an operation, that is not undone when a later call fails the
// operation, and those later calls. It is only possible where of no later call it is known what becomes of its error.
func failingAfter(g *graph.Graph, calls []graph.Edge) (write *graph.Edge, later []*graph.Edge, possible bool) {
	for i := range calls {
		e := &calls[i]
		if !remote(g, e) || effectOf(e.Call) != arch.Write || e.Call.Undo.Is() {
			continue
		}
		certain, maybe := failing(g, e, calls[i+1:])
		if len(certain) > 0 {
			return e, certain, false
		}
		if len(maybe) > 0 && write == nil {
			write, later, possible = e, maybe, true
		}
	}
	return write, later, possible
}

// failing are the calls behind a write that can fail the operation after it has succeeded: those of which that is known,
// and all of which it may be so. Those that are made beside their siblings may be beside the write, if that is too.
func failing(g *graph.Graph, write *graph.Edge, behind []graph.Edge) (certain, maybe []*graph.Edge) {
	for i := range behind {
		e := &behind[i]
		if !remote(g, e) || e.Call.Concurrent.Is() && write.Call.Concurrent.Is() || !follows(e.Call, write.Call) {
			continue
		}
		switch {
		case e.Call.Error.Or("") == arch.ErrorReturned:
			certain, maybe = append(certain, e), append(maybe, e)
		case !e.Call.Error.Known():
			maybe = append(maybe, e)
		}
	}
	return certain, maybe
}

func failsAfterFinding(g *graph.Graph, write *graph.Edge, later []*graph.Edge) finding.Finding {
	from, to := &g.Nodes[write.From], &g.Nodes[write.To]
	done, it := title(to), title(to)
	if to.Service == nil {
		done, it = "a write to "+done, "that write"
	}
	f := finding.Finding{
		Service:   from.ServiceName(),
		Operation: from.Operation(),
		Pos:       write.Call.Place(),
		Size:      len(later),
		Others:    []finding.Ref{callRef(g, finding.Related, write)},
	}
	var names []string
	for _, e := range later {
		names = append(names, title(&g.Nodes[e.To]))
		f.Others = append(f.Others, callRef(g, finding.Related, e))
	}
	names = once(names)
	f.Message = fmt.Sprintf("%s can fail after %s is done: in %s", title(from), done, list(names, 4))
	if write.Call.IdempotencyKey.Is() {
		f.Cost = append(f.Cost, fmt.Sprintf("the caller reads that it failed; only a retry, safe by its idempotency key, brings %s and the rest together", it))
	} else {
		f.Cost = append(f.Cost, fmt.Sprintf("the caller reads that it failed; if it tries again, %s is done twice", it))
	}
	if write.Call.Undo.Not() {
		f.Cost = append(f.Cost, "nothing undoes it")
	}
	var reads, others []string
	same := false
	for _, e := range later {
		if effectOf(e.Call) == arch.Read {
			reads = append(reads, titleOrCall(&g.Nodes[e.To]))
		} else if s := g.Nodes[e.To].Service; s != nil && s == to.Service {
			same = same || s.KindOf() != arch.External
		} else if s := g.Nodes[e.To].Service; s != nil && s.KindOf() != arch.External {
			others = append(others, s.Name)
		}
	}
	if reads = once(reads); len(reads) > 0 {
		f.Remedy = append(f.Remedy, fmt.Sprintf("ask %s before %s", list(reads, 4), it))
	}
	if same {
		f.Remedy = append(f.Remedy, fmt.Sprintf("give %s one operation for all that is asked of it here: it can do that as a whole or not at all", to.Service.Name))
	}
	if others = once(others); len(others) > 0 {
		f.Remedy = append(f.Remedy, fmt.Sprintf("publish an event after %s, and let %s consume it", it, list(others, 4)))
	}
	undo := fmt.Sprintf("undo %s when a later call fails", it)
	if len(f.Remedy) > 0 {
		undo = "else " + undo
	}
	if !write.Call.IdempotencyKey.Is() {
		undo += ", and give it an idempotency key"
	}
	f.Remedy = append(f.Remedy, undo)
	return f
}

// titleOrCall names a callee in advice.
func titleOrCall(n *graph.Node) string {
	if n.Service == nil {
		return "who answers at " + n.Name
	}
	return title(n)
}
