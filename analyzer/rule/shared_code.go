package rule

import (
	"fmt"
	"slices"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func sharedCode() Rule {
	return Rule{
		ID:      "shared-code",
		Concern: Coupling,
		Rank:    Design,
		Whole:   true,
		Title:   "a service that is built with another's code",
		Fires:   "the code of a service imports a hand-written package of another service. Generated code, contracts and clients, which are there to be imported, do not count; nor does a library that is no service's.",
		Default: "warning",
		Rationale: `What two services share in code they have to change together: a field that one renames breaks the build of the
other, or, where it uses an older version of it, its decoding. What looks like reuse binds their releases, and none of it
shows in a call.`,
		Source:   "Newman: Building Microservices (2nd ed., 2021), on sharing code across service boundaries; Taibi and Lenarduzzi (IEEE Software, 2018), Shared Libraries",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  movies: {operations: {"GET /movies/{id}": {}}}
  web:
    calls: ["movies GET /movies/{id}"]
    imports: [{package: example.com/cinema/movies/models, of: movies}]
`,
		Right: `version: 1
services:
  movies: {operations: {"GET /movies/{id}": {}}}
  web:
    calls: ["movies GET /movies/{id}"]
`,
		Remedy: "give each its own types, with the fields that it needs; share what is generated from a contract, or a library that belongs to no service; services that need each other's code may be one",
		Check:  checkSharedCode,
	}
}

// checkSharedCode reports each pair of services once.
func checkSharedCode(p *Pass) {
	for _, s := range p.System.Services {
		if !s.IsOwn() {
			continue
		}
		byService := make(map[string][]arch.Import)
		var order []string
		for _, i := range s.Imports {
			if i.Of == s.Name {
				continue // a manifest may make one service of two main packages
			}
			if byService[i.Of] == nil {
				order = append(order, i.Of)
			}
			byService[i.Of] = append(byService[i.Of], i)
		}
		slices.Sort(order)
		for _, of := range order {
			imports := byService[of]
			f := finding.Finding{Service: s.Name, Subject: of, Pos: imports[0].Pos, Size: len(imports)}
			names := make([]string, len(imports))
			for i, imported := range imports {
				names[i] = imported.Package
				f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: of, Pos: imported.Pos})
			}
			f.Message = fmt.Sprintf("%s is built with code of %s: %s", s.Name, of, list(names, 3))
			f.Cost = []string{"a change of that code is a change of both, and they have to be released together or to run with two versions of it"}
			f.Remedy = []string{
				fmt.Sprintf("give %s types of its own, with the fields of %s that it needs", s.Name, of),
				"or move what both need into a contract, or a library that belongs to neither",
			}
			p.Report(f)
		}
	}
}
