package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/manifest"
)

// exported is the clean export of text that must be good, without the line of the version.
func exported(t testing.TB, text string) string {
	t.Helper()
	return strings.TrimPrefix(string(manifest.Export(good(t, text), manifest.ExportOptions{})), "version: 1\n")
}

// squeeze leaves out what the printer decides by length: short things stand in one line, long ones in several.
var squeeze = strings.NewReplacer("\n", "", " ", "", "{", "", "}", "", "-", "", "[", "", "]", "", ",", "").Replace

// TestFormsOfAService writes one service in the forms that there are. What is printed is the shortest that says the
// same; nothing says more or less than what was read.
func TestFormsOfAService(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"null", ""},
		{"~", ""},
		{"{}", ""},

		{"{calls: [b]}", "{calls: [b]}"},
		{`{calls: ["b"]}`, "{calls: [b]}"},
		{"{calls: [b op]}", "{calls: [b op]}"},
		{"{calls: [b GET /a b]}", "{calls: [b GET /a b]}"},
		{`{calls: ["  b   op "]}`, "{calls: [b op]}"},
		{"{calls: [{to: b}]}", "{calls: [b]}"},
		{"{calls: [{to: b, operation: op}]}", "{calls: [b op]}"},
		{"{calls: [{to: b, operation: {value: op, at: x.go:3, source: go}}]}", "{calls: [b op]}"},
		{"{calls: [{to: b c}]}", "{calls: [{to: b c}]}"},
		{"{calls: [{to: b, operation: false}]}", "{calls: [{to: b, operation: false}]}"},
		{"{calls: [{to: b, via: q}]}", "{calls: [{to: b, via: q}]}"},
		{`{calls: [{to: "?", target: $X}]}`, `{calls: [{to: "?", target: "$X"}]}`},
		{"{calls: []}", ""},
		{"{calls: null}", ""},
		{"{calls: [7]}", `{calls: ["7"]}`},

		{"{calls: [{to: b, timeout: unknown}]}", "{calls: [{to: b, timeout: unknown}]}"},
		{"{calls: [{to: b, timeout: incoming, deadline: incoming}]}", "{calls: [{to: b, timeout: incoming, deadline: incoming}]}"},
		{"{calls: [{to: b, timeout: false}]}", "{calls: [{to: b, timeout: false}]}"},
		{"{calls: [{to: b, timeout: 1500ms}]}", "{calls: [{to: b, timeout: 1.5s}]}"},
		{"{calls: [{to: b, timeout: 1m0s, backoff: 7d}]}", "{calls: [{to: b, timeout: 1m, backoff: 1w}]}"},
		{`{calls: [{to: b, timeout: "0"}]}`, "{calls: [{to: b, timeout: 0s}]}"},
		{"{calls: [{to: b, loop: false}]}", "{calls: [{to: b, loop: false}]}"},
		{"{calls: [{to: b, loop: true}]}", "{calls: [{to: b, loop: true}]}"},
		{"{calls: [{to: b, loop: 1}]}", "{calls: [{to: b, loop: 1}]}"},
		{"{calls: [{to: b, loop: 20}]}", "{calls: [{to: b, loop: 20}]}"},
		{"{calls: [{to: b, retries: 0}]}", "{calls: [{to: b, retries: 0}]}"},
		{"{calls: [{to: b, retries: false}]}", "{calls: [{to: b, retries: false}]}"},
		{"{calls: [{to: b, undo: TRUE}]}", "{calls: [{to: b, undo: true}]}"},
		{"{background: {calls: [{to: b, detached: true, from: op}]}, operations: {op: {}}}", "{operations: {op: {}}, background: {calls: [{to: b, detached: true, from: op}]}}"},
		{"{background: }", ""},
		{"{background: {calls: []}}", ""},

		{"{publishes: [t]}", "{publishes: [t]}"},
		{"{publishes: [{topic: t}]}", "{publishes: [t]}"},
		{"{publishes: [{topic: t, outbox: false, broker: k}]}", "{publishes: [{topic: t, broker: k, outbox: false}]}"},
		{"{publishes: [order placed]}", "{publishes: [order placed]}"},
		{"{consumes: [t]}", "{consumes: [t]}"},
		{"{consumes: [{topic: t}]}", "{consumes: [t]}"},
		{"{consumes: [{topic: t, dead-letter: true}]}", "{consumes: [{topic: t, dead-letter: true}]}"},
		{"{consumes: [{topic: t, dead-letter: false}]}", "{consumes: [{topic: t, dead-letter: false}]}"},
		{"{consumes: [{topic: t, dead-letter: u, ack: after, group: g, idempotent: true}]}", "{consumes: [{topic: t, group: g, dead-letter: u, ack: after, idempotent: true}]}"},
		{"{consumes: [t], operations: {consume t: {}}}", "{consumes: [t]}"},
		{"{stores: [s]}", "{stores: [s]}"},
		{"{stores: [{name: s}]}", "{stores: [s]}"},
		{"{stores: [{name: s, access: read, backup: true}]}", "{stores: [{name: s, access: read, backup: true}]}"},
		{"{stores: [{name: s, backup: 24h}]}", "{stores: [{name: s, backup: 24h}]}"},

		{"{code: cmd/a}", "{code: cmd/a}"},
		{"{code: {dir: cmd/a}}", "{code: cmd/a}"},
		{"{code: {dir: cmd/a, unit: serve}}", "{code: {dir: cmd/a, unit: serve}}"},
		{"{code: [cmd/a]}", "{code: cmd/a}"},
		{"{code: [cmd/b, {dir: cmd/a, unit: u}]}", "{code: [{dir: cmd/a, unit: u}, cmd/b]}"},
		{"{code: []}", ""},

		{"{owner: false}", "{owner: false}"},
		{`{owner: "false"}`, `{owner: "false"}`},
		{"{owner: {value: false, at: x.yaml:1}}", "{owner: false}"},
		{"{owner: {value: x}}", "{owner: x}"},
		{"{owner: {source: go, value: x}}", "{owner: x}"},
		{"{tier: {value: 2, at: a.yaml:1}}", "{tier: 2}"},
		{"{tier: False}", "{tier: false}"},
		{"{kind: service}", "{kind: service}"},
		{"{slo: 099.90%}", "{slo: 99.9%}"},
		{"{slo: 100%}", "{slo: 100%}"},
		{"{slo: .5%}", "{slo: 0.5%}"},
		{"{owner: 1.10}", `{owner: "1.10"}`},
		{"{owner: 0x10}", `{owner: "0x10"}`},
		{"{owner: 1e3}", `{owner: "1e3"}`},
		{"{owner: 2024-01-02}", `{owner: "2024-01-02"}`},
		{"{owner: yes}", `{owner: "yes"}`},
		{"{deployment: {version: 1.10, image: a:1}}", `{deployment: {image: "a:1", version: "1.10"}}`},
		{"{hosts: [10.0.0.1, {value: x, at: c.yaml:1}]}", `{hosts: [10.0.0.1, x]}`},
		{"{reliability: {health: true, runbook: false, graceful-shutdown: true, replicas: 3}}", "{reliability: {replicas: 3, health: true, graceful-shutdown: true, runbook: false}}"},
		{"{reliability: }", ""},
		{"{observability: {logs: true}}", "{observability: {logs: true}}"},
		{"{observability: {logs: text, tracing: false}}", "{observability: {tracing: false, logs: text}}"},
		{"{operations: {x: }}", "{operations: {x: {}}}"},
		{"{operations: {x: null, 1.0: {latency: 5ms}}}", `{operations: {"1.0": {latency: 5ms}, x: {}}}`},
		{"{data: [{name: ip, retention: 90d}]}", "{data: [{name: ip, retention: 90d}]}"},
		{"{inferred: true}", "{inferred: true}"},
	} {
		got := exported(t, "{version: 1, services: {a: "+test.text+"}}")
		sameText(t, test.text, got, exported(t, "{version: 1, services: {a: "+test.want+"}}"))
		if squeeze(got) != squeeze("services: a: "+test.want) {
			t.Errorf("%s: got %s, want %s", test.text, got, test.want)
		}
	}
}

