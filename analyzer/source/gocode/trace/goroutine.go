package trace

import (
	"slices"
	"strings"

	"github.com/distcheck/distcheck/analyzer/source/gocode/summary"
)

// spawn notes code that runs beside its caller.
func (m *machine) spawn(f *frame, in *summary.Instr, events []*event, on value) {
	if slices.ContainsFunc(events, (*event).isWork) { // who goes on does not wait for it
		events = slices.DeleteFunc(slices.Clone(events), (*event).isWork)
	}
	if len(events) == 0 && len(on) == 0 {
		return
	}
	if consumes(events) { // it handles its messages by itself, whoever waits for it
		var found []*event
		for events = consumers(events, &found); len(found) > 0; found = found[1:] {
			found[0].taken = true
			f.events.add(found[0])
		}
		if len(events) == 0 && len(on) == 0 {
			return
		}
	}
	objs := join(signals(events), on)
	f.events.add(&event{kind: evSpawn, at: m.place(f, in.Pos), loop: f.loop, over: f.over, cyclic: f.cyclic, objs: objs, frees: frees(events), inner: flat(m.lift(f, in, events))})
}

// send hands a value to a channel. A function that is sent, or part of what is sent, is the sender's: whoever receives
// it runs it on its behalf. The sender waits for it if it waits for those that receive, or for something that it sent
// along: a channel for the answer.
func (m *machine) send(f *frame, in *summary.Instr) {
	channel := m.get(f, in.Args[0])
	m.published(f, in, channel, m.get(f, in.Args[1]))
	var data value
	for _, id := range m.get(f, in.Args[1]) {
		for _, of := range m.plain(value{id}) {
			switch a := m.atoms[of]; a.kind {
			case kFunc, kBound:
				m.runSent(f, in, value{of}, m.identities(channel))
			case kLoc:
				functions, along := m.parts(a)
				if len(functions) == 0 {
					data = join(data, value{id})
					continue
				}
				m.runSent(f, in, functions, join(along, m.identities(channel)))
				data = join(data, m.withoutFunctions(a, m.object(in, f.act, a.typ)))
			default:
				data = join(data, value{id})
			}
		}
	}
	m.store(f, in, m.indexAddr(channel, nil, ""), data, false)
	if f.cyclic { // a loop behind the one that spawns fills it up
		f.events.fill(m.identities(channel))
	}
	if !in.Poll {
		f.events.add(&event{kind: evSignal, at: m.place(f, in.Pos), objs: m.identities(channel)})
	}
}

func (m *machine) runSent(f *frame, in *summary.Instr, functions, on value) {
	_, events := m.enter(f, in, functions, nil, nil)
	m.spawn(f, in, events, on)
}

// parts are the functions in the fields of a struct, and the channels and other things beside them.
func (m *machine) parts(a *atom) (functions, along value) {
	for _, c := range m.objects[a.obj].heap.list {
		if name, ok := strings.CutPrefix(c.path, a.text+"."); !ok || strings.ContainsAny(name, ".[") {
			continue
		}
		for _, id := range c.v {
			if k := m.atoms[id].kind; k == kFunc || k == kBound {
				functions = join(functions, value{id})
			} else {
				along = join(along, m.identities(value{id}))
			}
		}
	}
	return functions, along
}

// withoutFunctions copies a struct to an object, but for the functions in its fields.
func (m *machine) withoutFunctions(a *atom, to int32) value {
	for _, c := range m.objects[a.obj].heap.list {
		field, ok := strings.CutPrefix(c.path, a.text)
		if !ok || field == "" || field[0] != '.' {
			continue
		}
		for _, id := range c.v {
			if k := m.atoms[id].kind; k != kFunc && k != kBound {
				m.put(to, field, value{id})
			}
		}
	}
	return m.loc(to, "", a.typ)
}

func (m *machine) waitFor(f *frame, in *summary.Instr, v value) {
	group := m.identities(v)
	m.sights.awaits = m.sights.awaits || m.behindServer()
	if len(group) == 0 {
		return
	}
	objs := f.events.wait(group)
	m.pay(f, in, group)
	f.events.add(&event{kind: evWait, at: m.place(f, in.Pos), objs: objs, cyclic: f.cyclic})
}

// owed are calls of spawned code whose errors whoever waits for it gets.
func owed(events []*event) []*event {
	out := make([]*event, len(events))
	for i, e := range events {
		out[i] = e
		if e.fails != 0 {
			owes := *e
			owes.owed = true
			out[i] = &owes
		}
	}
	return out
}

// pay gives a function that waits for a group the errors of those that it has spawned in it.
func (m *machine) pay(f *frame, in *summary.Instr, group value) {
	for i, e := range f.events.events {
		if e.kind != evSpawn || !e.joined || !meets(e.objs, group) {
			continue
		}
		paid := *e
		paid.inner = slices.Clone(e.inner)
		for k, owes := range paid.inner {
			if owes.owed {
				call := *owes
				call.owed, call.back = false, true
				m.hand(&call, in, m.place(f, in.Pos))
				call.back = false
				paid.inner[k] = &call
			}
		}
		f.events.events[i] = &paid
	}
}

// giveUp notes that nobody waits longer than a timer allows for the code that answers on a channel: how long its calls
// may take is not known then, since they go on by themselves.
func (m *machine) giveUp(f *frame, channel value) {
	group := m.identities(channel)
	for i, e := range f.events.events {
		if e.kind == evSpawn && e.joined && meets(e.objs, group) {
			f.events.events[i] = e.withCalls(func(call *event) {
				if r := *call.call; r.none || r.incoming {
					r.none, r.incoming = false, false
					call.call = m.numbered(&r)
				}
			})
		}
	}
}

// identities are the atoms of a value that stand for one thing each.
func (m *machine) identities(v value) value {
	var out value
	for _, id := range m.plain(v) {
		if k := m.atoms[id].kind; k == kLoc || k == kLib && m.atoms[id].obj != 0 {
			out = join(out, value{id})
		}
	}
	return out
}
