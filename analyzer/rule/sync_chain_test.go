package rule_test

import "testing"

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
