package trace

import (
	"github.com/distcheck/distcheck/analyzer/arch"
)

// A client that has one address asks one service: what a service asks there by routes that only one other has tells who
// answers the rest of what it asks there.

// minTelling is how many operations of one service must be asked for at an address, and none of any other, to tell.
const minTelling = 2

// base is an address that a service sends requests to.
type base struct {
	from    *arch.Service
	address string
}

// answerers are the services that answer at an address by their routes alone, each with its operations that are asked
// for there.
type answerers map[*arch.Service]map[string]bool

// baseAt is the address below which a URL is: a host as it is written out, or what it is configured with. A host that is
// only known as data is none.
func baseAt(from *arch.Service, url target) (base, bool) {
	_, host, _ := cutURL(url)
	key := host.text
	for _, h := range host.holes {
		if h.name == "" {
			return base{}, false
		}
		key += " " + h.describe()
	}
	return base{from, key}, key != ""
}

// learnBases looks at what the units ask for by routes that only one service has.
func (l *linker) learnBases(units []*unit) {
	l.bases = make(map[base]answerers)
	var learn func(from *arch.Service, events []*event)
	learn = func(from *arch.Service, events []*event) {
		for _, e := range events {
			if e.kind == evSpawn {
				learn(from, e.inner)
			}
			if e.kind != evCall || e.call.protocol != "http" || e.call.procedure != "" || e.call.takesOver() {
				continue
			}
			addresses := addressesOf(e.call)
			to, hits := l.byRoute(e.call.method, addresses, pathsOf(addresses), nil, from)
			if to == nil {
				continue
			}
			for _, url := range e.call.urls {
				at, ok := baseAt(from, url)
				if !ok {
					continue
				}
				if l.bases[at] == nil {
					l.bases[at] = make(answerers)
				}
				if l.bases[at][to] == nil {
					l.bases[at][to] = make(map[string]bool)
				}
				for _, fitting := range hits {
					for _, hit := range fitting {
						l.bases[at][to][hit.method+" "+hit.path] = true
					}
				}
			}
		}
	}
	for _, u := range units {
		for _, op := range u.ops {
			learn(l.services[u], op.events)
		}
		learn(l.services[u], u.startup)
	}
}

// atBase is the one service that answers at a request's addresses.
func (l *linker) atBase(r *request, from *arch.Service) *arch.Service {
	var found *arch.Service
	for _, url := range r.urls {
		at, _ := baseAt(from, url)
		for s, operations := range l.bases[at] {
			if len(l.bases[at]) > 1 || found != nil && found != s || len(operations) < minTelling {
				return nil
			}
			found = s
		}
	}
	return found
}
