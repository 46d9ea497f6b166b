package rule_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestHardDependencies(t *testing.T) {
	const six = "  a: {}\n  b: {}\n  c: {}\n  d: {}\n  e: {}\n  f: {}\n"
	one := func(operation, facts string) string {
		var calls []string
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			calls = append(calls, "{to: "+name+", operation: P/X, effect: read}")
		}
		return "services:\n" + six + "  s: {operations: {" + operation + ": {" + facts + "calls: [" + strings.Join(calls, ", ") + "]}}}\n"
	}
	const names = " cannot succeed unless 5 other services are up: a, b, c, d, e"
	many := func(readers int) string {
		var text strings.Builder
		text.WriteString("services:\n" + six + "  s:\n    operations:\n")
		for i := range readers {
			fmt.Fprintf(&text, "      GET /%03d: {calls: [a P/X, b P/X, c P/X, d P/X, e P/X, f P/X]}\n", i)
		}
		text.WriteString("      POST /w: {calls: [{to: a, operation: P/W, effect: write}, b P/X, c P/X, d P/X, e P/X]}\n")
		return text.String()
	}
	found := func(facts string) string {
		return strings.ReplaceAll(one("GET /x", ""), "effect: read", facts)
	}
	runCases(t, "hard-dependencies", []ruleCase{
		{"reads", one("GET /x", ""), []string{"note 9: s GET /x" + names}},
		{"its method writes", one("DELETE /x", ""), []string{"warning 9: s DELETE /x" + names}},
		{"a POST may be a query", one("POST /x", ""), []string{"note 9: s POST /x" + names}},
		{"its store is written", one("POST /x", "stores: [{name: s, access: write}], "), []string{"warning 9: s POST /x" + names}},
		{"its store is read", one("POST /x", "stores: [{name: s, access: read}], "), []string{"note 9: s POST /x" + names}},
		{"seven that read and one that writes", many(7), []string{"warning 18: s POST /w" + names}},
		{"eight", many(8), []string{"warning 19: s POST /w" + names}},
		{"two hundred", many(200), []string{"warning 211: s POST /w" + names}},
		{"found in code, which does not tell what becomes of the errors", found("at: main.go:3, source: go"), []string{"possible note 3: s GET /x" + names}},
		{"found in code, which tells it", found("at: main.go:3, source: go, error: returned"), []string{"note 3: s GET /x" + names}},
		{"found in code, which tells it of one too few", strings.Replace(found("at: main.go:3, source: go, error: returned"), ", error: returned", "", 2),
			[]string{"possible note 3: s GET /x" + strings.Replace(names, "5 other", "3, perhaps 5 other", 1)}},
		{"the worst of two branches, and what both need", `
services:
  s:
    operations:
      GET /x:
        calls:
          - {to: a, operation: P/X, branch: 1/1}
          - {to: b, operation: P/X, branch: 1/1}
          - {to: c, operation: P/X, branch: 1/2}
          - {to: d, operation: P/X, branch: 1/2}
          - {to: e, operation: P/X, branch: 1/2}
          - {to: f, operation: P/X}
` + six, []string{"note 7: s GET /x cannot succeed unless 4 other services are up: c, d, e, f"}},
		{"too few on each branch", `
services:
  s:
    operations:
      GET /x:
        calls: [{to: a, operation: P/X, branch: 1/1}, {to: b, operation: P/X, branch: 1/1}, {to: c, operation: P/X, branch: 1/1}, {to: d, operation: P/X, branch: 1/2}, {to: e, operation: P/X, branch: 1/2}]
` + six, nil},
		{"each on both branches", `
services:
  s:
    operations:
      GET /x:
        calls: [{to: a, operation: P/X}, {to: b, operation: P/X}, {to: c, operation: P/X, branch: 1/1}, {to: c, operation: P/Y, branch: 1/2}, {to: d, operation: P/X, branch: 2/1}, {to: d, operation: P/Y, branch: 2/2}]
` + six, []string{"note 6: s GET /x cannot succeed unless 4 other services are up: a, b, c, d"}},
		{"a journey with several entries", `
journeys: {buy: {entry: [s GET /a, s GET /b]}}
services:
  s: {operations: {GET /a: {calls: [a P/X, b P/X, c P/X]}, GET /b: {calls: [c P/X, d P/X, e P/X]}}}
` + six, []string{"note 2: journey buy cannot succeed unless 5 other services besides s are up: a, b, c, d, e"}},
		{"a journey that writes somewhere", `
journeys: {buy: {entry: [s GET /a, s PUT /b]}}
services:
  s: {operations: {GET /a: {calls: [a P/X, b P/X, c P/X]}, PUT /b: {calls: [c P/X, d P/X, e P/X]}}}
` + six, []string{"warning 2: journey buy cannot succeed unless 5 other services besides s are up: a, b, c, d, e"}},
		{"a journey that enters at several services", `
journeys: {buy: {entry: [s GET /a, r GET /b]}}
services:
  s: {operations: {GET /a: {calls: [a P/X, b P/X]}}}
  r: {operations: {GET /b: {calls: [c P/X]}}}
` + six, []string{"note 2: journey buy cannot succeed unless 4 other services besides s are up: a, b, c, r"}},
		{"a journey that enters at a gateway", `
journeys: {sell: {entry: [gw GET /c]}}
services:
  gw: {kind: gateway, operations: {GET /c: {calls: [a P/X, b P/X, c P/X, d P/X, e P/X, f P/X]}}}
` + six, []string{"note 2: journey sell cannot succeed unless 6 other services besides gw are up: a, b, c, d, e, f"}},
		{"what is said of the operation is not said of its journey", `
journeys: {buy: {entry: [s GET /x]}, sell: {entry: [gw GET /x]}}
services:
  gw: {kind: gateway, operations: {GET /x: {calls: [s GET /x]}}}
  s: {operations: {GET /x: {calls: [a P/X, b P/X, c P/X, d P/X]}}}
` + six, []string{"note 5: s GET /x cannot succeed unless 4 other services are up: a, b, c, d"}},
		{"unnamed calls may need more", `
services:
  s: {operations: {GET /x: {calls: [t]}}}
  t: {operations: {GET /y: {calls: [a P/X, b P/X, c P/X]}}}
` + six, []string{"possible note 3: s GET /x cannot succeed unless 4 other services are up: a, b, c, t"}},
	})
	f := only(t, many(9), "hard-dependencies")
	mustSay(t, "cost", f.Cost, "if each keeps 99.9%: 0.999^5 = 99.5%, 216 min a month",
		"so it is with GET /000 (6), GET /001 (6), GET /002 (6), GET /003 (6) and 5 more of this service")
	const of = "services:\n  s: {operations: {GET /x: {calls: [a P/X, b P/X, c P/X, d P/X, e P/X]}}}\n"
	for _, c := range []struct{ a, b, c, d, e, cost string }{
		{"availability: 99.95%", "", "slo: 99%", "", "",
			"c 99% (its objective) × a 99.95% × 0.999^3 = 98.65%, 581 min a month; 99.9% assumed for b, d, e"},
		{"availability: 99%", "slo: 99.5%, availability: 99.99%", "slo: 99%", "slo: 99.9%", "",
			"a 99% × c 99% (its objective) × d 99.9% (its objective) × 1 more × 0.999 = 97.8%, 949 min a month; 99.9% assumed for e"},
		{"slo: 99.9%", "availability: 99.5%", "slo: 99%", "slo: 99.9%", "slo: 99.9%",
			"c 99% (its objective) × b 99.5% × a 99.9% (its objective) × 2 more = 98.21%, 773 min a month"},
	} {
		f := only(t, of+fmt.Sprintf("  a: {%s}\n  b: {%s}\n  c: {%s}\n  d: {%s}\n  e: {%s}\n", c.a, c.b, c.c, c.d, c.e), "hard-dependencies")
		mustSay(t, "cost", f.Cost, c.cost)
	}
	// An objective stands for what is below it, and that of the worst operation counts.
	const four = "services:\n  s: {operations: {GET /x: {calls: [a P/X, b P/X, c P/X]}}}\n  c: {}\n"
	for _, c := range []struct{ services, cost string }{
		{"  a: {slo: 95%, operations: {P/X: {calls: [d P/X]}}}\n  b: {}\n  d: {}\n",
			"a 95% (its objective) × 0.999^2 = 94.81%, 2242 min a month; 99.9% assumed for b, c"},
		{"  a: {slo: 95%, operations: {P/X: {calls: [d P/X]}}}\n  b: {operations: {P/X: {calls: [d P/X]}}}\n  d: {}\n",
			"a 95% (its objective) × 0.999^3 = 94.72%, 2283 min a month; 99.9% assumed for b, c, d"},
		{"  a: {operations: {P/X: {calls: [d P/X]}, P/Y: {slo: 90%}, P/Z: {slo: 80%}}}\n  b: {slo: 99%, operations: {P/X: {calls: [a P/Y]}}}\n  d: {}\n",
			"b 99% (its objective) × 0.999^3 = 98.7%, 560 min a month; 99.9% assumed for a, c, d"},
		{"  a: {operations: {P/X: {calls: [d P/X]}, P/Y: {slo: 90%}, P/Z: {slo: 80%}}}\n  b: {operations: {P/X: {calls: [a P/Y]}}}\n  d: {}\n",
			"a 90% (its objective) × 0.999^3 = 89.73%, 4437 min a month; 99.9% assumed for b, c, d"},
	} {
		mustSay(t, c.services, only(t, four+c.services, "hard-dependencies").Cost, c.cost)
	}
}
