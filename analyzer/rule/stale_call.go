package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func staleCall() Rule {
	return Rule{
		ID:      "stale-call",
		Concern: Coupling,
		Rank:    Design,
		Whole:   true,
		Title:   "a declared call that the code does not make",
		Fires:   "a manifest declares a call that the traced code of that service never makes. Services with calls to unknown callees are left out, since one of those may be it.",
		Default: "warning",
		Rationale: `A call that nobody makes any more makes chains longer than they are, and hides that a dependency is gone: a chance to
simplify.`,
		Source:   "Murphy, Notkin and Sullivan: Software Reflexion Models (FSE 1995), on absence",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - stock shop.Stock/Reserve
          - {to: payment, operation: shop.Payment/Authorize, declared: true, at: "order/main.go:12:3", source: go}
  payment: {}
  stock: {}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - {to: payment, operation: shop.Payment/Authorize, declared: true, at: "order/main.go:12:3", source: go}
  payment: {}
  stock: {}
`,
		Remedy: "take the call out of the manifest; if it is made in a way that distcheck does not see, say who saw it, as source: trace, or describe its client below libraries",
		Check:  func(p *Pass) { checkDrift(p, false) },
	}
}
