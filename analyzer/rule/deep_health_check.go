package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func deepHealthCheck() Rule {
	return Rule{
		ID:      "deep-health-check",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "a health check that asks other services",
		Fires:   "the operation behind a service's liveness endpoint calls another service, and fails with it or can hang with it: an error; behind its readiness endpoint, and behind a health check of code that does not say who asks it: a warning.",
		Default: "error for liveness, warning for readiness",
		Rationale: `A liveness probe that fails has the instance restarted. When it asks another service, one outage restarts everybody who
calls that, again and again, and their restarts are the next outage. A readiness probe that asks takes all instances away at once
where some could still have answered something.`,
		Source:   "Kubernetes documentation: Configure Liveness, Readiness and Startup Probes; Spring Boot reference: a liveness state must not depend on external systems; Amazon Builders' Library: Implementing health checks",
		Severity: finding.Error,
		Wrong: `version: 1
services:
  order:
    reliability: {health: /healthz}
    operations:
      GET /healthz: {calls: [{to: payment, operation: GET /ping}]}
  payment: {operations: {POST /charge: {}}}
`,
		Right: `version: 1
services:
  order:
    reliability: {health: /healthz}
    operations:
      GET /healthz: {}
  payment: {operations: {POST /charge: {}}}
`,
		Remedy: "let the liveness endpoint answer for the process alone; tell in metrics, not in probes, that another service is down",
		Check: func(p *Pass) {
			for _, s := range p.System.Services {
				live, ready := s.Concern("reliability", "health"), s.Concern("reliability", "readiness")
				for _, op := range s.Operations {
					switch calls := foreign(s, op); {
					case len(calls) == 0:
					case probes(live, op.Name):
						f := deepFinding(s, op, calls, "liveness", finding.Error)
						if live.Pos.Source() == arch.Go && !strings.Contains(live.Value, "live") { // code has it, who asks it is not in the code
							f.Possible, f.Doubt = true, []string{"whether a liveness probe asks " + op.Name}
						}
						p.Report(f)
					case probes(ready, op.Name):
						p.Report(deepFinding(s, op, calls, "readiness", finding.Warning))
					}
				}
			}
		},
	}
}

// foreign are an operation's calls to other services whose failure can change what it answers, or can hang it.
func foreign(s *arch.Service, op *arch.Operation) []*arch.Call {
	return slices.DeleteFunc(slices.Clone(op.Calls), func(call *arch.Call) bool { return call.To == s.Name || !call.Hard() && !call.CanHang() })
}

// probes reports whether an operation is the one that an endpoint of probes names: a path, or a gRPC health service.
func probes(endpoint arch.Fact[string], operation string) bool {
	if !endpoint.Is() {
		return false
	}
	if strings.HasPrefix(operation, "grpc.health.") {
		return endpoint.Value == "true" || strings.HasPrefix(endpoint.Value, "grpc")
	}
	method, path, ok := strings.Cut(operation, " ")
	path, _, _ = strings.Cut(path, "?")
	return ok && (method == "GET" || method == "HEAD" || method == "ANY") && strings.HasPrefix(endpoint.Value, "/") &&
		strings.TrimRight(path, "/") == strings.TrimRight(endpoint.Value, "/")
}

func deepFinding(s *arch.Service, op *arch.Operation, calls []*arch.Call, probe string, severity finding.Severity) finding.Finding {
	f := finding.Finding{Severity: severity, Service: s.Name, Operation: op.Name, Subject: probe, Pos: calls[0].Place()} // the operation may stand at what wraps all handlers
	var names []string
	for _, call := range calls {
		names = append(names, call.To)
		f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: call.To, Operation: call.Operation.Or(""), Pos: call.Place()})
	}
	slices.Sort(names)
	names = slices.Compact(names)
	f.Message = fmt.Sprintf("the %s endpoint of %s calls %s", probe, s.Name, list(names, 3))
	if probe == "liveness" {
		f.Cost = []string{fmt.Sprintf("when that is down, every instance of %s is restarted, again and again", s.Name)}
	} else {
		f.Cost = []string{fmt.Sprintf("when that is down, all instances of %s are taken away at once", s.Name)}
	}
	f.Remedy = []string{fmt.Sprintf("let the endpoint answer for %s alone", s.Name)}
	return f
}
