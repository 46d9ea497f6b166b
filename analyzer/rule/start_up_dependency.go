package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func startUpDependency() Rule {
	return Rule{
		ID:      "start-up-dependency",
		Concern: Coupling,
		Rank:    Outage,
		Title:   "a service that cannot start without a peer",
		Fires:   "a service calls another one when it starts, or makes a client that connects at once, and ends if that fails, or waits until it succeeds. What is tried again in a loop is not hard; jobs, which do nothing but that, are exempt, and so is a callee that nobody knows, or one of the platform.",
		Default: "warning",
		Rationale: `While the peer is down, no new instance starts: not the one that replaces a lost one, not those that scale out, not the
fixed version. After an outage of everything, services that wait for each other come up in one order only, or not at all.`,
		Source:   "Beyer et al.: Site Reliability Engineering (2016), chapter 22; Google Cloud Architecture Framework, Reliability: minimize critical dependencies, start-up dependencies",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    background:
      calls: [{to: catalog, operation: shop.Catalog/List, error: returned}]
    operations: {shop.Order/Place: {}}
  catalog: {operations: {shop.Catalog/List: {}}}
`,
		Right: `version: 1
services:
  order:
    background:
      calls: [{to: catalog, operation: shop.Catalog/List, error: swallowed}]
    operations: {shop.Order/Place: {}}
  catalog: {operations: {shop.Catalog/List: {}}}
`,
		Remedy: "start without the peer, serve what can be served, say in the readiness probe what is missing, and ask again in the background",
		Check:  checkStartUpDependency,
	}
}

// answers reports whether a service answers requests of its own business. A program that does its work and ends does
// not, if with metrics or a profile beside it.
func answers(s *arch.Service) bool {
	return s.KindOf() != arch.Job && slices.ContainsFunc(s.Operations, func(op *arch.Operation) bool { return !graph.Standard(op.Name) })
}

// connects reports whether a call found in code is none of an operation: a client that is made waits for its connection.
func connects(call *arch.Call) bool {
	return !call.Operation.Is() && call.Pos.Source() == arch.Go && (call.Protocol.Or("") == "grpc" || call.Protocol.Or("") == "rpc")
}

func checkStartUpDependency(p *Pass) {
	byService := make(map[*arch.Service][]*arch.Call)
	backgroundCalls(p, func(s *arch.Service, call *arch.Call) {
		if call.Error.Or("") == arch.ErrorReturned && !call.Detached.Is() && !call.From.Is() && call.To != arch.Unresolved && answers(s) {
			byService[s] = append(byService[s], call)
		}
	})
	for _, s := range p.System.Services {
		calls := byService[s]
		if len(calls) == 0 {
			continue
		}
		f := finding.Finding{Service: s.Name, Pos: calls[0].Place()}
		var names []string
		for _, call := range calls {
			f.Pos = firstPos(f.Pos, call.Place())
			names = append(names, calleeOf(call))
			f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: call.To, Operation: call.Operation.Or(""), Pos: call.Place()})
		}
		slices.Sort(names)
		names = slices.Compact(names)
		f.Message = fmt.Sprintf("%s does not start unless it reaches %s", s.Name, list(names, 3))
		f.Cost = []string{fmt.Sprintf("while that is down, no instance of %s can be replaced, added or updated", s.Name)}
		f.Remedy = []string{
			"start without it, and ask again in the background until it answers",
			"or keep what it told the last time, and start with that",
		}
		if slices.ContainsFunc(calls, connects) {
			f.Remedy = append([]string{"make the client without waiting for the connection: it is made when the first call needs it"}, f.Remedy...)
		}
		p.Report(f)
	}
}