// TestFormsOfTheRest does the same for what is no service.
func TestFormsOfTheRest(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"journeys: {j: {entry: a}}", "journeys: {j: {entry: a}}"},
		{"journeys: {j: {entry: a GET /}}", "journeys: {j: {entry: a GET /}}"},
		{"journeys: {j: {entry: [a]}}", "journeys: {j: {entry: a}}"},
		{"journeys: {j: {entry: {service: a, operation: GET /}}}", "journeys: {j: {entry: a GET /}}"},
		{"journeys: {j: {entry: [a, {service: a, operation: GET /}], slo: 99%}}", "journeys: {j: {entry: [a, a GET /], slo: 99%}}"},
		{"journeys: {}", ""},
		{"journeys: ", ""},
		{"topics: {t: }", "topics: {t: {}}"},
		{"topics: {t: {broker: kafka, kind: false}}", "topics: {t: {broker: kafka, kind: false}}"},
		{"rules: {missing-runbook: off}", `rules: {missing-runbook: "off"}`},
		{"rules: {missing-runbook: false}", `rules: {missing-runbook: "off"}`},
		{"rules: {missing-runbook: warning}", "rules: {missing-runbook: warning}"},
		{"rules: {missing-runbook: {severity: error}}", "rules: {missing-runbook: error}"},
		{"rules: {missing-runbook: {severity: {value: error, at: x:1}}}", "rules: {missing-runbook: error}"},
		{"rules: {missing-runbook: {}}", "rules: {missing-runbook: {}}"},
		{"rules: {sync-chain: {error: 4, severity: note, warning: 3}}", "rules: {sync-chain: {severity: note, warning: 3, error: 4}}"},
		{"rules: {low-slo: {share: 5e-1}}", "rules: {low-slo: {share: 0.5}}"},
		{"rules: ", ""},
		{"accepted: ", ""},
		{"accepted: [{rule: low-slo, services: [a], operations: [GET /], hops: 3, reason: 1.10, owner: o, until: '2027-03-31', adr: false}]",
			`accepted: [{rule: low-slo, services: [a], operations: [GET /], hops: 3, reason: "1.10", owner: o, until: 2027-03-31, adr: false}]`},
		{"system: 1.10", `system: "1.10"`},
		{"system: {value: x, at: a.yaml:1:1, source: trace}", "system: x"},
		{"defaults: ", ""},
	} {
		const service = "services: {a: {operations: {GET /: {}}}}"
		got := exported(t, "{version: 1, "+test.text+", "+service+"}")
		if text := squeeze(got); !strings.Contains(text, squeeze(test.want)) || len(text) != len(squeeze(service+test.want)) {
			t.Errorf("%s: got %s, want %s", test.text, got, test.want)
		}
	}
}

