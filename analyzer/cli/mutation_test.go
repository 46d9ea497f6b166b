package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/distcheck/distcheck/analyzer/cli"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// fault is one thing that is made worse in a healthy system: what stands in its manifest, and what then does. The rule
// has to see it, and nothing else may be new, but for what the same fault is as well.
type fault struct {
	rule  string
	edits []string // old, new, old, new, …
	also  []string // other rules that say the same from their side
}

// Places in the healthy manifest.
const (
	place    = "          - {to: orders, operation: shop.Orders/Place, protocol: grpc, timeout: 2s, circuit-breaker: true, effect: write, idempotency-key: true, reply: used, error: returned, context: passed, address: false, encrypted: true, traced: true}\n"
	look     = "          - {to: catalog, operation: \"GET /products/{id}\", protocol: http, timeout: 500ms, retries: 1, backoff: 50ms, circuit-breaker: true, effect: read, reply: used, error: returned, context: passed, address: false, encrypted: true, traced: true}\n"
	charge   = "          - {to: bank, operation: \"POST /charges\", protocol: http, timeout: 5s, retries: 2, backoff: 200ms, circuit-breaker: true, effect: write, idempotency-key: true, reply: used, error: returned, context: passed, address: false, encrypted: true, traced: true}\n"
	bank     = "  bank: {kind"
	placing  = "      shop.Orders/Place:\n        latency: 1s\n"
	catalog  = "    operations: {\"GET /products/{id}\": {latency: 400ms}}\n"
	goodCall = "circuit-breaker: true, reply: used, error: returned, context: passed, address: false, encrypted: true, traced: true"
)

// callTo is a call with everything that a good one has.
func callTo(to, operation, rest string) string {
	return fmt.Sprintf("          - {to: %s, operation: %q, %s, %s}\n", to, operation, rest, goodCall)
}

// externals are services that others are called by.
func externals(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "  %s: {kind: external, availability: 100%%, slo: 100%%}\n", name)
	}
	return b.String()
}

// before puts something before a place of the manifest.
func before(at, text string) []string { return []string{at, text + at} }

// withoutMessages are the edits that make requests of all messages.
func withoutMessages(text string) []string {
	var edits []string
	for range strings.Count(text, ", erasure: customers.erased") {
		edits = append(edits, ", erasure: customers.erased", "")
	}
	for i, line := range strings.SplitAfter(strings.ReplaceAll(text, ", erasure: customers.erased", ""), "\n") {
		switch what := strings.TrimSpace(line); {
		case strings.HasPrefix(what, "publishes:"), strings.HasPrefix(what, "consumes:"), strings.HasPrefix(what, "- {topic:"):
			edits = append(edits, line, "")
		case strings.HasPrefix(what, "consume "):
			edits = append(edits, line, fmt.Sprintf("      POST /placed/%d:\n", i))
		}
	}
	return edits
}

