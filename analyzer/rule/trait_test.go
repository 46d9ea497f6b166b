package rule_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
	"github.com/distcheck/distcheck/analyzer/graph"
	"github.com/distcheck/distcheck/analyzer/rule"
)

// awaited is a system in which web waits for a, of which these facts are known.
func awaited(facts string) string { return "services:\n  a: {" + facts + "}\n  web: {calls: [a]}\n" }

// Each fires on what is said to be absent, and where web waits, says so; of what is present, or not known, and of
// services to which it does not apply, it is silent.
func TestTraits(t *testing.T) {
	const kept = "owner: team, "
	for _, c := range []struct {
		rule, says string
		wrong      []string // facts of a service that web waits for
		right      []string
	}{
		{"missing-slo", "note 3: a promises nothing, and web waits for it",
			[]string{kept + "slo: false", kept + "slo: false, operations: {GET /a: {slo: false}}"},
			[]string{"slo: false", kept + "slo: 99%", kept, kept + "slo: false, operations: {GET /a: {slo: 99%}}", kept + "slo: false, kind: external", kept + "slo: false, kind: platform"}},
		{"missing-owner", "note 3: a has no owner, and web waits for it",
			[]string{"slo: 99%, owner: false", "owner: false, operations: {GET /a: {slo: 99%}}", "owner: false, reliability: {runbook: 'https://r'}"},
			[]string{"owner: false", "owner: team", "slo: 99%"}},
		{"missing-on-call", "note 3: a has nobody on call, and web waits for it",
			[]string{kept + "reliability: {on-call: false}"},
			[]string{"reliability: {on-call: false}", kept + "reliability: {on-call: us}", kept}},
		{"missing-runbook", "note 3: a has no runbook, and web waits for it",
			[]string{kept + "reliability: {runbook: false}", "reliability: {runbook: false, on-call: us}"},
			[]string{"reliability: {runbook: false}", kept + "reliability: {runbook: 'https://r'}", kept}},
		{"missing-health-check", "warning 3: a has neither a health nor a readiness endpoint, and web waits for it",
			[]string{"reliability: {health: false, readiness: false}"},
			[]string{"reliability: {health: false}", "reliability: {readiness: false}", "reliability: {health: /healthz, readiness: false}", "reliability: {health: false, readiness: true}", "",
				"kind: job, reliability: {health: false, readiness: false}", "kind: ui, reliability: {health: false, readiness: false}", "kind: worker, reliability: {health: false, readiness: false}"}},
		{"single-replica", "warning 3: a runs in one copy, and web waits for it",
			[]string{"reliability: {replicas: 1}"},
			[]string{"reliability: {replicas: 2}", "reliability: {replicas: 0}", "reliability: {replicas: false}", "", "kind: job, reliability: {replicas: 1}"}},
		{"missing-disruption-budget", "note 3: a has no disruption budget, and web waits for it",
			[]string{"reliability: {disruption-budget: false}", "reliability: {disruption-budget: false, replicas: 2}"},
			[]string{"reliability: {disruption-budget: true}", "reliability: {disruption-budget: false, replicas: 1}", "reliability: {replicas: 2}", "kind: job, reliability: {disruption-budget: false}"}},
		{"not-spread", "note 3: a does not spread its copies over nodes, and web waits for it",
			[]string{"reliability: {spread: false}", "reliability: {spread: false, replicas: 2}"},
			[]string{"reliability: {spread: true}", "reliability: {spread: false, replicas: 1}", "reliability: {replicas: 2}", "kind: job, reliability: {spread: false}"}},
		{"server-without-timeouts", "warning 3: a holds connections open for requests that are never fully sent, and web waits for it",
			[]string{"reliability: {server-timeouts: false}"},
			[]string{"reliability: {server-timeouts: true}", "reliability: {health: false}"}},
		{"no-graceful-shutdown", "warning 3: a drops what it has begun when it is stopped, and web waits for it",
			[]string{"reliability: {graceful-shutdown: false}"},
			[]string{"reliability: {graceful-shutdown: 5s}", "reliability: {graceful-shutdown: true}", "", "kind: job, reliability: {graceful-shutdown: false}"}},
		{"disruptive-strategy", "warning 3: a is down during each of its deployments (recreate), and web waits for it",
			[]string{"deployment: {strategy: recreate}", "deployment: {strategy: recreate}, reliability: {replicas: 3}"},
			[]string{"deployment: {strategy: rolling}", "deployment: {strategy: rolling}, reliability: {replicas: 1}", "deployment: {strategy: false}", ""}},
		{"missing-strategy", "note 3: a has no deployment strategy, and web waits for it",
			[]string{"deployment: {strategy: false}"},
			[]string{"deployment: {strategy: recreate}", "", "kind: job, deployment: {strategy: false}"}},
		{"blind-canary", "warning 3: a sends new versions ahead (canary) and does not look how they fare, and web waits for it",
			[]string{"deployment: {strategy: canary, analysis: false}", "deployment: {strategy: canary, analysis: false, rollback: true}"},
			[]string{"deployment: {strategy: canary}", "deployment: {strategy: canary, rollback: manual}", "deployment: {strategy: canary, analysis: true, rollback: manual}",
				"deployment: {strategy: canary, analysis: false, rollback: automatic}", "deployment: {strategy: rolling, analysis: false}", "deployment: {analysis: false}"}},
		{"blind-canary", "warning 3: a sends new versions ahead (feature-flag) and does not look how they fare, and takes them back only by hand, and web waits for it",
			[]string{"deployment: {strategy: feature-flag, analysis: false, rollback: manual}"}, nil},
		{"blind-canary", "warning 3: a sends new versions ahead (canary) and does not look how they fare, nor can take them back, and web waits for it",
			[]string{"deployment: {strategy: canary, analysis: false, rollback: false}"}, nil},
		{"mutable-image", "warning 3: a runs whatever is latest, host:5000/a:latest, and web waits for it",
			[]string{"deployment: {image: 'host:5000/a:latest'}"},
			[]string{"deployment: {image: 'host:5000/a:1'}", "deployment: {image: 'a@sha256:00'}", "deployment: {image: 'a:latest@sha256:00'}", "deployment: {image: 'a:${TAG}'}", "deployment: {image: '{{ .image }}'}", "deployment: {image: false}", ""}},
		{"mutable-image", "warning 3: a runs an image without a tag, host:5000/a, and web waits for it",
			[]string{"deployment: {image: 'host:5000/a'}", "kind: job, deployment: {image: 'host:5000/a'}"}, nil},
		{"migration-at-boot", "warning 3: a changes the schema of its database when it starts, in each of 3 copies, and web waits for it",
			[]string{"deployment: {migrates-at-start: true}, reliability: {replicas: 3}"},
			[]string{"deployment: {migrates-at-start: false}", "deployment: {migrates-at-start: true}, reliability: {replicas: 1}", "", "kind: job, deployment: {migrates-at-start: true}"}},
		{"migration-at-boot", "possible warning 3: a changes the schema of its database when it starts, and web waits for it",
			[]string{"deployment: {migrates-at-start: true}"}, nil},
		{"no-tracing", "warning 3: a takes no part in traces, and web waits for it",
			[]string{"observability: {tracing: false}"}, []string{"observability: {tracing: true}", "observability: {metrics: false}", "kind: job, observability: {tracing: false}"}},
		{"no-metrics", "note 3: a exports no metrics, and web waits for it",
			[]string{"observability: {metrics: false}"}, []string{"observability: {metrics: true}", ""}},
		{"no-alerts", "note 3: a alerts nobody when it fails, and web waits for it",
			[]string{"observability: {alerts: false}"}, []string{"observability: {alerts: true}", ""}},
		{"unstructured-logs", "note 3: a logs plain text, and web waits for it",
			[]string{"observability: {logs: text}"}, []string{"observability: {logs: structured}", "observability: {logs: true}", ""}},
		{"unstructured-logs", "note 3: a writes no logs, and web waits for it", []string{"observability: {logs: false}"}, nil},
		{"no-dashboard", "note 3: a is on no dashboard, and web waits for it",
			[]string{"observability: {dashboard: false}"}, []string{"observability: {dashboard: true}", ""}},
	} {
		for _, facts := range c.wrong {
			found := of(lint(t, awaited(facts)), c.rule)
			if got := briefs(found); got != c.says {
				t.Errorf("%s of {%s} says\n%s\nwant\n%s", c.rule, facts, got, c.says)
			}
			complete(t, found)
		}
		for _, facts := range c.right {
			if got := briefs(of(lint(t, awaited(facts)), c.rule)); got != "" {
				t.Errorf("%s of {%s} says\n%s", c.rule, facts, got)
			}
		}
	}
}

