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
		if parts := targetParts(one); parts.name != "" {
			names = append(names, parts.name)
		}
	}
	return names
}

// TargetSource is the one of the addresses in a target that has a name, without the path behind it; the whole target where
// none has.
func TargetSource(target, name string) string {
	for _, one := range strings.Split(target, " or ") {
		if parts := targetParts(one); parts.name == name {
			return parts.source
		}
	}
	return target
}

// parts are those of one address: "env PAY_URL" of "env PAY_URL /charge", the name in it, and the path behind.
type parts struct{ source, name, path string }

func targetParts(target string) parts {
	for _, kind := range [...]string{"env ", "flag -", "config "} {
		if from, ok := strings.CutPrefix(target, kind); ok {
			name, path, _ := strings.Cut(from, " ")
			return parts{kind + name, name, path}
		}
	}
	start := 0
	if i := strings.Index(target, "://"); i >= 0 {
		start = i + len("://")
	}
	end := len(target)
	if i := strings.IndexAny(target[start:], "/ "); i >= 0 {
		end = start + i
	}
	if strings.ContainsAny(target[start:end], "{}") {
		return parts{}
	}
	return parts{target[:end], target[start:end], strings.TrimLeft(target[end:], " ")}
}

// aimed finds the service that has a name in a call's target as a host, and the one of its operations that the path
// leads to.
func (h hosts) aimed(c *Call) (to, operation string) {
	if !c.Target.Is() || strings.Contains(c.Target.Value, " of ") {
		return "", ""
	}
	path := ""
	for _, one := range strings.Split(c.Target.Value, " or ") {
		parts := targetParts(one)
		service := h.byHost[parts.name]
		switch {
		case parts.name == "" || service == "":
			continue
		case to != "" && to != service:
			return "", "" // one or the other
		case to != "" && path != parts.path:
			path = "" // two operations of one
			continue
		}
		to, path = service, parts.path
	}
	if path == "" {
		return to, ""
	}
	path = strings.Trim(path, "/")
	segments := strings.Split(path, "/")
	for _, routes := range [...][]route{h.routes[routeKey{to, path}], h.patterns[patternKey{to, len(segments)}]} {
		for _, r := range routes {
			if r.operation == operation || !r.mayBe(segments) {
				continue
			}
			if operation != "" {
				return to, "" // told apart by their methods
			}
			operation = r.operation
		}
	}
	return to, operation
}

// mayBe reports whether a path of as many segments may be one of the route: braces stand for any segment.
func (r route) mayBe(path []string) bool {
	for i, segment := range r.path {
		if segment != path[i] && !strings.HasPrefix(segment, "{") {
			return false
		}
	}
	return true
}
