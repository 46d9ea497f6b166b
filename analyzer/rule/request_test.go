package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// What a user waits for is told of journeys, or of the operation that needs most.
func TestRequests(t *testing.T) {
	const shop = `version: 1
%sservices:
  web:
    operations:
      GET /: {calls: [catalog GET /all]}
      GET /offers: {calls: [catalog GET /all, {to: ads, operation: GET /ads, error: discarded, timeout: false}]}
      POST /orders:
        calls:
          - {to: orders, operation: PlaceOrder, effect: write, timeout: 2s}
          - {to: ads, operation: GET /ads, error: swallowed, timeout: false}
  orders:
    operations:
      PlaceOrder: {calls: [{to: catalog, operation: GET /one, loop: true}, {to: flags, operation: GET /flag}, {to: web, operation: POST /orders}]}
  catalog: {operations: {GET /all: {}, GET /one: {}}}
  ads: {operations: {GET /ads: {calls: [{to: users, operation: GET /user, timeout: 1s}]}}}
  users: {operations: {GET /user: {}}}
  flags: {kind: platform, operations: {GET /flag: {}}}
  nightly: {kind: job, calls: [orders PlaceOrder, catalog GET /all, ads GET /ads]}
`
	said := func(text string) string {
		var lines []string
		for _, r := range rule.Requests(graph.Build(read(t, text))) {
			lines = append(lines, fmt.Sprintf("%s|%s %s|%s|%d-%d of %d calls %d endless %d in loops|%v", r.Journey, r.Service, r.Operation, strings.Join(r.Waits, " "), r.Sure, r.Must, r.Calls, r.Endless, r.Loops, r.Cut))
		}
		return strings.Join(lines, "\n")
	}
	for _, c := range []struct{ name, text, want string }{
		{"what needs most, of what users wait for", fmt.Sprintf(shop, ""),
			"|web GET /offers|ads catalog users|1-1 of 3 calls 1 endless 0 in loops|false"},
		{"without the ring it is another", strings.Replace(fmt.Sprintf(shop, ""), ", {to: web, operation: POST /orders}", "", 1),
			"|web POST /orders|ads catalog orders users|2-2 of 4 calls 1 endless 1 in loops|false"},
		{"journeys, those that need most first", fmt.Sprintf(shop, "journeys: {look: {entry: [web GET /offers]}, order: {entry: [web POST /orders, web GET /]}, home: {entry: [web GET /]}}\n"),
			"order|web POST /orders|ads catalog orders users|2-2 of 6 calls 1 endless 1 in loops|false\nlook|web GET /offers|ads catalog users|1-1 of 3 calls 1 endless 0 in loops|false"},
		{"of branches, what is asked on one must be up", "version: 1\nservices:\n  web: {operations: {GET /: {calls: [{to: a, operation: P/X, branch: 1/1}, {to: b, operation: P/X, branch: 1/2}, {to: c, operation: P/X, branch: 1/2}]}}}\n" +
			"  a: {operations: {P/X: {}}}\n  b: {operations: {P/X: {}}}\n  c: {operations: {P/X: {}}}\n",
			"|web GET /|a b c|2-2 of 3 calls 0 endless 0 in loops|false"},
		{"one service is not much", "version: 1\nservices:\n  web: {operations: {GET /: {calls: [catalog GET /all]}}}\n  catalog: {operations: {GET /all: {}}}\n", ""},
		{"nothing is certain", "version: 1\nservices:\n  web: {calls: [a]}\n  a: {calls: [b]}\n  b: {calls: [c]}\n  c: {}\n", ""},
	} {
		if got := said(c.text); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
