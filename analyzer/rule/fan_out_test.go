package rule_test

import (
	"fmt"
	"strings"
	"testing"
)

// calling is a service whose operation calls n services a, b, c, …; prefix is put before each callee.
func calling(n int, prefix string) (calls, services string) {
	for i := range n {
		name := string(rune('a' + i))
		calls += "          - {to: " + name + prefix + "}\n"
		services += "  " + name + ": {}\n"
	}
	return calls, services
}

func operationCalling(kind string, n int, rest string) string {
	calls, services := calling(n, rest)
	return "services:\n" + services + "  x:\n    kind: " + kind + "\n    operations:\n      GET /x:\n        calls:\n" + calls
}

// What answers users alone may be a bff, which has to be said.
func TestFanOutOfBFF(t *testing.T) {
	advice := "if x puts answers together for users, and decides nothing, say so in a manifest: services: {x: {kind: bff}}; it may then call up to 6"
	copies := "publish an event for those that x only tells something, keep a copy of what it only reads"
	calls, services := calling(4, "")
	x := func(op, more string) string {
		return "services:\n" + services + more + "  x:\n    operations:\n      " + op + ":\n        calls:\n" + calls
	}
	mustSay(t, "nobody calls it", only(t, x("GET /x", ""), "fan-out").Remedy, advice, copies)
	mustSay(t, "somebody calls it", only(t, x("GET /x", "  y: {operations: {shop.Y/Do: {calls: [x GET /x]}}}\n"), "fan-out").Remedy, copies)
	mustSay(t, "it answers services", only(t, x("shop.X/Get", ""), "fan-out").Remedy, copies)
	mustSay(t, "it is none", only(t, operationCalling("service", 4, ""), "fan-out").Remedy, copies)
	wide, all := calling(7, "")
	mustSay(t, "a bff would call too many too", only(t, "services:\n"+all+"  x:\n    operations:\n      GET /x:\n        calls:\n"+wide, "fan-out").Remedy, copies)
}

