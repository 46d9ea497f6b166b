package diagram

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// fold stands a box in for the services that are left out, one for each owner or kind, and bundles their calls.
// It returns what the boxes are made by.
func (g *graph) fold() string {
	by, owned := "kind", slices.ContainsFunc(g.nodes, func(n *node) bool { return n.owner != "" })
	if owned {
		by = "owner"
	}
	group := func(n *node) string {
		switch {
		case owned && n.owner == "":
			return "of no known owner"
		case owned:
			return "of " + n.owner
		case n.part == partUndeclared:
			return "not declared"
		case n.part == partUnknown:
			return "unknown callees"
		}
		return "of kind " + string(n.kind)
	}
	sizes := make(map[string]int)
	var groups []string
	for _, n := range g.nodes {
		if n.isService() && !n.drawn {
			name := group(n)
			if sizes[name] == 0 {
				groups = append(groups, name)
			}
			sizes[name]++
		}
	}
	slices.SortStableFunc(groups, func(a, b string) int {
		return cmp.Or(cmp.Compare(sizes[b], sizes[a]), strings.Compare(a, b))
	})
	boxes := make(map[string]*node)
	others := 0
	for i, name := range groups {
		if i < foldedGroups || len(groups) == foldedGroups+1 {
			boxes[name] = g.add(&node{part: partFolded, name: "+" + plural(sizes[name], "service"), detail: name, drawn: true})
			continue
		}
		others += sizes[name]
	}
	if others > 0 {
		rest := "of " + strconv.Itoa(len(groups)-foldedGroups) + " others"
		box := g.add(&node{part: partFolded, name: "+" + plural(others, "service"), detail: rest, drawn: true})
		for _, name := range groups[foldedGroups:] {
			boxes[name] = box
		}
	}
	var bundles []*edge
	stand := func(n *node) *node {
		if n.isService() && !n.drawn {
			return boxes[group(n)]
		}
		return n
	}
	for _, e := range g.edges[:len(g.edges):len(g.edges)] {
		from, to := stand(e.from), stand(e.to)
		if e.relation > relBackground || from == e.from && to == e.to || !from.drawn || !to.drawn || from == to {
			continue
		}
		if from.part == partFolded && to.part == partFolded {
			continue // calls among what is left out
		}
		bundle := g.edge(from, to, e.relation)
		if !bundle.folded {
			bundle.folded, bundle.soft = true, false
			bundles = append(bundles, bundle)
		}
		bundle.calls += e.calls
	}
	slices.SortStableFunc(bundles, func(a, b *edge) int { return cmp.Compare(b.calls, a.calls) })
	for _, bundle := range bundles[min(foldedEdges, len(bundles)):] {
		bundle.hidden = true
	}
	return by
}
