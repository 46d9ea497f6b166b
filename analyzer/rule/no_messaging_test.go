package rule_test

import "testing"

func TestNoMessaging(t *testing.T) {
	system := func(more string) string {
		return `
services:
  a: {operations: {GET /a: {calls: [{to: b, operation: shop.B/Put, effect: write}]}}}
  b: {}
` + more
	}
	runCases(t, "no-messaging", []ruleCase{
		{"three services, one write", system("  c: {}\n"),
			[]string{"warning 3: 3 services and no topic, queue or stream: every change travels by a call that is waited for, 1 call"}},
		{"two services", system(""), nil},
		{"two services and others'", system("  c: {kind: external}\n  d: {kind: platform}\n"), nil},
		{"a method that writes", "services:\n  a: {calls: [b PUT /b]}\n  b: {}\n  c: {}\n",
			[]string{"warning 3: 3 services and no topic, queue or stream: every change travels by a call that is waited for, 1 call"}},
		{"nobody writes", "services:\n  a: {calls: [b GET /b, c POST /c]}\n  b: {}\n  c: {}\n", nil},
		{"only to the outside", "services:\n  a: {calls: [e PUT /e]}\n  b: {}\n  c: {}\n  e: {kind: external}\n", nil},
		{"only what a user asks for", "services:\n  a: {kind: ui, calls: [b PUT /b]}\n  b: {}\n  c: {}\n", nil},
		{"only in the background", "services:\n  a: {background: {calls: [b PUT /b]}}\n  b: {}\n  c: {}\n", nil},
		{"a topic", system("  c: {}\ntopics: {t: {}}\n"), nil},
		{"somebody publishes", system("  c: {publishes: [t]}\n"), nil},
		{"in the background too", system("  c: {background: {publishes: [t]}}\n"), nil},
		{"an operation publishes", system("  c: {operations: {GET /c: {publishes: [t]}}}\n"), nil},
		{"somebody consumes", system("  c: {consumes: [t]}\n"), nil},
		{"an operation that consumes", system("  c: {operations: {consume t: {}}}\n"), nil},
		{"a worker takes its work from somewhere", system("  c: {kind: worker}\n"), nil},
		{"data are erased by a message", system("  c: {data: [{name: email, class: personal, erasure: t}]}\n"), nil},
		{"nobody has looked for messages", system("  c: {messages: unknown}\n"), nil},
		{"looked for, and none", system("  c: {messages: false}\n"),
			[]string{"warning 3: 3 services and no topic, queue or stream: every change travels by a call that is waited for, 1 call"}},
		{"nobody has looked at what others answer", system("  c: {}\n  d: {kind: external, messages: unknown}\n"),
			[]string{"warning 3: 3 services and no topic, queue or stream: every change travels by a call that is waited for, 1 call"}},
		{"a reply over a broker is no message", system("  c: {operations: {consume q: {}}, calls: [{to: b, via: q}]}\n"),
			[]string{"warning 3: 3 services and no topic, queue or stream: every change travels by a call that is waited for, 1 call"}},
	})
	f := only(t, "services:\n  a: {calls: [b PUT /b, {to: c, effect: write, reply: unused, error: swallowed}]}\n  b: {}\n  c: {}\n", "no-messaging")
	mustSay(t, "remedy", f.Remedy, "begin with c, which a calls: let a publish an event and c consume it", "publish through an outbox, so that a change and its event are one")
	f = only(t, "services:\n  a: {calls: [b PUT /b, c PUT /c]}\n  b: {}\n  c: {calls: [a DELETE /a]}\n", "no-messaging")
	if len(f.Others) != 3 || f.Size != 3 || f.Service != "a" {
		t.Errorf("lists %d writes, size %d, of %s; want 3, 3 and a", len(f.Others), f.Size, f.Service)
	}
}
