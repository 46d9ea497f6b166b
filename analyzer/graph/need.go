package graph

import (
	"cmp"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Needs is what nodes cannot do without, in one view: what they reach through hard calls and edges that join, with the
// rings of these contracted. A ring that a soft call closes is none. Of calls on branches that exclude each other, one
// run makes those of one: the alternative that is worst by what is asked, one choice after the other.
type Needs struct {
	g       *Graph
	kind    View
	stops   func(*Edge) bool
	comp    []int32
	members [][]int32
	left    map[*Edge]bool // calls of other alternatives than the worst, by what was asked last
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
			if e := &n.g.Edges[i]; n.hard(e) && !n.left[e] {
				visit(i, e)
			}
		}
	}
}

// Takes reports whether an edge counts: it is no call on a branch beside the worst, by what AtLeast or Least was asked
// last. Before that, all count.
func (n *Needs) Takes(e *Edge) bool { return !n.left[e] }

// choose leaves out, of each choice that the nodes of a component have, all alternatives but the one that weighs most,
// of several the first. Cost: what it costs to weigh each edge once for each branch that it is on.
func (n *Needs) choose(c int32, weigh func(edges []int32) float64) {
	for _, node := range n.members[c] {
		var choices []string
		var on map[string][]string // the alternatives of a choice
		for i := n.g.first[node]; i < n.g.first[node+1]; i++ {
			for choice, alternative := range n.exclusive(&n.g.Edges[i]) {
				if on == nil {
					on = make(map[string][]string)
				}
				if on[choice] == nil {
					choices = append(choices, choice)
				}
				if !slices.Contains(on[choice], alternative) {
					on[choice] = append(on[choice], alternative)
				}
			}
		}
		for _, choice := range choices {
			if len(on[choice]) < 2 {
				continue
			}
			made := make(map[string][]int32)
			for i := n.g.first[node]; i < n.g.first[node+1]; i++ {
				for of, alternative := range n.exclusive(&n.g.Edges[i]) {
					if of == choice {
						made[alternative] = append(made[alternative], i)
					}
				}
			}
			worst, most := "", 0.0
			for _, alternative := range on[choice] {
				if w := weigh(made[alternative]); worst == "" || w > most {
					worst, most = alternative, w
				}
			}
			for alternative, edges := range made {
				for _, i := range edges {
					if alternative != worst {
						if n.left == nil {
							n.left = make(map[*Edge]bool)
						}
						n.left[&n.g.Edges[i]] = true
					}
				}
			}
		}
	}
}

// exclusive yields the branches of a call that counts, of which a run takes one of each choice.
func (n *Needs) exclusive(e *Edge) func(yield func(choice, alternative string) bool) {
	return func(yield func(choice, alternative string) bool) {
		if e.Call == nil || e.Call.CallFacts == nil || e.Call.Branch.Value == "" || !n.hard(e) || n.left[e] {
			return
		}
		for choice, alternative := range e.Call.Branches {
			if alternative != arch.Done && alternative != arch.Failed && !yield(choice, alternative) {
				return
			}
		}
	}
}

// AtLeast returns, for some nodes together, how many services they need besides that of the first, exact up to limit,
// which stands for "limit or more". Each component keeps the limit smallest of the services that it needs: the cost is
// limit times the number of edges.
func (n *Needs) AtLeast(limit int) func(...NodeID) int {
	limit++ // the first node's service may be among them, and is not counted
	n.left = nil
	needs := make([][]int32, len(n.members))
	var merged []int32
	with := func(own []int32, c int32, e *Edge) []int32 {
		if svc := n.g.Nodes[e.To].svc; e.Call != nil && svc != None {
			own = insert(own, svc, limit)
		}
		if to := n.comp[e.To]; n.through(e) && to != c && len(needs[to]) > 0 {
			merged = merge(merged[:0], own, needs[to], limit)
			own = append(own[:0], merged...)
		}
		return own
	}
	for c := range int32(len(n.members)) {
		n.choose(c, func(edges []int32) float64 {
			var own []int32
			for _, i := range edges {
				own = with(own, c, &n.g.Edges[i])
			}
			return float64(len(own))
		})
		var own []int32
		n.each(c, func(_ int32, e *Edge) { own = with(own, c, e) })
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
	n.left = nil
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
	with := func(own []Factor, c, i int32) []Factor {
		e := &n.g.Edges[i]
		if to := &n.g.Nodes[e.To]; e.Call != nil && to.Service != nil {
			if s := share(e); s < 1 {
				own = union(own, []Factor{{to.Service, s, i, to.svc}})
			}
		}
		if to := n.comp[e.To]; n.through(e) && to != c && len(least[to]) > 0 {
			own = union(own, least[to])
		}
		return own
	}
	for c := range int32(len(n.members)) {
		n.choose(c, func(edges []int32) float64 {
			var own []Factor
			for _, i := range edges {
				own = with(own, c, i)
			}
			allowed := 1.0
			for _, f := range own {
				allowed *= f.Share
			}
			return 1 - allowed
		})
		var own []Factor
		n.each(c, func(i int32, _ *Edge) { own = with(own, c, i) })
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
