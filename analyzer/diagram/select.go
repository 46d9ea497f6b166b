package diagram

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// Select decides what is drawn of the system. The system must be sorted, as [arch.System.Sort] leaves it.
func Select(sys *arch.System, findings []*finding.Finding, opt Options) *Picture {
	g := gather(sys)
	p := &Picture{options: opt, title: sys.Name.Or("System")}
	spelt, paths := g.mark(findings)
	g.partake(sys, findings)
	p.listed = spelt

	services := g.choose(paths, opt.limit())
	cut := services.drawn < services.all
	p.cut = cut
	g.chooseOthers(services, cut)
	folded := g.fold()
	if n := len(g.hidden); n > 0 {
		p.leave("%s: telemetry, registries, flags and brokers are no part of a chain", plural(n, "platform service"))
	}
	if cut {
		p.leave("%d of %d %s, grouped by %s: what is drawn is on findings, on journeys, beside them, or called most",
			services.all-services.drawn, services.all, services.noun, folded)
	}
	p.leaveOthers(g)
	more, broken := 0, 0
	for i, path := range paths {
		if i >= len(spelt) {
			more += path.findings
		}
		if slices.ContainsFunc(path.nodes, func(n *node) bool { return !n.drawn }) {
			broken += path.findings
		}
	}
	if more > 0 {
		p.leave("hop numbers of %s; their hops are coloured", plural(more, "further finding"))
	}
	if broken > 0 {
		p.leave("part of %s", plural(broken, "finding"))
	}
	p.take(g)
	p.count(sys, g, findings)
	return p
}

func (p *Picture) leave(format string, args ...any) {
	p.leftOut = append(p.leftOut, "Not drawn: "+fmt.Sprintf(format, args...)+".")
}

// chosen counts services, undeclared ones and unknown callees included.
type chosen struct {
	all, drawn int
	noun       string // what they are
}

func (n *node) isService() bool {
	return n.part == partService || n.part == partUndeclared || n.part == partUnknown
}

// The tiers in which services are chosen; those before tierOwn may fill the picture to its limit.
const (
	tierHop = iota
	tierEntry
	tierOwn // has a finding without hops
	tierDoor
	tierBeside
	tierRest
)

// choose picks the services: see the package comment.
func (g *graph) choose(paths []*path, limit int) chosen {
	var services []*node
	count := chosen{noun: "services"}
	degree := make(map[*node]int)
	for _, n := range g.nodes {
		if n.isService() {
			n.tier = tierRest
			services = append(services, n)
			if n.part != partService || n.kind == arch.External {
				count.noun = "services and callees" // the title counts fewer services
			}
		}
	}
	count.all = len(services)
	if len(services) <= min(limit, wholeUpTo) {
		for _, n := range services {
			n.drawn = true
		}
		count.drawn = count.all
		return count
	}
	for _, e := range g.edges {
		if e.relation == relEnter && !e.to.drawn && count.drawn < min(limit/4, drawnJourneys) {
			e.to.drawn, e.to.tier = true, tierEntry
			count.drawn++
		}
	}
	for _, path := range paths {
		missing := 0
		for _, n := range path.nodes {
			if !n.drawn {
				missing++
			}
		}
		// A chain of which a part is missing would read as a shorter one.
		if count.drawn+missing > limit {
			continue
		}
		for _, n := range path.nodes {
			if !n.drawn {
				n.drawn, n.tier = true, tierHop
				count.drawn++
			}
		}
	}
	for _, e := range g.edges {
		degree[e.from] += max(e.calls, 1)
		degree[e.to] += max(e.calls, 1)
	}
	for _, n := range services {
		switch {
		case n.drawn:
		case n.severity == finding.Error:
			n.tier = tierOwn
		case n.entry:
			n.tier = tierDoor
		}
	}
	for _, e := range g.edges {
		if e.relation == relEnter {
			e.to.tier = min(e.to.tier, tierEntry)
		}
	}
	for _, e := range g.edges {
		if e.from.tier <= tierEntry && e.from.isService() {
			e.to.tier = min(e.to.tier, tierBeside)
		}
		if e.to.tier <= tierEntry && e.to.isService() {
			e.from.tier = min(e.from.tier, tierBeside)
		}
	}
	slices.SortStableFunc(services, func(a, b *node) int {
		return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(degree[b], degree[a]), cmp.Compare(a.order, b.order))
	})
	for _, n := range services {
		bound := limit
		if n.tier >= tierOwn {
			bound = min(limit, besideUpTo)
		}
		if !n.drawn && count.drawn < bound {
			n.drawn = true
			count.drawn++
		}
	}
	return count
}

