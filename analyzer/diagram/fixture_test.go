package diagram_test

import (
	"fmt"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/diagram"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// builder makes systems for tests: a call is one line.
type builder struct {
	sys    *arch.System
	byName map[string]*arch.Service
	file   *arch.File
	line   int32
}

func newSystem(name string) *builder {
	return &builder{sys: &arch.System{Name: arch.At(name, arch.Pos{})}, byName: map[string]*arch.Service{}, file: &arch.File{Path: "services.yaml"}}
}

func (b *builder) pos() arch.Pos {
	b.line++
	return arch.Pos{File: b.file, Line: b.line}
}

func (b *builder) service(name string) *arch.Service {
	s := b.byName[name]
	if s == nil {
		s = &arch.Service{Name: name, Declared: true, Pos: b.pos()}
		b.byName[name] = s
		b.sys.Services = append(b.sys.Services, s)
	}
	return s
}

func (b *builder) kind(kind arch.Kind, names ...string) {
	for _, name := range names {
		b.service(name).Kind = arch.At(kind, arch.Pos{})
	}
}

func (b *builder) owner(owner string, names ...string) {
	for _, name := range names {
		b.service(name).Owner = arch.At(owner, arch.Pos{})
	}
}

func (b *builder) call(from, to, operation string, changes ...func(*arch.Call)) *arch.Call {
	call := &arch.Call{To: to, Pos: b.pos(), CallFacts: new(arch.CallFacts)}
	if operation != "" {
		call.Operation = arch.At(operation, call.Pos)
	}
	for _, change := range changes {
		change(call)
	}
	s := b.service(from)
	s.Calls = append(s.Calls, call)
	if to != arch.Unresolved {
		b.service(to)
	}
	return call
}

func loop(n int) func(*arch.Call) {
	return func(c *arch.Call) { c.Loop = arch.At(n, c.Pos) }
}

func write(c *arch.Call)      { c.Effect = arch.At(arch.Write, c.Pos) }
func noDeadline(c *arch.Call) { c.Timeout = arch.Fact[arch.Limit]{State: arch.Absent, Pos: c.Pos} }
func soft(c *arch.Call) {
	c.Reply, c.Error = arch.At(arch.ReplyUnused, c.Pos), arch.At(arch.ErrorSwallowed, c.Pos)
}
func target(name string) func(*arch.Call) {
	return func(c *arch.Call) { c.Target = arch.At(name, c.Pos) }
}

func (b *builder) publish(topic, from string, to ...string) {
	s := b.service(from)
	s.Publishes = append(s.Publishes, &arch.Publish{Topic: topic, Pos: b.pos()})
	for _, name := range to {
		c := b.service(name)
		c.Consumes = append(c.Consumes, arch.Consume{Topic: topic, Pos: b.pos()})
	}
	for _, known := range b.sys.Topics {
		if known.Name == topic {
			return
		}
	}
	b.sys.Topics = append(b.sys.Topics, &arch.Topic{Name: topic, Broker: arch.At("kafka", arch.Pos{})})
}

func (b *builder) store(name, kind, server string, services ...string) {
	for _, service := range services {
		use := &arch.StoreUse{Name: name, Kind: arch.At(kind, arch.Pos{}), Pos: b.pos()}
		if server != "" {
			use.Server, use.Database = arch.At(server, arch.Pos{}), arch.At(name, arch.Pos{})
		}
		s := b.service(service)
		s.Stores = append(s.Stores, use)
	}
}

func (b *builder) journey(name, service, operation string) {
	b.sys.Journeys = append(b.sys.Journeys, &arch.Journey{Name: name, Entries: []arch.Entry{{Service: service, Operation: operation}}})
}

func (b *builder) done() *arch.System {
	b.sys.Sort()
	return b.sys
}

func chain(rule string, severity finding.Severity, services ...string) *finding.Finding {
	f := &finding.Finding{Rule: rule, Severity: severity, Service: services[0], Message: rule, Size: len(services) - 1, Crossing: len(services)}
	for _, name := range services[1:] {
		f.Hops = append(f.Hops, finding.Hop{Service: name})
	}
	return f
}

func small() (*arch.System, []*finding.Finding) {
	b := newSystem("payments")
	b.kind(arch.BFF, "web")
	b.call("web", "checkout", "POST /cart/checkout")
	b.call("checkout", "payment", "shop.Payment/Charge", write, noDeadline)
	b.call("payment", "ledger", "shop.Ledger/Book", write)
	b.publish("orders.placed", "checkout", "ledger")
	return b.done(), []*finding.Finding{chain("sync-chain", finding.Error, "web", "checkout", "payment", "ledger")}
}

func shop() (*arch.System, []*finding.Finding) {
	b := newSystem("shop")
	b.kind(arch.BFF, "frontend")
	for _, to := range []string{"ad", "cart", "catalog", "checkout", "currency", "recommendation", "shipping"} {
		b.call("frontend", to, "shop."+to+"Service/Get"+to)
	}
	b.call("frontend", "catalog", "shop.Catalog/ListProducts", noDeadline)
	b.call("frontend", "catalog", "shop.Catalog/SearchProducts", loop(0))
	b.call("checkout", "cart", "shop.Cart/GetCart", noDeadline)
	b.call("checkout", "cart", "shop.Cart/EmptyCart", noDeadline, write)
	b.call("checkout", "catalog", "shop.Catalog/GetProduct", loop(0), noDeadline)
	b.call("checkout", "currency", "shop.Currency/Convert", loop(0), noDeadline)
	b.call("checkout", "shipping", "shop.Shipping/GetQuote")
	b.call("checkout", "shipping", "shop.Shipping/ShipOrder", write)
	b.call("checkout", "payment", "shop.Payment/Charge", write, noDeadline)
	b.call("checkout", "email", "shop.Email/SendConfirmation", soft)
	b.call("recommendation", "catalog", "shop.Catalog/ListProducts")
	b.call("frontend", arch.Unresolved, "GET /packaging", target("PACKAGING_SERVICE_URL"))
	b.store("carts", "redis", "", "cart")
	b.publish("order.placed", "checkout", "email")
	b.journey("buy", "frontend", "POST /cart/checkout")
	lost := &finding.Finding{Rule: "multi-service-write", Severity: finding.Error, Service: "checkout", Message: "charges, then ships"}
	return b.done(), []*finding.Finding{
		chain("sync-chain", finding.Warning, "frontend", "checkout", "payment"),
		chain("sync-chain", finding.Warning, "frontend", "recommendation", "catalog"),
		lost,
	}
}

// thirty is a system of thirty services with five owners, topics, stores and several chains.
func thirty() (*arch.System, []*finding.Finding) {
	b := newSystem("marketplace")
	b.owner("team-web", "storefront-ui", "mobile-ui", "api-gateway", "web-bff", "mobile-bff", "search-suggest")
	b.owner("team-catalogue", "catalog", "search", "recommendation", "reviews", "media", "price-engine")
	b.owner("team-orders", "cart", "checkout", "order-management", "order-history", "returns", "fulfilment-worker")
	b.owner("team-payments", "payment", "fraud-detection", "ledger", "invoice", "payout-job", "tax-calculation")
	b.owner("team-logistics", "shipping", "warehouse", "carrier-adapter", "tracking", "notification", "inventory")
	b.kind(arch.UI, "storefront-ui", "mobile-ui")
	b.kind(arch.Gateway, "api-gateway")
	b.kind(arch.BFF, "web-bff", "mobile-bff")
	b.kind(arch.Worker, "fulfilment-worker")
	b.kind(arch.Job, "payout-job")
	b.kind(arch.External, "acme-psp")
	for _, c := range [][3]string{
		{"storefront-ui", "api-gateway", ""}, {"mobile-ui", "api-gateway", ""},
		{"api-gateway", "web-bff", "ANY /web/"}, {"api-gateway", "mobile-bff", "ANY /mobile/"},
		{"web-bff", "catalog", "market.Catalog/GetProduct"}, {"web-bff", "catalog", "market.Catalog/ListProducts"},
		{"web-bff", "catalog", "market.Catalog/ListCategories"}, {"web-bff", "search-suggest", "GET /suggest"},
		{"web-bff", "cart", "market.Cart/Get"}, {"web-bff", "checkout", "market.Checkout/PlaceOrder"},
		{"web-bff", "order-history", "GET /orders/{id}"}, {"mobile-bff", "catalog", "market.Catalog/GetProduct"},
		{"mobile-bff", "checkout", "market.Checkout/PlaceOrder"}, {"mobile-bff", "tracking", "GET /track/{id}"},
		{"search-suggest", "search", "market.Search/Suggest"}, {"catalog", "price-engine", "market.Price/Quote"},
		{"catalog", "reviews", "market.Reviews/Summary"}, {"search", "recommendation", "market.Recommendation/Boost"},
		{"catalog", "media", "GET /media/{id}"}, {"checkout", "cart", "market.Cart/Get"},
		{"checkout", "payment", "market.Payment/Authorize"}, {"checkout", "inventory", "market.Inventory/Reserve"},
		{"checkout", "tax-calculation", "market.Tax/Calculate"}, {"payment", "fraud-detection", "market.Fraud/Score"},
		{"payment", "acme-psp", "POST /v1/charges"}, {"fraud-detection", "ledger", "market.Ledger/History"},
		{"order-management", "shipping", "market.Shipping/Create"}, {"shipping", "warehouse", "market.Warehouse/Pick"},
		{"shipping", "carrier-adapter", "market.Carrier/Label"}, {"returns", "order-management", "market.Orders/Get"},
		{"returns", "payment", "market.Payment/Refund"}, {"payout-job", "ledger", "market.Ledger/Balances"},
		{"invoice", "tax-calculation", "market.Tax/Calculate"},
	} {
		b.call(c[0], c[1], c[2])
	}
	b.call("checkout", "payment", "market.Payment/Capture", write, noDeadline)
	b.call("checkout", "inventory", "market.Inventory/Check", loop(0))
	b.call("catalog", "recommendation", "market.Recommendation/Track", soft)
	b.call("carrier-adapter", arch.Unresolved, "", target("CARRIER_API_URL"))
	tracking := b.service("tracking")
	tracking.Background.Calls = append(tracking.Background.Calls, &arch.Call{To: "carrier-adapter", Pos: b.pos(), CallFacts: new(arch.CallFacts)})
	b.publish("orders.placed", "checkout", "order-management", "notification", "invoice")
	b.publish("payments.settled", "payment", "ledger", "order-management")
	b.publish("shipments.created", "shipping", "tracking", "notification", "fulfilment-worker")
	b.store("catalog-db", "postgres", "pg-1", "catalog", "price-engine", "search")
	b.store("carts", "redis", "", "cart")
	b.store("orders-db", "postgres", "pg-2", "order-management", "order-history")
	b.store("ledger-db", "postgres", "pg-3", "ledger")
	b.store("stock", "postgres", "pg-4", "inventory", "warehouse")
	b.journey("buy", "web-bff", "POST /checkout")
	b.journey("browse", "web-bff", "GET /product/{id}")
	possible := chain("sync-chain", finding.Warning, "order-management", "shipping", "carrier-adapter", "?")
	possible.Possible = true
	possible.Hops[2].Possible = true
	alone := &finding.Finding{Rule: "no-deadline", Severity: finding.Warning, Service: "warehouse", Message: "no deadline"}
	return b.done(), []*finding.Finding{
		chain("sync-chain", finding.Error, "web-bff", "checkout", "payment", "fraud-detection", "ledger"),
		chain("sync-chain", finding.Error, "web-bff", "search-suggest", "search", "recommendation"),
		chain("sync-chain", finding.Warning, "mobile-bff", "catalog", "price-engine"),
		possible, alone,
	}
}

// large is a layered system with n services, calls calls, and findings along its layers.
func large(n, calls, chains int) (*arch.System, []*finding.Finding) {
	b := newSystem("enterprise")
	const layers = 6
	name := func(i int) string {
		return fmt.Sprintf("%s-%05d", []string{"edge", "flow", "core", "data", "link", "base"}[i*layers/n], i)
	}
	for i := range n {
		b.owner(fmt.Sprintf("team-%c%d", 'a'+i%7, i%7), name(i))
	}
	b.kind(arch.BFF, name(0), name(1))
	per := n / layers
	state := uint32(1)
	random := func(n int) int {
		state = state*1664525 + 1013904223
		return int(state>>8) % n
	}
	for range calls {
		from := random(n - per)
		to := min(n-1, (from/per+1)*per+random(per))
		b.call(name(from), name(to), fmt.Sprintf("big.Service%d/Do%d", to, random(5)))
	}
	b.journey("main", name(0), "")
	var findings []*finding.Finding
	for i := range chains {
		at := random(per)
		names := []string{name(at)}
		for s := b.service(names[0]); len(s.Calls) > 0 && len(names) < 5; s = b.service(names[len(names)-1]) {
			names = append(names, s.Calls[random(len(s.Calls))].To)
		}
		if len(names) > 2 {
			severity := finding.Error
			if i%3 > 0 {
				severity = finding.Warning
			}
			findings = append(findings, chain("sync-chain", severity, names...))
		}
	}
	return b.done(), findings
}

func drawn(sys *arch.System, findings []*finding.Finding) *diagram.Picture {
	return diagram.Select(sys, findings, diagram.Options{})
}
