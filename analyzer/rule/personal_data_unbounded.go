package rule

import (
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func personalDataUnbounded() Rule {
	return Rule{
		ID:      "personal-data-unbounded",
		Concern: Observability,
		Rank:    Design,
		Title:   "personal data that is kept without end",
		Fires:   "personal data (class: personal) is known to have no retention.",
		Default: "warning",
		Rationale: `Personal data may be kept no longer than it is needed for. What nothing deletes is in every later leak, and in every copy
that other services make of it.`,
		Source:   "GDPR, Article 5(1)(e), storage limitation",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  accounts:
    data: [{name: customer-email, class: personal, retention: false}]
`,
		Right: `version: 1
services:
  accounts:
    data: [{name: customer-email, class: personal, retention: 26w}]
`,
		Remedy: "decide how long it is needed, and let the store delete it then: a time to live, or a job that runs every night",
		Check: func(p *Pass) {
			eachPersonal(p, func(s *arch.Service, d *arch.Data) {
				if d.Retention.Not() {
					p.Report(dataFinding(s, d, d.Retention.Pos, finding.Finding{
						Message: s.Name + " keeps " + d.Name + " without end: it is personal, and has no retention",
						Remedy:  []string{"decide how long it is needed, and let the store delete it then"},
					}))
				}
			})
		},
	}
}

// eachPersonal visits what services of one's own keep about people.
func eachPersonal(p *Pass, visit func(*arch.Service, *arch.Data)) {
	for _, s := range p.System.Services {
		if !s.IsOwn() {
			continue
		}
		for i := range s.Data {
			if personal(&s.Data[i]) {
				visit(s, &s.Data[i])
			}
		}
	}
}

// personal reports whether data is about people. The class is free text.
func personal(d *arch.Data) bool {
	class := strings.ToLower(d.Class.Or(""))
	return class == "personal" || class == "pii" || strings.HasPrefix(class, "personal-") || strings.HasPrefix(class, "personal ")
}

// dataFinding completes a finding about data: where it is declared, and what shows it.
func dataFinding(s *arch.Service, d *arch.Data, proof arch.Pos, f finding.Finding) finding.Finding {
	f.Service, f.Pos, f.Subject, f.Whole = s.Name, d.Pos, d.Name, true
	prove(&f, proof)
	return f
}
