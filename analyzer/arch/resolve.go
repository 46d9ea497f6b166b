package arch

import "slices"

// ResolveHosts lets calls to one of a declared service's hosts reach the service: a callee that nobody declares, but
// whose name is a host of somebody, is that somebody. The system stays sorted. Cost: linear.
func (s *System) ResolveHosts() {
	byHost := make(map[string]string)
	for _, service := range s.Services {
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
	if len(known) == 0 {
		return
	}
	for _, service := range s.Services {
		for body := range service.Bodies() {
			for _, call := range body.Calls {
				if name, ok := known[call.To]; ok {
					call.To = name
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