// TestStates tells absent from unknown, for every type of fact that the model has.
func TestStates(t *testing.T) {
	const all = `{to: b, operation: %[1]s, via: %[1]s, target: %[1]s, protocol: %[1]s, timeout: %[1]s, deadline: %[1]s, retries: %[1]s, backoff: %[1]s,
		circuit-breaker: %[1]s, effect: %[1]s, reply: %[1]s, error: %[1]s, undo: %[1]s, idempotency-key: %[1]s, loop: %[1]s, concurrent: %[1]s}`
	for text, want := range map[string]arch.State{
		fmt.Sprintf(all, "false"):                      arch.Absent,
		fmt.Sprintf(all, "{value: false, at: x.go:1}"): arch.Absent,
		"{to: b}": arch.Unknown,
	} {
		c := good(t, "{version: 1, services: {a: {calls: ["+text+"]}}}").Services[0].Calls[0]
		for i, got := range []arch.State{c.Operation.State, c.Via.State, c.Target.State, c.Protocol.State, c.Timeout.State, c.Deadline.State, c.Retries.State, c.Backoff.State,
			c.CircuitBreaker.State, c.Effect.State, c.Reply.State, c.Error.State, c.Undo.State, c.IdempotencyKey.State, c.Loop.State, c.Concurrent.State} {
			if got != want {
				t.Errorf("%s: fact %d is %d, want %d", text, i, got, want)
			}
		}
	}
	var blocks strings.Builder
	for _, block := range arch.ConcernBlocks() {
		fmt.Fprintf(&blocks, ", %s: {", block)
		for _, c := range arch.ConcernKeys() {
			if c.Block == block {
				fmt.Fprintf(&blocks, "%s: false, ", c.Key)
			}
		}
		blocks.WriteString("}")
	}
	s := good(t, "{version: 1, services: {a: {kind: false, owner: false, tier: false, language: false, availability: false, slo: false"+blocks.String()+"}}}").Services[0]
	for i, absent := range []bool{s.Kind.Not(), s.Owner.Not(), s.Tier.Not(), s.Language.Not(), s.Availability.Not(), s.SLO.Not(), !s.Inferred.Known()} {
		if !absent {
			t.Errorf("fact %d of the service", i)
		}
	}
	for _, c := range arch.ConcernKeys() {
		if !s.Concern(c.Block, c.Key).Not() {
			t.Errorf("%s.%s is not absent", c.Block, c.Key)
		}
	}
	if n := len(good(t, "{version: 1, services: {a: {}}}").Services[0].Concerns); n != 0 {
		t.Errorf("%d concerns of a service that says nothing", n)
	}
}

