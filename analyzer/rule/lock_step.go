package rule

import (
	"fmt"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func lockStep() Rule {
	return Rule{
		ID:      "lock-step",
		Concern: Coupling,
		Rank:    Design,
		Whole:   true,
		Title:   "services that are changed or released together",
		Fires:   "4 or more services have one version, or where none is given one tag of their images, and these are more than half of those of which it is known (jobs are left out, and so is the tag latest); or, where the history was read (-history), of the commits of the last twelve months that change one of two services, between which there is a call, 30% change both: 5 or more, and 5 or more change each. Only hand-written sources count; tests, generated files, commits of bots and of more than 30 files do not.",
		Default: "warning",
		Rationale: `The one thing that services give in return for all that they cost is that each can be released by itself. Where all have
one version, the smallest change to one is a release of all: they are tested together, deployed together and taken back
together, like a monolith, but over a network.

Two services that change together again and again, and call each other besides, have one reason to change: whoever changes
one has to know the other. A network between them only makes that dearer.`,
		Source:   "Newman: Building Microservices (2021), chapter 1, independent deployability; Forsgren, Humble, Kim: Accelerate (2018), chapter 5, loosely coupled architecture; Gall, Hajek, Jazayeri: Detection of Logical Coupling Based on Product Release History (ICSM 1998)",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  cart: {deployment: {version: 2.3.0}}
  catalog: {deployment: {version: 2.3.0}}
  orders: {deployment: {version: 2.3.0}}
  web: {deployment: {image: "shop/web:2.3.0"}}
`,
		Right: `version: 1
services:
  cart: {deployment: {version: 2.3.0}}
  catalog: {deployment: {version: 1.14.2}}
  orders: {deployment: {version: 3.0.1}}
  web: {deployment: {image: "shop/web:2.3.0"}}
`,
		Remedy: "give each service a version of its own, and release it when it changes; let contracts, not versions, say what fits together; services that cannot be released apart, or that change together, are better kept together",
		Params: []arch.ParamSpec{
			{Name: "services", Doc: "Services from which one version is reported.", Default: 4, Min: 2, Whole: true},
			{Name: "share", Doc: "Percent of the commits to one of two services that change both, from which that is reported.", Default: 30, Min: 1, Max: 100},
			{Name: "commits", Doc: "Commits that must change each of the two, so that their share says something.", Default: 5, Min: 1, Whole: true},
			{Name: "shared", Doc: "Commits that must change both.", Default: 5, Min: 1, Whole: true},
		},
		Check: func(p *Pass) {
			checkLockStep(p)
			checkChangedTogether(p)
		},
	}
}

func checkLockStep(p *Pass) {
	under := make(map[string][]*arch.Service)
	var versions []string // in the order of the services
	known := 0
	for _, s := range p.System.Services {
		version := versionOf(s)
		if !s.IsOwn() || s.KindOf() == arch.Job || !version.Is() {
			continue
		}
		known++
		if under[version.Value] == nil {
			versions = append(versions, version.Value)
		}
		under[version.Value] = append(under[version.Value], s)
	}
	for _, version := range versions {
		services := under[version]
		if float64(len(services)) < p.Param("services") || 2*len(services) <= known {
			continue
		}
		names := make([]string, len(services))
		f := finding.Finding{Service: services[0].Name, Pos: versionOf(services[0]).Pos, Size: len(services)}
		for i, s := range services {
			names[i] = s.Name
			if i > 0 {
				f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: s.Name, Pos: versionOf(s).Pos})
			}
		}
		if !f.Pos.Known() {
			f.Pos = services[0].Pos
		}
		f.Message = fmt.Sprintf("%d of the %s whose version is known are released as one, %s: %s", len(services), plural(known, "service"), version, list(names, 8))
		f.Cost = []string{"the smallest change to one of them is a release of all"}
		f.Remedy = []string{
			"give each a version of its own, and release it when it changes",
			"those that cannot be released apart are better kept together in one service",
		}
		p.Report(f)
	}
}

// versionOf is the version of a service, or the tag of its image: what a template fills in may be one for all, too.
func versionOf(s *arch.Service) arch.Fact[string] {
	version, image := s.Concern("deployment", "version"), s.Concern("deployment", "image")
	if version.Known() || !image.Is() {
		return version
	}
	name, _, _ := strings.Cut(image.Value, "@")
	_, tag, tagged := strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ":")
	if !tagged || tag == "latest" {
		return arch.Fact[string]{}
	}
	image.Value = tag
	return image
}