// What only callers make bad, nobody minds where there are none.
func TestTraitsOfServicesThatNobodyCalls(t *testing.T) {
	runCases(t, "missing-owner", []ruleCase{{"nobody calls it", "services:\n  a: {owner: false}\n  web: {owner: team}\n", nil}})
	const recreate = "services:\n  a: {operations: {GET /a: {}}, deployment: {strategy: recreate}}\n"
	runCases(t, "disruptive-strategy", []ruleCase{
		{"nobody calls it", recreate, nil},
		{"a journey enters there", "journeys: {buy: {entry: [a GET /a]}}\n" + recreate, []string{"warning 4: a is down during each of its deployments (recreate)"}},
	})
	const unhealthy = "reliability: {health: false, readiness: false}}\n"
	runCases(t, "missing-health-check", []ruleCase{
		{"nothing is known of what it does", "services:\n  a: {" + unhealthy, nil},
		{"it only handles messages", "services:\n  a: {consumes: [t], operations: {consume t: {}}, " + unhealthy, nil},
		{"it answers requests", "services:\n  a: {operations: {GET /a: {}}, " + unhealthy, []string{"warning 3: a has neither a health nor a readiness endpoint"}},
		{"a gateway", "services:\n  a: {kind: gateway, " + unhealthy, []string{"warning 3: a has neither a health nor a readiness endpoint"}},
	})
}

