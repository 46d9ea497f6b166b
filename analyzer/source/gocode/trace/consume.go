package trace

import (
	"maps"
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/library"
	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Consumers. Some libraries are given a handler and call it: that is an operation like the handler of a route. From
// others messages are taken, one or some at a time, in a loop of the project's: then the operation is what follows in that
// loop, which is no loop over data, since each round is for a message of its own. Where messages are passed on over a
// channel, who takes them from there handles them too.

// consume registers a handler of messages, or notes where they come out.
func (m *machine) consume(f *frame, in *summary.Instr, name string, fact *library.Fact, args, results []value) ([]value, []*event) {
	msg := m.messageOf(fact, args)
	at := m.written(f, in)
	results = setFirst(results, m.lib(f, in, name, 0, args))
	if len(results) > 0 {
		for _, id := range results[0] {
			m.sources[id] = msg
		}
	}
	if on, ok := fact.Arg("on"); ok && on < len(args) {
		for _, id := range m.plain(args[on]) {
			m.sources[id] = m.bothOf(m.sources[id], msg)
		}
	}
	if spec := fact.Args["channel"]; spec != "" {
		for _, id := range m.plain(m.part(spec, args)) {
			if a := m.atoms[id]; a.kind == kLoc {
				m.channels[a.obj] = msg
			}
		}
	}
	if spec := fact.Args["handler"]; spec != "" {
		var handler value // tells may be wrong of what has no fields
		for alternative := range strings.SplitSeq(spec, "|") {
			if handler = m.walk(alternative, args); len(m.functionsOf(handler, 0)) > 0 {
				break
			}
		}
		r := &route{protocol: "message", sub: msg, at: at}
		if fact.Args["keyed"] != "" {
			m.addKeyed(r, m.walk(spec, args))
			return results, nil
		}
		if method := fact.Args["method"]; method != "" {
			r.recv, r.method = m.handlersIn(handler, method, 0), method
		}
		if len(r.recv) == 0 {
			r.handler = m.functionsOf(handler, 0)
		}
		if spec := fact.Args["answers"]; spec != "" {
			to := m.messageOf(&library.Fact{Args: map[string]string{"broker": fact.Args["broker"], "topic": spec}}, args)
			r.answers = m.requestEvent(f, in, &request{protocol: to.broker, msg: to})
		}
		if fact.Args["methods"] != "" {
			m.addMethods(r, handler)
		}
		if len(r.recv) > 0 || len(r.handler) > 0 || fact.Args["own"] == "" && fact.Args["methods"] == "" {
			m.addRoute(r)
		}
		return results, nil
	}
	return results, []*event{{kind: evConsume, sub: msg, at: at, made: at, spot: m.spot(f, in), loop: f.loop, over: f.over, cyclic: f.cyclic, taken: fact.Args["here"] == ""}}
}

// bothOf is what comes out of something that messages of several topics come out of, one subscription after the other.
func (m *machine) bothOf(known, msg *message) *message {
	if known == nil || known.broker != msg.broker || len(msg.topics) == 0 {
		return msg
	}
	both := *msg
	both.topics = slices.Clone(known.topics)
	for _, t := range msg.topics {
		if !slices.ContainsFunc(both.topics, func(o target) bool { return sameTarget(o, t) }) {
			both.topics = append(both.topics, t)
		}
	}
	return m.numberedMessage(&both)
}

// receives takes a message out of what was consumed before.
func (m *machine) receives(f *frame, in *summary.Instr, name string, fact *library.Fact, args, results []value) ([]value, []*event) {
	of := m.arg(fact, "of", 0, args)
	results = setFirst(results, m.lib(f, in, name, 0, args))
	msg, known := m.sourceOf(of, 0)
	if !known {
		if fact.Args["else"] != "own" {
			return results, nil
		}
		if len(results) > 0 {
			for _, id := range results[0] {
				m.sources[id] = nil
			}
		}
		msg = nil
	}
	if _, ok := fact.Arg("handler"); ok {
		if msg != nil {
			m.addRoute(&route{protocol: "message", sub: msg, handler: m.functionsOf(m.arg(fact, "handler", 1, args), 0), at: m.written(f, in)})
		}
		return results, nil
	}
	if fact.Args["here"] == "" { // it is a channel
		return results, nil
	}
	if msg != nil && len(results) > 0 {
		for _, id := range results[0] {
			m.sources[id] = msg
		}
	}
	return results, []*event{m.received(f, in, msg)}
}

// addMethods registers each method of the project's types for the messages that are named after it, as others can call.
func (m *machine) addMethods(r *route, of value) {
	for _, id := range of {
		a := m.atoms[id]
		table := m.prog.typeOf(a.typ)
		if table == nil || a.kind != kTyped && a.kind != kLoc {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(table.Methods)) {
			if name[0] >= 'A' && name[0] <= 'Z' && !table.Methods[name].Interface {
				one := *r
				one.sub = m.numberedMessage(&message{broker: r.sub.broker, topics: []target{{text: name}}, groups: r.sub.groups})
				one.recv, one.method, one.handler = value{id}, name, nil
				m.addRoute(&one)
			}
		}
	}
}

// addKeyed registers the functions of maps that are written out, each for the messages that its key names.
func (m *machine) addKeyed(r *route, maps value) {
	for _, id := range m.plain(maps) {
		a := m.atoms[id]
		if a.kind != kLoc {
			continue
		}
		for _, key := range m.elements(a.obj, a.text) {
			name, ok := strings.CutPrefix(key, `["`)
			if handler := m.functionsOf(m.at(a.obj, a.text+key), 0); ok && len(handler) > 0 {
				one := *r
				one.sub = m.numberedMessage(&message{broker: r.sub.broker, topics: []target{{text: strings.TrimSuffix(name, "]")}}, groups: r.sub.groups})
				one.handler = handler
				m.addRoute(&one)
			}
		}
	}
}

func (m *machine) received(f *frame, in *summary.Instr, msg *message) *event {
	at := m.place(f, in.Pos)
	return &event{kind: evConsume, sub: msg, at: at, made: at, spot: m.spot(f, in), loop: f.loop, over: f.over, cyclic: f.cyclic}
}

// sourceOf is what messages in a value were consumed from; nil, though known, where they are those of the handler that runs.
func (m *machine) sourceOf(v value, depth int) (*message, bool) {
	if depth > 4 || len(m.sources)+len(m.channels) == 0 {
		return nil, false
	}
	for _, id := range m.plain(v) {
		if msg, ok := m.sources[id]; ok {
			return msg, true
		}
		switch a := m.atoms[id]; a.kind {
		case kLib:
			if len(a.args) > 0 && !strings.Contains(a.typ, "rror") {
				if msg, ok := m.sourceOf(a.args[0], depth+1); ok {
					return msg, true
				}
			}
		case kVar:
			if len(a.args) == 1 {
				if msg, ok := m.sourceOf(a.args[0], depth+1); ok {
					return msg, true
				}
			}
		case kLoc:
			if msg, ok := m.channels[a.obj]; ok {
				return msg, true
			}
		}
	}
	return nil, false
}

// messageFrom notes that a message comes out of a channel, and returns it.
func (m *machine) messageFrom(f *frame, in *summary.Instr, channel, got value) value {
	if len(m.sources)+len(m.channels) == 0 || in.Type == "error" {
		return got
	}
	msg, ok := m.sourceOf(channel, 0)
	if ok && strings.Contains(in.Type, "rror") {
		return got
	}
	if !ok {
		if msg, ok = m.sourceOf(got, 0); !ok {
			return got
		}
	} else if len(m.plain(channel)) > 0 {
		got = m.one(atom{kind: kLib, text: "a message", typ: in.Type, args: []value{m.plain(channel)}})
	}
	e := m.received(f, in, msg)
	if in.Failed > 0 {
		e.from = in.Failed - 1
		e.chosen = true
	}
	f.events.add(e)
	return got
}

// isBatch reports whether a collection is some messages that were taken at once.
func (m *machine) isBatch(over value) bool {
	_, ok := m.sourceOf(over, 0)
	return ok
}

// messagesFor are what a handler is given that is a message, or holds some, by type.
func (m *machine) messagesFor(r *route) map[string]value {
	given := make(map[string]value)
	for _, id := range m.plain(r.handler) {
		for _, typ := range m.parametersOf(id) {
			if typ == r.batch || m.know.Find(strings.TrimLeft(typ, "*"), "message") != nil {
				v := m.one(atom{kind: kLib, text: "a message", typ: typ, num: int32(r.sub.id)})
				m.sources[v[0]] = r.sub
				given[typ] = v
			}
		}
	}
	return given
}

// handlersIn are the values of the project's types in a handler that have its method, which a library may have wrapped.
func (m *machine) handlersIn(v value, method string, depth int) value {
	var out value
	if depth > 4 {
		return nil
	}
	for _, id := range v {
		a := m.atoms[id]
		switch a.kind {
		case kTyped:
			if table := m.prog.typeOf(a.typ); table != nil {
				if _, ok := table.Methods[method]; ok {
					out = join(out, value{id})
				}
			} else {
				out = join(out, m.handlersIn(a.args[0], method, depth+1))
			}
		case kLoc:
			if table := m.prog.typeOf("*" + a.typ); table != nil {
				if _, ok := table.Methods[method]; ok {
					out = join(out, value{id})
				}
			}
		case kLib:
			for _, arg := range a.args {
				out = join(out, m.handlersIn(arg, method, depth+1))
			}
		}
	}
	return out
}

// functionsOf are the functions in a handler, which a library may have wrapped.
func (m *machine) functionsOf(v value, depth int) value {
	var out value
	if depth > 4 {
		return nil
	}
	for _, id := range m.plain(v) {
		switch a := m.atoms[id]; a.kind {
		case kFunc, kBound:
			out = join(out, value{id})
		case kLib:
			if m.know.Find(a.text, "serve") != nil { // what it serves has its route already
				continue
			}
			for _, arg := range a.args {
				out = join(out, m.functionsOf(arg, depth+1))
			}
		}
	}
	return out
}

// take gives the events that follow the receipt of a message in its loop to whoever handles it. Events of a loop further
// out are meant where nothing follows in the inner one, which then only waits for the message.
func (f *frame) take(m *machine) {
	events := f.events.events
	if !slices.ContainsFunc(events, func(e *event) bool { return e.kind == evConsume && !e.taken }) {
		return
	}
	done := make(map[*message]bool)
	for i := len(events) - 1; i >= 0; i-- { // the next message of some that were taken at once comes behind these
		e := events[i]
		if e == nil || e.kind != evConsume || e.taken || f.events.blocks[i] < 0 {
			continue
		}
		block := f.events.blocks[i]
		for _, body := range loopsAround(f.fn, block) {
			follows := f.following(body, block, e)
			inner, at := f.within(m, body, follows, i, block)
			if !slices.ContainsFunc(inner, func(e *event) bool { return e.kind != evAck }) {
				continue
			}
			taken := *e
			taken.taken, taken.inner = true, inner
			events[i] = &taken
			done[e.sub] = true
			for _, k := range at {
				events[k] = nil
			}
			break
		}
	}
	if len(done) == 0 {
		return
	}
	var left []*event
	var blocks []int
	for i, e := range events {
		if e != nil && e.kind == evConsume && !e.taken && done[e.sub] {
			other := *e
			other.taken = true
			e = &other
		}
		if e != nil {
			left, blocks = append(left, e), append(blocks, f.events.blocks[i])
		}
	}
	f.events.events, f.events.blocks, f.events.seen = left, blocks, nil
}

// within are the calls among events that stand in some blocks, without the loop that they are all in, and where they are
// in the list. Spawned code that nobody waits for handles its message all the same.
func (f *frame) within(m *machine, body, follows []bool, receipt, block int) (inner []*event, at []int) {
	loop := f.loopOf(m, body)
	var out list
	for k, e := range f.events.events {
		if e == nil || k == receipt || e.kind == evConsume {
			continue
		}
		b, all := -1, true
		for _, in := range f.events.blocksOf(k) {
			if in >= 0 && follows[in] && (in != block || k > receipt) {
				b = in
			} else {
				all = false
			}
		}
		if b < 0 {
			continue
		}
		switch {
		case e.kind == evSpawn && acts(e.inner):
			if all {
				at = append(at, k)
			}
			if e.joined {
				out.add(f.unlooped(m, e, loop))
				continue
			}
			for _, in := range e.inner {
				out.add(f.unlooped(m, in, loop))
			}
		case e.kind == evCall || e.kind == evDial || e.kind == evChange || e.kind == evAck:
			if all {
				at = append(at, k)
			}
			out.add(f.unlooped(m, e, loop))
		}
	}
	return out.events, at
}

// acts reports whether there are calls among events, or changes of stores.
func acts(events []*event) bool {
	return slices.ContainsFunc(events, func(e *event) bool { return e.kind == evCall || e.kind == evChange || acts(e.inner) })
}

// unlooped is an event without the loop that takes messages, if that is one over data.
func (f *frame) unlooped(m *machine, e *event, loop place) *event {
	one := *e
	one.cyclic = false
	if e.loop && e.over == loop {
		one.loop, one.over = false, place{}
	}
	return &one
}

// loopOf is where the loop begins whose blocks are told, as calls have it that are in no other loop within it; no place
// where it is none over data.
func (f *frame) loopOf(m *machine, body []bool) place {
	head, outer := slices.Index(body, true), -1
	for b, in := range body {
		if in && b != head && (outer < 0 || len(f.fn.Blocks[b].Loops) < len(f.fn.Blocks[outer].Loops)) {
			outer = b
		}
	}
	if outer < 0 {
		outer = head
	}
	loops := f.fn.Blocks[outer].Loops
	if len(loops) == 0 {
		return place{}
	}
	return m.place(f, f.fn.Blocks[loops[len(loops)-1]].LoopAt)
}

// loopsAround are the loops that a block is in, by their blocks, the innermost first.
func loopsAround(fn *summary.Func, block int) [][]bool {
	type loop struct {
		body []bool
		size int
	}
	var loops []loop
	for head := block; head >= 0; head-- {
		var body []bool
		size := 0
		for _, tail := range fn.Blocks[head].Preds {
			if int(tail) < head {
				continue
			}
			if body == nil {
				body = make([]bool, len(fn.Blocks))
				body[head], size = true, 1
			}
			work := []int32{tail}
			for len(work) > 0 {
				b := work[len(work)-1]
				work = work[:len(work)-1]
				if b < 0 || body[b] {
					continue
				}
				body[b] = true
				size++
				work = append(work, fn.Blocks[b].Preds...)
			}
		}
		if body != nil && body[block] {
			loops = append(loops, loop{body, size})
		}
	}
	slices.SortStableFunc(loops, func(a, b loop) int { return a.size - b.size })
	out := make([][]bool, len(loops))
	for i, l := range loops {
		out[i] = l.body
	}
	return out
}

// following are the blocks of a loop that come behind the receipt of a message in the same round.
func (f *frame) following(body []bool, block int, e *event) []bool {
	head := slices.Index(body, true)
	seen := make([]bool, len(body))
	work := []int{block}
	if e.chosen && e.spot.fn == f.fn { // of a select, its case
		work = []int{int(e.from)}
	}
	first := true
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[b] || !body[b] || b == head && !first {
			continue
		}
		first = false
		seen[b] = true
		for _, next := range f.fn.Blocks[b].Succs {
			work = append(work, int(next))
		}
	}
	return seen
}

