// Package trace follows summaries of Go code from the entries of each service to the remote calls that answering
// them makes.
//
// It is an abstract interpreter. For each unit (a main package, or one of the services that a binary chooses between
// by a sub-command, a word of the command line, a flag or a variable) it runs the initialisers and main on abstract
// values: texts with holes where they come from the environment, functions with what they have caught, objects by the
// place and the call that made them, what a library returned with all that it was given. Registrations met on the way
// are the unit's operations; their handlers are then run in the same way, and a remote call met there is a call of
// that operation. A function is run once for each different set of arguments and remembered, so that a helper has the
// target of each of its callers, a closure belongs to whoever passed it, and a constant argument prunes branches.
//
// Calls through interfaces go where the value behind them says; only where nothing is known of it, to the types that
// the unit put into interfaces. Goroutines belong to an operation if it waits for something that they signal.
//
// Messages are traced as calls are: what is published belongs to the operation that does so, and what handles the
// messages of a topic, be it a handler or the rest of a loop in which they are taken, is an operation. When all units
// have run, publishers and consumers meet by broker and topic, over exchanges, streams and subscriptions that any of
// them binds. Stores are what libraries opened, and operations have those that they change.
//
// Limits: reflection, and values that cross maps with computed keys, are unknown; each unit has budgets of
// instructions, bindings of one function and calls within calls, and says which it hit. Cost: linear in the
// instructions that a unit reaches, times the bindings that its functions are run with.
//
// This package may change until version 1.
package trace

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Result is what was traced.
type Result struct {
	System   *arch.System
	Notes    []string // budgets that were hit, and where
	Evidence []Evidence
	Silent   []string // directories of main packages in which neither an operation nor a call was found
}

// Evidence is why a call is taken for one: the way from the operation to it, and how its callee was found.
type Evidence struct {
	Service, Operation string   // the caller; no operation: start-up and background
	To, Callee         string   // the service, "?" where not known, and its operation
	Way                []Step   // outermost first; the last is the call
	Pos                arch.Pos // where the call stands in code that people wrote
	Looped             bool     // the way leads through a loop over data
	Loop               arch.Pos // that loop, as far as known
	Protocol           string
	Address            string // what the address or connection was made of, as far as known
	Found              string // how the callee was told: by proto service, host, variable or route
}

// Step is a call on the way.
type Step struct {
	In        string // the function that it stands in
	Pos       arch.Pos
	generated bool // nobody writes there
}

// Run traces the loads of a system. Each element of loads is the packages of one load, dependencies first.
func Run(files *arch.Files, loads [][]*summary.Package, know library.Knowledge) Result {
	type mainProgram struct {
		prog *program
		main *summary.Package
	}
	var mains []mainProgram
	for _, pkgs := range loads {
		prog := newProgram(pkgs, know.Shown, know.Stores)
		for _, pkg := range pkgs {
			if pkg.Name == "main" && prog.funcs[pkg.Path+".main"] != nil {
				mains = append(mains, mainProgram{prog, pkg})
			}
		}
	}
	found := make([][]*unit, len(mains))
	inParallel(len(mains), func(i int) { found[i] = traceMain(mains[i].prog, know.Known, mains[i].main) })
	units := slices.Concat(found...)
	l := &linker{files: files, system: &arch.System{}, byProcedure: make(map[string][]*arch.Service), services: make(map[*unit]*arch.Service)}
	return l.link(units)
}

// nowhere is the position of facts that stand where their call does.
var nowhere = arch.Pos{}

type linker struct {
	files       *arch.Files
	system      *arch.System
	services    map[*unit]*arch.Service
	byProcedure map[string][]*arch.Service // by proto service, in lower case
	routes      []served
	inferred    map[string]*arch.Service
	bases       map[base]answerers
	answers     map[*arch.Service]map[answer]bool
	replaced    map[[2]*arch.Service]bool // see replaces
	users       map[arch.Pos]user
	witnesses   map[witnessed]int // by what they are of: evidence
	reaching    map[reach][]bool  // the blocks that there is a way to
	topics      *topics
	result      Result
}

// answer is an operation, and where the code is that answers it.
type answer struct{ operation, at string }

// served is an HTTP route that a service answers.
type served struct {
	service  *arch.Service
	method   string
	path     string
	segments []string
}

