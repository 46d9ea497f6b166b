package graph

// view is one view of the graph with its rings contracted.
type view struct {
	g    *Graph
	kind View

	comp    []int32   // node → component; components are numbered so that edges lead to smaller numbers
	members [][]int32 // component → its nodes, in order
	entered []bool    // component → a hop leads into it, at once or through edges that count nothing
	longest *best     // by hops
}

// best is, for each component, the way through the graph from it that is worth most.
type best struct {
	v      *view
	value  []float64 // component → what its best way is worth
	whole  []bool    // component → that way is certain to its end
	exit   []int32   // component → the edge by which that way leaves it; None where it ends
	toExit []int32   // node → the edge that leads, inside its ring, towards the exit; None at the exit and outside rings
}

func (g *Graph) view(kind View) *view { return g.views[kind] }

func newView(g *Graph, kind View) *view {
	v := &view{g: g, kind: kind}
	v.contract()
	v.enter()
	v.longest = v.bestBy(0, func(e *Edge, rest float64) float64 { return float64(e.Weight) + rest })
	return v
}

func (v *view) has(e *Edge) bool { return v.kind == Possible || e.Certain }

// contract finds the strongly connected components: Tarjan's algorithm with a stack of its own.
func (v *view) contract() {
	g := v.g
	var next func(n NodeID, from int32) (int32, NodeID) // the first edge of the view at or after from
	next = func(n NodeID, from int32) (int32, NodeID) {
		for e := from; e < g.first[n+1]; e++ {
			if v.has(&g.Edges[e]) {
				return e, g.Edges[e].To
			}
		}
		return None, None
	}
	v.comp, v.members = tarjan(len(g.Nodes), func(n NodeID) int32 { return g.first[n] }, next)
}

// tarjan finds the strongly connected components of a graph given by its edges: start is where a node's edges begin,
// next the first edge at or after a place and the node it leads to. Components are numbered in reverse topological
// order; members of each are in order.
func tarjan(nodes int, start func(NodeID) int32, next func(NodeID, int32) (int32, NodeID)) (comp []int32, members [][]int32) {
	type frame struct {
		node NodeID
		edge int32
	}
	comp = make([]int32, nodes)
	index := make([]int32, nodes) // order of discovery, from 1; 0: not seen
	low := make([]int32, nodes)
	for n := range comp {
		comp[n] = None
	}
	var (
		stack  []NodeID // nodes whose component is not known yet
		frames []frame
		count  int32
	)
	for root := range nodes {
		if index[root] != 0 {
			continue
		}
		frames = append(frames[:0], frame{NodeID(root), start(NodeID(root))})
		count++
		index[root], low[root] = count, count
		stack = append(stack, NodeID(root))
		for len(frames) > 0 {
			top := &frames[len(frames)-1]
			edge, to := next(top.node, top.edge)
			if edge != None {
				top.edge = edge + 1
				switch {
				case index[to] == 0:
					count++
					index[to], low[to] = count, count
					stack = append(stack, to)
					frames = append(frames, frame{to, start(to)})
				case comp[to] == None:
					low[top.node] = min(low[top.node], index[to])
				}
				continue
			}
			node := top.node
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				parent := frames[len(frames)-1].node
				low[parent] = min(low[parent], low[node])
			}
			if low[node] != index[node] {
				continue
			}
			c := int32(len(members))
			size := 0
			for i := len(stack) - 1; ; i-- {
				comp[stack[i]] = c
				size++
				if stack[i] == node {
					break
				}
			}
			stack = stack[:len(stack)-size]
			members = append(members, nil)
		}
	}
	// One backing array for all members, filled in the order of nodes, so that each list is sorted.
	sizes := make([]int32, len(members))
	for _, c := range comp {
		sizes[c]++
	}
	all := make([]int32, nodes)
	at := int32(0)
	for c := range members {
		members[c] = all[at : at : at+sizes[c]]
		at += sizes[c]
	}
	for n, c := range comp {
		members[c] = append(members[c], NodeID(n))
	}
	return comp, members
}

// bestBy finds the way of greatest worth from each component: end is the worth of going nowhere, worth that of taking
// an edge where what follows is worth rest. Edges inside rings are worth nothing. Of ways of equal worth one that is
// certain to its end wins, then the first edge in the order of nodes and calls. One pass, callees first.
func (v *view) bestBy(end float64, worth func(e *Edge, rest float64) float64) *best {
	g := v.g
	b := &best{
		v:     v,
		value: make([]float64, len(v.members)),
		whole: make([]bool, len(v.members)),
		exit:  make([]int32, len(v.members)),
	}
	for c := range v.members {
		b.value[c], b.exit[c], b.whole[c] = end, None, true
		for _, n := range v.members[c] {
			for e := g.first[n]; e < g.first[n+1]; e++ {
				edge := &g.Edges[e]
				to := v.comp[edge.To]
				if !v.has(edge) || to == int32(c) {
					continue
				}
				value := worth(edge, b.value[to])
				whole := edge.Certain && b.whole[to]
				if value > b.value[c] || value == b.value[c] && value > end && whole && !b.whole[c] {
					b.value[c], b.exit[c], b.whole[c] = value, e, whole
				}
			}
		}
	}
	b.lead()
	return b
}

// enter finds the components that a hop leads into. What is entered passes that on through edges that count nothing:
// behind a gateway that is called, nobody is a head.
func (v *view) enter() {
	g := v.g
	v.entered = make([]bool, len(v.members))
	for c := len(v.members) - 1; c >= 0; c-- { // callers have greater numbers
		for _, n := range v.members[c] {
			for e := g.first[n]; e < g.first[n+1]; e++ {
				edge := &g.Edges[e]
				if to := v.comp[edge.To]; v.has(edge) && to != int32(c) && (edge.Weight > 0 || v.entered[c]) {
					v.entered[to] = true
				}
			}
		}
	}
}

// lead finds, for every member of a ring, the way inside the ring to where its best way leaves it: one search
// backwards from the exit for each ring, breadth first.
func (b *best) lead() {
	v, g := b.v, b.v.g
	b.toExit = make([]int32, len(g.Nodes))
	for n := range b.toExit {
		b.toExit[n] = None
	}
	var queue []NodeID
	for c, members := range v.members {
		if len(members) < 2 || b.exit[c] == None {
			continue
		}
		exit := g.Edges[b.exit[c]].From
		queue = append(queue[:0], exit)
		for len(queue) > 0 {
			n := queue[0]
			queue = queue[1:]
			for _, e := range g.in[n] {
				edge := &g.Edges[e]
				if v.has(edge) && v.comp[edge.From] == int32(c) && edge.From != exit && b.toExit[edge.From] == None {
					b.toExit[edge.From] = e
					queue = append(queue, edge.From)
				}
			}
		}
	}
}

// step is the edge by which the best way goes on from n, None at its end.
func (b *best) step(n NodeID) int32 {
	if b.toExit[n] != None {
		return b.toExit[n]
	}
	return b.exit[b.v.comp[n]]
}

// path is the best way from n.
func (b *best) path(n NodeID) []int32 {
	var path []int32
	for e := b.step(n); e != None; e = b.step(n) {
		path = append(path, e)
		n = b.v.g.Edges[e].To
	}
	return path
}

// step is the edge by which the longest chain goes on from n, None at its end.
func (v *view) step(n NodeID) int32 { return v.longest.step(n) }

// length is the number of hops of the longest chain from n.
func (v *view) length(n NodeID) int { return int(v.longest.value[v.comp[n]]) }
