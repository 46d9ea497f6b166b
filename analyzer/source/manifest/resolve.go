package manifest

import (
	"maps"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/spelling"
)

// What only all files together can tell: who is called but declared nowhere, which operations subscriptions imply,
// and whether names that must be known are. Every step is linear in services, calls and references.

// reference is a name that must be known once all files are read.
type reference struct {
	kind     refKind
	pos      arch.Pos
	width    int
	name     string
	services []string // whose operation or store it is: of one of them
}

type refKind uint8

const (
	refService refKind = iota
	refOperation
	refStore
)

// bodies calls visit for each piece of the service.
func bodies(s *arch.Service, visit func(*arch.Body)) {
	visit(&s.Body)
	visit(&s.Background)
	for _, op := range s.Operations {
		visit(&op.Body)
	}
}

// imply adds the operations that subscriptions imply: "consume TOPIC", where the first subscription stands.
func imply(sys *arch.System) {
	for _, s := range sys.Services {
		if len(s.Consumes) == 0 {
			continue
		}
		known := make(map[string]*arch.Operation, len(s.Operations))
		for _, op := range s.Operations {
			known[op.Name] = nil
		}
		for _, c := range s.Consumes {
			name := arch.ConsumeOperation(c.Topic)
			op, ok := known[name]
			switch {
			case !ok:
				op = &arch.Operation{Name: name, Pos: c.Pos}
				known[name] = op
				s.Operations = append(s.Operations, op)
			case op != nil && c.Pos.Compare(op.Pos) < 0:
				op.Pos = c.Pos
			}
		}
	}
}

// declare adds what is only named: callees, and topics that somebody publishes or consumes.
func declare(sys *arch.System) {
	services := make(map[string]*arch.Service, len(sys.Services))
	for _, s := range sys.Services {
		services[s.Name] = s
	}
	callee := func(c *arch.Call) {
		if c.To == "" || c.To == arch.Unresolved {
			return
		}
		s := services[c.To]
		switch {
		case s == nil:
			s = &arch.Service{Name: c.To, Pos: c.Pos}
			services[c.To] = s
			sys.Services = append(sys.Services, s)
		case !s.Declared && c.Pos.Compare(s.Pos) < 0:
			s.Pos = c.Pos
		}
	}
	for _, s := range slices.Clone(sys.Services) {
		bodies(s, func(b *arch.Body) {
			for _, c := range b.Calls {
				callee(c)
			}
		})
	}
	sys.NameTopics()
}

// comparisons bounds how many names are compared for suggestions in one run: with very many names and very many
// wrong ones, the last errors go without.
const comparisons = 5_000_000