func (l *linker) link(units []*unit) Result {
	l.inferred, l.witnesses = make(map[string]*arch.Service), make(map[witnessed]int)
	l.answers, l.replaced = make(map[*arch.Service]map[answer]bool), make(map[[2]*arch.Service]bool)
	var found []*unit
	for _, u := range units {
		if len(u.ops) > 0 || hasCalls(u.startup) {
			found = append(found, u)
		} else {
			l.result.Silent = append(l.result.Silent, u.main.Dir)
		}
		for _, what := range u.hit {
			l.result.Notes = append(l.result.Notes, u.main.Dir+": the limit on "+what+" was reached; what is beyond it is not known")
		}
		if n := len(u.unhandled); n > 0 {
			which := shortType(u.unhandled[0])
			if n > 1 {
				which += fmt.Sprintf(" and %d more types", n-1)
			}
			l.result.Notes = append(l.result.Notes, fmt.Sprintf("%s: nothing was found that handles %s, which is sent to a mediator: what that calls is not known", u.main.Dir, which))
		}
		if n := len(u.merged); n > 0 {
			which := u.merged[0]
			if n > 1 {
				which += fmt.Sprintf(" and %d more functions", n-1)
			}
			l.result.Notes = append(l.result.Notes, fmt.Sprintf("%s: too many different calls of %s: those beyond the first are taken as one, and what they call may be missing or unresolved", u.main.Dir, which))
		}
	}
	kept, notes := starters(found)
	l.result.Notes = append(l.result.Notes, notes...)
	l.learnTopics(kept)
	names := nameUnits(kept)
	for i, u := range kept {
		at := l.pos(place{u.main, u.main.Funcs[u.main.Path+".main"].Pos})
		s := &arch.Service{Name: names[i], Pos: at, Declared: true, Language: arch.At("go", nowhere)}
		if !u.heard || len(l.result.Silent) > 0 { // what nothing was found in may do so by messages of which nothing is known
			s.Messages = arch.At(arch.MessagesUnknown, nowhere)
		}
		code := arch.Code{Dir: arch.At(u.main.Dir, nowhere)}
		if u.choice.kind != "" {
			code.Unit = arch.At(u.choice.value, nowhere)
		}
		s.Code = []arch.Code{code}
		for _, name := range u.names {
			if name != s.Name {
				s.Hosts = append(s.Hosts, arch.At(name, nowhere))
			}
		}
		switch {
		case len(u.ops) == 0:
			s.Kind = arch.At(u.kind, nowhere)
		case u.consumes():
			s.Kind = arch.At(arch.Worker, nowhere)
		case u.gateway():
			s.Kind = arch.At(arch.Gateway, nowhere)
		case u.shows():
			s.Kind = arch.At(arch.UI, nowhere)
		}
		for _, c := range u.concerns {
			s.Concerns = append(s.Concerns, l.concern(c))
		}
		l.services[u] = s
		l.system.Services = append(l.system.Services, s)
		l.answers[s] = make(map[answer]bool)
		for _, op := range u.ops {
			l.answers[s][answer{op.name, l.pos(op.at).String()}] = true
			if op.sub != nil {
				continue
			}
			if service, _, ok := strings.Cut(op.name, "/"); ok && !strings.Contains(op.name, " ") {
				key := strings.ToLower(service)
				if !slices.Contains(l.byProcedure[key], s) {
					l.byProcedure[key] = append(l.byProcedure[key], s)
				}
			} else if method, path, ok := strings.Cut(op.name, " "); ok {
				l.routes = append(l.routes, served{s, method, path, segmentsOf(path)})
			}
		}
	}
	l.learnBases(kept)
	l.imports(kept)
	l.learnUsers(kept)
	for _, u := range kept {
		l.fill(u, l.services[u])
	}
	for _, s := range l.inferred {
		l.system.Services = append(l.system.Services, s)
	}
	l.system.NameTopics()
	l.system.Sort()
	slices.Sort(l.result.Notes)
	slices.Sort(l.result.Silent)
	l.result.Silent = slices.Compact(l.result.Silent)
	slices.SortStableFunc(l.result.Evidence, func(a, b Evidence) int {
		return cmp.Or(strings.Compare(a.Service, b.Service), strings.Compare(a.Operation, b.Operation))
	})
	l.result.System = l.system
	return l.result
}

// concern is what a unit has or lacks, as the model has it.
func (l *linker) concern(c concern) arch.Concern {
	for _, key := range arch.ConcernKeys() {
		if key.Key == c.key {
			fact := arch.At(c.value, l.pos(c.at))
			if c.value == "" {
				fact.State, fact.Value = arch.Absent, c.instead
			}
			return arch.Concern{Block: key.Block, Key: key.Key, Fact: fact}
		}
	}
	panic("no concern is called " + c.key)
}

func hasCalls(events []*event) bool {
	for _, e := range events {
		if e.kind == evCall || hasCalls(e.inner) {
			return true
		}
	}
	return false
}

func (l *linker) pos(p place) arch.Pos {
	file := p.file()
	if file == "" {
		return arch.Pos{}
	}
	return arch.Pos{File: l.files.Get(file, arch.Go), Line: p.pos.Line, Column: p.pos.Col}
}

// fill turns a unit's events into calls.
func (l *linker) fill(u *unit, s *arch.Service) {
	for _, opened := range u.stores {
		s.Stores = append(s.Stores, l.storeUse(opened))
	}
	for _, op := range u.ops {
		o := &arch.Operation{Name: op.name, Pos: l.pos(op.at)}
		c := &collector{l: l, unit: u, service: s, operation: op, known: make(map[callKey]told)}
		c.take(op.events, around{})
		c.branch()
		o.Calls, o.Publishes, o.Stores = c.calls, c.publishes, c.stores
		if op.sub != nil {
			l.subscribe(s, op)
		}
		s.Operations = append(s.Operations, o)
		s.Background.Calls = append(s.Background.Calls, c.detached...)
	}
	c := &collector{l: l, unit: u, service: s, known: make(map[callKey]told)}
	c.take(u.startup, around{})
	s.Background.Calls = append(s.Background.Calls, c.calls...)
	s.Background.Publishes = c.publishes
	s.Background.Calls = append(s.Background.Calls, c.detached...)
}

// storeUse is a store as the model has it.
func (l *linker) storeUse(s store) *arch.StoreUse {
	known := func(text string) arch.Fact[string] {
		if text == "" {
			return arch.Fact[string]{}
		}
		return arch.At(text, nowhere)
	}
	use := &arch.StoreUse{Name: s.name, Pos: l.pos(s.at), Kind: known(s.kind), Server: known(s.server), Database: known(s.database), Target: known(s.target)}
	if s.writes {
		use.Access = arch.At(arch.Write, nowhere)
	}
	return use
}

func compareServed(a, b served) int {
	return cmp.Or(strings.Compare(a.service.Name, b.service.Name), strings.Compare(a.path, b.path), strings.Compare(a.method, b.method))
}
