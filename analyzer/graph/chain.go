package graph

import (
	"cmp"
	"slices"
)

// Chain is a path of hops, each made while the one before is handled, and everything that belongs to the same
// finding.
type Chain struct {
	Head     NodeID     // of the witness: the longest chain, hop by hop
	Edges    []int32    // the witness: indices into Graph.Edges, edges that join and edges inside rings included
	Inside   []bool     // of Edges: those inside of a ring, which count nothing
	Hops     int        // how many of them count
	Possible bool       // some edge is not certain
	Heads    []NodeID   // further heads whose longest chain is the same after the head
	Upstream []Distance // heads that may lead into a certain chain, through unnamed calls, and how long theirs is
	Longer   Distance   // of a certain chain: where a possible one of these heads ends that is longer; no hops if none is
	Entries  []NodeID   // operations of a ui or gateway that lead into it behind its head, where what is left is long enough
	Ends     []NodeID   // where else a chain of these heads ends that is long enough
	Cut      bool       // a search ran out of its budget: there may be more
}

// Distance is a node, and how many hops there are from it, or to it.
type Distance struct {
	Node NodeID
	Hops int
}

// Chains finds the chains of at least as many hops, one for each last part that heads share.
//
// A head is an operation that no hop enters, a ring that none enters from outside, an entry of a journey, or what a ui
// or gateway leads into: users come in there, whoever else calls it. Where the witness of another chain passes that,
// the ui or gateway is listed with it, as one of Entries.
//
// What is certain is never given up for what is only possible: a head whose certain chain is long enough belongs to
// that, and a longer possible one is told there, unless it runs into one that is reported. Every other head belongs to
// its longest possible chain; where that runs into a certain chain, the head is listed there, as Upstream.
//
// The result is sorted by length, longest first, then by head. Cost: linear, what ends finds excepted, which shares a
// budget.
func (g *Graph) Chains(least int) []*Chain {
	certain, possible := g.view(Certain), g.view(Possible)
	entries := g.entries()
	gates := possible.gates(entries)
	passed := make([]bool, len(g.Nodes)) // by a chain of which enough is left: who enters there is told with it

	heads, proved := certain.chains(certain.heads(entries), certain.gates(entries), passed, least, func(h NodeID) bool {
		return certain.length(h) >= least
	})
	settled := make([]bool, len(g.Nodes)) // heads that have a certain chain
	for _, h := range heads {
		settled[h] = true
	}
	intoProved := possible.runsInto(proved)
	_, supposed := possible.chains(possible.heads(entries), gates, passed, least, func(h NodeID) bool {
		length := possible.length(h)
		if length < least || settled[h] {
			return false
		}
		into, begins := intoProved(h)
		if into != nil && (!begins || length > into.Hops) { // else it only stands for the ring that the chain's own head is in
			into.Upstream = append(into.Upstream, Distance{h, length})
		}
		return into == nil
	})
	intoSupposed := possible.runsInto(supposed)
	for _, chain := range proved {
		for h := range chain.heads {
			if length := possible.length(h); length > max(chain.Hops, chain.Longer.Hops) {
				if into, _ := intoSupposed(h); into == nil {
					chain.Longer = Distance{possible.end(h), length}
				}
			}
		}
	}

	chains := slices.Concat(proved, supposed)
	budget := 64 * (len(g.Nodes) + len(g.Edges))
	for _, chain := range chains {
		v := certain
		if chain.Possible {
			v = possible
		}
		v.ends(chain, least, &budget)
		gates.lead(chain, v, least, &budget)
	}
	slices.SortFunc(chains, func(a, b *Chain) int {
		return cmp.Or(cmp.Compare(b.Hops, a.Hops), cmp.Compare(a.Head, b.Head), cmp.Compare(a.Edges[0], b.Edges[0]))
	})
	return chains
}

// heads yields the head of the witness, then the others.
func (c *Chain) heads(yield func(NodeID) bool) {
	if !yield(c.Head) {
		return
	}
	for _, h := range c.Heads {
		if !yield(h) {
			return
		}
	}
}

// entries marks the nodes at which journeys enter.
func (g *Graph) entries() map[NodeID]bool {
	entries := make(map[NodeID]bool)
	for _, journey := range g.System.Journeys {
		for _, entry := range journey.Entries {
			if n := g.Find(entry.Service, entry.Operation); n != None {
				entries[n] = true
			}
		}
	}
	return entries
}

