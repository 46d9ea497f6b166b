package rule

import (
	"fmt"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// One cause, one finding: calls that share what is wrong with them are listed in one.

// place is what calls have in common: where something stands, or else its name within a service.
type place struct {
	at      arch.Pos
	service *arch.Service
	name    string
}

// shared is calls that have one cause.
type shared struct {
	pos   arch.Pos
	edges []*graph.Edge
}

// byCause groups the calls to other services that fire by their cause, in the order of the graph.
func byCause(g *graph.Graph, fires func(*graph.Edge) bool, cause func(*graph.Edge) (place, arch.Pos)) []*shared {
	var groups []*shared
	known := make(map[place]*shared)
	for i := range g.Edges {
		e := &g.Edges[i]
		if !remote(g, e) || !fires(e) {
			continue
		}
		key, pos := cause(e)
		group := known[key]
		if group == nil {
			group = &shared{pos: pos}
			known[key] = group
			groups = append(groups, group)
		}
		group.pos = firstPos(group.pos, pos)
		group.edges = append(group.edges, e)
	}
	return groups
}

// atClient is the cause of what is wrong with all calls over one client: where that is made. A client that a library
// has ready is one for each service; where no client is known, the call is its own cause.
func atClient(g *graph.Graph) func(*graph.Edge) (place, arch.Pos) {
	return func(e *graph.Edge) (place, arch.Pos) {
		client := e.Call.Client
		switch {
		case client.Is() && client.Pos.Known() && client.Pos.Source() != arch.Manifest:
			return place{at: client.Pos}, client.Pos
		case client.Is():
			return place{service: g.Nodes[e.From].Service, name: client.Value}, e.Call.Pos
		}
		return place{at: e.Call.Pos}, e.Call.Pos
	}
}

// atCall is the cause of what is wrong with a call itself, whichever operations lead there.
func atCall(e *graph.Edge) (place, arch.Pos) { return place{at: e.Call.Pos}, e.Call.Pos }

// finding is about all calls of a group: the one call as a hop, or each callee with a place, and the operations that
// lead there.
func (s *shared) finding(g *graph.Graph) finding.Finding {
	first := s.edges[0]
	f := finding.Finding{Service: g.Nodes[first.From].ServiceName(), Operation: g.Nodes[first.From].Operation(), Pos: s.pos}
	type target struct {
		to graph.NodeID
		at arch.Pos
	}
	seen, from := make(map[target]bool), map[graph.NodeID]bool{first.From: true}
	var callees, callers []finding.Ref
	for _, e := range s.edges {
		if t := (target{e.To, e.Call.Pos}); !seen[t] {
			seen[t] = true
			callees = append(callees, callRef(g, finding.Member, e))
		}
		if !from[e.From] {
			from[e.From] = true
			node := &g.Nodes[e.From]
			callers = append(callers, finding.Ref{Role: finding.Head, Service: node.ServiceName(), Operation: node.Operation(), Pos: e.Call.Place()})
		}
	}
	if len(callees) == 1 {
		h := hop(g, first)
		h.Free = false // that is about the length of chains
		f.Hops, callees = []finding.Hop{h}, nil
	}
	f.Others = append(callees, callers...)
	f.Size = s.size()
	return f
}

// size is how many calls a group has. Of a place that several operations lead to, that is as many as the one that gets
// there in most ways makes: a helper is called here and there, while one call may reach one of several.
func (s *shared) size() int {
	type way struct {
		from    graph.NodeID
		at, way arch.Pos
	}
	seen := make(map[way]bool)
	ways := make(map[way]int) // by operation and place
	most := make(map[arch.Pos]int)
	for _, e := range s.edges {
		w := way{e.From, e.Call.Pos, e.Call.Place()}
		if seen[w] {
			continue
		}
		seen[w] = true
		w.way = arch.Pos{}
		ways[w]++
		most[w.at] = max(most[w.at], ways[w])
	}
	n := 0
	for _, m := range most {
		n += m
	}
	return n
}

// subject tells the calls of a group in a sentence: one by its name, more by their number.
func (s *shared) subject(g *graph.Graph, f *finding.Finding) string {
	if len(f.Hops) == 1 {
		return fmt.Sprintf("the call of %s", title(&g.Nodes[s.edges[0].To]))
	}
	return plural(f.Size, "call")
}

// over names what calls go over, "" where that is not known.
func (s *shared) over() string {
	if client := s.edges[0].Call.Client; client.Is() {
		return client.Value
	}
	return ""
}

// numbered tells findings apart that are about the same: the second of a kind, and so on, get a number.
func numbered(p *Pass) {
	same := make(map[string]int)
	for _, f := range p.found {
		key := f.Service + "\x00" + f.Operation + "\x00" + f.Subject
		for _, h := range f.Hops {
			key += "\x00" + h.Service + "\x00" + h.Operation
		}
		if same[key]++; same[key] > 1 {
			f.Subject = strings.TrimSpace(fmt.Sprintf("%s %d", f.Subject, same[key]))
		}
	}
}

// backgroundCalls visits what services call when nobody's request waits: at their start, in loops of their own, in
// goroutines that they leave behind. Platform services are left out, as the graph does with calls that somebody waits for.
func backgroundCalls(p *Pass, visit func(*arch.Service, *arch.Call)) {
	for _, s := range p.System.Services {
		if s.IsPlatform() {
			continue
		}
		for _, call := range s.Background.Calls {
			if to := p.Graph.Callee(call); call.To != s.Name && (to == nil || !to.IsPlatform()) {
				visit(s, call)
			}
		}
	}
}

// callees points at the calls of a group, one from each service to each other.
func (s *shared) callees(g *graph.Graph) []finding.Ref {
	var refs []finding.Ref
	seen := make(map[[2]string]bool)
	for _, e := range s.edges {
		pair := [2]string{g.Nodes[e.From].ServiceName(), g.Nodes[e.To].ServiceName()}
		if !seen[pair] {
			seen[pair] = true
			refs = append(refs, finding.Ref{Role: finding.Member, Service: pair[1], Pos: e.Call.Place()})
		}
	}
	return refs
}

// calleeOf names the callee of a call in a sentence, where it has no node.
func calleeOf(call *arch.Call) string {
	name := call.To
	if name == arch.Unresolved {
		name = "an unknown callee"
		if call.Target.Is() {
			name += " (" + call.Target.Value + ")"
		}
	}
	if op := call.Operation.Or(""); op != "" {
		name += " " + shortOperation(op)
	}
	return name
}
