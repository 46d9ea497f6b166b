package diagram

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// graph is everything that could be drawn of a system.
type graph struct {
	nodes    []*node
	edges    []*edge
	services map[string]*node
	hidden   map[string]bool // platform services
	between  map[[2]*node]*edge
	others   map[otherKey]*node
	callees  map[arch.Pos]*node // the box of an unknown callee, by the place of the call
	brokers  map[string]string  // of topics whose name only one broker has
	crossing int                // calls between services of two owners
	calls    int                // calls between services
}

// otherKey is the identity of a node that is no service.
type otherKey struct {
	part          part
	name, further string
}

func gather(sys *arch.System) *graph {
	g := &graph{
		services: make(map[string]*node, len(sys.Services)),
		hidden:   make(map[string]bool),
		between:  make(map[[2]*node]*edge),
		others:   make(map[otherKey]*node),
		callees:  make(map[arch.Pos]*node),
		brokers:  make(map[string]string),
	}
	for _, topic := range sys.Topics {
		if _, twice := g.brokers[topic.Name]; twice {
			g.brokers[topic.Name] = ""
			continue
		}
		g.brokers[topic.Name] = topic.Broker.Or("")
	}
	onlyPlatform := !slices.ContainsFunc(sys.Services, func(s *arch.Service) bool { return !s.IsPlatform() })
	for _, service := range sys.Services {
		if service.IsPlatform() && !onlyPlatform {
			g.hidden[service.Name] = true
			continue
		}
		g.addService(service)
	}
	for _, service := range sys.Services {
		if from := g.services[service.Name]; from != nil {
			g.addBodies(from, service)
		}
	}
	for _, journey := range sys.Journeys {
		g.addJourney(journey)
	}
	for _, e := range g.edges {
		switch {
		case e.relation == relStore, e.relation == relMessage && e.to.part == partTopic:
			e.to.joins = append(e.to.joins, e)
		case e.relation == relMessage, e.relation == relEnter:
			e.from.joins = append(e.from.joins, e)
		}
	}
	for _, n := range g.nodes {
		if n.part == partStore && len(n.joins) > 1 {
			n.shared, n.detail = true, "shared by "+strconv.Itoa(len(n.joins))
			if n.database != "" {
				n.name = n.database // what one service calls it says nothing to the others
			}
		}
	}
	return g
}

func (g *graph) add(n *node) *node {
	n.order = len(g.nodes)
	g.nodes = append(g.nodes, n)
	return n
}

func (g *graph) addService(service *arch.Service) {
	n := &node{part: partService, kind: service.KindOf(), name: service.Name, owner: service.Owner.Or("")}
	switch {
	case !service.Declared && !service.Kind.Is():
		n.part, n.detail = partUndeclared, "not declared"
	case n.kind != arch.Plain:
		n.detail = string(n.kind)
	}
	n.entry = n.kind == arch.UI || n.kind == arch.Gateway
	g.services[service.Name] = g.add(n)
}

// other returns the node of that identity, made where there is none yet.
func (g *graph) other(key otherKey, name, detail string) *node {
	n := g.others[key]
	if n == nil {
		n = g.add(&node{part: key.part, name: name, detail: detail})
		g.others[key] = n
	}
	return n
}

// callee is the node that a call leads to, or nil where it is not drawn.
func (g *graph) callee(from *node, call *arch.Call) *node {
	if call.To == arch.Unresolved {
		target := call.Target.Or("")
		key := otherKey{part: partUnknown, name: target}
		if target == "" {
			key.further = from.name // nothing says that the unknown callees of two services are one
		}
		n := g.other(key, target, "")
		if call.Place().Known() {
			g.callees[call.Place()] = n
		}
		return n
	}
	if g.hidden[call.To] {
		return nil
	}
	if n := g.services[call.To]; n != nil {
		return n
	}
	n := g.add(&node{part: partUndeclared, name: call.To, detail: "not declared"})
	g.services[call.To] = n
	return n
}

