package trace

import (
	"slices"
	"strconv"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// place is a position in a summary's package.
type place struct {
	pkg *summary.Package
	pos summary.Pos
}

func (p place) file() string {
	if p.pkg == nil || p.pos.File < 0 {
		return ""
	}
	return p.pkg.Files[p.pos.File]
}

type eventKind uint8

const (
	evCall    eventKind = iota
	evDial              // call is a client that waits until it is connected
	evSpawn             // inner runs beside; joined where somebody waits
	evWait              // for objs
	evSignal            // on objs
	evForward           // the request goes on to the routers objs
	evAsk               // whether the request's method is objs
	evRefusal           // of the request's method
	evPage              // the request is answered with a file or a page
	evConsume           // messages are consumed, those of sub; inner is what follows, for each of them
	evAck               // a message is acknowledged
	evWork              // something is done that may be what a message is for: what, nobody knows
	evChange            // what is in the stores that objs stand for is changed
)

// event is something that running a function does. Events are shared between callers: whoever changes one copies it.
type event struct {
	kind       eventKind
	call       *request
	at         place
	generated  bool // at is in generated code: the caller's place is the better one
	settled    bool // reply and error use are those of the hand-written caller
	loop       bool
	over       place // that loop, the innermost, as far as known
	concurrent bool
	joined     bool
	cyclic     bool  // in a loop of whatever kind
	tries      int   // attempts in all; 0: one
	breaker    bool  // behind a circuit breaker
	opaque     bool  // within a library of which nothing is known, which may be one
	hasty      bool  // tried again without a pause
	unused     bool  // the reply
	discarded  bool  // the error
	lost       place // where it is, if not at the call itself
	cut        place // where its context is made that is not the request's
	open       bool  // further up still: the function that makes the call is given it
	fails      uint8 // what the error does to the function that the call stands in: see [summary.ReturnsError]
	back       bool  // the library function that called what makes it gives its error
	owed       bool  // who waits for it gets its error
	again      bool  // a library tries it again
	until      int   // of a spawn that is joined: how many events its list had by then; 0: it was joined further down
	objs       value // of waits, signals and spawns (what the spawned code signals)
	frees      value // of spawns: what it receives from in the end, and who sends waits for
	inner      []*event
	ctx        value  // of the request that goes on
	prefix     string // that is taken off its path
	apart      bool   // not for all requests that go on, but only for those that go on to the routers in with
	with       value
	path       *step
	also       []*step  // other ways to it
	vague      bool     // there are more of them
	roots      []root   // of calls: what tells whom it goes to
	made       place    // where the remote call itself stands, in generated code too
	spot       spot     // of that
	sub        *message // what is consumed; nil: the message of the handler that runs
	acked      string   // of an acknowledgement: how it stands to calls and changes
	topics     *sorting // of which topics the messages are that a call is made or a store changed for; nil: all
	taken      bool     // what follows is in inner, or nothing can
	chosen     bool     // it is a case of a select, which begins with block from
	from       int32
}

// step is one call on the way from an operation to an event, outermost first.
type step struct {
	at   place
	spot spot
	next *step
}

// spot is where a call stands: in which function, and which of its blocks.
type spot struct {
	fn       *summary.Func
	block    int32 // -1: in a defer
	failed   int32 // the block that only its failure leads to; -1 where there is none
	cyclic   bool  // it is in a loop
	repeated bool  // the function runs more than once for each time that it is named
}

// equal reports whether two ways are the same.
func (s *step) equal(o *step) bool {
	for s != nil && o != nil && s != o {
		if s.at != o.at || s.spot.fn.ID != o.spot.fn.ID {
			return false
		}
		s, o = s.next, o.next
	}
	return s == o
}

// maxEvents is how many different events one activation may have.
const maxEvents = 3000

// list collects events and drops those that are there already.
type list struct {
	events []*event
	blocks []int         // where each was added: the block that ran then; -1 where several did
	others map[int][]int // those several, by event
	block  int
	seen   map[string]int
}

func (l *list) add(e *event) {
	if len(l.events) >= maxEvents {
		return
	}
	key := e.key()
	if at, ok := l.seen[key]; ok {
		if l.blocks[at] != l.block {
			l.elsewhere(at)
			l.blocks[at] = -1
			l.events[at] = l.events[at].cameAlso(e)
		}
		return
	}
	if l.seen == nil {
		l.seen = make(map[string]int)
	}
	l.seen[key] = len(l.events)
	if e.until != 0 { // that was in another list
		settled := *e
		settled.until = 0
		e = &settled
	}
	l.events = append(l.events, e)
	l.blocks = append(l.blocks, l.block)
}

// elsewhere notes that an event was added in another block, too.
func (l *list) elsewhere(at int) {
	if l.others == nil {
		l.others = make(map[int][]int)
	}
	if l.blocks[at] >= 0 {
		l.others[at] = []int{l.blocks[at]}
	}
	if !slices.Contains(l.others[at], l.block) {
		l.others[at] = append(l.others[at], l.block)
	}
}

// blocksOf are the blocks in which an event was added.
func (l *list) blocksOf(at int) []int {
	if l.blocks[at] >= 0 || l.others == nil {
		return l.blocks[at : at+1]
	}
	return l.others[at]
}

func (l *list) addAll(events []*event) {
	for _, e := range events {
		l.add(e)
	}
}

// loops notes that an event is in a loop around it, where it is in none already.
func (e *event) loops(loop bool, over place) {
	if loop && !e.loop {
		e.loop, e.over = true, over
	}
}

// withCalls is an event whose calls are changed: itself, or those of the code that it spawns.
func (e *event) withCalls(change func(call *event)) *event {
	out := *e
	if e.kind == evCall {
		change(&out)
	}
	out.inner = slices.Clone(e.inner)
	for i, inner := range out.inner {
		out.inner[i] = inner.withCalls(change)
	}
	return &out
}

func (e *event) key() string {
	key := make([]byte, 0, 48)
	key = append(key, byte(e.tries), flag(e.breaker), flag(e.opaque), flag(e.hasty), byte(e.kind), flag(e.loop), flag(e.concurrent), flag(e.joined), flag(e.cyclic), flag(e.unused), flag(e.discarded), e.fails, flag(e.back), flag(e.owed), flag(e.again))
	if e.call != nil {
		key = strconv.AppendInt(key, int64(e.call.id), 36)
	}
	if e.kind == evConsume {
		key = append(key, flag(e.taken), flag(e.chosen), ':')
		key = strconv.AppendInt(key, int64(e.from), 36)
		if e.sub != nil {
			key = strconv.AppendInt(append(key, ':'), int64(e.sub.id), 36)
		}
	}
	key = append(key, e.acked...)
	if e.topics != nil {
		key = append(key, 't', flag(e.topics.only))
		for _, name := range e.topics.names {
			key = append(append(key, name...), 0)
		}
	}
	key = append(key, '@')
	key = append(key, e.at.file()...)
	key = strconv.AppendInt(key, int64(e.at.pos.Line), 36)
	key = append(key, ':')
	key = strconv.AppendInt(key, int64(e.at.pos.Col), 36)
	key = appendValue(key, e.objs)
	if e.kind == evForward || e.apart {
		key = append(append(key, '>'), e.prefix...)
		key = appendValue(append(key, '>'), e.ctx)
		key = appendValue(append(key, '>', flag(e.apart)), e.with)
	}
	for _, in := range e.inner {
		key = append(key, '{')
		key = append(key, in.key()...)
	}
	return string(key)
}

func flag(b bool) byte {
	if b {
		return '1'
	}
	return '0'
}

// wait joins the spawned code whose signals the waiting is for, and what that code waits for itself before it signals:
// whoever closes a channel when a group is done stands for the group. It returns all that is waited for.
func (l *list) wait(objs value) value {
	return l.joinWhere(objs, func(e *event, objs value) bool { return meets(e.objs, objs) })
}

// fill joins the spawned code that frees a place of what is filled up.
func (l *list) fill(objs value) {
	l.joinWhere(objs, func(e *event, _ value) bool { return meets(e.frees, objs) })
}

func (l *list) joinWhere(objs value, waited func(*event, value) bool) value {
	joins := false
	for again := true; again; {
		again = false
		for i, e := range l.events {
			if e.kind != evSpawn || e.joined || !waited(e, objs) {
				continue
			}
			joined := *e
			joined.joined, joined.until = true, len(l.events)
			joined.concurrent = e.loop || e.cyclic
			l.events[i] = &joined
			objs = join(objs, waitsBefore(e.inner, objs))
			again, joins = true, true
		}
	}
	if joins {
		l.overlap()
	}
	return objs
}

// overlap notes which joined code runs beside calls of others: it was started before the other was joined.
func (l *list) overlap() {
	beside := make(map[int]bool)
	for i, e := range l.events {
		if e.until == 0 || !hasCalls(e.inner) {
			continue
		}
		for k := i + 1; k < e.until; k++ {
			other := l.events[k]
			if other.kind == evCall || other.joined && hasCalls(other.inner) {
				beside[i] = true
				beside[k] = beside[k] || other.until > 0
			}
		}
	}
	for i := range beside {
		if e := *l.events[i]; e.kind == evSpawn && !e.concurrent {
			e.concurrent = true
			l.events[i] = &e
		}
	}
}

// waitsBefore is what code waits for before it signals one of some objects for the last time.
func waitsBefore(events []*event, objs value) value {
	var waits, before value
	for _, e := range events {
		switch {
		case e.kind == evWait:
			waits = join(waits, e.objs)
		case (e.kind == evSignal || e.kind == evSpawn) && meets(e.objs, objs):
			before = waits
		}
	}
	return before
}

// flat takes the calls out of spawned code that was waited for where it was spawned: to who spawns all of this they are
// calls like others, and code that spawns code that spawns code stays as long as the calls that it makes.
func flat(events []*event) []*event {
	var out list
	for _, e := range events {
		if e.kind != evSpawn || !e.joined && hasCalls(e.inner) {
			out.add(e)
			continue
		}
		for _, in := range e.inner {
			if in.kind == evChange {
				out.add(in)
			}
			if in.kind == evCall || hasCalls(in.inner) {
				call := *in
				call.cyclic = in.cyclic || e.cyclic
				call.concurrent = in.concurrent || e.concurrent
				out.add(&call)
			}
		}
		done := *e // what it signals is still signalled
		done.inner = nil
		out.add(&done)
	}
	return out.events
}

func meets(a, b value) bool {
	for _, id := range a {
		if id != 0 {
			if _, ok := slices.BinarySearch(b, id); ok {
				return true
			}
		}
	}
	return false
}

// frees is what code receives from when all its calls are done: a place of a channel that bounds how many run.
func frees(events []*event) value {
	var objs value
	for _, e := range events {
		switch {
		case e.kind == evCall || e.kind == evSpawn:
			objs = nil
		case e.kind == evWait && !e.cyclic:
			objs = join(objs, e.objs)
		}
	}
	return objs
}

// signals is what code signals, in itself or in what it spawns.
func signals(events []*event) value {
	var objs value
	for _, e := range events {
		if e.kind == evSignal || e.kind == evSpawn {
			objs = join(objs, e.objs)
		}
	}
	return objs
}
