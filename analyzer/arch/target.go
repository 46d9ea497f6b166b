package arch

import "strings"

// TargetNames are the names by which a host can say who answers a call of which only its target is known: the variable,
// flag or key that its address comes from, or what stands in the address for a host. A target is written as readers of
// code do: "env PAY_URL /charge", "flag -pay", "http://{} or config app.Config.Pay.URL", "10.0.0.7:8080/charge". There is
// none where an address is made of parts that are not known, or where several services answer.
func TargetNames(target string) []string {
	if strings.Contains(target, " of ") {
		return nil
	}
	var names []string
	for _, one := range strings.Split(target, " or ") {
		if name, _ := targetParts(one); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// targetParts are the name in one target and the path behind it.
func targetParts(target string) (name, path string) {
	for _, kind := range [...]string{"env ", "flag -", "config "} {
		if from, ok := strings.CutPrefix(target, kind); ok {
			name, path, _ = strings.Cut(from, " ")
			return name, path
		}
	}
	if i := strings.Index(target, "://"); i >= 0 {
		target = target[i+3:]
	}
	if i := strings.IndexAny(target, "/ "); i >= 0 {
		target, path = target[:i], strings.TrimLeft(target[i:], " ")
	}
	if strings.ContainsAny(target, "{}") {
		return "", ""
	}
	return target, path
}

// aimed finds the service that has a name in a call's target as a host, and the one of its operations that the path
// leads to.
func (h hosts) aimed(c *Call) (to, operation string) {
	if !c.Target.Is() || strings.Contains(c.Target.Value, " of ") {
		return "", ""
	}
	path := ""
	for _, one := range strings.Split(c.Target.Value, " or ") {
		name, behind := targetParts(one)
		service := h.byHost[name]
		switch {
		case name == "" || service == "":
			continue
		case to != "" && to != service:
			return "", "" // one or the other
		}
		to, path = service, behind
	}
	if path == "" {
		return to, ""
	}
	for _, s := range h.named[to] {
		for _, op := range s.Operations {
			_, route, ok := strings.Cut(op.Name, " ")
			if !ok || !sameRoute(route, path) || op.Name == operation {
				continue
			}
			if operation != "" {
				return to, "" // told apart by their methods
			}
			operation = op.Name
		}
	}
	return to, operation
}

// sameRoute reports whether a path may be one of a route: braces stand for any segment.
func sameRoute(route, path string) bool {
	a, b := strings.Split(strings.Trim(route, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "{") {
			return false
		}
	}
	return true
}
