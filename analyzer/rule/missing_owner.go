package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func missingOwner() Rule {
	return Rule{
		ID:        "missing-owner",
		Concern:   Reliability,
		Rank:      Promised,
		Title:     "a service that belongs to nobody",
		Fires:     "the owner of a service that others call is known to be absent. It is silent in a system that records such things (an owner, an slo, on-call, a runbook) of no service, and of services that nobody calls.",
		Default:   "note",
		Rationale: `What nobody owns nobody repairs, upgrades or switches off. Those who call it find out whom to ask on the day it fails.`,
		Source:    "Beyer et al.: Site Reliability Engineering (2016), chapter 32; Skelton and Pais: Team Topologies (2019); kube-linter, required-label-owner",
		Severity:  finding.Note,
		Wrong: `version: 1
services:
  web: {owner: team-web, calls: [pricing]}
  pricing: {owner: false}
`,
		Right: `version: 1
services:
  web: {owner: team-web, calls: [pricing]}
  pricing: {owner: team-shop}
`,
		Remedy: "name the team that answers for it (owner); or let its callers take it over, or do without it",
		Check: trait{
			fact: func(s *arch.Service) arch.Fact[string] { return s.Owner }, among: recorded,
			says: "has no owner", many: "no owner",
		}.check,
	}
}
