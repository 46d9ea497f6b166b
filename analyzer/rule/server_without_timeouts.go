package rule

import "github.com/distcheck/distcheck/analyzer/finding"

func serverWithoutTimeouts() Rule {
	return Rule{
		ID:      "server-without-timeouts",
		Concern: Reliability,
		Rank:    Alone,
		Title:   "a server that waits for ever for a request",
		Fires:   "it is known of a service that its HTTP servers do not end requests that are never fully sent.",
		Default: "warning",
		Rationale: `A client that sends its headers byte by byte, or whose network went away, keeps a connection and what belongs to it for
as long as it likes. A few thousand of those, sent on purpose or not, and the service answers nobody.`,
		Source:   "net/http documentation, Server.ReadHeaderTimeout; gosec G112 (Slowloris); Nygard: Release It! (2018), Integration Points",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {kind: bff, reliability: {server-timeouts: false}}
`,
		Right: `version: 1
services:
  web: {kind: bff, reliability: {server-timeouts: true}}
`,
		Remedy: "give the server a limit for reading headers (in Go http.Server with ReadHeaderTimeout), and for idle connections",
		Graded: true,
		Check: trait{
			fact: concern("reliability", "server-timeouts"),
			says: "holds connections open for requests that are never fully sent", many: "HTTP servers without timeouts",
		}.check,
	}
}
