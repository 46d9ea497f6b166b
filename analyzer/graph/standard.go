package graph

import "strings"

// Standard reports whether an operation belongs to the machinery that every service has: health, reflection, metrics,
// profiling, what browsers and robots ask every server for. Such operations never make a finding. So a word that may
// mean something in somebody's business is standard only where the rest of the path leaves no doubt: /live and
// /health/live are, /streams/live and /cars/{id}/health are not, and nothing that is sent to be kept is.
func Standard(operation string) bool {
	if strings.HasPrefix(operation, "grpc.") {
		return strings.HasPrefix(operation, "grpc.health.") ||
			strings.HasPrefix(operation, "grpc.reflection.") ||
			strings.HasPrefix(operation, "grpc.channelz.")
	}
	method, path, ok := route(operation)
	if !ok {
		return false
	}
	path, _, _ = strings.Cut(path, "?")
	path = strings.ToLower(strings.TrimRight(path, "/"))
	if path == "/debug/vars" || path == "/debug/pprof" || strings.HasPrefix(path, "/debug/pprof/") {
		return true
	}
	at := strings.LastIndexByte(path, '/')
	if at < 0 || method != "GET" && method != "HEAD" && method != "OPTIONS" && method != "ANY" {
		return false
	}
	parents, last := path[:at], strings.TrimLeft(path[at+1:], "_")
	switch last {
	case "healthz", "healthcheck", "health-check", "livez", "readyz": // mean nothing else
		return !strings.ContainsAny(parents, "{:<*")
	case "health", "healthy", "ping":
		for segment := range strings.SplitSeq(parents, "/") {
			if segment != "" && !machinery(segment) && !mount(segment) {
				return false
			}
		}
		return true
	case "live", "liveness", "ready", "readiness", "startup", "metrics", "prometheus":
		return parents == "" ||
			machinery(parents[strings.LastIndexByte(parents, '/')+1:]) && !strings.ContainsAny(parents, "{:<*")
	case "favicon", "favicon.ico", "robots.txt":
		return parents == ""
	}
	return false
}

// machinery reports whether a segment says that what is below it is for those who run the service.
func machinery(segment string) bool {
	switch segment {
	case "health", "healthz", "healthcheck", "actuator", "probe", "probes", "internal", "management", "monitoring", "-", "_":
		return true
	}
	return false
}

// mount reports whether a segment says no more than where the whole of a service is found: api, v2.
func mount(segment string) bool {
	return segment == "api" || len(segment) > 1 && segment[0] == 'v' && strings.Trim(segment[1:], "0123456789") == ""
}