func TestTraitsSayWhoWaits(t *testing.T) {
	callers := func(names ...string) string {
		yaml := "services:\n  a: {operations: {GET /a: {}, GET /b: {}}, observability: {metrics: false}, background: {calls: [b]}}\n"
		for _, name := range names {
			yaml += "  " + name + ": {calls: [a GET /a, a GET /b], operations: {GET /x: {calls: [a GET /a]}}}\n"
		}
		return yaml
	}
	for _, c := range []struct {
		callers []string
		want    string
	}{
		{nil, "a exports no metrics"},
		{[]string{"b"}, "a exports no metrics, and b waits for it"},
		{[]string{"b", "c"}, "a exports no metrics, and b and c wait for it"},
		{[]string{"b", "c", "d", "e"}, "a exports no metrics, and b and 3 more services wait for it"},
	} {
		f := only(t, callers(c.callers...), "no-metrics")
		mustSay(t, "message", []string{f.Message}, c.want)
		if f.Crossing != 1+len(c.callers) {
			t.Errorf("%d services are touched", f.Crossing)
		}
	}
}

// A finding about a service weighs what leads into any of its operations, and is on their journeys.
func TestTraitsAreGraded(t *testing.T) {
	const once = "reliability: {replicas: 1}"
	for _, c := range []struct{ name, yaml, severity, cost, journeys string }{
		{"on a critical journey", "journeys: {buy: {entry: [web POST /b], tier: 1}}\nservices:\n  web: {operations: {POST /b: {calls: [{to: a, operation: Do, effect: write}]}}}\n  a: {operations: {Do: {}, Other: {}}, " + once + "}\n",
			"error", "an error, since journey buy is of tier 1 and writes", "buy"},
		{"one that only reads", "journeys: {look: {entry: [web GET /b], tier: 1}}\nservices:\n  web: {operations: {GET /b: {calls: [{to: a, operation: Do, effect: read}]}}}\n  a: {operations: {Do: {}}, " + once + "}\n",
			"warning", "", "look"},
		{"only messages lead there", "services:\n  a: {consumes: [t], operations: {consume t: {}}, " + once + "}\n", "note", "a note only, since no user waits for it", ""},
		{"only a job leads there", "services:\n  j: {kind: job, operations: {run: {calls: [a Do]}}}\n  a: {operations: {Do: {}}, " + once + "}\n", "note", "a note only, since no user waits for it", ""},
		{"users too", "services:\n  a: {consumes: [t], operations: {consume t: {}, GET /a: {}}, " + once + "}\n", "warning", "", ""},
	} {
		f := only(t, c.yaml, "single-replica")
		mustSay(t, c.name, []string{f.Severity.String(), strings.Join(f.Cost, "\n"), strings.Join(f.Journeys, " ")}, c.severity, c.cost, c.journeys)
	}
}