func (g *graph) edge(from, to *node, relation relation) *edge {
	key := [2]*node{from, to}
	e := g.between[key]
	if e == nil {
		e = &edge{from: from, to: to, relation: relation, marks: unmarked(), unnamed: unmarked(), soft: true}
		g.between[key] = e
		g.edges = append(g.edges, e)
	}
	e.relation = min(e.relation, relation) // one call that somebody waits for makes it a call
	return e
}

func (g *graph) addBodies(from *node, service *arch.Service) {
	for _, operation := range service.Operations {
		g.addBody(from, &operation.Body, relCall)
	}
	g.addBody(from, &service.Body, relCall)
	g.addBody(from, &service.Background, relBackground)
	for _, consume := range service.Consumes {
		g.edge(g.topic(from, consume.Topic, consume.Broker), from, relMessage)
	}
}

func (g *graph) addBody(from *node, body *arch.Body, relation relation) {
	for _, call := range body.Calls {
		if to := g.callee(from, call); to != nil {
			g.addCall(g.edge(from, to, relation), call)
		}
	}
	for _, publish := range body.Publishes {
		g.edge(from, g.topic(from, publish.Topic, publish.Broker), relMessage)
	}
	for _, use := range body.Stores {
		key := otherKey{part: partStore, name: use.Name, further: from.name}
		if use.Server.Is() && use.Database.Is() {
			key = otherKey{part: partStore, name: use.Server.Value, further: use.Database.Value}
		}
		store := g.other(key, use.Name, use.Kind.Or(""))
		if use.Server.Is() && use.Database.Is() {
			store.database = use.Database.Value + " on " + use.Server.Value
		}
		if store.owner == "" {
			store.owner = from.owner
		} else if store.owner != from.owner {
			store.owner = "" // shared across owners: in nobody's frame
		}
		e := g.edge(from, store, relStore)
		e.write = e.write || use.Access.Or(arch.Read) == arch.Write
	}
}

// topic is the topic that a service names. One whose name is not known is nobody else's.
func (g *graph) topic(of *node, name string, broker arch.Fact[string]) *node {
	where := broker.Or(g.brokers[name])
	if !arch.KnownTopic(name) {
		return g.other(otherKey{part: partTopic, name: name, further: where + "\x00" + of.name}, name, where)
	}
	return g.other(otherKey{part: partTopic, name: name, further: where}, name, where)
}

func (g *graph) addCall(e *edge, call *arch.Call) {
	e.calls++
	g.calls++
	if a, b := e.from.owner, e.to.owner; a != "" && b != "" && a != b {
		g.crossing++
	}
	e.marks.add(call)
	e.called(call.Operation.Or(call.Via.Or(""))).add(call)
	e.soft = e.soft && !call.Hard()
}

// called is what is said of the calls of one operation, or of those that name none.
func (e *edge) called(name string) *marks {
	if name == "" {
		return &e.unnamed
	}
	known := e.operations[:min(len(e.operations), mostOperations)]
	at := slices.IndexFunc(known, func(o operation) bool { return o.name == name })
	if at < 0 {
		at = len(e.operations)
		e.operations = append(e.operations, operation{name, unmarked()})
	}
	return &e.operations[at].marks
}

func (m *marks) add(call *arch.Call) {
	if call.Loop.Is() && m.loop != 0 {
		m.loop = max(m.loop, call.Loop.Value)
		if call.Loop.Value == 0 {
			m.loop = 0
		}
	}
	m.write = m.write || call.Effect.Or(arch.Read) == arch.Write
	m.unbounded = m.unbounded || !call.Bounded() && (call.Timeout.Not() || call.Deadline.Not())
}

// mostOperations bounds the search for one that an edge has already: labels show two and count the rest.
const mostOperations = 64

func (g *graph) addJourney(journey *arch.Journey) {
	for _, entry := range journey.Entries {
		service := g.services[entry.Service]
		if service == nil {
			continue
		}
		service.entry = true
		n := g.other(otherKey{part: partJourney, name: journey.Name}, journey.Name, "journey")
		e := g.edge(n, service, relEnter)
		e.called(entry.Operation)
	}
}

// compareEdges is the order of everything that goes over edges: that of the system.
func compareEdges(a, b *edge) int {
	return cmp.Or(cmp.Compare(a.from.order, b.from.order), cmp.Compare(a.to.order, b.to.order))
}