// check looks up the references. Known is what somebody declares, or code was found to have; where says
// where a service must stand, and other how services are called here that code calls otherwise.
func check(sys *arch.System, refs []reference, where string, other map[string]string, log *log) {
	services := make(map[string]*arch.Service, len(sys.Services))
	var declared []string
	for _, s := range sys.Services {
		if s.Declared || s.Inferred.Is() || s.Pos.Source() == arch.Go {
			services[s.Name] = s
			declared = append(declared, s.Name)
		}
	}
	names := make(map[*arch.Service]map[string]bool) // of operations, of services that are asked for one
	stores := make(map[*arch.Service]map[string]bool)
	budget := comparisons
	suggest := func(name string, candidates []string) string {
		if budget -= len(candidates); budget < 0 {
			return ""
		}
		return didYouMean(spelling.Nearest(name, candidates))
	}
	for _, ref := range refs {
		if log.full {
			return
		}
		err := &Error{Pos: ref.pos, width: ref.width}
		switch ref.kind {
		case refService:
			if services[ref.name] != nil {
				continue
			}
			err.Message = "no service is called " + quote(ref.name)
			err.Accepted = where
			err.Suggestion = suggest(ref.name, declared)
			if known := other[ref.name]; known != "" {
				err.Suggestion = "write " + quote(known) + ", as the manifest calls it"
			}
		case refOperation:
			found, asked := false, ""
			for _, name := range ref.services {
				s := services[name]
				if s == nil || len(s.Operations) == 0 {
					found = true // nobody says what it answers, or that it is missing is said already
					break
				}
				if names[s] == nil {
					names[s] = make(map[string]bool, len(s.Operations))
					for _, op := range s.Operations {
						names[s][op.Name] = true
					}
				}
				if found = names[s][ref.name]; found {
					break
				}
				asked = name
			}
			if found || len(ref.services) == 0 {
				continue
			}
			var listed []string
			for _, name := range ref.services {
				if budget -= len(services[name].Operations); budget < 0 {
					break
				}
				for _, op := range services[name].Operations {
					listed = append(listed, op.Name)
				}
			}
			if len(ref.services) > 1 {
				err.Message = "none of these services has an operation " + quote(ref.name)
			} else {
				err.Message = "service " + quote(asked) + " has no operation " + quote(ref.name)
			}
			slices.Sort(listed)
			err.Accepted = "an operation that the service declares"
			if len(listed) > 0 {
				err.Accepted = someOf(listed)
			}
			err.Suggestion = suggest(ref.name, listed)
			for _, name := range listed {
				if slices.Contains(arch.ShortNames(name), ref.name) {
					err.Suggestion = didYouMean(name)
					break
				}
			}
		case refStore:
			s := services[ref.services[0]]
			if s == nil {
				continue
			}
			if stores[s] == nil {
				stores[s] = make(map[string]bool)
				bodies(s, func(b *arch.Body) {
					for _, store := range b.Stores {
						stores[s][store.Name] = true
					}
				})
			}
			if stores[s][ref.name] {
				continue
			}
			var listed []string
			if budget -= len(stores[s]); budget >= 0 {
				listed = slices.Sorted(maps.Keys(stores[s]))
			}
			err.Message = "service " + quote(s.Name) + " has no store " + quote(ref.name)
			err.Accepted = "a store that is declared under stores"
			if len(listed) > 0 {
				err.Accepted = someOf(listed)
			}
			err.Suggestion = suggest(ref.name, listed)
		}
		log.add(err)
	}
}

// someOf lists names for a message.
func someOf(names []string) string {
	const shown = 8
	quoted := make([]string, 0, shown)
	for _, name := range names[:min(len(names), shown)] {
		quoted = append(quoted, quote(name))
	}
	text := strings.Join(quoted, ", ")
	if more := len(names) - shown; more > 0 {
		text += " and " + itoa(more) + " more"
	}
	return text
}

// checkHosts sees that each name reaches one service.
func checkHosts(sys *arch.System, log *log) {
	type claim struct {
		service string
		pos     arch.Pos
	}
	claims := make(map[string]claim, len(sys.Services))
	for _, s := range sys.Services {
		if s.Declared {
			claims[s.Name] = claim{s.Name, s.Pos}
		}
	}
	var all []struct {
		host arch.Fact[string]
		by   string
	}
	for _, s := range sys.Services {
		for _, host := range s.Hosts {
			all = append(all, struct {
				host arch.Fact[string]
				by   string
			}{host, s.Name})
		}
	}
	slices.SortStableFunc(all, func(a, b struct {
		host arch.Fact[string]
		by   string
	}) int {
		return a.host.Pos.Compare(b.host.Pos)
	})
	for _, c := range all {
		if !c.host.Is() || log.full {
			continue
		}
		first, ok := claims[c.host.Value]
		if !ok {
			claims[c.host.Value] = claim{c.by, c.host.Pos}
			continue
		}
		if first.service == c.by {
			continue
		}
		message := "the host " + quote(c.host.Value) + " is that of service " + quote(first.service) + " too"
		if first.service == c.host.Value {
			message = "the host " + quote(c.host.Value) + " is the name of another service"
		}
		log.add(&Error{Pos: c.host.Pos, Message: message, Accepted: "names that reach one service only", Related: first.pos, width: len([]rune(c.host.Value))})
	}
}
