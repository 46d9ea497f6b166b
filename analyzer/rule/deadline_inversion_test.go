package rule_test

import "testing"

func TestDeadlineInversion(t *testing.T) {
	calling := func(facts string) string {
		return `
services:
  web: {kind: gateway, operations: {GET /o: {calls: [{to: o, operation: P.O/L, timeout: 1s}]}}}
  o: {operations: {P.O/L: {calls: [{to: s, operation: P.S/G, ` + facts + `}]}}}
  s: {operations: {P.S/G: {}}}
`
	}
	for _, c := range []struct{ facts, cost string }{
		{"timeout: 2s", "s 2s > 1s"},
		{"timeout: 500ms, retries: 2", "s 3 × 500ms = 1.5s > 1s"},
		{"timeout: 500ms, retries: 2, backoff: 1s", "s 3 × 500ms and 2 × 1s pause = 3.5s > 1s"},
		{"timeout: 1s, retries: 2, deadline: 2s", "s 2s in all = 2s > 1s"},
		{"deadline: 2s, retries: 2", "s 2s in all = 2s > 1s"},
		{"timeout: unknown, retries: 2, backoff: 600ms", "s 2 × 600ms pause = 1.2s > 1s"},
	} {
		f := only(t, calling(c.facts), "deadline-inversion")
		mustSay(t, c.facts, f.Cost, c.cost)
	}
	runCases(t, "deadline-inversion", []ruleCase{
		{"short enough", calling("timeout: 300ms, retries: 2"), nil},
		{"bounded in all", calling("timeout: 1s, retries: 2, deadline: 900ms"), nil},
		{"a loop whose calls are made side by side", calling("timeout: 500ms, loop: 10, concurrent: true"), nil},
		{"a loop", calling("timeout: 500ms, loop: 10"), []string{"warning 3: web GET /o gives up on o L after 1s, and that may work for 5s"}},
	})
}
