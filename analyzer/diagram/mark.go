package diagram

import (
	"slices"
	"strconv"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// mark draws the findings over the graph: hops on edges, the rest on the service that they are about.
// It returns the findings that the legend spells out and, for each finding with hops, the nodes that it needs.
func (g *graph) mark(findings []*finding.Finding) (spelt []listed, chains [][]*node) {
	findings = slices.DeleteFunc(slices.Clone(findings), func(f *finding.Finding) bool { return f.Severity == finding.Off })
	slices.SortStableFunc(findings, finding.Compare)
	withHops := 0
	for _, f := range findings {
		if len(f.Hops) > 0 {
			withHops++
		}
	}
	for _, f := range findings {
		if len(f.Hops) == 0 {
			if n := g.services[f.Service]; n != nil && f.Severity >= finding.Warning {
				n.severity = max(n.severity, f.Severity)
			}
			continue
		}
		letter, number := "", len(spelt) < listedFindings
		if number && withHops > 1 {
			letter = string(rune('A' + len(spelt)))
		}
		chain, l := g.markHops(f, letter, number)
		if len(chain) < 2 {
			continue
		}
		chains = append(chains, chain)
		if number {
			spelt = append(spelt, l)
		}
	}
	return spelt, chains
}

func (g *graph) markHops(f *finding.Finding, letter string, number bool) ([]*node, listed) {
	l := listed{letter: letter, rule: f.Rule, severity: f.Severity, possible: f.Possible}
	at := g.services[f.Service]
	if at == nil {
		return nil, l
	}
	chain := []*node{at}
	l.chain = []string{at.name}
	for _, hop := range f.Hops {
		next := g.hopTo(at, f, hop)
		if next == nil {
			break // a platform service: no part of any chain
		}
		e := g.edge(at, next, relCall)
		possible := f.Possible && hop.Possible
		if !e.marked() {
			e.possible = possible
		}
		e.possible = e.possible && possible
		e.severity = max(e.severity, f.Severity)
		if !hop.Free {
			l.hops++
			if number {
				tag := letter + strconv.Itoa(l.hops)
				if possible {
					tag += "?"
				}
				if !slices.Contains(e.hops, tag) {
					e.hops = append(e.hops, tag)
				}
			}
		}
		chain = append(chain, next)
		name := next.name
		if next.part == partUnknown {
			name = "?"
		}
		l.chain = append(l.chain, name)
		at = next
	}
	return chain, l
}

// hopTo is the node that a hop of the finding leads to.
func (g *graph) hopTo(from *node, f *finding.Finding, hop finding.Hop) *node {
	if hop.Service != arch.Unresolved {
		return g.services[hop.Service]
	}
	if n := g.callees[hop.Pos]; n != nil {
		return n
	}
	if n := g.others[otherKey{part: partUnknown, name: f.Subject}]; n != nil {
		return n
	}
	for _, e := range g.edges {
		if e.from == from && e.to.part == partUnknown {
			return e.to
		}
	}
	return g.other(otherKey{part: partUnknown, further: from.name}, "", "")
}
