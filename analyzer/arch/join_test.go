package arch_test

import (
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// TestJoinTwo makes one service of a manifest of two main packages, by its hosts: its list of calls is that of both.
func TestJoinTwo(t *testing.T) {
	var files arch.Files
	code := func(name string) *arch.Service {
		at := arch.Pos{File: files.Get(name+"/main.go", arch.Go), Line: 7, Column: 3}
		return &arch.Service{Name: name, Declared: true, Pos: at, Operations: []*arch.Operation{
			{Name: "GET /" + name, Pos: at, Body: arch.Body{Calls: []*arch.Call{{To: "pay", Operation: arch.At("GET /x", at), Pos: at}}}}}}
	}
	at := arch.Pos{File: files.Get("services.yaml", arch.Manifest), Line: 3, Column: 3}
	manifest := &arch.System{Services: []*arch.Service{
		{Name: "pay", Declared: true, Pos: at},
		{Name: "shop", Declared: true, Pos: at, Hosts: []arch.Fact[string]{arch.At("cart", at), arch.At("web", at)},
			Body: arch.Body{Calls: []*arch.Call{{To: "pay", Pos: at}}}},
	}}
	united, names := arch.Join(manifest, &arch.System{Services: []*arch.Service{code("cart"), code("web")}})
	if len(names) != 2 || names["cart"] != "shop" || names["web"] != "shop" || len(united.Services) != 2 {
		t.Fatalf("%d services, by the names %v", len(united.Services), names)
	}
	shop := united.Services[1]
	if len(shop.Operations) != 2 || len(shop.Calls) != 0 {
		t.Fatalf("%d operations and %d calls of the service", len(shop.Operations), len(shop.Calls))
	}
	for _, op := range shop.Operations {
		if !op.Calls[0].Declared.Is() {
			t.Errorf("%s: the manifest has its call", op.Name)
		}
	}
}
