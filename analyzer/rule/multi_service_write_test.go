package rule_test

import "testing"

func TestMultiServiceWrite(t *testing.T) {
	order := func(calls ...string) string {
		text := "services:\n  a: {}\n  b: {}\n  c: {}\n  order:\n    operations:\n      shop.Order/Place:\n        calls:\n"
		for _, call := range calls {
			text += "          - {" + call + "}\n"
		}
		return text
	}
	const a, b, c = "to: a, effect: write", "to: b, effect: write", "to: c, effect: write"
	const yes, no = ", undo: true", ", undo: false"
	runCases(t, "multi-service-write", []ruleCase{
		{"not undone", order(a+no, b), []string{"warning 10: order Place writes to 2 services: a, b; when a later write fails, a is not undone"}},
		{"not known", order(a, b), []string{"possible warning 10: order Place writes to 2 services: a, b; when a later write fails, a is not undone"}},
		{"undone", order(a+yes, b), nil},
		{"the last need not be", order(a+yes, b+yes, c+no), nil},
		{"one of two is not", order(a+yes, b+no, c), []string{"warning 11: order Place writes to 3 services: a, b, c; when a later write fails, b is not undone"}},
		{"known and not known", order(a, b+no, c), []string{"warning 11: order Place writes to 3 services: a, b, c; when a later write fails, b is not undone"}},
		{"neither is", order(a+no, b+no, c), []string{"warning 10: order Place writes to 3 services: a, b, c; when a later write fails, a, b are not undone"}},
		{"one service twice", order(a+no, a+no), nil},
		{"back to the first", order(a+no, b+yes, a), []string{"warning 10: order Place writes to 2 services: a, b; when a later write fails, a is not undone"}},
		{"twice at the end", order(a+yes, b+no, b), nil},
		{"nobody minds the later one's failure", order(a+no, b+", error: discarded"), nil},
		{"nor counts it", order(a+no, b, c+", error: swallowed"), []string{"warning 10: order Place writes to 2 services: a, b; when a later write fails, a is not undone"}},
		{"what nobody minds is to be undone too", order(a+no+", error: discarded", b), []string{"warning 10: order Place writes to 2 services: a, b; when a later write fails, a is not undone"}},
		{"reads", order(a+no, "to: b, effect: read", "to: c"), nil},
		{"to nobody knows whom", order(a+no, "to: '?', effect: write"), nil},
		{"in two operations", `
services:
  a: {}
  b: {}
  order: {operations: {POST /a: {calls: [a PUT /a]}, POST /b: {calls: [b PUT /b]}}}
`, nil},
		{"on the service", "services:\n  a: {}\n  b: {}\n  order: {calls: [{to: a, effect: write, undo: false}, b PUT /b]}\n", nil},
	})
	f := only(t, order(a+no, b), "multi-service-write")
	mustSay(t, "cost", f.Cost, "when the write to b fails, or order dies before it, the data of a, b no longer agree")
	mustSay(t, "remedy", f.Remedy, "write to a, publish an event, and let b consume it", "or undo a when a later write fails (a saga)")
}
