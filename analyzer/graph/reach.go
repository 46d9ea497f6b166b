package graph

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Roots lists the nodes whose requests come from outside the system: no hop enters them, and they make calls. Of the
// operations of a service that only share the calls which stand on it, the body stands for all.
func (g *Graph) Roots() []NodeID { return g.view(Possible).heads(g.entries()) }

// Journeys returns, for every node, the journeys that reach it in a view: a bit for each, in the order of
// System.Journeys. Cost: linear in edges for every 64 journeys.
func (g *Graph) Journeys(kind View) func(NodeID) []*arch.Journey {
	v := g.view(kind)
	return g.journeys(v.comp, v.members, v.has)
}

// journeys does that for a graph of some edges, given by its components.
func (g *Graph) journeys(comp []int32, members [][]int32, has func(*Edge) bool) func(NodeID) []*arch.Journey {
	all := g.System.Journeys
	words := (len(all) + 63) / 64
	bits := make([]uint64, words*len(members))
	row := func(c int32) []uint64 { return bits[int(c)*words : int(c+1)*words] }
	for i, journey := range all {
		for _, entry := range journey.Entries {
			if n := g.Find(entry.Service, entry.Operation); n != None {
				row(comp[n])[i/64] |= 1 << (i % 64)
			}
		}
	}
	for c := int32(len(members)) - 1; c >= 0 && words > 0; c-- {
		from := row(c)
		for _, n := range members[c] {
			for e := g.first[n]; e < g.first[n+1]; e++ {
				edge := &g.Edges[e]
				if to := comp[edge.To]; has(edge) && to != c {
					for w, word := range from {
						row(to)[w] |= word
					}
				}
			}
		}
	}
	return func(n NodeID) []*arch.Journey {
		var reached []*arch.Journey
		for w, word := range row(comp[n]) {
			for i := 0; word != 0; i, word = i+1, word>>1 {
				if word&1 != 0 {
					reached = append(reached, all[w*64+i])
				}
			}
		}
		return reached
	}
}

// Walker visits what nodes reach, for as long as its budget lasts. It is not safe for concurrent use.
type Walker struct {
	g      *Graph
	budget int
	seen   []int32 // node → the walk that saw it last
	met    []int32 // service → the walk that met it last
	walk   int32
	stack  []NodeID
	ended  bool
}

// Stop ends the current walk; follow may call it when it knows enough.
func (w *Walker) Stop() { w.ended = true }

// Walker makes a walker whose walks together may look at 64 times as many edges as the graph has: a fair allowance for
// one rule.
func (g *Graph) Walker() *Walker {
	return &Walker{g: g, budget: 64 * (len(g.Nodes) + len(g.Edges)), seen: make([]int32, len(g.Nodes)), met: make([]int32, len(g.System.Services))}
}

// Meets reports whether the current walk asks about the node's service for the first time. It is false for nodes of no
// service, and for the services that the walk began at.
func (w *Walker) Meets(n NodeID) bool {
	svc := w.g.Nodes[n].svc
	if svc == None || w.met[svc] == w.walk {
		return false
	}
	w.met[svc] = w.walk
	return true
}

// Walk visits what some nodes reach in a view, themselves first, each node once. follow decides whether an edge is
// taken; it is asked once for each edge of a visited node. Walk reports whether it came to its end.
func (w *Walker) Walk(kind View, from []NodeID, follow func(e *Edge) bool) bool {
	g := w.g
	w.ended = false
	w.walk++
	w.stack = w.stack[:0]
	for _, n := range from {
		if w.seen[n] != w.walk {
			w.seen[n] = w.walk
			w.Meets(n)
			w.stack = append(w.stack, n)
		}
	}
	for len(w.stack) > 0 {
		n := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		for e := g.first[n]; e < g.first[n+1]; e++ {
			edge := &g.Edges[e]
			if kind == Certain && !edge.Certain {
				continue
			}
			if w.budget--; w.budget < 0 {
				return false
			}
			take := follow(edge)
			if w.ended {
				return false
			}
			if take && w.seen[edge.To] != w.walk {
				w.seen[edge.To] = w.walk
				w.stack = append(w.stack, edge.To)
			}
		}
	}
	return true
}

// Triples counts what a graph of services would chain and a graph of operations does not: for every three different
// services with calls from A to B and from B to C, whether some request can take both. Refuted are those that none
// can; what an operation does that a service does not list is not known, so it refutes nothing. Cost: for each service, its calls times the services that it calls, 64 at a time; a service with more than ten
// million pairs of callers and callees is left out of both counts.
func (g *Graph) Triples() (all, refuted int) {
	const tooMany = 10_000_000
	for svc := range g.nodesOf {
		nodes := g.nodesOf[svc]
		if nodes.first == nodes.end {
			continue
		}
		a, r := g.triplesOf(int32(svc), nodes, tooMany)
		all += a
		refuted += r
	}
	return all, refuted
}

