package manifest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
)

// asked holds expectations of one system, each a name and two texts.
type asked struct {
	t   *testing.T
	sys *arch.System
}

func (a asked) is(what string, got any, want string) {
	a.t.Helper()
	if text := fmt.Sprint(got); text != want {
		a.t.Errorf("%s: got %s, want %s", what, text, want)
	}
}

func (a asked) service(name string) *arch.Service {
	a.t.Helper()
	for _, s := range a.sys.Services {
		if s.Name == name {
			return s
		}
	}
	a.t.Fatalf("no service %s", name)
	return nil
}

func (a asked) operation(service, name string) *arch.Operation {
	a.t.Helper()
	op := a.service(service).Operation(name)
	if op == nil {
		a.t.Fatalf("%s has no operation %s", service, name)
	}
	return op
}

// told is a fact as text: its value as a manifest has it, or unknown, and where it stands.
func told[T any](f arch.Fact[T]) string {
	if !f.Known() {
		return "unknown"
	}
	return arch.FactText(f) + " " + f.Pos.String()
}

func names[E any](list []E, name func(E) string) string {
	var all []string
	for _, e := range list {
		all = append(all, name(e))
	}
	return strings.Join(all, ", ")
}

// TestModel reads the example of the documentation and looks at every fact in it.
func TestModel(t *testing.T) {
	sys := good(t, testdata(t, "manifest/model.yaml")["model.yaml"])
	a := asked{t, sys}
	at := func(value, place string) string { return value + " services.yaml:" + place }

	a.is("system", told(sys.Name), at("shop", "2:9"))
	a.is("services", names(sys.Services, func(s *arch.Service) string { return fmt.Sprint(s.Name, " ", s.Declared, " ", s.KindOf()) }),
		"catalog true service, checkout true service, ledger true service, payment true service, web true bff")

	buy := sys.Journeys[0]
	a.is("journeys", len(sys.Journeys), "1")
	a.is("journey", buy.Name+" "+buy.Pos.String(), at("buy", "8:3"))
	a.is("entry", fmt.Sprintf("%s|%s|%s", buy.Entries[0].Service, buy.Entries[0].Operation, buy.Entries[0].Pos), "web|POST /cart/checkout|services.yaml:8:17")
	a.is("journey tier", told(buy.Tier), at("1", "8:51"))
	a.is("journey slo", told(buy.SLO), at("99.9%", "8:59"))
	a.is("journey latency", told(buy.Latency), at("800ms", "8:75"))

	web := a.service("web")
	a.is("web", web.Pos, "services.yaml:11:3")
	a.is("kind", told(web.Kind), at("bff", "12:11"))
	a.is("calls of web", names(web.Calls, func(c *arch.Call) string {
		return fmt.Sprint(c.To, " ", c.Operation.Known(), " ", c.Bare(), " ", c.Pos)
	}),
		"catalog false true services.yaml:13:23, checkout false true services.yaml:13:13")
	a.is("owner of web", told(web.Owner), "unknown")
	for _, name := range []string{"web", "catalog", "checkout", "payment", "ledger"} {
		s := a.service(name)
		a.is("default of "+name, told(s.Concern("observability", "tracing")), at("true", "5:28"))
		a.is("default of "+name, told(s.Concern("observability", "metrics")), at("true", "5:43"))
		a.is("default of "+name, told(s.Concern("observability", "logs")), at("structured", "5:55"))
	}
	a.is("concerns of catalog", len(a.service("catalog").Concerns), "3")

	checkout := a.service("checkout")
	a.is("kind of checkout", told(checkout.Kind), "unknown")
	a.is("owner", told(checkout.Owner), at("team-orders", "16:12"))
	a.is("tier", told(checkout.Tier), at("1", "17:11"))
	a.is("language", told(checkout.Language), at("go", "18:15"))
	a.is("dir", told(checkout.Code[0].Dir), at("services/checkout", "19:17"))
	a.is("unit", told(checkout.Code[0].Unit), at("serve", "19:42"))
	a.is("hosts", names(checkout.Hosts, told[string]), at("checkout.prod.svc", "20:30")+", "+at("checkoutservice", "20:13"))
	a.is("availability", told(checkout.Availability), at("99.95%", "21:19"))
	a.is("availability as a share", checkout.Availability.Value.Fraction(), "0.9995")
	a.is("slo", told(checkout.SLO), at("99.9%", "22:10"))
	a.is("operations", names(checkout.Operations, func(o *arch.Operation) string { return o.Name + " " + o.Pos.String() }),
		at("consume payments.settled", "44:16")+", "+at("shop.Checkout/PlaceOrder", "24:7"))

	place := a.operation("checkout", "shop.Checkout/PlaceOrder")
	a.is("slo of operation", told(place.SLO), at("99.9%", "25:14"))
	a.is("latency of operation", told(place.Latency), "unknown")
	a.is("calls", len(place.Calls), "2")
	pay, ledger := place.Calls[0], place.Calls[1]
	a.is("to", pay.To, "payment")
	a.is("at", fmt.Sprint(pay.Pos, " ", pay.Pos.Source()), "services/checkout/main.go:120:14 manifest")
	for what, pair := range map[string][2]string{
		"operation":       {told(pay.Operation), at("shop.Payment/Charge", "28:24")},
		"via":             {told(pay.Via), "unknown"},
		"target":          {told(pay.Target), "unknown"},
		"protocol":        {told(pay.Protocol), at("grpc", "29:23")},
		"timeout":         {told(pay.Timeout), at("2s", "30:22")},
		"deadline":        {told(pay.Deadline), "unknown"},
		"retries":         {told(pay.Retries), at("2", "31:22")},
		"backoff":         {told(pay.Backoff), at("100ms", "32:22")},
		"circuit-breaker": {told(pay.CircuitBreaker), at("true", "33:30")},
		"effect":          {told(pay.Effect), at("write", "34:21")},
		"reply":           {told(pay.Reply), at("used", "35:20")},
		"error":           {told(pay.Error), at("returned", "36:20")},
		"undo":            {told(pay.Undo), at("false", "37:19")},
		"idempotency-key": {told(pay.IdempotencyKey), at("false", "38:30")},
		"loop":            {told(pay.Loop), at("false", "39:19")},
		"concurrent":      {told(pay.Concurrent), at("false", "40:25")},
		"detached":        {told(pay.Detached), "unknown"},
		"from":            {told(pay.From), "unknown"},
	} {
		a.is(what, pair[0], pair[1])
	}
	a.is("false is absent", fmt.Sprint(pay.Loop.Not(), pay.Undo.Not(), pay.Concurrent.Not(), pay.IdempotencyKey.Not()), "true true true true")
	a.is("two seconds", pay.Timeout.Value.Length, "2s")
	a.is("call by way of a broker", ledger.To+" "+told(ledger.Via)+" "+ledger.Pos.String(), "ledger "+at("ledger.requests", "42:31")+" services.yaml:42:13")
	a.is("publishes", place.Publishes[0].Topic+" "+place.Publishes[0].Pos.String(), at("orders.placed", "43:21"))

	a.is("consumes", names(checkout.Consumes, func(c arch.Consume) string { return c.Topic + " " + c.Pos.String() + told(c.Ack) }), at("payments.settled", "44:16unknown"))
	store := checkout.Stores[0]
	a.is("store", store.Name+" "+store.Pos.String(), at("orders", "45:14"))
	a.is("store's facts", fmt.Sprint(told(store.Kind), ", ", told(store.Server), ", ", told(store.Database), ", ", told(store.Access), ", ", told(store.Durable), ", ", told(store.Backup)),
		strings.Join([]string{at("postgres", "45:35"), at("pg-main", "45:53"), at("orders", "45:72"), at("write", "45:88"), at("true", "45:104"), at("1d", "45:118")}, ", "))

	a.is("concerns", names(checkout.Concerns, func(c arch.Concern) string { return c.Block[:1] + "." + c.Key + "=" + arch.FactText(c.Fact) }),
		"r.replicas=3, r.health=/healthz, r.readiness=/readyz, r.graceful-shutdown=20s, r.disruption-budget=true, r.spread=true, r.runbook=…, r.on-call=…, "+
			"d.strategy=canary, d.analysis=true, d.image=shop/checkout:1.4.2, d.version=1.4.2, d.rollback=automatic, d.pipeline=checkout, "+
			"o.tracing=true, o.metrics=true, o.logs=structured, o.alerts=true, o.dashboard=…")
	a.is("health", told(checkout.Concern("reliability", "health")), at("/healthz", "46:40"))
	mail := checkout.Data[0]
	a.is("data", fmt.Sprint(mail.Name, " ", mail.Pos, ", ", told(mail.Class), ", ", told(mail.Retention), ", ", told(mail.Erasure), ", ", told(mail.Store)),
		strings.Join([]string{at("customer-email", "49:12"), at("personal", "49:42"), at("30d", "49:63"), at("customers.erased", "49:77"), at("orders", "49:102")}, ", "))
	a.is("retention", mail.Retention.Value == 30*24*time.Hour, "true")

	background := a.service("ledger").Background.Calls
	a.is("background", fmt.Sprint(len(background), " ", background[0].To, " ", background[0].Pos), "1 payment services.yaml:51:33")
	a.is("payment publishes", a.service("payment").Publishes[0].Topic, "payments.settled")

	a.is("topics", names(sys.Topics, func(p *arch.Topic) string {
		return fmt.Sprint(p.Name, " ", p.Declared, " ", arch.FactText(p.Broker), " ", arch.FactText(p.Kind))
	}), "orders.placed true kafka event, payments.settled false  ")

	a.is("rules", names(sys.Rules, func(r arch.RuleConfig) string {
		return fmt.Sprint(r.ID, " ", r.Pos.Line, " ", arch.FactText(r.Severity), names(r.Params, func(p arch.ParamValue) string { return p.Name + "=" + told(p.Value) }))
	}), "missing-runbook 58 off, sync-chain 57 warning="+at("2", "57:25")+", error="+at("3", "57:35"))

	debt := sys.Accepted[0]
	a.is("accepted", fmt.Sprintf("%s %s %v %v %s|%s|%s|%s|%s", debt.Pos, debt.Rule, debt.Services, debt.Operations, told(debt.Hops), debt.Reason, debt.Owner, debt.Until.Format(time.DateOnly), told(debt.ADR)),
		"services.yaml:61:5 sync-chain [web checkout payment] [] "+at("2", "61:66")+"|split planned with the new catalogue|team-orders|2027-03-31|"+at("docs/adr/12.md", "61:159"))
	a.is("until", debt.Until.Location(), "UTC")
	if !slices.IsSortedFunc(sys.Services, func(a, b *arch.Service) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("services are not sorted")
	}
}
