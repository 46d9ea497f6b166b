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
		Fires:   "it is known of personal data (class: personal) that no message makes its service forget it (erasure: false): an erasure event that others hear does not reach it, or there is none. Where nothing is said (no erasure), but what the service consumes is known, and an erasure event of others is not among it, that is possible; else it is silent.",
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
				unsaid := !d.Erasure.Known()
				if d.Erasure.Is() || unsaid && (len(topics) == 0 || !s.MessagesRead() || knowsOf(p, s, topics)) {
					return
				}
				f := finding.Finding{
					Message: "nothing makes " + s.Name + " forget " + d.Name + ", which is personal: there is no event that asks for it",
					Remedy:  []string{"publish an event when somebody asks to be forgotten, and let " + s.Name + " consume it"},
				}
				if len(topics) > 0 {
					f.Message = s.Name + " does not hear of " + list(topics, 3) + " and never forgets " + d.Name + ", which is personal"
					if unsaid {
						f.Message = s.Name + " keeps " + d.Name + ", which is personal, and does not hear of " + list(topics, 3)
						f.Possible, f.Doubt = true, []string{"whether something else makes it forget (erasure)"}
					}
					f.Remedy = []string{"let " + s.Name + " consume " + list(topics, 3) + " and erase " + d.Name}
				}
				p.Report(dataFinding(s, d, d.Erasure.Pos, f))
			})
		},
	}
}

// knowsOf reports whether a service hears of one of the topics, or tells of it itself: then it knows who is to be
// forgotten. Of a pattern that it consumes only what stands before the first wildcard is compared, and a topic that is not
// known may be any.
func knowsOf(p *Pass, s *arch.Service, topics []string) bool {
	var heard ends
	for _, one := range subscriptions(s) {
		if !arch.KnownTopic(one.topic) {
			return true
		}
		heard.serve(mention{topic: one.topic})
	}
	eachPiece(p.Graph, s, func(part piece) {
		for _, publish := range part.Publishes {
			heard.serve(mention{topic: publish.Topic})
		}
	})
	return slices.ContainsFunc(topics, func(topic string) bool { return heard.meets(mention{topic: topic}) })
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
