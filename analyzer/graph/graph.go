// Package graph joins the calls of a system into one graph of operations and answers what rules ask of it: which
// chains of hops there are, which rings, who depends on whom, what a journey reaches.
//
// # Nodes and edges
//
// A node is an operation, the unnamed "some operation" of a service that calls without an operation reach ([Any]), the
// calls that stand on a service and belong to no operation ([Body]), or an address that nobody could name
// ([Unknown]). An edge is a call, or joins the nodes of one service: Any to each operation and to the body, each
// operation to the body. Edges that join are not certain: an unnamed call may reach any operation, a service's call
// may be made by any operation. Calls out of a body are not certain either. A call that misspells an operation is an
// unnamed one ([Unlisted]).
//
// A hop, an edge that counts, weighs 1. Calls out of a ui or gateway, of a service to itself, and edges that join
// weigh 0: they count nothing and never cut a chain. Platform services, standard operations (health, reflection,
// metrics), background and detached calls are no part of the graph.
//
// # Algorithms
//
// Everything is asked twice, of two views of the graph: [Certain], the edges that are certain, and [Possible], all of
// them. For each view strongly connected components are found (Tarjan, iterative: chains may be 100,000 long) and
// contracted; the longest chain from each component is one pass over the components in reverse topological order, and
// so is what nodes need ([Needs]) and how often they are asked ([Loads]).
// Ties are broken by the order of nodes, which is that of names, so that the order of the input never matters. All of
// this is linear in nodes plus edges. What is asked per finding (other ends of a chain, names of dependencies) is a
// walk with a budget for the whole run; a walk that runs out of it says "at least".
//
// This package may change until version 1.
package graph

