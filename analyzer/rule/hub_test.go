package rule_test

import (
	"fmt"
	"testing"
)

// called is a service x that n services call, each with the given kind.
func called(n int, kind, x string) string {
	text := "services:\n  x: " + x + "\n"
	for i := range n {
		text += fmt.Sprintf("  s%02d: {kind: %s, calls: [x]}\n", i, kind)
	}
	return text
}

func TestHub(t *testing.T) {
	const names = "s00, s01, s02, s03, s04, s05, s06, s07 and "
	journeys := func(passing, past, callers int) string {
		text := called(callers, "service", "{}") + "  y: {}\njourneys:\n"
		for i := range passing {
			text += fmt.Sprintf("  through%d: {entry: [x]}\n", i)
		}
		for i := range past {
			text += fmt.Sprintf("  past%d: {entry: [y]}\n", i)
		}
		return text
	}
	runCases(t, "hub", []ruleCase{
		{"twelve", called(12, "service", "{}"), nil},
		{"thirteen", called(13, "service", "{}"), []string{"warning 3: 13 services call x and wait for it: " + names + "5 more"}},
		{"callers of the entry tier count", called(13, "ui", "{}"), []string{"warning 3: 13 services call x and wait for it: " + names + "5 more"}},
		{"twenty-one", called(21, "service", "{}"), []string{"error 3: 21 services call x and wait for it: " + names + "13 more"}},
		{"platform", called(21, "service", "{kind: platform}"), nil},
		{"external", called(21, "service", "{kind: external}"), nil},
		{"platform callers", called(21, "platform", "{}"), nil},
		{"many calls of one", `
services:
  x: {calls: [x One, x Two]}
  a: {operations: {A: {calls: [x One, x Two]}, B: {calls: [x, x, x, x, x, x, x, x, x, x, x, x]}}}
`, nil},
		{"in the background", `
services:
  x: {}
  a: {background: {calls: [x]}}
  b: {background: {calls: [x]}}
rules: {hub: {warning: 1}}
`, nil},
		{"half of the journeys and five callers", journeys(1, 1, 5), []string{"warning 3: 5 services call x and wait for it: s00, s01, s02, s03, s04"}},
		{"less than half of the journeys", journeys(1, 2, 5), nil},
		{"four callers", journeys(2, 0, 4), nil},
		{"one journey says nothing", journeys(1, 0, 5), nil},
	})
}

func TestHubSays(t *testing.T) {
	f := only(t, called(13, "service", "{}")+"  z: {}\njourneys: {a: {entry: [x]}, b: {entry: [z]}, c: {entry: [z]}}\n", "hub")
	mustSay(t, "cost", f.Cost)
	f = only(t, `
services:
  x: {availability: 99.9%, operations: {GET /a: {}, shop.X/Put: {}}}
  a: {calls: [x GET /a]}
  b: {operations: {GET /b: {calls: [x GET /a, x shop.X/Put]}}}
  c: {operations: {GET /c: {calls: [x GET /a]}}}
  d: {calls: [x shop.X/Put]}
  e: {calls: [x GET /a]}
journeys:
  buy: {entry: [b GET /b]}
  look: {entry: [c GET /c]}
  rest: {entry: [a]}
`, "hub")
	mustSay(t, "cost", f.Cost, "when it is down, 2 of 3 journeys are", "at 99.9% it is down for all of them 43 min a month")
	mustSay(t, "remedy", f.Remedy, "let x publish its changes, so that a, b, c, e can keep a copy and need not ask",
		"or split x by what it is asked: GET /a (4 callers), Put (2 callers)")
	mustSay(t, "journeys", f.Journeys, "buy", "look")
	if f.Size != 5 || len(f.Others) != 5 {
		t.Errorf("size %d and %d callers, want 5 and 5", f.Size, len(f.Others))
	}
	softly := func(second string) string {
		return `
journeys: {buy: {entry: [a GET /a]}, sell: {entry: [b GET /a]}, rest: {entry: [c GET /a]}}
services:
  a: {operations: {GET /a: {calls: [{to: h, operation: P.H/X, error: swallowed}]}}}
  b: {operations: {GET /a: {calls: [{to: h, operation: P.H/X` + second + `}]}}}
  c: {operations: {GET /a: {}}}
  d: {operations: {GET /a: {calls: [h P.H/X]}}}
  e: {operations: {GET /a: {calls: [h P.H/X]}}}
  f: {operations: {GET /a: {calls: [h P.H/X]}}}
  h: {operations: {P.H/X: {}}}
`
	}
	f = only(t, softly(", error: discarded"), "hub")
	mustSay(t, "cost of soft calls", f.Cost, "2 of 3 journeys pass through it, and go on when it fails")
	f = only(t, softly(""), "hub")
	mustSay(t, "cost of one soft call", f.Cost, "when it is down, 1 of 3 journeys are", "1 of 3 journeys pass through it, and go on when it fails")
}
