package graph_test

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/distcheck/distcheck/analyzer/graph"
)

// TestLoadsAgainstBruteForce compares peaks with an enumeration of all ways, on small random systems without rings.
func TestLoadsAgainstBruteForce(t *testing.T) {
	rnd := rand.New(rand.NewSource(11))
	peaks := 0
	for round := range 2000 {
		var lines []string
		services := 3 + rnd.Intn(5)
		for range 3 + rnd.Intn(9) {
			a := rnd.Intn(services - 1)
			lines = append(lines, fmt.Sprintf("s%d.o%d -> s%d.o%d", a, rnd.Intn(2), a+1+rnd.Intn(services-a-1), rnd.Intn(2)))
		}
		g := graph.Build(system(lines...))
		of := func(e *graph.Edge) graph.Load {
			return graph.Load{Attempts: float64(1 + (7*int(e.From)+3*int(e.To))%3), Times: 1}
		}
		want := make(map[graph.NodeID]float64) // the greatest product that ends with a factor
		multiplies := make(map[graph.NodeID]bool)
		var walk func(n graph.NodeID, product float64) bool
		walk = func(n graph.NodeID, product float64) bool {
			any := false
			for i := range g.Out(n) {
				e := &g.Out(n)[i]
				factor := of(e).Attempts
				if factor > 1 {
					want[e.To] = max(want[e.To], product*factor)
				}
				behind := walk(e.To, product*factor)
				any = any || behind || factor > 1
			}
			multiplies[n] = any
			return any
		}
		for n := range g.Nodes {
			walk(graph.NodeID(n), 1)
		}
		loads := g.Loads(graph.Certain, of)
		for _, peak := range loads.Peaks() {
			peaks++
			to := g.Edges[peak.Edge].To
			if multiplies[to] || want[to] != peak.Load.Total() {
				t.Fatalf("round %d: %s is asked %.0f times, want %.0f\n%q", round, name(g, to), peak.Load.Total(), want[to], lines)
			}
			delete(want, to)
			product := 1.0
			path := loads.Path(peak.Edge)
			for i, e := range path {
				product *= of(&g.Edges[e]).Attempts
				if i > 0 && g.Edges[path[i-1]].To != g.Edges[e].From {
					t.Fatalf("round %d: the way is broken\n%q", round, lines)
				}
			}
			if product != peak.Load.Total() {
				t.Fatalf("round %d: the way makes %.0f, want %.0f\n%q", round, product, peak.Load.Total(), lines)
			}
		}
		for n := range want {
			if !multiplies[n] {
				t.Fatalf("round %d: %s is no peak\n%q", round, name(g, n), lines)
			}
		}
	}
	if peaks < 1000 {
		t.Errorf("only %d peaks were compared", peaks)
	}
}
