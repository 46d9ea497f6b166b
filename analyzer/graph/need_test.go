package graph_test

import (
	"fmt"
	"math"
	"math/rand"
	"slices"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/graph"
)

// TestNeedsAgainstBruteForce compares what nodes need with a search from each, on small random systems with rings, soft
// calls, calls that name no operation, and services behind which nothing is needed.
func TestNeedsAgainstBruteForce(t *testing.T) {
	rnd := rand.New(rand.NewSource(5))
	for round := range 2000 {
		var lines []string
		services := 3 + rnd.Intn(5)
		for range 3 + rnd.Intn(12) {
			from := fmt.Sprintf("s%d.o%d", rnd.Intn(services), rnd.Intn(2))
			to := fmt.Sprintf("s%d", rnd.Intn(services))
			if rnd.Intn(4) > 0 {
				to += fmt.Sprintf(".o%d", rnd.Intn(2))
			}
			lines = append(lines, from+" -> "+to)
		}
		sys := system(lines...)
		for _, s := range sys.Services {
			for _, op := range s.Operations {
				for _, call := range op.Calls {
					if rnd.Intn(4) == 0 {
						call.CallFacts = &arch.CallFacts{Error: arch.At(arch.ErrorSwallowed, arch.Pos{})}
					}
				}
			}
		}
		g := graph.Build(sys)
		share := func(e *graph.Edge) float64 { return 1 - float64(e.To%4)/10 }
		is := func(e *graph.Edge) bool { return e.From%5 == 0 && e.To%3 == 0 }
		stops := func(e *graph.Edge) bool { return e.Call != nil && e.To%7 == 0 }
		for _, kind := range []graph.View{graph.Certain, graph.Possible} {
			needs := g.Needs(kind, stops)
			count, any, least := needs.AtLeast(100), needs.Any(is), needs.Least(100, share)
			some := []graph.NodeID{nodeOf(rnd, g), nodeOf(rnd, g)}
			for _, from := range [][]graph.NodeID{some, some[:1], some[1:]} {
				met := make(map[*arch.Service]bool)
				shares := make(map[*arch.Service]float64)
				found := false
				seen := make(map[graph.NodeID]bool)
				var visit func(n graph.NodeID)
				visit = func(n graph.NodeID) {
					if seen[n] {
						return
					}
					seen[n] = true
					for i := range g.Out(n) {
						e := &g.Out(n)[i]
						if kind == graph.Certain && !e.Certain || e.Call != nil && !e.Call.Hard() {
							continue
						}
						if to := g.Nodes[e.To].Service; e.Call != nil {
							met[to] = true
							found = found || is(e)
							if s := share(e); s < 1 && (shares[to] == 0 || s < shares[to]) {
								shares[to] = s
							}
						}
						if !stops(e) {
							visit(e.To)
						}
					}
				}
				for _, n := range from {
					visit(n)
				}
				for _, n := range from[1:] {
					met[g.Nodes[n].Service] = true
				}
				delete(met, g.Nodes[from[0]].Service)
				if got := count(from...); got != len(met) {
					t.Fatalf("round %d: %d services needed, want %d\n%q", round, got, len(met), lines)
				}
				if len(from) == 1 && any(from[0]) != found {
					t.Fatalf("round %d: such a call is needed: %v, want %v\n%q", round, !found, found, lines)
				}
				last := 0.0
				for _, f := range least(from...) {
					if shares[f.Service] != f.Share || f.Share < last || share(&g.Edges[f.Edge]) != f.Share {
						t.Fatalf("round %d: %s allows %v, want %v\n%q", round, f.Service.Name, f.Share, shares[f.Service], lines)
					}
					last = f.Share
					delete(shares, f.Service)
				}
				if len(shares) > 0 {
					t.Fatalf("round %d: %d factors are missing\n%q", round, len(shares), lines)
				}
			}
		}
	}
}

func nodeOf(rnd *rand.Rand, g *graph.Graph) graph.NodeID { return graph.NodeID(rnd.Intn(len(g.Nodes))) }

