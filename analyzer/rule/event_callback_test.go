package rule_test

import "testing"

func TestEventCallback(t *testing.T) {
	runCases(t, "event-callback", []ruleCase{
		{"the handler calls the publisher", `
services:
  order: {operations: {shop.Order/Get: {}, shop.Order/Place: {publishes: [t]}}}
  x: {consumes: [t], operations: {consume t: {calls: [order shop.Order/Get, order shop.Order/Lines]}}}
`, []string{"warning 4: x consumes t and calls order Get; order publishes it"}},
		{"the operation that publishes it", `
services:
  order: {publishes: [t], operations: {shop.Order/Change: {publishes: [t]}, shop.Order/Place: {publishes: [t]}}}
  x: {consumes: [t], operations: {consume t: {calls: [order shop.Order/Place]}}}
`, []string{"warning 4: x consumes t and calls order Place, which publishes it"}},
		{"nobody says which operation publishes it", `
services:
  order: {publishes: [t], operations: {shop.Order/Get: {}}}
  x: {consumes: [t], operations: {consume t: {calls: [order shop.Order/Get]}}}
`, []string{"warning 4: x consumes t and calls order Get; order publishes it"}},
		{"the operation publishes it elsewhere", `
services:
  order: {operations: {shop.Order/Get: {publishes: [{topic: t, broker: nats}]}, shop.Order/Place: {publishes: [{topic: t, broker: kafka}]}}}
  x: {consumes: [{topic: t, broker: kafka}], operations: {consume t: {calls: [order shop.Order/Get]}}}
`, []string{"warning 4: x consumes t and calls order Get; order publishes it"}},
		{"a command", `
services:
  order: {publishes: [t], operations: {shop.Order/Get: {}}}
  x: {consumes: [t], operations: {consume t: {calls: [order shop.Order/Get]}}}
topics: {t: {kind: command}}
`, nil},
		{"an event of a topic that is declared", `
services:
  order: {publishes: [t], operations: {shop.Order/Get: {}}}
  x: {consumes: [t], operations: {consume t: {calls: [order shop.Order/Get]}}}
topics: {t: {kind: event}}
`, []string{"warning 4: x consumes t and calls order Get; order publishes it"}},
		{"a queue of tasks", `
services:
  order: {publishes: [{topic: t, broker: asynq}], operations: {shop.Order/Get: {}}}
  x: {consumes: [{topic: t, broker: asynq}], operations: {consume t: {calls: [order shop.Order/Get]}}}
`, nil},
		{"perhaps it does", `
services:
  order: {publishes: [t]}
  x: {consumes: [t], calls: [order]}
`, []string{"possible warning 4: x consumes t and calls order, which publishes it"}},
		{"its own calls are known", `
services:
  order: {publishes: [t]}
  stock: {}
  x: {consumes: [t], calls: [order], operations: {consume t: {calls: [stock]}}}
`, nil},
		{"the topics need not be one", `
services:
  order: {operations: {shop.Order/Get: {publishes: ["?", "{TOPIC}"]}}}
  x: {consumes: ["?", "{TOPIC}"], operations: {"consume ?": {calls: [order shop.Order/Get]}, "consume {TOPIC}": {calls: [order shop.Order/Get]}}}
`, nil},
		{"published in the background", `
services:
  order: {background: {publishes: [t]}}
  x: {operations: {consume t: {calls: [order]}}}
`, []string{"warning 4: x consumes t and calls order, which publishes it"}},
		{"another operation calls it", `
services:
  order: {publishes: [t]}
  x: {consumes: [t], operations: {GET /x: {calls: [order]}, consume t: {}}}
`, nil},
		{"another topic", `
services:
  order: {publishes: [u]}
  x: {consumes: [t], operations: {consume t: {calls: [order]}}}
`, nil},
		{"another broker", `
services:
  order: {publishes: [{topic: t, broker: kafka}]}
  x: {consumes: [{topic: t, broker: nats}], operations: {consume t: {calls: [order]}}}
`, nil},
		{"a broker is not named", `
services:
  order: {publishes: [{topic: t, broker: kafka}]}
  x: {consumes: [t], operations: {consume t: {calls: [order]}}}
`, []string{"warning 4: x consumes t and calls order, which publishes it"}},
		{"external, platform, itself, in the background", `
services:
  out: {kind: external, publishes: [t]}
  p: {kind: platform, publishes: [t]}
  order: {publishes: [t]}
  x: {consumes: [t], publishes: [t], background: {calls: [order]}, operations: {consume t: {calls: [out, p, x]}}}
`, nil},
		{"two publishers", `
services:
  a: {publishes: [t]}
  b: {publishes: [t]}
  x: {consumes: [t], operations: {consume t: {calls: [a, b]}}}
`, []string{
			"warning 5: x consumes t and calls a, which publishes it",
			"warning 5: x consumes t and calls b, which publishes it",
		}},
	})
	f := only(t, "services:\n  a: {publishes: [t]}\n  x: {consumes: [t], operations: {consume t: {calls: [{to: a, effect: write}]}}}\n", "event-callback")
	mustSay(t, "remedy", f.Remedy, "let x publish what came of it, and a consume that")
	f = only(t, `
services:
  order: {operations: {shop.Order/Get: {}, shop.Order/Place: {publishes: [t]}}}
  x: {consumes: [t], operations: {consume t: {calls: [order shop.Order/Get]}}}
`, "event-callback")
	if len(f.Others) != 1 || f.Others[0].Operation != "shop.Order/Place" {
		t.Errorf("points at %v, want the operation that publishes", f.Others)
	}
}
