package rule_test

import "testing"

func TestFailsAfterWrite(t *testing.T) {
	order := func(calls, rest string) string {
		return `
services:
  payment: {operations: {shop.Payment/Charge: {}}}
  shipping: {operations: {shop.Shipping/Quote: {}}}
  mail: {}
  order:
    operations:
      shop.Order/Place:
        calls:
` + calls + rest
	}
	const (
		charge   = "          - {to: payment, operation: shop.Payment/Charge, effect: write}\n"
		undone   = "          - {to: payment, operation: shop.Payment/Charge, effect: write, undo: true}\n"
		beside   = "          - {to: payment, operation: shop.Payment/Charge, effect: write, concurrent: true}\n"
		ship     = "          - {to: shipping, operation: shop.Shipping/Quote, error: returned}\n"
		perhaps  = "          - {to: shipping, operation: shop.Shipping/Quote}\n"
		abeam    = "          - {to: shipping, operation: shop.Shipping/Quote, error: returned, concurrent: true}\n"
		soft     = "          - {to: mail, error: swallowed}\n"
		discard  = "          - {to: mail, reply: unused, error: discarded}\n"
		itself   = "          - {to: order, error: returned}\n"
		says     = "order Place can fail after payment Charge is done: in shipping Quote"
		journeys = "journeys: {buy: {entry: [order shop.Order/Place]}}\n"
	)
	runCases(t, "fails-after-write", []ruleCase{
		{"a later call fails it", order(charge+ship, ""), []string{"warning 10: " + says}},
		{"on a journey", order(charge+ship, journeys), []string{"error 10: " + says}},
		{"the write comes last", order(ship+charge, ""), nil},
		{"it is undone", order(undone+ship, ""), nil},
		{"the second write is not", order(undone+charge+ship, ""), []string{"warning 11: " + says}},
		{"what becomes of the error is not known", order(charge+perhaps, journeys), []string{"possible warning 10: " + says}},
		{"it is known of a later one", order(charge+perhaps+ship, ""), []string{"warning 10: " + says}},
		{"later calls are soft", order(charge+soft+discard, ""), nil},
		{"both side by side", order(beside+abeam, ""), nil},
		{"after those side by side", order(beside+abeam+ship, ""), []string{"warning 10: " + says}},
		{"side by side, after the write", order(charge+abeam, ""), []string{"warning 10: " + says}},
		{"said to be one after the other", order(
			"          - {to: payment, operation: shop.Payment/Charge, effect: write, concurrent: false}\n"+
				"          - {to: shipping, operation: shop.Shipping/Quote, error: returned, concurrent: false}\n", ""), []string{"warning 10: " + says}},
		{"of the later ones only those that may fail it", order(charge+soft+perhaps+discard, ""), []string{"possible warning 10: " + says}},
		{"itself", order(charge+itself, ""), nil},
		{"calls on the service have no order", `
services:
  payment: {}
  shipping: {}
  order: {calls: [{to: payment, effect: write}, {to: shipping, error: returned}]}
`, nil},
		{"platform", "services:\n  p: {kind: platform}\n  payment: {}\n  order: {operations: {POST /o: {calls: [{to: payment, effect: write}, {to: p, error: returned}]}}}\n", nil},
		{"a write by its name", order("          - {to: payment, operation: shop.Payment/Charge}\n          - {to: shipping, operation: shop.Shipping/Quote, error: returned}\n", ""), []string{"possible warning 10: " + says}},
		{"only reads before", order(ship+ship, ""), nil},
	})
	f := only(t, order(charge+ship+"          - {to: mail, effect: read, error: returned}\n", ""), "fails-after-write")
	mustSay(t, "cost", f.Cost, "the caller reads that it failed; if it tries again, payment Charge is done twice")
	mustSay(t, "remedy", f.Remedy, "ask mail before payment Charge",
		"publish an event after payment Charge, and let shipping consume it",
		"else undo payment Charge when a later call fails, and give it an idempotency key")
	if f.Size != 2 || len(f.Others) != 3 {
		t.Errorf("size %d and %d places, want 2 and 3", f.Size, len(f.Others))
	}
	f = only(t, order("          - {to: payment, effect: write, undo: false, idempotency-key: true}\n"+ship, ""), "fails-after-write")
	mustSay(t, "cost", f.Cost, "the caller reads that it failed; only a retry, safe by its idempotency key, brings payment and the rest together", "nothing undoes it")
	mustSay(t, "remedy", f.Remedy, "publish an event after payment, and let shipping consume it", "else undo payment when a later call fails")
	f = only(t, order("          - {to: payment, operation: A, effect: write}\n          - {to: payment, operation: B, effect: write, error: returned}\n", ""), "fails-after-write")
	mustSay(t, "remedy where one service is written to twice", f.Remedy, "give payment one operation for all that is asked of it here: it can do that as a whole or not at all",
		"else undo payment A when a later call fails, and give it an idempotency key")
	f = only(t, order("          - {to: \"?\", target: $URL, effect: write, undo: false}\n          - {to: \"?\", target: $OTHER, effect: write, error: returned}\n", ""), "fails-after-write")
	mustSay(t, "cost of an unknown callee", f.Cost, "the caller reads that it failed; if it tries again, that write is done twice", "nothing undoes it")
	mustSay(t, "remedy of an unknown callee", f.Remedy, "undo that write when a later call fails, and give it an idempotency key")
	f = only(t, order("          - {to: payment, effect: write, idempotency-key: false}\n"+ship, ""), "fails-after-write")
	mustSay(t, "cost", f.Cost, "the caller reads that it failed; if it tries again, payment is done twice")
}
