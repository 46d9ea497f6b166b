package graph

import "slices"

// Load is how often a callee is asked for one request.
type Load struct {
	Attempts float64 // by retries: (1 + retries), multiplied
	Times    float64 // by loops whose count is known, multiplied
	Loops    int     // loops whose count is not known
}

// Single is the load of a call that is made once.
func Single() Load { return Load{Attempts: 1, Times: 1} }

// Total is how often that is, as far as it is known.
func (l Load) Total() float64 { return l.Attempts * l.Times }

func (l Load) and(o Load) Load {
	return Load{l.Attempts * o.Attempts, l.Times * o.Times, l.Loops + o.Loops}
}

// exceeds compares retries first: a long loop must not hide them.
func (l Load) exceeds(o Load) bool {
	switch {
	case l.Attempts != o.Attempts:
		return l.Attempts > o.Attempts
	case l.Times != o.Times:
		return l.Times > o.Times
	}
	return l.Loops > o.Loops
}

// Peak is a call whose callee is asked more often than anything before it, and nothing behind it more often still.
type Peak struct {
	Edge int32
	Load Load
}

// Loads is how often nodes of a view are asked, along the way on which that is most.
type Loads struct {
	g     *Graph
	load  []Load
	by    []int32 // node → the edge by which that way enters it; None where it begins
	peaks []Peak
}

// Loads multiplies what edges do to the load, from callers to callees. A way through a ring goes in where the load is
// greatest, and on by the fewest edges: going round has no end. Of ways of equal load one that is certain wins, then the
// first edge. Cost: linear.
func (g *Graph) Loads(kind View, of func(*Edge) Load) *Loads {
	v := g.view(kind)
	l := &Loads{g: g, load: make([]Load, len(g.Nodes)), by: make([]int32, len(g.Nodes))}
	whole := make([]bool, len(g.Nodes))
	for n := range l.load {
		l.load[n], l.by[n], whole[n] = Single(), None, true
	}
	type way struct {
		edge  int32
		load  Load
		whole bool
	}
	entrance := make([]way, len(v.members)) // the best way into each component
	peak := make([]way, len(v.members))     // the best whose last edge multiplies
	for c := range v.members {
		entrance[c].edge, peak[c].edge = None, None
	}
	better := func(a, b way) bool {
		switch {
		case b.edge == None:
			return true
		case a.load != b.load:
			return a.load.exceeds(b.load)
		case a.whole != b.whole:
			return a.whole
		}
		return a.edge < b.edge
	}
	offer := func(best *way, w way) {
		if better(w, *best) {
			*best = w
		}
	}
	along := func(e int32) way {
		edge := &g.Edges[e]
		return way{e, l.load[edge.From].and(of(edge)), whole[edge.From] && edge.Certain}
	}
	take := func(n NodeID, w way) { l.load[n], l.by[n], whole[n] = w.load, w.edge, w.whole }
	var queue []NodeID
	for c := len(v.members) - 1; c >= 0; c-- { // callers have greater numbers
		start := v.members[c][0]
		if w := entrance[c]; w.edge != None {
			start = g.Edges[w.edge].To
			take(start, w)
		}
		queue = append(queue[:0], start)
		for i := 0; i < len(queue) && len(v.members[c]) > 1; i++ {
			for e := g.first[queue[i]]; e < g.first[queue[i]+1]; e++ {
				edge := &g.Edges[e]
				if !v.has(edge) || v.comp[edge.To] != int32(c) || edge.To == start || l.by[edge.To] != None {
					continue
				}
				take(edge.To, along(e))
				queue = append(queue, edge.To)
				if of(edge) != Single() {
					offer(&peak[c], along(e))
				}
			}
		}
		for _, n := range v.members[c] {
			for e := g.first[n]; e < g.first[n+1]; e++ {
				edge := &g.Edges[e]
				to := v.comp[edge.To]
				if !v.has(edge) || to == int32(c) {
					continue
				}
				offer(&entrance[to], along(e))
				if of(edge) != Single() {
					offer(&peak[to], along(e))
				}
			}
		}
	}
	beyond := make([]bool, len(v.members)) // something behind the component is asked more often still
	for c := range v.members {
		for _, n := range v.members[c] {
			for e := g.first[n]; e < g.first[n+1]; e++ {
				edge := &g.Edges[e]
				if to := v.comp[edge.To]; v.has(edge) && to != int32(c) {
					beyond[c] = beyond[c] || beyond[to] || of(edge) != Single()
				}
			}
		}
		if w := peak[c]; !beyond[c] && w.edge != None {
			l.peaks = append(l.peaks, Peak{w.edge, w.load})
		}
	}
	slices.SortFunc(l.peaks, func(a, b Peak) int { return int(a.Edge - b.Edge) })
	return l
}

// Peaks lists where the load is greatest, in the order of edges.
func (l *Loads) Peaks() []Peak { return l.peaks }

// mostSteps is how long a way is shown at most.
const mostSteps = 1000

// Path is the way that ends with a call, from the first edge that multiplies, or its last mostSteps edges.
func (l *Loads) Path(last int32) []int32 {
	path := []int32{last}
	for n := l.g.Edges[last].From; l.load[n] != Single() && l.by[n] != None && len(path) < mostSteps; n = l.g.Edges[path[len(path)-1]].From {
		path = append(path, l.by[n])
	}
	slices.Reverse(path)
	return path
}
