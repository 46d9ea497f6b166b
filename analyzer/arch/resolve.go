package arch

import "slices"

// ResolveHosts lets calls to one of a declared service's hosts reach the service: a callee that nobody declares, but
// whose name is a host of somebody, is that somebody, and so is an unknown one whose address comes from a variable, say,
// that is ([TargetNames]). The system stays sorted. Cost: linear.
func (s *System) ResolveHosts() {
	byHost, named := make(map[string]string), make(map[string]*Service)
	for _, service := range s.Services {
		named[service.Name] = service
		for _, host := range service.Hosts {
			if _, taken := byHost[host.Value]; !taken && service.Declared {
				byHost[host.Value] = service.Name
			}
		}
	}
	known := make(map[string]string) // name of an undeclared callee → service
	s.Services = slices.DeleteFunc(s.Services, func(service *Service) bool {
		name, ok := byHost[service.Name]
		if service.Declared || !ok {
			return false
		}
		known[service.Name] = name
		return true
	})
	if len(byHost) == 0 {
		return
	}
	for _, service := range s.Services {
		for body := range service.Bodies() {
			for _, call := range body.Calls {
				if name, ok := known[call.To]; ok {
					call.To = name
				} else if to, operation := call.aim(byHost, named); to != "" {
					call.To, call.Facts().Target = to, Fact[string]{}
					if !call.Operation.Known() && operation != "" {
						call.Operation = At(operation, call.Pos)
					}
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
