package rule_test

import "testing"

func TestStackedAggregators(t *testing.T) {
	pair := func(from, to string) string {
		return "services:\n  a: {kind: " + from + ", calls: [b, b]}\n  b: {kind: " + to + "}\n"
	}
	runCases(t, "stacked-aggregators", []ruleCase{
		{"a bff calls a bff", pair("bff", "bff"), []string{"warning 3: a, a bff, calls b, another: requests pass two tiers that aggregate"}},
		{"a gateway before a bff", pair("gateway", "bff"), nil},
		{"a ui before a bff", pair("ui", "bff"), nil},
		{"a bff before a gateway", pair("bff", "gateway"), nil},
		{"a service calls a bff", pair("service", "bff"), nil},
		{"in the background", "services:\n  a: {kind: bff, background: {calls: [b]}}\n  b: {kind: bff}\n", nil},
		{"itself", "services:\n  a: {kind: bff, calls: [a]}\n", nil},
		{"one finding for each pair", `
services:
  a: {kind: bff, operations: {GET /a: {calls: [b GET /b, c]}, GET /z: {calls: [b GET /y]}}}
  b: {kind: bff}
  c: {kind: bff}
`, []string{
			"warning 3: a, a bff, calls b, another: requests pass two tiers that aggregate",
			"warning 3: a, a bff, calls c, another: requests pass two tiers that aggregate",
		}},
	})
}
