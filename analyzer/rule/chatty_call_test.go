package rule_test

import (
	"fmt"
	"testing"
)

func TestChattyCall(t *testing.T) {
	call := func(facts string) string {
		return `
services:
  a: {operations: {shop.A/Get: {latency: 30ms}}}
  x: {operations: {GET /x: {calls: [{to: a, operation: shop.A/Get, ` + facts + `}]}}}
`
	}
	runCases(t, "chatty-call", []ruleCase{
		{"unknown count", call("loop: true"), []string{"warning 4: x GET /x calls a Get once for each element of a loop"}},
		{"known count", call("loop: 20"), []string{"warning 4: x GET /x calls a Get 20 times, once for each element of a loop"}},
		{"once", call("loop: 1"), nil},
		{"no loop", call("loop: false"), nil},
		{"unknown", call("retries: 3"), nil},
		{"one loop of the code, entered by two operations", `
services:
  a: {}
  x:
    operations:
      GET /x: {calls: [{to: a, loop: {value: true, at: "h.go:7:2", source: go}, at: "c.go:3:1", source: go}]}
      GET /y: {calls: [{to: a, loop: {value: true, at: "h.go:7:2", source: go}, at: "c.go:3:1", source: go}]}
      GET /z: {calls: [{to: a, loop: {value: true, at: "h.go:9:2", source: go}, at: "c.go:3:1", source: go}]}
`, []string{
			"warning 3: x GET /x calls a once for each element of a loop",
			"warning 3: x GET /z calls a once for each element of a loop",
		}},
		{"one loop of the code, with a way to the call for each operation", `
services:
  a: {}
  x:
    operations:
      GET /x: {calls: [{to: a, loop: {value: true, at: "h.go:7:2", source: go}, through: {value: c.x, at: "x.go:5:1", source: go}, at: "c.go:3:1", source: go}]}
      GET /y: {calls: [{to: a, loop: {value: true, at: "h.go:7:2", source: go}, through: {value: c.y, at: "y.go:5:1", source: go}, at: "c.go:3:1", source: go}]}
`, []string{"warning 7: x GET /x calls a once for each element of a loop"}},
		{"one loop of code that two services share", `
services:
  a: {}
  x: {operations: {GET /x: {calls: [{to: a, loop: {value: true, at: "h.go:7:2", source: go}, at: "c.go:3:1", source: go}]}}}
  y: {operations: {GET /y: {calls: [{to: a, loop: {value: true, at: "h.go:7:2", source: go}, at: "c.go:3:1", source: go}]}}}
`, []string{"warning 3: x GET /x calls a once for each element of a loop"}},
		{"each call is one", `
services:
  a: {kind: external}
  x:
    calls: [{to: a, loop: true}, {to: a, loop: true}]
    operations:
      GET /x:
        calls:
          - {to: a, loop: true}
          - {to: "?", target: $URL, loop: true}
`, []string{
			"warning 5: x calls a once for each element of a loop",
			"warning 5: x calls a once for each element of a loop",
			"warning 9: x GET /x calls a once for each element of a loop",
			"warning 10: x GET /x calls an unknown callee ($URL) once for each element of a loop",
		}},
		{"platform, background, itself", `
services:
  a: {}
  p: {kind: platform}
  x:
    background: {calls: [{to: a, loop: true}]}
    operations:
      GET /x: {calls: [{to: p, loop: true}, {to: x, loop: true}, {to: a, operation: grpc.health.v1.Health/Check, loop: true}]}
`, nil},
	})
	f := only(t, call("loop: 20, effect: read"), "chatty-call")
	mustSay(t, "cost", f.Cost, "20 × 30ms = 600ms for one request", "one request to x is 20 to a")
	mustSay(t, "remedy", f.Remedy, "give a an operation that takes all elements at once, and call it once", "or keep a copy in x of what it reads from a")
	if f.Size != 20 {
		t.Errorf("size %d, want 20", f.Size)
	}
	f = only(t, call("loop: 20, concurrent: true"), "chatty-call")
	mustSay(t, "cost", f.Cost, "one request to x is 20 to a")
	f = only(t, call("loop: true, concurrent: false"), "chatty-call")
	mustSay(t, "cost", f.Cost, "one request to x is as many to a as there are elements")
	f = only(t, call("loop: 20, concurrent: false"), "chatty-call")
	mustSay(t, "cost", f.Cost, "20 × 30ms = 600ms for one request", "one request to x is 20 to a")
	batch := "give a an operation that takes all elements at once, and call it once"
	for facts, also := range map[string]string{
		"effect: write":      "or publish one message for each element, which a consumes at its own pace",
		"operation: POST /a": "or, if it only reads, keep a copy in x of what it reads from a",
		"operation: PUT /a":  "or publish one message for each element, which a consumes at its own pace",
	} {
		f = only(t, "services: {a: {}, x: {operations: {GET /x: {calls: [{to: a, loop: true, "+facts+"}]}}}}", "chatty-call")
		mustSay(t, facts, f.Remedy, batch, also)
	}
	f = only(t, `services: {x: {operations: {GET /x: {calls: [{to: "?", target: $URL, loop: true}]}}}}`, "chatty-call")
	mustSay(t, "cost of an unknown callee", f.Cost, "one request to x is as many as there are elements")
	mustSay(t, "remedy of an unknown callee", f.Remedy, "ask for all elements at once, if the callee has an operation that takes them",
		"or where each element is a callee of its own, such as a replica, call them side by side, with a bound")
	f = only(t, call("loop: 99999999, effect: write"), "chatty-call")
	mustSay(t, "cost", f.Cost, "one request to x is 99999999 to a")
}

// TestChattyCallTellsTheFile: behind a place in another file, the loop has its file beside it.
func TestChattyCallTellsTheFile(t *testing.T) {
	const shop = `
services:
  a: {}
  x:
    operations:
      GET /x: {calls: [{to: a, loop: {value: true, at: "x.go:7:2", source: go}, through: {value: c.x, at: "x.go:5:1", source: go}, at: "%s:3:1", source: go}]}
`
	for through, want := range map[string]string{"x.go": "in the loop at :7:2", "c.go": "in the loop at x.go:7:2"} {
		f := only(t, fmt.Sprintf(shop, through), "chatty-call")
		if f.Hops[0].Note != want {
			t.Errorf("through %s: %q, want %q", through, f.Hops[0].Note, want)
		}
	}
}
