package rule_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestAvailabilityCeiling(t *testing.T) {
	runCases(t, "availability-ceiling", []ruleCase{
		{"the worst of two branches", `
services:
  s:
    operations:
      GET /x: {slo: 99%, calls: [{to: a, operation: P/X, branch: 1/1}, {to: b, operation: P/X, branch: 1/2}, {to: c, operation: P/X, branch: 1/2}]}
  a: {availability: 98.5%}
  b: {availability: 99.2%}
  c: {availability: 99%}
`, []string{"warning 5: s GET /x promises 99%, and what it needs allows at most 98.21%"}},
		{"none of two branches", `
services:
  s:
    operations:
      GET /x: {slo: 99%, calls: [{to: a, operation: P/X, branch: 1/1}, {to: b, operation: P/X, branch: 1/2}]}
  a: {availability: 99.2%}
  b: {availability: 99.1%}
`, nil},
		{"the operation that allows least, not the one that needs most", `
services:
  s:
    slo: 99.9%
    availability: 99.99%
    operations:
      P.S/A: {calls: [a P.A/X, b P.B/X]}
      P.S/B: {calls: [c P.C/X]}
  a: {availability: 99.999%, operations: {P.A/X: {}}}
  b: {availability: 99.999%, operations: {P.B/X: {}}}
  c: {availability: 99%, operations: {P.C/X: {}}}
`, []string{"warning 4: s promises 99.9%, and what B needs allows at most 98.99%"}},
		{"the worst of the operations that are needed", `
services:
  s: {operations: {P.S/A: {slo: 99.9%, calls: [c P.C/X, c P.C/Y]}}}
  c: {operations: {P.C/X: {}, P.C/Y: {slo: 99%}}}
`, []string{"warning 3: s A promises 99.9%, and what it needs allows at most 99%"}},
		{"in any order", `
services:
  s: {operations: {P.S/A: {slo: 99.9%, calls: [c P.C/Y, c P.C/X]}}}
  c: {operations: {P.C/X: {}, P.C/Y: {slo: 99%}}}
`, []string{"warning 3: s A promises 99.9%, and what it needs allows at most 99%"}},
		{"an operation that is not needed", `
services:
  s: {operations: {P.S/A: {slo: 99.9%, calls: [c P.C/X]}}}
  c: {operations: {P.C/X: {}, P.C/Y: {slo: 99%}}}
`, nil},
		{"a call to itself is followed", `
services:
  s:
    slo: 98%
    operations:
      P.S/A: {slo: 99.9%, calls: [s P.S/B]}
      P.S/B: {calls: [c P.C/X]}
  c: {availability: 99%, operations: {P.C/X: {}}}
`, []string{"warning 6: s A promises 99.9%, and what it needs allows at most 99%"}},
		{"an objective stands for what is below it", `
services:
  s: {operations: {P.S/A: {slo: 99.8%, calls: [b P.B/X]}}}
  b: {slo: 99.9%, operations: {P.B/X: {calls: [c P.C/X]}}}
  c: {availability: 99.99%, operations: {P.C/X: {}}}
`, nil},
		{"what is soft does not count", `
services:
  s: {operations: {P.S/A: {slo: 99.9%, calls: [{to: c, operation: P.C/X, error: swallowed}]}}}
  c: {availability: 99%, operations: {P.C/X: {}}}
`, nil},
		{"its own availability, without any call", `
journeys: {buy: {entry: [s P.S/A], slo: 99.99%}}
services:
  s: {availability: 99%, operations: {P.S/A: {slo: 99.9%}}}
`, []string{"warning 2: journey buy promises 99.99%, and what it needs allows at most 99%",
			"warning 4: s A promises 99.9%, and its own availability is 99%"}},
		{"without any operation", "services: {s: {availability: 99%, slo: 99.9%}}\n",
			[]string{"warning 2: s promises 99.9%, and its own availability is 99%"}},
		{"somebody else's promise", "services: {s: {kind: external, availability: 99%, slo: 99.9%}}\n", nil},
		{"as much as is promised", "services: {s: {availability: 99.9%, slo: 99.9%}}\n", nil},
		{"a journey promises more than where it enters", `
journeys: {buy: {entry: [s P.S/A], slo: 99.99%}}
services:
  s: {operations: {P.S/A: {slo: 99%, calls: [a P.A/X]}}}
  a: {operations: {P.A/X: {}}}
`, []string{"warning 2: journey buy promises 99.99%, and s A, where it enters, promises 99%"}},
		{"whatever the availability there", `
journeys: {buy: {entry: [s P.S/A], slo: 99.9%}}
services:
  s: {availability: 99.99%, operations: {P.S/A: {slo: 99%}}}
`, []string{"warning 2: journey buy promises 99.9%, and s A, where it enters, promises 99%"}},
		{"a journey that needs two entries", `
journeys: {buy: {entry: [a P.A/X, b P.B/X], slo: 99.9%}}
services:
  a: {availability: 99.95%, operations: {P.A/X: {calls: [c P.C/X]}}}
  b: {availability: 99.95%, operations: {P.B/X: {calls: [c P.C/X]}}}
  c: {availability: 99.99%, operations: {P.C/X: {}}}
`, []string{"warning 2: journey buy promises 99.9%, and what it needs allows at most 99.89%"}},
		{"digits tell the two apart", `
services:
  s: {availability: 99.9%, operations: {P.S/A: {slo: 99.9%, calls: [c P.C/X]}}}
  c: {availability: 99.99999%, operations: {P.C/X: {}}}
`, []string{"warning 3: s A promises 99.9%, and what it needs allows at most 99.89999%"}},
	})
	f := only(t, `
services:
  s: {availability: 99.9%, operations: {P.S/A: {slo: 99.9%, calls: [c P.C/X, d P.D/X]}}}
  c: {availability: 99.9999%, operations: {P.C/X: {}}}
  d: {operations: {P.D/X: {}}}
`, "availability-ceiling")
	mustSay(t, "cost", f.Cost, "s 99.9% × c 99.9999% = 99.8999%", "43.24 min a month where 43.20 min are promised",
		"left out, since their availability is not given: d")
}

// However many operations there are, and however much they need, the one that allows least is found.
func TestAvailabilityCeilingOfMany(t *testing.T) {
	var text strings.Builder
	text.WriteString("services:\n  weak: {availability: 99%}\n  s:\n    slo: 99.9%\n    operations:\n      POST /z: {calls: [weak]}\n")
	for i := range 200 {
		fmt.Fprintf(&text, "      GET /%03d: {calls: [a000 X]}\n", i)
	}
	const n = 300
	for i := range n {
		fmt.Fprintf(&text, "  a%03d: {availability: 99.9999%%, operations: {X: {", i)
		if i+1 < n {
			fmt.Fprintf(&text, "calls: [a%03d X]", i+1)
		}
		text.WriteString("}}}\n")
	}
	f := only(t, text.String(), "availability-ceiling")
	if want := "s promises 99.9%, and what POST /z needs allows at most 99%"; f.Message != want {
		t.Errorf("says %q, want %q", f.Message, want)
	}
}
