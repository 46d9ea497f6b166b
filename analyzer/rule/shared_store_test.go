package rule_test

import (
	"fmt"
	"testing"

	"github.com/distcheck/distcheck/analyzer/rule"
)

func TestSharedStore(t *testing.T) {
	two := func(a, b string) string { return "services:\n  a: {" + a + "}\n  b: {" + b + "}\n" }
	store := func(facts string) string { return "stores: [{name: db, " + facts + "}]" }
	const main = "server: pg-main, database: orders"
	runCases(t, "shared-store", []ruleCase{
		{"two owners", two("owner: one, "+store(main+", access: read"), "owner: two, "+store(main+", access: write")),
			[]string{"error 4: a, b open the database orders on pg-main: b writes, a only reads"}},
		{"one owner", two("owner: one, "+store(main+", access: write"), "owner: one, "+store(main+", access: write")),
			[]string{"warning 3: a, b open the database orders on pg-main: a, b write"}},
		{"an owner is unknown", two("owner: one, "+store(main), store(main)),
			[]string{"warning 3: a, b open the database orders on pg-main"}},
		{"all read", two(store(main+", access: read"), store(main+", access: read")),
			[]string{"warning 3: a, b open the database orders on pg-main: all of them only read"}},
		{"two known owners of three", two("owner: one, "+store(main), "owner: two, "+store(main)) + "  c: {" + store(main) + "}\n",
			[]string{"error 3: a, b, c open the database orders on pg-main"}},
		{"by other names", two("stores: [{name: orders, "+main+"}]", "stores: [{name: history, "+main+"}]"),
			[]string{"warning 3: a, b open the database orders on pg-main"}},
		{"other databases of one server", two(store("kind: postgres, server: pg-main, database: one"), store("kind: postgres, server: pg-main, database: two")), nil},
		{"other servers", two(store("kind: postgres, server: one, database: orders"), store("kind: postgres, server: two, database: orders")), nil},
		{"its own machine", two(store("kind: a, server: localhost, database: orders"), store("kind: b, server: 'localhost', database: orders")), nil},
		{"a migration job", two(store(main), "kind: job, "+store(main)), nil},
		{"platform and external", two(store(main), "kind: platform, "+store(main)) + "  c: {kind: external, " + store(main) + "}\n", nil},
		{"one service twice", "services:\n  a: {" + store(main) + ", background: {" + store(main) + "}, operations: {GET /a: {" + store(main) + "}}}\n", nil},
		{"in an operation and in the background", "services:\n  a: {operations: {GET /a: {" + store(main) + "}}}\n  b: {background: {" + store(main) + "}}\n",
			[]string{"warning 3: a, b open the database orders on pg-main"}},
		{"one kind and name", two(store("kind: postgres"), store("kind: postgres")),
			[]string{"possible note 3: a, b open a postgres store named db"}},
		{"three of one kind and name", two(store("kind: postgres"), store("kind: postgres")) + "  c: {" + store("kind: postgres") + "}\n",
			[]string{"possible note 3: a, b, c open a postgres store named db"}},
		{"one of them known worse than two that differ", two(store("kind: postgres, server: one"), store("kind: postgres, server: two")) + "  c: {" + store("kind: postgres") + "}\n", nil},
		{"nothing known of two, the others differ", two(store("kind: postgres, server: one"), store("kind: postgres, server: two")) + "  c: {" + store("kind: postgres") + "}\n  d: {" + store("kind: postgres") + "}\n",
			[]string{"possible note 5: c, d open a postgres store named db"}},
		{"two write, one reads, of one nobody knows", two(store(main+", access: write"), store(main+", access: read")) + "  c: {" + store(main+", access: write") + "}\n  d: {" + store(main) + "}\n",
			[]string{"warning 3: a, b, c, d open the database orders on pg-main: a, c write, b only reads"}},
		{"one reads, of one nobody knows", two(store(main+", access: read"), store(main)), []string{"warning 3: a, b open the database orders on pg-main"}},
		{"one of them known better", two(store("kind: postgres, server: pg-main"), store("kind: postgres")),
			[]string{"possible note 3: a, b open a postgres store named db"}},
		{"kinds differ", two(store("kind: postgres"), store("kind: redis")), nil},
		{"kinds not known", two(store("access: write"), store("access: write")),
			[]string{"possible note 3: a, b open a store named db: a, b write"}},
		{"one kind not known", two(store("kind: redis"), store("access: read")),
			[]string{"possible note 3: a, b open a redis store named db"}},
		{"two kinds, and one not known", two(store("kind: redis"), store("access: read")) + "  c: {" + store("kind: postgres") + "}\n", nil},
		{"two kinds of one name, each twice", two(store("kind: redis"), store("kind: redis")) + "  c: {" + store("kind: etcd") + "}\n  d: {" + store("kind: etcd") + "}\n",
			[]string{"possible note 3: a, b open a redis store named db",
				"possible note 5: c, d open an etcd store named db"}},
		{"kinds differ at one server and database", two(store("kind: postgres, "+main), store("kind: redis, "+main)), nil},
		{"a kind not known at one server and database", two(store("kind: postgres, "+main), store(main)),
			[]string{"warning 3: a, b open the database orders on pg-main"}},
		{"one server, databases not known", two("stores: [{name: one, kind: mongodb, server: db}]", "stores: [{name: two, kind: mongodb, server: db}]"),
			[]string{"possible note 3: a, b open a mongodb store on db"}},
		{"one server, a database not known", two("stores: [{name: one, server: db, database: one}]", "stores: [{name: two, server: db}]"),
			[]string{"possible note 3: a, b open a store on db"}},
		{"one server, one database not known worse than two that differ", two("stores: [{name: one, server: db, database: one}]", "stores: [{name: two, server: db, database: two}]") + "  c: {stores: [{name: three, server: db}]}\n", nil},
		{"one server, kinds differ", two("stores: [{name: one, kind: mongodb, server: db}]", "stores: [{name: two, kind: redis, server: db}]"), nil},
		{"the machine's own server", two("stores: [{name: one, server: localhost}]", "stores: [{name: two, server: localhost}]"), nil},
		{"one name and one server are one finding", two(store("server: pg-main"), store("server: pg-main")) + "  c: {" + store("access: read") + "}\n",
			[]string{"possible note 3: a, b, c open a store named db"}},
		{"servers differ, databases not known", two(store("kind: postgres, server: one"), store("kind: postgres, server: two")), nil},
		{"what its address comes from, which says nothing", two("stores: [{name: DATABASE_URL, kind: postgres, target: env DATABASE_URL}]", "stores: [{name: DATABASE_URL, kind: postgres, target: env DATABASE_URL}]"), nil},
		{"what its address comes from, which says which", two("stores: [{name: ORDERS_DB_URL, kind: postgres, target: env ORDERS_DB_URL}]", "stores: [{name: ORDERS_DB_URL, kind: postgres, target: env ORDERS_DB_URL}]"),
			[]string{"possible note 3: a, b open a postgres store named ORDERS_DB_URL"}},
		{"a key of a file of its own", two("stores: [{name: conf.Bootstrap.Source, kind: postgres, target: config conf.Bootstrap.Source}]", "stores: [{name: conf.Bootstrap.Source, kind: postgres, target: config conf.Bootstrap.Source}]"), nil},
		{"a database of that name, its server not known", two(store("kind: postgres, database: orders, target: env DB_HOST"), store("kind: postgres, database: orders, target: env DB_HOST")),
			[]string{"possible note 3: a, b open a postgres store named db"}},
		{"a file of each says which", two(store("kind: postgres, target: config conf.DB.Source, "+main), store("kind: postgres, "+main)),
			[]string{"possible warning 3: a, b open the database orders on pg-main"}},
		{"called like its kind", two("stores: [{name: redis, kind: redis}]", "stores: [{name: redis, kind: redis}]"), nil},
		{"files of each", two("stores: [{name: app.db, kind: sqlite, database: app.db}]", "stores: [{name: app.db, kind: sqlite, database: app.db}]"), nil},
		{"what is certain is not said again", two(store("kind: postgres, "+main), store("kind: postgres, "+main)),
			[]string{"warning 3: a, b open the database orders on pg-main"}},
	})
	f := only(t, "services:\n  a: {operations: {GET /a: {"+store(main)+"}, PUT /a: {"+store(main+", access: write")+"}}}\n  b: {"+store(main)+"}\n", "shared-store")
	var places []string
	for _, o := range f.Others {
		places = append(places, fmt.Sprintf("%s %s %s %d", o.Role, o.Service, o.Operation, o.Pos.Line))
	}
	mustSay(t, "places", places, "member b  4", "related a GET /a 3")
	f = only(t, two(store(main+", access: read"), store(main+", access: write")), "shared-store")
	mustSay(t, "remedy", f.Remedy, "let a keep a copy of what it needs, fed by events of b, or ask b for it", "if all of them need all of it, keep a, b together in one service")
	mustSay(t, "whose, and which", []string{f.Service, f.Subject}, "b", "pg-main/orders")
}

func TestLoopback(t *testing.T) {
	for server, want := range map[string]bool{
		"localhost": true, "localhost:5432": true, "127.0.0.1": true, "127.0.0.1:5432": true, "::1": true, "[::1]:5432": true, "/var/run/postgresql": true,
		"pg-main": false, "pg-main:5432": false, "localhost.example.org": false, "12.7.0.0": false, "": false,
	} {
		if got := rule.Loopback(server); got != want {
			t.Errorf("Loopback(%q) = %v", server, got)
		}
	}
}
