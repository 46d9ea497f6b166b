package graph_test

import (
	"fmt"
	"math/rand"
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
