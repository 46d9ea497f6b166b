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

// TestJoinConfigured: what a manifest says of a store goes before what a file of configuration says of it; where the code
// itself says something else, it is another store.
func TestJoinConfigured(t *testing.T) {
	var files arch.Files
	inCode := arch.Pos{File: files.Get("order/main.go", arch.Go), Line: 7, Column: 3}
	inManifest := arch.Pos{File: files.Get("services.yaml", arch.Manifest), Line: 3, Column: 3}
	order := func(at arch.Pos, store arch.StoreUse) *arch.System {
		store.Name, store.Pos = "orders", at
		return &arch.System{Services: []*arch.Service{{Name: "order", Declared: true, Pos: at, Body: arch.Body{Stores: []*arch.StoreUse{&store}}}}}
	}
	said := order(inManifest, arch.StoreUse{Server: arch.At("mysql-live", inManifest), Database: arch.At("orders", inManifest)})
	for _, test := range []struct {
		name   string
		target arch.Fact[string]
		stores int
	}{
		{"a file says another server", arch.At("config order.Config.DB", inCode), 1},
		{"the code says another server", arch.Fact[string]{}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			code := order(inCode, arch.StoreUse{Server: arch.At("mysql", inCode), Database: arch.At("orders_dev", inCode), Target: test.target})
			united, _ := arch.Join(said, code)
			stores := united.Services[0].Stores
			if len(stores) != test.stores {
				t.Fatalf("%d stores, want %d", len(stores), test.stores)
			}
			if test.stores == 1 && (stores[0].Server.Value != "mysql-live" || stores[0].Database.Value != "orders" || stores[0].Configured()) {
				t.Errorf("it is %s on %s, by a file: %t", stores[0].Database.Value, stores[0].Server.Value, stores[0].Configured())
			}
		})
	}
}