func (g *Graph) triplesOf(svc int32, nodes span, tooMany int) (all, refuted int) {
	callees := make(map[int32]int) // service → bit
	callers := make(map[int32][]uint64)
	for n := nodes.first; n < nodes.end; n++ {
		for _, e := range g.Out(n) {
			if to := g.Nodes[e.To].svc; e.Call != nil && to != svc && to != None {
				if _, ok := callees[to]; !ok {
					callees[to] = len(callees)
				}
			}
		}
		for _, e := range g.in[n] {
			if edge := &g.Edges[e]; edge.Call != nil && g.Nodes[edge.From].svc != svc {
				callers[g.Nodes[edge.From].svc] = nil
			}
		}
	}
	if len(callees) == 0 || len(callers) == 0 || len(callees)*len(callers) > tooMany {
		return 0, 0
	}
	words := (len(callees) + 63) / 64
	reach := g.reachInside(svc, nodes, callees, words)
	for caller := range callers {
		callers[caller] = make([]uint64, words)
	}
	for n := nodes.first; n < nodes.end; n++ {
		for _, e := range g.in[n] {
			edge := &g.Edges[e]
			if edge.Call == nil || g.Nodes[edge.From].svc == svc {
				continue
			}
			set := callers[g.Nodes[edge.From].svc]
			for w := range set {
				set[w] |= reach[int(n-nodes.first)*words+w]
			}
		}
	}
	for caller, set := range callers {
		for callee, bit := range callees {
			if caller == callee {
				continue
			}
			all++
			if set[bit/64]&(1<<(bit%64)) == 0 {
				refuted++
			}
		}
	}
	return all, refuted
}

// reachInside returns for each node of a service the callees that a request which arrives there may go on to: all of
// them from an operation that the service does not list. Edges
// inside a service lead from Any to operations, from operations to the body, and by calls of the service to itself,
// which may go in circles: sets only grow, so repeating until nothing changes ends.
func (g *Graph) reachInside(svc int32, nodes span, callees map[int32]int, words int) []uint64 {
	reach := make([]uint64, words*int(nodes.end-nodes.first))
	row := func(n NodeID) []uint64 { i := int(n - nodes.first); return reach[i*words : (i+1)*words] }
	for n := nodes.first; n < nodes.end; n++ {
		if node := &g.Nodes[n]; node.Kind == Operation && node.Op == nil {
			for w := range words {
				row(n)[w] = ^uint64(0)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for n := nodes.end - 1; n >= nodes.first; n-- {
			set := row(n)
			for _, e := range g.Out(n) {
				to := g.Nodes[e.To].svc
				if to == svc {
					for w, word := range row(e.To) {
						changed = changed || word&^set[w] != 0
						set[w] |= word
					}
				} else if bit, ok := callees[to]; ok {
					mask := uint64(1) << (bit % 64)
					changed = changed || set[bit/64]&mask == 0
					set[bit/64] |= mask
				}
			}
		}
	}
	return reach
}

// OnlyFrom reports, for every node, whether everything that leads to it begins at nodes that backstage accepts.
// Entries of journeys are never backstage. Cost: linear.
func (g *Graph) OnlyFrom(backstage func(*Node) bool) func(NodeID) bool {
	v := g.view(Possible)
	entries := g.entries()
	public := make([]bool, len(v.members)) // something else leads there
	inner := make([]bool, len(v.members))  // something leads there at all
	for c := int32(len(v.members)) - 1; c >= 0; c-- {
		for _, n := range v.members[c] {
			if entries[n] || !inner[c] && !backstage(&g.Nodes[n]) {
				public[c] = true
			}
		}
		for _, n := range v.members[c] {
			for e := g.first[n]; e < g.first[n+1]; e++ {
				to := v.comp[g.Edges[e].To]
				inner[to] = true
				public[to] = public[to] || public[c]
			}
		}
	}
	return func(n NodeID) bool { return !public[v.comp[n]] }
}

// Of returns the node that stands for an operation of a service, or for the service's own calls where operation is
// ""; None if there is none.
func (g *Graph) Of(service, operation string) NodeID {
	if operation == "" {
		if svc, ok := g.index[service]; ok {
			for n := g.nodesOf[svc].first; n < g.nodesOf[svc].end && g.Nodes[n].Kind != Operation; n++ {
				if g.Nodes[n].Kind == Body {
					return n
				}
			}
		}
	}
	return g.Find(service, operation)
}

// CalleesFirst visits every node after the nodes that it calls in a view, except where rings make that impossible.
func (g *Graph) CalleesFirst(kind View, visit func(NodeID)) {
	for _, members := range g.view(kind).members {
		for _, n := range members {
			visit(n)
		}
	}
}

// Way returns the calls of a shortest way from one of some nodes to one of others, empty where there is none; of ways of
// equal length a certain one, then the first. Cost: linear.
func (g *Graph) Way(from, to func(*Node) bool) []*Edge {
	for _, certain := range []bool{true, false} {
		by := make([]int32, len(g.Nodes)) // the edge by which the search came
		var queue []NodeID
		for n := range g.Nodes {
			by[n] = None
			if from(&g.Nodes[n]) {
				queue = append(queue, NodeID(n))
			}
		}
		started := make([]bool, len(g.Nodes))
		for _, n := range queue {
			started[n] = true
		}
		for i := 0; i < len(queue); i++ {
			n := queue[i]
			if to(&g.Nodes[n]) && by[n] != None {
				var way []*Edge
				for ; by[n] != None; n = g.Edges[by[n]].From {
					if e := &g.Edges[by[n]]; e.Call != nil {
						way = append(way, e)
					}
				}
				slices.Reverse(way)
				return way
			}
			for e := g.first[n]; e < g.first[n+1]; e++ {
				edge := &g.Edges[e]
				if started[edge.To] || certain && !edge.Certain {
					continue
				}
				started[edge.To], by[edge.To] = true, e
				queue = append(queue, edge.To)
			}
		}
	}
	return nil
}
