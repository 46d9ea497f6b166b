package rule_test

import "testing"

func TestFragileStore(t *testing.T) {
	const lost = "carts in redis, where nothing survives a restart"
	const gone = ", of which there is one copy and no backup"
	cart := func(facts string) string { return "services:\n  a: {stores: [{name: carts, " + facts + "}]}\n" }
	runCases(t, "fragile-store", []ruleCase{
		{"not durable", cart("kind: redis, durable: false"), []string{"warning 3: a keeps " + lost}},
		{"durable", cart("kind: redis, durable: true"), nil},
		{"not known", cart("kind: redis"), nil},
		{"its kind is its name", "services:\n  a: {stores: [{name: redis, kind: redis, durable: false}]}\n", []string{"warning 3: a keeps redis, where nothing survives a restart"}},
		{"a cache by name", "services:\n  a: {stores: [{name: price-Cache, kind: redis, durable: false}]}\n", nil},
		{"a cache by kind", cart("kind: memcached, durable: false"), nil},
		{"external", "services:\n  a: {kind: external, stores: [{name: carts, durable: false}]}\n", nil},
		{"who waits", cart("kind: redis, durable: false") + "  b: {calls: [a]}\n  c: {calls: [a]}\n", []string{"warning 3: a keeps " + lost + ", and b and c wait for a"}},
		{"in several operations", "services:\n  a: {operations: {GET /: {stores: [{name: carts, durable: false}]}, PUT /: {stores: [{name: carts, access: write, durable: false}]}}}\n",
			[]string{"warning 3: a keeps carts, where nothing survives a restart"}},
		{"two of one name", cart("kind: redis, durable: false") + "  b: {stores: [{name: carts, kind: redis, durable: false}]}\n",
			[]string{"warning 3: a keeps " + lost, "warning 4: b keeps " + lost}},
		{"one that two open", cart("kind: redis, server: r, database: c, durable: false, access: read") + "  b: {stores: [{name: carts, kind: redis, server: r, database: c, access: write}]}\n",
			[]string{"warning 3: a keeps " + lost}},
		{"no backup, embedded, one copy", "services:\n  a: {reliability: {replicas: 1}, stores: [{name: db, kind: sqlite, backup: false}]}\n",
			[]string{"warning 3: a keeps db in sqlite" + gone}},
		{"no backup, embedded, copies not known", "services:\n  a: {stores: [{name: db, kind: sqlite, backup: false}]}\n", nil},
		{"no backup, several copies", "services:\n  a: {reliability: {replicas: 2}, stores: [{name: db, kind: sqlite, backup: false}]}\n", nil},
		{"no backup, nobody knows where", "services:\n  a: {reliability: {replicas: 1}, stores: [{name: db, kind: postgres, backup: false}]}\n",
			[]string{"possible warning 3: a keeps db in postgres" + gone}},
		{"no backup, on a server of one copy", "services:\n  a: {stores: [{name: db, kind: postgres, server: 'pg:5432', backup: false}]}\n  pg: {kind: platform, reliability: {replicas: 1}}\n",
			[]string{"warning 3: a keeps db in postgres" + gone}},
		{"by a host of it", "services:\n  a: {stores: [{name: db, kind: postgres, server: pg.prod, backup: false}]}\n  pg: {kind: platform, hosts: [pg.prod], reliability: {replicas: 1}}\n",
			[]string{"warning 3: a keeps db in postgres" + gone}},
		{"no backup, on a server of several", "services:\n  a: {reliability: {replicas: 1}, stores: [{name: db, kind: postgres, server: pg, backup: false}]}\n  pg: {kind: platform, reliability: {replicas: 3}}\n", nil},
		{"no backup, on a server that nobody declares", "services:\n  a: {reliability: {replicas: 1}, stores: [{name: db, kind: postgres, server: pg, backup: false}]}\n", nil},
		{"a backup", "services:\n  a: {reliability: {replicas: 1}, stores: [{name: db, kind: sqlite, backup: 1d}]}\n", nil},
		{"of both one", "services:\n  a: {reliability: {replicas: 1}, stores: [{name: db, kind: sqlite, durable: false, backup: false}]}\n",
			[]string{"warning 3: a keeps db in sqlite, where nothing survives a restart"}},
		{"only messages lead there", "services:\n  a: {consumes: [t], operations: {consume t: {stores: [{name: db, durable: false}]}}}\n", []string{"note 3: a keeps db, where nothing survives a restart"}},
	})
}
