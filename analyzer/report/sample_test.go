package report

import (
	"fmt"
	"time"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

// at makes positions in one file of a run.
func at(path string) func(line, column int32) arch.Pos {
	file := &arch.File{Path: path, Source: arch.Manifest}
	return func(line, column int32) arch.Pos { return arch.Pos{File: file, Line: line, Column: column} }
}

func sampleRules() []finding.RuleInfo {
	return []finding.RuleInfo{
		{
			ID: "hub", Concern: "coupling", Title: "a service that everybody calls",
			Fires:     "13 or more different services call one, synchronously; from 21 an error",
			Rationale: "When it is down, so is everybody.", Source: "Meta, ATC 2023: the 95th percentile of fan-in is 21.",
			Wrong: "version: 1\n", Right: "version: 1\n", Remedy: "Publish events.",
			Default: "warning from 13, error from 21", Severity: finding.Warning,
		},
		{
			ID: "missing-runbook", Concern: "reliability", Title: "a service without a runbook",
			Fires: "a service that others call has no runbook, in a manifest that has runbooks", Severity: finding.Note,
		},
		{
			ID: "shared-store", Concern: "coupling", Title: "a database that two services open",
			Fires: "two services open the same database: same server and same database name", Severity: finding.Error,
			Default: "error between owners, warning within one",
		},
		{
			ID: "sync-chain", Concern: "coupling", Title: "a chain of synchronous calls",
			Fires: "a path of consecutive calls, each made while the one before is handled, is 2 hops or longer; from 3 an error",
			Rationale: "Each hop waits for the next: the slowest decides how long a user waits, and any of them can fail\nthe " +
				"request. Availability multiplies along the chain, and timeouts have to fit into each other.\n\n" +
				"Two calls of one service in unrelated operations are no chain:\n" +
				"- a graph of services cannot tell them apart;\n" +
				"- operations can, which is why distcheck looks at those, and says how many of the chains of such a graph no request takes.",
			Source:  "Treynor et al., \"The Calculus of Service Availability\", 2017",
			Wrong:   "version: 1\nservices:\n  web: {calls: [checkout]}\n  checkout: {calls: [payment]}\n  payment: {}\n",
			Right:   "version: 1\nservices:\n  web: {calls: [checkout]}\n  checkout: {publishes: [order.placed]}\n  payment: {consumes: [order.placed]}\n",
			Remedy:  "1. Publish an event, and let the callee do its part after the reply.\n2. Keep a local copy of the data that the call fetches.\n3. Keep the services together, if they change together anyway.",
			Default: "warning from 2 hops, error from 3", Severity: finding.Warning,
			Params: []finding.Param{{Name: "warning", Doc: "Hops in a row that are a warning.", Default: 2}, {Name: "error", Doc: "Hops in a row that are an error.", Default: 3}},
		},
		{
			ID: "sync-cycle", Concern: "coupling", Title: "a ring of synchronous calls",
			Fires: "operations that can reach themselves, each waiting for the next", Severity: finding.Error,
		},
	}
}

// sampleReport is what a small shop looks like: a chain of three hops, a possible one, a ring, a shared database.
func sampleReport() *finding.Report {
	pos := at("services.yaml")
	findings := []*finding.Finding{
		{
			Rule: "sync-chain", Severity: finding.Error,
			Message: "web POST /cart/checkout waits for 3 services in a row: checkout, payment, ledger",
			Pos:     pos(8, 11), Service: "web", Operation: "POST /cart/checkout",
			Hops: []finding.Hop{
				{Service: "checkout", Operation: "shop.Checkout/PlaceOrder", Pos: pos(8, 11)},
				{Service: "payment", Operation: "shop.Payment/Charge", Pos: pos(17, 13)},
				{Service: "ledger", Operation: "POST /entries/{id}", Pos: pos(29, 13), Note: "over the queue ledger.requests"},
			},
			Others: []finding.Ref{
				{Role: finding.Head, Service: "web", Operation: "POST /buy-now", Pos: pos(10, 11)},
				{Role: finding.Head, Service: "mobile", Operation: "POST /checkout", Pos: pos(51, 11)},
				{Role: finding.End, Service: "fraud", Operation: "fraud.Check/Score", Pos: pos(33, 13)},
			},
			Cost: []string{
				"web 99.95 % × checkout 99.9 % × payment 99.9 % × ledger 99.5 % = 99.25 %: 324 min in 30 days",
				"timeouts add up to 6.5 s",
			},
			Remedy: []string{
				"publish order.placed in checkout, and let ledger consume it: nothing in the reply needs it",
				"keep a copy of the balance in payment",
				"keep payment and ledger together: both belong to team-money",
			},
			Journeys: []string{"buy"}, Owner: "team-orders", Size: 3, Crossing: 4,
		},
		{
			Rule: "sync-chain", Severity: finding.Warning, Possible: true,
			Message: "search waits for 2 services in a row: catalog, pricing",
			Pos:     pos(62, 13), Service: "search", Operation: "GET /search",
			Hops: []finding.Hop{
				{Service: "catalog", Pos: pos(62, 13)},
				{Service: "pricing", Operation: "pricing.Prices/Get", Pos: pos(70, 13), Possible: true},
			},
			Others: []finding.Ref{{Role: finding.Upstream, Service: "web", Operation: "GET /", Pos: pos(12, 11), Hops: 3}},
			Doubt:  []string{"which operation of catalog is called", "which operation of catalog calls pricing"},
			Remedy: []string{"name the operation that search calls: distcheck cannot tell whether it needs prices"},
			Size:   2, Crossing: 3,
		},
		{
			Rule: "sync-cycle", Severity: finding.Error,
			Message: "inventory and orders call each other in a ring of 2 operations",
			Pos:     pos(81, 13), Service: "inventory", Operation: "stock.Stock/Reserve",
			Hops: []finding.Hop{
				{Service: "orders", Operation: "orders.Orders/Get", Pos: pos(81, 13)},
				{Service: "inventory", Operation: "stock.Stock/Reserve", Pos: pos(90, 13)},
			},
			Remedy: []string{"let orders send what inventory asks for"},
			Size:   2, Crossing: 2,
		},
		{
			Rule: "shared-store", Severity: finding.Warning,
			Message: "orders and billing open the database orders on pg-main",
			Pos:     pos(94, 15), Service: "orders", Subject: "pg-main/orders",
			Others: []finding.Ref{{Role: finding.Member, Service: "billing", Pos: pos(103, 15)}},
			Cost:   []string{"a change of its schema has to be released with both"},
			Remedy: []string{"let billing consume order.placed, and keep what it needs"},
			Owner:  "team-orders", Crossing: 2,
		},
		{
			Rule: "missing-runbook", Severity: finding.Note, Message: "2 services call payment, and it has no runbook",
			Pos: pos(24, 3), Service: "payment", Crossing: 1,
		},
	}
	return &finding.Report{
		Version: "v0.3.0", Findings: findings, Rules: sampleRules(), Profiles: sampleProfiles(),
		Requests: []finding.Request{
			{Journey: "buy", Service: "web", Operation: "POST /cart/checkout", Waits: []string{"checkout", "fraud", "ledger", "payment", "pricing", "stock", "tax", "users"}, Must: 6, Sure: 4, Calls: 11, Endless: 3, Loops: 2},
			{Journey: "search", Service: "search", Operation: "GET /search", Waits: []string{"catalog", "pricing", "users"}, Must: 3, Sure: 3, Calls: 3, Endless: 3, Cut: true},
		},
		Mermaid: "graph LR\n  web --> checkout\n  checkout --> payment\n  payment --> ledger\n",
		Summary: finding.Summary{
			System: "shop", Inputs: []string{"services.yaml"}, Services: 11, External: 1, Operations: 14,
			Calls: 27, Resolved: 26, Possible: 3, Topics: 2, Stores: 3, Errors: 2, Warnings: 2, Notes: 1, Accepted: 1,
			Refuted: 12, Triples: 40,
			Unseen: []string{"deadlines: no input says whether calls have any"},
		},
	}
}

// settledReport is the same shop when some of that is decided: a chain by a comment, a database by the manifest, and a
// ring that the baseline has.
func settledReport() *finding.Report {
	r := sampleReport()
	day := time.Date(2027, time.March, 31, 0, 0, 0, 0, time.UTC)
	pos := at("services.yaml")
	r.Baseline = "ci/known findings.yaml"
	r.Settled = []finding.Settled{
		{Finding: r.Findings[0], Inline: true, Debt: &arch.Acceptance{Pos: pos(7, 11), Reason: "the ledger moves in", Owner: "team-orders", Until: day}},
		{Finding: r.Findings[2]},
		{Finding: r.Findings[3], Debt: &arch.Acceptance{Pos: pos(120, 5), Reason: "billing [goes](away), {0}", Owner: "team-billing", Until: day, ADR: arch.At("docs/adr/7.md", pos(120, 90))}},
	}
	r.Findings = []*finding.Finding{r.Findings[1], r.Findings[4]}
	r.Summary.Errors, r.Summary.Warnings, r.Summary.Accepted, r.Summary.Baseline = 0, 1, 2, 1
	return r
}

// groupedReport is a system in which most services lack the same.
func groupedReport() *finding.Report {
	pos := at("services.yaml")
	shutdown := &finding.Group{What: "no graceful shutdown", Judged: 5}
	metrics := &finding.Group{What: "no metrics", Judged: 3, Silent: 2}
	tracing := &finding.Group{What: "no tracing", Judged: 5}
	r := &finding.Report{Version: "v0.3.0", Rules: sampleRules(), Summary: finding.Summary{Inputs: []string{"services.yaml"}, Services: 5}}
	for i, service := range []string{"cart", "catalog", "checkout", "payment", "web"} {
		f := &finding.Finding{
			Rule: "no-graceful-shutdown", Severity: finding.Warning, Pos: pos(int32(5+i), 3), Service: service, Crossing: 1, Group: shutdown,
			Message: service + " drops what it has begun when it is stopped", Owner: "team-shop",
			Remedy: []string{"finish on SIGTERM what has begun"}, Whole: true,
		}
		switch service {
		case "payment":
			f.Severity, f.Journeys, f.Cost, f.Crossing = finding.Error, []string{"buy"}, []string{"an error, since journey buy is of tier 1 and writes"}, 3
			f.Message += ", and checkout and web wait for it"
		case "catalog":
			f.Severity, f.Cost = finding.Note, []string{"a note only, since no user waits for it"}
		}
		r.Findings = append(r.Findings, f)
		if i < 3 {
			r.Findings = append(r.Findings, &finding.Finding{
				Rule: "no-metrics", Severity: finding.Note, Pos: f.Pos, Service: service, Crossing: 1, Group: metrics,
				Message: service + " exports no metrics", Remedy: []string{"export metrics"}, Whole: true,
			})
		}
		if i < 2 { // too few for a group
			r.Findings = append(r.Findings, &finding.Finding{
				Rule: "no-tracing", Severity: finding.Warning, Pos: f.Pos, Service: service, Crossing: 1, Group: tracing,
				Message: service + " takes no part in traces", Remedy: []string{"trace it"}, Whole: true,
			})
		}
	}
	t := tallyOf(r.Findings)
	r.Summary.Errors, r.Summary.Warnings, r.Summary.Notes = t.errors, t.warnings, t.notes
	return r
}

// sampleProfiles are a service that shows much, one that lacks much, and one that says nothing.
func sampleProfiles() []finding.Profile {
	pos, code := at("services.yaml"), at("checkout/main.go")
	yes := func(block, key, value string, line int32) arch.Concern {
		return arch.Concern{Block: block, Key: key, Fact: arch.At(value, pos(line, 9))}
	}
	no := func(block, key string, line int32) arch.Concern {
		return arch.Concern{Block: block, Key: key, Fact: arch.Fact[string]{State: arch.Absent, Pos: code(line, 2)}}
	}
	return []finding.Profile{
		{Service: "checkout", Kind: "service", Owner: "team-orders",
			Concerns: []arch.Concern{no("reliability", "health", 14), no("reliability", "graceful-shutdown", 20), yes("observability", "tracing", "true", 31), yes("observability", "logs", "text", 32)},
			Bounded:  []arch.Pos{code(40, 9)},
			Endless:  []arch.Pos{code(50, 9), code(51, 9), code(52, 9), code(53, 9), code(54, 9), code(55, 9), code(56, 9), at("checkout/pay.go")(7, 3)},
			Incoming: []arch.Pos{code(60, 9)}, Untold: []arch.Pos{pos(41, 13)}},
		{Service: "ledger", Kind: "worker", Untold: []arch.Pos{pos(61, 13), pos(62, 13)}},
		{Service: "web", Kind: "bff",
			Concerns: []arch.Concern{yes("reliability", "replicas", "3", 11), yes("reliability", "health", "/healthz", 12), yes("reliability", "readiness", "true", 13),
				yes("reliability", "graceful-shutdown", "20s", 14), yes("reliability", "disruption-budget", "true", 15), yes("reliability", "runbook", "https://wiki.example.com/services/web/runbook", 16),
				yes("deployment", "strategy", "blue-green", 17), yes("observability", "tracing", "true", 18), yes("observability", "metrics", "true", 19), yes("observability", "logs", "structured", 20)},
		},
	}
}

// manyReport is the first run on a large system.
func manyReport() *finding.Report {
	pos := at("platform/services.yaml")
	rules := []string{"sync-chain", "missing-deadline", "hub", "fan-out", "shared-store", "chatty-call", "orphan-topic", "unresolved-call"}
	r := &finding.Report{Version: "v0.3.0", Rules: sampleRules(), Summary: finding.Summary{Inputs: []string{"platform/services.yaml", "./..."}, Services: 180, Calls: 900, Resolved: 897}}
	for i := range 400 {
		f := &finding.Finding{
			Rule: rules[i%len(rules)], Severity: finding.Severity(1 + i%3), Service: fmt.Sprintf("service-%d", i),
			Operation: "POST /things/{id}", Message: fmt.Sprintf("service-%d waits for a dozen services in a row", i),
			Pos: pos(int32(10+i), 7), Crossing: i % 17, Size: 12,
			Cost:     []string{"0.999^12 = 98.81 %: 515 min in 30 days", "timeouts add up to 30 s"},
			Remedy:   []string{"publish an event", "keep a copy of the data", "keep the services together"},
			Journeys: []string{"buy"}, Owner: "team-things",
		}
		if f.Rule == "orphan-topic" || f.Rule == "unresolved-call" {
			f.Severity = finding.Note
		}
		for h := range 12 {
			f.Hops = append(f.Hops, finding.Hop{Service: fmt.Sprintf("service-%d", i+h), Operation: "things.Things/Do", Pos: pos(int32(10+i+h), 9)})
		}
		for h := range 9 {
			f.Others = append(f.Others,
				finding.Ref{Role: finding.Head, Service: fmt.Sprintf("edge-%d", h), Operation: "POST /"},
				finding.Ref{Role: finding.End, Service: fmt.Sprintf("leaf-%d", h)})
		}
		r.Findings = append(r.Findings, f)
	}
	t := tallyOf(r.Findings)
	r.Summary.Errors, r.Summary.Warnings, r.Summary.Notes = t.errors, t.warnings, t.notes
	return r
}

// hostileNames are what somebody may call a service who wants more than a service.
func hostileNames() []string {
	return []string{
		"x\n::error file=forged.go,line=1::forged",
		"x\r\n::set-output name=a::b",
		"::warning::forged",
		" ::stop-commands::forged",
		"##[error]forged",
		"%0A::error::forged%0D",
		"\x1b[31mred\x1b[0m\x07\x00",
		"\u009b31mC1",
		"safe\u202eexe.gnp\u2066\u200b\u2028",
		"bad\xff\xfeutf8",
		`"quoted" 'twice' \ back`,
		"<script>alert(1)</script>",
		"</details><img src=x onerror=alert(1)>",
		"<!-- comment",
		"]]>",
		"`tick` ``ticks`` ```",
		"```\n# heading",
		"a|b||c",
		"@team and @org/team",
		"#123 GH-12 org/repo#7 0123456789abcdef",
		"[link](javascript:alert) ![img](http://evil.example/x.png)",
		"https://evil.example www.evil.example a@evil.example",
		"{0} {{1}} {id}",
		"**bold** _it_ ~~no~~ $x$ :smile: &lt;b&gt; - [ ] task",
		"name with spaces , and : colons",
	}
}

// hostileReport has every hostile name everywhere a name can be.
func hostileReport() *finding.Report {
	r := &finding.Report{Version: "<v\n1>", Rules: sampleRules(), All: true, Mermaid: "graph LR\n  a[\"```\n</details>\x1b[31m @team\"]\n"}
	for i, name := range hostileNames() {
		pos := at(name)
		if i%3 == 1 {
			pos = at("dir/" + name + "/services.yaml")
		}
		f := &finding.Finding{
			Rule: "sync-chain", Severity: finding.Severity(1 + i%3), Possible: i%2 == 0,
			Message: name + " waits for " + name, Pos: pos(3, 4), Service: name, Operation: name, Subject: name,
			Hops:     []finding.Hop{{Service: name, Operation: name, Pos: pos(5, 6), Note: name}, {Service: name, Pos: arch.Pos{}, Free: true}},
			Cost:     []string{name, name},
			Remedy:   []string{name, name},
			Journeys: []string{name}, Owner: name, Size: 2, Crossing: 2,
		}
		r.Requests = append(r.Requests, finding.Request{Journey: name, Service: name, Operation: name, Waits: []string{name, name}, Must: 2, Calls: 1})
		for _, role := range []finding.Role{finding.Head, finding.Upstream, finding.End, finding.Entry, finding.Member, finding.Related} {
			f.Others = append(f.Others, finding.Ref{Role: role, Service: name, Operation: name, Pos: pos(7, 8)})
		}
		r.Findings = append(r.Findings, f)
		r.Settled = append(r.Settled, finding.Settled{Finding: f, Inline: i%2 == 0, Debt: &arch.Acceptance{Pos: pos(2, 1), Reason: name, Owner: name, ADR: arch.At(name, pos(2, 9))}})
		r.Baseline = name
		r.Profiles = append(r.Profiles, finding.Profile{Service: name, Kind: name, Owner: name, Endless: []arch.Pos{pos(9, 1), pos(10, 1)},
			Concerns: []arch.Concern{{Block: "deployment", Key: "strategy", Fact: arch.At(name, pos(8, 1))}}})
		r.Summary.Unseen = append(r.Summary.Unseen, name)
		r.Summary.Unread = append(r.Summary.Unread, name)
		r.Summary.Inputs = append(r.Summary.Inputs, name)
		r.Summary.System = name
	}
	return r
}
