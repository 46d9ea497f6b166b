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
	Steps    []MixedStep // once round, from the smallest operation: at least one hop, and one message
	Services []*arch.Service
	Possible bool
}

// MixedStep is a call, a way inside a service, or a message from its publisher to one consumer.
type MixedStep struct {
	From, To NodeID
	Edge     *Edge         // nil for a message
	Publish  *arch.Publish // the message
	Consumed arch.Pos      // where its consumer says that it consumes it
}

// mixedEdge leads from a node to a node, or to, between and from topics; those are numbered after nodes.
type mixedEdge struct {
	from, to int32
	edge     int32         // index into Graph.Edges, None on the way of a message
	publish  *arch.Publish // the beginning of that way
	consumed arch.Pos      // the end of that way
}

// mixed is the graph of calls and messages together, in one view.
type mixed struct {
	g       *Graph
	edges   []mixedEdge // by from
	first   []int32
	comp    []int32
	members [][]int32
}

// MixedRings finds the circles of calls and messages, one for each component with a hop and a message: first those of
// certain edges, then those possible ones that touch a service which no certain ring among them touches. Cost: linear.
func (g *Graph) MixedRings() []*MixedRing {
	messages, topics := g.messages()
	if len(messages) == 0 {
		return nil
	}
	var rings []*MixedRing
	inCertain := make([]bool, len(g.Nodes))
	for _, kind := range []View{Certain, Possible} {
		m := g.mix(kind, messages, topics)
		var found []*MixedRing
		for c := range m.members {
			ring := m.ring(int32(c), inCertain)
			if ring == nil {
				continue
			}
			ring.Possible = kind == Possible
			found = append(found, ring)
		}
		if kind == Certain {
			for _, ring := range found {
				for _, n := range m.members[m.comp[ring.Steps[0].From]] {
					if m.isNode(n) {
						inCertain[n] = true
					}
				}
			}
		}
		slices.SortFunc(found, func(a, b *MixedRing) int { return cmp.Compare(a.Steps[0].From, b.Steps[0].From) })
		rings = append(rings, found...)
	}
	return rings
}

// topicEnd is a topic as those who publish it, or those who consume it, know it.
type topicEnd struct {
	topic, broker string // the broker is "" where it is not named
	consumed      bool
}

// messages lists the ways of all messages, and how many ends of topics they pass: from a publisher to its topic on its
// broker, from there to the same topic as consumers know it, and on to them. Where either end names no broker, any may
// be meant.
func (g *Graph) messages() (ways []mixedEdge, topics int) {
	ids := make(map[topicEnd]int32)
	var ends []topicEnd // in the order of ids
	at := func(end topicEnd) int32 {
		id, ok := ids[end]
		if !ok {
			id = int32(len(g.Nodes) + len(ends))
			ids[end] = id
			ends = append(ends, end)
		}
		return id
	}
	for n := range g.Nodes {
		node := &g.Nodes[n]
		var publishes []*arch.Publish
		switch {
		case node.Op != nil:
			publishes = node.Op.Publishes
		case node.Kind == Body:
			publishes = node.Service.Publishes
		}
		for _, p := range publishes {
			if !arch.KnownTopic(p.Topic) {
				continue
			}
			end := topicEnd{topic: p.Topic, broker: p.Broker.Or("")}
			ways = append(ways, mixedEdge{from: NodeID(n), to: at(end), edge: None, publish: p})
		}
	}
	if len(ways) == 0 {
		return nil, 0
	}
	for _, service := range g.System.Services {
		said := make(map[string]bool, len(service.Consumes))
		for i := range service.Consumes {
			c := &service.Consumes[i]
			said[c.Topic] = true
			if !arch.KnownTopic(c.Topic) {
				continue
			}
			if n := g.Find(service.Name, arch.ConsumeOperation(c.Topic)); n != None {
				end := topicEnd{c.Topic, c.Broker.Or(""), true}
				ways = append(ways, mixedEdge{from: at(end), to: n, edge: None, consumed: c.Pos})
			}
		}
		first, end := g.NodesOf(service)
		for n := first; n < end; n++ {
			node := &g.Nodes[n]
			if topic, ok := strings.CutPrefix(node.Name, arch.ConsumeOperation("")); ok && node.Op != nil && !said[topic] && arch.KnownTopic(topic) {
				ways = append(ways, mixedEdge{from: at(topicEnd{topic, "", true}), to: n, edge: None, consumed: node.Op.Pos})
			}
		}
	}
	join := func(from, to topicEnd) {
		if id, ok := ids[to]; ok {
			ways = append(ways, mixedEdge{from: ids[from], to: id, edge: None})
		}
	}
	for _, end := range ends {
		unnamed := topicEnd{end.topic, "", !end.consumed}
		switch {
		case !end.consumed:
			join(end, topicEnd{end.topic, end.broker, true})
			if end.broker != "" {
				join(end, unnamed)
			}
		case end.broker != "": // those who publish without a name are joined from here, where all who consume are known
			if _, ok := ids[unnamed]; ok {
				join(unnamed, end)
			}
		}
	}
	return ways, len(ends)
}

