package trace

import (
	"maps"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// operation is what a unit answers, and what answering leads to.
type operation struct {
	name       string
	protocol   string
	at         place // of the handler, where it is the project's
	registered place
	events     []*event
	around     bool     // it comes from middleware: not one of its own
	passes     bool     // all that it calls is called by generated code of a gateway, or is the request passed on
	handler    string   // the function that handles it, where that is one of the project's
	sub        *message // of consumers: what they consume
	topic      channel  // the topic that this is, once that is known
	ack        string   // when it acknowledges its message, and where, as far as that is certain
	acked      place
	others     []consumption // of the same topic, registered elsewhere
}

// unit is one service, or what may be one.
type unit struct {
	prog      *program
	main      *summary.Package
	choice    selector
	ops       []operation
	startup   []*event
	unhandled []string // types of what is sent to mediators that nobody handles
	hit       []string // budgets
	merged    []string // functions with too many callers to tell apart
	concerns  []concern
	kind      arch.Kind       // of what answers nothing: a job, or a worker, which goes on until it is ended
	presets   map[string]bool // texts that configuration may replace
	injects   bool            // it hands traces on by hand
	names     []string        // that it registers as
	bindings  []binding       // of queues
	heard     bool            // it publishes and consumes what was found, and nothing else
	kinds     map[exchangeKind]bool
	stores    []store       // that it opens
	storeAt   map[int32]int // by what stands for them in events: which of these
}

// inParallel runs n independent pieces of work on all processors.
func inParallel(n int, work func(i int)) {
	var running errgroup.Group
	running.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		running.Go(func() error {
			work(i)
			return nil
		})
	}
	running.Wait()
}

// setup runs initialisers and main once, to see what the unit registers and asks for.
func (m *machine) setup() {
	m.round()
	_, m.initial = m.invoke(m.mainPkg.Path+".init", nil, nil)
	m.initialised = true
	m.runMain()
}

func (m *machine) runMain() []*event {
	m.sites = m.sites[:0]
	_, events := m.invoke(m.mainPkg.Path+".main", nil, nil)
	return events
}

// finish runs main again, since what is stored late may be read early, and then the handlers; all of it twice, since
// handlers store too. Then it says what the unit does.
func (m *machine) finish(pkg *summary.Package) *unit {
	u := &unit{prog: m.prog, main: pkg, choice: m.choice}
	var startup []*event
	for round := range 2 {
		m.round()
		m.last = round == 1
		startup = m.runMain()
		u.ops = nil
		m.answering = true
		m.wraps, m.wrapsBefore = make(map[int32]*wrap), m.wraps
		var of []*route
		for i := 0; i < len(m.routes); i++ { // handlers may register more
			for _, op := range m.answer(m.routes[i]) {
				u.ops, of = append(u.ops, op), append(of, m.routes[i])
			}
		}
		for i := len(u.ops) - 1; i >= 0; i-- { // of consumers, by now more may be known than when they were registered first
			if r := of[i]; r.sub != nil && !r.initial && r.when.round != m.rounds {
				u.ops, of = slices.Delete(u.ops, i, i+1), slices.Delete(of, i, i+1)
			}
		}
		for i, op := range u.ops {
			u.ops[i] = m.wrapped(op, of[i])
		}
		m.answering = false
	}
	u.ops = m.settleRoutes(u.ops)
	var taken []*event
	u.startup = consumers(slices.Concat(m.initial, startup), &taken)
	for i, op := range u.ops {
		u.ops[i].events = consumers(op.events, &taken)
	}
	u.ops = append(u.ops, m.consumed(taken)...)
	u.bindings, u.kinds, u.heard = m.bindings, m.kinds, m.allHeard()
	u.concerns, u.kind = m.concerns(u), m.kind()
	u.stores, u.storeAt = m.stores()
	u.hit, u.merged = slices.Sorted(maps.Keys(m.hit)), slices.Sorted(maps.Keys(m.merged))
	u.unhandled = slices.Sorted(maps.Keys(m.unhandled))
	u.presets, u.injects, u.names = m.presets, m.injects, slices.Sorted(slices.Values(m.names))
	return u
}

// gateway reports whether a unit does nothing but to pass requests on: all that it answers over HTTP, and it answers
// nothing else.
func (u *unit) gateway() bool {
	passes := false
	for _, op := range u.ops {
		if op.protocol != "http" || hasCalls(op.events) && !op.passes {
			return false
		}
		passes = passes || op.passes
	}
	return passes
}

// consumes reports whether a unit does nothing but to handle messages.
func (u *unit) consumes() bool {
	return !slices.ContainsFunc(u.ops, func(op operation) bool { return op.sub == nil })
}

// shows reports whether a unit is a user interface: it answers with files and pages for the most part, the first of them
// at its root, takes nothing, and asks nobody.
func (u *unit) shows() bool {
	pages, root := 0, false
	for _, op := range u.ops {
		method, path, ok := strings.Cut(op.name, " ")
		if !ok || op.protocol != "http" || method != "GET" && method != "HEAD" && method != "ANY" || hasCalls(op.events) {
			return false
		}
		if slices.ContainsFunc(op.events, func(e *event) bool { return e.kind == evPage }) {
			pages++
			root = root || path == "/"
		}
	}
	return root && 2*pages >= len(u.ops) && !hasCalls(u.startup)
}

// settleRoutes drops what is no operation: routes that only pass on to routers, and the paths under which generated
// handlers of remote procedures are mounted.
func (m *machine) settleRoutes(ops []operation) []operation {
	services := make(map[string]bool)
	for _, op := range ops {
		if service, _, ok := strings.Cut(op.name, "/"); ok && !strings.Contains(op.name, " ") {
			services["/"+service+"/"] = true
		}
	}
	var out []operation
	at := make(map[string]int)
	for _, op := range ops {
		if _, path, ok := strings.Cut(op.name, " "); ok && (services[path] || op.around) {
			continue
		}
		if i, ok := at[op.name]; ok && op.sub == nil {
			var both list
			both.addAll(out[i].events)
			both.addAll(op.events)
			out[i].events = both.events
			continue
		}
		at[op.name] = len(out)
		out = append(out, op)
	}
	return out
}
