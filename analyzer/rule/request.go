package rule

import (
	"cmp"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

const (
	mostRequests = 3  // journeys that are told of at most
	mostWalked   = 16 // operations that are looked at closely, and services that are told apart in choosing them
	fewWaits     = 3  // services from which there is more to tell than a finding does
)

// Requests says what the journeys of a system wait for, those that need most first; where there are none, what the
// operation waits for that needs most of all. Only what is certain counts, and who waits for few services is left
// out. The cost is linear, within the budget of a walker.
func Requests(g *graph.Graph) []finding.Request {
	walker, coming := g.Walker(), newDeadlines(g)
	needs := g.Needs(graph.Certain, nil)
	count := needs.AtLeast(mostWalked) // which chooses between the branches of all
	var all []finding.Request
	for _, journey := range g.System.Journeys {
		var entries []graph.NodeID
		for _, entry := range journey.Entries {
			if n := g.Find(entry.Service, entry.Operation); n != graph.None {
				entries = append(entries, n)
			}
		}
		if len(entries) > 0 {
			r := requestOf(g, walker, coming, needs, entries)
			r.Journey = journey.Name
			all = append(all, r)
		}
	}
	told := mostRequests
	if len(g.System.Journeys) == 0 {
		told = 1
		roots := slices.DeleteFunc(slices.Clone(g.Roots()), func(n graph.NodeID) bool {
			return g.Nodes[n].Service == nil || backstage(&g.Nodes[n]) // no user waits
		})
		writes := needs.Any(func(e *graph.Edge) bool { return effectOf(e.Call) == arch.Write })
		// Of two that need as many, the one that changes something hurts more.
		weight := func(n graph.NodeID) int {
			if writes(n) {
				return 2*count(n) + 1
			}
			return 2 * count(n)
		}
		slices.SortStableFunc(roots, func(a, b graph.NodeID) int { return cmp.Compare(weight(b), weight(a)) })
		for _, root := range roots[:min(len(roots), mostWalked)] {
			all = append(all, requestOf(g, walker, coming, needs, []graph.NodeID{root}))
		}
	}
	all = slices.DeleteFunc(all, func(r finding.Request) bool { return len(r.Waits) < fewWaits })
	slices.SortStableFunc(all, func(a, b finding.Request) int {
		return cmp.Or(cmp.Compare(b.Must, a.Must), cmp.Compare(len(b.Waits), len(a.Waits)), strings.Compare(a.Journey, b.Journey))
	})
	return all[:min(len(all), told)]
}

// requestOf walks what some nodes wait for. Of branches that exclude each other, needs has chosen the one that counts
// for what must be up.
func requestOf(g *graph.Graph, w *graph.Walker, coming *deadlines, needs *graph.Needs, from []graph.NodeID) finding.Request {
	first := &g.Nodes[from[0]]
	r := finding.Request{Service: first.ServiceName(), Operation: first.Operation()}
	counts := func(n graph.NodeID) bool { return w.Meets(n) && !g.Nodes[n].Service.IsPlatform() }
	places := make(map[arch.Pos]bool)
	complete := w.Walk(graph.Certain, from, func(e *graph.Edge) bool {
		if e.Call == nil {
			return true
		}
		if counts(e.To) {
			r.Waits = append(r.Waits, g.Nodes[e.To].ServiceName())
		}
		if at := e.Call.Place(); !places[at] {
			places[at] = true
			r.Calls++
			if coming.ending(e) == forEver {
				r.Endless++
			}
			if e.Call.Loop.Is() && e.Call.Loop.Value != 1 {
				r.Loops++
			}
		}
		return true
	})
	behind := func(follows func(*arch.Call) bool) (n int) {
		complete = w.Walk(graph.Certain, from, func(e *graph.Edge) bool {
			if e.Call != nil && (!follows(e.Call) || !needs.Takes(e)) {
				return false
			}
			if e.Call != nil && counts(e.To) {
				n++
			}
			return true
		}) && complete
		return n
	}
	r.Must = behind((*arch.Call).Hard)
	r.Sure = behind(func(call *arch.Call) bool { return call.Hard() && !perhapsSoft(call) })
	slices.Sort(r.Waits)
	r.Cut = !complete
	return r
}
