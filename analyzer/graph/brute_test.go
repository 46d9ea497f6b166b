package graph_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/graph"
)

// TestChainsAgainstBruteForce compares Chains with an enumeration of all paths, straight from the definition, on small
// random systems whose calls all stand in operations and name one, so that everything is certain. Calls lead to later
// services only: rings have tests of their own.
func TestChainsAgainstBruteForce(t *testing.T) {
	rnd := rand.New(rand.NewSource(7))
	chains := 0
	for round := range 3000 {
		var lines []string
		calls := make(map[string][]string)
		entered := make(map[string]bool)
		services := 3 + rnd.Intn(4)
		for range 3 + rnd.Intn(9) {
			a := rnd.Intn(services - 1)
			b := a + 1 + rnd.Intn(services-a-1)
			from, to := fmt.Sprintf("s%d.o%d", a, rnd.Intn(2)), fmt.Sprintf("s%d.o%d", b, rnd.Intn(2))
			lines = append(lines, from+" -> "+to)
			calls[from] = append(calls[from], to)
			entered[to] = true
		}
		// longest, and the ends at which a path of at least two hops ends, by enumeration
		var longest func(op string) int
		longest = func(op string) int {
			best := 0
			for _, to := range calls[op] {
				best = max(best, 1+longest(to))
			}
			return best
		}
		var ends func(op string, hops int, found map[string]bool)
		ends = func(op string, hops int, found map[string]bool) {
			if len(calls[op]) == 0 && hops >= 2 {
				found[op] = true
			}
			for _, to := range calls[op] {
				ends(to, hops+1, found)
			}
		}
		want := make(map[string]int) // head → hops
		for op := range calls {
			if n := longest(op); !entered[op] && n >= 2 {
				want[op] = n
			}
		}

		g := graph.Build(system(lines...))
		for _, c := range g.Chains(2) {
			chains++
			all := "\n" + strings.Join(lines, "\n")
			heads := append([]graph.NodeID{c.Head}, c.Heads...)
			reached := make(map[string]bool)
			for _, h := range heads {
				op := name(g, h)
				if want[op] != c.Hops {
					t.Fatalf("round %d: %s is a head of %d hops, want %d%s", round, op, c.Hops, want[op], all)
				}
				delete(want, op)
				ends(op, 0, reached)
			}
			at := name(g, c.Head)
			for _, e := range c.Edges {
				if next := name(g, g.Edges[e].To); !slices.Contains(calls[at], next) {
					t.Fatalf("round %d: %s does not call %s%s", round, at, next, all)
				} else {
					at = next
				}
			}
			if len(c.Edges) != c.Hops || c.Possible || !reached[at] {
				t.Fatalf("round %d: the witness from %s to %s has %d edges for %d hops, possible %v%s", round, name(g, c.Head), at, len(c.Edges), c.Hops, c.Possible, all)
			}
			delete(reached, at)
			for _, end := range c.Ends {
				if !reached[name(g, end)] {
					t.Fatalf("round %d: %s is no end of a chain%s", round, name(g, end), all)
				}
				delete(reached, name(g, end))
			}
			if len(reached) > 0 {
				t.Fatalf("round %d: ends %v are missing%s", round, reached, all)
			}
		}
		if len(want) > 0 {
			t.Fatalf("round %d: heads %v are in no finding\n%s", round, want, strings.Join(lines, "\n"))
		}
	}
	if chains < 1000 {
		t.Errorf("only %d chains were compared", chains)
	}
}