// chooseOthers picks journeys, topics and stores for the services that are drawn. In a system drawn in part, topics
// and stores are drawn only where they join two services of the picture.
func (g *graph) chooseOthers(services chosen, cut bool) {
	journeys := 0
	for _, n := range g.nodes {
		ends := 0
		for _, e := range n.joins {
			if e.from.drawn || e.to.drawn {
				ends++
			}
		}
		switch n.part {
		case partTopic:
			n.drawn = ends > 1 || ends == 1 && !cut
		case partStore:
			n.drawn = ends > 1 || ends == 1 && services.drawn <= privateStoresUpTo
		case partJourney:
			n.drawn = journeys < drawnJourneys && slices.ContainsFunc(n.joins, func(e *edge) bool { return e.to.drawn })
			if n.drawn {
				journeys++
			}
		}
	}
}

func (p *Picture) leaveOthers(g *graph) {
	var missing [partFolded + 1]int
	for _, n := range g.nodes {
		if !n.drawn {
			missing[n.part]++
		}
	}
	if n := missing[partJourney]; n > 0 {
		p.leave("%s", plural(n, "further journey"))
	}
	if n := missing[partTopic]; n > 0 {
		p.leave("%s that join fewer than two of these services", plural(n, "topic"))
	}
	if n := missing[partStore]; n > 0 {
		p.leave("%s that only one of these services opens", plural(n, "store"))
	}
}

// take moves what is drawn into the picture, names it, and bounds the edges.
func (p *Picture) take(g *graph) {
	for _, n := range g.nodes {
		if n.drawn {
			n.id = "n" + strconv.Itoa(len(p.nodes)+1)
			p.nodes = append(p.nodes, n)
			if n.owner != "" && !slices.Contains(p.owners, n.owner) {
				p.owners = append(p.owners, n.owner)
			}
		}
	}
	slices.SortFunc(p.owners, strings.Compare)
	for _, e := range g.edges {
		if e.from.drawn && e.to.drawn && !e.hidden {
			p.edges = append(p.edges, e)
		}
	}
	slices.SortFunc(p.edges, compareEdges)
	most := max(edgesPerNode*len(p.nodes), 20)
	if p.cut {
		most /= 2 // everything in it is well connected, and the grey arrows say the least
	}
	if len(p.edges) > most {
		slices.SortStableFunc(p.edges, func(a, b *edge) int {
			return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(b.worst(), a.worst()), cmp.Compare(b.calls, a.calls))
		})
		calls := 0
		for _, e := range p.edges[most:] {
			calls += max(e.calls, 1)
		}
		p.leave("%d of %s (%s): the picture holds %d, hops of findings first",
			len(p.edges)-most, plural(len(p.edges), "arrow"), plural(calls, "call"), most)
		p.edges = p.edges[:most]
		slices.SortFunc(p.edges, compareEdges)
	}
	p.named = len(p.edges) <= namesUpTo
	if !p.named {
		p.leave("operations of calls that no numbered finding goes over")
	}
}

// weight is 0 for the edges that are dropped last.
func weight(e *edge) int {
	switch {
	case e.marked():
		return 0
	case e.relation == relEnter, e.partakes.severity != finding.Off:
		return 1
	case e.relation == relMessage, e.relation == relStore:
		return 2
	case e.folded:
		return 4
	}
	return 3
}

// count says what the system holds. Services are those that its teams can change; others are named apart.
func (p *Picture) count(sys *arch.System, g *graph, findings []*finding.Finding) {
	own, external, platform, undeclared := 0, 0, 0, 0
	for _, service := range sys.Services {
		switch {
		case service.KindOf() == arch.External:
			external++
		case service.IsPlatform():
			platform++
		case service.IsOwn():
			own++
		case service.Kind.Is():
			undeclared++ // drawn as what it is, and so not counted below
		}
	}
	stores, errors, warnings := 0, 0, 0
	for _, n := range g.nodes {
		switch n.part {
		case partStore:
			stores++
		case partUndeclared:
			undeclared++
		}
	}
	counts := []string{plural(own, "service")}
	for _, c := range []struct {
		n    int
		what string
	}{{external, "external"}, {platform, "platform"}, {undeclared, "not declared"}} {
		if c.n > 0 {
			counts = append(counts, strconv.Itoa(c.n)+" "+c.what)
		}
	}
	counts = append(counts, plural(g.calls, "call"))
	for _, f := range findings {
		switch f.Severity {
		case finding.Error:
			errors++
		case finding.Warning:
			warnings++
		}
	}
	for _, c := range []struct {
		n    int
		noun string
	}{{len(sys.Topics), "topic"}, {stores, "store"}, {errors, "error"}, {warnings, "warning"}} {
		if c.n > 0 {
			counts = append(counts, plural(c.n, c.noun))
		}
	}
	p.counts = strings.Join(counts, ", ")
	if len(p.owners) > 1 && g.calls > 0 {
		p.crossing = fmt.Sprintf("%d of %s cross owners", g.crossing, plural(g.calls, "call"))
	}
}
