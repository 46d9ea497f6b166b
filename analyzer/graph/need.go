package graph

import (
	"cmp"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Needs is what nodes cannot do without, in one view: what they reach through hard calls and edges that join, with the
// rings of these contracted. A ring that a soft call closes is none.
type Needs struct {
	g       *Graph
	kind    View
	stops   func(*Edge) bool
	comp    []int32
	members [][]int32
}

// Needs prepares questions about what nodes need. Where stops is given, it names the hard calls behind which nothing
// is needed any more. Cost: linear.
func (g *Graph) Needs(kind View, stops func(*Edge) bool) *Needs {
	v := g.view(kind)
	n := &Needs{g: g, kind: kind, stops: stops, comp: v.comp, members: v.members}
	if !slices.ContainsFunc(g.Edges, func(e Edge) bool { return v.has(&e) && !n.through(&e) }) {
		return n // its rings are those of the view
	}
	next := func(node NodeID, from int32) (int32, NodeID) {
		for e := from; e < g.first[node+1]; e++ {
			if n.through(&g.Edges[e]) {
				return e, g.Edges[e].To
			}
		}
		return None, None
	}
	n.comp, n.members = tarjan(len(g.Nodes), func(node NodeID) int32 { return g.first[node] }, next)
	return n
}

// hard reports whether the callee of an edge is needed.
func (n *Needs) hard(e *Edge) bool {
	return (n.kind == Possible || e.Certain) && (e.Call == nil || e.Call.Hard())
}

// through reports whether what is behind an edge is needed too.
func (n *Needs) through(e *Edge) bool { return n.hard(e) && (n.stops == nil || !n.stops(e)) }

// each visits the hard edges that leave a component.
func (n *Needs) each(c int32, visit func(i int32, e *Edge)) {
	for _, node := range n.members[c] {
		for i := n.g.first[node]; i < n.g.first[node+1]; i++ {
			if e := &n.g.Edges[i]; n.hard(e) {
				visit(i, e)
			}
		}
	}
}

// AtLeast returns, for some nodes together, how many services they need besides that of the first, exact up to limit,
// which stands for "limit or more". Each component keeps the limit smallest of the services that it needs: the cost is
// limit times the number of edges.
func (n *Needs) AtLeast(limit int) func(...NodeID) int {
	limit++ // the first node's service may be among them, and is not counted
	needs := make([][]int32, len(n.members))
	var merged []int32
	for c := range n.members {
		var own []int32
		n.each(int32(c), func(_ int32, e *Edge) {
			if svc := n.g.Nodes[e.To].svc; e.Call != nil && svc != None {
				own = insert(own, svc, limit)
			}
			if to := n.comp[e.To]; n.through(e) && to != int32(c) && len(needs[to]) > 0 {
				merged = merge(merged[:0], own, needs[to], limit)
				own = append(own[:0], merged...)
			}
		})
		needs[c] = own
	}
	return func(nodes ...NodeID) int {
		need := needs[n.comp[nodes[0]]]
		for _, node := range nodes[1:] {
			need = merge(nil, need, needs[n.comp[node]], limit)
			need = insert(need, n.g.Nodes[node].svc, limit)
		}
		count := len(need)
		if slices.Contains(need, n.g.Nodes[nodes[0]].svc) {
			count--
		}
		return min(count, limit-1)
	}
}

// insert puts id into a sorted list of at most limit smallest ids.
func insert(list []int32, id int32, limit int) []int32 {
	at, found := slices.BinarySearch(list, id)
	if found || at >= limit {
		return list
	}
	if len(list) == limit {
		list = list[:limit-1]
	}
	return slices.Insert(list, at, id)
}

// merge unites two sorted lists into out and keeps the limit smallest.
func merge(out, a, b []int32, limit int) []int32 {
	for len(out) < limit && (len(a) > 0 || len(b) > 0) {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || b[0] < a[0]:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return out
}

// Any returns, for every node, whether it needs a call that is so. Cost: linear.
func (n *Needs) Any(is func(*Edge) bool) func(NodeID) bool {
	any := make([]bool, len(n.members))
	for c := range n.members {
		n.each(int32(c), func(_ int32, e *Edge) {
			any[c] = any[c] || e.Call != nil && is(e) || n.through(e) && any[n.comp[e.To]]
		})
	}
	return func(node NodeID) bool { return any[n.comp[node]] }
}

// Factor is the least share of time that a needed service allows.
type Factor struct {
	Service *arch.Service
	Share   float64
	Edge    int32 // the call that needs no more of it than this; None for the node that was asked about
	svc     int32
}

// Least returns, for some nodes together, the services that allow least, smallest share first, at most limit of them.
// share is what the callee of a call allows, 1 where that is everything or not known. Each service counts once, with
// the least that is asked of it. Cost: limit times the number of edges.
func (n *Needs) Least(limit int, share func(*Edge) float64) func(...NodeID) []Factor {
	seen := make([]int32, len(n.g.System.Services)) // service → the last union that took it
	round := int32(0)
	union := func(a, b []Factor) []Factor {
		round++
		out := make([]Factor, 0, min(limit, len(a)+len(b)))
		for len(out) < limit && (len(a) > 0 || len(b) > 0) {
			var next Factor
			if len(b) == 0 || len(a) > 0 && compareFactors(a[0], b[0]) <= 0 {
				next, a = a[0], a[1:]
			} else {
				next, b = b[0], b[1:]
			}
			if seen[next.svc] != round {
				seen[next.svc] = round
				out = append(out, next)
			}
		}
		return out
	}
	least := make([][]Factor, len(n.members))
	for c := range n.members {
		var own []Factor
		n.each(int32(c), func(i int32, e *Edge) {
			if to := &n.g.Nodes[e.To]; e.Call != nil && to.Service != nil {
				if s := share(e); s < 1 {
					own = union(own, []Factor{{to.Service, s, i, to.svc}})
				}
			}
			if to := n.comp[e.To]; n.through(e) && to != int32(c) && len(least[to]) > 0 {
				own = union(own, least[to])
			}
		})
		least[c] = own
	}
	return func(nodes ...NodeID) []Factor {
		var all []Factor
		for _, node := range nodes {
			all = union(all, least[n.comp[node]])
		}
		return all
	}
}

func compareFactors(a, b Factor) int {
	return cmp.Or(cmp.Compare(a.Share, b.Share), cmp.Compare(a.svc, b.svc), cmp.Compare(a.Edge, b.Edge))
}

// Journeys returns, for every node, the journeys that need it.
func (n *Needs) Journeys() func(NodeID) []*arch.Journey {
	return n.g.journeys(n.comp, n.members, n.through)
}
