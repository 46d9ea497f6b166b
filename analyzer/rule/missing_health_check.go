package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func missingHealthCheck() Rule {
	return Rule{
		ID:      "missing-health-check",
		Concern: Reliability,
		Rank:    Alone,
		Title:   "a service whose health nobody can ask for",
		Fires:   "both the health and the readiness endpoint of a service that answers requests are known to be absent. Jobs, workers and user interfaces need none.",
		Default: "warning",
		Rationale: `What runs the service cannot tell a process that hangs from one that works: it is neither restarted nor taken out of
rotation, and a new version gets requests before it can answer them.`,
		Source:   "Kubernetes documentation, Liveness, Readiness and Startup Probes; AWS Well-Architected Framework, REL11-BP01; kube-linter, no-liveness-probe and no-readiness-probe",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {health: false, readiness: false}}
`,
		Right: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {reliability: {health: /healthz, readiness: /readyz}}
`,
		Remedy: "answer on a readiness endpoint as soon as requests can be served, and on a health endpoint as long as the process works; let neither call another service",
		Graded: true,
		Check: trait{
			fact: health, among: answering,
			says: "has neither a health nor a readiness endpoint", many: "no health or readiness endpoint",
		}.check,
	}
}

// health is absent where both endpoints are, and present where one is.
func health(s *arch.Service) arch.Fact[string] {
	live, ready := s.Concern("reliability", "health"), s.Concern("reliability", "readiness")
	switch {
	case live.Is():
		return live
	case ready.Is():
		return ready
	case live.Not() && ready.Not():
		return live
	}
	return arch.Fact[string]{}
}
