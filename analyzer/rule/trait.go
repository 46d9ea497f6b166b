package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// trait is what each service has or lacks by itself, whatever the others do. A rule about one is silent of services
// of which it is not known.
type trait struct {
	fact   func(*arch.Service) arch.Fact[string]
	beside func(*arch.Service) arch.Fact[string]         // another fact that shows it; may be nil
	among  func(*audience, *arch.Service) bool           // the services that need it; nil: all but jobs, which end by themselves
	says   string                                        // of a service that lacks it: "exports no metrics"
	tell   func(*arch.Service, arch.Fact[string]) string // in its place, where not just absence is wrong; "" where nothing is
	doubt  func(*arch.Service) string                    // what is not known of a service and would change it; may be nil
	many   string                                        // of several services together: "no metrics"
}

// check reports every service of which the trait says something bad, and whom that hurts.
func (t trait) check(p *Pass) {
	if t.among == nil {
		t.among = running
	}
	a := &audience{p: p}
	remedy := strings.Split(p.rule.Remedy, "; ")
	group := &finding.Group{What: t.many}
	found := false
	for _, s := range p.System.Services {
		fact := t.fact(s)
		if !fact.Known() || !s.IsOwn() || !t.among(a, s) {
			continue
		}
		group.Judged++
		says := ""
		if t.tell != nil {
			says = t.tell(s, fact)
		} else if fact.Not() {
			says = t.says
		}
		if says == "" {
			continue
		}
		found = true
		waiting := a.waiting(s)
		f := finding.Finding{
			Service: s.Name, Pos: s.Pos, Whole: true, Group: group,
			Message:  s.Name + " " + says + wait("it", waiting),
			Remedy:   remedy,
			Crossing: 1 + len(waiting),
		}
		if fact.Pos.Source() == arch.Go && fact.Pos.Known() { // what there is to mend stands there, not where the service begins
			f.Pos = fact.Pos
			prove(&f, s.Pos)
		} else {
			prove(&f, fact.Pos)
		}
		if t.beside != nil {
			prove(&f, t.beside(s).Pos)
		}
		if t.doubt != nil {
			if doubt := t.doubt(s); doubt != "" {
				f.Possible, f.Doubt = true, []string{doubt}
			}
		}
		p.Report(f)
	}
	for _, s := range p.System.Services {
		if found && !t.fact(s).Known() && s.IsOwn() && t.among(a, s) {
			group.Silent++
		}
	}
}

// concern is a fact that the concerns of a service hold.
func concern(block, key string) func(*arch.Service) arch.Fact[string] {
	return func(s *arch.Service) arch.Fact[string] { return s.Concern(block, key) }
}

// textOf is a fact of which only matters whether there is one, and where.
func textOf[T any](f arch.Fact[T]) arch.Fact[string] {
	return arch.Fact[string]{Value: arch.FactText(f), State: f.State, Pos: f.Pos}
}

// copies is how many copies of a service run, and whether that is known.
func copies(s *arch.Service) (text string, known bool) {
	replicas := s.Concern("reliability", "replicas")
	return replicas.Value, replicas.Is()
}

// single reports whether it is known that no second copy of a service runs.
func single(s *arch.Service) bool {
	n, known := copies(s)
	return known && (n == "1" || n == "0")
}

// audience knows whom a service serves.
type audience struct {
	p       *Pass
	entered map[string]bool // services where journeys enter; made when it is first needed
	kept    arch.State      // whether the system keeps records of who answers for services
}

// waiting names the services that call one and wait for it, sorted, each once.
func (a *audience) waiting(s *arch.Service) []string {
	g := a.p.Graph
	var names []string
	first, end := g.NodesOf(s)
	for n := first; n < end; n++ {
		for _, i := range g.In(n) {
			if e := &g.Edges[i]; remote(g, e) {
				names = append(names, g.Nodes[e.From].ServiceName())
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// wait says who waits for whom, as the end of a sentence.
func wait(whom string, names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return ", and " + names[0] + " waits for " + whom
	case 2:
		return ", and " + names[0] + " and " + names[1] + " wait for " + whom
	}
	return fmt.Sprintf(", and %s and %d more services wait for %s", names[0], len(names)-1, whom)
}

// prove adds a place that shows what a finding says.
func prove(f *finding.Finding, pos arch.Pos) {
	if pos.Known() {
		f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: f.Service, Pos: pos})
	}
}

// awaited reports whether users or other services wait for what a service does.
func awaited(a *audience, s *arch.Service) bool {
	if a.entered == nil {
		a.entered = make(map[string]bool)
		for _, journey := range a.p.System.Journeys {
			for _, entry := range journey.Entries {
				a.entered[entry.Service] = true
			}
		}
	}
	return a.entered[s.Name] || len(a.waiting(s)) > 0
}

// answering reports whether a service is known to answer requests: a worker takes its work from somewhere else, and of
// a user interface nothing may run at all.
func answering(a *audience, s *arch.Service) bool {
	switch s.KindOf() {
	case arch.Job, arch.Worker, arch.UI:
		return false
	case arch.Gateway, arch.BFF:
		return true
	}
	return awaited(a, s) || slices.ContainsFunc(s.Operations, func(op *arch.Operation) bool {
		_, consumes := consumedBy(op.Name)
		return !consumes
	})
}

// running reports whether a service runs until somebody stops it.
func running(_ *audience, s *arch.Service) bool { return s.KindOf() != arch.Job }

// every leaves no service out.
func every(*audience, *arch.Service) bool { return true }

// recorded reports whether other services call one, in a system that keeps records of who answers for a service, and
// of what it promises: where nobody does, that one lacks them says nothing.
func recorded(a *audience, s *arch.Service) bool {
	if a.kept == arch.Unknown {
		a.kept = arch.Absent
		if slices.ContainsFunc(a.p.System.Services, func(s *arch.Service) bool {
			return promises(s).Is() || s.Owner.Is() || s.Concern("reliability", "on-call").Is() || s.Concern("reliability", "runbook").Is()
		}) {
			a.kept = arch.Present
		}
	}
	return a.kept == arch.Present && len(a.waiting(s)) > 0
}

// promises is what a service promises: as a whole, or in one of its operations.
func promises(s *arch.Service) arch.Fact[string] {
	for _, op := range s.Operations {
		if op.SLO.Is() && !s.SLO.Is() {
			return textOf(op.SLO)
		}
	}
	return textOf(s.SLO)
}

// several reports whether a service runs until somebody stops it, and more than one copy of it may.
func several(a *audience, s *arch.Service) bool { return running(a, s) && !single(s) }
