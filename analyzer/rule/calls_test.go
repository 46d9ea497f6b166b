package rule_test

import (
	"testing"

	"github.com/distcheck/distcheck/analyzer/finding"
)

func TestMissingDeadline(t *testing.T) {
	runCases(t, "missing-deadline", []ruleCase{
		{"nothing is said", `
services:
  web: {operations: {GET /: {calls: [{to: cart, operation: shop.Cart/Get}]}}}
  cart: {operations: {shop.Cart/Get: {}}}
`, nil},
		{"a limit on all attempts", `
services:
  web: {operations: {GET /: {calls: [{to: cart, operation: shop.Cart/Get, timeout: false, deadline: 2s}]}}}
  cart: {operations: {shop.Cart/Get: {}}}
`, nil},
		{"one client is one finding", `
services:
  web:
    operations:
      GET /:
        calls:
          - {to: cart, operation: shop.Cart/Get, protocol: grpc, timeout: false, client: {value: grpc.NewClient, at: "main.go:7", source: go}}
          - {to: cart, operation: shop.Cart/Add, protocol: grpc, timeout: false, error: discarded, client: {value: grpc.NewClient, at: "main.go:7", source: go}}
          - {to: cart, operation: shop.Cart/Drop, protocol: grpc, timeout: 1s, client: {value: grpc.NewClient, at: "main.go:7", source: go}}
          - {to: user, operation: GET /me, protocol: http, timeout: false, client: http.DefaultClient}
  cart: {operations: {shop.Cart/Get: {}, shop.Cart/Add: {}, shop.Cart/Drop: {}}}
  user: {operations: {GET /me: {}}}
`, []string{
			"error 7: nothing ends the wait for 2 calls over what is made here (grpc.NewClient)",
			"error 10: nothing ends the wait for the call of user GET /me over http.DefaultClient",
		}},
		{"one helper that several places call", `
services:
  web:
    operations:
      GET /:
        calls:
          - {to: cart, operation: shop.Cart/Get, timeout: false, client: http.DefaultClient, at: "get.go:3:1", through: {value: get, at: "main.go:7:3", source: go}, source: go}
          - {to: user, operation: GET /me, timeout: false, client: http.DefaultClient, at: "get.go:3:1", through: {value: get, at: "main.go:8:3", source: go}, source: go}
  cart: {operations: {shop.Cart/Get: {}}}
  user: {operations: {GET /me: {}}}
`, []string{"error 3: nothing ends the wait for 2 calls over http.DefaultClient"}},
		{"one client of several operations", `
services:
  web:
    operations:
      GET /a: {calls: [{to: cart, operation: shop.Cart/Get, timeout: false, client: http.DefaultClient, at: "main.go:7:3", source: go}]}
      GET /b: {calls: [{to: cart, operation: shop.Cart/Get, timeout: false, client: http.DefaultClient, at: "main.go:8:3", source: go}]}
      GET /c: {calls: [{to: cart, operation: shop.Cart/Get, timeout: false, client: http.DefaultClient, at: "main.go:8:3", source: go}]}
  cart: {operations: {shop.Cart/Get: {}}}
`, []string{"error 7: nothing ends the wait of web GET /a and 2 other operations for 2 calls over http.DefaultClient"}},
		{"callers that send no deadline", `
services:
  web: {operations: {GET /: {calls: [{to: cart, operation: shop.Cart/Get, timeout: false}]}}}
  cart: {operations: {shop.Cart/Get: {calls: [{to: price, operation: shop.Price/Get, timeout: incoming}]}}}
  price: {operations: {shop.Price/Get: {calls: [{to: tax, operation: shop.Tax/Get, timeout: incoming}]}}}
  tax: {operations: {shop.Tax/Get: {}}}
`, []string{
			"error 3: nothing ends the wait for the call of cart Get",
			"error 4: nothing ends the wait for the call of price Get",
			"error 5: nothing ends the wait for the call of tax Get",
		}},
		{"callers that send one", `
services:
  web: {operations: {GET /: {calls: [{to: cart, operation: shop.Cart/Get, timeout: 1s}]}}}
  cart: {operations: {shop.Cart/Get: {calls: [{to: price, operation: shop.Price/Get, timeout: incoming}]}}}
  price: {operations: {shop.Price/Get: {}}}
`, nil},
		{"some callers do", `
services:
  app: {operations: {GET /: {calls: [{to: cart, operation: shop.Cart/Get, timeout: 1s}]}}}
  web: {operations: {GET /: {calls: [{to: cart, operation: shop.Cart/Get, timeout: false}]}}}
  cart: {operations: {shop.Cart/Get: {calls: [{to: price, operation: shop.Price/Get, timeout: incoming}]}}}
  price: {operations: {shop.Price/Get: {}}}
`, []string{
			"error 4: nothing ends the wait for the call of cart Get",
			"possible warning 5: nothing but the deadline of the request, if it brings one, ends the wait for the call of price Get",
		}},
		{"nobody known calls, and callers that say nothing", `
services:
  cart: {operations: {shop.Cart/Get: {calls: [{to: price, operation: shop.Price/Get, timeout: incoming}]}}}
  web: {operations: {GET /: {calls: [{to: user, operation: shop.User/Get}]}}}
  user: {operations: {shop.User/Get: {calls: [{to: price, operation: shop.Price/Get, timeout: incoming}]}}}
  price: {operations: {shop.Price/Get: {}}}
`, []string{"possible warning 3: nothing but the deadline of the request, if it brings one, ends the wait for the call of price Get"}},
		{"a ring that no deadline enters", `
services:
  a: {operations: {shop.A/Get: {calls: [{to: b, operation: shop.B/Get, timeout: incoming}]}}}
  b: {operations: {shop.B/Get: {calls: [{to: a, operation: shop.A/Get, timeout: incoming}]}}}
`, nil},
	})
}