// consumers takes what consumes messages out of events, and returns the rest.
func consumers(events []*event, found *[]*event) []*event {
	if !consumes(events) {
		return events
	}
	var rest []*event
	for _, e := range events {
		if e.kind == evConsume {
			inner := consumers(e.inner, found)
			one := *e
			one.inner = inner
			*found = append(*found, &one)
			continue
		}
		if len(e.inner) > 0 && consumes(e.inner) {
			less := *e
			less.inner = consumers(e.inner, found)
			e = &less
		}
		rest = append(rest, e)
	}
	return rest
}

func consumes(events []*event) bool {
	return slices.ContainsFunc(events, func(e *event) bool { return e.kind == evConsume || consumes(e.inner) })
}

// handled is what a handler of messages does for each of them: what follows the receipt of its message where it asks for
// that, else all that it does. What it consumes besides stays.
func handled(events []*event) []*event {
	var own list
	asks := false
	for _, e := range events {
		if e.kind == evConsume && e.sub == nil {
			asks = true
			own.addAll(e.inner)
		}
	}
	for _, e := range events {
		if e.kind != evConsume || e.sub != nil {
			if !asks || e.kind != evCall && !hasCalls(e.inner) {
				own.add(e)
			}
		}
	}
	return own.events
}

// consumed are the operations of consumers that take their messages themselves.
func (m *machine) consumed(found []*event) []operation {
	var ops []operation
	at := make(map[int]int) // by message
	for _, e := range found {
		if e.sub == nil {
			continue
		}
		i, ok := at[e.sub.id]
		if !ok {
			i = len(ops)
			at[e.sub.id] = i
			ops = append(ops, operation{protocol: "message", sub: e.sub, at: e.at, registered: e.at, handler: originName(e.spot.fn.ID)})
		}
		if len(e.inner) > 0 && len(ops[i].events) == 0 {
			ops[i].at, ops[i].handler = e.at, originName(e.spot.fn.ID)
		}
		var both list
		both.addAll(ops[i].events)
		both.addAll(e.inner)
		ops[i].events = both.events
	}
	for i := range ops {
		ops[i].name = ops[i].sub.operation(ops[i].handler)
		ops[i].ack, ops[i].acked = ackIn(ops[i].events)
	}
	return ops
}
