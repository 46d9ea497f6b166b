package rule

import (
	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func unstructuredLogs() Rule {
	return Rule{
		ID:      "unstructured-logs",
		Concern: Observability,
		Rank:    Alone,
		Title:   "logs that only people can read",
		Fires:   "a service is known to log plain text, or nothing.",
		Default: "note",
		Rationale: `A failure of a distributed system is spread over the logs of several services. They can be put together again only if
each line has its fields, the id of the trace among them, in a form that a program can search.`,
		Source:   "Sridharan: Distributed Systems Observability (2018), chapter 4; log/slog documentation",
		Severity: finding.Note,
		Wrong: `version: 1
services:
  cart: {observability: {logs: text}}
`,
		Right: `version: 1
services:
  cart: {observability: {logs: structured}}
`,
		Remedy: "log with fields (in Go log/slog with its JSON handler), and give each line the id of its trace",
		Check: trait{
			fact: concern("observability", "logs"),
			tell: func(_ *arch.Service, logs arch.Fact[string]) string {
				switch {
				case logs.Not():
					return "writes no logs"
				case logs.Value == "text":
					return "logs plain text"
				}
				return ""
			},
			many: "no structured logs",
		}.check,
	}
}
