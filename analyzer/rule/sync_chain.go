package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func syncChain() Rule {
	return Rule{
		ID:      "sync-chain",
		Concern: Coupling,
		Rank:    Shape,
		Title:   "a chain of synchronous calls",
		Fires:   "an operation waits for a call whose callee, to answer it, waits for another: 2 hops in a row are a warning, 3 or more an error.",
		Default: "warning from 2 hops, error from 3",
		Rationale: `Every service of a chain must be up, quick and correct at the same moment for its head to answer. Availabilities
multiply and latencies add, a slow leaf holds the threads of everybody above it, and no team can deploy or test alone. That is
a monolith whose function calls can fail.

Two calls that only exist in one service are no chain: a chain is a path through operations, each of which makes the next
call while it handles the one before.`,
		Source: "Treynor, Dahlin, Rau, Beyer: The Calculus of Service Availability (ACM Queue, 2017); Newman: Building Microservices, 2nd edition, on temporal coupling",
		Wrong: `version: 1
services:
  web:
    operations:
      POST /checkout: {calls: [checkout shop.Checkout/PlaceOrder]}
  checkout:
    operations:
      shop.Checkout/PlaceOrder: {calls: [payment shop.Payment/Charge]}
  payment:
    operations:
      shop.Payment/Charge: {calls: [ledger shop.Ledger/Post]}
  ledger: {operations: {shop.Ledger/Post: {}}}
`,
		Right: `version: 1
services:
  web:
    operations:
      POST /checkout: {calls: [checkout shop.Checkout/PlaceOrder]}
  checkout:
    operations:
      shop.Checkout/PlaceOrder: {publishes: [orders.placed]}
  payment:
    consumes: [orders.placed]
    operations:
      consume orders.placed: {publishes: [payments.charged]}
  ledger: {consumes: [payments.charged]}
`,
		Remedy: "publish an event for what the caller need not wait for; keep a local copy of data that is only read; or keep the services that need each other together in one",
		Params: []arch.ParamSpec{
			{Name: "warning", Doc: "Hops in a row from which a chain is a warning.", Default: 2, Min: 1, Whole: true},
			{Name: "error", Doc: "Hops in a row from which a chain is an error.", Default: 3, Min: 1, Whole: true},
		},
		Graded: true,
		Check: func(p *Pass) {
			messages := ofMessages(p.Graph)
			for _, chain := range p.Graph.Chains(int(p.Param("warning"))) {
				if !messages(chain) {
					p.Report(chainFinding(p, chain))
				}
			}
		},
	}
}

// ofMessages tells of a chain whether only messages set off what leads into it, as far as is known: then it is
// chain-in-consumer's finding, else sync-chain's.
func ofMessages(g *graph.Graph) func(*graph.Chain) bool {
	behind := g.OnlyFrom(isConsumer)
	request := func(n graph.NodeID) bool { return !behind(n) }
	return func(chain *graph.Chain) bool {
		return behind(chain.Head) && !slices.ContainsFunc(chain.Heads, request) && !slices.ContainsFunc(chain.Entries, request)
	}
}

// chainFinding says what a chain is, who else leads into it, where else it ends, what it costs.
func chainFinding(p *Pass, chain *graph.Chain) finding.Finding {
	g := p.Graph
	head := &g.Nodes[chain.Head]
	f := finding.Finding{
		Severity:  p.grade(float64(chain.Hops)),
		Possible:  chain.Possible,
		Service:   head.ServiceName(),
		Operation: head.Operation(),
		Hops:      chainHops(g, chain),
		Size:      chain.Hops,
	}
	f.Pos, f.Doubt = f.Hops[0].Pos, doubtsOf(g, chain.Edges)
	f.Message = fmt.Sprintf("%s waits for %s: %s in a row", title(head), waits(f.Hops), plural(chain.Hops, "hop"))
	addOthers(g, &f, chain)
	if cost, ok := chainAvailability(g, head, chain); ok {
		f.Cost = append(f.Cost, cost)
	}
	f.Remedy = chainRemedy(g, chain)
	return f
}

// mostEnds is how many of a chain's other ends a finding lists.
const mostEnds = 20

// addOthers lists who else leads into a chain and where else it ends, and counts the ends that it does not list.
func addOthers(g *graph.Graph, f *finding.Finding, chain *graph.Chain) {
	for _, h := range chain.Heads {
		f.Others = append(f.Others, ref(g, finding.Head, h))
	}
	for _, up := range chain.Upstream {
		r := ref(g, finding.Upstream, up.Node)
		r.Hops = up.Hops
		f.Others = append(f.Others, r)
	}
	for _, n := range chain.Entries {
		f.Others = append(f.Others, ref(g, finding.Entry, n))
	}
	listed := chain.Ends[:min(len(chain.Ends), mostEnds)]
	for _, n := range listed {
		f.Others = append(f.Others, ref(g, finding.End, n))
	}
	f.Unlisted = len(chain.Ends) - len(listed)
	f.Omitted = chain.Cut
	if longer := chain.Longer; longer.Hops > 0 {
		f.Cost = append(f.Cost, fmt.Sprintf("perhaps %s in a row, as far as %s: not every step of that way is certain",
			plural(longer.Hops, "hop"), title(&g.Nodes[longer.Node])))
	}
}