func TestMissingDeadlineSays(t *testing.T) {
	f := only(t, `
services:
  web:
    operations:
      GET /:
        calls:
          - to: cart
            operation: shop.Cart/Get
            protocol: grpc
            timeout: {value: false, at: "main.go:5", source: go}
            error: discarded
            client: {value: grpc.NewClient, at: "main.go:7", source: go}
  cart: {operations: {shop.Cart/Get: {}}}
`, "missing-deadline")
	mustSay(t, "cost", f.Cost,
		"its error is ignored, so that all it can do to the request is to hang it",
		"the deadline made at main.go:5 bounds none of this: nobody uses its context")
}

func TestContextNotPropagated(t *testing.T) {
	runCases(t, "context-not-propagated", []ruleCase{
		{"where the context is made", `
services:
  web:
    operations:
      GET /a: {calls: [{to: cart, operation: GET /, context: {value: new, at: "main.go:9", source: go}}]}
      GET /b: {calls: [{to: user, operation: GET /, context: {value: new, at: "main.go:9", source: go}}]}
      GET /c: {calls: [{to: user, operation: GET /, context: passed}]}
      GET /d: {calls: [{to: user, operation: GET /}]}
  cart: {operations: {GET /: {}}}
  user: {operations: {GET /: {}}}
`, []string{"warning 9: 2 calls are made without the context of the request to web GET /a"}},
		{"one that goes to one or another", `
services:
  web:
    operations:
      GET /a: {calls: [{to: cart, operation: GET /, context: {value: new, at: "main.go:9", source: go}, at: "main.go:9", source: go}]}
      GET /b: {calls: [{to: user, operation: GET /, context: {value: new, at: "main.go:9", source: go}, at: "main.go:9", source: go}]}
  cart: {operations: {GET /: {}}}
  user: {operations: {GET /: {}}}
`, []string{"warning 9: 1 call is made without the context of the request to web GET /a"}},
	})
}

func TestUnsafeRetry(t *testing.T) {
	runCases(t, "unsafe-retry", []ruleCase{
		{"what is known", `
services:
  web:
    operations:
      GET /:
        calls:
          - {to: cart, operation: GET /a, retries: 2, backoff: false}
          - {to: cart, operation: PUT /b, retries: 1, backoff: 1s, idempotency-key: false}
          - {to: cart, operation: PUT /c, retries: 1, backoff: 1s}
          - {to: cart, operation: POST /d, retries: 1, idempotency-key: false}
          - {to: cart, operation: PUT /e, backoff: false, idempotency-key: false}
  cart: {operations: {GET /a: {}, PUT /b: {}, PUT /c: {}, POST /d: {}, PUT /e: {}}}
`, []string{
			"warning 7: web GET / tries the call of cart GET /a again at once, 2 retries without a pause",
			"warning 8: web GET / tries the call of cart PUT /b again, which changes something, without an idempotency key",
		}},
	})
}

func TestHardCodedAddress(t *testing.T) {
	runCases(t, "hard-coded-address", []ruleCase{
		{"peers, not what is outside, nor the own machine", `
services:
  web:
    operations:
      GET /a: {calls: [{to: cart, operation: GET /, address: "cart:80"}, {to: pay, operation: POST /, address: api.pay.example}]}
      GET /b: {calls: [{to: cart, operation: GET /b, address: "cart:80"}, {to: "?", target: x, address: "localhost:3500"}, {to: "?", target: y, address: "peer:80"}]}
      GET /c: {calls: [{to: "?", target: z, address: "http://localhost/z"}, {to: "?", target: s, address: "unix:///run/s"}]}
  cart: {operations: {GET /: {}, GET /b: {}}}
  pay: {kind: external}
`, []string{
			"warning 5: web has the address of cart in its code: cart:80",
			"warning 6: web has the address of a peer in its code: peer:80",
		}},
	})
}

