package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func undeclaredCall() Rule {
	return Rule{
		ID:      "undeclared-call",
		Concern: Coupling,
		Rank:    Shape,
		Title:   "a call that the manifest does not have",
		Fires:   "code makes a call that the manifest, which lists the calls of that service, does not declare. It lists them if it says so (all-calls), or has a call of which it says nothing that the code does not tell; calls that are there for their effect, say, are no list.",
		Default: "warning",
		Rationale: `A manifest that lacks a call hides the chain that it makes. This is how services slide into each other: one call at a
time, each of them reasonable, none of them a decision.`,
		Source:   "Murphy, Notkin and Sullivan: Software Reflexion Models (FSE 1995), on divergence",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - payment shop.Payment/Authorize
          - {to: mail, operation: shop.Mail/Notify, at: "order/main.go:12:3", source: go}
  payment: {}
  mail: {}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - {to: payment, operation: shop.Payment/Authorize, declared: true, at: "order/main.go:11:3", source: go}
          - {to: mail, operation: shop.Mail/Notify, declared: true, at: "order/main.go:12:3", source: go}
  payment: {}
  mail: {}
`,
		Remedy: "take the call out of the code, or declare it in the manifest: that is a decision for its owner",
		Check:  func(p *Pass) { checkDrift(p, true) },
	}
}
