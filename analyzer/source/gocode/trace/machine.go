package trace

import (
	"slices"
	"strings"

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
	memory
	prog    *program
	know    library.Table
	learned bool // what is known is this unit's own copy

	choice selector // what the unit's selector is set to

	stack    []string
	frames   []*frame
	deepest  int              // how many calls within calls there may be
	makers   map[string]bool  // functions that make what their callers change
	sites    []site           // the calls that are under way
	acts     map[string]int32 // activation numbers by key; they stay over rounds, so that objects do
	pools    map[*summary.Func][]value
	steps    int
	hit      map[string]bool // budgets
	merged   map[string]bool // functions that do something and have too many callers to tell apart
	requests map[string]*request

	made        map[string]value   // by type: what was put into interfaces
	kept        map[string]value   // by key: what contexts carry
	routes      []*route           // in order of registration
	routeAt     map[string]*route  // by key
	mounts      map[int32][]mount  // by atom of the handler that was mounted
	uses        map[int32][]*usage // middleware by atom of the router
	groups      map[int32]stamp    // by atom of the group: when it was made
	rounds      int
	clock       int                    // registrations so far
	commands    []command              // sub-commands, in order
	compared    map[selector]bool      // selectors that the code asks for
	serves      bool                   // a server is started
	unknownIn   map[string]bool        // places where a function value or interface is not known
	opaque      map[string]int         // library functions that take functions, and that nothing is known of
	dispatching int                    // interface calls that are under way
	answering   bool                   // a handler runs, not main
	last        bool                   // the round whose outcome is told
	beside      int                    // goroutines that are under way
	unsure      int                    // calls under way that may not be made, or not where they stand
	dead, seen  map[stored]bool        // stores that were replaced before anyone looked, and others
	routers     map[int32]bool         // what routes or routers were registered with
	wraps       map[int32]*wrap        // by router: what stands around it
	wrapsBefore map[int32]*wrap        // the same, of the round before
	verb        string                 // the method of the request that it answers; "" as long as nothing is known of it
	byVerb      map[string]memory      // what functions did for requests of a method
	anyVerb     map[string]*activation // what they did where nothing was known of it
	repeating   int                    // functions under way that an unknown library calls, perhaps for each of many
	stripping   bool                   // the handler that runs gets less of the path than came
	bounding    map[int32]value        // by interceptor: the contexts that it goes on with
	containers  map[int32]*container
	wirings     map[wiringKey]*summary.Instr
	bases       map[int32]value  // by client: the addresses that its paths are below
	fields      map[held]value   // of objects that libraries made
	defaults    map[string]value // of configuration, by name in lower case
	recorder    *value           // contexts that an interceptor goes on with
	mainPkg     *summary.Package
	initial     []*event // what initialisers do
}

// memory is what is remembered of functions that ran.
type memory struct {
	memo    map[string]*activation
	perFunc map[string]int
	bySite  map[string]int // of functions whose calls are told apart by their places, how many were
	spent   map[string]int // instructions by function, with those of what it calls
	beyond  map[string]int // how often it was run for callers that are not told apart
}

func newMemory() memory {
	return memory{make(map[string]*activation), make(map[string]int), make(map[string]int), make(map[string]int), make(map[string]int)}
}

// activation is a function run with certain arguments.
type activation struct {
	results []value
	events  []*event
	open    bool
}

// site is a call that is under way.
type site struct {
	at        place
	generated bool
}

// frame is a running function.
type frame struct {
	fn     *summary.Func
	act    int32
	regs   []value
	pool   []value // of the function's pool, as far as it was asked for
	tuples map[summary.Operand][]value
	live   []bool  // blocks
	at     int     // the block that runs
	left   []int32 // objects that it returned, in this pass
	ledBy  []int32 // by block, in this pass: the last one that led there; -1 where none did
	events list
	defers []func()
	forced map[int]string // the element that the loop at a head is at
	rounds map[int]int    // which round that is, from 1, where they are run in order and one by one
	round  string         // those elements in one text
	told   []int          // the heads of those loops that are over elements which are known one by one
	ret    []value
	loop   bool // the block that runs is in a loop over data
	cyclic bool // it is in any loop
	tries  int  // how often it is tried, in a loop that tries again
}