// faults has one for each rule that a manifest alone can break.
func faults(text string) []fault {
	reads := func(names ...string) string {
		var b strings.Builder
		for _, name := range names {
			b.WriteString(callTo(name, "GET /x", "timeout: 100ms, effect: read, concurrent: true"))
		}
		return b.String()
	}
	of := func(facts string) []string { return []string{"  catalog:\n", "  catalog:\n    " + facts + "\n"} }
	var callers strings.Builder
	for i := range 13 {
		fmt.Fprintf(&callers, "  caller-%d: {operations: {GET /%d: {calls: [{to: catalog, operation: \"GET /products/{id}\", timeout: 1s, effect: read, %s}]}}}\n", i, i, goodCall)
	}
	return []fault{
		{"hard-dependencies", slices.Concat(before(look, reads("a", "b", "c")), before(bank, externals("a", "b", "c"))), nil},
		{"sync-chain", []string{catalog, "    operations:\n      GET /products/{id}:\n        latency: 400ms\n        calls:\n" + callTo("stock", "GET /stock", "timeout: 200ms, effect: read"), "    operations:\n      consume orders.placed:\n        publishes: [{topic: stock.changed", "    operations:\n      GET /stock: {}\n      consume orders.placed:\n        publishes: [{topic: stock.changed"}, nil},
		{"sync-cycle", []string{catalog, "    operations:\n      GET /products/{id}:\n        latency: 400ms\n        calls:\n" + callTo("web", "GET /products/{id}", "timeout: 200ms, effect: read")}, []string{"deadline-inversion", "latency-budget", "stacked-aggregators"}},
		{"fan-out", slices.Concat(before(look, reads("a", "b", "c", "d", "e", "f")), before(bank, externals("a", "b", "c", "d", "e", "f"))), []string{"hard-dependencies"}},
		{"hub", before(bank, callers.String()), []string{"hard-dependencies"}},
		{"chatty-call", []string{"effect: read, reply: used, error: returned, context", "effect: read, loop: 2, reply: used, error: returned, context"}, nil},
		{"stacked-aggregators", []string{"  catalog:\n", "  catalog:\n    kind: bff\n"}, nil},
		{"shared-store", []string{"server: pg-stock, database: stock", "server: pg-catalog, database: catalog"}, nil},
		{"lock-step", []string{"version: 2.0.1}", "version: 1.7.0}", "version: 1.4.2}", "version: 1.7.0}", "version: 3.2.0}", "version: 1.7.0}"}, nil},
		{"shared-code", []string{"  catalog:\n", "  catalog:\n    imports: [{package: example.com/shop/stock/models, of: stock}]\n"}, nil},
		{"hidden-request-reply", []string{"{to: orders, operation: shop.Orders/Place, protocol: grpc,", "{to: orders, operation: shop.Orders/Place, via: orders.requests,"}, nil},
		{"waits-for-side-effect", []string{"reply: used, error: returned, context: passed, address: false, encrypted: true, traced: true}\n      POST /orders", "reply: unused, error: swallowed, context: passed, address: false, encrypted: true, traced: true}\n      POST /orders"}, nil},
		{"fails-after-write", []string{place, place + callTo("catalog", "GET /products/{id}", "timeout: 500ms, effect: read")}, nil},
		{"event-callback", []string{"      consume orders.placed:\n        calls:\n", "      consume orders.placed:\n        calls:\n" + callTo("orders", "GET /orders/{id}", "timeout: 1s, effect: read"), placing, "      GET /orders/{id}: {}\n" + placing}, nil},
		{"chain-in-consumer", []string{
			"      consume orders.placed:\n        calls:\n", "      consume orders.placed:\n        calls:\n" + callTo("catalog", "GET /prices", "timeout: 1s, effect: read"),
			catalog, "    operations:\n      GET /products/{id}: {latency: 400ms}\n      GET /prices:\n        calls:\n" + callTo("a", "GET /x", "timeout: 200ms, effect: read"),
			bank, externals("a") + bank}, nil},
		{"mixed-ring", []string{
			"      consume orders.placed:\n        publishes: [{topic: stock.changed", "      consume stock.counted:\n        calls:\n" + callTo("catalog", "POST /counts", "timeout: 1s, effect: write, idempotency-key: true") + "      consume orders.placed:\n        publishes: [{topic: stock.changed",
			catalog, "    operations:\n      GET /products/{id}: {latency: 400ms}\n      POST /counts: {publishes: [{topic: stock.counted, outbox: true}]}\n",
			"    consumes: [{topic: orders.placed, group: stock,", "    consumes: [{topic: stock.counted, group: stock, ack: after, dead-letter: stock.counted.dead, idempotent: true}, {topic: orders.placed, group: stock,"}, []string{"event-callback"}},
		{"no-messaging", withoutMessages(text), []string{"personal-data-no-erasure"}},
		{"dual-write", []string{"publishes: [{topic: stock.changed, outbox: true}]", "publishes: [{topic: stock.changed, outbox: false}]"}, nil},
		{"multi-service-write", []string{charge, charge + callTo("a", "POST /x", "timeout: 1s, effect: write, idempotency-key: true"), bank, externals("a") + bank}, []string{"fails-after-write"}},
		{"orphan-topic", []string{"publishes: [{topic: stock.changed, outbox: true}]", "publishes: [{topic: stock.changed, outbox: true}, {topic: stock.counted, outbox: true}]"}, nil},
		{"lossy-consumer", []string{"group: catalog, ack: after", "group: catalog, ack: before"}, nil},
		{"unresolved-call", []string{"to: bank, operation: \"POST /charges\",", "to: \"?\", target: \"env BANK_URL\","}, nil},
		{"retry-amplification", []string{"retries: 1, backoff: 50ms", "retries: 8, backoff: 5ms"}, nil},
		{"deadline-inversion", []string{"latency: 1s\n        publishes", "latency: 1s\n        calls:\n" + strings.Replace(callTo("a", "GET /x", "timeout: 3s, effect: read"), "context: passed", "context: new", 1) + "        publishes", bank, externals("a") + bank}, []string{"sync-chain", "latency-budget", "personal-data-leaves", "context-not-propagated"}},
		{"latency-budget", []string{"{\"GET /products/{id}\": {latency: 400ms}}", "{\"GET /products/{id}\": {latency: 2500ms}}"}, nil},
		{"availability-ceiling", []string{"buy: {entry: [\"web POST /orders\"], tier: 1, slo: 99.5%", "buy: {entry: [\"web POST /orders\"], tier: 1, slo: 99.99%"}, nil},
		{"missing-slo", of("slo: false"), nil},
		{"missing-owner", of("owner: false"), nil},
		{"missing-on-call", of("reliability: {on-call: false}"), nil},
		{"missing-runbook", of("reliability: {runbook: false}"), nil},
		{"missing-health-check", of("reliability: {health: false, readiness: false}"), nil},
		{"single-replica", of("reliability: {replicas: 1}"), nil},
		{"missing-disruption-budget", of("reliability: {disruption-budget: false}"), nil},
		{"not-spread", of("reliability: {spread: false}"), nil},
		{"fragile-store", []string{"database: catalog, access: write, durable: true", "database: catalog, access: write, durable: false"}, nil},
		{"server-without-timeouts", of("reliability: {server-timeouts: false}"), nil},
		{"no-graceful-shutdown", of("reliability: {graceful-shutdown: false}"), nil},
		{"disruptive-strategy", []string{"{image: shop/catalog:2.0.1,", "{strategy: recreate, image: shop/catalog:2.0.1,"}, nil},
		{"missing-strategy", []string{"{image: shop/catalog:2.0.1,", "{strategy: false, image: shop/catalog:2.0.1,"}, nil},
		{"blind-canary", []string{"{image: shop/catalog:2.0.1,", "{strategy: canary, analysis: false, rollback: manual, image: shop/catalog:2.0.1,"}, nil},
		{"mutable-image", []string{"shop/catalog:2.0.1", "shop/catalog:latest"}, nil},
		{"migration-at-boot", []string{"{image: shop/catalog:2.0.1,", "{migrates-at-start: true, image: shop/catalog:2.0.1,"}, nil},
		{"no-tracing", of("observability: {tracing: false}"), nil},
		{"no-metrics", of("observability: {metrics: false}"), nil},
		{"no-alerts", of("observability: {alerts: false}"), nil},
		{"unstructured-logs", of("observability: {logs: text}"), nil},
		{"no-dashboard", of("observability: {dashboard: false}"), nil},
		{"personal-data-unbounded", []string{"retention: 30d", "retention: false"}, nil},
		{"personal-data-no-erasure", []string{"retention: 30d, erasure: customers.erased", "retention: 30d, erasure: false"}, nil},
		{"personal-data-leaves", []string{"  customers:\n", "  customers:\n    background:\n      calls:\n" + callTo("bank", "POST /charges", "timeout: 5s, effect: read")}, []string{"start-up-dependency"}},
		{"start-up-dependency", []string{"  catalog:\n", "  catalog:\n    background:\n      calls:\n" + callTo("bank", "GET /rates", "timeout: 5s, effect: read")}, nil},
		{"missing-deadline", []string{"protocol: grpc, timeout: 2s", "protocol: grpc, timeout: false"}, nil},
		{"context-not-propagated", []string{"context: passed", "context: new"}, nil},
		{"unsafe-retry", []string{"retries: 1, backoff: 50ms", "retries: 1, backoff: false"}, nil},
		{"missing-circuit-breaker", []string{"circuit-breaker: true", "circuit-breaker: false"}, nil},
		{"deep-health-check", []string{"    operations: {\"GET /products/{id}\": {latency: 400ms}}\n", "    operations:\n      GET /products/{id}: {latency: 400ms}\n      GET /healthz:\n        calls:\n" + callTo("bank", "GET /rates", "timeout: 1s, effect: read")}, nil},
		{"hard-coded-address", []string{"address: false", "address: \"catalog:8080\""}, nil},
		{"broken-trace", []string{"traced: true", "traced: false"}, nil},
		{"discarded-error", []string{"error: returned", "error: discarded"}, nil},
		{"insecure-transport", []string{"encrypted: true", "encrypted: false"}, nil},
		{"overdue-debt", []string{"timeout: 500ms, retries: 1", "loop: 3, timeout: 500ms, retries: 1", "\nservices:\n", "\naccepted:\n  - {rule: chatty-call, services: [web, catalog], reason: batch endpoint planned, owner: team-shop, until: 2026-01-31}\n\nservices:\n"}, nil},
		{"invalid-acceptance", before(bank, "  # distcheck:accept hub owner=team-shop until it is split\n"), nil},
		{"unused-acceptance", []string{"\nservices:\n", "\naccepted:\n  - {rule: chatty-call, services: [web, catalog], reason: batch endpoint planned, owner: team-shop, until: 2027-01-31}\n\nservices:\n"}, nil},
	}
}

