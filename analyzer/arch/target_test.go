package arch_test

import (
	"fmt"
	"testing"
	"time"

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

// TestResolveManyHosts finds the routes behind many addresses without splitting every route for every call.
func TestResolveManyHosts(t *testing.T) {
	pay := &arch.Service{Name: "pay", Declared: true, Hosts: []arch.Fact[string]{arch.At("PAY_URL", arch.Pos{})}}
	web := &arch.Service{Name: "web", Declared: true}
	for i := range 3_000 {
		pay.Operations = append(pay.Operations, &arch.Operation{Name: fmt.Sprintf("GET /a/b/c/d/%d", i)})
	}
	for i := range 20_000 {
		target := fmt.Sprintf("env PAY_URL /a/b/c/d/%d", i)
		web.Calls = append(web.Calls, &arch.Call{To: arch.Unresolved, CallFacts: &arch.CallFacts{Target: arch.At(target, arch.Pos{})}})
	}
	sys := &arch.System{Services: []*arch.Service{pay, web}}
	start := time.Now()
	sys.ResolveHosts()
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
	named := 0
	for _, call := range web.Calls {
		if call.Operation.Is() {
			named++
		}
	}
	if named != len(pay.Operations) {
		t.Errorf("%d calls reach an operation, want %d", named, len(pay.Operations))
	}
}
