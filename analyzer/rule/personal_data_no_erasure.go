package rule

import (
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func personalDataNoErasure() Rule {
	return Rule{
		ID:      "personal-data-no-erasure",
		Concern: Observability,
		Rank:    Design,
		Title:   "personal data that nothing can erase",
		Fires:   "it is known of personal data (class: personal) that no message makes its service forget it (erasure: false): an erasure event that others hear does not reach it, or there is none.",
		Default: "warning",
		Rationale: `People may ask to be forgotten, by all services that know them. Where services keep copies, the request has to reach every
one of them: an event that each consumes. The one that it does not reach still knows, and feeds others again.`,
		Source:   "GDPR, Article 17, right to erasure",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  accounts:
    publishes: [customers.erased]
    data: [{name: customer-email, class: personal, erasure: customers.erased}]
  orders:
    data: [{name: delivery-address, class: personal, erasure: false}]
`,
		Right: `version: 1
services:
  accounts:
    publishes: [customers.erased]
    data: [{name: customer-email, class: personal, erasure: customers.erased}]
  orders:
    data: [{name: delivery-address, class: personal, erasure: customers.erased}]
`,
		Remedy: "publish one event when somebody asks to be forgotten; let every service that keeps personal data consume it",
		Check: func(p *Pass) {
			topics := erasures(p.System)
			eachPersonal(p, func(s *arch.Service, d *arch.Data) {
				if !d.Erasure.Not() {
					return
				}
				f := finding.Finding{
					Message: "nothing makes " + s.Name + " forget " + d.Name + ", which is personal: there is no event that asks for it",
					Remedy:  []string{"publish an event when somebody asks to be forgotten, and let " + s.Name + " consume it"},
				}
				if len(topics) > 0 {
					f.Message = s.Name + " does not hear of " + list(topics, 3) + " and never forgets " + d.Name + ", which is personal"
					f.Remedy = []string{"let " + s.Name + " consume " + list(topics, 3) + " and erase " + d.Name}
				}
				p.Report(dataFinding(s, d, d.Erasure.Pos, f))
			})
		},
	}
}

// erasures names the topics whose messages make some service forget, sorted.
func erasures(sys *arch.System) []string {
	var topics []string
	for _, s := range sys.Services {
		for i := range s.Data {
			if erasure := s.Data[i].Erasure; erasure.Is() {
				topics = append(topics, erasure.Value)
			}
		}
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}
