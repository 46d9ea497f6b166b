package trace

import (
	"slices"
	"strconv"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Budgets of one unit. What is beyond them is unknown, and said.
const (
	maxStack       = 80        // calls within calls
	maxActivations = 64        // different bindings of one function
	maxSmall       = 1024      // of one that is small: all its bindings together run maxSmallSteps at most
	maxSmallSteps  = 20_000    // instructions, with those of what it calls
	maxSteps       = 8_000_000 // instructions
	maxRounds      = 128       // elements of a collection that are told apart
	maxCarried     = 1000      // steps of a function whose loops go round for values alone
	maxPasses      = 4         // times that values go round the loops of a function
)

// machine runs one unit: it follows values through functions, remembers what objects hold, which handlers are
// registered, and which remote calls running a function leads to.
type machine struct {
	*pool
	memory  memory
	prog    *program
	know    library.Table
	learned bool // what is known is this unit's own copy

	choice selector // what the unit's selector is set to

	stack    []string
	frames   []*frame
	deepest  int              // how many calls within calls there may be
	makers   map[string]bool  // functions that make what their callers change
	sites    []site           // the calls that are under way
	room     []value          // of the registers of the functions that run
	key      []byte           // of what is called, for the next one
	acts     map[string]int32 // activation numbers by key; they stay over rounds, so that objects do
	pools    map[*summary.Func][]value
	steps    int
	hit      map[string]bool // budgets
	merged   map[string]bool // functions that do something and have too many callers to tell apart
	requests map[string]*request

	sights sights   // what it showed besides operations
	opened openings // databases, caches and buckets
	messaging
	served      bool               // the call that came back last came back from a server
	made        map[string]value   // by type: what was put into interfaces
	kept        map[string]value   // by key: what contexts carry
	routes      []*route           // in order of registration
	routeAt     map[string]*route  // by key
	mounts      map[int32][]mount  // by atom of the handler that was mounted
	uses        map[int32][]*usage // middleware by atom of the router
	groups      map[int32]stamp    // by atom of the group: when it was made
	rounds      int
	clock       int               // registrations so far
	commands    []string          // sub-commands, in order
	compared    map[selector]bool // selectors that the code asks for
	dispatching int               // interface calls that are under way
	trying      map[string]bool   // methods of interfaces whose receiver is not known, while they are called on every type
	initialised bool              // initialisers have run
	answering   bool              // a handler runs, not main
	last        bool              // the round whose outcome is told
	beside      int               // goroutines that are under way
	unsure      int               // calls under way that may not be made, or not where they stand
	dead, seen  map[stored]bool   // stores that were replaced before anyone looked, and others
	routers     map[int32]bool    // what routes or routers were registered with
	ended       map[int32]bool    // routers whose requests are ended by what runs them when they take too long
	wraps       map[int32]*wrap   // by router: what stands around it
	wrapsBefore map[int32]*wrap   // the same, of the round before
	verb        string            // the method of the request that it answers; "" as long as nothing is known of it
	byVerb      map[string]memory // what functions did for requests of a method
	anyVerb     memory            // what they did where nothing was known of it
	repeating   int               // functions under way that an unknown library calls, perhaps for each of many
	stripping   bool              // the handler that runs gets less of the path than came
	bounding    map[int32]value   // by interceptor: the contexts that it goes on with
	containers  map[int32]*container
	wirings     map[wiringKey]*summary.Instr
	bases       map[int32]value  // by client: the addresses that its paths are below
	fields      map[held]value   // of objects that libraries made
	defaults    map[string]value // of configuration, by name in lower case
	recorder    *value           // contexts that an interceptor goes on with
	clients     map[int32]making // by object: where clients are made
	wasted      map[string]place // by function: where it makes a deadline that nobody uses
	presets     map[string]bool  // texts that configuration may replace
	altered     map[string]bool  // variables of libraries that are set, or of which the transport is
	injects     bool             // traces are handed on by hand
	names       []string         // that servers register as
	mainPkg     *summary.Package
	initial     []*event // what initialisers do
	shapes      map[*summary.Func]*shape
	instances   map[string]*summary.Func // of generic functions, by name
	offered     map[string]*offered      // to mediators and registries, by what it is found by
	aliases     map[string]string        // what else it is found by
	unhandled   map[string]bool          // types of what is sent to mediators that nobody handles
}

// site is a call that is under way.
type site struct {
	at        place
	generated bool
}

// frame is a running function.
type frame struct {
	fn      *summary.Func
	act     int32
	regs    []value
	pool    []value   // of the function's pool, as far as it was asked for
	tuples  [][]value // by register; none as long as there are none
	live    []bool    // blocks
	at      int       // the block that runs
	left    []int32   // objects that it returned, in this pass
	ledBy   []int32   // by block, in this pass: the last one that led there; -1 where none did
	events  list
	defers  []func()
	forced  map[int]string // the element that the loop at a head is at
	rounds  map[int]int    // which round that is, from 1, where they are run in order and one by one
	round   string         // those elements in one text
	told    []int          // the heads of those loops that are over elements which are known one by one
	ret     []value
	serving []bool                         // blocks in which a server ran; nil as long as none did
	listed  bool                           // a library runs it for each element of a list
	loops   []int32                        // the loops over data that the block which runs is in, by their heads
	loop    bool                           // there is one
	over    place                          // the innermost, as far as known
	cyclic  bool                           // it is in any loop
	batches []int                          // the heads of loops over messages that were taken at once
	tries   int                            // how often it is tried, in a loop that tries again
	hasty   bool                           // without a pause
	topics  map[summary.Operand]topicAsked // by what holds the answer: what messages are asked for
}

func newMachine(prog *program, know library.Table, choice selector) *machine {
	return &machine{trying: make(map[string]bool), pool: newPool(), sights: newSights(), messaging: newMessaging(), opened: newOpenings(prog.stores), prog: prog, know: know, choice: choice, deepest: maxStack,
		pools: make(map[*summary.Func][]value), acts: make(map[string]int32), hit: make(map[string]bool), merged: make(map[string]bool), requests: make(map[string]*request),
		made: make(map[string]value), kept: make(map[string]value), routeAt: make(map[string]*route), mounts: make(map[int32][]mount), uses: make(map[int32][]*usage), groups: make(map[int32]stamp), routers: make(map[int32]bool), ended: make(map[int32]bool),
		containers: make(map[int32]*container), wirings: make(map[wiringKey]*summary.Instr),
		defaults: make(map[string]value), makers: make(map[string]bool), dead: make(map[stored]bool), seen: make(map[stored]bool),
		instances: make(map[string]*summary.Func), offered: make(map[string]*offered), aliases: make(map[string]string), unhandled: make(map[string]bool), clients: make(map[int32]making), wasted: make(map[string]place), presets: make(map[string]bool), altered: make(map[string]bool),
		compared: make(map[selector]bool)}
}

// round forgets what functions did, and keeps what objects hold.
func (m *machine) round() {
	m.bounding = make(map[int32]value)
	if m.bases == nil {
		m.bases, m.fields = make(map[int32]value), make(map[held]value)
	}
	m.memory = make(memory)
	m.byVerb = make(map[string]memory)
	// What main uses it uses again, perhaps with other values: those of before would be there from the beginning.
	for router, uses := range m.uses {
		m.uses[router] = slices.DeleteFunc(uses, func(u *usage) bool { return !u.initial })
	}
	m.steps = 0
	m.rounds++
}

func (m *machine) run(fn *summary.Func, act *activation, number int32, args, free []value) {
	pool := m.pools[fn]
	if pool == nil {
		pool = make([]value, len(fn.Pool))
		m.pools[fn] = pool
	}
	f := &frame{fn: fn, act: number, pool: pool, regs: m.take(fn.Regs)}
	for i := range fn.Params {
		if i < len(args) {
			f.regs[i] = args[i]
		}
	}
	for i := range fn.Free {
		if i < len(free) {
			f.regs[len(fn.Params)+i] = free[i]
		}
	}
	passes := 1
	for i := range fn.Blocks {
		if fn.Blocks[i].Cyclic {
			passes = 2 // values go round once
		}
	}
	f.live = make([]bool, len(fn.Blocks)) // kept over passes: the way back into a loop is live in the second
	f.live[0] = true
	f.ledBy = make([]int32, len(fn.Blocks))
	m.frames = append(m.frames, f)
	defer func() {
		m.frames = m.frames[:len(m.frames)-1]
		m.room = m.room[:len(m.room)-len(f.regs)]
	}()
	before := m.steps
	for pass := 1; pass <= passes; pass++ {
		forget(f.ledBy)
		f.left = nil
		reached := f.reached()
		f.events = list{}
		f.defers = nil
		f.ret = make([]value, fn.Results)
		m.blocks(f, 0, len(fn.Blocks)-1)
		if pass == passes && pass > 1 && pass < maxPasses && (f.reached() > reached || m.steps-before < maxCarried && m.carries(f)) {
			passes++ // a loop within a loop, or what a loop carried on has opened a way
		}
	}
	for _, e := range f.events.events {
		if e.kind == evWait && e.cyclic { // what is spawned behind it in the loop is waited for in the next round
			f.events.wait(e.objs)
		}
	}
	f.loops, f.loop, f.cyclic, f.tries = nil, false, false, 0
	f.events.block = -1
	for _, deferred := range slices.Backward(f.defers) {
		deferred()
	}
	f.part()
	f.sort()
	f.acknowledge()
	f.take(m)
	if fn.Yield {
		for i, e := range f.events.events {
			inLoop := *e
			inLoop.loops(!ofParameter(e.roots), m.place(f, fn.Pos))
			f.events.events[i] = &inLoop
		}
	}
	if len(f.events.events) == maxEvents {
		m.hit["calls of one function"] = true
	}
	act.results, act.events, act.serves = f.ret, f.events.events, f.alwaysServes()
}

// take makes the registers of a function, until it returns.
func (m *machine) take(n int) []value {
	start := len(m.room)
	m.room = slices.Grow(m.room, n)[:start+n]
	regs := m.room[start : start+n : start+n]
	clear(regs)
	return regs
}

// setTuple keeps the results of an instruction that has several.
func (f *frame) setTuple(reg summary.Operand, results []value) {
	if f.tuples == nil {
		if len(results) < 2 {
			return
		}
		f.tuples = make([][]value, len(f.regs))
	}
	f.tuples[reg] = results
}

func (f *frame) tuple(reg summary.Operand) []value {
	if f.tuples == nil {
		return nil
	}
	return f.tuples[reg]
}

func forget(from []int32) {
	for i := range from {
		from[i] = -1
	}
}

// carries reports whether a loop has something to carry on that its head has not seen yet.
func (m *machine) carries(f *frame) bool {
	for i := range f.fn.Blocks {
		b := &f.fn.Blocks[i]
		if !f.live[i] || !slices.ContainsFunc(b.Preds, func(p int32) bool { return int(p) >= i }) {
			continue
		}
		for k := range b.Code {
			if in := &b.Code[k]; in.Op == summary.Phi && in.Dst != summary.None && !slices.Equal(m.phi(f, i, in), f.regs[in.Dst]) {
				return true
			}
		}
	}
	return false
}

// reached is how many blocks are live.
func (f *frame) reached() int {
	n := 0
	for _, live := range f.live {
		if live {
			n++
		}
	}
	return n
}

func itoa(n int) string { return strconv.Itoa(n) }