import (
	"slices"
	"strings"
	"sync"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// NodeID is an index into Graph.Nodes. Its order is that of service and operation names.
type NodeID = int32

// None is no node, or no edge.
const None int32 = -1

// NodeKind tells nodes apart.
type NodeKind uint8

const (
	Any       NodeKind = iota // some operation of the service: where calls arrive that name none
	Body                      // the calls that stand on the service
	Operation                 // an operation, declared or only called
	Unknown                   // what is known of an address that nobody could name; belongs to no service
)

// Node is a place that calls arrive at or leave from.
type Node struct {
	Kind    NodeKind
	Service *arch.Service   // nil for Unknown
	Op      *arch.Operation // nil unless the service declares the operation
	Name    string          // the operation's name; the target's for Unknown
	Asked   bool            // another service calls it, if only from its background
	svc     int32
}

// Consumes returns the topic whose messages set the node off. The handler of a request that travels over a broker is
// named in the same way, but is set off by a call, whose caller waits for the reply.
func (n *Node) Consumes() (topic string, ok bool) {
	topic, ok = strings.CutPrefix(n.Name, arch.ConsumeOperation(""))
	return topic, ok && n.Kind == Operation && !n.Asked
}

// Operation is the node's operation, or "" where it stands for none.
func (n *Node) Operation() string {
	if n.Kind == Operation {
		return n.Name
	}
	return ""
}

// ServiceName is the service's name, or "?" where nobody knows it.
func (n *Node) ServiceName() string {
	if n.Service == nil {
		return arch.Unresolved
	}
	return n.Service.Name
}

// Edge is a call from one node to another, or joins two nodes of one service.
type Edge struct {
	From, To NodeID
	Call     *arch.Call // nil for an edge that joins
	Weight   uint8      // 1: a hop; 0: counts nothing
	Certain  bool
}

// View chooses edges.
type View uint8

const (
	Certain  View = iota // only what is certain
	Possible             // everything
)

// Graph is the calls of one system. Build makes it; it is not changed after that.
type Graph struct {
	System *arch.System
	Nodes  []Node
	Edges  []Edge // by From; the calls of an operation in their order

	first    []int32   // first[n]..first[n+1]: the edges out of n
	in       [][]int32 // edges into n
	nodesOf  []span    // by service index
	index    map[string]int32
	unknown  span // the nodes of unknown callees, by target
	unlisted map[*arch.Call]Unlisted
	views    [2]*view
}

type span struct{ first, end NodeID }

type opKey struct {
	svc  int32
	name string
}

// Out returns the edges that leave n.
func (g *Graph) Out(n NodeID) []Edge { return g.Edges[g.first[n]:g.first[n+1]] }

// In returns the indices of the edges that enter n.
func (g *Graph) In(n NodeID) []int32 { return g.in[n] }

// NodesOf returns the range of nodes [first, end) that belong to a service; empty for platform services.
func (g *Graph) NodesOf(service *arch.Service) (first, end NodeID) {
	i, ok := g.index[service.Name]
	if !ok {
		return 0, 0
	}
	return g.nodesOf[i].first, g.nodesOf[i].end
}

// Find returns the node of an operation, or where operation is "" the node of calls that name none; None if no call
// and no declaration speaks of it.
func (g *Graph) Find(service, operation string) NodeID {
	svc, ok := g.index[service]
	if !ok {
		return None
	}
	if operation == "" {
		if n := g.nodesOf[svc].first; n < g.nodesOf[svc].end && g.Nodes[n].Kind == Any {
			return n
		}
		return None
	}
	return g.operation(svc, operation)
}

// operation finds the node of a service's operation: operations are the last of its nodes, by name.
func (g *Graph) operation(svc int32, name string) NodeID {
	first, end := g.nodesOf[svc].first, g.nodesOf[svc].end
	for first < end && g.Nodes[first].Kind != Operation {
		first++
	}
	return g.search(first, end, name)
}

// search finds a name among nodes that are sorted by it.
func (g *Graph) search(first, end NodeID, name string) NodeID {
	i, found := slices.BinarySearchFunc(g.Nodes[first:end], name, func(n Node, name string) int { return strings.Compare(n.Name, name) })
	if !found {
		return None
	}
	return first + NodeID(i)
}

// Callee returns the service that a call names, or nil where nobody knows it.
func (g *Graph) Callee(call *arch.Call) *arch.Service {
	if i, ok := g.index[call.To]; ok && call.To != arch.Unresolved {
		return g.System.Services[i]
	}
	return nil
}

// Build makes the graph of a system, which must be sorted (arch.System.Sort).
func Build(sys *arch.System) *Graph {
	g := &Graph{
		System:   sys,
		nodesOf:  make([]span, len(sys.Services)),
		index:    make(map[string]int32, len(sys.Services)),
		unlisted: make(map[*arch.Call]Unlisted),
	}
	for i, service := range sys.Services {
		g.index[service.Name] = int32(i)
	}
	r := newResolver(g)
	bodies := r.bodies()
	r.background()
	r.journeys()
	g.number(r)
	g.connect(bodies)
	for _, key := range r.asked {
		g.Nodes[g.operation(key.svc, key.name)].Asked = true
	}
	var both sync.WaitGroup
	for kind := range g.views {
		both.Go(func() { g.views[kind] = newView(g, View(kind)) })
	}
	both.Wait()
	return g
}

// pending is a call whose callee's node has no number yet.
type pending struct {
	call *arch.Call
	svc  int32  // callee, or None
	name string // its operation, or the target of an unknown callee
}

// body is the calls that one node makes.
type body struct {
	svc   int32
	op    *arch.Operation // nil for the service's own
	calls []pending
}

// resolver names the callee of every call, and collects what only calls and journeys name.
type resolver struct {
	g        *Graph
	matcher  *matcher
	nearer   *nearer
	implicit [][]string // by service: operations that it does not declare
	unnamed  []bool     // by service: something reaches it that names no operation
	targets  []string   // of unknown callees
	asked    []opKey    // operations that the background of another service calls

	seenImplicit map[opKey]bool
	seenTarget   map[string]bool
}

func newResolver(g *Graph) *resolver {
	services := g.System.Services
	return &resolver{
		g:            g,
		matcher:      newMatcher(services),
		nearer:       newNearer(services),
		implicit:     make([][]string, len(services)),
		unnamed:      make([]bool, len(services)),
		seenImplicit: make(map[opKey]bool),
		seenTarget:   make(map[string]bool),
	}
}

// callee finds the service that a call names, its operation, "" where the call names none, and whether the service
// declares it; not ok for an unknown callee, and for what is no part of the graph.
//
// Where the service lists operations, but not this one, the name is a misspelling if a listed one is near: then the
// call may reach any operation, as if it named none. Else it is one that is left out of the list.
func (r *resolver) callee(call *arch.Call) (svc int32, name string, declared, ok bool) {
	svc, ok = r.g.index[call.To]
	if !ok || call.To == arch.Unresolved || r.g.System.Services[svc].IsPlatform() {
		return None, "", false, false
	}
	name = call.Operation.Or("")
	if name == "" && call.Via.Is() {
		name = arch.ConsumeOperation(call.Via.Value)
	}
	if name == "" || Standard(name) {
		return svc, "", false, name == ""
	}
	name, declared = r.matcher.match(svc, name)
	if !declared && len(r.nearer.lists(svc)) > 0 {
		meant := r.nearer.nearest(svc, name)
		r.g.unlisted[call] = Unlisted{name, meant}
		if meant != "" {
			name = ""
		}
	}
	return svc, name, declared, !declared || !Standard(name)
}

func (r *resolver) resolve(call *arch.Call) (pending, bool) {
	if call.To == arch.Unresolved {
		target := targetOf(call)
		if !r.seenTarget[target] {
			r.seenTarget[target] = true
			r.targets = append(r.targets, target)
		}
		return pending{call, None, target}, true
	}
	svc, name, declared, ok := r.callee(call)
	switch {
	case !ok:
		return pending{}, false
	case name == "":
		r.unnamed[svc] = true
	case !declared && !r.seenImplicit[opKey{svc, name}]:
		r.seenImplicit[opKey{svc, name}] = true
		r.implicit[svc] = append(r.implicit[svc], name)
	}
	return pending{call, svc, name}, true
}

// bodies resolves the calls that make hops.
func (r *resolver) bodies() []body {
	services := r.g.System.Services
	count := 0
	for _, service := range services {
		for b := range service.Bodies() {
			count += len(b.Calls)
		}
	}
	var bodies []body
	all := make([]pending, 0, count) // one array for all bodies
	collect := func(svc int, op *arch.Operation, calls []*arch.Call) {
		first := len(all)
		for _, call := range calls {
			if p, ok := r.resolve(call); ok {
				all = append(all, p)
			}
		}
		if len(all) > first {
			bodies = append(bodies, body{svc: int32(svc), op: op, calls: all[first:len(all):len(all)]})
		}
	}
	for i, service := range services {
		if service.IsPlatform() {
			continue
		}
		collect(i, nil, service.Calls)
		for _, op := range service.Operations {
			if !Standard(op.Name) {
				collect(i, op, op.Calls)
			}
		}
	}
	slices.Sort(r.targets)
	return bodies
}

// background notes which operations the background of services asks: its calls are no hops, and have no edges.
func (r *resolver) background() {
	for i, service := range r.g.System.Services {
		if service.IsPlatform() {
			continue
		}
		for _, call := range service.Background.Calls {
			if svc, name, declared, ok := r.callee(call); ok && declared && svc != int32(i) {
				r.asked = append(r.asked, opKey{svc, name})
			}
		}
	}
}

// journeys notes the services that journeys enter without a word on the operation.
func (r *resolver) journeys() {
	for _, journey := range r.g.System.Journeys {
		for _, entry := range journey.Entries {
			if svc, ok := r.g.index[entry.Service]; ok && entry.Operation == "" {
				r.unnamed[svc] = true
			}
		}
	}
}

// targetOf is what is known of the address of a call to nobody knows whom. Two calls of which nothing is known are
// not the same callee: their place keeps them apart.
func targetOf(call *arch.Call) string {
	if call.Target.Is() {
		return call.Target.Value
	}
	return "at " + call.Pos.String()
}

// number gives every node its place: services in their order; in each Any, Body, then operations by name; unknown
// callees last.
func (g *Graph) number(r *resolver) {
	count := len(r.targets)
	for i, service := range g.System.Services {
		count += 2 + len(service.Operations) + len(r.implicit[i])
	}
	g.Nodes = make([]Node, 0, count)
	for i, service := range g.System.Services {
		first := NodeID(len(g.Nodes))
		svc := int32(i)
		if !service.IsPlatform() {
			if r.unnamed[i] {
				g.Nodes = append(g.Nodes, Node{Kind: Any, Service: service, svc: svc})
			}
			if len(service.Calls)+len(service.Publishes) > 0 {
				g.Nodes = append(g.Nodes, Node{Kind: Body, Service: service, svc: svc})
			}
			ops := len(g.Nodes)
			for _, op := range service.Operations {
				if !Standard(op.Name) {
					g.Nodes = append(g.Nodes, Node{Kind: Operation, Service: service, Op: op, Name: op.Name, svc: svc})
				}
			}
			for _, name := range r.implicit[i] {
				g.Nodes = append(g.Nodes, Node{Kind: Operation, Service: service, Name: name, svc: svc})
			}
			slices.SortFunc(g.Nodes[ops:], func(a, b Node) int { return strings.Compare(a.Name, b.Name) })
		}
		g.nodesOf[i] = span{first, NodeID(len(g.Nodes))}
	}
	g.unknown = span{NodeID(len(g.Nodes)), NodeID(len(g.Nodes) + len(r.targets))}
	for _, target := range r.targets {
		g.Nodes = append(g.Nodes, Node{Kind: Unknown, Name: target, svc: None})
	}
}

// connect makes the edges.
func (g *Graph) connect(bodies []body) {
	callsOf := make([][]pending, len(g.Nodes))
	anyOf := make([]NodeID, len(g.nodesOf))
	bodyOf := make([]NodeID, len(g.nodesOf))
	for i := range g.nodesOf {
		anyOf[i], bodyOf[i] = None, None
	}
	for n := range g.Nodes {
		switch g.Nodes[n].Kind {
		case Any:
			anyOf[g.Nodes[n].svc] = NodeID(n)
		case Body:
			bodyOf[g.Nodes[n].svc] = NodeID(n)
		}
	}
	for _, b := range bodies {
		if b.op == nil {
			callsOf[bodyOf[b.svc]] = b.calls
		} else {
			callsOf[g.operation(b.svc, b.op.Name)] = b.calls
		}
	}
	edges := 0
	for n := range g.Nodes {
		edges += len(callsOf[n]) + 1
	}
	g.Edges = make([]Edge, 0, edges)
	g.first = make([]int32, len(g.Nodes)+1)
	for n := range g.Nodes {
		g.first[n] = int32(len(g.Edges))
		node := &g.Nodes[n]
		from := NodeID(n)
		for _, p := range callsOf[n] {
			to := None
			switch {
			case p.svc == None:
				to = g.search(g.unknown.first, g.unknown.end, p.name)
			case p.name == "":
				to = anyOf[p.svc]
			default:
				to = g.operation(p.svc, p.name)
			}
			edge := Edge{From: from, To: to, Call: p.call, Weight: 1, Certain: node.Kind == Operation && p.svc != None}
			if p.svc == node.svc || entryTier(node.Service) {
				edge.Weight = 0
			}
			if p.svc != node.svc {
				g.Nodes[to].Asked = true
			}
			g.Edges = append(g.Edges, edge)
		}
		switch node.Kind {
		case Any:
			for to := from + 1; to < g.nodesOf[node.svc].end; to++ {
				g.Edges = append(g.Edges, Edge{From: from, To: to})
			}
		case Operation:
			if bodyOf[node.svc] != None {
				g.Edges = append(g.Edges, Edge{From: from, To: bodyOf[node.svc]})
			}
		}
	}
	g.first[len(g.Nodes)] = int32(len(g.Edges))
	g.invert()
}

func (g *Graph) invert() {
	count := make([]int32, len(g.Nodes))
	for i := range g.Edges {
		count[g.Edges[i].To]++
	}
	all := make([]int32, len(g.Edges))
	g.in = make([][]int32, len(g.Nodes))
	start := int32(0)
	for n := range g.in {
		g.in[n] = all[start : start : start+count[n]]
		start += count[n]
	}
	for i := range g.Edges {
		to := g.Edges[i].To
		g.in[to] = append(g.in[to], int32(i))
	}
}

// entryTier reports whether the service only passes requests on: hops out of it count nothing.
func entryTier(service *arch.Service) bool {
	return service.KindOf() == arch.UI || service.KindOf() == arch.Gateway
}