// mix adds the calls of a view to the messages, and finds the components.
func (g *Graph) mix(kind View, messages []mixedEdge, topics int) *mixed {
	nodes := len(g.Nodes) + topics
	m := &mixed{g: g, edges: slices.Clone(messages), first: make([]int32, nodes+1)}
	for e := range g.Edges {
		if edge := &g.Edges[e]; kind == Possible || edge.Certain {
			m.edges = append(m.edges, mixedEdge{from: edge.From, to: edge.To, edge: int32(e)})
		}
	}
	slices.SortStableFunc(m.edges, func(a, b mixedEdge) int { return cmp.Compare(a.from, b.from) })
	for _, e := range m.edges {
		m.first[e.from+1]++
	}
	for n := range nodes {
		m.first[n+1] += m.first[n]
	}
	m.comp, m.members = tarjan(nodes,
		func(n int32) int32 { return m.first[n] },
		func(n, from int32) (int32, int32) {
			if from < m.first[n+1] {
				return from, m.edges[from].to
			}
			return None, None
		})
	return m
}

func (m *mixed) isNode(n int32) bool { return int(n) < len(m.g.Nodes) }

// What a way round has to have: somebody who waits, and a message.
const (
	waits uint8 = 1 << iota
	sends
	wholeRing = waits | sends
)

// has tells which of these an edge brings.
func (m *mixed) has(e *mixedEdge) uint8 {
	switch {
	case e.publish != nil:
		return sends
	case e.edge != None && m.g.Edges[e.edge].Weight > 0:
		return waits
	}
	return 0
}

// ring describes a component as a ring, or returns nil: nobody in it waits, no message is sent, or a certain ring
// touches all of its services.
func (m *mixed) ring(c int32, inCertain []bool) *MixedRing {
	members := m.members[c]
	if len(members) < 2 {
		return nil
	}
	covered := make(map[int32]bool)
	var has uint8
	for _, n := range members {
		if m.isNode(n) && inCertain[n] {
			covered[m.g.Nodes[n].svc] = true
		}
		for e := m.first[n]; e < m.first[n+1]; e++ {
			if m.comp[m.edges[e].to] == c {
				has |= m.has(&m.edges[e])
			}
		}
	}
	if has != wholeRing {
		return nil
	}
	fresh := func(n NodeID) bool { return !covered[m.g.Nodes[n].svc] }
	start := slices.IndexFunc(members, func(n int32) bool { return m.isNode(n) && fresh(n) })
	if start < 0 {
		return nil
	}
	ring := &MixedRing{Steps: m.shortest(m.round(members[start]), fresh)}
	last := None // members of one service stand together: node order is service order
	for _, n := range members {
		if m.isNode(n) && m.g.Nodes[n].svc != last {
			last = m.g.Nodes[n].svc
			ring.Services = append(ring.Services, m.g.Nodes[n].Service)
		}
	}
	return ring
}

// round is the shortest way from a node through its component back to it that has a hop and a message: a search in
// breadth over nodes and what the way to them has. It passes a node twice only where it needs to.
func (m *mixed) round(start int32) []MixedStep {
	type state struct {
		node int32
		has  uint8
	}
	type step struct {
		edge int32
		from state
	}
	begin, goal := state{start, 0}, state{start, wholeRing}
	by := map[state]step{begin: {edge: None}}
	queue := []state{begin}
	for len(queue) > 0 {
		if _, done := by[goal]; done {
			break
		}
		at := queue[0]
		queue = queue[1:]
		for e := m.first[at.node]; e < m.first[at.node+1]; e++ {
			edge := &m.edges[e]
			to := state{edge.to, at.has | m.has(edge)}
			if _, seen := by[to]; !seen && m.comp[edge.to] == m.comp[start] {
				by[to] = step{e, at}
				queue = append(queue, to)
			}
		}
	}
	var path []int32
	for at := goal; at != begin; at = by[at].from {
		path = append(path, by[at].edge)
	}
	slices.Reverse(path)
	return m.steps(path)
}

// steps makes one step of the three edges of a message: to its topic, on to the topic as consumers know it, from it.
func (m *mixed) steps(path []int32) []MixedStep {
	var steps []MixedStep
	for i := 0; i < len(path); i++ {
		e := &m.edges[path[i]]
		if e.edge != None {
			steps = append(steps, MixedStep{From: e.from, To: e.to, Edge: &m.g.Edges[e.edge]})
			continue
		}
		i += 2
		arrives := &m.edges[path[i]]
		steps = append(steps, MixedStep{From: e.from, To: arrives.to, Publish: e.publish, Consumed: arrives.consumed})
	}
	return steps
}

// shortest is the shortest part of a way round that is a way round itself, with a hop, a message, and a node that is
// fresh; it begins at its smallest node.
func (m *mixed) shortest(steps []MixedStep, fresh func(NodeID) bool) []MixedStep {
	// How many hops, messages and fresh nodes there are before each step.
	type count struct{ waits, sends, fresh int }
	before := make([]count, len(steps)+1)
	for i, step := range steps {
		sum := before[i]
		switch {
		case step.Publish != nil:
			sum.sends++
		case step.Edge.Weight > 0:
			sum.waits++
		}
		if fresh(step.From) {
			sum.fresh++
		}
		before[i+1] = sum
	}
	from, to := 0, len(steps)
	passed := make(map[NodeID][]int) // node → steps that leave from it: at most one for each thing that a way may have
	for j := range steps {
		n := steps[j].From
		for _, i := range passed[n] {
			whole := before[j].waits > before[i].waits && before[j].sends > before[i].sends && before[j].fresh > before[i].fresh
			if whole && j-i < to-from {
				from, to = i, j
			}
		}
		passed[n] = append(passed[n], j)
	}
	round := steps[from:to]
	smallest := 0
	for i := range round {
		if round[i].From < round[smallest].From {
			smallest = i
		}
	}
	return append(slices.Clone(round[smallest:]), round[:smallest]...)
}
