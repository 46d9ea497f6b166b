package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// Handlers around routers: what one does besides passing a request on is part of each request that the router answers.

// wrap is what stands around a router.
type wrap struct {
	events list
	ctx    value // of the requests that are passed on
}

// forward notes that a handler passes the request on to a router.
func (m *machine) forward(f *frame, in *summary.Instr, router int32, ctx value) *event {
	return &event{kind: evForward, at: m.place(f, in.Pos), objs: value{m.base(router)}, ctx: ctx}
}

// stripped puts a path before what requests are passed on for that is taken off them.
func stripped(events []*event, path string) []*event {
	out := slices.Clone(events)
	for i, e := range out {
		if e.kind == evForward {
			below := *e
			below.prefix = path + e.prefix
			out[i] = &below
		}
	}
	return out
}

// part tells what a function does for requests that it passes on from what it does for others: it stands on no way
// that leads there or comes from there.
func (f *frame) part() {
	var to []int
	for i, e := range f.events.events {
		if e.kind == evForward {
			to = append(to, i)
		}
	}
	if len(to) == 0 {
		return
	}
	ways := make(map[int][]bool) // the blocks that a block leads to
	leads := func(block, to int) bool {
		if ways[block] == nil {
			ways[block] = from(f.fn, block, everywhere)
		}
		return ways[block][to]
	}
	for i, e := range f.events.events {
		block := f.events.blocks[i]
		if e.kind == evForward || e.apart || block < 0 {
			continue
		}
		all, with := true, value(nil)
		for _, k := range to {
			if b := f.events.blocks[k]; b < 0 || leads(block, b) || leads(b, block) {
				with = join(with, f.events.events[k].objs)
			} else {
				all = false
			}
		}
		if !all {
			parted := *e
			parted.apart, parted.with = true, with
			f.events.events[i] = &parted
		}
	}
}

// wrapAround keeps what a route's handler does for the requests that it passes on to other routers, and returns what it
// does for those that it answers itself. Requests reach those routers as they came, but for what was stripped off. What
// goes round again to a router that the route is within is nothing of the kind.
func (m *machine) wrapAround(r *route, within []int32, events []*event) (own []*event, forwards bool) {
	for _, e := range events {
		if e.kind != evForward {
			continue
		}
		for _, router := range e.objs {
			if slices.Contains(within, router) {
				continue
			}
			forwards = true
			m.wrap(router, e, events)
			if r.mounted {
				m.addMount(router, mount{r.router, m.unseen(router, r.below) + e.prefix})
			} else {
				for _, outer := range m.plain(r.router) {
					m.addMount(router, mount{value{m.base(outer)}, e.prefix})
				}
			}
			if len(r.router) == 0 && e.prefix != "" {
				m.addMount(router, mount{nil, e.prefix})
			}
		}
	}
	if !forwards {
		return events, false
	}
	answers := false
	for _, e := range events {
		if e.kind != evForward && (!e.apart || len(e.with) == 0) {
			own = append(own, e)
			answers = answers || e.apart && e.kind == evCall
		}
	}
	if !answers {
		return nil, true
	}
	return own, true
}

func (m *machine) wrap(router int32, to *event, events []*event) {
	w := m.wraps[router]
	if w == nil {
		w = &wrap{}
		m.wraps[router] = w
	}
	w.ctx = join(w.ctx, to.ctx)
	for _, e := range events {
		if e.kind != evForward && (!e.apart || slices.Contains(e.with, router)) {
			w.events.add(e)
		}
	}
}

// wrapped puts what stands around an operation's routers before what its handler does.
func (m *machine) wrapped(op operation, r *route) operation {
	var events list
	for _, router := range slices.Backward(m.wayTo(r).bases) {
		if w := m.wraps[router]; w != nil {
			events.addAll(w.events.events)
		}
	}
	if len(events.events) > 0 {
		events.addAll(op.events)
		op.events = events.events
	}
	return op
}

// contextBelow is the context of the requests that a router passes on, by what stood around it in the round before.
func (m *machine) contextBelow(bases []int32) value {
	for _, router := range bases {
		if w := m.wrapsBefore[router]; w != nil && m.isBounded(w.ctx) {
			return w.ctx
		}
	}
	for _, router := range bases {
		if m.ended[router] {
			return m.bound(m.unknown("time.Duration"), ofRequest)
		}
	}
	return m.one(atom{kind: kCtx, text: "incoming"})
}

// nextHandler is the name of what a middleware is given to go on to.
const nextHandler = "the next handler"

// renew notes that the request that is answered is replaced by another, or gets another context: what stands behind the
// middleware that does so is given that.
func (m *machine) renew(f *frame, in *summary.Instr, request value) *event {
	return m.forward(f, in, m.intern(atom{kind: kVar, text: nextHandler}), m.contextOf(request))
}

// isAnswered reports whether a place is the request that is answered, or where a framework keeps it.
func (m *machine) isAnswered(place value, whole bool) bool {
	for _, id := range place {
		a := m.atoms[id]
		if a.kind == kUnknown && (a.typ == "**"+requestType || whole && a.typ == "*"+requestType) {
			return true
		}
	}
	return false
}

func (m *machine) isNext(e *event) bool {
	return e.kind == evForward && len(e.objs) == 1 && m.atoms[e.objs[0]].text == nextHandler
}

// goesOn takes together what a middleware does for requests that it goes on with and for others: both are part of what
// stands behind it.
func (m *machine) goesOn(events []*event) []*event {
	at := slices.IndexFunc(events, m.isNext)
	if at < 0 {
		return events
	}
	next := events[at].objs
	out := slices.Clone(events)
	for i, e := range out {
		if e.apart && (len(e.with) == 0 || slices.Equal(e.with, next)) {
			one := *e
			one.apart, one.with = false, nil
			out[i] = &one
		}
	}
	return out
}

// contextBehind is the context of requests behind a middleware that did what the events tell.
func (m *machine) contextBehind(middleware value, events []*event, ctx value) value {
	for _, id := range m.plain(middleware) {
		a := m.atoms[id]
		if fact := m.know.Find(a.text, "bounds"); a.kind == kLib && fact != nil {
			return m.bound(m.boundLength(fact, a.args), ofRequest)
		}
	}
	var behind value
	for _, e := range events {
		if m.isNext(e) {
			behind = join(behind, e.ctx)
		}
	}
	if m.isBounded(behind) {
		return behind
	}
	return ctx
}

// isBounded reports whether a context has a deadline, whichever it is.
func (m *machine) isBounded(ctx value) bool {
	for _, id := range ctx {
		if !strings.HasPrefix(m.atoms[id].text, "bounded") {
			return false
		}
	}
	return len(ctx) > 0
}
