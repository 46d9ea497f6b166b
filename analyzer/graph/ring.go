package graph

import (
	"cmp"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// Ring is a set of operations that wait for each other in a circle.
type Ring struct {
	Start    NodeID  // its smallest operation
	Edges    []int32 // the shortest way round from there: indices into Graph.Edges
	Nodes    []NodeID
	Services []*arch.Service
	Possible bool // some edge is not certain: perhaps no request goes round
}

// Rings finds the rings of two services or more: first those of certain edges, then those possible ones that touch a
// service which no certain ring among them touches. A service that calls itself is no ring. Rings are sorted by
// certainty, then Start. Cost: linear.
func (g *Graph) Rings() []*Ring {
	var rings []*Ring
	inCertain := make(map[int32]bool) // nodes
	certain, possible := g.view(Certain), g.view(Possible)
	for _, members := range certain.members {
		if ring := certain.ring(members, nil); ring != nil {
			rings = append(rings, ring)
			for _, n := range members {
				inCertain[n] = true
			}
		}
	}
	nCertain := len(rings)
	for _, members := range possible.members {
		covered := make(map[int32]bool)
		for _, n := range members {
			if inCertain[n] {
				covered[g.Nodes[n].svc] = true
			}
		}
		if ring := possible.ring(members, covered); ring != nil {
			ring.Possible = true
			rings = append(rings, ring)
		}
	}
	sortRings(rings[:nCertain])
	sortRings(rings[nCertain:])
	return rings
}

// ring describes a component as a ring, or returns nil: fewer than two services, or all of them covered.
func (v *view) ring(members []int32, covered map[int32]bool) *Ring {
	if len(members) < 2 {
		return nil
	}
	g := v.g
	ring := &Ring{Start: None, Nodes: members}
	last := None // members of one service stand together: node order is service order
	fresh := false
	for _, n := range members {
		node := &g.Nodes[n]
		if node.svc != last {
			last = node.svc
			ring.Services = append(ring.Services, node.Service)
		}
		if !covered[node.svc] {
			fresh = true
			if ring.Start == None {
				ring.Start = n
			}
		}
	}
	if len(ring.Services) < 2 || !fresh {
		return nil
	}
	ring.Edges = v.round(ring.Start)
	return ring
}

// round is the shortest way inside a component from a node back to its service: breadth first.
func (v *view) round(start NodeID) []int32 {
	g := v.g
	c := v.comp[start]
	by := map[NodeID]int32{start: None}
	queue := []NodeID{start}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for e := g.first[n]; e < g.first[n+1]; e++ {
			edge := &g.Edges[e]
			if !v.has(edge) || v.comp[edge.To] != c {
				continue
			}
			if edge.To == start {
				path := []int32{e}
				for by[n] != None {
					path = append(path, by[n])
					n = g.Edges[by[n]].From
				}
				slices.Reverse(path)
				return path
			}
			if _, seen := by[edge.To]; !seen {
				by[edge.To] = e
				queue = append(queue, edge.To)
			}
		}
	}
	return nil // not reached: every member of a component reaches every other
}

func sortRings(rings []*Ring) {
	slices.SortFunc(rings, func(a, b *Ring) int { return cmp.Compare(a.Start, b.Start) })
}
