package rule_test

import "testing"

func TestHiddenRequestReply(t *testing.T) {
	runCases(t, "hidden-request-reply", []ruleCase{
		{"each call", `
services:
  a: {operations: {consume a.requests: {}}}
  x:
    operations:
      GET /x:
        calls:
          - {to: a, via: a.requests}
          - {to: a, via: a.requests}
          - {to: "?", target: nats, via: b.requests}
`, []string{
			"warning 8: x GET /x sends a message to a over a.requests and waits for the reply",
			"warning 9: x GET /x sends a message to a over a.requests and waits for the reply",
			"warning 10: x GET /x sends a message to nobody knows whom over b.requests and waits for the reply",
		}},
		{"a direct call, platform, background, itself", `
services:
  a: {}
  p: {kind: platform}
  x:
    background: {calls: [{to: a, via: q}]}
    calls: [a, {to: p, via: q}, {to: x, via: q}]
`, nil},
	})
	f := only(t, `
services:
  a: {}
  x: {calls: [{to: a, via: q, timeout: false, deadline: false}]}
`, "hidden-request-reply")
	hang := f.Cost
	for _, known := range []string{"timeout: false", "deadline: false", "timeout: incoming, deadline: false"} {
		f := only(t, "services:\n  a: {}\n  x: {calls: [{to: a, via: q, "+known+"}]}\n", "hidden-request-reply")
		mustSay(t, "cost, "+known, f.Cost, hang...)
	}
	for _, known := range []string{"timeout: 1s", "protocol: nats", "timeout: false, deadline: 1s"} {
		f := only(t, "services:\n  a: {}\n  x: {calls: [{to: a, via: q, "+known+"}]}\n", "hidden-request-reply")
		mustSay(t, "cost, "+known, f.Cost, "to answer, x needs the broker up, and a too")
	}
	mustSay(t, "cost", hang, "nothing ends the wait: a lost message holds the request for ever", "to answer, x needs the broker up, and a too")
}
