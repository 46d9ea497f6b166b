package rule_test

import "testing"

func TestOrphanTopicRemedy(t *testing.T) {
	for yaml, want := range map[string]string{
		"services:\n  a: {publishes: [orders.placed]}\n  b: {consumes: [order.placed]}\n":                                   "if orders.placed and order.placed are one topic, spell them alike",
		"services:\n  a: {publishes: [{topic: orders, broker: kafka}]}\n  b: {consumes: [{topic: orders, broker: nats}]}\n": "if orders on kafka and orders on nats are one, name the same broker",
	} {
		found := of(lint(t, yaml), "orphan-topic")
		if len(found) != 2 || found[0].Remedy[0] != want {
			t.Errorf("says\n%s\nremedy %q\nwant %q", briefs(found), found[0].Remedy, want)
		}
	}
}

func TestOrphanTopicOtherEnd(t *testing.T) {
	f := only(t, "services:\n  a: {publishes: [t]}\n", "orphan-topic")
	mustSay(t, "remedy", f.Remedy, "name the service that consumes t, or stop publishing it")
	f = only(t, "services:\n  a: {consumes: [t]}\n", "orphan-topic")
	mustSay(t, "remedy", f.Remedy, "name the service that publishes t (kind: external, if it is not yours), or stop consuming it")
}

func TestOrphanTopic(t *testing.T) {
	two := func(a, b string) string { return "services:\n  a: {" + a + "}\n  b: {" + b + "}\n" }
	runCases(t, "orphan-topic", []ruleCase{
		{"never consumed", two("publishes: [t]", ""), []string{"note 3: t is published by a, and consumed by no service"}},
		{"never published", two("", "consumes: [t]"), []string{"note 4: t is consumed by b, and published by no service"}},
		{"by an operation", two("", "operations: {consume t: {}}"), []string{"note 4: t is consumed by b, and published by no service"}},
		{"both", two("operations: {GET /a: {publishes: [t]}}", "consumes: [t]"), nil},
		{"in the background", two("background: {publishes: [t]}", "consumes: [t]"), nil},
		{"spelt in two ways", two("publishes: [orders.placed]", "consumes: [order.placed]"), []string{
			"note 3: orders.placed is published by a, and consumed by no service: order.placed is consumed by b",
			"note 4: order.placed is consumed by b, and published by no service: orders.placed is published by a",
		}},
		{"a service is not declared", two("publishes: [t]", "calls: [c]"), nil},
		{"nobody has looked for messages", two("publishes: [t]", "messages: unknown"), nil},
		{"what is listed is all there is", two("publishes: [t], messages: unknown", "consumes: [u], messages: unknown"), []string{
			"note 3: t is published by a, and consumed by no service",
			"note 4: u is consumed by b, and published by no service",
		}},
		{"a dead letter", two("publishes: [t, t.dead]", "consumes: [{topic: t, dead-letter: t.dead}]"), nil},
		{"a reply", two("calls: [{to: b, via: q}]", "consumes: [q]"), nil},
		{"erasure consumes", two("publishes: [t]", "data: [{name: email, class: personal, erasure: t}]"), nil},
		{"erasure alone is said elsewhere", two("", "data: [{name: email, class: personal, erasure: t}]"), nil},
		{"external publishes", two("kind: external, publishes: [t]", "consumes: [t]"), nil},
		{"a broker is not named", two("publishes: [{topic: t, broker: kafka}]", "consumes: [t]"), nil},
		{"brokers differ", two("publishes: [{topic: orders, broker: kafka}]", "consumes: [{topic: orders, broker: nats}]"), []string{
			"note 3: orders on kafka is published by a, and consumed by no service: orders on nats is consumed by b",
			"note 4: orders on nats is consumed by b, and published by no service: orders on kafka is published by a",
		}},
		{"one of two brokers", two("publishes: [{topic: t, broker: kafka}]", "consumes: [{topic: t, broker: nats}, {topic: t, broker: kafka}]"),
			[]string{"note 4: t on nats is consumed by b, and published by no service"}},
		{"wildcards", two("publishes: [orders.placed, 'orders.eu.placed', other]", "consumes: ['orders.*.placed', 'orders.>']"),
			[]string{"note 3: other is published by a, and consumed by no service"}},
		{"what is published may be anything", two("publishes: ['?', t]", "consumes: [u]"), []string{"note 3: t is published by a, and consumed by no service"}},
		{"what is consumed may be anything", two("publishes: [t]", "consumes: [u, '{ORDERS_TOPIC}']"), []string{"note 4: u is consumed by b, and published by no service"}},
		{"part of it is data", two("publishes: ['orders.{}']", "consumes: ['orders.{}', u]"), []string{"note 4: u is consumed by b, and published by no service"}},
		{"several publishers are one finding", two("publishes: [t]", "publishes: [t]"), []string{"note 3: t is published by a, b, and consumed by no service"}},
		{"declared and not used", two("", "") + "topics: {t: {}}\n", nil},
	})
}