// heads lists the heads of a view. Operations of a ui or gateway are none: what they call begins there. An
// operation whose chain is only what stands on its service leaves that to the service's body.
func (v *view) heads(entries map[NodeID]bool) []NodeID {
	g := v.g
	var heads []NodeID
	for n := range g.Nodes {
		node := &g.Nodes[n]
		id := NodeID(n)
		c := v.comp[n]
		if node.Kind == Unknown || v.longest.value[c] == 0 || entryTier(node.Service) {
			continue
		}
		if v.entered[c] && !entries[id] {
			continue
		}
		if node.Kind == Any && !entries[id] {
			continue // nobody calls it: its operations are heads themselves
		}
		if !entries[id] && len(v.members[c]) == 1 {
			if e := v.step(id); g.Edges[e].Call == nil && node.Kind == Operation {
				continue
			}
		}
		if len(v.members[c]) > 1 && !entries[id] && id != v.first(c) {
			continue // one head stands for its ring
		}
		heads = append(heads, id)
	}
	return heads
}

// first is the member of a ring that stands for it: the smallest that a request can enter.
func (v *view) first(c int32) NodeID {
	for _, n := range v.members[c] {
		if node := &v.g.Nodes[n]; node.Kind != Unknown && node.Kind != Any && !entryTier(node.Service) {
			return n
		}
	}
	return v.members[c][0]
}

// chains makes chains of those heads that are fit, and then of those nodes behind gates that are, as far as no chain
// passes them: callers before callees, so that each passes what follows it. It marks what is passed while least hops
// are left, and returns the heads too.
func (v *view) chains(candidates []NodeID, gates *gates, passed []bool, least int, fit func(NodeID) bool) (heads []NodeID, chains []*Chain) {
	for _, h := range candidates {
		if fit(h) {
			heads = append(heads, h)
		}
	}
	chains = v.group(heads)
	if gates.none {
		return heads, chains
	}
	for _, chain := range chains {
		v.pass(chain.Head, passed, least)
		for _, h := range chain.Heads {
			passed[h] = true
		}
	}
	more := false
	for _, n := range gates.targets() {
		if !v.passes(n, passed) && fit(n) {
			heads = append(heads, n)
			v.pass(n, passed, least)
			more = true
		}
	}
	if !more {
		return heads, chains
	}
	slices.Sort(heads)
	return heads, v.group(heads)
}

// pass marks what the longest chain from n passes, whole rings, while least hops are left, up to what is marked already.
func (v *view) pass(n NodeID, passed []bool, least int) {
	for v.length(n) >= least && !passed[n] {
		for _, member := range v.members[v.comp[n]] {
			passed[member] = true
		}
		n = v.g.Edges[v.longest.exit[v.comp[n]]].To
	}
}

// passes reports whether the longest chain from n passes, before its first hop, what is marked.
func (v *view) passes(n NodeID, passed []bool) bool {
	for !passed[n] {
		e := v.step(n)
		if e == None || v.g.Edges[e].Weight > 0 {
			return false
		}
		n = v.g.Edges[e].To
	}
	return true
}

// group joins heads whose longest chains are the same after the first hop. Cost: the length of each head's chain up to
// its first hop, and of one witness a group.
func (v *view) group(heads []NodeID) []*Chain {
	g := v.g
	byTail := make(map[int32]*Chain)
	var chains []*Chain
	for _, h := range heads {
		tail := v.comp[g.Edges[v.firstHop(h)].To]
		if chain, ok := byTail[tail]; ok {
			chain.Heads = append(chain.Heads, h)
			continue
		}
		chain := &Chain{Head: h, Hops: v.length(h)}
		byTail[tail] = chain
		chains = append(chains, chain)
	}
	for _, chain := range chains {
		// A head whose chain is certain proves more than one whose is not.
		if v.kind == Possible && !v.provedFrom(chain.Head) {
			for i, h := range chain.Heads {
				if v.provedFrom(h) {
					chain.Heads[i], chain.Head = chain.Head, h
					slices.Sort(chain.Heads)
					break
				}
			}
		}
		chain.Edges = v.longest.path(chain.Head)
		chain.trim(g)
		chain.Inside = make([]bool, len(chain.Edges))
		for i, e := range chain.Edges {
			chain.Inside[i] = v.comp[g.Edges[e].From] == v.comp[g.Edges[e].To]
			chain.Possible = chain.Possible || !g.Edges[e].Certain
		}
	}
	return chains
}

