package rule_test

import (
	"fmt"
	"strings"
	"testing"
)

// A certain chain that is long enough is reported as such, whatever longer one may be possible.
func TestSyncChainStaysCertain(t *testing.T) {
	f := only(t, `
journeys: {buy: {entry: [web POST /b], tier: 1}}
services:
  web: {operations: {POST /b: {calls: [o Place]}}}
  o: {operations: {Place: {calls: [{to: p, operation: Charge, effect: write}]}}}
  p: {calls: [l], operations: {Charge: {}}}
  l: {}
`, "sync-chain")
	if got, want := brief(f), "error 4: web POST /b waits for o, which waits for p: 2 hops in a row"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	mustSay(t, "cost", f.Cost,
		"perhaps 3 hops in a row, as far as l: not every step of that way is certain",
		"an error, since journey buy is of tier 1 and writes")
}

// A chain that ends at nobody knows whom says so, and what can be done all the same; no event is asked of others' services.
func TestSyncChainEnds(t *testing.T) {
	const to = "services:\n  web: {operations: {GET /b: {calls: [o Get]}}}\n  o: {operations: {Get: {calls: [{to: %s, effect: read}]}}}\n  maps: {kind: external}\n"
	f := only(t, fmt.Sprintf(to, "'?', target: env MAPS_URL /geo"), "sync-chain")
	if got, want := brief(f), "possible warning 3: web GET /b waits for o, which waits for an unknown callee: 2 hops in a row"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	mustSay(t, "doubt", f.Doubt, "whom o Get calls")
	mustSay(t, "remedy", f.Remedy, "say whom o Get calls, as unresolved-call advises: only then is it known what to do",
		"if o Get only reads there: keep a copy of that data in o; if it only tells something: hand it over by a message")
	f = only(t, fmt.Sprintf(to, "maps"), "sync-chain")
	mustSay(t, "remedy", f.Remedy, "let o keep for a while what it has read from maps", "else put a queue before maps, which you cannot change: answer when the request is stored")
}

// chainsOf is what sync-chain and chain-in-consumer say of a manifest, a line for each finding.
func chainsOf(t *testing.T, yaml string) string {
	t.Helper()
	var lines []string
	for _, id := range []string{"sync-chain", "chain-in-consumer"} {
		found := of(lint(t, yaml), id)
		complete(t, found)
		for _, f := range found {
			lines = append(lines, id+": "+f.Service+" "+f.Operation)
		}
	}
	return strings.Join(lines, "\n")
}

// Each chain is reported by one of the two rules.
func TestChainsOfRequestsAndMessages(t *testing.T) {
	const chain = `
  o: {operations: {Place: {calls: [p Charge]}}}
  p: {operations: {Charge: {calls: [l Post]}}}
  l: {operations: {Post: {}}}
`
	for _, c := range []struct{ name, services, want string }{
		{"requests", "  web: {operations: {POST /o: {calls: [o Place]}}}", "sync-chain: web POST /o"},
		{"messages", "  m: {consumes: [t], operations: {consume t: {calls: [o Place]}}}", "chain-in-consumer: m consume t"},
		{"messages that only the operation's name tells of", "  m: {operations: {consume t: {calls: [o Place]}}}", "chain-in-consumer: m consume t"},
		{"a worker", "  m: {kind: worker, calls: [o Place]}", "chain-in-consumer: o Place"},
		{"a worker, in whose chain nothing is certain", "  m: {kind: worker, calls: [v]}\n  v: {calls: [o]}", "chain-in-consumer: o Place"},
		{"a worker, and a job", "  m: {kind: worker, calls: [o Place]}\n  j: {kind: job, calls: [o Place]}", "sync-chain: o Place"},
		{"both", "  m: {operations: {consume t: {calls: [o Place]}}}\n  web: {operations: {POST /o: {calls: [o Place]}}}", "sync-chain: m consume t"},
		{"requests that name no operation, perhaps", "  m: {operations: {consume t: {calls: [o Place]}}}\n  web: {operations: {POST /o: {calls: [m]}}}", "sync-chain: m consume t"},
		{"a request over a broker", "  gw: {kind: gateway, operations: {POST /o: {calls: [{to: m, via: t}]}}}\n  m: {operations: {consume t: {calls: [o Place]}}}", "sync-chain: m consume t"},
		{"of a service whose background waits for the reply", "  b: {background: {calls: [{to: m, via: t}]}}\n  m: {operations: {consume t: {calls: [o Place]}}}", "sync-chain: m consume t"},
		{"messages, and requests through a gateway", "  gw: {kind: gateway, operations: {POST /o: {calls: [o Place]}}}\n  m: {operations: {consume t: {calls: [o Place]}}}", "sync-chain: m consume t"},
		{"messages, and requests out of a ui that name no operation", "  ui: {kind: ui, calls: [o]}\n  m: {operations: {consume t: {calls: [o Place]}}}", "sync-chain: m consume t"},
		{"messages, and requests for less than a chain", "  gw: {kind: gateway, operations: {POST /o: {calls: [p Charge]}}}\n  m: {operations: {consume t: {calls: [o Place]}}}", "chain-in-consumer: m consume t"},
		{"messages, and requests through a gateway beside their longest chain", "  gw: {kind: gateway, operations: {POST /o: {calls: [o Place]}}}\n  m: {operations: {consume t: {calls: [o Place, a X]}}}\n  a: {operations: {X: {calls: [b X]}}}\n  b: {operations: {X: {calls: [c X]}}}\n  c: {operations: {X: {calls: [d X]}}}\n  d: {}", "sync-chain: o Place\nchain-in-consumer: m consume t"},
		{"messages that a gateway handles", "  gw: {kind: gateway, operations: {consume u: {calls: [o Place]}}}\n  m: {operations: {consume t: {calls: [o Place]}}}", "chain-in-consumer: m consume t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := chainsOf(t, "services:\n"+c.services+chain); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