// TestChainsBehindGatewaysAgainstBruteForce holds, on small random systems with a gateway and whose rings are found by
// enumeration too, that no chain which users enter through the gateway is lost among those that others lead: what the
// gateway leads into is a head, or is passed by the witness of a chain that lists the gateway.
func TestChainsBehindGatewaysAgainstBruteForce(t *testing.T) {
	rnd := rand.New(rand.NewSource(13))
	heads, passed := 0, 0
	for round := range 5000 {
		lines := []string{"gw is gateway"}
		calls := make(map[string][]string)
		operation := func(services int) string { return fmt.Sprintf("s%d.o%d", rnd.Intn(services), rnd.Intn(2)) }
		for range 8 + rnd.Intn(16) {
			from, to := operation(6), operation(6)
			if from[:2] != to[:2] && (rnd.Intn(12) == 0 || from < to) { // rings are rarer than chains
				lines = append(lines, from+" -> "+to)
				calls[from] = append(calls[from], to)
			}
		}
		led := make(map[string]string) // what a gateway's operation leads into
		for i := range 1 + rnd.Intn(2) {
			gate, to := fmt.Sprintf("gw.g%d", i), operation(6)
			lines = append(lines, gate+" -> "+to)
			led[gate] = to
		}
		reach := make(map[string]map[string]bool)
		var visit func(from, op string)
		visit = func(from, op string) {
			if !reach[from][op] {
				reach[from][op] = true
				for _, to := range calls[op] {
					visit(from, to)
				}
			}
		}
		for op := range calls {
			reach[op] = make(map[string]bool)
			visit(op, op)
		}
		together := func(a, b string) bool { return a == b || reach[a][b] && reach[b][a] }
		// Hops of the longest chain: inside rings none. A ring is left from any of its members.
		var longest func(op string) int
		longest = func(op string) int {
			best := 0
			for member := range calls {
				if !together(op, member) {
					continue
				}
				for _, to := range calls[member] {
					if !together(op, to) {
						best = max(best, 1+longest(to))
					}
				}
			}
			return best
		}

		g := graph.Build(system(lines...))
		chains := g.Chains(2)
		for gate, to := range led {
			if longest(to) < 2 {
				continue
			}
			found := false
			for _, c := range chains {
				for _, h := range append([]graph.NodeID{c.Head}, c.Heads...) {
					if together(name(g, h), to) && c.Hops == longest(to) {
						found = true
						heads++
					}
				}
				entered := slices.ContainsFunc(c.Entries, func(n graph.NodeID) bool { return name(g, n) == gate })
				for _, e := range c.Edges {
					if entered && together(name(g, g.Edges[e].To), to) && !found {
						found = true
						passed++
					}
				}
			}
			if !found {
				t.Fatalf("round %d: nothing is said of the chain behind %s\n%s\ngot\n%s", round, gate,
					strings.Join(lines, "\n"), strings.Join(describe(g, chains), "\n"))
			}
		}
	}
	if heads < 500 || passed < 200 {
		t.Errorf("only %d heads and %d entries were compared", heads, passed)
	}
}

// TestMixedRingsAreRings follows the steps of rings in small random systems: each begins where the one before ended,
// and somebody on the way waits, and somebody sends a message.
func TestMixedRingsAreRings(t *testing.T) {
	rnd := rand.New(rand.NewSource(11))
	rings := 0
	for round := range 3000 {
		var lines []string
		operation := func() string {
			s := fmt.Sprintf("s%d", rnd.Intn(4))
			switch rnd.Intn(5) {
			case 0:
				return s
			case 1, 2:
				return s + fmt.Sprintf(".consume~t%d", rnd.Intn(2))
			}
			return s + fmt.Sprintf(".o%d", rnd.Intn(2))
		}
		for range 3 + rnd.Intn(8) {
			if from := operation(); rnd.Intn(3) == 0 {
				lines = append(lines, from+fmt.Sprintf(" publishes t%d", rnd.Intn(2)))
			} else {
				lines = append(lines, from+" -> "+operation())
			}
		}
		g := graph.Build(system(lines...))
		for _, ring := range g.MixedRings() {
			rings++
			waits, sends := false, false
			at := ring.Steps[len(ring.Steps)-1].To
			for _, step := range ring.Steps {
				if step.From != at {
					t.Fatalf("round %d: a step begins at %s, not at %s\n%s", round, name(g, step.From), name(g, at), strings.Join(lines, "\n"))
				}
				at = step.To
				sends = sends || step.Publish != nil
				waits = waits || step.Edge != nil && step.Edge.Weight > 0
			}
			if !waits || !sends {
				t.Fatalf("round %d: somebody waits: %v, sends: %v\n%s", round, waits, sends, strings.Join(lines, "\n"))
			}
		}
	}
	if rings < 500 {
		t.Errorf("only %d rings were followed", rings)
	}
}