func TestHardCodedAddressStandsAtItsText(t *testing.T) {
	runCases(t, "hard-coded-address", []ruleCase{
		{"the first of the places where it was read in code", `
services:
  web:
    operations:
      GET /a: {calls: [{to: cart, operation: GET /, address: {value: "cart:80", at: "main.go:12", source: go}}]}
      GET /b: {calls: [{to: cart, operation: GET /, address: {value: "cart:80", at: "main.go:9", source: go}}]}
  cart: {operations: {GET /: {}}}
`, []string{"warning 9: web has the address of cart in its code: cart:80"}},
	})
}

func TestInsecureTransport(t *testing.T) {
	runCases(t, "insecure-transport", []ruleCase{
		{"one for the system, one for what is outside", `
services:
  web: {operations: {GET /: {calls: [{to: cart, operation: GET /, encrypted: false}, {to: pay, operation: POST /, encrypted: false}]}}}
  cart: {operations: {GET /: {calls: [{to: user, operation: GET /, encrypted: false}, {to: user, operation: GET /x}]}}}
  user: {operations: {GET /: {}, GET /x: {}}}
  pay: {kind: external}
`, []string{
			"warning 3: pay is called without encryption: 1 call",
			"note 3: 2 calls between services are not encrypted, and no mesh is known to do so",
		}},
		{"not on the own machine", `
services:
  web:
    operations:
      GET /:
        calls:
          - {to: cart, operation: GET /, encrypted: false, address: "http://127.0.0.1:80/"}
          - {to: cart, operation: GET /, encrypted: false, address: "dns:///localhost:80"}
          - {to: cart, operation: GET /, encrypted: false, address: "unix:/run/cart"}
  cart: {operations: {GET /: {}}}
`, nil},
	})
}

func TestDiscardedError(t *testing.T) {
	runCases(t, "discarded-error", []ruleCase{
		{"in a request, where it is dropped, and in the background", `
services:
  web:
    background: {calls: [{to: cart, operation: GET /, error: discarded}]}
    operations:
      GET /: {calls: [{to: cart, operation: GET /, error: {value: discarded, at: "main.go:30", source: go}}, {to: cart, operation: GET /, error: swallowed}]}
  cart: {operations: {GET /: {}}}
`, []string{
			"warning 30: web GET / throws away the error of cart GET /",
			"warning 4: web throws away the error of cart GET /",
		}},
		{"not of what is sent to the platform", `
services:
  web:
    background: {calls: [{to: traces, error: discarded}]}
    operations: {GET /: {calls: [{to: traces, error: discarded}]}}
  traces: {kind: platform}
`, nil},
	})
}

func TestDiscardedErrorTellsOfTheWait(t *testing.T) {
	call := func(facts string) string {
		return `
services:
  web: {operations: {GET /: {calls: [{to: cart, operation: POST /empty, effect: write, error: discarded` + facts + `}]}}}
  cart: {operations: {POST /empty: {}}}
`
	}
	const lost = "when it fails, the change is lost, and nobody hears of it"
	for _, c := range []struct {
		facts string
		says  []string
	}{
		{"", []string{lost}},
		{", reply: used", []string{lost}},
		{", reply: unused, timeout: 1s", []string{lost, "yet it is waited for"}},
		{", reply: unused, timeout: false", []string{lost, "yet it is waited for, and nothing ends the wait: when cart hangs, so does the request"}},
	} {
		mustSay(t, "cost"+c.facts, only(t, call(c.facts), "discarded-error").Cost, c.says...)
	}
}

func TestStartUpDependency(t *testing.T) {
	runCases(t, "start-up-dependency", []ruleCase{
		{"not of jobs, nor of what runs on its own", `
services:
  web:
    background: {calls: [{to: cart, operation: GET /, error: returned}, {to: user, operation: GET /, error: returned}, {to: user, operation: GET /x}]}
    operations: {GET /: {}}
  sweep: {kind: job, background: {calls: [{to: cart, operation: GET /, error: returned}]}}
  feed:
    background: {calls: [{to: cart, operation: GET /, error: returned, detached: true}]}
    operations: {GET /: {}}
  pull:
    background: {calls: [{to: cart, operation: GET /, error: returned}]}
    operations: {GET /debug/pprof/: {}}
  tool:
    background: {calls: [{to: "?", target: flag -source, error: returned}]}
    operations: {GET /: {}}
  set:
    background: {calls: [{to: vault, operation: GET /, error: returned}]}
    operations: {GET /: {}}
  vault: {kind: platform}
  cart: {operations: {GET /: {}}}
  user: {operations: {GET /: {}, GET /x: {}}}
`, []string{"warning 4: web does not start unless it reaches cart GET /, user GET /"}},
	})
}

