package rule

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func personalDataLeaves() Rule {
	return Rule{
		ID:      "personal-data-leaves",
		Concern: Observability,
		Rank:    Design,
		Title:   "personal data that may leave the house",
		Fires:   "a service that keeps personal data (class: personal) calls a third party (kind: external) that is not known to keep personal data: a possible note, since nobody sees what goes along with a call.",
		Default: "note",
		Rationale: `What is handed to somebody else is out of reach: a deletion here is none there. Whoever gets personal data needs a
contract, and has to be named to the people whose data it is.`,
		Source:   "GDPR, Articles 28 (processors), 30 (records of processing) and 44 (transfers)",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  accounts:
    calls: [newsletter]
    data: [{name: customer-email, class: personal, retention: 26w}]
  newsletter: {kind: external}
`,
		Right: `version: 1
services:
  accounts:
    calls: [newsletter]
    data: [{name: customer-email, class: personal, retention: 26w}]
  newsletter: {kind: external, data: [{name: customer-email, class: personal, retention: 4w}]}
`,
		Remedy: "send an id instead of the data, where that will do; else say what the third party keeps, and for how long (data), and see that a contract covers it",
		Check:  checkPersonalDataLeaves,
	}
}

func checkPersonalDataLeaves(p *Pass) {
	for _, s := range p.System.Services {
		if kept := personalOf(s); s.IsOwn() && len(kept) > 0 {
			eachThirdParty(p, s, func(to *arch.Service, calls []*arch.Call) {
				f := finding.Finding{
					Service: s.Name, Pos: calls[0].Place(), Subject: to.Name, Possible: true,
					Message: fmt.Sprintf("%s keeps %s, which is personal, and calls %s, a third party that does not say what it keeps", s.Name, list(kept, 3), to.Name),
					Doubt:   []string{"whether any of it goes along with the call"},
					Remedy: []string{
						"send an id instead of the data, where that will do",
						fmt.Sprintf("else say what %s keeps, and for how long (data), and see that a contract covers it", to.Name),
					},
				}
				for _, call := range calls {
					f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: to.Name, Operation: call.Operation.Or(""), Pos: call.Place()})
				}
				p.Report(f)
			})
		}
	}
}

// personalOf names the personal data that a service keeps.
func personalOf(s *arch.Service) []string {
	var names []string
	for i := range s.Data {
		if personal(&s.Data[i]) {
			names = append(names, s.Data[i].Name)
		}
	}
	return names
}

// eachThirdParty visits the external services that a service calls, if only in the background, and that are not said to
// keep personal data; in the order of the calls.
func eachThirdParty(p *Pass, s *arch.Service, visit func(*arch.Service, []*arch.Call)) {
	calls := make(map[*arch.Service][]*arch.Call)
	var order []*arch.Service
	for body := range s.Bodies() {
		for _, call := range body.Calls {
			to := p.Graph.Callee(call)
			if to == nil || to.KindOf() != arch.External || len(personalOf(to)) > 0 {
				continue
			}
			if calls[to] == nil {
				order = append(order, to)
			}
			calls[to] = append(calls[to], call)
		}
	}
	for _, to := range order {
		visit(to, calls[to])
	}
}
