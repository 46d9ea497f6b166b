package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// What undeclared-call and stale-call share: they compare what a manifest declares with what code was found to do. A
// call keeps the place where it was found, and notes whether a manifest has it too.

// listing is what the sources know of one service's calls.
type listing struct {
	declared bool // a manifest lists them
	traced   bool // code was found to make some
	open     bool // the code makes one to nobody knows whom
}

func listingOf(s *arch.Service) listing {
	var l listing
	for body := range s.Bodies() {
		for _, call := range body.Calls {
			switch call.Pos.Source() {
			case arch.Go:
				l.traced = true
				l.declared = l.declared || call.Declared.Is()
				l.open = l.open || call.To == arch.Unresolved
			case arch.Manifest:
				l.declared = l.declared || call.Bare()
			}
		}
	}
	if s.AllCalls.Known() {
		l.declared = s.AllCalls.Is()
	}
	return l
}

func checkDrift(p *Pass, undeclared bool) {
	for _, s := range p.System.Services {
		l := listingOf(s)
		if !s.IsOwn() || undeclared && !l.declared || !l.traced {
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
		f := finding.Finding{Service: s.Name, Operation: operation, Pos: call.Place(),
			Hops: []finding.Hop{{Service: call.To, Operation: call.Operation.Value, Pos: call.Place(), Through: through(call)}}}
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
			f.Remedy = []string{"take the call out, or declare it: calls of " + s.Name + " are listed in its manifest",
				"if that lists calls only for what it says of them, let it say all-calls: false"}
		case !undeclared && call.Pos.Source() == arch.Manifest && !l.open:
			f.Message = fmt.Sprintf("%s is declared to call %s, and its code does not", caller, what)
			f.Remedy = []string{"take it out of the manifest", "if it is made in a way that distcheck does not see, say who saw it, as source: trace, or describe its client below libraries"}
		default:
			continue
		}
		p.Report(f)
	}
}
