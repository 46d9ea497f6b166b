package arch_test

import (
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// TestResolveHosts says of the target of a call to nobody known which operation of pay it reaches.
func TestResolveHosts(t *testing.T) {
	for target, want := range map[string]string{
		"env PAY_URL /charge":                        "pay POST /charge",
		"env PAY_URL /pay/12":                        "pay GET /pay/{id}",
		"env PAY_URL":                                "pay ",
		"env PAY_URL /refunds":                       "pay ", // which is a topic, and no route
		"env PAY_URL /charge or env PAY_URL /none":   "pay ", // either
		"env PAY_URL /none or env PAY_URL /charge":   "pay ",
		"env PAY_URL /charge or env PAY_OLD /charge": "pay POST /charge",
		"env PAY_URL /charge or env CART_URL":        "? ",
		"http://{}/charge":                           "? ",
	} {
		call := &arch.Call{To: arch.Unresolved, CallFacts: &arch.CallFacts{Target: arch.At(target, arch.Pos{})}}
		hosts := func(names ...string) (all []arch.Fact[string]) {
			for _, name := range names {
				all = append(all, arch.At(name, arch.Pos{}))
			}
			return all
		}
		sys := &arch.System{Services: []*arch.Service{
			{Name: "cart", Declared: true, Hosts: hosts("CART_URL")},
			{Name: "pay", Declared: true, Hosts: hosts("PAY_URL", "PAY_OLD"), Operations: []*arch.Operation{
				{Name: "POST /charge"}, {Name: "GET /pay/{id}"}, {Name: "consume refunds"}}},
			{Name: "web", Declared: true, Body: arch.Body{Calls: []*arch.Call{call}}},
		}}
		sys.ResolveHosts()
		if got := call.To + " " + call.Operation.Or(""); got != want {
			t.Errorf("%s reaches %s, want %s", target, got, want)
		}
	}
}

func TestTargetSource(t *testing.T) {
	for _, one := range [][3]string{
		{"env PAY_URL /charge", "PAY_URL", "env PAY_URL"},
		{"flag -l", "l", "flag -l"},
		{"http://{} or config app.URL /x", "app.URL", "config app.URL"},
		{"http://pay:80/pay", "pay:80", "http://pay:80"},
		{"http://a.b/a or env a", "a", "env a"},
	} {
		if got := arch.TargetSource(one[0], one[1]); got != one[2] {
			t.Errorf("%s in %s stands in %s, want %s", one[1], one[0], got, one[2])
		}
	}
}