func newMachine(prog *program, know library.Table, choice selector) *machine {
	return &machine{pool: newPool(), prog: prog, know: know, choice: choice, deepest: maxStack,
		pools: make(map[*summary.Func][]value), acts: make(map[string]int32), hit: make(map[string]bool), merged: make(map[string]bool), requests: make(map[string]*request),
		made: make(map[string]value), kept: make(map[string]value), routeAt: make(map[string]*route), mounts: make(map[int32][]mount), uses: make(map[int32][]*usage), groups: make(map[int32]stamp), routers: make(map[int32]bool),
		containers: make(map[int32]*container), wirings: make(map[wiringKey]*summary.Instr),
		defaults: make(map[string]value), makers: make(map[string]bool), dead: make(map[stored]bool), seen: make(map[stored]bool),
		compared: make(map[selector]bool), unknownIn: make(map[string]bool), opaque: make(map[string]int)}
}

// round forgets what functions did, and keeps what objects hold.
func (m *machine) round() {
	m.bounding = make(map[int32]value)
	if m.bases == nil {
		m.bases, m.fields = make(map[int32]value), make(map[held]value)
	}
	m.memory = newMemory()
	m.byVerb = make(map[string]memory)
	m.steps = 0
	m.rounds++
}

// invoke runs a function, or tells what it did when it ran with the same arguments.
func (m *machine) invoke(id string, args, free []value) ([]value, []*event) {
	fn := m.prog.funcs[id]
	if fn == nil {
		return nil, nil
	}
	depth := 0
	for _, running := range m.stack {
		if running == id {
			depth++
		}
	}
	if depth >= 8 || len(m.stack) >= m.deepest {
		if len(m.stack) >= maxStack {
			m.hit["calls within calls"] = true
		}
		return nil, nil
	}
	site := m.toldBySite(id)
	key := append(bindings(id, len(fn.Params), args, free), site...)
	act, ok := m.memo[string(key)]
	if !ok && m.verb != "" { // what does not ask for the method does the same for each
		if base := m.anyVerb[string(key)]; base != nil && !base.open && !m.hangsOnMethod(base) {
			act, ok = base, true
		}
	}
	if ok {
		if act.open {
			return nil, nil
		}
		m.makeAgain(act.results)
		return act.results, act.events
	}
	merged := site == "" && (m.perFunc[id] >= maxSmall || m.perFunc[id] >= maxActivations && (depth > 0 || m.spent[id] > maxSmallSteps))
	if merged { // too many callers to tell apart: one run for all the others that do the same with the same things
		args, free = m.coarse(fn, args, free, m.beyond[id] >= maxActivations)
		key = bindings(id, len(fn.Params), args, free)
		if act, ok := m.memo[string(key)]; ok {
			if act.open {
				return nil, nil
			}
			return act.results, act.events
		}
		m.beyond[id]++
	}
	if site == "" {
		m.perFunc[id]++
	} else {
		m.bySite[id]++
	}
	number, ok := m.acts[string(key)]
	if !ok {
		number = int32(len(m.acts) + 1)
		m.acts[string(key)] = number
	}
	act = &activation{open: true}
	m.memo[string(key)] = act
	m.stack = append(m.stack, id)
	before := m.steps
	act.results, act.events = m.run(fn, number, args, free)
	m.spent[id] += m.steps - before
	m.stack = m.stack[:len(m.stack)-1]
	m.handOver(id, number, act.results)
	act.open = false
	if merged && len(act.events) > 0 {
		m.merged[id] = true
	}
	return act.results, act.events
}

// bindings is a function with what it is called with and what it has caught, as a key.
func bindings(id string, params int, args, free []value) []byte {
	key := make([]byte, 0, len(id)+32)
	key = append(key, id...)
	for i := range params {
		key = append(key, '|')
		if i < len(args) {
			key = appendValue(key, args[i])
		}
	}
	key = append(key, '/')
	for _, v := range free {
		key = append(key, '|')
		key = appendValue(key, v)
	}
	return key
}

// coarse keeps of what a function is called with its receiver, its contexts and what it has caught, since of these there
// are few; or nothing at all.
func (m *machine) coarse(fn *summary.Func, args, free []value, nothing bool) (fewArgs, fewFree []value) {
	fewArgs, fewFree = slices.Clone(args), slices.Clone(free)
	for i := range min(len(args), len(fn.Params)) {
		kept := i == 0 && fn.Method || len(args[i]) > 0 && len(m.contexts(args[i:i+1])) == len(args[i])
		if nothing || !kept {
			fewArgs[i] = m.unknown(fn.Params[i].Type)
		}
	}
	if nothing {
		for i := range fewFree {
			fewFree[i] = m.unknown("")
		}
	}
	return fewArgs, fewFree
}