// provedFrom reports whether the longest chain from n is certain to its end.
func (v *view) provedFrom(n NodeID) bool { return v.longest.whole[v.comp[n]] }

// trim cuts edges after the last hop: they lead nowhere further.
func (c *Chain) trim(g *Graph) {
	for len(c.Edges) > 0 && g.Edges[c.Edges[len(c.Edges)-1]].Weight == 0 {
		c.Edges = c.Edges[:len(c.Edges)-1]
	}
}

// firstHop is the first edge that counts on the longest chain from n, which has one.
func (v *view) firstHop(n NodeID) int32 {
	for {
		e := v.step(n)
		edge := &v.g.Edges[e]
		if edge.Weight > 0 && v.comp[edge.From] != v.comp[edge.To] {
			return e
		}
		n = edge.To
	}
}

// end is where the longest chain from n ends.
func (v *view) end(n NodeID) NodeID {
	end := n
	for e := v.step(n); e != None; e = v.step(n) {
		edge := &v.g.Edges[e]
		if n = edge.To; edge.Weight > 0 {
			end = n
		}
	}
	return end
}

// runsInto returns a function that finds the chain into which the longest one from a node runs, nil if none: the chain
// of a head that it passes, or that is in a ring which it passes. It tells whether that is so from the node itself on.
// Cost: the length of the way up to what was asked before, so linear in the graph for all nodes together.
func (v *view) runsInto(chains []*Chain) func(NodeID) (into *Chain, begins bool) {
	known := make([]*Chain, len(v.members)) // by component: the longest chain of its heads, or that it runs into
	asked := make([]bool, len(v.members))
	begins := make([]bool, len(v.members))
	for _, chain := range chains {
		for h := range chain.heads {
			c := v.comp[h]
			if !begins[c] || chain.Hops > known[c].Hops {
				known[c], asked[c], begins[c] = chain, true, true
			}
		}
	}
	var passed []int32
	return func(h NodeID) (*Chain, bool) {
		passed = passed[:0]
		var into *Chain
		for n := h; ; {
			c := v.comp[n]
			if asked[c] {
				into = known[c]
				break
			}
			passed = append(passed, c)
			e := v.longest.exit[c]
			if e == None {
				break
			}
			n = v.g.Edges[e].To
		}
		for _, c := range passed {
			known[c], asked[c] = into, true
		}
		return into, begins[v.comp[h]]
	}
}

// mostEdges is how many edges the search for the other ends of one chain looks at.
const mostEdges = 1000

// ends finds the callees, besides the witness's, at which a chain from the heads ends that is at least bound hops
// long: what the heads reach, as far as mostEdges and the budget go, and then one pass over that, callers before
// callees. What lies beyond is not counted: the ends that are found are right, and there may be more.
func (v *view) ends(chain *Chain, bound int, budget *int) {
	g := v.g
	region := make(map[int32]int32) // component → hops of the longest way to it
	var order []int32
	visit := func(c int32) {
		if _, seen := region[c]; !seen {
			region[c] = 0
			order = append(order, c)
		}
	}
	for h := range chain.heads {
		visit(v.comp[h])
	}
	left := min(mostEdges, *budget)
	*budget -= left
	for i := 0; i < len(order) && left > 0; i++ { // breadth first, so that what is near is not missed
		for _, n := range v.members[order[i]] {
			for e := g.first[n]; e < g.first[n+1] && left > 0; e++ {
				left--
				edge := &g.Edges[e]
				if to := v.comp[edge.To]; v.has(edge) && v.longest.value[to] > 0 {
					visit(to)
				}
			}
		}
	}
	chain.Cut = left == 0
	*budget += left
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(b, a) })
	ends := make(map[NodeID]bool)
	left = mostEdges
	for _, c := range order {
		for _, n := range v.members[c] {
			for e := g.first[n]; e < g.first[n+1] && left > 0; e++ {
				left--
				edge := &g.Edges[e]
				to := v.comp[edge.To]
				if !v.has(edge) || to == c {
					continue
				}
				length := region[c] + int32(edge.Weight)
				if _, reached := region[to]; reached {
					region[to] = max(region[to], length)
				} else if v.longest.value[to] == 0 && edge.Weight > 0 && int(length) >= bound {
					ends[edge.To] = true
				}
			}
		}
	}
	delete(ends, g.Edges[chain.Edges[len(chain.Edges)-1]].To)
	for n := range ends {
		chain.Ends = append(chain.Ends, n)
	}
	slices.Sort(chain.Ends)
}

