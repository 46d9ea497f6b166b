package rule

import (
	"fmt"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
)

func hardCodedAddress() Rule {
	return Rule{
		ID:      "hard-coded-address",
		Concern: Deployment,
		Rank:    Design,
		Title:   "a peer's address stands in the code",
		Fires:   "the address of another service of the system is a literal that is really called, with no variable, flag or key of configuration before it. The default of a variable is none, nor is the address of an external service.",
		Default: "warning",
		Rationale: `The same binary cannot run in another environment, beside a second version, or in a test, and the service that is
called cannot move: each change of its place is a release of everyone who calls it.`,
		Source:   "Wiggins: The Twelve-Factor App (2011), III. Config, and IV. Backing services",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    operations:
      POST /orders:
        calls: [{to: stock, operation: POST /reserve, address: "stock:8080"}]
  stock: {operations: {POST /reserve: {}}}
`,
		Right: `version: 1
services:
  order:
    operations:
      POST /orders:
        calls: [{to: stock, operation: POST /reserve, address: false}]
  stock: {operations: {POST /reserve: {}}}
`,
		Remedy: "read the address from a variable, a flag or a configuration file, with the literal as its default at most",
		Check: func(p *Pass) {
			g := p.Graph
			written := func(e *graph.Edge) bool {
				return e.Call.Address.Is() && calleeKind(g, e) != arch.External && (g.Nodes[e.To].Service != nil || !local(e.Call.Address.Value))
			}
			for _, group := range byCause(g, written, func(e *graph.Edge) (place, arch.Pos) {
				at := e.Call.Address.Pos // the text itself, where it was found in code
				if !at.Known() || at.Source() == arch.Manifest {
					at = e.Call.Place()
				}
				return place{service: g.Nodes[e.From].Service, name: e.Call.Address.Value}, at
			}) {
				f := group.finding(g)
				first := group.edges[0]
				address := first.Call.Address.Value
				f.Operation = ""
				f.Subject = address
				f.Message = fmt.Sprintf("%s has the address of %s in its code: %s", f.Service, calleeName(g, first), address)
				if local(address) {
					f.Cost = []string{"it works only where both run on one machine"}
				} else {
					f.Cost = []string{fmt.Sprintf("it cannot call another %s, in a test or in another environment, without being built anew", calleeName(g, first))}
				}
				f.Remedy = []string{"read the address from a variable, a flag or a configuration file; keep this one as the default"}
				p.Report(f)
			}
			numbered(p)
		},
	}
}

func calleeName(g *graph.Graph, e *graph.Edge) string {
	if s := g.Nodes[e.To].Service; s != nil {
		return s.Name
	}
	return "a peer"
}

// local reports whether an address, with its scheme and path or without, is that of the machine itself.
func local(address string) bool {
	scheme, rest, isURL := strings.Cut(address, "://")
	if isURL {
		address = strings.TrimLeft(rest, "/") // dns:///HOST
	}
	if scheme == "unix" || strings.HasPrefix(address, "unix:") || strings.HasPrefix(address, "[::1]") {
		return true
	}
	host := address
	if end := strings.IndexAny(address, ":/"); end >= 0 {
		host = address[:end]
	}
	return host == "" || host == "localhost" || strings.HasPrefix(host, "127.") || host == "0.0.0.0"
}