func (m *machine) run(fn *summary.Func, number int32, args, free []value) ([]value, []*event) {
	pool := m.pools[fn]
	if pool == nil {
		pool = make([]value, len(fn.Pool))
		m.pools[fn] = pool
	}
	f := &frame{fn: fn, act: number, pool: pool, regs: make([]value, fn.Regs), tuples: make(map[summary.Operand][]value), forced: make(map[int]string), rounds: make(map[int]int)}
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
	defer func() { m.frames = m.frames[:len(m.frames)-1] }()
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
	f.loop, f.cyclic, f.tries = false, false, 0
	f.events.block = -1
	for _, deferred := range slices.Backward(f.defers) {
		deferred()
	}
	f.part()
	if fn.Yield {
		for i, e := range f.events.events {
			inLoop := *e
			inLoop.loop = true
			f.events.events[i] = &inLoop
		}
	}
	return f.ret, f.events.events
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

// blocks runs the blocks from first to last that are live. A loop over a collection whose elements are known runs
// once for each, so that the parts of an element stay together.
func (m *machine) blocks(f *frame, first, last int) {
	for i := first; i <= last; i++ {
		b := &f.fn.Blocks[i]
		if !f.live[i] {
			continue
		}
		if b.Range != nil && f.forced[i] == "" {
			if b.Range.Asks {
				before := slices.Clone(f.ledBy)
				m.block(f, i)
				copy(f.ledBy, before)
			}
			if keys := m.keys(f, b.Range.Over); len(keys) > 1 || len(keys) == 1 && keys[0] != "[*]" {
				m.eachRound(f, i, keys)
				i = int(b.Range.Last)
				continue
			}
		}
		m.block(f, i)
	}
}

// eachRound runs a loop once for each element of its collection. Where these are known in their order, a round starts
// from what the one before it left.
func (m *machine) eachRound(f *frame, head int, keys []string) {
	r := f.fn.Blocks[head].Range
	if r.Backward {
		slices.Reverse(keys)
	}
	inOrder := r.Key != summary.None && !slices.ContainsFunc(keys, func(key string) bool { return strings.Contains(key, "*") })
	written := r.Data && m.spelledOut(m.get(f, r.Over))
	outer, told := f.round, len(f.told)
	left := make(map[summary.Operand]value) // what the rounds set, for what is behind a way out of the loop
	for n, key := range keys {
		f.forced[head], f.round, f.told = key, outer+key, f.told[:told]
		if inOrder {
			f.rounds[head] = n + 1
		}
		if written && !strings.Contains(key, "*") {
			f.told = append(f.told, head) // one round for one element that the code writes out: no loop over data
		}
		forget(f.ledBy[head+1 : r.Last+1])
		m.blocks(f, head, int(r.Last))
		if r.Breaks {
			m.gather(f, head, left)
		}
	}
	f.round, f.told = outer, f.told[:told]
	delete(f.forced, head)
	if inOrder {
		f.rounds[head]++
	}
	m.block(f, head) // where it sees that there is no other element
	delete(f.rounds, head)
	for reg, v := range left {
		f.regs[reg] = v
	}
}

// gather adds what a round of a loop set to what the rounds before it did.
func (m *machine) gather(f *frame, head int, left map[summary.Operand]value) {
	for i := head + 1; i <= int(f.fn.Blocks[head].Range.Last); i++ {
		for k := range f.fn.Blocks[i].Code {
			if dst := f.fn.Blocks[i].Code[k].Dst; dst != summary.None {
				left[dst] = join(left[dst], f.regs[dst])
			}
		}
	}
}

// loopsOver is in how many loops over data a block is, but for those whose elements are told apart.
func (f *frame) loopsOver(i int) int {
	n := f.fn.Blocks[i].Loops
	for _, head := range f.told {
		if _, leaves := slices.BinarySearch(f.fn.Blocks[head].Range.Leaves, int32(i)); !leaves {
			n--
		}
	}
	return n
}

// spelledOut reports whether all that a collection may be is made by the code, and not what a request brought or a
// library returned.
func (m *machine) spelledOut(over value) bool {
	for _, id := range m.plain(over) {
		if k := m.atoms[id].kind; k != kLoc && k != kNil {
			return false
		}
	}
	return true
}

// keys are the elements of a collection that are told apart.
func (m *machine) keys(f *frame, over summary.Operand) []string {
	var keys []string
	for _, id := range m.plain(m.get(f, over)) {
		a := &m.atoms[id]
		if a.kind != kLoc {
			continue
		}
		for _, key := range m.elements(a.obj, a.text) {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	if len(keys) > maxRounds {
		m.hit["elements of a collection"] = true
		return nil
	}
	return keys
}

func (m *machine) block(f *frame, i int) {
	b := &f.fn.Blocks[i]
	f.at = i
	f.events.block = i
	f.loop, f.cyclic, f.tries = f.loopsOver(i) > 0, b.Cyclic, m.tries(f, b)
	for k := range b.Code {
		m.steps++
		if m.steps > maxSteps {
			m.hit["instructions of a unit"] = true
			return
		}
		m.step(f, i, &b.Code[k])
	}
	if key := f.forced[i]; key != "" && b.Range != nil && b.Range.Key != summary.None {
		f.regs[b.Range.Key] = m.one(atom{kind: kKey, text: key}) // what the head counted to
	}
	if b.HasCond && len(b.Succs) == 2 {
		if b.Range != nil && m.isNil(m.plain(m.get(f, b.Range.Over))) {
			m.lead(f, i, b.Succs[1:]) // nothing to go over
			return
		}
		switch text, _ := m.constant(m.get(f, b.Cond)); text {
		case "true":
			m.lead(f, i, b.Succs[:1])
			return
		case "false":
			m.lead(f, i, b.Succs[1:])
			return
		}
	}
	m.lead(f, i, b.Succs)
}

// lead goes on with blocks. A loop over elements that are known one by one is left behind the last of them.
func (m *machine) lead(f *frame, i int, to []int32) {
	r, key := f.fn.Blocks[i].Range, f.forced[i]
	for _, s := range to {
		f.live[s] = true
		if r == nil || key == "" || strings.Contains(key, "*") || s <= r.Last {
			f.ledBy[s] = int32(i)
		}
	}
}

// get is what an operand holds.
func (m *machine) get(f *frame, o summary.Operand) value {
	switch {
	case o == summary.None:
		return nil
	case o >= 0:
		return f.regs[o]
	}
	if v := f.pool[-o-1]; v != nil {
		return v
	}
	v := m.poolValue(&f.fn.Pool[-o-1])
	f.pool[-o-1] = v
	return v
}

// poolValue is the constant, function or variable of a pool's entry.
func (m *machine) poolValue(v *summary.Value) value {
	switch v.Kind {
	case summary.Const:
		if v.Text == "nil" {
			return m.one(atom{kind: kNil})
		}
		return m.one(atom{kind: kConst, text: v.Text})
	case summary.FuncRef:
		if v.Type == "interface" { // a method expression: the receiver is its first argument
			if v.Sig == nil || len(v.Sig.Params) == 0 {
				return nil
			}
			return m.one(atom{kind: kBound, text: v.Text, typ: v.Sig.Params[0]})
		}
		return m.one(atom{kind: kFunc, text: v.Text})
	case summary.Global:
		typ := strings.TrimPrefix(v.Type, "*")
		if m.prog.owns(v.Text) {
			obj := m.objectAt(objectKey{name: v.Text}, typ)
			m.objects[obj].name = v.Text
			return m.loc(obj, "", typ)
		}
		return m.one(atom{kind: kVar, text: "&" + v.Text, typ: v.Type})
	}
	return nil
}

func (m *machine) set(f *frame, o summary.Operand, v value) {
	if o != summary.None {
		f.regs[o] = v
	}
}

func (m *machine) place(f *frame, pos summary.Pos) place { return place{f.fn.Pkg, pos} }

func (m *machine) step(f *frame, block int, in *summary.Instr) {
	switch in.Op {
	case summary.Alloc:
		// What is made in a round of its own is an object of its own.
		obj := m.objectAt(objectKey{site: in, name: f.round, act: f.act}, in.Type)
		m.bear(obj)
		if builds(in.Type) || in.Type == urlType { // what is made of what it was before would grow
			clear(m.objects[obj].heap)
		}
		m.set(f, in.Dst, m.loc(obj, "", in.Type))
	case summary.FieldAddr:
		base := m.get(f, in.Args[0])
		if in.Name == "URL" && in.Type == "*"+urlType || in.Name == "RequestURI" && in.Type == "string" {
			base = m.answered(f, base)
		}
		m.set(f, in.Dst, m.fieldAddr(base, in.Name, in.Type))
	case summary.Field:
		m.set(f, in.Dst, m.load(m.fieldAddr(m.get(f, in.Args[0]), in.Name, in.Type), in.Type, in.Agg))
	case summary.IndexAddr:
		m.set(f, in.Dst, m.indexAddr(m.get(f, in.Args[0]), m.get(f, in.Args[1]), in.Type))
	case summary.Index:
		m.index(f, block, in)
	case summary.Slice:
		v := m.cut(m.get(f, in.Args[0]))
		if len(v) == 1 && m.atoms[v[0]].kind == kArg { // what is left out is the program's name
			v = m.one(atom{kind: kArg})
		}
		m.set(f, in.Dst, v)
	case summary.Not:
		m.set(f, in.Dst, m.not(m.get(f, in.Args[0])))
	case summary.Load:
		m.set(f, in.Dst, m.load(m.get(f, in.Args[0]), in.Type, in.Agg))
	case summary.Store:
		if in.Num == summary.Settled || in.Num > summary.Settled && f.rounds[int(in.Num-summary.Settled)] > 0 {
			for _, id := range m.get(f, in.Args[0]) {
				if a := m.atoms[id]; a.kind == kLoc {
					delete(m.objects[a.obj].heap, a.text)
				}
			}
		}
		v := m.get(f, in.Args[1])
		if in.Late {
			v = join(v, m.unknown(earlier))
		}
		to := m.get(f, in.Args[0])
		m.store(f, in, to, v, in.Agg)
		if m.isAnswered(to, in.Agg) {
			f.events.add(m.renew(f, in, v))
		}
		f.events.addAll(m.refuses(f, in, v))
	case summary.MapUpdate:
		m.store(f, in, m.indexAddr(m.get(f, in.Args[0]), m.get(f, in.Args[1]), ""), m.get(f, in.Args[2]), in.Agg)
	case summary.Send:
		m.send(f, in)
	case summary.Recv:
		channel := m.get(f, in.Args[0])
		if !in.Poll {
			m.waitFor(f, in, channel)
		}
		if in.Dst != summary.None {
			v := m.load(m.indexAddr(channel, nil, in.Type), in.Type, false)
			m.set(f, in.Dst, v)
			f.tuples[in.Dst] = []value{v, m.unknown("bool")}
		}
	case summary.Phi:
		m.set(f, in.Dst, m.phi(f, block, in))
	case summary.Convert:
		v := m.get(f, in.Args[0])
		if in.Type == "string" && m.isNil(v) { // of bytes
			v = m.one(atom{kind: kConst, text: `"`})
		}
		m.set(f, in.Dst, v)
	case summary.MakeIface:
		m.makeIface(f, in)
	case summary.Assert:
		m.assert(f, in)
	case summary.Concat:
		left := m.orUnknown(m.get(f, in.Args[0]))
		if tail, ok := m.str(m.get(f, in.Args[1])); ok && tail == "/" {
			left = m.unslashed(left)
		}
		m.set(f, in.Dst, m.one(atom{kind: kText, typ: in.Name, args: []value{left, m.orUnknown(m.get(f, in.Args[1]))}}))
		if a, ok := m.str(m.get(f, in.Args[0])); ok {
			if b, ok := m.str(m.get(f, in.Args[1])); ok {
				m.set(f, in.Dst, m.one(atom{kind: kConst, text: `"` + a + b}))
			}
		}
	case summary.Compare:
		a, b := m.get(f, in.Args[0]), m.get(f, in.Args[1])
		m.asksMethod(f, in, a, m.strs(b)...)
		m.asksMethod(f, in, b, m.strs(a)...)
		m.set(f, in.Dst, m.compare(in, a, b))
	case summary.Multiply:
		m.set(f, in.Dst, m.product(m.get(f, in.Args[0]), m.get(f, in.Args[1])))
	case summary.Opaque:
		m.set(f, in.Dst, m.unknown(in.Type))
	case summary.Closure:
		args := make([]value, len(in.Args))
		for i, a := range in.Args {
			args[i] = m.get(f, a)
		}
		m.set(f, in.Dst, m.one(atom{kind: kFunc, text: in.Name, args: args}))
	case summary.Bound:
		recv := m.get(f, in.Args[0])
		if in.Callee == summary.Iface {
			m.set(f, in.Dst, m.one(atom{kind: kBound, text: in.Name, typ: in.Type, args: []value{recv}}))
		} else {
			m.set(f, in.Dst, m.one(atom{kind: kFunc, text: in.Name, num: 1, args: []value{recv}}))
		}
	case summary.Result:
		if t := f.tuples[in.Args[0]]; int(in.Num) < len(t) {
			m.set(f, in.Dst, t[in.Num])
		} else {
			m.set(f, in.Dst, nil)
		}
	case summary.Call:
		m.call(f, in)
	case summary.Return:
		f.leaves(m, in)
		for i, a := range in.Args {
			f.events.addAll(m.refuses(f, in, m.get(f, a)))
			if i < len(f.ret) {
				f.ret[i] = join(f.ret[i], m.get(f, a))
			}
		}
	}
}

// unslashed leaves out of a value what ends in a slash, if anything else is there: x += "/" would make it longer and
// longer where x keeps all that it ever held.
func (m *machine) unslashed(v value) value {
	var out value
	for _, id := range v {
		a := &m.atoms[id]
		if a.kind == kText && len(a.args) == 2 {
			if tail, ok := m.str(a.args[1]); ok && tail == "/" {
				continue
			}
		}
		out = join(out, value{id})
	}
	if len(out) == 0 {
		return v
	}
	return out
}

func (m *machine) orUnknown(v value) value {
	if len(v) == 0 {
		return value{0}
	}
	return v
}

// fieldAddr is the address of a field of what a pointer points to, or of what a struct is.
func (m *machine) fieldAddr(v value, name, typ string) value {
	var out value
	for _, id := range m.plain(v) {
		if name == "Method" && m.incomingRequest(id) {
			out = join(out, m.methodNow())
			continue
		}
		if name == "RequestURI" && m.incomingRequest(id) {
			out = join(out, m.one(atom{kind: kCame}))
			continue
		}
		switch a := m.atoms[id]; a.kind {
		case kLoc:
			if len(a.text) > 160 {
				out = join(out, m.unknown(typ))
				continue
			}
			out = join(out, m.loc(a.obj, a.text+"."+name, typ))
		case kLib, kVar:
			out = join(out, m.one(atom{kind: kVar, text: "." + name, typ: "*" + typ, args: []value{{id}}}))
		case kUnknown:
			out = join(out, m.unknown("*"+typ))
		case kConst, kText, kEnv, kFlag, kField:
			if name == "Host" || name == "Path" || name == "Scheme" { // of a URL, which is its text
				out = join(out, m.one(atom{kind: kVar, text: "." + name, typ: "*" + typ, args: []value{{id}}}))
			}
		}
	}
	return out
}

// indexAddr is the address of an element.
func (m *machine) indexAddr(v, index value, typ string) value {
	var out value
	key := "[*]"
	if text, ok := m.constant(index); ok {
		key = "[" + text + "]"
	} else if len(index) == 1 && m.atoms[index[0]].kind == kKey {
		key = m.atoms[index[0]].text
	} else if m.choice.kind == "argument" && len(index) == 1 && m.atoms[index[0]].kind == kArg {
		key = `["` + m.choice.value + "]"
	}
	for _, id := range m.plain(v) {
		switch a := m.atoms[id]; a.kind {
		case kLoc:
			out = join(out, m.loc(a.obj, a.text+key, typ))
		case kArg:
			if a.text == allWords && key == "[0]" {
				out = join(out, m.one(atom{kind: kArg, text: program0}))
			} else {
				out = join(out, m.one(atom{kind: kArg}))
			}
		case kUnknown, kLib, kVar, kEnv, kFlag, kText, kField:
			out = join(out, m.unknown("*"+typ))
		}
	}
	return out
}

// load is what stands at the places that a value points to.
func (m *machine) load(v value, typ string, aggregate bool) value {
	var out value
	for _, id := range m.plain(v) {
		a := m.atoms[id]
		switch a.kind {
		case kLoc:
			out = join(out, m.loadPlace(a, typ, aggregate))
		case kVar:
			if name, ok := strings.CutPrefix(a.text, "&"); ok {
				if name == "os.Args" {
					out = join(out, m.one(atom{kind: kArg, text: allWords}))
				} else {
					out = join(out, m.one(atom{kind: kVar, text: name, typ: typ}))
				}
			} else if v := m.heldIn(a); len(v) > 0 && !m.asMade(a) {
				out = join(out, v)
			} else {
				out = join(out, value{id})
			}
		case kArg, kEnv, kFlag, kCame:
			out = join(out, value{id})
		case kLib:
			out = join(out, value{id})
		case kConst: // the method of a request
			out = join(out, value{id})
		case kUnknown:
			if a.text == requestMethod {
				out = join(out, value{id})
				continue
			}
			out = join(out, m.unknown(typ))
		}
	}
	return out
}

func (m *machine) loadPlace(a atom, typ string, aggregate bool) value {
	heap := m.objects[a.obj].heap
	v := heap[a.text]
	if aggregate {
		m.look(a.obj, a.text)
		return join(v, m.loc(a.obj, a.text, typ))
	}
	if by, ok := m.objects[a.obj].last[a.text]; ok {
		m.seen[by] = true
	}
	if open := strings.LastIndexByte(a.text, '['); open >= 0 && strings.HasSuffix(a.text, "]") {
		// An element: any that was stored may be it, and one that was stored anywhere may be the one asked for.
		base := a.text[:open]
		if a.text[open:] == "[*]" || len(v) == 0 && !strings.HasPrefix(a.text[open:], "[\"") {
			for _, key := range m.elements(a.obj, base) {
				v = join(v, heap[base+key])
			}
		} else {
			v = join(v, heap[base+"[*]"])
		}
	} else if strings.Contains(a.text, "[*]") {
		// A part of an element that is not known.
		open := strings.Index(a.text, "[*]")
		base, rest := a.text[:open], a.text[open+3:]
		for _, key := range m.elements(a.obj, base) {
			v = join(v, heap[base+key+rest])
		}
	} else if open >= 0 {
		// A part of a known element may have been stored through one that was not.
		if end := strings.LastIndexByte(a.text, ']'); end > open {
			v = join(v, heap[a.text[:open]+"[*]"+a.text[end+1:]])
		}
	}
	if len(v) == 0 {
		// The whole may be something that is not followed.
		for path := a.text; path != ""; {
			cut := max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['))
			if cut < 0 {
				break
			}
			rest := path[cut:]
			path = path[:cut]
			for _, id := range heap[path] {
				switch whole := m.atoms[id]; whole.kind {
				case kUnknown:
					v = join(v, m.unknown(typ))
				case kLib, kVar:
					v = join(v, m.one(atom{kind: kVar, text: rest, typ: typ, args: []value{{id}}}))
				}
			}
		}
		if len(v) == 0 {
			v = m.parsedPart(a)
		}
		if len(v) == 0 {
			v = m.unread(a, typ)
		}
		if len(v) == 0 && typ == "string" && !strings.Contains(a.text, "[") {
			v = m.one(atom{kind: kConst, text: `"`})
		}
		if len(v) == 0 && (typ == "string" || isBasic(typ)) {
			v = m.unknown(typ)
		}
	} else if m.replaced(a, v) {
		v = join(v, m.unread(a, typ))
	}
	return v
}

func (m *machine) index(f *frame, block int, in *summary.Instr) {
	over := m.get(f, in.Args[0])
	if in.Name == "next" {
		key := f.forced[block]
		var k value
		at := m.indexAddr(over, nil, in.Type)
		if key != "" {
			at = m.indexAddr(over, m.one(atom{kind: kKey, text: key}), "")
			if text, ok := strings.CutPrefix(strings.Trim(key, "[]"), `"`); ok {
				k = m.one(atom{kind: kConst, text: `"` + text})
			}
		}
		if k == nil {
			k = m.unknown("")
		}
		f.tuples[in.Dst] = []value{m.unknown("bool"), k, m.load(at, "", in.Agg)}
		return
	}
	index := m.get(f, in.Args[1])
	if first, ok := m.firstByte(over); ok {
		if at, ok := m.constant(index); ok && at == "0" {
			m.set(f, in.Dst, first)
			return
		}
	}
	if len(index) == 1 && m.atoms[m.plain(index)[0]].kind == kArg {
		for _, id := range m.plain(over) {
			if a := m.atoms[id]; a.kind == kLoc {
				for _, key := range m.elements(a.obj, a.text) {
					if text, ok := strings.CutPrefix(strings.Trim(key, "[]"), `"`); ok {
						m.compared[selector{"argument", "", text}] = true
					}
				}
			}
		}
	}
	v := m.load(m.indexAddr(over, index, in.Type), in.Type, in.Agg)
	ok := m.unknown("bool")
	found, certain := m.looksUp(f, in, over, index)
	switch _, told := m.constant(index); {
	case !told && isBasic(in.Type):
		v = join(v, m.unknown(in.Type)) // there may be nothing under a key that is not known
	case certain && !found && in.Type == "bool":
		v = m.truth(false) // a set does not have it
	}
	if text, _ := m.str(index); certain && text != "" && text == m.verb {
		ok = m.truth(found)
	}
	m.set(f, in.Dst, v)
	if in.Num == 1 {
		f.tuples[in.Dst] = []value{v, ok}
	}
}

// phi is what comes over the live edges that lead to a block.
func (m *machine) phi(f *frame, block int, in *summary.Instr) value {
	var v value
	preds := f.fn.Blocks[block].Preds
	round := f.rounds[block]
	basic := in.Type == "string" || in.Type == "bool" || in.Type == "int" || in.Type == "[]uint8" || !strings.ContainsAny(in.Type, "./*[(")
	for i, a := range in.Args {
		if i < len(preds) && (preds[i] < 0 || !m.flows(f, int(preds[i]), block)) {
			continue
		}
		if round > 0 && (round > 1) != (int(preds[i]) >= block) {
			continue
		}
		got := m.get(f, a)
		if i < len(preds) {
			got = m.passed(f, int(preds[i]), block, got)
		}
		if len(got) == 0 && basic {
			got = value{0}
		}
		v = join(v, got)
	}
	return v
}

// flows reports whether the edge between two blocks is live.
func (m *machine) flows(f *frame, from, to int) bool {
	if !f.live[from] {
		return false
	}
	b := &f.fn.Blocks[from]
	if b.HasCond && len(b.Succs) == 2 && b.Succs[0] != b.Succs[1] {
		text, _ := m.constant(m.get(f, b.Cond))
		if text == "true" && int(b.Succs[1]) == to || text == "false" && int(b.Succs[0]) == to {
			return false
		}
	}
	return true
}

func (m *machine) makeIface(f *frame, in *summary.Instr) {
	v := m.get(f, in.Args[0])
	if len(v) == 0 {
		v = m.unknown(in.Type)
	}
	var out value
	for _, id := range v {
		out = join(out, m.one(atom{kind: kTyped, typ: in.Type, args: []value{{id}}}))
	}
	if m.prog.typeOf(in.Type) != nil {
		m.made[in.Type] = join(m.made[in.Type], v)
	}
	m.set(f, in.Dst, out)
}

func (m *machine) assert(f *frame, in *summary.Instr) {
	v := m.get(f, in.Args[0])
	var out value
	known, fits := len(v) > 0, 0 // whether all that may be there is known, and how much of it has the type
	for _, id := range v {
		a := m.atoms[id]
		before := len(out)
		known = known && a.kind == kTyped
		switch {
		case a.kind == kTyped && in.Name == "interface":
			if methods, ok := m.prog.ifaces[in.Type]; !ok || m.prog.typeOf(a.typ) == nil || m.prog.implements(a.typ, methods) {
				out = join(out, value{id})
			}
		case a.kind == kTyped:
			if a.typ == in.Type {
				out = join(out, a.args[0])
			}
		case a.kind == kUnknown:
			out = join(out, m.unknown(in.Type))
		case a.kind == kLib || a.kind == kVar:
			a.typ = in.Type
			out = join(out, m.one(a))
		default:
			out = join(out, value{id})
		}
		if a.kind == kTyped && (len(out) > before || a.typ == in.Type) {
			fits++
		}
	}
	ok := m.unknown("bool")
	switch {
	case known && fits == len(v):
		ok = m.truth(true)
	case known && fits == 0 && m.prog.typeOf(in.Type) != nil:
		ok = m.truth(false)
	case len(out) == 0 && in.Name == "concrete":
		out = m.unknown(in.Type) // something that is not followed
	}
	m.set(f, in.Dst, out)
	if in.Num == 1 {
		f.tuples[in.Dst] = []value{out, ok}
	}
}
