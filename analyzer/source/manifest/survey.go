package manifest

import "fmt"

// survey looks at a document before it is read: how deep it is, whether an alias stands inside what it names, and how
// many nodes it has once aliases are expanded. Aliases make no copies here, so a document that would expand to
// billions of nodes costs no more than its text. One visit per node.
type survey struct {
	limits Limits
	sizes  map[*node]int  // expanded, of what has an anchor
	open   map[*node]bool // anchored nodes that the walk is inside of
	extra  int            // nodes that aliases add
	found  *node
	reason string
	accept string
}

func surveyOf(root *node, limits Limits) *survey {
	s := &survey{limits: limits, sizes: make(map[*node]int), open: make(map[*node]bool)}
	s.size(root, 1)
	return s
}

func (s *survey) size(n *node, depth int) int {
	switch {
	case s.found != nil:
		return 0
	case depth > s.limits.Depth:
		s.fail(n, fmt.Sprintf("this is nested more than %d levels deep", s.limits.Depth),
			acceptedDepth(s.limits.Depth))
		return 0
	case n.Kind == aliasNode:
		if s.open[n.Alias] {
			s.fail(n, fmt.Sprintf("the alias %s stands inside what it names: it would never end", quote("*"+n.Value)),
				fmt.Sprintf("aliases that add up to %d nodes (the limit on aliases)", s.limits.Nodes))
			return 0
		}
		size := s.sizes[n.Alias]
		s.extra = min(s.extra+size, s.limits.Nodes+1) // no overflow: size is at most that as well
		if s.extra > s.limits.Nodes {
			s.fail(n, fmt.Sprintf("with the alias %s the aliases of this file add more than %d nodes", quote("*"+n.Value), s.limits.Nodes),
				fmt.Sprintf("aliases that add up to %d nodes (the limit on aliases)", s.limits.Nodes))
		}
		return size
	}
	if n.Anchor != "" {
		s.open[n] = true
	}
	size := 1
	for _, child := range n.Content {
		size = min(size+s.size(child, depth+1), s.limits.Nodes+1)
	}
	if n.Anchor != "" {
		delete(s.open, n)
		s.sizes[n] = size
	}
	return size
}

func (s *survey) fail(n *node, reason, accept string) {
	s.found, s.reason, s.accept = n, reason, accept
}

func acceptedDepth(limit int) string {
	return fmt.Sprintf("%d levels (the limit on depth); no manifest needs more than ten", limit)
}
