package rule_test

import "testing"

func TestDualWrite(t *testing.T) {
	service := func(service, operation string) string {
		return "services:\n  x:\n    " + service + "\n    operations: {POST /x: {" + operation + "}}\n"
	}
	const (
		none    = "owner: me"
		store   = "stores: [{name: db, access: write}]"
		reads   = "stores: [{name: db, access: read}]"
		cache   = "stores: [{name: db, access: write, durable: false}]"
		bare    = "publishes: [{topic: t, outbox: false}]"
		outbox  = "publishes: [{topic: t, outbox: true}]"
		unknown = "publishes: [t]"
		says    = "x POST /x writes to db and publishes t without an outbox"
	)
	runCases(t, "dual-write", []ruleCase{
		{"one operation", service(none, store+", "+bare), []string{"warning 5: " + says}},
		{"the store is the service's", service(store, bare), []string{"possible warning 5: " + says}},
		{"both are the service's", service(store+"\n    "+bare, ""), []string{"possible warning 5: x writes to db and publishes t without an outbox"}},
		{"with an outbox", service(none, store+", "+outbox), nil},
		{"not known", service(none, store+", "+unknown), nil},
		{"only read", service(store, reads+", "+bare), nil},
		{"not known whether it is changed", service(none, "stores: [db], "+bare), nil},
		{"a cache", service(none, cache+", "+bare), nil},
		{"Redis", service(none, "stores: [{name: db, kind: redis, access: write}], "+bare), nil},
		{"Redis that is kept", service(none, "stores: [{name: db, kind: redis, access: write, durable: true}], "+bare), []string{"warning 5: " + says}},
		{"in code", "services:\n  x:\n    source: go\n    at: x/main.go:1:1\n    operations:\n      POST /x:\n        at: x/main.go:5:2\n        source: go\n        stores: [{name: db, access: write, at: \"x/main.go:7:3\", source: go}]\n        publishes: [{topic: t, outbox: false, at: \"x/main.go:9:3\", source: go}]\n",
			[]string{"possible warning 9: " + says}},
		{"another operation in code", "services:\n  x:\n    source: go\n    at: x/main.go:1:1\n    stores: [{name: db, access: write, at: \"x/main.go:2:3\", source: go}]\n    operations:\n      POST /x: {at: x/main.go:5:2, source: go, publishes: [{topic: t, outbox: false, at: \"x/main.go:9:3\", source: go}]}\n", nil},
		{"no store", service(none, bare), nil},
		{"a dead letter", service("consumes: [{topic: u, dead-letter: t}]", store+", "+bare), nil},
		{"a relay in the background", service("background: {"+store+", "+bare+"}", ""), nil},
		{"a query that tells that it was asked", "services:\n  x:\n    " + store + "\n    operations: {GET /x: {" + bare + "}}\n", nil},
		{"external", service("kind: external", store+", "+bare), nil},
		{"two topics are one finding", service(none, store+", publishes: [{topic: t, outbox: false}, {topic: u, outbox: false}, {topic: v, outbox: true}]"),
			[]string{"warning 5: x POST /x writes to db and publishes t, u without an outbox"}},
	})
	for _, c := range []struct{ yaml, operation string }{
		{service(none, store+", "+bare), "POST /x"},
		{service(store, bare), ""},
	} {
		f := only(t, c.yaml, "dual-write")
		if f.Operation != "POST /x" || len(f.Others) != 1 || f.Others[0].Service != "x" || f.Others[0].Operation != c.operation {
			t.Errorf("%s\nis about %q and points at %v, want the store of x and operation %q", c.yaml, f.Operation, f.Others, c.operation)
		}
	}
}
