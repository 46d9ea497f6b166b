package diagram

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// site is the place of a call, and one of the two services that it joins: places alone are not enough, since an alias
// in a manifest makes one place the call of several services.
type site struct {
	pos     arch.Pos
	service string
}

// partaking is how bad the findings are that a call takes part in without being a hop of them.
type partaking struct {
	severity finding.Severity
	certain  bool
}

// partake colours the calls that errors and warnings name beside their hops: the writes of a multi-service-write, the
// calls of a fan-out, the callers of a hub, the ways into a chain and to its further ends.
//
// Notes name so many calls that their colour would say nothing; findings of a group are about none.
func (g *graph) partake(sys *arch.System, findings []*finding.Finding) {
	services := make(map[string]*arch.Service, len(sys.Services))
	for _, s := range sys.Services {
		services[s.Name] = s
	}
	sites := make(map[site]partaking)
	for _, f := range findings {
		if f.Severity < finding.Warning || f.Group != nil {
			continue
		}
		add := func(pos arch.Pos, service string) {
			if pos.Known() {
				at := site{pos, service}
				known := sites[at]
				sites[at] = partaking{max(known.severity, f.Severity), known.certain || !f.Possible}
			}
		}
		if len(f.Hops) == 0 {
			add(f.Pos, f.Service)
		}
		chain := false
		for _, other := range f.Others {
			switch other.Role {
			case finding.Member, finding.Related:
				add(other.Pos, other.Service)
			case finding.Head, finding.End:
				chain = len(f.Hops) > 0
			}
		}
		if chain {
			newWays(g, services, f).colour()
		}
	}
	if len(sites) == 0 {
		return
	}
	for _, s := range sys.Services {
		from := g.services[s.Name]
		if from == nil {
			continue
		}
		eachBody(s, func(body *arch.Body) {
			for _, call := range body.Calls {
				p := sites[site{call.Place(), call.To}]
				if q := sites[site{call.Place(), s.Name}]; q.severity > p.severity {
					p = q
				}
				if p.severity != finding.Off {
					g.takePart(from, call, p)
				}
			}
		})
	}
}

func eachBody(s *arch.Service, visit func(*arch.Body)) {
	for _, operation := range s.Operations {
		visit(&operation.Body)
	}
	visit(&s.Body)
	visit(&s.Background)
}

func (g *graph) takePart(from *node, call *arch.Call, p partaking) {
	to := g.callee(from, call)
	if to == nil {
		return
	}
	e := g.between[[2]*node{from, to}]
	e.partakes.severity = max(e.partakes.severity, p.severity)
	e.partakes.certain = e.partakes.certain || p.certain
}

// ways looks for the calls that lead into a chain from its other heads, and from the chain to its further ends.
type ways struct {
	graph    *graph
	services map[string]*arch.Service
	finding  *finding.Finding
	ends     map[place]bool
	leads    map[place]bool // whether a way to an end goes on from here; false while it is looked for
	budget   int
}

// place is an operation, or a service as a whole where the name of its operation is "".
type place struct{ service, operation string }

// mostCalls bounds the calls that are looked at for one finding.
const mostCalls = 2000

func newWays(g *graph, services map[string]*arch.Service, f *finding.Finding) *ways {
	w := &ways{graph: g, services: services, finding: f, ends: make(map[place]bool), leads: make(map[place]bool), budget: mostCalls}
	for _, other := range f.Others {
		if other.Role == finding.End {
			w.ends[place{other.Service, other.Operation}] = true
		}
	}
	return w
}

func (w *ways) colour() {
	f := w.finding
	first := place{f.Hops[0].Service, f.Hops[0].Operation}
	for _, other := range f.Others {
		if other.Role != finding.Head {
			continue
		}
		w.calls(place{other.Service, other.Operation}, func(call *arch.Call, to place) {
			if to == first || to.service == first.service && (to.operation == "" || first.operation == "") {
				w.take(other.Service, call)
			}
		})
	}
	if len(w.ends) == 0 {
		return
	}
	// The first hop alone is no chain: an end counts only where it lies beyond.
	w.calls(place{f.Service, f.Operation}, func(call *arch.Call, to place) {
		if w.leadsOn(to) {
			w.take(f.Service, call)
		}
	})
}

// leadsOn reports whether a call of the place leads to an end, at once or further on, and colours those that do.
func (w *ways) leadsOn(at place) bool {
	if known, seen := w.leads[at]; seen {
		return known
	}
	w.leads[at] = false
	w.calls(at, func(call *arch.Call, to place) {
		if on := w.leadsOn(to); on || w.ends[to] {
			w.leads[at] = true
			w.take(at.service, call)
		}
	})
	return w.leads[at]
}

// calls visits the calls of an operation; of a service, all that a request may set off.
func (w *ways) calls(at place, visit func(call *arch.Call, to place)) {
	service := w.services[at.service]
	if service == nil {
		return
	}
	body := func(body *arch.Body) {
		for _, call := range body.Calls {
			if w.budget--; w.budget < 0 {
				return
			}
			visit(call, place{call.To, call.Operation.Or("")})
		}
	}
	if operation := service.Operation(at.operation); operation != nil {
		body(&operation.Body)
		return
	}
	for _, operation := range service.Operations {
		body(&operation.Body)
	}
	body(&service.Body)
}

func (w *ways) take(from string, call *arch.Call) {
	if n := w.graph.services[from]; n != nil {
		w.graph.takePart(n, call, partaking{w.finding.Severity, !w.finding.Possible})
	}
}
