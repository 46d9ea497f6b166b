package rule_test

import (
	"fmt"
	"testing"

	"github.com/distcheck/distcheck/analyzer/rule"
)

func TestUnresolvedCall(t *testing.T) {
	runCases(t, "unresolved-call", []ruleCase{
		{"nothing is known", "services:\n  x: {calls: ['?', {to: '?'}]}\n", []string{"note 3: x calls an unknown callee, and nothing is known of its address"}},
		{"by target", "services:\n  x: {calls: [{to: '?', target: $A}, {to: '?', target: $B}], background: {calls: [{to: '?', target: $A}]}}\n", []string{
			"note 3: x calls an unknown callee: $A",
			"note 3: x calls an unknown callee: $B",
		}},
		{"nobody declares it", "services:\n  x: {calls: [stripe, stripe Charge]}\n  y: {calls: [stripe]}\n", []string{
			"note 3: x calls stripe, which nobody declares",
			"note 4: y calls stripe, which nobody declares",
		}},
		{"in the background", "services:\n  x: {background: {calls: [stripe]}}\n", []string{"note 3: x calls stripe, which nobody declares"}},
		{"a spelling mistake", "services:\n  payment: {}\n  x: {calls: [paymnet]}\n",
			[]string{"warning 4: x calls paymnet, which no service is named: did you mean payment?"}},
		{"of a host", "services:\n  payment: {hosts: [paysvc.prod]}\n  x: {calls: [paysvc.prd]}\n",
			[]string{"warning 4: x calls paysvc.prd, which no service is named: did you mean payment?"}},
		{"a host itself", "services:\n  payment: {hosts: [paysvc.prod]}\n  x: {calls: [paysvc.prod]}\n",
			[]string{"warning 4: x calls paysvc.prod, which no service is named: did you mean payment?"}},
		{"its own name", "services:\n  stripes: {calls: [stripe]}\n", []string{"note 3: stripes calls stripe, which nobody declares"}},
		{"declared ones, platform, itself", "services:\n  a: {kind: external}\n  p: {kind: platform, calls: [nobody]}\n  x: {calls: [a, p, x]}\n", nil},
		{"an operation that is misspelled", "services:\n  o: {operations: {Place: {}}}\n  x: {calls: [o Plce, o Place], background: {calls: [o Plce]}}\n",
			[]string{"warning 4: x calls o Plce, but o has no operation Plce: did you mean Place?"}},
		{"an operation that is not listed", "services:\n  o: {operations: {Place: {}}}\n  x: {calls: [o Cancel]}\n",
			[]string{"note 4: x calls o Cancel, but o has no operation Cancel"}},
		{"operations of a callee that lists none", "services:\n  o: {consumes: [t]}\n  p: {kind: platform, operations: {Place: {}}}\n  x: {calls: [o Place, p Plce, x Plce, o GET /healthz], operations: {Place: {}}}\n", nil},
		{"routes that match", "services:\n  o: {operations: {'GET /o/{id}': {}, 'ANY /f/{path...}': {}}}\n  x: {calls: [o GET /o/42, o POST /f/a/b]}\n", nil},
		{"a subject that nobody answers", "services:\n  o: {operations: {consume o.requests: {}}}\n  x: {calls: [{to: o, via: o.reqeusts}]}\n",
			[]string{"warning 4: x calls o consume o.reqeusts, but o has no operation consume o.reqeusts: did you mean consume o.requests?"}},
		{"of a health probe", "services:\n  x: {operations: {GET /healthz: {calls: ['?']}}}\n", nil},
	})
	f := only(t, "services:\n  x: {calls: [{to: '?', target: $A}], background: {calls: [{to: '?', target: $A}]}}\n", "unresolved-call")
	if f.Size != 2 || len(f.Others) != 1 || f.Subject != "$A" {
		t.Errorf("size %d, %d further places, subject %q; want 2, 1 and $A", f.Size, len(f.Others), f.Subject)
	}
	for target, want := range map[string]string{
		"env PAYMENT_SERVICE_ADDR /charge":                "say whose host PAYMENT_SERVICE_ADDR is, in services.yaml: services: {payment: {hosts: [PAYMENT_SERVICE_ADDR]}}; kind: external, if it is not yours",
		"http://{} or config app.Config.Auth.KeycloakURL": "say whose host app.Config.Auth.KeycloakURL is, in services.yaml: services: {keycloak: {hosts: [app.Config.Auth.KeycloakURL]}}; kind: external, if it is not yours",
		"flag -ad-url":                         "say whose host ad-url is, in services.yaml: services: {ad: {hosts: [ad-url]}}; kind: external, if it is not yours",
		"http://169.254.169.254/latest":        "say whose host 169.254.169.254 is, in services.yaml: services: {NAME: {hosts: [169.254.169.254]}}; kind: external, if it is not yours",
		"localhost:8081/rating":                "say whose host localhost:8081 is, in services.yaml: services: {NAME: {hosts: [\"localhost:8081\"]}}; kind: external, if it is not yours",
		"$HOST":                                "say whose host $HOST is, in services.yaml: services: {NAME: {hosts: [\"$HOST\"]}}; kind: external, if it is not yours",
		"RatingService of rating or ratings-2": "name the callee of the call at this place, in services.yaml: services: {x: {calls: [{to: NAME, at: \"main.go:3:1\"}]}, NAME: {}}; kind: external, if it is not yours",
		"http://{}:{}/rating":                  "name the callee of the call at this place, in services.yaml: services: {x: {calls: [{to: NAME, at: \"main.go:3:1\"}]}, NAME: {}}; kind: external, if it is not yours",
	} {
		f = only(t, fmt.Sprintf("services:\n  x: {calls: [{to: '?', target: '%s', at: 'main.go:3:1', source: go}]}\n", target), "unresolved-call")
		mustSay(t, "remedy for "+target, f.Remedy, want)
	}
	f = only(t, "services:\n  o: {operations: {Place: {}}}\n  x: {calls: [o Plce]}\n", "unresolved-call")
	mustSay(t, "remedy", f.Remedy, "call it Place", "or add Plce to the operations of o: what it calls in turn is not known")
}

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		name, want string
		known      []string
	}{
		{"paymnet", "payment", []string{"catalog", "payment"}},
		{"payments", "payment", []string{"payment"}},
		{"checkotu", "checkout", []string{"checkin", "checkout"}},
		{"shiping-v", "", []string{"shipping-api"}},
		{"chat", "", []string{"cart"}}, // two edits are too many for so short a name
		{"card", "cart", []string{"cart"}},
		{"ab", "", []string{"ac"}},
		{"shard-2", "", []string{"shard-1"}}, // siblings
		{"shrad-1", "shard-1", []string{"shard-1"}},
		{"bestellüng", "bestellung", []string{"bestellung"}},
	} {
		if got := rule.Nearest(c.name, c.known...); got != c.want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", c.name, c.known, got, c.want)
		}
	}
}

// Thousands of unknown names, each near to thousands of known ones, end in time: suggestions do not.
func TestNearestEnds(t *testing.T) {
	known := make([]string, 0, 26*26*26)
	for i := range cap(known) {
		known = append(known, fmt.Sprintf("service-%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676))
	}
	names := make([]string, 5000)
	for i := range names {
		names[i] = "servcie-" + known[i][8:]
	}
	found := rule.NearestOf(names, known)
	if found[0] != known[0] {
		t.Errorf("the first has no suggestion: %q", found[0])
	}
	if found[len(found)-1] != "" {
		t.Error("the budget has no end")
	}
}
