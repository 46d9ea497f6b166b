package rule_test

import (
	"strings"
	"testing"
)

func TestLatencyBudget(t *testing.T) {
	// web waits for o, and o for a and b, which promise 400ms each.
	waiting := func(limit, a, b string) string {
		return `
services:
  web: {operations: {GET /o: {calls: [{to: o, operation: P.O/L` + limit + `}]}}}
  o: {operations: {P.O/L: {calls: [{to: a, operation: P.A/X` + a + `}, {to: b, operation: P.B/X` + b + `}]}}}
  a: {operations: {P.A/X: {latency: 400ms}}}
  b: {operations: {P.B/X: {latency: 400ms}}}
`
	}
	// o promises 150ms and calls a and b, which promise 100ms each and u nothing, each beside u; between is made between them.
	between := func(call string) string {
		return `
services:
  o:
    operations:
      GET /o: {latency: 150ms, calls: [{to: a, operation: P.A/X, concurrent: true}, {to: u, concurrent: true}` + call + `, {to: b, operation: P.B/X, concurrent: true}, {to: u, concurrent: true}]}
      GET /p: {}
  a: {operations: {P.A/X: {latency: 100ms}}}
  b: {operations: {P.B/X: {latency: 100ms}}}
  u: {operations: {P.U/X: {}}}
`
	}
	// o promises 150ms and makes these calls; a, b and c promise 100ms each.
	alone := func(calls string) string {
		return `
services:
  o: {operations: {GET /o: {latency: 150ms, calls: [` + calls + `]}}}
  a: {operations: {P.A/X: {latency: 100ms}}}
  b: {operations: {P.B/X: {latency: 100ms}}}
  c: {operations: {P.C/X: {latency: 100ms}}}
`
	}
	const (
		a, b, c = "{to: a, operation: P.A/X}", ", {to: b, operation: P.B/X}", ", {to: c, operation: P.C/X}"
		besideA = "{to: a, operation: P.A/X, concurrent: true}"
		besideB = ", {to: b, operation: P.B/X, concurrent: true}"
		besideC = ", {to: c, operation: P.C/X, concurrent: true}"
		manyA   = "{to: a, operation: P.A/X, concurrent: true, loop: 5}"
		twice   = "warning 3: o GET /o promises 150ms, and what it waits for promises 200ms"
	)
	runCases(t, "latency-budget", []ruleCase{
		{"one beside the next", alone(besideA + b), nil},
		{"one beside the next, not beside that after it", alone(besideA + b + c), []string{twice}},
		{"the last beside that before it", alone(a + besideB), nil},
		{"the last beside that before it only", alone(a + b + besideC), []string{twice}},
		{"two beside that between them", alone(besideA + b + besideC), nil},
		{"two beside each other, not beside the next", alone(besideA + besideB + c), []string{twice}},
		{"two beside each other, not beside that before them", alone(a + besideB + besideC), []string{twice}},
		{"a loop beside itself", alone(manyA + b), []string{twice}},
		{"one beside nothing", alone(besideA), nil},
	})
	const atLeast = "warning 5: o GET /o promises 150ms, and what it waits for promises at least 200ms (latency of "
	runCases(t, "latency-budget", []ruleCase{
		{"longer than its caller waits", waiting(", timeout: 500ms", "", ""),
			[]string{"warning 3: web GET /o waits 500ms for o L, and what that waits for promises 800ms"}},
		{"its caller waits long enough", waiting(", timeout: 800ms", "", ""), nil},
		{"nobody says how long its caller waits", waiting("", "", ""), nil},
		{"its own limits are shorter than the promises", waiting(", timeout: 500ms", ", timeout: 200ms", ", timeout: 300ms"), []string{
			"warning 4: o L waits 200ms for a X, which promises to answer within 400ms",
			"warning 4: o L waits 300ms for b X, which promises to answer within 400ms",
		}},
		{"deadline-inversion says it", waiting(", timeout: 500ms", ", timeout: 400ms", ", timeout: 400ms"), nil},
		{"deadline-inversion says only that one has no limit", waiting(", timeout: 500ms", ", timeout: false", ""),
			[]string{"warning 3: web GET /o waits 500ms for o L, and what that waits for promises 800ms"}},
		{"nothing is known of one", strings.ReplaceAll(waiting(", timeout: 500ms", "", "}, {to: u}, {to: u"), "services:", "services:\n  u: {}"),
			[]string{"warning 4: web GET /o waits 500ms for o L, and what that waits for promises at least 800ms (latency of u not given)"}},
		{"pauses alone are no limit", waiting(", timeout: 500ms", ", retries: 2, backoff: 10ms", ""),
			[]string{"warning 3: web GET /o waits 500ms for o L, and what that waits for promises 800ms"}},
		{"side by side", between(""), nil},
		{"parted by a call of unknown length", between(", {to: u, operation: P.U/X}"), []string{atLeast + "u not given)"}},
		{"parted by a call to nobody knows whom", between(`, {to: "?", target: URL}`), []string{atLeast + "u, an unknown callee (URL) not given)"}},
		{"parted by one to itself", between(", {to: o, operation: GET /p}"), []string{atLeast + "u, o GET /p not given)"}},
		{"not parted by one beside them", between(", {to: u, operation: P.U/X, concurrent: true}"), nil},
		{"a loop, one after the other", `
services:
  w: {operations: {P.W/X: {latency: 300ms, calls: [{to: a, operation: P.A/Y, loop: 10}]}}}
  a: {operations: {P.A/Y: {latency: 100ms}}}
`, []string{"warning 3: w X promises 300ms, and what it waits for promises 1s"}},
		{"a loop, all at once", `
services:
  w: {operations: {P.W/X: {latency: 300ms, calls: [{to: a, operation: P.A/Y, loop: 10, concurrent: true}]}}}
  a: {operations: {P.A/Y: {latency: 100ms}}}
`, nil},
		{"itself", `
services:
  a: {operations: {P.A/X: {latency: 500ms, calls: [{to: a, operation: P.A/Y, timeout: 100ms}]}, P.A/Y: {latency: 1s}}}
`, nil},
		{"others behind itself", `
services:
  a: {operations: {P.A/X: {latency: 500ms, calls: [a P.A/Y]}, P.A/Y: {calls: [b P.B/X]}}}
  b: {operations: {P.B/X: {latency: 1s}}}
`, []string{"warning 3: a X promises 500ms, and what it waits for promises 1s"}},
	})
	f := only(t, waiting(", timeout: 500ms", "", ""), "latency-budget")
	mustSay(t, "cost", f.Cost, "a 400ms + b 400ms = 800ms > 500ms")
	// Advice that fits what is waited for: one call cannot be made beside others.
	f = only(t, strings.Replace(alone("{to: a, operation: P.A/X}"), "150ms", "50ms", 1), "latency-budget")
	mustSay(t, "remedy for one call", f.Remedy, "drop what an event or a local copy can replace, or let the slowest promise less", "or promise what can be kept")
	f = only(t, strings.Replace(alone(besideA+besideB), "150ms", "50ms", 1), "latency-budget")
	mustSay(t, "remedy for calls side by side", f.Remedy, "drop what an event or a local copy can replace, or let the slowest promise less", "or promise what can be kept")
	f = only(t, strings.Replace(alone("{to: a, operation: P.A/X, loop: 5}"), "150ms", "50ms", 1), "latency-budget")
	mustSay(t, "remedy for a loop", f.Remedy, "make calls that do not need each other side by side", "or drop calls that an event or a local copy can replace", "or promise what can be kept")
	f = only(t, "journeys: {j: {entry: [a P/X], latency: 50ms}}\nservices: {a: {operations: {P/X: {latency: 100ms}}}}\n", "latency-budget")
	mustSay(t, "remedy for a journey", f.Remedy, "let a X promise less, and keep it", "or promise what can be kept")
	f = only(t, `
services:
  web: {operations: {GET /o: {calls: [{to: o, operation: P.O/L, timeout: 100ms}]}}}
  o: {operations: {P.O/L: {calls: [{to: a, operation: P.A/X}]}}}
  a: {operations: {P.A/X: {latency: 400ms}}}
`, "latency-budget")
	mustSay(t, "remedy for one call of a callee", f.Remedy, "let o answer without what an event or a local copy can replace, or the slowest promise less", "or wait as long as that takes")
}
