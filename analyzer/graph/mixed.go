package graph

import (
	"cmp"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// MixedRing is a circle that messages close while somebody in it waits: an operation that, through calls and the
// messages that follow from them, sets itself off again.
type MixedRing struct {
	Steps    []MixedStep // once round, from the smallest operation
	Services []*arch.Service
	Possible bool
}

// MixedStep is a call, or a message from its publisher to one consumer.
type MixedStep struct {
	From, To NodeID
	Edge     *Edge         // the call; nil for a message
	Publish  *arch.Publish // the message; nil for a call
	Consume  *arch.Consume
}

// mixedEdge leads from a node to a node, or to or from a topic; topics are numbered after nodes.
type mixedEdge struct {
	from, to int32
	edge     int32 // index into Graph.Edges, None for a message
	publish  *arch.Publish
	consume  *arch.Consume
}

// MixedRings finds the circles of calls and messages: components with at least one of each and two services. In the
// certain view messages that a service publishes outside its operations are left out. Cost: linear.
func (g *Graph) MixedRings() []*MixedRing {
	certain := g.mixed(Certain)
	if len(certain) > 0 {
		return certain
	}
	return g.mixed(Possible)
}

func (g *Graph) mixed(kind View) []*MixedRing {
	edges, nodes := g.mixedEdges(kind)
	if edges == nil {
		return nil
	}
	first := make([]int32, nodes+1)
	for _, e := range edges {
		first[e.from+1]++
	}
	for n := range nodes {
		first[n+1] += first[n]
	}
	comp, members := tarjan(nodes,
		func(n int32) int32 { return first[n] },
		func(n, from int32) (int32, int32) {
			if from < first[n+1] {
				return from, edges[from].to
			}
			return None, None
		})
	var rings []*MixedRing
	for c, nodes := range members {
		if len(nodes) < 2 || int(nodes[0]) >= len(g.Nodes) {
			continue
		}
		if ring := g.mixedRing(nodes, int32(c), comp, first, edges); ring != nil {
			ring.Possible = kind == Possible
			rings = append(rings, ring)
		}
	}
	slices.SortFunc(rings, func(a, b *MixedRing) int { return cmp.Compare(a.Steps[0].From, b.Steps[0].From) })
	return rings
}

// mixedEdges lists calls and messages, sorted by where they leave from; nil if there are no messages.
func (g *Graph) mixedEdges(kind View) (edges []mixedEdge, nodes int) {
	topics := make(map[string]int32)
	topic := func(name string, broker arch.Fact[string]) int32 {
		key := broker.Value + "\x00" + name
		id, ok := topics[key]
		if !ok {
			id = int32(len(g.Nodes) + len(topics))
			topics[key] = id
		}
		return id
	}
	for n := range g.Nodes {
		node := &g.Nodes[n]
		var publishes []*arch.Publish
		switch {
		case node.Op != nil:
			publishes = node.Op.Publishes
		case node.Kind == Body && kind == Possible:
			publishes = node.Service.Publishes
		}
		for _, p := range publishes {
			edges = append(edges, mixedEdge{NodeID(n), topic(p.Topic, p.Broker), None, p, nil})
		}
	}
	if len(edges) == 0 {
		return nil, 0
	}
	for _, service := range g.System.Services {
		for i := range service.Consumes {
			c := &service.Consumes[i]
			if n := g.Find(service.Name, arch.ConsumeOperation(c.Topic)); n != None {
				edges = append(edges, mixedEdge{topic(c.Topic, c.Broker), n, None, nil, c})
			}
		}
	}
	for e := range g.Edges {
		if edge := &g.Edges[e]; kind == Possible || edge.Certain {
			edges = append(edges, mixedEdge{edge.From, edge.To, int32(e), nil, nil})
		}
	}
	slices.SortStableFunc(edges, func(a, b mixedEdge) int { return cmp.Compare(a.from, b.from) })
	return edges, len(g.Nodes) + len(topics)
}

// mixedRing returns the shortest way round from the component's smallest node that waits for a call in it, or nil.
func (g *Graph) mixedRing(members []int32, c int32, comp, first []int32, edges []mixedEdge) *MixedRing {
	start, messages := None, false
	services := make(map[string]*arch.Service)
	for _, n := range members {
		if int(n) < len(g.Nodes) {
			services[g.Nodes[n].ServiceName()] = g.Nodes[n].Service
		}
		for e := first[n]; e < first[n+1]; e++ {
			edge := &edges[e]
			if comp[edge.to] != c {
				continue
			}
			if edge.edge == None {
				messages = true
			} else if start == None && g.Edges[edge.edge].Weight > 0 {
				start = n
			}
		}
	}
	if start == None || !messages || len(services) < 2 {
		return nil
	}
	ring := &MixedRing{Steps: g.mixedRound(start, c, comp, first, edges)}
	for _, service := range services {
		ring.Services = append(ring.Services, service)
	}
	slices.SortFunc(ring.Services, func(a, b *arch.Service) int { return strings.Compare(a.Name, b.Name) })
	return ring
}

func (g *Graph) mixedRound(start, c int32, comp, first []int32, edges []mixedEdge) []MixedStep {
	by := map[int32]int32{start: None}
	queue := []int32{start}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for e := first[n]; e < first[n+1]; e++ {
			to := edges[e].to
			if comp[to] != c {
				continue
			}
			if to == start {
				path := []int32{e}
				for by[n] != None {
					path = append(path, by[n])
					n = edges[by[n]].from
				}
				slices.Reverse(path)
				return g.mixedSteps(path, edges)
			}
			if _, seen := by[to]; !seen {
				by[to] = e
				queue = append(queue, to)
			}
		}
	}
	return nil
}

// mixedSteps joins the two edges of a message, to its topic and from it, into one step.
func (g *Graph) mixedSteps(path []int32, edges []mixedEdge) []MixedStep {
	var steps []MixedStep
	for i := 0; i < len(path); i++ {
		e := &edges[path[i]]
		if e.edge != None {
			steps = append(steps, MixedStep{From: e.from, To: e.to, Edge: &g.Edges[e.edge]})
			continue
		}
		if e.publish != nil && i+1 < len(path) {
			next := &edges[path[i+1]]
			steps = append(steps, MixedStep{From: e.from, To: next.to, Publish: e.publish, Consume: next.consume})
			i++
		}
	}
	return steps
}
