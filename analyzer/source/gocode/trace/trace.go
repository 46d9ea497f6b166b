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
// Limits: reflection, and values that cross maps with computed keys, are unknown; each unit has budgets of
// instructions, bindings of one function and calls within calls, and says which it hit. Cost: linear in the
// instructions that a unit reaches, times the bindings that its functions are run with.
//
// This package may change until version 1.
package trace

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

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
	In  string // the function that it stands in
	Pos arch.Pos
}

// Run traces the loads of a system. Each element of loads is the packages of one load, dependencies first.
func Run(files *arch.Files, loads [][]*summary.Package, know library.Table) Result {
	type mainProgram struct {
		prog *program
		main *summary.Package
	}
	var mains []mainProgram
	signs := library.Shown()
	for _, pkgs := range loads {
		prog := newProgram(pkgs, signs)
		for _, pkg := range pkgs {
			if pkg.Name == "main" && prog.funcs[pkg.Path+".main"] != nil {
				mains = append(mains, mainProgram{prog, pkg})
			}
		}
	}
	found := make([][]*unit, len(mains))
	inParallel(len(mains), func(i int) { found[i] = traceMain(mains[i].prog, know, mains[i].main) })
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
	l.inferred = make(map[string]*arch.Service)
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
	names := nameUnits(kept)
	for i, u := range kept {
		at := l.pos(place{u.main, u.main.Funcs[u.main.Path+".main"].Pos})
		s := &arch.Service{Name: names[i], Pos: at, Declared: true, Language: arch.At("go", nowhere), Messages: arch.At(arch.MessagesUnknown, nowhere)}
		code := arch.Code{Dir: arch.At(u.main.Dir, nowhere)}
		if u.choice.kind != "" {
			code.Unit = arch.At(u.choice.value, nowhere)
		}
		s.Code = []arch.Code{code}
		switch {
		case len(u.ops) == 0:
			s.Kind = arch.At(u.kind, nowhere)
		case u.gateway():
			s.Kind = arch.At(arch.Gateway, nowhere)
		}
		for _, c := range u.concerns {
			s.Concerns = append(s.Concerns, l.concern(c))
		}
		l.services[u] = s
		l.system.Services = append(l.system.Services, s)
		l.answers[s] = make(map[answer]bool)
		for _, op := range u.ops {
			l.answers[s][answer{op.name, l.pos(op.at).String()}] = true
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
				fact.State = arch.Absent
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
	for _, op := range u.ops {
		o := &arch.Operation{Name: op.name, Pos: l.pos(op.at)}
		c := &collector{l: l, unit: u, service: s, operation: op}
		c.take(op.events, around{})
		o.Calls = c.calls
		s.Operations = append(s.Operations, o)
		s.Background.Calls = append(s.Background.Calls, c.detached...)
	}
	c := &collector{l: l, unit: u, service: s}
	c.take(u.startup, around{})
	s.Background.Calls = append(s.Background.Calls, c.calls...)
	s.Background.Calls = append(s.Background.Calls, c.detached...)
}

// collector turns events into calls, one for each callee, place and way.
type collector struct {
	l         *linker
	unit      *unit
	service   *arch.Service
	operation operation
	calls     []*arch.Call
	detached  []*arch.Call
}

// around is what calls are in.
type around struct {
	loop                 bool
	over                 place // the loop
	concurrent, detached bool
}

func (c *collector) take(events []*event, in around) {
	for _, e := range events {
		here := in
		if e.loop {
			here.loop, here.over = true, e.over
		}
		switch e.kind {
		case evCall:
			if e.call.takesOver() {
				answering := *e
				answering.call = e.call.answering(c.operation)
				e = &answering
			}
			here.concurrent = in.concurrent || e.concurrent
			c.add(e, here)
		case evSpawn:
			here.concurrent = in.concurrent || e.joined && e.concurrent
			here.detached = in.detached || !e.joined
			c.take(e.inner, here)
		}
	}
}

func (c *collector) add(e *event, in around) {
	for _, to := range c.l.resolve(e.call, c.service) {
		if !isStandard(to.operation) {
			c.addTo(e, to, in)
		}
	}
}

func (c *collector) addTo(e *event, callee callee, in around) {
	to, operation, target := callee.to, callee.operation, callee.known
	at := c.l.pos(e.at)
	c.l.witness(c, e, to, operation, in)
	call := &arch.Call{Pos: at, To: to}
	if operation != "" {
		call.Operation = arch.At(operation, nowhere)
	}
	facts := call.Facts()
	if target != "" {
		facts.Target = arch.At(target, nowhere)
	}
	facts.Protocol = arch.At(e.call.protocol, nowhere)
	c.limit(facts, e.call)
	facts.Through = c.l.through(e)
	if in.loop {
		facts.Loop = arch.Fact[int]{State: arch.Present, Pos: c.l.pos(in.over)}
	}
	if e.tries > 1 {
		facts.Retries = arch.At(e.tries-1, nowhere)
		if e.hasty {
			facts.Backoff.State = arch.Absent
		}
	}
	c.connect(facts, e, in)
	if in.concurrent {
		facts.Concurrent = arch.At(true, nowhere)
	}
	if e.settled {
		if e.unused {
			facts.Reply = arch.At(arch.ReplyUnused, nowhere)
		}
		switch {
		case e.discarded:
			facts.Error = arch.At(arch.ErrorDiscarded, c.l.pos(e.lost))
		case in.detached:
		case e.fails&summary.ReturnsError != 0 && c.operation.name != "", e.fails&summary.EndsProcess != 0:
			facts.Error = arch.At(arch.ErrorReturned, nowhere)
		}
	}
	switch e.call.method {
	case "GET", "HEAD", "OPTIONS":
		facts.Effect = arch.At(arch.Read, nowhere)
	case "PUT", "PATCH", "DELETE":
		facts.Effect = arch.At(arch.Write, nowhere)
	}
	into := &c.calls
	if in.detached {
		facts.Detached = arch.At(true, nowhere)
		if c.operation.name != "" {
			facts.From = arch.At(c.operation.name, nowhere)
		}
		into = &c.detached
	}
	for _, known := range *into {
		if known.To == call.To && known.Operation.Value == operation && known.Pos == at {
			k := known.Facts()
			if in.loop && !k.Loop.Is() {
				k.Loop = facts.Loop
			}
			agree(k, facts)
			if k.Error.State != facts.Error.State || k.Error.Value != facts.Error.Value { // two ways lead there: one that needs it is enough
				if k.Error.Or("") != arch.ErrorReturned {
					k.Error = arch.Fact[arch.ErrorUse]{}
				}
				if facts.Error.Or("") == arch.ErrorReturned {
					k.Error = facts.Error
				}
			}
			return
		}
	}
	*into = append(*into, call)
}

// witness keeps how a call was found, once for each place: of several ways one through a loop, if there is one, since
// that is what is said of the call.
func (l *linker) witness(c *collector, e *event, to, operation string, in around) {
	ev := Evidence{Service: c.service.Name, Operation: c.operation.name, To: to, Callee: operation, Protocol: e.call.protocol,
		Pos: l.pos(e.at), Looped: in.loop, Loop: l.pos(in.over)}
	ev.Way = l.way(e)
	ev.Address = l.describe(slices.Concat(e.call.urls, e.call.address))
	switch {
	case to == arch.Unresolved:
		ev.Found = "nothing that is known of its address tells who answers"
	case e.call.procedure != "":
		service, _, _ := strings.Cut(e.call.procedure, "/")
		ev.Found = "by the service " + service + ", which no traced code registers"
		if s := l.named(to); s != nil && s.Declared {
			ev.Found = "by the service " + service + ", which " + s.Name + " registers"
			if at := l.registered(s, operation); at != "" {
				ev.Found += " at " + at
			}
		}
	default:
		ev.Found = "by its host or by what that is configured with"
		if at := l.registered(l.named(to), operation); at != "" {
			ev.Found = "by its address and its route, which " + to + " registers at " + at
		}
	}
	for i, known := range l.result.Evidence {
		if known.Service == ev.Service && known.Operation == ev.Operation && known.To == to && known.Callee == operation &&
			known.Pos == ev.Pos {
			if ev.Looped && !known.Looped {
				l.result.Evidence[i] = ev
			}
			return
		}
	}
	l.result.Evidence = append(l.result.Evidence, ev)
}

func (l *linker) named(name string) *arch.Service {
	for _, s := range l.system.Services {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// registered is where a service registers an operation; "" where it does not.
func (l *linker) registered(s *arch.Service, operation string) string {
	for u, known := range l.services {
		if known != s || s == nil {
			continue
		}
		for _, op := range u.ops {
			if op.name == operation {
				return l.pos(op.registered).String()
			}
		}
	}
	return ""
}

func (c *collector) limit(facts *arch.CallFacts, r *request) {
	switch {
	case r.bounded:
		limit := arch.Limit{Kind: arch.UnknownLength}
		if d, err := time.ParseDuration(r.length + "ns"); err == nil && d > 0 {
			limit = arch.Limit{Length: d}
		}
		facts.Timeout = arch.At(limit, nowhere)
	case r.stream: // may be open as long as both want
	case r.incoming && c.operation.protocol != "http" && c.operation.protocol != "graphql" && c.operation.name != "":
		facts.Timeout = arch.At(arch.Limit{Kind: arch.Incoming}, c.l.pos(r.over.wasted))
	case r.incoming || r.none:
		facts.Timeout = arch.Fact[arch.Limit]{State: arch.Absent, Pos: c.l.pos(r.over.wasted)}
	}
}

// isStandard reports whether an operation is that of every server: health and reflection.
func isStandard(operation string) bool {
	return strings.HasPrefix(operation, "grpc.health.") || strings.HasPrefix(operation, "grpc.reflection.")
}

// nameUnits names services after their directories: without the words that say nothing, and with as many segments as
// make them differ. Units of one binary have names already.
func nameUnits(units []*unit) []string {
	words := map[string]bool{"cmd": true, "app": true, "server": true, "main": true, "service": true, "services": true,
		"internal": true, "src": true, "pkg": true, "apps": true, "": true, ".": true}
	names := make([]string, len(units))
	parts := make([][]string, len(units))
	all := make([][]string, len(units))
	for i, u := range units {
		segments := strings.Split(u.main.Dir, "/")
		if u.main.Dir == "." || u.main.Dir == "" {
			segments = []string{lastSegment(u.main.Path)}
		}
		all[i] = segments
		for _, s := range segments {
			if !words[strings.ToLower(s)] {
				parts[i] = append(parts[i], s)
			}
		}
		if len(parts[i]) == 0 { // cmd, say, at the top of a module
			parts[i] = segments[len(segments)-1:]
			above := strings.Split(u.main.Path, "/")
			for k, s := range slices.Backward(above) {
				if k == len(above)-2 && above[k+1] == "app" && !words[strings.ToLower(s)] && besides(units, u) {
					break // it is the app, beside a db, say
				}
				if !words[strings.ToLower(s)] {
					parts[i] = []string{lastSegment(strings.Join(above[:k+1], "/"))}
					break
				}
			}
		}
		if u.choice.kind != "" {
			parts[i] = append(parts[i], cmp.Or(u.choice.value, "default"))
		}
	}
	dropKinds(units, parts)
	for i := range units {
		n := 1
		if last := parts[i][len(parts[i])-1]; saysKind(last) && len(parts[i]) > 1 {
			n = 2
		}
		for ; n <= len(parts[i]); n++ {
			names[i] = tailName(parts[i], n)
			unique := true
			for k := range units {
				if k != i && tailName(parts[k], n) == names[i] {
					unique = false
				}
			}
			if unique {
				break
			}
		}
	}
	// Two that are still the same differ in words that say nothing.
	for i := range units {
		for k := range i {
			if names[i] == names[k] {
				names[i] = strings.Join(all[i], "-")
				names[k] = strings.Join(all[k], "-")
			}
		}
	}
	return names
}

// saysKind reports whether a word only says how a service is reached, which version it is, or that it is a binary.
func saysKind(word string) bool {
	switch word = strings.ToLower(word); word {
	case "api", "bin", "grpc", "http", "rest", "rpc":
		return true
	}
	return isVersion(word)
}

// isVersion reports whether a word is v and a number.
func isVersion(word string) bool {
	return len(word) > 1 && word[0] == 'v' && strings.Trim(word[1:], "0123456789") == ""
}

// dropKinds drops last words that tell nothing apart: those that only say how something is reached or which version it
// is, or that several have, as bin in orders/bin and users/bin. They stay where the word before is not one unit's own,
// as with orders/api and orders/worker.
func dropKinds(units []*unit, parts [][]string) {
	ending := make(map[string][]int)
	having := make(map[string]int)
	for i := range parts {
		if units[i].choice.kind == "" {
			ending[parts[i][len(parts[i])-1]] = append(ending[parts[i][len(parts[i])-1]], i)
		}
		for _, word := range parts[i] {
			having[word]++
		}
	}
	for word, which := range ending {
		drop := saysKind(word) || len(which) > 1
		for _, i := range which {
			drop = drop && len(parts[i]) > 1 && having[parts[i][len(parts[i])-2]] == 1
		}
		for _, i := range which {
			if drop {
				parts[i] = parts[i][:len(parts[i])-1]
			}
		}
	}
}

// besides reports whether other services stand in the same directory.
func besides(units []*unit, u *unit) bool {
	return slices.ContainsFunc(units, func(o *unit) bool {
		return o.main != u.main && path.Dir(o.main.Path) == path.Dir(u.main.Path)
	})
}

func tailName(parts []string, n int) string {
	return strings.Join(parts[max(len(parts)-n, 0):], "-")
}

func lastSegment(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if isVersion(last) && len(parts) > 1 {
		last = parts[len(parts)-2]
	}
	return last
}

func compareServed(a, b served) int {
	return cmp.Or(strings.Compare(a.service.Name, b.service.Name), strings.Compare(a.path, b.path), strings.Compare(a.method, b.method))
}