// gates are the operations of uis and gateways at which users come in. They are no heads, since hops out of them count
// nothing, but somebody waits for what they lead into.
type gates struct {
	v      *view
	is     []bool // by node
	behind []bool // by component: a gate leads there through edges that count nothing
	none   bool
}

// gates finds what belongs to a ui or a gateway and what no hop enters, or where a journey enters.
func (v *view) gates(entries map[NodeID]bool) *gates {
	g := v.g
	all := &gates{v: v, is: make([]bool, len(g.Nodes)), behind: make([]bool, len(v.members)), none: true}
	for n := range g.Nodes {
		if node := &g.Nodes[n]; node.Kind != Unknown && entryTier(node.Service) && (!v.entered[v.comp[n]] || entries[NodeID(n)]) {
			all.is[n], all.behind[v.comp[n]], all.none = true, true, false
		}
	}
	for c := len(v.members) - 1; c >= 0 && !all.none; c-- { // callers have greater numbers
		for _, n := range v.members[c] {
			for e := g.first[n]; e < g.first[n+1] && all.behind[c]; e++ {
				if edge := &g.Edges[e]; edge.Weight == 0 && v.has(edge) {
					all.behind[v.comp[edge.To]] = true
				}
			}
		}
	}
	return all
}

// targets lists what gates lead into, callers before callees.
func (all *gates) targets() []NodeID {
	v, g := all.v, all.v.g
	var targets []NodeID
	seen := make([]bool, len(g.Nodes))
	for n := range g.Nodes {
		if g.Nodes[n].Kind == Unknown || !entryTier(g.Nodes[n].Service) || !all.behind[v.comp[n]] {
			continue
		}
		for e := g.first[n]; e < g.first[n+1]; e++ {
			edge := &g.Edges[e]
			if to := &g.Nodes[edge.To]; v.has(edge) && !seen[edge.To] && to.Kind != Unknown && !entryTier(to.Service) {
				seen[edge.To] = true
				targets = append(targets, edge.To)
			}
		}
	}
	slices.SortFunc(targets, func(a, b NodeID) int { return cmp.Or(cmp.Compare(v.comp[b], v.comp[a]), cmp.Compare(a, b)) })
	return targets
}

// lead finds the gates that lead into a chain behind its heads, at a node from which at least as many hops are left:
// back from such nodes through edges that count nothing, as far as mostEdges and the budget go.
func (all *gates) lead(chain *Chain, v *view, least int, budget *int) {
	if all.none {
		return
	}
	g := v.g
	heads := make(map[int32]bool) // by component
	for h := range chain.heads {
		heads[v.comp[h]] = true
	}
	seen := make(map[NodeID]bool)
	var queue []NodeID
	visit := func(n NodeID) {
		if !seen[n] && !heads[v.comp[n]] && all.behind[all.v.comp[n]] {
			seen[n] = true
			queue = append(queue, n)
		}
	}
	looks := min(mostEdges, *budget)
	*budget -= looks
	left := chain.Hops
	for _, e := range chain.Edges {
		edge := &g.Edges[e]
		to := v.comp[edge.To]
		if v.comp[edge.From] == to {
			continue
		}
		if left -= int(edge.Weight); left < least {
			break
		}
		if !all.behind[all.v.comp[edge.To]] {
			continue
		}
		for _, n := range v.members[to] { // of a ring, any: the chain goes on from each
			if looks--; looks < 0 {
				break
			}
			visit(n)
		}
	}
	for ; len(queue) > 0 && looks > 0; queue = queue[1:] {
		n := queue[0]
		if all.is[n] {
			chain.Entries = append(chain.Entries, n)
			continue
		}
		for _, e := range g.in[n] {
			if looks--; looks < 0 {
				break
			}
			if edge := &g.Edges[e]; edge.Weight == 0 {
				visit(edge.From)
			}
		}
	}
	chain.Cut = chain.Cut || looks < 0 || len(queue) > 0
	*budget += max(looks, 0)
	slices.Sort(chain.Entries)
}
