package rule_test

import "testing"

func TestWaitsForSideEffect(t *testing.T) {
	call := func(kind, facts string) string {
		return `
services:
  mail: {operations: {shop.Mail/Send: {latency: 200ms}}}
  x: {kind: ` + kind + `, operations: {GET /x: {calls: [{to: mail, operation: shop.Mail/Send, ` + facts + `}]}}}
`
	}
	const says = "warning 4: x GET /x waits for mail Send, though neither its reply nor its error can change the result"
	runCases(t, "waits-for-side-effect", []ruleCase{
		{"swallowed", call("service", "reply: unused, error: swallowed"), []string{says}},
		{"discarded", call("service", "reply: unused, error: discarded"), nil}, // of which discarded-error tells
		{"returned", call("service", "reply: unused, error: returned"), nil},
		{"used", call("service", "reply: used, error: swallowed"), nil},
		{"error not known", call("service", "reply: unused"), nil},
		{"reply not known", call("service", "error: swallowed"), nil},
		{"beside others", call("service", "reply: unused, error: swallowed, concurrent: true"), []string{says}},
		{"said not to be", call("service", "reply: unused, error: swallowed, concurrent: false"), []string{says}},
		{"out of a ui", call("ui", "reply: unused, error: swallowed"), nil},
		{"in the background, of the platform, of nobody, of itself", `
services:
  p: {kind: platform}
  mail: {}
  x:
    background: {calls: [{to: mail, reply: unused, error: swallowed}]}
    calls: [{to: p, reply: unused, error: swallowed}, {to: "?", reply: unused, error: swallowed}, {to: x, reply: unused, error: swallowed}]
`, nil},
		{"nobody waits for a consumer", `
services:
  mail: {}
  x: {consumes: [t], operations: {consume t: {calls: [{to: mail, reply: unused, error: swallowed}]}}}
`, nil},
		{"a caller waits for the handler of a request–reply", `
services:
  mail: {}
  o: {operations: {GET /o: {calls: [{to: x, via: t}]}}}
  x: {operations: {consume t: {calls: [{to: mail, reply: unused, error: swallowed}]}}}
`, []string{"warning 5: x consume t waits for mail, though neither its reply nor its error can change the result"}},
		{"somebody else's", `
services:
  mail: {kind: external}
  x: {calls: [{to: mail, reply: unused, error: swallowed}]}
`, []string{"warning 4: x waits for mail, though neither its reply nor its error can change the result"}},
	})
	f := only(t, call("service", "reply: unused, error: swallowed, timeout: 2s"), "waits-for-side-effect")
	mustSay(t, "cost", f.Cost, "200ms of every request, when mail is well", "up to 2s when mail hangs", "when the call fails, what it should have done is lost")
	mustSay(t, "remedy", f.Remedy, "let x publish an event and mail consume it")
	f = only(t, call("service", "reply: unused, error: swallowed, timeout: false"), "waits-for-side-effect")
	mustSay(t, "cost", f.Cost, "200ms of every request, when mail is well", "nothing ends the wait: when mail hangs, so does the request", "when the call fails, what it should have done is lost")
	f = only(t, call("service", "reply: unused, error: swallowed, concurrent: true"), "waits-for-side-effect")
	mustSay(t, "cost", f.Cost, "200ms of every request, when mail is well, unless a call beside it takes as long", "when the call fails, what it should have done is lost")
}
