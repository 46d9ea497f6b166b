package rule

import (
	"fmt"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// piece is one of the places in which a service does something.
type piece struct {
	*arch.Body
	op         *arch.Operation // nil for what belongs to no operation
	background bool
}

// operation is the name of the piece's operation, "" where it has none.
func (p piece) operation() string {
	if p.op == nil {
		return ""
	}
	return p.op.Name
}

// eachPiece visits what stands on a service, then its background, then its operations. Standard ones (health,
// reflection, metrics), which have no node, are left out.
func eachPiece(g *graph.Graph, s *arch.Service, visit func(piece)) {
	visit(piece{Body: &s.Body})
	visit(piece{Body: &s.Background, background: true})
	for _, op := range s.Operations {
		if len(op.Calls)+len(op.Publishes)+len(op.Stores) == 0 {
			continue
		}
		if s.IsPlatform() || !graph.Standard(op.Name) {
			visit(piece{Body: &op.Body, op: op})
		}
	}
}

// remote reports whether an edge is a call to another service, or to nobody knows whom.
func remote(g *graph.Graph, e *graph.Edge) bool {
	return e.Call != nil && g.Nodes[e.From].Service != g.Nodes[e.To].Service
}

// callRef points at a call, in the name of its callee.
func callRef(g *graph.Graph, role finding.Role, e *graph.Edge) finding.Ref {
	to := &g.Nodes[e.To]
	return finding.Ref{Role: role, Service: to.ServiceName(), Operation: to.Operation(), Pos: e.Call.Place()}
}

// callerRef points at a call, in the name of its caller.
func callerRef(g *graph.Graph, role finding.Role, e *graph.Edge) finding.Ref {
	from := &g.Nodes[e.From]
	return finding.Ref{Role: role, Service: from.ServiceName(), Operation: from.Operation(), Pos: e.Call.Place()}
}

// eachCall reports every call to another service that fires: a finding with the call as its only hop, which say
// completes. Where one operation makes the same call several times, Subject numbers them from the second on.
func eachCall(p *Pass, fires func(*graph.Edge) bool, say func(*graph.Edge, *finding.Finding)) {
	g := p.Graph
	same := make(map[[2]graph.NodeID]int)
	for i := range g.Edges {
		e := &g.Edges[i]
		if !remote(g, e) || !fires(e) {
			continue
		}
		from := &g.Nodes[e.From]
		h := hop(g, e)
		h.Free = false // that is about the length of chains
		f := finding.Finding{
			Service:   from.ServiceName(),
			Operation: from.Operation(),
			Hops:      []finding.Hop{h},
			Pos:       e.Call.Place(),
		}
		key := [2]graph.NodeID{e.From, e.To}
		same[key]++
		if n := same[key]; n > 1 {
			f.Subject = fmt.Sprintf("call %d", n)
		}
		say(e, &f)
		p.Report(f)
	}
}

// calleeKind is the kind of the service that an edge calls; "" where nobody knows it.
func calleeKind(g *graph.Graph, e *graph.Edge) arch.Kind {
	if s := g.Nodes[e.To].Service; s != nil {
		return s.KindOf()
	}
	return ""
}

// sameBroker reports whether two mentions of one topic may mean the same: where a broker is not named, any may.
func sameBroker(a, b arch.Fact[string]) bool { return !a.Is() || !b.Is() || a.Value == b.Value }

// replySubjects are the subjects and queues that calls wait on: no topics, though brokers carry them.
func replySubjects(sys *arch.System) map[string]bool {
	subjects := make(map[string]bool)
	collect := func(calls []*arch.Call) {
		for _, call := range calls {
			if call.Via.Is() {
				subjects[call.Via.Value] = true
			}
		}
	}
	for _, s := range sys.Services {
		collect(s.Calls)
		collect(s.Background.Calls)
		for _, op := range s.Operations {
			collect(op.Calls)
		}
	}
	return subjects
}

// deadLetters are the topics to which some consumer's failures go.
func deadLetters(sys *arch.System) map[string]bool {
	topics := make(map[string]bool)
	for _, s := range sys.Services {
		for i := range s.Consumes {
			if dead := s.Consumes[i].DeadLetter; dead.Is() {
				topics[dead.Value] = true
			}
		}
	}
	return topics
}

// consumedBy is the topic whose messages an operation of that name handles.
func consumedBy(operation string) (topic string, ok bool) {
	return strings.CutPrefix(operation, arch.ConsumeOperation(""))
}

// subscription is a topic that a service consumes.
type subscription struct {
	topic  string
	broker arch.Fact[string]
	pos    arch.Pos
}

// subscriptions are what a service consumes: what it says so of, and the operations that are named after a topic.
func subscriptions(s *arch.Service) []subscription {
	var all []subscription
	for i := range s.Consumes {
		c := &s.Consumes[i]
		all = append(all, subscription{c.Topic, c.Broker, c.Pos})
	}
	var said map[string]bool // made when it is needed
	for _, op := range s.Operations {
		topic, ok := consumedBy(op.Name)
		if ok && said == nil {
			said = make(map[string]bool, len(s.Consumes))
			for i := range s.Consumes {
				said[s.Consumes[i].Topic] = true
			}
		}
		if ok && !said[topic] {
			all = append(all, subscription{topic: topic, pos: op.Pos})
		}
	}
	return all
}
