package arch

import "slices"

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

// hosts are the services of some systems, by name and by the hosts that declared ones have.
type hosts struct {
	byHost map[string]string
	named  map[string][]*Service
}

func hostsOf(systems ...*System) hosts {
	h := hosts{make(map[string]string), make(map[string][]*Service)}
	for _, s := range systems {
		for _, service := range s.Services {
			h.named[service.Name] = append(h.named[service.Name], service)
			for _, host := range service.Hosts {
				if _, taken := h.byHost[host.Value]; !taken && service.Declared {
					h.byHost[host.Value] = service.Name
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
