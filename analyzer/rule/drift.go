package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// The two rules of this file compare what a manifest declares with what other sources found. A call keeps the place
// where it was found, and notes whether a manifest has it too.

func undeclaredCall() Rule {
	return Rule{
		ID:      "undeclared-call",
		Concern: Coupling,
		Rank:    Shape,
		Title:   "a call that the manifest does not have",
		Fires:   "code makes a call that the manifest, which lists calls of that service, does not declare.",
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
          - payment shop.Payment/Charge
          - {to: mail, operation: shop.Mail/Send, at: "order/main.go:12:3", source: go}
  payment: {}
  mail: {}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - {to: payment, operation: shop.Payment/Charge, declared: true, at: "order/main.go:11:3", source: go}
          - {to: mail, operation: shop.Mail/Send, declared: true, at: "order/main.go:12:3", source: go}
  payment: {}
  mail: {}
`,
		Remedy: "take the call out of the code, or declare it in the manifest: that is a decision for its owner",
		Check:  func(p *Pass) { checkDrift(p, true) },
	}
}

func staleCall() Rule {
	return Rule{
		ID:      "stale-call",
		Concern: Coupling,
		Rank:    Design,
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
          - {to: payment, operation: shop.Payment/Charge, declared: true, at: "order/main.go:12:3", source: go}
  payment: {}
  stock: {}
`,
		Right: `version: 1
services:
  order:
    operations:
      shop.Order/Place:
        calls:
          - {to: payment, operation: shop.Payment/Charge, declared: true, at: "order/main.go:12:3", source: go}
  payment: {}
  stock: {}
`,
		Remedy: "take the call out of the manifest; if the code makes it in a way that is not seen, say so with source: go and the place (at)",
		Check:  func(p *Pass) { checkDrift(p, false) },
	}
}

// listing is what the sources know of one service's calls.
type listing struct {
	declared bool // a manifest lists some
	traced   bool // code was found to make some
	open     bool // the code makes one to nobody knows whom
}

func listingOf(s *arch.Service) listing {
	var l listing
	for body := range s.Bodies() {
		for _, call := range body.Calls {

			switch found := call.Pos.Source() == arch.Go; {
			case found:
				l.traced = true
				l.declared = l.declared || call.Declared.Is()
				l.open = l.open || call.To == arch.Unresolved
			default:
				l.declared = true
			}
		}
	}
	return l
}

func checkDrift(p *Pass, undeclared bool) {
	for _, s := range p.System.Services {
		l := listingOf(s)
		if !s.IsOwn() || !l.declared || !l.traced {
			continue
		}
		for _, op := range s.Operations {
			reportDrift(p, s, op.Name, op.Calls, undeclared, l)
		}
		reportDrift(p, s, "", s.Calls, undeclared, l)
		if !undeclared {
			reportDrift(p, s, "", s.Background.Calls, undeclared, l)
		}
	}
}

func reportDrift(p *Pass, s *arch.Service, operation string, calls []*arch.Call, undeclared bool, l listing) {
	for _, call := range calls {
		found := call.Pos.Source() == arch.Go
		callee := p.Graph.Callee(call)
		if callee != nil && callee.IsPlatform() || call.To == arch.Unresolved || call.To == s.Name {
			continue
		}
		f := finding.Finding{Service: s.Name, Operation: operation, Pos: call.Pos,
			Hops: []finding.Hop{{Service: call.To, Operation: call.Operation.Value, Pos: call.Pos}}}
		caller := s.Name
		if operation != "" {
			caller += " " + shortOperation(operation)
		}
		what := call.To
		if call.Operation.Is() {
			what += " " + shortOperation(call.Operation.Value)
		}
		switch {
		case undeclared && found && !call.Declared.Is():
			f.Message = fmt.Sprintf("%s calls %s, which the manifest does not declare", caller, what)
			f.Remedy = []string{"take the call out, or declare it: calls of " + s.Name + " are listed in its manifest"}
		case !undeclared && !found && !l.open:
			f.Message = fmt.Sprintf("%s is declared to call %s, and its code does not", caller, what)
			f.Remedy = []string{"take it out of the manifest", "if the code makes it in a way that is not seen, say where: at and source: go"}
		default:
			continue
		}
		p.Report(f)
	}
}
