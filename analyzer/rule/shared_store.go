package rule

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func sharedStore() Rule {
	return Rule{
		ID:      "shared-store",
		Concern: Coupling,
		Rank:    Shape,
		Whole:   true,
		Title:   "a database that several services open",
		Fires:   "two or more services open the same database: the same server and the same database name, and no different kinds. Where the database is not given, stores on one server are a note; where the server is not, stores of one name, unless that is only what their addresses come from, as DATABASE_URL is. What a file of configuration says is possible. Jobs (migrations) and files do not count.",
		Default: "error between owners, warning within one or where owners are not known, note where the database is not known",
		Rationale: `Whoever changes a table has to ask everybody who reads it; one service's slow query or lock is everybody's; and no
service can say what its data mean, because others write them too. The coupling does not show in any call, which makes it the
last to be found.

The same server with different databases is no shared store.`,
		Source:   "Richardson: Microservices Patterns (2018), Database per Service; AWS Well-Architected Framework, REL04-BP02; Taibi and Lenarduzzi (IEEE Software, 2018), Shared Persistency",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  order:
    owner: team-orders
    stores: [{name: orders, kind: postgres, server: pg-main, database: orders, access: write}]
  shipping:
    owner: team-logistics
    stores: [{name: orders, kind: postgres, server: pg-main, database: orders, access: read}]
`,
		Right: `version: 1
services:
  order:
    owner: team-orders
    stores: [{name: orders, kind: postgres, server: pg-main, database: orders, access: write}]
    publishes: [orders.placed]
  shipping:
    owner: team-logistics
    stores: [{name: shipping, kind: postgres, server: pg-main, database: shipping, access: write}]
    consumes: [orders.placed]
`,
		Remedy: "let one service own the data; let the others keep a copy fed by its events, or ask it; services that must share all of it are one service",
		Check:  checkSharedStore,
	}
}

// opened is a store as one service opens it.
type opened struct {
	service *arch.Service
	piece   piece
	use     *arch.StoreUse
}

func (o opened) writes() bool { return o.use.Access.Or("") == arch.Write }

// served reports whether it is known which server this is on. The machine's own address is another for every machine.
func (o opened) served() bool { return o.use.Server.Is() && !loopback(o.use.Server.Value) }

// located reports whether it is known which database this is.
func (o opened) located() bool { return o.served() && o.use.Database.Is() }

// says reports whether the name of a store says which one it is. One that is known by no more than where its address
// comes from is often called like that of any other service, which reads another value there.
func says(use *arch.StoreUse) bool {
	switch {
	case use.Database.Is():
		return use.Name != ""
	case use.Target.Is():
		if strings.Contains(use.Target.Value, "config ") { // each service has a file of its own
			return false
		}
		return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(use.Name), func(r rune) bool { return !unicode.IsLetter(r) }), ofItsOwn)
	}
	return use.Name != "" && (use.Server.Is() || use.Name != use.Kind.Or(""))
}

// ofItsOwn reports whether a word says more of an address than that it is one of a store.
func ofItsOwn(word string) bool {
	for _, common := range []string{"postgresql", "postgres", "pgsql", "pgx", "pg", "mysql", "mariadb", "mongodb", "mongo", "redis", "memcached", "memcache", "cassandra",
		"elasticsearch", "elastic", "sqlserver", "mssql", "sqlite", "clickhouse", "neo4j", "neo", "influxdb", "influx", "dynamodb", "dynamo", "couchbase", "s3", "minio",
		"database", "datasource", "data", "source", "connection", "connect", "conn", "string", "server", "servers", "cluster", "nodes", "node", "seeds",
		"hostname", "hosts", "host", "address", "addresses", "addrs", "addr", "endpoint", "port", "dsn", "url", "uri", "name", "path", "file",
		"config", "conf", "cfg", "settings", "options", "opts", "app", "env", "main", "service", "svc", "cache", "store", "storage", "bucket", "sql", "db", "rw", "ro",
		"master", "primary", "replica", "slave", "read", "write", "reader", "writer", "default", "prod", "dev", "test", "local"} {
		word = strings.ReplaceAll(word, common, "")
	}
	return len(word) > 1
}

func loopback(server string) bool {
	host := server
	if rest, ok := strings.CutPrefix(host, "["); ok {
		host, _, _ = strings.Cut(rest, "]")
	} else if strings.Count(host, ":") == 1 {
		host, _, _ = strings.Cut(host, ":")
	}
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.") || strings.HasPrefix(host, "/")
}

// uses are stores by what may make them one: a server and database, a server, a name; keys in the order of the input,
// which is that of names.
type uses struct {
	by   map[[2]string][]opened
	keys [][2]string
}

func (u *uses) add(o opened, key ...string) {
	var k [2]string
	copy(k[:], key)
	if u.by == nil {
		u.by = make(map[[2]string][]opened)
	}
	if u.by[k] == nil {
		u.keys = append(u.keys, k)
	}
	u.by[k] = append(u.by[k], o)
}

// each visits the stores of each key that has several, those of different kinds apart. Those whose kind is not known are of the only
// kind that there is; where there are several, they stand by themselves.
func (u *uses) each(visit func(key [2]string, kind string, all []opened)) {
	for _, key := range u.keys {
		if len(u.by[key]) < 2 {
			continue
		}
		kinds := uses{}
		for _, o := range u.by[key] {
			kinds.add(o, o.use.Kind.Or(""))
		}
		unknown := [2]string{}
		if len(kinds.keys) == 2 && kinds.by[unknown] != nil {
			only := kinds.keys[0]
			if only == unknown {
				only = kinds.keys[1]
			}
			visit(key, only[0], u.by[key])
			continue
		}
		for _, kind := range kinds.keys {
			visit(key, kind[0], kinds.by[kind])
		}
	}
}

func checkSharedStore(p *Pass) {
	var databases, servers, names uses
	for _, s := range p.System.Services {
		if !s.IsOwn() || s.KindOf() == arch.Job {
			continue
		}
		eachPiece(p.Graph, s, func(part piece) {
			for _, use := range part.Stores {
				if embedded(use.Kind.Or("")) && !use.Server.Is() {
					continue // a file of its own
				}
				o := opened{s, part, use}
				if o.located() {
					databases.add(o, use.Server.Value, use.Database.Value)
				}
				if o.served() {
					servers.add(o, use.Server.Value)
				}
				if says(use) {
					names.add(o, use.Name)
				}
			}
		})
	}
	databases.each(func(key [2]string, kind string, all []opened) {
		users := usersOf(all)
		if len(users) < 2 {
			return
		}
		f := storeFinding(all, users, "the database "+key[1]+" on "+key[0])
		f.Subject = key[0] + "/" + key[1]
		f.Severity = finding.Warning
		if differentOwners(users) {
			f.Severity = finding.Error
		}
		if slices.ContainsFunc(all, func(o opened) bool { return o.use.Configured() }) {
			f.Possible, f.Doubt = true, []string{"whether they are configured where they run as in the files beside the code"}
		}
		p.Report(f)
	})
	perhaps := func(all []opened, what, subject string) {
		f := storeFinding(all, usersOf(all), what)
		f.Subject = subject
		f.Possible, f.Doubt = true, []string{"whether it is the same database (server, database)"}
		f.Severity = finding.Note
		f.Remedy = append([]string{"say which server and database each opens (server, database)"}, f.Remedy...)
		p.Report(f)
	}
	named := make(map[*arch.StoreUse]string) // the name under which a store has been reported
	names.each(func(key [2]string, kind string, all []opened) {
		all = perhapsOne(all)
		if len(usersOf(all)) < 2 || !slices.ContainsFunc(all, func(o opened) bool { return !o.served() }) {
			return
		}
		for _, o := range all {
			named[o.use] = key[0]
		}
		perhaps(all, storeOf(kind)+" named "+key[0], key[0])
	})
	servers.each(func(key [2]string, kind string, all []opened) {
		all = perhapsOne(all)
		if len(usersOf(all)) < 2 || !slices.ContainsFunc(all, func(o opened) bool { return !o.use.Database.Is() }) {
			return
		}
		first := named[all[0].use] // of no store: ""
		if first != "" && !slices.ContainsFunc(all, func(o opened) bool { return named[o.use] != first }) {
			return // all of them are in one finding already
		}
		perhaps(all, storeOf(kind)+" on "+key[0], key[0])
	})
}

// storeOf is a store of a kind, in a sentence.
func storeOf(kind string) string {
	if kind == "" {
		return "a store"
	}
	if strings.ContainsAny(kind[:1], "aeiou") {
		return "an " + kind + " store"
	}
	return "a " + kind + " store"
}

// perhapsOne leaves, of stores that may be the same, those that nothing tells apart: all, if what is known of their
// servers and databases agrees; else those of which nothing more is known.
func perhapsOne(all []opened) []opened {
	agree := true
	server, database := "", ""
	differs := func(known *string, f arch.Fact[string]) bool {
		if !f.Is() {
			return false
		}
		if *known == "" {
			*known = f.Value
		}
		return *known != f.Value
	}
	for _, o := range all {
		here := o.use.Server
		if !o.served() {
			here = arch.Fact[string]{}
		}
		agree = !differs(&server, here) && !differs(&database, o.use.Database) && agree
	}
	if agree {
		return all
	}
	sameServer := !slices.ContainsFunc(all, func(o opened) bool { return !o.served() || o.use.Server.Value != all[0].use.Server.Value })
	var unknown []opened
	for _, o := range all {
		if (sameServer || !o.use.Server.Is()) && !o.use.Database.Is() {
			unknown = append(unknown, o)
		}
	}
	return unknown
}

// usersOf lists the services that open a store: each once, writers first, else in the order of names.
func usersOf(all []opened) []opened {
	var users []opened
	at := make(map[*arch.Service]int)
	for _, o := range all {
		if i, ok := at[o.service]; !ok {
			at[o.service] = len(users)
			users = append(users, o)
		} else if o.writes() && !users[i].writes() {
			users[i] = o
		}
	}
	slices.SortStableFunc(users, func(a, b opened) int {
		switch {
		case a.writes() == b.writes():
			return 0
		case a.writes():
			return -1
		}
		return 1
	})
	return users
}

// differentOwners reports whether two of the services are known to belong to different owners.
func differentOwners(users []opened) bool {
	owner := ""
	for _, o := range users {
		if !o.service.Owner.Is() {
			continue
		}
		if owner == "" {
			owner = o.service.Owner.Value
		}
		if owner != o.service.Owner.Value {
			return true
		}
	}
	return false
}

func storeFinding(all, users []opened, what string) finding.Finding {
	first := users[0]
	f := finding.Finding{
		Service: first.service.Name,
		Pos:     first.use.Pos,
		Size:    len(users),
	}
	var names, writers, readers, others []string
	for _, o := range users {
		name := o.service.Name
		names = append(names, name)
		switch {
		case o.writes():
			writers = append(writers, name)
		case o.use.Access.Is():
			readers = append(readers, name)
		default:
			others = append(others, name)
		}
		if o.service != first.service {
			f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: name, Operation: o.piece.operation(), Pos: o.use.Pos})
		}
	}
	for _, o := range all {
		shown := func(u opened) bool { return u.use == o.use }
		if !slices.ContainsFunc(users, shown) && len(f.Others) < 3*len(users) {
			f.Others = append(f.Others, finding.Ref{Role: finding.Related, Service: o.service.Name, Operation: o.piece.operation(), Pos: o.use.Pos})
		}
	}
	slices.Sort(names)
	f.Message = fmt.Sprintf("%s open %s", list(names, 8), what)
	switch {
	case len(writers) > 0 && len(readers) > 0:
		f.Message += fmt.Sprintf(": %s %s, %s %s", list(writers, 4), verb(writers, "write"), list(readers, 4), verb(readers, "only read"))
	case len(writers) > 1:
		f.Message += fmt.Sprintf(": %s write", list(writers, 4))
	case len(readers) > 1 && len(others) == 0:
		f.Message += ": all of them only read"
	}
	owner := "one of them"
	rest := "the others"
	if len(writers) == 1 {
		owner = writers[0]
		rest = list(append(readers, others...), 4)
		f.Remedy = append(f.Remedy, fmt.Sprintf("let %s keep a copy of what it needs, fed by events of %s, or ask %s for it", rest, owner, owner))
	} else {
		f.Remedy = append(f.Remedy, fmt.Sprintf("let %s own the data: %s keep a copy fed by its events, or ask it", owner, rest))
	}
	if len(users) <= 3 {
		f.Remedy = append(f.Remedy, fmt.Sprintf("if all of them need all of it, keep %s together in one service", list(names, 4)))
	}
	return f
}

// verb is in the form that its subjects need.
func verb(subjects []string, plain string) string {
	if len(subjects) == 1 {
		return plain + "s"
	}
	return plain
}