func ref(g *graph.Graph, role finding.Role, n graph.NodeID) finding.Ref {
	node := &g.Nodes[n]
	r := finding.Ref{Role: role, Service: node.ServiceName(), Operation: node.Operation()}
	switch {
	case node.Op != nil:
		r.Pos = node.Op.Pos
	case node.Service != nil:
		r.Pos = node.Service.Pos
	}
	return r
}

func calleeTitle(h finding.Hop) string {
	if h.Operation == "" {
		return h.Service
	}
	return h.Service + " " + shortOperation(h.Operation)
}

// waits tells a chain: "checkout, which waits for payment, which waits for ledger". Of a long one the middle is left
// out: the hops are listed below the message.
func waits(hops []finding.Hop) string {
	var names []string
	for _, h := range hops {
		if len(names) == 0 || names[len(names)-1] != h.Service {
			names = append(names, h.Service)
		}
	}
	if last := len(names) - 1; names[last] == arch.Unresolved { // a chain ends there
		names[last] = "an unknown callee"
	}
	if len(names) <= 4 {
		return strings.Join(names, ", which waits for ")
	}
	return fmt.Sprintf("%s, which waits for %s, and so on to %s", names[0], names[1], names[len(names)-1])
}

// chainAvailability multiplies what is known of the availability of the services on the chain, each once, as far as
// these are needed: a soft call, and what is behind it, fails nobody.
func chainAvailability(g *graph.Graph, head *graph.Node, chain *graph.Chain) (string, bool) {
	services := []*arch.Service{head.Service}
	for _, i := range chain.Edges {
		e := &g.Edges[i]
		if e.Call != nil && !e.Call.Hard() {
			break
		}
		if s := g.Nodes[e.To].Service; s != nil {
			services = append(services, s)
		}
	}
	var factors, missing []string
	seen := make(map[*arch.Service]bool)
	product := 1.0
	for _, s := range services {
		if seen[s] {
			continue
		}
		seen[s] = true
		if !s.Availability.Is() {
			missing = append(missing, s.Name)
			continue
		}
		product *= s.Availability.Value.Fraction()
		factors = append(factors, s.Name+" "+s.Availability.Value.String())
	}
	if len(factors) < 2 {
		return "", false
	}
	text := fmt.Sprintf("at best %s = %s: %s a month", strings.Join(factors, " × "), percent(product), minutes(product))
	if len(missing) > 0 {
		text += " (availability of " + list(missing, 4) + " not given)"
	}
	return text, true
}

// chainRemedy names the cheapest ways out, as far as what is known of the calls tells them.
func chainRemedy(g *graph.Graph, chain *graph.Chain) []string {
	var last *graph.Edge
	for _, i := range chain.Edges {
		if e := &g.Edges[i]; e.Weight > 0 {
			last = e
		}
	}
	from, to := title(&g.Nodes[last.From]), g.Nodes[last.To].ServiceName()
	caller := g.Nodes[last.From].ServiceName()
	var ways []string
	callee := g.Nodes[last.To].Service
	if callee == nil {
		return []string{
			fmt.Sprintf("say whom %s calls, as unresolved-call advises: only then is it known what to do", from),
			fmt.Sprintf("if %s only reads there: keep a copy of that data in %s; if it only tells something: hand it over by a message", from, caller),
		}
	}
	external := callee.KindOf() == arch.External
	if chain.Possible && last.Call != nil {
		ways = append(ways, "say which operation each call reaches: if no request takes this way, it is no chain")
	}
	switch {
	case last.Call.Unused():
		ways = append(ways, fmt.Sprintf("%s does not use what %s answers: publish an event and let %s consume it", from, to, to))
	case effectOf(last.Call) == arch.Write:
		ways = append(ways, fmt.Sprintf("let %s publish an event that %s consumes, if its caller need not wait for the outcome", caller, to))
	case effectOf(last.Call) == arch.Read && external:
		ways = append(ways, fmt.Sprintf("let %s keep for a while what it has read from %s", caller, to))
	case effectOf(last.Call) == arch.Read:
		ways = append(ways, fmt.Sprintf("let %s keep its own copy of what it reads from %s, fed by events of %s", caller, to, to))
	default:
		ways = append(ways,
			fmt.Sprintf("if %s need not wait for %s: publish an event that %s consumes", from, to, to),
			fmt.Sprintf("if %s only reads from %s: keep a copy of that data in %s, fed by events", from, to, caller))
	}
	if external {
		return append(ways, fmt.Sprintf("else put a queue before %s, which you cannot change: answer when the request is stored", to))
	}
	return append(ways, fmt.Sprintf("if neither will do, %s and %s need each other: keep them together in one service", caller, to))
}
