package rule_test

import "testing"

func TestMixedRing(t *testing.T) {
	runCases(t, "mixed-ring", []ruleCase{
		{"the shortest way round has only messages", `
services:
  a: {consumes: [u], operations: {consume u: {publishes: [u], calls: [b X]}}}
  b: {operations: {X: {publishes: [u]}}}
`, []string{"note 3: a consume u sets itself off again through a message: a → b → (u) → a"}},
		{"the shortest way round has no message", `
services:
  a: {consumes: [t], operations: {GET /x: {calls: [b Y]}, consume t: {calls: [b Y]}}}
  b: {operations: {Y: {calls: [a GET /x], publishes: [t]}}}
`, []string{"note 3: a consume t sets itself off again through a message: a → b → (t) → a"}},
		{"a certain one and a possible one", `
services:
  a: {consumes: [t], operations: {consume t: {calls: [b Y]}}}
  b: {operations: {Y: {publishes: [t]}}}
  c: {consumes: [u], operations: {consume u: {calls: [d Y]}}}
  d: {publishes: [u], operations: {Y: {}}}
`, []string{
			"note 3: a consume t sets itself off again through a message: a → b → (t) → a",
			"possible note 5: c consume u sets itself off again through a message: c → d → (u) → c",
		}},
		{"only the publisher names the broker", `
services:
  a: {consumes: [t], operations: {consume t: {calls: [b Y]}}}
  b: {operations: {Y: {publishes: [{topic: t, broker: kafka}]}}}
`, []string{"note 3: a consume t sets itself off again through a message: a → b → (t) → a"}},
		{"the topics need not be one", `
services:
  a: {consumes: ["?", "{TOPIC}"], operations: {"consume ?": {calls: [b Y]}, "consume {TOPIC}": {calls: [b Y]}}}
  b: {operations: {Y: {publishes: ["?", "{TOPIC}"]}}}
  c: {operations: {"consume ?": {calls: [b Y]}}}
`, nil},
		{"another broker", `
services:
  a: {consumes: [{topic: t, broker: nats}], operations: {consume t: {calls: [b Y]}}}
  b: {operations: {Y: {publishes: [{topic: t, broker: kafka}]}}}
`, nil},
		{"only the operation's name says what is consumed", `
services:
  a: {operations: {consume t: {calls: [b Y]}}}
  b: {operations: {Y: {publishes: [t]}}}
`, []string{"note 3: a consume t sets itself off again through a message: a → b → (t) → a"}},
	})
}