// TestNeedsOfOneRun compares what nodes need where calls are on branches with what they need when each choice is taken
// either way: the answer is that of one of these runs, and the edges that it takes lead there.
func TestNeedsOfOneRun(t *testing.T) {
	rnd := rand.New(rand.NewSource(9))
	narrower := 0
	for round := range 1500 {
		var lines []string
		for range 3 + rnd.Intn(8) {
			from := rnd.Intn(3)
			lines = append(lines, fmt.Sprintf("s%d.o%d -> s%d.o%d", from, rnd.Intn(2), from+1+rnd.Intn(3), rnd.Intn(2)))
		}
		sys := system(lines...)
		var choices []string
		for _, s := range sys.Services {
			for _, op := range s.Operations {
				for _, call := range op.Calls {
					if rnd.Intn(3) > 0 {
						call.CallFacts = &arch.CallFacts{Branch: arch.At(fmt.Sprintf("1/%d", 1+rnd.Intn(2)), arch.Pos{})}
						if key := s.Name + op.Name; !slices.Contains(choices, key) {
							choices = append(choices, key)
						}
					}
				}
			}
		}
		g := graph.Build(sys)
		share := func(e *graph.Edge) float64 { return 1 - float64(e.To%4+1)/10 }
		needs := g.Needs(graph.Certain, nil)
		count := needs.AtLeast(100)
		taken := make(map[*graph.Edge]bool)
		for i := range g.Edges {
			taken[&g.Edges[i]] = needs.Takes(&g.Edges[i])
		}
		allowed := g.Needs(graph.Certain, nil).Least(100, share)
		from := nodeOf(rnd, g)
		product := 1.0
		for _, f := range allowed(from) {
			product *= f.Share
		}
		one, least := false, false
		chosen := walkCount(g, from, func(e *graph.Edge) bool { return taken[e] })
		whole := walkCount(g, from, func(*graph.Edge) bool { return true })
		if chosen < whole {
			narrower++
		}
		for run := range 1 << len(choices) {
			follows := func(e *graph.Edge) bool {
				if e.Call == nil || e.Call.CallFacts == nil || e.Call.Branch.Value == "" {
					return true
				}
				choice := slices.Index(choices, g.Nodes[e.From].Service.Name+g.Nodes[e.From].Name)
				return e.Call.Branch.Value == fmt.Sprintf("1/%d", 1+run>>choice&1)
			}
			one = one || walkCount(g, from, follows) == count(from)
			least = least || math.Abs(walkShare(g, from, follows, share)-product) < 1e-9
		}
		if !one || !least || chosen != count(from) {
			t.Fatalf("round %d, from %d of %q: needs %d services and allows %v, which no run does, or takes edges to %d", round, from, lines, count(from), product, chosen)
		}
	}
	if narrower < 20 {
		t.Errorf("branches made a difference %d times in all", narrower)
	}
}

// walkCount counts the services that a node reaches, besides its own, over edges that are followed.
func walkCount(g *graph.Graph, from graph.NodeID, follows func(*graph.Edge) bool) int {
	met := make(map[*arch.Service]bool)
	walkFrom(g, from, follows, func(e *graph.Edge) { met[g.Nodes[e.To].Service] = true })
	delete(met, g.Nodes[from].Service)
	return len(met)
}

// walkShare multiplies the least share of each service that a node reaches.
func walkShare(g *graph.Graph, from graph.NodeID, follows func(*graph.Edge) bool, share func(*graph.Edge) float64) float64 {
	shares := make(map[*arch.Service]float64)
	walkFrom(g, from, follows, func(e *graph.Edge) {
		s := g.Nodes[e.To].Service
		if least, ok := shares[s]; !ok || share(e) < least {
			shares[s] = share(e)
		}
	})
	product := 1.0
	for _, share := range shares {
		product *= share
	}
	return product
}

func walkFrom(g *graph.Graph, from graph.NodeID, follows func(*graph.Edge) bool, visit func(*graph.Edge)) {
	seen := map[graph.NodeID]bool{from: true}
	for queue := []graph.NodeID{from}; len(queue) > 0; queue = queue[1:] {
		out := g.Out(queue[0])
		for i := range out {
			e := &out[i]
			if !e.Certain || !follows(e) {
				continue
			}
			if e.Call != nil {
				visit(e)
			}
			if !seen[e.To] {
				seen[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
}
