package rule_test

import "testing"

func TestRetryAmplification(t *testing.T) {
	const ends = `
  c: {operations: {P.C/X: {}}}
  d: {operations: {P.D/X: {}}}
`
	runCases(t, "retry-amplification", []ruleCase{
		{"a ring above", `
services:
  a: {operations: {P.A/X: {calls: [b P.B/X]}}}
  b: {operations: {P.B/X: {calls: [a P.A/X, {to: c, operation: P.C/X, retries: 2}]}}}
  c: {operations: {P.C/X: {calls: [{to: d, operation: P.D/X, retries: 2}]}}}
  d: {operations: {P.D/X: {}}}
`, []string{"warning 4: when d X fails, it gets 9 attempts for one request"}},
		{"a ring between", `
services:
  a: {operations: {P.A/X: {calls: [{to: b, operation: P.B/X, retries: 2}]}}}
  b: {operations: {P.B/X: {calls: [{to: c, operation: P.C/X}]}}}
  c: {operations: {P.C/X: {calls: [b P.B/X, {to: d, operation: P.D/X, retries: 2}]}}}
  d: {operations: {P.D/X: {}}}
`, []string{"warning 3: when d X fails, it gets 9 attempts for one request"}},
		{"two leaves behind one operation", `
services:
  web: {operations: {GET /x: {calls: [{to: a, operation: P.A/X, retries: 2}, {to: b, operation: P.B/X, retries: 2}]}}}
  a: {operations: {P.A/X: {calls: [{to: c, operation: P.C/X, retries: 2}]}}}
  b: {operations: {P.B/X: {calls: [{to: d, operation: P.D/X, retries: 2}]}}}` + ends, []string{
			"warning 3: when c X fails, it gets 9 attempts for one request",
			"warning 3: when d X fails, it gets 9 attempts for one request",
		}},
		{"a worse one hides none", `
services:
  web: {operations: {GET /x: {calls: [{to: a, operation: P.A/X, retries: 2}, {to: b, operation: P.B/X, retries: 8}]}}}
  a: {operations: {P.A/X: {calls: [{to: c, operation: P.C/X, retries: 2}]}}}
  b: {operations: {P.B/X: {calls: [{to: d, operation: P.D/X, retries: 2}]}}}` + ends, []string{
			"error 3: when d X fails, it gets 27 attempts for one request",
			"warning 3: when c X fails, it gets 9 attempts for one request",
		}},
		{"a loop of known length", `
services:
  web: {operations: {GET /x: {calls: [{to: a, operation: P.A/X, retries: 2, loop: 5}]}}}
  a: {operations: {P.A/X: {calls: [{to: c, operation: P.C/X, retries: 2}]}}}` + ends,
			[]string{"error 3: when c X fails, it gets 45 attempts for one request"}},
		{"a loop of unknown length above", `
services:
  web: {operations: {GET /x: {calls: [{to: z, operation: P.Z/X, loop: true}]}}}
  z: {operations: {P.Z/X: {calls: [{to: a, operation: P.A/X, retries: 2}]}}}
  a: {operations: {P.A/X: {calls: [{to: c, operation: P.C/X, retries: 2}]}}}` + ends,
			[]string{"warning 3: when c X fails, it gets 9 × n attempts for one request"}},
		{"is outside of the threshold", `
services:
  web: {operations: {GET /x: {calls: [{to: z, operation: P.Z/X, loop: true}]}}}
  z: {operations: {P.Z/X: {calls: [{to: c, operation: P.C/X, retries: 2}]}}}` + ends, nil},
		{"loops alone", `
services:
  web: {operations: {GET /x: {calls: [{to: c, operation: P.C/X, loop: 100}]}}}` + ends, nil},
		{"what may be reached besides", `
services:
  web: {operations: {GET /x: {calls: [{to: a, operation: P.A/X, retries: 2}]}}}
  a: {operations: {P.A/X: {calls: [{to: c, operation: P.C/X, retries: 2}, {to: "?", target: MAIL, retries: 2}]}}}` + ends, []string{
			"warning 3: when c X fails, it gets 9 attempts for one request",
			"possible warning 3: when an unknown callee (MAIL) fails, it gets 9 attempts for one request",
		}},
	})
	f := only(t, `
services:
  web: {operations: {GET /x: {calls: [{to: a, operation: P.A/X, retries: 2, loop: 2}]}}}
  a: {operations: {P.A/X: {calls: [{to: c, operation: P.C/X, retries: 2}, {to: d, operation: P.D/X, retries: 3}]}}}`+ends, "retry-amplification")
	mustSay(t, "cost", f.Cost, "3 (web → a) × 2 in a loop (web → a) × 4 (a → d) = 24", "so it is with c X (18)")
}