func findingsOf(t *testing.T, manifest string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "services.yaml"), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	command := &cli.Command{Stdout: &out, Stderr: &errs, Dir: dir, Now: func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }}
	if code := command.Run(context.Background(), []string{"-all", "-format", "json", "-fail-on", "never", "services.yaml"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var report struct {
		Findings []struct{ Rule, Severity, Message, Service string }
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, f := range report.Findings {
		found[f.Severity+" "+f.Message+" of "+f.Service] = f.Rule
	}
	return found
}

func healthy(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/healthy/services.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestHealthy: nothing at all is found in a system that has what it owes its users.
func TestHealthy(t *testing.T) {
	for message, rule := range findingsOf(t, healthy(t)) {
		t.Errorf("%s (%s)", message, rule)
	}
}

// TestMutations seeds one fault at a time into the healthy system.
func TestMutations(t *testing.T) {
	text := healthy(t)
	seeded := make(map[string]bool)
	for _, f := range faults(text) {
		seeded[f.rule] = true
		t.Run(f.rule, func(t *testing.T) {
			t.Parallel()
			manifest := text
			for i := 0; i < len(f.edits); i += 2 {
				if !strings.Contains(manifest, f.edits[i]) {
					t.Fatalf("the manifest has no %q", f.edits[i])
				}
				manifest = strings.Replace(manifest, f.edits[i], f.edits[i+1], 1)
			}
			caught := false
			for message, rule := range findingsOf(t, manifest) {
				caught = caught || rule == f.rule
				if rule != f.rule && !slices.Contains(f.also, rule) {
					t.Errorf("new as well: %s (%s)", message, rule)
				}
			}
			if !caught {
				t.Error("not caught")
			}
		})
	}
	for _, r := range rule.All() {
		if !seeded[r.ID] && !slices.Contains(onlyBeside, r.ID) {
			t.Errorf("no fault is seeded for %s", r.ID)
		}
	}
}

// onlyBeside are the rules that compare a system with something else: with code, or with a baseline.
var onlyBeside = []string{"undeclared-call", "stale-call", "unmatched-service", "stale-baseline"}
