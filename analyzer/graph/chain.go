package graph

import (
	"cmp"
	"slices"
)

// Chain is a path of hops, each made while the one before is handled, and everything that belongs to the same
// finding.
type Chain struct {
	Head     NodeID   // of the witness: the longest chain, hop by hop
	Edges    []int32  // the witness: indices into Graph.Edges, edges that join and edges inside rings included
	Hops     int      // how many of them count
	Possible bool     // some edge is not certain
	Heads    []NodeID // further heads whose longest chain is the same after the head
	Upstream []Start  // heads that may lead into a certain chain, through unnamed calls
	Ends     []NodeID // where else a chain of these heads ends that is long enough
	EndsCut  bool     // the search for ends ran out of its budget: there may be more
}

// Start is a head that may lead into another's chain.
type Start struct {
	Node NodeID
	Hops int // of its own longest chain
}

// Bounds are the lengths, in hops, from which a chain is worth a warning and an error.
type Bounds struct{ Warning, Error int }

// Chains finds the chains of at least bounds.Warning hops, one for each last part that heads share.
//
// A head is an operation that no hop enters, a ring that none enters from outside, or an entry of a journey. Certain
// chains of bounds.Error hops are found among the certain edges and always kept. Else a head belongs to its longest
// possible chain, unless contracting a possible ring has shortened that below the certain one. Where a possible chain
// runs into a certain one of bounds.Error hops, its head is listed there, as Upstream.
//
// The result is sorted by length, longest first, then by head. Cost: linear, ends excepted, which share a budget.
func (g *Graph) Chains(bounds Bounds) []*Chain {
	certain, possible := g.view(Certain), g.view(Possible)
	entries := g.entries()
	var chains []*Chain

	possibleHeads := possible.heads(entries)
	isHead := make([]bool, len(g.Nodes))
	for _, h := range possibleHeads {
		isHead[h] = true
	}

	// Certain chains that are errors, and those warnings that no possible chain of at least their length stands for.
	var kept []NodeID
	for _, h := range certain.heads(entries) {
		length := certain.length(h)
		stoodFor := possible.length(h) >= length && (isHead[h] || possible.entered[possible.comp[h]])
		if length >= bounds.Error || length >= bounds.Warning && !stoodFor {
			kept = append(kept, h)
		}
	}
	proved := make(map[NodeID]*Chain) // by every head of a certain chain that is kept
	for _, chain := range certain.group(kept) {
		chains = append(chains, chain)
		for _, h := range append(chain.Heads, chain.Head) {
			proved[h] = chain
		}
	}

	// Everything else, among all edges.
	var rest []NodeID
	runsInto := possible.runsInto(proved)
	for _, h := range possibleHeads {
		if possible.length(h) < bounds.Warning || proved[h] != nil {
			continue
		}
		if into := runsInto(h); into != nil {
			into.Upstream = append(into.Upstream, Start{h, possible.length(h)})
			continue
		}
		rest = append(rest, h)
	}
	chains = append(chains, possible.group(rest)...)

	budget := 64 * (len(g.Nodes) + len(g.Edges))
	for _, chain := range chains {
		v := certain
		if chain.Possible {
			v = possible
		}
		v.ends(chain, bounds.Warning, &budget)
	}
	slices.SortFunc(chains, func(a, b *Chain) int {
		return cmp.Or(cmp.Compare(b.Hops, a.Hops), cmp.Compare(a.Head, b.Head), cmp.Compare(a.Edges[0], b.Edges[0]))
	})
	return chains
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
		for _, e := range chain.Edges {
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

// runsInto returns a function that finds the proved chain that the longest chain from a node runs into, if any.
// Cost: the length of the chain up to what was asked before, so linear in the graph for all nodes together.
func (v *view) runsInto(proved map[NodeID]*Chain) func(NodeID) *Chain {
	known := make(map[NodeID]*Chain)
	var path []NodeID
	return func(h NodeID) *Chain {
		if len(proved) == 0 {
			return nil
		}
		path = path[:0]
		var found *Chain
		for n := h; ; {
			chain, ok := proved[n]
			if !ok {
				chain, ok = known[n]
			}
			if ok {
				found = chain
				break
			}
			path = append(path, n)
			e := v.step(n)
			if e == None {
				break
			}
			n = v.g.Edges[e].To
		}
		for _, n := range path {
			known[n] = found
		}
		return found
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
	for _, h := range append([]NodeID{chain.Head}, chain.Heads...) {
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
	chain.EndsCut = left == 0
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