func TestFanOut(t *testing.T) {
	many := func(kind string, operations, each int) string {
		text := "services:\n"
		next := 0
		var x strings.Builder
		for op := range operations {
			fmt.Fprintf(&x, "      GET /%02d:\n        calls:\n", op)
			for range each {
				fmt.Fprintf(&x, "          - s%02d\n", next)
				text += fmt.Sprintf("  s%02d: {}\n", next)
				next++
			}
		}
		return text + "  x:\n    kind: " + kind + "\n    operations:\n" + x.String()
	}
	runCases(t, "fan-out", []ruleCase{
		{"three are few", operationCalling("service", 3, ""), nil},
		{"four are many", operationCalling("service", 4, ""), []string{"warning 12: x GET /x waits for 4 services: a, b, c, d"}},
		{"a bff may call six", operationCalling("bff", 6, ""), nil},
		{"a bff may not call seven", operationCalling("bff", 7, ""), []string{"warning 15: x GET /x waits for 7 services: a, b, c, d, e, f, g"}},
		{"a gateway may not either", operationCalling("gateway", 7, ""), []string{"warning 15: x GET /x waits for 7 services: a, b, c, d, e, f, g"}},
		{"a ui may", operationCalling("ui", 22, ""), nil},
		{"one service often is one", `
services:
  a: {}
  x:
    operations:
      GET /x: {calls: [a One, a Two, a Three, a Four, x GET /y]}
      GET /y: {}
`, nil},
		{"platform and background do not count", `
services:
  a: {}
  b: {}
  c: {}
  d: {kind: platform}
  e: {}
  x:
    background: {calls: [e]}
    operations:
      GET /x: {calls: [a, b, c, d, "?"]}
`, nil},
		{"external services count", `
services:
  a: {kind: external}
  b: {kind: external}
  c: {}
  d: {}
  x: {operations: {GET /x: {calls: [a, b, c, d]}}}
`, []string{"warning 7: x GET /x waits for 4 services: a, b, c, d"}},
		{"calls on the service may be one operation's", `
services:
  a: {}
  b: {}
  c: {}
  d: {}
  x: {calls: [a, b, c, d], operations: {GET /x: {}}}
`, []string{"possible warning 7: x may wait for 4 services to answer one request: a, b, c, d"}},
		{"whatever operations have of their own", `
services:
  a: {}
  b: {}
  c: {}
  d: {}
  x: {calls: [a, b, c, d], operations: {GET /x: {calls: [a]}}}
`, []string{"possible warning 7: x may wait for 4 services to answer one request: a, b, c, d"}},
		{"which count too", `
services:
  a: {}
  b: {}
  c: {}
  d: {}
  x: {calls: [a, b], operations: {GET /w: {calls: [c]}, GET /x: {calls: [b, c, d]}}}
`, []string{"possible warning 7: x may wait for 4 services to answer one request: a, b, c, d"}},
		{"an operation that is wide by itself says nothing of the others", `
services:
  a: {}
  b: {}
  c: {}
  d: {}
  x: {calls: [a, b], operations: {GET /w: {calls: [c]}, GET /x: {calls: [a, b, c, d]}}}
`, []string{"warning 7: x GET /x waits for 4 services: a, b, c, d"}},
		{"nor those of a gateway, which routes", `
services:
  x: {kind: gateway, calls: [a, b, c, d, e, f, g, h]}
  a: {}
  b: {}
  c: {}
  d: {}
  e: {}
  f: {}
  g: {}
  h: {}
`, nil},
		{"a service as a whole: twelve", many("service", 6, 2), nil},
		{"thirteen", many("service", 13, 1), []string{"warning 21: x calls 13 services: s00, s01, s02, s03, s04, s05, s06, s07 and 5 more"}},
		{"twenty-one, and its operations are listed there", many("service", 3, 7), []string{"error 29: x calls 21 services: s00, s01, s02, s03, s04, s05, s06, s07 and 13 more"}},
		{"a gateway as a whole", many("gateway", 21, 1), nil},
		{"a ui as a whole", many("ui", 21, 1), nil},
		{"its thresholds can be set", operationCalling("service", 4, "") + "rules: {fan-out: {operation: 5}}\n", nil},
	})
}

func TestFanOutCost(t *testing.T) {
	f := only(t, operationCalling("service", 5, ", concurrent: true, effect: read"), "fan-out")
	mustSay(t, "cost", f.Cost, "made side by side: 1 − 0.99^5 = 4.9% of requests meet at least one callee's slowest 1%")
	mustSay(t, "remedy", f.Remedy, "keep a copy in x of what it reads from a, b, c, d and 1 more, fed by their events")
	if f.Size != 5 {
		t.Errorf("size %d, want 5", f.Size)
	}
	f = only(t, `
services:
  a: {operations: {GET /a: {latency: 100ms}}}
  b: {operations: {GET /b: {latency: 200ms}}}
  c: {}
  d: {}
  x:
    kind: service
    operations:
      POST /x:
        calls:
          - {to: a, operation: GET /a, concurrent: false}
          - {to: b, operation: GET /b, concurrent: false}
          - {to: c, effect: write}
          - {to: d, reply: unused, error: discarded}
`, "fan-out")
	mustSay(t, "cost", f.Cost, "as long as each callee promises: a 100ms + b 200ms = 300ms")
	mustSay(t, "remedy", f.Remedy,
		"make the calls that do not need each other side by side: quicker, though no safer",
		"x does not use what d answers: publish an event instead",
		"let x publish an event that c consumes, where its caller need not wait for the outcome",
		"keep a copy in x of what it reads from a, b, fed by their events")
	f = only(t, `
services:
  a: {}
  b: {}
  c: {}
  d: {}
  x: {calls: [a, b, c], operations: {GET /w: {}, GET /x: {calls: [c, d]}}}
`, "fan-out")
	mustSay(t, "cost", f.Cost, "1 of them for GET /x alone: d")
}
