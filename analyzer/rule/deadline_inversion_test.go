package rule_test

import "testing"

func TestDeadlineInversion(t *testing.T) {
	calling := func(facts string) string {
		return `
services:
  web: {kind: gateway, operations: {GET /o: {calls: [{to: o, operation: P.O/L, timeout: 1s}]}}}
  o: {operations: {P.O/L: {calls: [{to: s, operation: P.S/G, ` + facts + `}]}}}
  s: {operations: {P.S/G: {}}}
  u: {}
  v: {}
  w: {}
  x: {}
  y: {}
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
	const least = "warning 3: web GET /o gives up on o L after 1s, and that may work for at least 2s (timeout of "
	runCases(t, "deadline-inversion", []ruleCase{
		{"nothing is known of one", calling("timeout: 2s}, {to: u"), []string{least + "u not given)"}},
		{"it is called twice", calling("timeout: 2s}, {to: u}, {to: u"), []string{least + "u not given)"}},
		{"it is nobody knows who", calling("timeout: 2s}, {to: \"?\", target: MAIL_URL"), []string{least + "an unknown callee (MAIL_URL) not given)"}},
		{"of many", calling("timeout: 2s}, {to: u}, {to: v}, {to: w}, {to: x}, {to: y"), []string{least + "u, v, w and 2 more not given)"}},
		{"only its pauses are known", calling("timeout: unknown, retries: 2, backoff: 1s"), []string{least + "s not given)"}},
		{"its limit comes with the request", calling("timeout: 2s}, {to: u, timeout: incoming"),
			[]string{"warning 3: web GET /o gives up on o L after 1s, and that may work for 2s"}},
	})
	const endless = "warning 3: web GET /o gives up on o L after 1s, and that may work without limit"
	runCases(t, "deadline-inversion", []ruleCase{
		{"known to have no limit", calling("timeout: false"), []string{endless}},
		{"no limit on any attempt nor on all", calling("timeout: false, deadline: false, retries: 2, backoff: 10ms"), []string{endless}},
		{"no limit, though others alone take too long", calling("timeout: 2s}, {to: s, operation: P.S/G, timeout: false"), []string{endless}},
		{"not known whether an attempt has a limit", calling("deadline: false"), nil},
		{"all attempts have a limit", calling("timeout: false, deadline: 900ms"), nil},
		{"all attempts have some limit", calling("timeout: false, deadline: unknown"), nil},
		{"the limit that comes with the request", calling("timeout: false, deadline: incoming"), nil},
		{"no limit is known, though a promise is", calling("timeout: 2s}, {to: t, operation: P/X") + "  t: {operations: {P/X: {latency: 5ms}}}\n", []string{least + "t not given)"}},
		{"the request's context, which ends when its sender gives up", calling("timeout: 2s, context: passed"), nil},
		{"the same without a limit of its own", calling("timeout: false, context: passed"), nil},
		{"another context", calling("timeout: false, context: new"), []string{endless}},
		{"nothing is known of limits", calling("retries: 2"), nil},
		{"short enough", calling("timeout: 300ms, retries: 2"), nil},
		{"bounded in all", calling("timeout: 1s, retries: 2, deadline: 900ms"), nil},
		{"a loop whose calls are made side by side", calling("timeout: 500ms, loop: 10, concurrent: true"), nil},
		{"one beside the next", calling("timeout: 900ms, concurrent: true}, {to: u, timeout: 500ms"), nil},
		{"one beside that before it", calling("timeout: 900ms}, {to: u, timeout: 500ms, concurrent: true"), nil},
		{"a loop", calling("timeout: 500ms, loop: 10"), []string{"warning 3: web GET /o gives up on o L after 1s, and that may work for 5s"}},
	})
	f := only(t, calling("timeout: 2s}, {to: s, operation: P.S/H, timeout: false"), "deadline-inversion")
	mustSay(t, "cost", f.Cost, "s H without limit > 1s")
	mustSay(t, "remedy", f.Remedy, "let o bound all its calls together by less than 1s, best by passing on the deadline that it is given")
	if len(f.Others) != 1 || f.Others[0].Operation != "P.S/H" {
		t.Errorf("points at %v, want the call without limit", f.Others)
	}
	f = only(t, calling("timeout: 900ms, concurrent: true}, {to: u, timeout: 500ms, loop: 3"), "deadline-inversion")
	mustSay(t, "cost", f.Cost, "max(s 900ms, 3 × u 500ms) = 1.5s > 1s")
}
