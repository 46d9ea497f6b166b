package diagram

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// path is the way of a finding over the graph, and of every other finding that goes the same way.
type path struct {
	nodes    []*node
	hops     []pathHop // hops[i] leads from nodes[i] to nodes[i+1]
	counted  int       // hops that count
	rules    []string  // each once
	findings int
	severity finding.Severity
	possible bool // every finding is
}

type pathHop struct {
	free     bool // counts nothing
	possible bool // in every finding
}

// mark draws the findings over the graph: hops on edges, the rest on the service that they are about.
// It returns the findings that the legend spells out, and the nodes that each path needs: paths of two hops or more
// first, then single calls, either the worst first.
func (g *graph) mark(findings []*finding.Finding) (spelt []listed, paths []*path) {
	findings = slices.DeleteFunc(slices.Clone(findings), func(f *finding.Finding) bool { return f.Severity == finding.Off })
	slices.SortStableFunc(findings, finding.Compare)
	paths = g.paths(findings)
	for i, p := range paths {
		letter := ""
		if i < listedFindings {
			if len(paths) > 1 {
				letter = string(rune('A' + i))
			}
			spelt = append(spelt, p.listed(letter))
		}
		g.markHops(p, letter, i < listedFindings, i == 0)
	}
	return spelt, paths
}

// paths are the ways of findings with hops, each way once. A finding without hops marks its service here, unless it is of
// a group: where most services lack something, that all of them are marked would hide the others.
func (g *graph) paths(findings []*finding.Finding) []*path {
	var chains, single []*path
	known := make(map[string]*path)
	for _, f := range findings {
		if len(f.Hops) == 0 {
			if n := g.services[f.Service]; n != nil && f.Severity >= finding.Warning && f.Group == nil {
				n.severity = max(n.severity, f.Severity)
			}
			continue
		}
		p := g.follow(f)
		if len(p.nodes) < 2 {
			continue
		}
		first := known[p.key()]
		switch {
		case first != nil:
			first.add(p)
		case p.counted > 1:
			chains = append(chains, p)
		default:
			single = append(single, p)
		}
		if first == nil {
			known[p.key()] = p
		}
	}
	return append(chains, single...)
}

// follow finds the way of the finding. It ends before a platform service, which is no part of any chain.
func (g *graph) follow(f *finding.Finding) *path {
	p := &path{rules: []string{f.Rule}, findings: 1, severity: f.Severity, possible: f.Possible}
	at := g.services[f.Service]
	if at == nil {
		return p
	}
	p.nodes = []*node{at}
	for _, hop := range f.Hops {
		at = g.hopTo(at, f, hop)
		if at == nil {
			break
		}
		p.nodes = append(p.nodes, at)
		p.hops = append(p.hops, pathHop{free: hop.Free, possible: f.Possible && hop.Possible})
		if !hop.Free {
			p.counted++
		}
	}
	if f.Size > 0 {
		p.counted = min(p.counted, f.Size) // hops inside of a ring count nothing, free or not
	}
	return p
}

// key is equal for paths over the same calls.
func (p *path) key() string {
	var b strings.Builder
	for i, n := range p.nodes {
		b.WriteString(strconv.Itoa(n.order))
		if i > 0 && p.hops[i-1].free {
			b.WriteByte('*')
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// add lets p stand for the findings of another path over the same calls, which are no worse.
func (p *path) add(other *path) {
	p.findings += other.findings
	p.possible = p.possible && other.possible
	for _, rule := range other.rules {
		if !slices.Contains(p.rules, rule) {
			p.rules = append(p.rules, rule)
		}
	}
	for i := range p.hops {
		p.hops[i].possible = p.hops[i].possible && other.hops[i].possible
	}
}

func (p *path) listed(letter string) listed {
	l := listed{letter: letter, rules: p.rules, findings: p.findings, severity: p.severity, hops: p.counted, possible: p.possible}
	for _, n := range p.nodes {
		name := n.name
		if n.part == partUnknown {
			name = "?"
		}
		l.chain = append(l.chain, name)
	}
	return l
}

// markHops marks the edges of the path, and numbers them.
func (g *graph) markHops(p *path, letter string, number, first bool) {
	count := 0
	for i, hop := range p.hops {
		e := g.edge(p.nodes[i], p.nodes[i+1], relCall)
		e.possible = hop.possible && (e.possible || !e.marked())
		e.severity = max(e.severity, p.severity)
		e.first = e.first || first
		if hop.free {
			continue
		}
		count++
		if !number {
			continue
		}
		text := letter + strconv.Itoa(count)
		if hop.possible {
			text += "?"
		}
		e.hops = append(e.hops, tag{text, p.severity})
	}
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