// Where the fact stands is shown, and what several services lack is of one group that knows how many were judged.
func TestTraitsHavePlacesAndGroups(t *testing.T) {
	found := of(lint(t, "services:\n  a:\n    observability:\n      metrics: false\n  b: {observability: {metrics: true}}\n  c: {observability: {metrics: false}}\n  d: {}\n  e: {kind: job}\n"), "no-metrics")
	if len(found) != 2 || found[0].Group != found[1].Group {
		t.Fatalf("no group:\n%s", briefs(found))
	}
	if want := (finding.Group{What: "no metrics", Judged: 3, Silent: 1}); *found[0].Group != want {
		t.Errorf("group %+v, want %+v", *found[0].Group, want)
	}
	at := slices.IndexFunc(found, func(f *finding.Finding) bool { return f.Service == "a" })
	if others := found[at].Others; len(others) != 1 || others[0].Role != finding.Related || others[0].Pos.Line != 5 {
		t.Errorf("places %+v", others)
	}
	f := only(t, awaited("deployment: {strategy: canary, analysis: false,\n    rollback: manual}"), "blind-canary")
	if len(f.Others) != 2 || f.Others[0].Pos.Line != 3 || f.Others[1].Pos.Line != 4 {
		t.Errorf("places %+v", f.Others)
	}
	mustSay(t, "doubt", only(t, awaited("deployment: {migrates-at-start: true}"), "migration-at-boot").Doubt, "how many copies of it run (replicas)")
}

// An accepted entry about a service covers what that service lacks, not what those lack for whom it waits.
func TestTraitsAreAcceptedByService(t *testing.T) {
	const yaml = "services:\n  a: {observability: {metrics: false}}\n  web: {calls: [a], observability: {metrics: false}}\naccepted:\n" +
		"  - {rule: no-metrics, services: [web], reason: it goes away, owner: team, until: 2027-01-01}\n"
	runCases(t, "no-metrics", []ruleCase{{"web only", yaml, []string{"note 3: a exports no metrics, and web waits for it"}}})
}

// Debt that is overdue is told one by one.
func TestOverdueTraitsAreNoGroup(t *testing.T) {
	sys := read(t, "services:\n  a: {observability: {metrics: false}}\naccepted:\n  - {rule: no-metrics, services: [a], reason: later, owner: team, until: 2026-01-01}\n")
	found := of(rule.Run(sys, graph.Build(sys), rule.All(), rule.Options{Today: today}).Findings, "overdue-debt")
	if len(found) != 1 || found[0].Group != nil {
		t.Errorf("overdue: %s", briefs(found))
	}
}

// What nobody speaks of is no finding: every rule about what is missing is silent of a system of bare names.
func TestNothingIsMissedThatNobodySpokeOf(t *testing.T) {
	yaml := "services:\n  a: {owner: team, slo: 99%, stores: [db], consumes: [t], data: [{name: email, class: personal}]}\n  b: {calls: [a], publishes: [t]}\n  c: {kind: external}\n"
	for _, f := range lint(t, yaml) {
		if f.Group != nil || f.Whole || f.Rule == "lossy-consumer" || strings.HasPrefix(f.Rule, "personal-") {
			t.Errorf("%s: %s", f.Rule, brief(f))
		}
	}
}

// TestTraitPlaces: what code shows to be wrong with a service stands where it shows it, and what a manifest says where
// the service does; a comment at either place accepts it.
func TestTraitPlaces(t *testing.T) {
	var files arch.Files
	main := arch.Pos{File: files.Get("web/main.go", arch.Go), Line: 5, Column: 6}
	serves := arch.Pos{File: files.Get("web/serve.go", arch.Go), Line: 20, Column: 2}
	for _, c := range []struct {
		shown, want arch.Pos
	}{
		{serves, serves},
		{arch.Pos{File: files.Get("services.yaml", arch.Manifest), Line: 3, Column: 1}, main},
		{arch.Pos{}, main},
	} {
		for _, accepted := range []arch.Pos{{}, main, serves} {
			fact := arch.Fact[string]{State: arch.Absent, Pos: c.shown}
			sys := &arch.System{Services: []*arch.Service{{Name: "web", Declared: true, Pos: main,
				Concerns: []arch.Concern{{Block: "reliability", Key: "server-timeouts", Fact: fact}}}}}
			if accepted.Known() {
				sys.Directives = []arch.Directive{{Pos: accepted, Lines: arch.Lines{Path: accepted.Path(), From: accepted.Line, To: accepted.Line},
					Text: "accept server-without-timeouts until=2099-01-01 owner=me because"}}
			}
			found := of(rule.Run(sys, graph.Build(sys), rule.All(), rule.Options{Today: today}).Findings, "server-without-timeouts")
			hides := accepted.Known() && (accepted == c.want || accepted == main)
			switch {
			case hides && len(found) != 0:
				t.Errorf("shown at %v, accepted at %v: %d findings", c.shown, accepted, len(found))
			case !hides && (len(found) != 1 || found[0].Pos != c.want):
				t.Errorf("shown at %v, accepted at %v: %v", c.shown, accepted, found)
			}
		}
	}
}