func TestDeepHealthCheck(t *testing.T) {
	runCases(t, "deep-health-check", []ruleCase{
		{"calls that cannot change the answer", `
services:
  web:
    reliability: {health: /alive, readiness: /ready}
    operations:
      GET /alive: {calls: [{to: a, operation: GET /, error: swallowed, timeout: 1s}, {to: b, operation: GET /, error: discarded}]}
      GET /ready: {calls: [{to: a, operation: GET /, error: swallowed, timeout: 1s}, {to: c, operation: GET /, error: swallowed, timeout: false}]}
  a: {operations: {GET /: {}}}
  b: {operations: {GET /: {}}}
  c: {operations: {GET /: {}}}
`, []string{
			"warning 7: the readiness endpoint of web calls c",
		}},
		{"liveness and readiness", `
services:
  web:
    reliability: {health: /live, readiness: /ready/}
    operations:
      GET /live: {calls: [{to: cart, operation: GET /}]}
      ANY /ready: {calls: [{to: cart, operation: GET /}]}
      GET /items: {calls: [{to: cart, operation: GET /}]}
  cart:
    reliability: {health: true}
    operations: {GET /: {}, GET /health: {calls: [{to: web, operation: GET /items}]}}
`, []string{
			"error 6: the liveness endpoint of web calls cart",
			"warning 7: the readiness endpoint of web calls cart",
		}},
	})
}

func TestDeepHealthCheckOfCode(t *testing.T) {
	f := only(t, `
services:
  web:
    reliability: {health: {value: /health, at: "main.go:8", source: go}}
    operations: {GET /health: {calls: [{to: cart, operation: GET /}]}}
  cart: {operations: {GET /: {}}}
`, "deep-health-check")
	if want := "possible warning 5: the liveness endpoint of web calls cart"; brief(f) != want {
		t.Errorf("%s, want %s", brief(f), want)
	}
	mustSay(t, "doubt", f.Doubt, "whether a liveness probe asks GET /health")
}

func TestBrokenTrace(t *testing.T) {
	runCases(t, "broken-trace", []ruleCase{
		{"callees that nobody knows", `
services:
  web:
    observability: {tracing: true}
    operations:
      GET /data: {calls: [{to: "?", traced: false, protocol: http}]}
      GET /configured: {calls: [{to: "?", target: env STOCK_URL /items, traced: false, protocol: http}]}
`, []string{
			"warning 7: the traces that web continues end at the call of an unknown callee (env STOCK_URL /items)",
			"possible note 6: the traces that web continues end at the call of an unknown callee (at services.yaml:6:27)",
		}},
		{"only of who takes part", `
services:
  web:
    observability: {tracing: true}
    operations: {GET /: {calls: [{to: cart, operation: GET /, traced: false}, {to: cart, operation: GET /x}, {to: pay, operation: POST /, traced: false}]}}
  app: {operations: {GET /: {calls: [{to: cart, operation: GET /, traced: false}]}}}
  idle: {observability: {tracing: true, trace-propagation: false}, operations: {GET /: {calls: [{to: cart, operation: GET /, traced: false}]}}}
  cart: {operations: {GET /: {}, GET /x: {}}}
  pay: {kind: external}
`, []string{"warning 5: the traces that web continues end at the call of cart GET /"}},
	})
}

func TestMissingCircuitBreaker(t *testing.T) {
	f := only(t, `
services:
  web: {operations: {GET /: {calls: [{to: cart, operation: GET /, circuit-breaker: false}, {to: user, operation: GET /, circuit-breaker: false}, {to: pay, operation: POST /}]}}}
  cart: {operations: {GET /: {}}}
  user: {operations: {GET /: {}}}
  pay: {kind: external}
`, "missing-circuit-breaker")
	if want := "no circuit breaker in front of cart, user"; f.Message != want || f.Severity != finding.Note {
		t.Errorf("%s, want %s", brief(f), want)
	}
}

func TestSharedCode(t *testing.T) {
	runCases(t, "shared-code", []ruleCase{
		{"not its own", `
services:
  web: {imports: [{package: example.com/shop/web/models, of: web}, {package: example.com/shop/cart/models, of: cart}]}
  cart: {}
`, []string{"warning 3: web is built with code of cart: example.com/shop/cart/models"}},
	})
}
