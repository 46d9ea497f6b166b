package rule

import (
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func fragileStore() Rule {
	return Rule{
		ID:      "fragile-store",
		Concern: Reliability,
		Rank:    Outage,
		Title:   "data that one failure loses",
		Fires:   "what is in a store is known not to survive a restart (durable: false), or to have no backup (backup: false) where what runs the store, or the service in which it is embedded, is known to run in one copy. Caches, by kind or name, are left out.",
		Default: "warning",
		Rationale: `A volume that goes with its pod, a disk that nobody copies: the next restart or the next broken disk takes the data along.
Every service behind works on, as if the carts, orders or accounts in it had never been.`,
		Source:   "Kubernetes documentation, Volumes (emptyDir); AWS Well-Architected Framework, REL09 (back up data); Beyer et al.: Site Reliability Engineering (2016), chapter 26, Data Integrity",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {stores: [{name: carts, kind: redis, server: redis-cart, access: write, durable: false}]}
`,
		Right: `version: 1
services:
  web: {kind: bff, calls: [cart]}
  cart: {stores: [{name: carts, kind: redis, server: redis-cart, access: write, durable: true, backup: 1d}]}
`,
		Remedy: "put it on a volume that survives a restart; back it up, and restore a backup once to see that it works; if it may be lost at any time, say so: a kind or name with cache in it",
		Graded: true,
		Check:  checkFragileStore,
	}
}

func checkFragileStore(p *Pass) {
	var stores uses
	inDanger := false
	each := func(visit func(opened)) {
		for _, s := range p.System.Services {
			if s.IsOwn() {
				eachPiece(p.Graph, s, func(part piece) {
					for _, use := range part.Stores {
						visit(opened{s, part, use})
					}
				})
			}
		}
	}
	each(func(o opened) { inDanger = inDanger || o.use.Durable.Not() || o.use.Backup.Not() })
	if !inDanger {
		return // to put stores together is most of the work
	}
	each(func(o opened) {
		switch {
		case cache(o.use):
		case o.located():
			stores.add(o, o.use.Server.Value, o.use.Database.Value)
		default:
			stores.add(o, "\x00"+o.service.Name, o.use.Name) // no server is called so
		}
	})
	a := &audience{p: p}
	hosts := servers(p.System)
	for _, key := range stores.keys {
		all := stores.by[key]
		lost := fragile(all, hosts)
		if lost == nil {
			continue
		}
		name := lost.service.Name
		waiting := a.waiting(lost.service)
		f := finding.Finding{
			Service: name, Pos: lost.use.Pos, Whole: true, Subject: lost.use.Name,
			Message: name + " keeps " + described(lost.use) + ", " + lost.says + wait(name, waiting),
			Remedy:  lost.remedy, Crossing: 1 + len(waiting),
		}
		if lost.doubt != "" {
			f.Possible, f.Doubt = true, []string{lost.doubt}
		}
		prove(&f, lost.proof)
		for _, user := range usersOf(all) {
			if user.service != lost.service {
				f.Others = append(f.Others, finding.Ref{Role: finding.Member, Service: user.service.Name, Operation: user.piece.operation(), Pos: user.use.Pos})
			}
		}
		p.Report(f)
	}
}

// cache reports whether what is in a store is also somewhere else, by its kind or name.
func cache(use *arch.StoreUse) bool {
	return use.Kind.Or("") == "memcached" || strings.Contains(strings.ToLower(use.Kind.Or("")+" "+use.Name), "cache")
}

// loss is how the data of a store can be lost.
type loss struct {
	opened        // by the first service that knows
	says   string // of the store
	doubt  string
	remedy []string
	proof  arch.Pos
}

// fragile finds out what loses the data of a store that some services open; nil if nothing is known to.
func fragile(all []opened, hosts map[string]*arch.Service) *loss {
	for _, o := range usersOf(all) {
		if o.use.Durable.Not() {
			return &loss{opened: o, says: "where nothing survives a restart", proof: o.use.Durable.Pos,
				remedy: []string{"put it on a volume that survives a restart", "if it may be lost at any time, say so: a kind or name with cache in it"}}
		}
	}
	for _, o := range usersOf(all) {
		host, doubt := o.service, ""
		switch {
		case !o.use.Backup.Not():
			continue
		case o.use.Server.Is():
			host = hosts[hostOf(o.use.Server.Value)]
		case !embedded(o.use.Kind.Or("")):
			doubt = "whether " + o.use.Name + " runs in one copy, as " + host.Name + " does (server)"
		}
		if host != nil && single(host) {
			return &loss{opened: o, says: "of which there is one copy and no backup", doubt: doubt, proof: o.use.Backup.Pos,
				remedy: []string{"back it up, and restore a backup once to see that it works", "or run it in several copies that follow each other"}}
		}
	}
	return nil
}

// described is a store in a sentence.
func described(use *arch.StoreUse) string {
	if use.Kind.Is() && use.Kind.Value != use.Name {
		return use.Name + " in " + use.Kind.Value
	}
	return use.Name
}

// embedded reports whether stores of a kind are files of the service that opens them.
func embedded(kind string) bool {
	switch strings.ToLower(kind) {
	case "sqlite", "sqlite3", "bolt", "bbolt", "badger", "leveldb", "pebble", "rocksdb", "file", "files", "disk":
		return true
	}
	return false
}

// servers are the services by the names under which they run somebody's store.
func servers(sys *arch.System) map[string]*arch.Service {
	named := make(map[string]*arch.Service)
	for _, s := range sys.Services {
		for _, host := range s.Hosts {
			if named[host.Value] == nil {
				named[host.Value] = s
			}
		}
	}
	for _, s := range sys.Services { // its own name counts before the hosts of others
		if s.Declared {
			named[s.Name] = s
		}
	}
	return named
}

// hostOf is a server without its port.
func hostOf(server string) string {
	if host, _, ok := strings.Cut(server, ":"); ok && strings.Count(server, ":") == 1 {
		return host
	}
	return server
}