// TestPlaces has every form in which it is told where something was found.
func TestPlaces(t *testing.T) {
	for text, want := range map[string]string{
		"x":                           "services.yaml:1:36 manifest",
		"{value: x}":                  "services.yaml:1:44 manifest",
		"{value: x, at: main.go:3}":   "main.go:3 manifest",
		"{value: x, at: main.go:3:5}": "main.go:3:5 manifest",
		"{at: main.go:3:5, source: go, value: x}":    "main.go:3:5 go",
		"{value: x, source: compose}":                "services.yaml:1:44 compose",
		`{value: x, at: "C:/a b/ü.go:3:5"}`:          "C:/a b/ü.go:3:5 manifest",
		"{value: false, at: k8s.yaml:9, source: go}": "k8s.yaml:9 go",
	} {
		owner := good(t, "{version: 1, services: {a: {owner: "+text+"}}}").Services[0].Owner
		if got := fmt.Sprint(owner.Pos, " ", owner.Pos.Source()); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	sys := good(t, `{version: 1, topics: {t: {at: "t.yaml:1", source: kubernetes}}, journeys: {j: {entry: {service: a, at: "e.go:2"}, at: "j.go:3"}}, rules: {low-slo: {at: "r.yaml:4"}},
		services: {a: {at: "a.go:5", source: go, operations: {o: {at: "o.go:6:7"}}, calls: [{to: b, at: "c.go:8"}], publishes: [{topic: t, at: "p.go:9"}],
		consumes: [{topic: t, at: "s.go:10"}], stores: [{name: d, at: "d.go:11"}], data: [{name: n, at: "n.go:12"}]}}}`)
	a := sys.Services[0]
	got := fmt.Sprint(sys.Topics[0].Pos, sys.Topics[0].Pos.Source(), sys.Journeys[0].Entries[0].Pos, sys.Journeys[0].Pos, sys.Rules[0].Pos, a.Pos, a.Pos.Source(), a.Operation("o").Pos,
		a.Calls[0].Pos, a.Publishes[0].Pos, a.Consumes[0].Pos, a.Stores[0].Pos, a.Data[0].Pos, a.Operation("consume t").Pos)
	if want := "t.yaml:1 kubernetes e.go:2 j.go:3 r.yaml:4 a.go:5 go o.go:6:7 c.go:8 p.go:9 s.go:10 d.go:11 n.go:12 s.go:10"; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestTextForms has what YAML allows beside plain words, and JSON.
func TestTextForms(t *testing.T) {
	for name, text := range map[string]string{
		"plain":    "version: 1\nservices:\n  a:\n    owner: x y\n    calls:\n    - b op\n",
		"quoted":   "\"version\": 1\n'services':\n  \"a\":\n    owner: 'x y'\n    calls:\n      - \"b op\"\n",
		"folded":   "version: 1\nservices:\n  a:\n    owner: >-\n      x\n      y\n    calls:\n    - >-\n      b\n      op\n",
		"block":    "version: 1\nservices:\n  a:\n    owner: |-\n      x y\n    calls: [\"b op\"]\n",
		"JSON":     `{"version": 1, "services": {"a": {"owner": "x y", "calls": ["b op"]}}}`,
		"tabs":     "\t{\n\t\"version\":\t1,\n\t\"services\":\t{\t\"a\": {\n\t\t\"owner\":\t\"x\\u0020y\",\n\t\t\"calls\":\t[\n\t\t\t\"b op\"\t]\n}}}\n\t",
		"windows":  "\ufeffversion: 1\r\nservices:\r\n  a:\r\n    owner: x y\r\n    calls: [b op]\r\n",
		"anchors":  "version: 1\nservices:\n  a: {owner: &o x y, calls: [&c b op]}\n",
		"explicit": "%YAML 1.1\n---\n? version\n: 1\n? services\n: ? a\n  : {owner: x y, calls: [b op]}\n...\n",
		"str tags": "!!map {version: 1, services: {a: !!map {owner: !!str x y, calls: !!seq [!!str b op]}}}",
		"merged":   "version: 1\nservices:\n  a:\n    <<: {owner: x y, calls: [c]}\n    calls: [b op]\n",
		"twice":    "version: 1\nservices:\n  a: {<<: [{owner: x y}, {owner: z, calls: [b op]}]}\n",
		"comments": "# a\nversion: 1 # b\nservices: # c\n  # d\n  a: # e\n    owner: x y # f\n    calls: # g\n      # h\n      - b op # i\n",
	} {
		got := exported(t, text)
		sameText(t, name, got, "services:\n  a: {owner: x y, calls: [b op]}\n")
	}
	sys := good(t, "version: 1\nservices:\n  a: &a {owner: &o x, tier: 2, calls: &c [{to: b, timeout: &t 2s}]}\n  b: *a\n  c: {<<: *a, owner: y}\n  d: {owner: *o, calls: *c}\n")
	for _, s := range sys.Services {
		if len(s.Calls) != 1 || s.Calls[0].To != "b" || s.Calls[0].Timeout.Value.String() != "2s" {
			t.Errorf("calls of %s", s.Name)
		}
	}
	c, d := sys.Services[2], sys.Services[3]
	if got := strings.Join([]string{told(c.Owner), told(c.Tier), told(d.Owner), told(d.Tier)}, ", "); got !=
		"y services.yaml:5:22, 2 services.yaml:3:29, x services.yaml:3:17, unknown" {
		t.Errorf("got %s", got)
	}
	if got := good(t, `{version: 1, system: 'a "\/" \ud83d\ude00', services: {"a\/b\ud83d\ude00": {}}} # "\/`); got.Name.Value != `a "\/" \ud83d\ude00` || got.Services[0].Name != "a/b😀" {
		t.Errorf("got %q, %q", got.Name.Value, got.Services[0].Name)
	}
}

// TestDefaults unites defaults deeply, into declared services of one's own only.
func TestDefaults(t *testing.T) {
	sys := good(t, `version: 1
services:
  plain: {}
  nothing:
  own: {owner: false, reliability: {replicas: 5}, operations: {Check: {slo: 99%}, Mine: {}}, background: {calls: [x]}, calls: [], data: []}
  merged: {<<: {owner: theirs}}
  ext: {kind: external}
  told: {kind: {value: platform, at: "k.yaml:1"}}
  by-merge: {<<: {kind: external}}
  worker: {kind: worker, reliability: {spread: false}, observability: &o {logs: text}}
defaults:
  owner: base
  tier: 3
  reliability: {<<: {spread: true}, replicas: 2, health: /up}
  observability: *o
  operations: {Check: {slo: 90%, latency: 1s}, Other: {}}
  background: {calls: [registry], publishes: [ticks]}
  calls: [config]
  data: [{name: log}]
`)
	a := asked{t, sys}
	show := func(name string) string {
		s := a.service(name)
		var b strings.Builder
		fmt.Fprintf(&b, "%s %s", arch.FactText(s.Owner), arch.FactText(s.Tier))
		for _, c := range s.Concerns {
			fmt.Fprintf(&b, " %s=%s", c.Key, arch.FactText(c.Fact))
		}
		for _, o := range s.Operations {
			fmt.Fprintf(&b, " %s(%s %s)", o.Name, arch.FactText(o.SLO), arch.FactText(o.Latency))
		}
		to := func(c *arch.Call) string { return c.To }
		fmt.Fprintf(&b, " [%s] background[%s %d] %d", names(s.Calls, to), names(s.Background.Calls, to), len(s.Background.Publishes), len(s.Data))
		return b.String()
	}
	const base = "replicas=2 health=/up spread=true logs=text Check(90% 1s) Other( ) [config] background[registry 1] 1"
	a.is("plain", show("plain"), "base 3 "+base)
	a.is("nothing", show("nothing"), "base 3 "+base)
	a.is("merged", show("merged"), "theirs 3 "+base)
	a.is("own", show("own"), "false 3 replicas=5 health=/up spread=true logs=text Check(99% 1s) Mine( ) Other( ) [] background[x 1] 0")
	a.is("worker", show("worker"), "base 3 replicas=2 health=/up spread=false logs=text Check(90% 1s) Other( ) [config] background[registry 1] 1")
	for _, name := range []string{"ext", "told", "by-merge"} {
		a.is(name, show(name), "  [] background[ 0] 0")
	}
	a.is("position", told(a.service("plain").Owner), "base services.yaml:12:10")
	a.is("callees get none", a.service("config").Owner.Known(), "false")
}

// TestDefaultsBehindAliases unites with what an alias or a merge key in the defaults stands for.
func TestDefaultsBehindAliases(t *testing.T) {
	sys := good(t, `version: 1
services:
  a: {observability: &o {logs: text, tracing: true}}
  b: {observability: {logs: structured}, reliability: {replicas: 1}}
defaults:
  observability: *o
  reliability: {<<: {spread: true}}
`)
	b := asked{t, sys}.service("b")
	if got := names(b.Concerns, func(c arch.Concern) string { return c.Key + "=" + c.Fact.Value }); got != "replicas=1, spread=true, tracing=true, logs=structured" {
		t.Errorf("got %s", got)
	}
}
