package arch

import (
	"slices"
	"strings"
)

// ResolveHosts lets calls to one of a declared service's hosts reach the service: a callee that nobody declares, but
// whose name is a host of somebody, is that somebody, and so is an unknown one whose address comes from a variable, say,
// that is ([TargetNames]). The system stays sorted. Cost: linear.
func (s *System) ResolveHosts() {
	h := hostsOf(s)
	if len(h.byHost) == 0 {
		return
	}
	known := make(map[string]string) // name of an undeclared callee → service
	s.Services = slices.DeleteFunc(s.Services, func(service *Service) bool {
		name, ok := h.byHost[service.Name]
		if service.Declared || !ok {
			return false
		}
		known[service.Name] = name
		return true
	})
	for _, service := range s.Services {
		for body := range service.Bodies() {
			for _, call := range body.Calls {
				if name, ok := known[call.To]; ok {
					call.To = name
				} else {
					h.aim(call)
				}
			}
		}
	}
	for _, journey := range s.Journeys {
		for i, entry := range journey.Entries {
			if name, ok := known[entry.Service]; ok {
				journey.Entries[i].Service = name
			}
		}
	}
	s.Sort()
}

// hosts are what declared services of some systems have as hosts, and the routes of those that have some: by their paths,
// and where braces stand for any segment, by the number of these.
type hosts struct {
	byHost   map[string]string
	routes   map[routeKey][]route
	patterns map[patternKey][]route
}

type routeKey struct{ service, path string }

type patternKey struct {
	service  string
	segments int
}

// route is an operation by the segments of its path.
type route struct {
	operation string
	path      []string
}

func hostsOf(systems ...*System) hosts {
	h := hosts{make(map[string]string), make(map[routeKey][]route), make(map[patternKey][]route)}
	for _, s := range systems {
		for _, service := range s.Services {
			for _, host := range service.Hosts {
				if _, taken := h.byHost[host.Value]; !taken && service.Declared {
					h.byHost[host.Value] = service.Name
				}
			}
		}
	}
	reached := make(map[string]bool)
	for _, name := range h.byHost {
		reached[name] = true
	}
	for _, s := range systems {
		for _, service := range s.Services {
			if !reached[service.Name] {
				continue
			}
			for _, op := range service.Operations {
				_, path, ok := strings.Cut(op.Name, " ")
				if !ok || !strings.HasPrefix(path, "/") {
					continue // a topic, perhaps
				}
				path = strings.Trim(path, "/")
				one := route{op.Name, strings.Split(path, "/")}
				if plain, pattern := (routeKey{service.Name, path}), (patternKey{service.Name, len(one.path)}); strings.Contains(path, "{") {
					h.patterns[pattern] = append(h.patterns[pattern], one)
				} else {
					h.routes[plain] = append(h.routes[plain], one)
				}
			}
		}
	}
	return h
}

// aim gives a call of an unknown callee the service that has a name in its target as a host, and the operation that the
// path behind it leads to.
func (h hosts) aim(call *Call) {
	if call.To != Unresolved {
		return
	}
	to, operation := h.aimed(call)
	if to == "" {
		return
	}
	call.To, call.Facts().Target = to, Fact[string]{}
	if !call.Operation.Known() && operation != "" {
		call.Operation = At(operation, call.Pos)
	}
}

func (h hosts) aimAll(s *System) {
	if len(h.byHost) == 0 {
		return
	}
	for _, service := range s.Services {
		for body := range service.Bodies() {
			for _, call := range body.Calls {
				h.aim(call)
			}
		}
	}
}
